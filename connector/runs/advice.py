"""What a run has to say about the mapping files: what an account changed, which lines wait, and which rows to add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.core.flow import Pair, SourceRecord
from connector.core.mapping.check import Records
from connector.core.mapping.document import Mappings
from connector.core.mapping.drift import NO_DRIFT, Change, Drift
from connector.core.mapping.suggest import Proposal, UnknownValue, row_for
from connector.core.mapping.translate import EntityMapping
from connector.core.ports import FieldInfo
from connector.core.scene import Account, Scene
from connector.core.schema import Entity, SystemName
from connector.runs.parts import Parts


@dataclass(frozen=True, slots=True)
class Advice:
    """`proposals`: rows and lines to paste into the files, each with its reasons."""

    drift: Drift = NO_DRIFT
    proposals: tuple[Proposal, ...] = ()

    def data(self) -> dict[str, Any]:
        return {"drift": _drift_data(self.drift), "proposals": [proposal_data(one) for one in self.proposals]}


NO_ADVICE = Advice()


def advice(parts: Parts, account: Account, unknown: Iterable[UnknownValue]) -> Advice:
    """`unknown`: list values that this run met and no table knows. Those that an account added are looked at as well.
    Asks NetSuite for the names of values whose list its metadata does not tell, one call for each such field."""
    met = sorted(unknown, key=str)
    others = (other for one in met for other in _on_the_same_list(parts.mappings, account.infos, one))
    wanted = dict.fromkeys((*met, *others, *_appeared(parts.mappings, account.drift.changes)))
    return Advice(account.drift, rows(parts, account.infos, wanted))


def rows(parts: Parts, infos: Records, unknown: Iterable[UnknownValue]) -> tuple[Proposal, ...]:
    """The rows that would let values cross, each once."""
    wanted = list(unknown)
    named = _with_names(parts, infos, wanted)
    found = (row_for(parts.mappings, one, named) for one in wanted)
    return tuple(dict.fromkeys(proposal for proposal in found if proposal is not None))


def known_rows(mappings: Mappings, infos: Records, changes: Iterable[Change]) -> tuple[Proposal, ...]:
    """The rows for values that accounts added, as far as metadata names them; asks nobody."""
    found = (row_for(mappings, one, infos) for one in _appeared(mappings, changes))
    return tuple(dict.fromkeys(one for one in found if one is not None and one.yaml))


def _on_the_same_list(mappings: Mappings, infos: Records, one: UnknownValue) -> Iterator[UnknownValue]:
    """The lines of other files that read the same NetSuite list: what is new to one is new to all."""
    if one.system is SystemName.NETSUITE and one.field in mappings.of(one.entity).fields:
        lists = {entity: _lists(mappings.of(entity), infos) for entity in Entity}
        wanted = lists[one.entity].get(one.field)
        for entity, named in lists.items():
            yield from (
                UnknownValue(entity, name, one.system, one.value)
                for name, list_ in named.items()
                if list_ == wanted and entity is not one.entity
            )


def _lists(mapping: EntityMapping, infos: Records) -> dict[str, tuple[str, ...]]:
    """The lines with a table -> the NetSuite list that their field refers to."""
    info = infos.netsuite.get(mapping.record_type(SystemName.NETSUITE))
    found: dict[str, tuple[str, ...]] = {}
    for name, line in mapping.fields.items() if info else ():
        known = info.fields.get(line.lenses.netsuite.reads[0]) if info and line.lenses.netsuite.reads else None
        if line.tables is not None and known is not None and known.refers_to:
            found[name] = known.refers_to
    return found


def _appeared(mappings: Mappings, changes: Iterable[Change]) -> Iterator[UnknownValue]:
    """The values that an account added to a list that some table maps."""
    for change in changes:
        if change.kind == "value appeared":
            for entity in Entity:
                mapping = mappings.of(entity)
                for name, line in mapping.fields.items() if mapping.record_type(change.system) == change.type else ():
                    if line.tables is not None and change.field in line.lenses.of(change.system).reads:
                        yield UnknownValue(entity, name, change.system, change.now.partition(" (")[0])


def _with_names(parts: Parts, infos: Records, unknown: Iterable[UnknownValue]) -> Records:
    """The metadata with the names of values that only records tell."""
    netsuite = dict(infos.netsuite)
    for one in unknown:
        mapping = parts.mappings.of(one.entity)
        info = netsuite.get(mapping.record_type(SystemName.NETSUITE))
        for name in mapping.fields[one.field].lenses.netsuite.reads if one.field in mapping.fields else ():
            known = info.fields.get(name) if info else None
            if info is not None and known is not None and known.kind == "reference" and known.options is None:
                labels = parts.systems.netsuite.labels(info.type, name)
                named: Mapping[str, FieldInfo] = {**info.fields, name: replace(known, options=labels)}
                info = netsuite[info.type] = replace(info, fields=named)
    return Pair(netsuite, infos.salesforce)


def unknown_values(mappings: Mappings, scene: Scene) -> Iterator[UnknownValue]:
    """The list values of the records in hand that no table knows."""
    for newcomer in scene.newcomers:
        yield from unknown_in(mappings, newcomer.entity, newcomer.record, scene.problems.get(newcomer.ref, ()))
    for linked in scene.linked:
        for _, record in linked.observed.records:
            if record is not None:
                yield from unknown_in(mappings, linked.observed.entity, record, scene.problems.get(record.ref, ()))


def unknown_in(
    mappings: Mappings, entity: Entity, record: SourceRecord, names: Iterable[str]
) -> Iterator[UnknownValue]:
    """The same for some fields of one record."""
    system = record.ref.system
    for name in names:
        line = mappings.of(entity).fields.get(name)
        if line is not None and line.tables is not None:
            table = line.tables.of(system).read
            for vendor in line.lenses.of(system).reads:
                chosen = (
                    str(record.fields.get(vendor) or "").split(";") if vendor not in line.conditions.of(system) else ()
                )
                yield from (UnknownValue(entity, name, system, one) for one in chosen if one and one not in table)


# --- as data ---------------------------------------------------------------------------------------------


def proposal_data(one: Proposal) -> dict[str, Any]:
    return {
        "file": one.file,
        "under": one.place,
        "yaml": one.yaml,
        "replaces": one.replaces,
        "reasons": list(one.reasons),
    }


def _drift_data(found: Drift) -> dict[str, Any]:
    return {
        "noticed": [
            {"system": str(one.system), "type": one.type, "field": one.field, "what": one.what} for one in found.changes
        ],
        "held": [
            {
                "entity": str(one.entity),
                "field": one.field,
                "file": one.file,
                "line": one.line,
                "reason": one.reason,
                "settle": one.settle,
            }
            for one in found.held
        ],
        "creates": [
            {"system": str(system), "entity": str(entity), "reason": reason}
            for (system, entity), reason in sorted(found.creates.items())
        ],
    }
