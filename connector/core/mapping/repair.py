"""The one line of YAML that mends a breach of the two-way proof."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.flow import Pair, Raw
from connector.core.mapping.kinds import codec_for, decimals_of
from connector.core.mapping.translate import FieldMapping
from connector.core.ports import FieldInfo
from connector.core.schema import SystemName

Known = Pair[tuple[FieldInfo, ...]]
"""The vendor fields of a line, by side."""


Fields = Mapping[str, Raw]


def repair(line: FieldMapping, breach: str, known: Known, system: SystemName, given: Fields, found: Fields) -> str:
    """What to write in the line, or the narrowest way out where nothing two-way would do. `given` stood in `system`,
    `found` is what became of it on the other side."""
    if breach == "cut":
        return "on_too_long: hold"
    if breach == "rounded":
        return _rounding(line, known)
    if breach == "merged":
        return _merging(line, system, given)
    if breach in ("never", "unreadable") and line.tables is None and not _suiting(known):
        return "take the line out: no kind of value fits both fields"
    return _kinds(line, known) or _value(line, system, given, found)


def _rounding(line: FieldMapping, known: Known) -> str:
    fields = (*known.netsuite, *known.salesforce)
    decimals = decimals_of(fields[0], fields[-1])
    if decimals is None:
        return f"direction: to_{SystemName.SALESFORCE}"
    return f"decimals: {decimals}" if line.codec != "percent" else f"decimals: {max(decimals - 2, 0)}"


def _merging(line: FieldMapping, system: SystemName, given: Fields) -> str:
    value = next((str(value) for value in given.values() if value is not None), "")
    if line.tables is not None and value not in line.tables.of(system).read:
        return "unknown: hold"
    return f"a row of its own in `values` for {value!r}, or `direction: to_{system.other}`"


def _suiting(known: Known) -> bool:
    return any(codec_for(one, other) is not None for one in known.netsuite for other in known.salesforce)


def _kinds(line: FieldMapping, known: Known) -> str:
    """The codec that the fields ask for, if the line has another."""
    if len(known.netsuite) != 1 or len(known.salesforce) != 1:
        return ""
    netsuite, salesforce = known.netsuite[0], known.salesforce[0]
    wanted = codec_for(netsuite, salesforce)
    if wanted == line.codec == "datetime":
        return "take `zone` out: both fields hold instants"
    moments = [field for field in (netsuite, salesforce) if field.kind == "datetime"]
    if wanted == "date" and len(moments) == 1:
        side = SystemName.NETSUITE if moments[0] is netsuite else SystemName.SALESFORCE
        return f"as: date, zone: {{{side}: America/New_York}}  (the zone of your people)"
    return f"as: {wanted}" if wanted is not None and wanted != line.codec else ""


def _value(line: FieldMapping, system: SystemName, given: Fields, found: Fields) -> str:
    values = [value for fields in (given, found) for value in fields.values() if value is not None]
    for side in SystemName:
        if line.default.of(side) is not None and line.default.of(side) in values:
            return f'default: {{{side}: "[not provided]"}}  (a text that nobody types)'
    if line.tables is None:
        return f"direction: to_{system.other}"
    return "unknown: hold" if line.unknown == "pass" else _row(line, system, given)


def _row(line: FieldMapping, system: SystemName, given: Fields) -> str:
    assert line.tables is not None
    read = line.tables.of(system).read
    row = next((read[str(value)] for value in given.values() if str(value) in read), None)
    if row is None:
        return 'take the value "" out of `values`: an empty field then stays empty'
    return f"spell the row {row!r} of `values` exactly as the list in {system.other.title} does"
