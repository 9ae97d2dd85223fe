"""Rows of the tables to hand-offs of the straight line, and back. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import RowMapping

from connector.core.flow import Answer, Base, Hold, Link, Pair, Ref, RunRecord, Written
from connector.core.ports import Intent, OpenHold, Overruled
from connector.core.schema import Entity, SystemName

T = TypeVar("T")
Parameters = dict[str, Any]

_INTENT_COLUMNS = (
    "run_id", "verb", "system", "entity", "type", "ref", "source", "key", "payload_hash", "opened_at",
    "values",
)  # fmt: skip
_ANSWER_COLUMNS = ("kind", "entity", "choice", "value", "by", "at")
_OVERRULED_COLUMNS = (
    "entity", "ref", "field", "value", "value_written", "modified_at", "modified_by", "reason", "at", "run_id",
)  # fmt: skip
_WRITTEN_COLUMNS = ("ref", "field", "value", "held", "at")


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in lists of at most `size`.

    >>> list(parts("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def naming(refs: Iterable[Ref]) -> Parameters:
    """The types and the ids of `refs`, by the columns of the links in which they stand."""
    columns: dict[str, set[str]] = {f"{system}_{part}": set() for system in SystemName for part in ("type", "id")}
    for ref in refs:
        columns[f"{ref.system}_type"].add(ref.type)
        columns[f"{ref.system}_id"].add(ref.id)
    return {name: sorted(values) for name, values in columns.items()}


def ref_parameters(ref: Ref) -> Parameters:
    return {"ref_system": ref.system, "ref_type": ref.type, "ref_id": ref.id}


def by_side(values: Pair[Any], suffix: str = "") -> Parameters:
    return {f"{system}{suffix}": value for system, value in values}


def link_row(entity: Entity, refs: Pair[Ref], reason: str, at: datetime) -> Parameters:
    types, ids = Pair(refs.netsuite.type, refs.salesforce.type), Pair(refs.netsuite.id, refs.salesforce.id)
    row = {"entity": entity, "state": "active", "reason": reason, "began_at": at}
    return row | by_side(types, "_type") | by_side(ids, "_id")


def link(row: RowMapping) -> Link:
    """The link of a row. Its reason says why it is in the state in which it is."""
    refs = Pair(
        Ref(SystemName.NETSUITE, row["netsuite_type"], row["netsuite_id"]),
        Ref(SystemName.SALESFORCE, row["salesforce_type"], row["salesforce_id"]),
    )
    reason = row["reason"] if row["end_reason"] is None else row["end_reason"]
    return Link(row["id"], row["entity"], refs, row["state"], reason)


def link_rank(row: RowMapping) -> tuple[bool, bool, datetime, int]:
    """Sorts the links of one ref, best last: active ones, among them not the lead's, then those that ended last."""
    active = row["state"] == "active"
    return active, active and row["entity"] is not Entity.LEAD, row["ended_at"] or row["began_at"], row["id"]


def links_by_ref(found: Iterable[RowMapping], refs: Container[Ref]) -> dict[Ref, Link]:
    """The best link of each of `refs`, in their order."""
    best: dict[Ref, Link] = {}
    for one in map(link, sorted(found, key=link_rank)):
        best |= {ref: one for ref in one.refs_both() if ref in refs}
    return {ref: best[ref] for ref in sorted(best)}


def base_rows(bases: Mapping[int, Base]) -> Iterator[Parameters]:
    for link_id, base in bases.items():
        yield {"link_id": link_id, **by_side(base.values)}


def base(row: RowMapping) -> Base:
    return Base(Pair(row["netsuite"], row["salesforce"]))


def match_rows(entries: Mapping[Ref, tuple[Entity, frozenset[str]]]) -> Iterator[Parameters]:
    for ref, (entity, keys) in entries.items():
        for key in sorted(keys):
            yield {"system": ref.system, "entity": entity, "key": key, "type": ref.type, "id": ref.id}


def intent_row(intent: Intent) -> Parameters:
    return {name: getattr(intent, name) for name in _INTENT_COLUMNS}


def intent(row: RowMapping) -> Intent:
    answered = row["outcome"] == "answered"
    return Intent(id=row["id"], answered=answered, **{name: row[name] for name in _INTENT_COLUMNS})


def hold_row(hold: Hold, run_id: int, at: datetime) -> Parameters:
    row = {
        "kind": hold.kind,
        "entity": hold.entity,
        "field": hold.field or "",
        "reason": hold.reason,
        "code": hold.code,
        "link_id": hold.link_id,
        "payload": hold.payload,
        "run_id": run_id,
        "last_run_id": run_id,
        "opened_at": at,
        "tried_at": at,
    }
    row |= by_side(hold.refs, "_ref") | by_side(hold.values, "_value") | by_side(hold.base, "_base")
    row |= by_side(hold.modified_at, "_modified_at") | by_side(hold.modified_by, "_modified_by")
    return row | by_side(hold.names, "_name")


def open_hold(row: RowMapping) -> OpenHold:
    hold = Hold(
        kind=row["kind"],
        entity=row["entity"],
        refs=_pair(row, "_ref"),
        field=row["field"] or None,
        reason=row["reason"],
        values=_pair(row, "_value"),
        code=row["code"],
        link_id=row["link_id"],
        base=_pair(row, "_base"),
        modified_at=_pair(row, "_modified_at"),
        modified_by=_pair(row, "_modified_by"),
        names=_pair(row, "_name"),
        payload=row["payload"],
    )
    opened, tried = row["opened_at"], row["tried_at"]
    return OpenHold(row["id"], hold, opened, row["run_id"], row["tries"], tried, row["ignored_by"])


def _pair(row: RowMapping, suffix: str) -> Pair[Any]:
    return Pair(row[f"netsuite{suffix}"], row[f"salesforce{suffix}"])


def hold_names(row: RowMapping) -> tuple[Any, ...]:
    """What makes a stored hold the one that it is."""
    return row["kind"], row["netsuite_ref"], row["salesforce_ref"], row["field"]


def names_of(hold: Hold) -> tuple[Any, ...]:
    return hold.kind, hold.refs.netsuite, hold.refs.salesforce, hold.field or ""


def answer_row(answer: Answer) -> Parameters:
    row = {name: getattr(answer, name) for name in _ANSWER_COLUMNS} | {"field": answer.field or ""}
    return row | by_side(answer.refs, "_ref") | by_side(answer.seen, "_seen")


def answer(row: RowMapping) -> Answer:
    facts = {name: row[name] for name in _ANSWER_COLUMNS}
    return Answer(**facts, refs=_pair(row, "_ref"), field=row["field"] or None, seen=_pair(row, "_seen"), id=row["id"])


def overruled_row(value: Overruled) -> Parameters:
    return {name: getattr(value, name) for name in _OVERRULED_COLUMNS}


def overruled(row: RowMapping) -> Overruled:
    return Overruled(**{name: row[name] for name in _OVERRULED_COLUMNS})


def written_row(write: Written) -> Parameters:
    return {name: getattr(write, name) for name in _WRITTEN_COLUMNS}


def written(row: RowMapping) -> Written:
    return Written(**{name: row[name] for name in _WRITTEN_COLUMNS})


def run_row(run: RunRecord) -> Parameters:
    return {
        "mode": run.mode,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "counts": dict(run.counts),
        "passes": run.passes,
        "ended": run.ended,
    }


def run(row: RowMapping) -> RunRecord:
    return RunRecord(**row)
