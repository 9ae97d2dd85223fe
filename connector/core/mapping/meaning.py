"""Mistakes of meaning in a file whose shape is right: names that do not exist, options that contradict each other,
two lines that write one field. What needs an account is checked in `check.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connector.core.mapping.forms import split_parts
from connector.core.mapping.gates import STAGE, VARIANT
from connector.core.mapping.language import FieldLine, Form, Header, MappingFile, Split
from connector.core.mapping.options import check_options, codec_name, currency_line
from connector.core.mapping.scope import mistake_in
from connector.core.mapping.tables import Complain
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.yaml_file import Path, nearest
from connector.core.schema import Entity, Stage, SystemName, canonical_fields

_CUSTOM = re.compile(r"custom\.[a-z][a-z0-9_]*")

# --- one line --------------------------------------------------------------------------------------------


def check_line(file: MappingFile, name: str, line: FieldLine, path: Path, complain: Complain) -> None:
    """Complains about whatever a line says that cannot be meant."""
    _check_name(file.entity, name, path, complain)
    check_options(line, path, complain)
    _check_one_way(file, line, path, complain)
    _check_stage(file, name, line, path, complain)
    _check_variant(file, name, line, path, complain)
    _check_currency(file, name, line, path, complain)
    if line.skip_empty and line.default != FieldLine.model_fields["default"].default:
        complain((*path, "skip_empty"), "what is empty is either skipped or given a `default`", on_key=True)


def _check_name(entity: Entity, name: str, path: Path, complain: Complain) -> None:
    known = [*canonical_fields(entity), VARIANT]
    if name not in known and not _CUSTOM.fullmatch(name):
        expected = nearest(name, known) or "for a field of your own: custom.<name>"
        complain(path, f"`{name}` is not a field of {_article(entity)} {entity}", expected, on_key=True)


def _article(entity: Entity) -> str:
    return "an" if entity.value[0] in "aeiou" else "a"


def _check_one_way(file: MappingFile, line: FieldLine, path: Path, complain: Complain) -> None:
    for system, form in _forms(line):
        if isinstance(form, Split):
            _check_split(file, line, (path, system), form, complain)
        if form.ways != "one-way":
            continue
        key = next(iter(form.model_fields_set & {"yes_when", "const", "compute"}))
        if line.direction != f"to_{system.other}":
            expected = f"expected `direction: to_{system.other}`"
            complain((*path, str(system)), f"`{key}` can only be read", expected)
        if key == "yes_when" and codec_name(line) != "boolean":
            complain((*path, str(system)), "`yes_when` says yes or no", "expected `as: boolean`")


def _check_split(
    file: MappingFile, line: FieldLine, at: tuple[Path, SystemName], form: Split, complain: Complain
) -> None:
    """A piece is written only together with all others, and then it must be free to be empty."""
    path, system = at
    if line.direction == f"to_{system.other}":
        return
    if not split_parts(file, system, form):
        every = ", ".join(str(part) for part in range(1, form.into + 1))
        expected = f"expected a line for each of the parts {every}, or `direction: to_{system.other}`"
        complain((*path, str(system)), "a piece alone can only be read", expected)
    for key in ("default", "skip_empty"):
        if key in line.model_fields_set:
            complain((*path, key), f"`{key}` has no meaning for a piece of a text", on_key=True)


def _forms(line: FieldLine) -> Iterator[tuple[SystemName, Form]]:
    for system in SystemName:
        side: Any = getattr(line, system)
        if isinstance(side, Form):
            yield system, side


def _check_stage(file: MappingFile, name: str, line: FieldLine, path: Path, complain: Complain) -> None:
    if line.from_stage is None:
        return
    about = file.netsuite.when.stage if file.netsuite.when else ()
    later = [stage for stage in Stage if stage in about][1:]
    if line.from_stage not in later or name == STAGE:
        expected = f"expected {' or '.join(later)}" if later and name != STAGE else "take it out"
        complain((*path, "from_stage"), f"records of {file.entity} do not come to be {line.from_stage}", expected)
    elif STAGE not in file.fields:
        complain((*path, "from_stage"), "no line tells the stage", f"expected a line called `{STAGE}`")


def _check_variant(file: MappingFile, name: str, line: FieldLine, path: Path, complain: Complain) -> None:
    if name == VARIANT and line.values is None:
        complain(path, "the line `variant` needs a table of the variants", "expected `values:`", on_key=True)
    if line.variant is None:
        return
    if name == VARIANT:
        complain((*path, "variant"), "the line that tells the variant cannot depend on it", on_key=True)
    known = variants(file)
    if line.variant not in known:
        expected = nearest(line.variant, known) or "a line called `variant` tells which variants there are"
        complain((*path, "variant"), f"`{line.variant}` is not a variant of this file", expected)


def _check_currency(file: MappingFile, name: str, line: FieldLine, path: Path, complain: Complain) -> None:
    teller = currency_line(line)
    if teller is None:
        return
    if teller not in file.fields or teller == name:
        expected = nearest(teller, set(file.fields) - {name}) or "expected an ISO code such as USD, or a line"
        complain((*path, "currency"), f"`{teller}` is not a line of this file", expected)
    for key in ("default", "skip_empty"):
        if key in line.model_fields_set:
            complain((*path, key), f"`{key}` has no meaning for amounts of several currencies", on_key=True)
    for system in SystemName:
        if not isinstance(getattr(line, system), str):
            expected = "expected the name of a field"
            complain((*path, str(system)), "an amount of its record's currency is one field", expected)


def variants(file: MappingFile) -> Mapping[str, Any]:
    """The canonical values of the line `variant`."""
    line = file.fields.get(VARIANT)
    return line.values if line is not None and isinstance(line.values, dict) else {}


# --- the whole file --------------------------------------------------------------------------------------


def check_file(file: MappingFile, mapping: EntityMapping, complain: Complain) -> None:
    """Complains about lines and headers that do not go together."""
    _check_targets(mapping, complain)
    _check_left_out(mapping, complain)
    for system in SystemName:
        header: Header = getattr(file, system)
        for number, rule in enumerate(header.scope):
            what, expected = mistake_in(rule)
            if what:
                complain((str(system), "scope", number), what, expected)
        _check_demands(file, mapping, system, header, complain)


def _check_targets(mapping: EntityMapping, complain: Complain) -> None:
    """One line for each vendor field; lines of different variants never meet."""
    for system in SystemName:
        writers: dict[tuple[str, str | None], str] = {}
        for name, line in mapping.fields.items():
            for vendor in line.lenses.of(system).writes if line.flows_to(system) else ():
                rival = _rival(writers, vendor, line.variant)
                if rival is not None and rival not in line.lenses.of(system).parts:
                    text = f"`{vendor}` is written by `{rival}` already"
                    complain(("fields", name, str(system)), text, "one line for each vendor field")
                writers.setdefault((vendor, line.variant), name)


def _rival(writers: Mapping[tuple[str, str | None], str], vendor: str, variant: str | None) -> str | None:
    for (name, of_variant), writer in writers.items():
        if name == vendor and (variant is None or of_variant is None or variant == of_variant):
            return writer
    return None


def _check_left_out(mapping: EntityMapping, complain: Complain) -> None:
    for system in SystemName:
        mapped = {name for line in mapping.fields.values() for name in line.lenses.of(system).reads}
        for name in mapping.left_out(system):
            if name in mapped:
                complain(("left_out", str(system), name), f"`{name}` is left out, but a line maps it", on_key=True)


def _check_demands(
    file: MappingFile, mapping: EntityMapping, system: SystemName, header: Header, complain: Complain
) -> None:
    for variant, names in header.demands.items():
        if variant not in variants(file):
            expected = nearest(variant, variants(file)) or "a line called `variant` tells which variants there are"
            complain(
                (str(system), "demands", variant), f"`{variant}` is not a variant of this file", expected, on_key=True
            )
        given = set(header.create) | {
            vendor
            for line in mapping.fields.values()
            if line.flows_to(system) and line.variant in (None, variant)
            for vendor in line.lenses.of(system).writes
        }
        for number, name in enumerate(names):
            if name not in given:
                what = f"the form of `{variant}` demands `{name}`, and nothing gives it"
                complain((str(system), "demands", variant, number), what, "map it, or give it under `create`")
