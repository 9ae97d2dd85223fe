"""Lines that a mapping file lacks, as the YAML to paste: rows for list values that no table knows, and lines for
fields that both accounts have. Each with its reasons; a person decides."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.core.flow import Pair
from connector.core.mapping.document import Mappings
from connector.core.mapping.kinds import codec_for, decimals_of
from connector.core.mapping.tables import CsvTable
from connector.core.mapping.translate import EntityMapping, FieldMapping
from connector.core.mapping.yaml_file import Path
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, SystemName, canonical_fields


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line for `file`: of YAML, to stand under the node at `path`, or of a CSV table, which has no nodes. `replaces`:
    the key whose line it takes the place of. `yaml` is empty where something else must be done first, which the reasons
    tell."""

    file: str
    path: Path
    yaml: str
    reasons: tuple[str, ...]
    replaces: str = ""

    @property
    def place(self) -> str:
        return ".".join(str(step) for step in self.path)


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A value of a list, met on a record of `system`, that the table of a line does not have."""

    entity: Entity
    field: str
    system: SystemName
    value: str


def scalar(text: str) -> str:
    """A text as YAML writes it: quoted only where it must be."""
    plain = _PLAIN.fullmatch(text) and not text.endswith(" ") and text.casefold() not in _WORDS
    return text if plain and any(char.isalpha() for char in text) else json.dumps(text, ensure_ascii=False)


_PLAIN = re.compile(r"[A-Za-z0-9À-ɏ][\w &/.'+()-]*")
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none", "nan", "inf"))


# --- a row for a value -----------------------------------------------------------------------------------


def row_for(mappings: Mappings, unknown: UnknownValue, records: Pair[Mapping[str, RecordInfo]]) -> Proposal | None:
    """The row that would let the value cross; None where a table knows it by now, or the line is no table's."""
    mapping = mappings.of(unknown.entity)
    line = mapping.fields.get(unknown.field)
    if line is None or line.tables is None or unknown.value in line.tables.of(unknown.system).read:
        return None
    known = Pair(*(_field_of(mapping, line, system, records.of(system)) for system in SystemName))
    make = _row_of_netsuite if unknown.system is SystemName.NETSUITE else _row_of_salesforce
    row, reasons = make(line, unknown.value, known)
    source = mappings.sources[unknown.entity]
    table = source.tables.get(unknown.field)
    if isinstance(table, CsvTable):
        return _in_csv(table, row, unknown.system, reasons)
    path = ("fields", unknown.field, "values")
    if row is None:
        return Proposal(source.file, path, "", reasons)
    return Proposal(source.file, path, _yaml(row), reasons, row.canonical if row.known else "")


@dataclass(frozen=True, slots=True)
class _Row:
    """What a table should say of one canonical value. `cells`: all values of either side that mean it then, what is
    new last. `known`: it has a row already."""

    canonical: str
    cells: Pair[tuple[str, ...]]
    known: bool = False


Found = tuple[_Row | None, tuple[str, ...]]
"""The row, and the reasons; no row where something else must be done first."""


def _field_of(
    mapping: EntityMapping, line: FieldMapping, system: SystemName, infos: Mapping[str, RecordInfo]
) -> FieldInfo | None:
    info = infos.get(mapping.record_type(system))
    names = line.lenses.of(system).writes or line.lenses.of(system).reads
    return info.fields.get(names[0]) if info is not None else None


def _row_of_netsuite(line: FieldMapping, value: str, known: Pair[FieldInfo | None]) -> Found:
    label = (known.netsuite.options or {}).get(value, "") if known.netsuite else ""
    called = f"{value!r} is called {label!r} in NetSuite" if label else f"the name of {value!r} is not known here"
    same = _called(label, known.salesforce)
    if same is not None and _has_row(line, same):
        reasons = (called, f"{same!r} has a row already: both ids mean it")
        return _wider(line, same, value, SystemName.NETSUITE), reasons
    if same is not None:
        return _fresh(same, value), (called, f"Salesforce has the value {same!r}")
    if not label:
        return None, (called, "write `<Salesforce value>: " + f'"{value}"`')
    closed = known.salesforce is not None and known.salesforce.restricted
    todo = f"Salesforce has no value {label!r}: add it there first" if closed else "Salesforce takes any value there"
    return _fresh(label, value), (called, todo)


def _row_of_salesforce(line: FieldMapping, value: str, known: Pair[FieldInfo | None]) -> Found:
    options = (known.netsuite.options or {}) if known.netsuite else {}
    ids = [id_ for id_, label in options.items() if label.casefold() == value.casefold()]
    if ids and ids[0] not in _ids(line):
        return _fresh(value, ids[0]), (f"NetSuite calls {ids[0]!r} {options[ids[0]]!r}",)
    if ids:
        reason = f"{value!r} is {ids[0]!r} in NetSuite"
        return _wider(line, _ids(line)[ids[0]], value, SystemName.SALESFORCE), (reason,)
    close = difflib.get_close_matches(value, options.values(), n=1, cutoff=0.8)
    hint = (f"NetSuite has {close[0]!r}: did somebody misspell it?",) if close else ()
    missing = f"NetSuite has no value called {value!r}: add it to the list there, and write its id here"
    return None, (missing, *hint)


def _called(label: str, known: FieldInfo | None) -> str | None:
    """The Salesforce value that goes by this name."""
    options = (known.options or {}) if known else {}
    wanted = label.casefold()
    return next((value for value, name in options.items() if wanted in (value.casefold(), name.casefold())), None)


def _has_row(line: FieldMapping, salesforce: str) -> bool:
    return line.tables is not None and salesforce in line.tables.salesforce.read


def _ids(line: FieldMapping) -> Mapping[str, str]:
    return line.tables.netsuite.read if line.tables is not None else {}


def _fresh(salesforce: str, netsuite: str) -> _Row:
    return _Row(salesforce, Pair((netsuite,), (salesforce,)))


def _wider(line: FieldMapping, at: str, value: str, system: SystemName) -> _Row:
    """The row of a value that has one, with one value more on one side."""
    assert line.tables is not None
    canonical = line.tables.salesforce.read.get(at, at)
    held = Pair(*(tuple(c for c, meaning in table.read.items() if meaning == canonical) for _, table in line.tables))
    return _Row(canonical, held.replace(system, (*held.of(system), value)), known=True)


def _yaml(row: _Row) -> str:
    netsuite, salesforce = (_cell(cells) for _, cells in row.cells)
    if row.cells.salesforce == (row.canonical,):
        return f"{scalar(row.canonical)}: {netsuite}"
    return f"{scalar(row.canonical)}: {{netsuite: {netsuite}, salesforce: {salesforce}}}"


def _cell(values: tuple[str, ...]) -> str:
    texts = [scalar(value) for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _in_csv(table: CsvTable, row: _Row | None, system: SystemName, reasons: tuple[str, ...]) -> Proposal:
    """A row of its own, also for one value more: rows of one canonical value belong together."""
    if row is None:
        return Proposal(table.file, (), "", reasons)
    cells = {str(side): held[-1] if side is system else held[0] for side, held in row.cells}
    if "canonical" not in table.header and cells["salesforce"] != row.canonical:
        return Proposal(
            table.file, (), "", (*reasons, "give the table a column `canonical`: two of its values mean one")
        )
    return Proposal(table.file, (), table.row({**cells, "canonical": row.canonical}), reasons)


# --- a line for a field ----------------------------------------------------------------------------------

_ENOUGH = 3
"""What two fields must score to be proposed: a name or a label in common, or likeness of both name and values."""


def unmapped_lines(mappings: Mappings, records: Pair[Mapping[str, RecordInfo]]) -> tuple[Proposal, ...]:
    """Lines for fields that both accounts have and no file speaks of; each field is proposed once for a file."""
    return tuple(line for entity in Entity for line in _lines(mappings, entity, records))


def _lines(mappings: Mappings, entity: Entity, records: Pair[Mapping[str, RecordInfo]]) -> Iterator[Proposal]:
    mapping = mappings.of(entity)
    free = Pair(*(_free(mappings, mapping, system, records.of(system)) for system in SystemName))
    pairs = ((_likeness(one, other), one, other) for one in free.netsuite for other in free.salesforce)
    likely = sorted((found for found in pairs if found[0][0] >= _ENOUGH), key=lambda found: -found[0][0])
    taken: set[str] = set()
    for (_, reasons), one, other in likely:
        if not {f"netsuite {one.name}", f"salesforce {other.name}"} & taken:
            taken |= {f"netsuite {one.name}", f"salesforce {other.name}"}
            yaml, more = _line(mapping, one, other)
            yield Proposal(mappings.sources[entity].file, ("fields",), yaml, (*reasons, *more))


def _free(
    mappings: Mappings, mapping: EntityMapping, system: SystemName, infos: Mapping[str, RecordInfo]
) -> list[FieldInfo]:
    """Fields of the account that no file with this record type maps, leaves out or fills; ours is the key field."""
    info = infos.get(mapping.record_type(system))
    if info is None:
        return []
    spoken_of = {info.key_field, *mapping.sides.of(system).create}
    for other in mappings.entities.values():
        if other.record_type(system) == info.type:
            spoken_of |= {*other.left_out(system)}
    spoken_of |= {name.partition(".")[0] for name in mapping.vendor_fields(system)}
    return [
        field for field in info.fields.values() if field.name not in spoken_of and field.kind not in ("id", "other")
    ]


def _likeness(one: FieldInfo, other: FieldInfo) -> tuple[int, tuple[str, ...]]:
    """How much speaks for two fields being the same, and what; 0 where no value could cross."""
    if codec_for(one, other) is None or not (_writable(one) or _writable(other)):
        return 0, ()
    names, why = _by_name(one, other)
    lists, overlap = _by_values(one, other)
    if not names or lists < 0:
        return 0, ()
    return names + lists, tuple(filter(None, (why, f"{one.kind} and {other.kind}", overlap, _room(one, other))))


def _writable(field: FieldInfo) -> bool:
    return field.createable or field.updateable


def _by_name(one: FieldInfo, other: FieldInfo) -> tuple[int, str]:
    if one.label and one.label.casefold() == other.label.casefold():
        return 3, f"both are called {one.label!r}"
    names = bare_name(one.name), bare_name(other.name)
    if names[0] == names[1]:
        return 3, "their names are alike"
    alike = difflib.SequenceMatcher(None, *names).ratio()
    return (2, "their names are nearly alike") if alike > 0.85 else (0, "")


def bare_name(name: str) -> str:
    """A field's name without what a vendor puts around it: `custentity_sales_region` and `Sales_Region__c` are one."""
    inner = re.sub(r"^cust(entity|body|col|item|event)_?|__c$", "", name)
    return re.sub(r"[^a-z0-9]", "", inner.casefold())


def _by_values(one: FieldInfo, other: FieldInfo) -> tuple[int, str]:
    """Values in common; -1 where both lists are known and share nothing."""
    if not one.options or not other.options:
        return 0, ""
    mine, theirs = ({label.casefold() for label in field.options.values()} for field in (one, other) if field.options)
    shared = len(mine & theirs)
    if not shared:
        return -1, ""
    return (2 if shared * 2 >= min(len(mine), len(theirs)) else 1), f"{shared} of their list values are the same"


def _room(one: FieldInfo, other: FieldInfo) -> str:
    if one.length is None or other.length is None or one.length == other.length or one.options or other.options:
        return ""
    return f"holds {one.length} characters in NetSuite and {other.length} in Salesforce: longer text is held"


def _line(mapping: EntityMapping, one: FieldInfo, other: FieldInfo) -> tuple[str, tuple[str, ...]]:
    """The line, and what is left to decide."""
    rows = _rows(one, other)
    codec = codec_for(one, other)
    parts = [f"netsuite: {one.name}", f"salesforce: {other.name}"]
    if rows:
        parts.append(f"values: {{{', '.join(_yaml(_fresh(*row)) for row in rows)}}}")
    if codec not in ("text", "picklist") or (codec == "picklist" and not rows):
        parts.append(f"as: {codec}")
    decimals = decimals_of(one, other)
    if codec in ("money", "number", "percent") and decimals is not None and not (codec == "money" and decimals == 2):
        parts.append(f"decimals: {decimals}")
    for system, field in ((SystemName.NETSUITE, one), (SystemName.SALESFORCE, other)):
        if not _writable(field):
            parts.append(f"direction: to_{system.other}")
    return f"{_canonical(mapping, other)}: {{{', '.join(parts)}}}", _left_to_do(one, other, rows)


def _canonical(mapping: EntityMapping, field: FieldInfo) -> str:
    wanted = bare_name(field.name)
    for name in canonical_fields(mapping.entity):
        if name.replace("_", "") == wanted and name not in mapping.fields:
            return name
    snake = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field.name.removesuffix("__c")).casefold())
    return f"custom.{snake.strip('_')}"


def _rows(one: FieldInfo, other: FieldInfo) -> list[tuple[str, str]]:
    """Salesforce value and NetSuite id of the list values that go by one name."""
    ids = {label.casefold(): id_ for id_, label in (one.options or {}).items()}
    return [(value, ids[label.casefold()]) for value, label in (other.options or {}).items() if label.casefold() in ids]


def _left_to_do(one: FieldInfo, other: FieldInfo, rows: list[tuple[str, str]]) -> tuple[str, ...]:
    if one.kind == "reference" and not rows:
        return ('NetSuite does not tell the values of its list: give them as `values: {<Salesforce value>: "<id>"}`',)
    alone = [label for value, label in (other.options or {}).items() if rows and value not in dict(rows)]
    alone += [label for id_, label in (one.options or {}).items() if rows and id_ not in dict(rows).values()]
    return (f"without a counterpart: {', '.join(alone[:8])}",) if alone else ()
