"""Ids by the names that people know them by: an id differs from one account to the next, the name does not.

A field that refers to a record of a list (a record type, a lead source, a category) holds an id, and metadata tells
what each is called. Where a file says such a name, the id is meant. Ids are put in place of names once, before
anything is translated. A text that is an id already stays; so does one that no account knows, which the checks tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector.core.flow import Pair
from connector.core.mapping.check import Records
from connector.core.mapping.document import Mappings
from connector.core.mapping.language import Cell, FieldLine, Header, MappingFile, Rule, TableRow
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import SystemName


def is_named(known: FieldInfo) -> bool:
    """Whether the values of a field are ids that have names."""
    return known.kind == "reference" and known.options is not None


def id_of(value: Any, known: FieldInfo) -> Any:
    """The id that a name stands for; anything else as it is, a name that several ids have among it."""
    options = known.options or {}
    ids = [id_ for id_, label in options.items() if label == value] if value not in options else []
    return ids[0] if len(ids) == 1 else value


def with_ids(mappings: Mappings, records: Records) -> Mappings:
    """The mappings with ids in place of names; the very same ones where they say none."""
    files = {entity: by_id(file, records) for entity, file in mappings.files.items()}
    return mappings.saying({entity: file for entity, file in files.items() if file is not mappings.files[entity]})


def by_id(file: MappingFile, records: Records) -> MappingFile:
    """The file with ids in place of names; the very same file where it says none."""
    sides = Pair(*(_named_fields(file, system, records) for system in SystemName))
    if not any(
        id_of(said, named[field]) != said for system, named in sides for field, said in _said(file, system, named)
    ):
        return file
    update = {str(system): _header(getattr(file, str(system)), named) for system, named in sides}
    return file.model_copy(
        update={**update, "fields": {name: _line(line, sides) for name, line in file.fields.items()}}
    )


def remembering_names(mappings: Mappings, now: Records, before: Records) -> Records:
    """`now`, but with the earlier values of fields of which a file still says a name that `now` does not know and
    `before` knew: a name that an admin changed stays known until the file says the new one."""
    kept = {
        (system, getattr(file, str(system)).record, field)
        for file in mappings.files.values()
        for system in SystemName
        for field, name in _said(file, system, _named_fields(file, system, before))
        if _is_forgotten(name, *(_field(file, system, field, records) for records in (before, now)))
    }
    return Pair(*(_with_earlier(system, infos, before.of(system), kept) for system, infos in now))


def _is_forgotten(name: Any, before: FieldInfo | None, now: FieldInfo | None) -> bool:
    return before is not None and now is not None and id_of(name, before) != name and id_of(name, now) == name


def _with_earlier(
    system: SystemName,
    now: Mapping[str, RecordInfo],
    before: Mapping[str, RecordInfo],
    kept: set[tuple[SystemName, str, str]],
) -> Mapping[str, RecordInfo]:
    found = dict(now)
    for at, type_, field in kept:
        if at is system:
            known = replace(found[type_].fields[field], options=before[type_].fields[field].options)
            found[type_] = replace(found[type_], fields={**found[type_].fields, field: known})
    return found


# --- where a file says values ------------------------------------------------------------------------------


def _named_fields(file: MappingFile, system: SystemName, records: Records) -> dict[str, FieldInfo]:
    info = records.of(system).get(getattr(file, str(system)).record)
    return {name: known for name, known in info.fields.items() if is_named(known)} if info else {}


def _field(file: MappingFile, system: SystemName, field: str, records: Records) -> FieldInfo | None:
    return _named_fields(file, system, records).get(field)


def _said(file: MappingFile, system: SystemName, named: Mapping[str, FieldInfo]) -> Iterator[tuple[str, Any]]:
    """(field, text) of everything that a file says of the values of its named fields."""
    header: Header = getattr(file, str(system))
    yield from ((name, value) for name, value in header.create.items() if name in named)
    for rule in header.scope:
        values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        yield from ((rule.field, value) for value in values if rule.field in named)
    for line in file.fields.values():
        when = getattr(line.when, str(system))
        if isinstance(when, dict):
            yield from ((name, value) for name, value in when.items() if name in named)
        field = getattr(line, str(system))
        if isinstance(field, str) and field in named and isinstance(line.values, dict):
            for canonical, cell in line.values.items():
                yield from ((field, value) for value in _texts(getattr(_row(canonical, cell), str(system))))


def _header(header: Header, named: Mapping[str, FieldInfo]) -> Header:
    create = _values(header.create, named)
    return header.model_copy(update={"create": create, "scope": tuple(_rule(rule, named) for rule in header.scope)})


def _rule(rule: Rule, named: Mapping[str, FieldInfo]) -> Rule:
    if rule.field not in named:
        return rule
    return rule.model_copy(update={"value": _cells(rule.value, named[rule.field])})


def _line(line: FieldLine, sides: Pair[dict[str, FieldInfo]]) -> FieldLine:
    when = {str(system): _condition(getattr(line.when, str(system)), named) for system, named in sides}
    update: dict[str, Any] = {"when": line.when.model_copy(update=when)}
    known = Pair(*(_known(getattr(line, str(system)), named) for system, named in sides))
    if isinstance(line.values, dict) and (known.netsuite or known.salesforce):
        update["values"] = {canonical: _cell(canonical, cell, known) for canonical, cell in line.values.items()}
    return line.model_copy(update=update)


def _known(side: Any, named: Mapping[str, FieldInfo]) -> FieldInfo | None:
    return named.get(side) if isinstance(side, str) else None


def _condition(condition: Any, named: Mapping[str, FieldInfo]) -> Any:
    return _values(condition, named) if isinstance(condition, dict) else condition


def _values(given: Mapping[str, Any], named: Mapping[str, FieldInfo]) -> dict[str, Any]:
    return {name: id_of(value, named[name]) if name in named else value for name, value in given.items()}


def _cell(canonical: str, cell: Cell, known: Pair[FieldInfo | None]) -> TableRow:
    row = _row(canonical, cell)
    return TableRow(netsuite=_cells(row.netsuite, known.netsuite), salesforce=_cells(row.salesforce, known.salesforce))


def _row(canonical: str, cell: Any) -> TableRow:
    return cell if isinstance(cell, TableRow) else TableRow(netsuite=cell, salesforce=canonical)


def _cells(cell: Any, known: FieldInfo | None) -> Any:
    if known is None:
        return cell
    return tuple(id_of(one, known) for one in cell) if isinstance(cell, tuple) else id_of(cell, known)


def _texts(cell: Any) -> tuple[Any, ...]:
    return cell if isinstance(cell, tuple) else (cell,)
