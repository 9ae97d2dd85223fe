"""Fields that the table of their record does not tell: looked up beside it, only where a read wants them.

A customer's subsidiary stands in a table of its own in accounts with several (recorded): one query for a page of
records. A record's custom form, and the subsidiary of other records, are fields of the record service (recorded) and
of no row that queries are known to give (assumed for every account: the record's own table is asked first). The
service lists ids only, so each of these records costs a call (documented); as many are in flight as the account's
settings allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from connector.core.flow import Raw
from connector.errors import Missing, Refused, RemoteError
from connector.systems.netsuite import suiteql
from connector.systems.netsuite.client import Client
from connector.systems.netsuite.records import RecordType

Held = Mapping[str, Mapping[str, Raw]]
"""Record id -> field -> what it holds."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table that tells a field of other records: `owner` is the column of the record's id."""

    table: str
    owner: str
    column: str
    condition: str


RELATIONS: Final[Mapping[tuple[str, str], Relation]] = {
    # That `isprimarysub` marks the one of the record itself is assumed.
    ("customer", "subsidiary"): Relation("customersubsidiaryrelationship", "entity", "subsidiary", "isprimarysub = 'T'")
}
"""(Record type, field) -> the table."""

_BY_RECORD: Final = frozenset({"customForm", "subsidiary"})


def is_singly(record_name: str, field: str) -> bool:
    """Whether the field is asked of the record service."""
    return field in _BY_RECORD and (record_name, field) not in RELATIONS


def relation_query(relation: Relation, ids: Sequence[str]) -> str:
    listed = suiteql.in_list(suiteql.integer(id_) for id_ in ids)
    columns = f"{relation.owner} AS id, {relation.column} AS held"
    where = f"{relation.owner} IN {listed} AND {relation.condition}"
    return f"SELECT {columns} FROM {relation.table} WHERE {where} ORDER BY id"  # noqa: S608 - constants and numbers


# --- by the record service -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answers:
    """`refused`: how many records the service does not show, because they are locked (recorded) or hidden from our
    role; they are not in `held`."""

    held: Held
    refused: int = 0


_Answer = Mapping[str, Raw] | Missing | Refused


def asked_singly(
    client: Client, record: RecordType, ids: Sequence[str], fields: Sequence[str], concurrency: int
) -> Answers:
    """What the records hold in these fields now; one that is gone is in no answer. Raises RemoteError for whatever
    concerns more than one record, without asking for the rest."""

    def ask(id_: str) -> _Answer:
        try:
            held = client.references(record.name, id_, fields)
        except (Missing, Refused) as error:
            return error
        return {field: held.get(field.lower()) for field in fields}

    found = dict(zip(ids, _several(ask, ids, concurrency), strict=True))
    held = {id_: answer for id_, answer in found.items() if not isinstance(answer, RemoteError)}
    return Answers(held, sum(isinstance(answer, Refused) for answer in found.values()))


def _several(ask: Callable[[str], _Answer], ids: Sequence[str], concurrency: int) -> list[_Answer]:
    """The answers in the order of `ids`; 1 at a time in the caller's own thread. An error ends it: what has not been
    asked then is not."""
    if concurrency == 1 or len(ids) == 1:
        return [ask(id_) for id_ in ids]
    with ThreadPoolExecutor(concurrency, thread_name_prefix="netsuite") as workers:
        return list(workers.map(ask, ids))
