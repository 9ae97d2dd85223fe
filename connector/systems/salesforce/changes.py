"""Reading what changed since a mark that the org itself vouches for.

A row's SystemModstamp is taken inside its transaction, and the row appears at the commit, minutes later at worst
(documented, reported). So neither "now" nor the highest stamp seen is a safe place to go on from. The `updated`
call answers `latestDateCovered`, which stays at the start of a transaction that is still open (documented): that
is the next mark. It is asked for *before* the rows are read, and the rows are everything from the old mark on,
without an upper end:

    old mark                 new mark         now
       |------ read once --------|-- read now, and again next time --|

What lies behind the new mark is read twice at worst, lost never. Deleted and merged rows come with the same query
(`queryAll`), and the first pages of all types in one composite call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from connector.core.flow import SourceRecord
from connector.core.ports import Changes, Wanted
from connector.core.schema import SystemName
from connector.errors import RemoteError, Unintelligible
from connector.systems.salesforce import soql
from connector.systems.salesforce.client import MOST_PARTS_IN_COMPOSITE, MOST_QUERIES_IN_COMPOSITE, Client, query_path
from connector.systems.salesforce.errors import QueryLocatorDead
from connector.systems.salesforce.records import parse_moment, source_record, system_fields

_ORDER = "SystemModstamp, Id"
_FURTHEST_BACK = timedelta(days=29)
_SHORTEST_WINDOW = timedelta(minutes=2)
_LOOK_BACK = timedelta(days=1)


@dataclass(frozen=True)
class Reading:
    """One type to be read: the wanted fields, the key field if the org has it, and the old mark."""

    type: str
    fields: tuple[str, ...]
    key_field: str | None
    since: datetime | None

    def soql(self, where: str = "") -> str:
        """The query for all rows from the old mark on, or for those that `where` picks."""
        own = system_fields(self.type, self.key_field, deleted_too=self.deleted_too)
        if not where and self.since is not None:
            where = f"SystemModstamp >= {soql.moment(self.since)}"
        return soql.select((*own, *self.fields), self.type, where, _ORDER)

    @property
    def deleted_too(self) -> bool:
        """A first read has nothing to say about what was deleted before it."""
        return self.since is not None

    def records(self, rows: Sequence[Mapping[str, Any]]) -> tuple[SourceRecord, ...]:
        return tuple(source_record(self.type, row, self.fields, self.key_field) for row in rows)


def reading(wanted: Wanted, key_field: str | None) -> Reading:
    since = parse_moment(wanted.since) if wanted.since else None
    return Reading(wanted.type, wanted.fields, key_field, since)


def changes(
    client: Client, readings: Sequence[Reading], without_key: Callable[[Reading], Reading]
) -> dict[str, Changes]:
    """Changes by type. `without_key` says how to read a type of which the org turned out to lack our key field;
    it raises nothing and answers the same reading if that is not the reason."""
    marks = _next_marks(client, readings)
    firsts: list[tuple[Reading, Mapping[str, Any]]] = []
    for group in soql.chunks(readings, MOST_QUERIES_IN_COMPOSITE):
        firsts += _first_pages(client, group, without_key)
    return {
        one.type: Changes(one.type, soql.moment(mark), _pages(client, one, first))
        for mark, (one, first) in zip(marks, firsts, strict=True)
    }


def _first_pages(
    client: Client, readings: Sequence[Reading], without_key: Callable[[Reading], Reading]
) -> list[tuple[Reading, Mapping[str, Any]]]:
    paths = [query_path(one.soql(), deleted_too=one.deleted_too) for one in readings]
    answers = client.composite_get(paths)
    return [_readable(client, one, answer, without_key) for one, answer in zip(readings, answers, strict=True)]


def _readable(
    client: Client, one: Reading, answer: Any, without_key: Callable[[Reading], Reading]
) -> tuple[Reading, Mapping[str, Any]]:
    if not isinstance(answer, RemoteError):
        return one, client.as_page(answer)
    other = without_key(one) if answer.code == "INVALID_FIELD" else one
    if other == one:
        raise answer
    return other, _query(client, other)


def _pages(client: Client, one: Reading, page: Mapping[str, Any]) -> Iterator[tuple[SourceRecord, ...]]:
    """Page by page to the end. How long a page is says nothing (recorded); only `done` does."""
    last: Mapping[str, Any] | None = None
    while True:
        if page["records"]:
            last = page["records"][-1]
            yield one.records(page["records"])
        if page["done"]:
            return
        page = _following(client, one, page["nextRecordsUrl"], last)


def _following(client: Client, one: Reading, url: str, last: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The next page; a new query from behind the last row on if the locator is dead (they live for two days)."""
    try:
        return client.next_page(url)
    except QueryLocatorDead:
        return _query(client, one, _behind(last) if last else "")


def _behind(row: Mapping[str, Any]) -> str:
    """Rows behind `row` in the order of (stamp, id): stamps are whole seconds, and equal ones are normal."""
    stamp, id_ = soql.moment(parse_moment(row["SystemModstamp"])), soql.text(row["Id"])
    return f"((SystemModstamp = {stamp} AND Id > {id_}) OR SystemModstamp > {stamp})"


def _query(client: Client, one: Reading, where: str = "") -> Mapping[str, Any]:
    ask = client.query_all if one.deleted_too else client.query
    return ask(one.soql(where))


def _next_marks(client: Client, readings: Sequence[Reading]) -> list[datetime]:
    """The org's promise for each type: whatever commits from now on has a stamp at or after it.

    Asked for all types in one call (documented: a composite may hold any sObject resource but blobs). The window
    must be longer than a minute and go back 30 days at most (documented); in a shorter one the old mark stays, and
    a longer one asks about the last day only, which any open transaction is younger than.
    """
    now = client.server_now()
    starts = [_start(one, now) for one in readings]
    asked = [(one, start) for one, start in zip(readings, starts, strict=True) if now - start >= _SHORTEST_WINDOW]
    covered: dict[str, datetime] = {}
    for group in soql.chunks(asked, MOST_PARTS_IN_COMPOSITE):
        answers = client.composite_get([_updated(one.type, start, now) for one, start in group])
        covered.update(
            (one.type, _covered(client, one, answer)) for (one, _), answer in zip(group, answers, strict=True)
        )
    return [covered.get(one.type, one.since or start) for one, start in zip(readings, starts, strict=True)]


def _start(one: Reading, now: datetime) -> datetime:
    return one.since if one.since and now - one.since < _FURTHEST_BACK else now - _LOOK_BACK


def _covered(client: Client, one: Reading, answer: Any) -> datetime:
    """The mark that an `updated` call answers; more ids than it lists (600,000, documented) want a shorter window."""
    if isinstance(answer, RemoteError) and answer.code == "EXCEEDED_ID_LIMIT":
        now = client.server_now()
        answer = client.get(_updated(one.type, now - timedelta(hours=1), now))
    if isinstance(answer, RemoteError):
        raise answer
    if not isinstance(answer, Mapping) or "latestDateCovered" not in answer:
        raise Unintelligible("an `updated` answer without latestDateCovered", system=SystemName.SALESFORCE)
    return parse_moment(answer["latestDateCovered"])


def _updated(type_: str, start: datetime, end: datetime) -> str:
    bounds = "&".join(f"{name}={_bound(at)}" for name, at in (("start", start), ("end", end)))
    return f"sobjects/{soql.name(type_)}/updated/?{bounds}"


def _bound(at: datetime) -> str:
    return quote(at.astimezone(UTC).isoformat(timespec="seconds"), safe="")
