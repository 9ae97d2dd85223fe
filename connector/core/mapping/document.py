"""Loading a folder of mapping files. The only place in the mapping room that reads a disk.

Everything that is wrong in any file is collected and raised as one `MappingError`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from connector.core.mapping.build import build
from connector.core.mapping.conversion_rules import ConversionRules
from connector.core.mapping.language import ListName, MappingFile
from connector.core.mapping.lookup import NO_LISTS, LiveLists
from connector.core.mapping.shape import checked
from connector.core.mapping.tables import Complain, CsvTable, read_csv
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.yaml_file import Source, parse
from connector.core.schema import Entity, Stage, SystemName, record_types
from connector.errors import MappingError, Mistake

__all__ = ["ConversionRules", "Mappings", "load_mappings"]

CONVERSION = "conversion.yaml"
#: Which stages of a NetSuite customer each thing stands for: the connector's own division, told in the files.
_STAGES = {Entity.LEAD: {Stage.LEAD}, Entity.ORGANIZATION: {Stage.PROSPECT, Stage.CUSTOMER}}

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Mappings:
    """All mapping files of a folder. `fingerprint`: changes when, and only when, the files mean something else.
    `files` and `sources` keep what was read, for checks that name lines and for the examples. `waiting`: what is
    not in `entities`, because an account changed."""

    entities: Mapping[Entity, EntityMapping]
    conversion: ConversionRules
    fingerprint: str
    files: Mapping[Entity, MappingFile]
    sources: Mapping[Entity, Source]
    conversion_source: Source
    waiting: tuple[str, ...] = ()

    def of(self, entity: Entity) -> EntityMapping:
        return self.entities[entity]

    @property
    def lookups(self) -> frozenset[ListName]:
        """The live lists that some line looks into."""
        lines = (line for mapping in self.entities.values() for line in mapping.fields.values())
        return frozenset(line.lookup for line in lines if line.lookup)

    def saying(self, files: Mapping[Entity, MappingFile]) -> Mappings:
        """The same mappings, but for these files, which were checked before."""
        if not files:
            return self
        entities = {**self.entities, **{entity: build(file, _nothing_new) for entity, file in files.items()}}
        return replace(self, entities=entities, files={**self.files, **files})

    def with_lists(self, lists: LiveLists) -> Mappings:
        """The same mappings, looking into these lists from now on."""
        if not self.lookups:
            return self
        bound = {entity: build(file, _nothing_new, lists) for entity, file in self.files.items()}
        return replace(self, entities=bound)


def _nothing_new(path: tuple[str | int, ...], what: str, expected: str = "", **where: Any) -> None:
    """Mistakes of files that were checked before."""


ReadFile = Callable[[str], bytes]
"""Name of a file beside the mapping -> its content; raises OSError."""


def load_mappings(directory: Path) -> Mappings:
    """The mapping files of a folder: one per entity, and conversion.yaml. Raises MappingError."""
    mistakes: list[Mistake] = []
    found: dict[Entity, _Built] = {}
    for entity in Entity:
        source = _parsed(directory / f"{entity}.yaml", mistakes)
        built = _built(source, lambda name: (directory / name).read_bytes(), mistakes) if source else None
        if built is not None:
            mistakes.extend(_header_mistakes(built.file, entity, built.source))
            found[entity] = built
    source = _parsed(directory / CONVERSION, mistakes)
    rules = _shaped(ConversionRules, source, mistakes) if source else None
    if mistakes or source is None or rules is None:
        raise MappingError(sorted(mistakes, key=lambda one: (one.file, one.line, one.column)))
    files = {entity: built.file for entity, built in found.items()}
    return Mappings(
        entities={entity: built.mapping for entity, built in found.items()},
        conversion=rules,
        fingerprint=_fingerprint(files, rules),
        files=files,
        sources={entity: built.source for entity, built in found.items()},
        conversion_source=source,
    )


def build_source(source: Source, read: ReadFile, lists: LiveLists = NO_LISTS) -> EntityMapping:
    """The mapping of one parsed file, whatever it is about. Raises MappingError."""
    mistakes: list[Mistake] = []
    built = _built(source, read, mistakes, lists)
    if built is None or mistakes:
        raise MappingError(mistakes)
    return built.mapping


@dataclass(frozen=True, slots=True)
class _Built:
    file: MappingFile
    source: Source
    mapping: EntityMapping


def _built(source: Source, read: ReadFile, mistakes: list[Mistake], lists: LiveLists = NO_LISTS) -> _Built | None:
    file = _shaped(MappingFile, source, mistakes)
    if file is None:
        return None
    file, source = _with_tables(file, source, read, mistakes)
    return _Built(file, source, build(file, _collector(source, mistakes), lists))


def _shaped(model: type[Model], source: Source, mistakes: list[Mistake]) -> Model | None:
    found = checked(model, source)
    if isinstance(found, list):
        mistakes.extend(found)
        return None
    return found


def _collector(source: Source, mistakes: list[Mistake]) -> Complain:
    def complain(
        path: tuple[str | int, ...], what: str, expected: str = "", *, on_key: bool = False, inside: int = 0
    ) -> None:
        mistakes.append(source.mistake(path, what, expected, on_key=on_key, inside=inside))

    return complain


def _parsed(path: Path, mistakes: list[Mistake]) -> Source | None:
    try:
        text = path.read_bytes()
    except OSError as error:
        mistakes.append(Mistake(path.name, 1, 1, f"cannot be read: {error.strerror}", f"expected the file {path}"))
        return None
    parsed = parse(text, path.name)
    if isinstance(parsed, Mistake):
        mistakes.append(parsed)
        return None
    return parsed


# --- tables in files of their own --------------------------------------------------------------------------


def _with_tables(
    file: MappingFile, source: Source, read: ReadFile, mistakes: list[Mistake]
) -> tuple[MappingFile, Source]:
    """The file with its CSV tables in place of their names; a line whose table is damaged has none."""
    found: dict[str, CsvTable] = {}
    for name, line in file.fields.items():
        if isinstance(line.values, str):
            table = _read_table(read, line.values, source, ("fields", name, "values"))
            if isinstance(table, CsvTable):
                found[name] = table
            else:
                mistakes.extend(table)
    lines = {
        name: line.model_copy(update={"values": dict(found[name].rows)}) if name in found else line
        for name, line in file.fields.items()
    }
    return file.model_copy(update={"fields": lines}), replace(source, tables=found)


def _read_table(read: ReadFile, name: str, source: Source, at: tuple[str, ...]) -> CsvTable | list[Mistake]:
    if Path(name).name != name or not name.endswith(".csv"):
        return [source.mistake(at, f"`{name}` is not the name of a table", "expected a CSV file beside this one")]
    try:
        return read_csv(read(name), name)
    except (OSError, ValueError) as error:  # a name with a NUL in it is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        return [source.mistake(at, f"`{name}` cannot be read: {reason}", "expected a CSV file beside this one")]


# --- meaning across the file -----------------------------------------------------------------------------


def _header_mistakes(file: MappingFile, entity: Entity, source: Source) -> Iterator[Mistake]:
    if file.entity is not entity:
        yield source.mistake(("entity",), f"{source.file} is about `{file.entity}`", f"expected `{entity}`")
        return
    for system in SystemName:
        right = record_types(system)[entity]
        header = getattr(file, system)
        if header.record != right:
            text = f"`{header.record}` is the wrong {system.title} record for {entity}"
            yield source.mistake((str(system), "record"), text, f"expected `{right}`{_pair(entity)}")
        stages = set(header.when.stage) if header.when else set()
        wanted = _STAGES.get(entity, set()) if system is SystemName.NETSUITE else set()
        if stages != wanted:
            text = f"the stages of {entity} in {system.title} are wrong"
            expected = f"expected `when: {{stage: [{', '.join(sorted(wanted))}]}}`" if wanted else "expected no `when`"
            yield source.mistake((str(system), "when"), text, expected, on_key=True)


def _pair(entity: Entity) -> str:
    netsuite, salesforce = (record_types(system)[entity] for system in SystemName)
    return f": {entity} is the pair NetSuite {netsuite} and Salesforce {salesforce}"


def _fingerprint(files: Mapping[Entity, MappingFile], rules: ConversionRules) -> str:
    """SHA-256 of what the files say, without comments, order of lines, examples and reasons."""
    meaning = {
        str(entity): file.model_dump(mode="json", by_alias=True, exclude={"examples", "left_out"})
        for entity, file in files.items()
    }
    text = json.dumps({**meaning, "conversion": rules.model_dump(mode="json")}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
