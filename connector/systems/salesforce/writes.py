"""Creates and updates in batches of 200, with one outcome for each record.

A create is create-only: it carries our key in a unique field, and if the record exists already the org says so
(DUPLICATE_VALUE). An upsert would overwrite what somebody typed into the record in the meantime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from connector.core.flow import Deferred, Done, Outcome, Unknown, Write
from connector.errors import AuthFailed, RemoteError
from connector.systems.salesforce import soql
from connector.systems.salesforce.client import Client, segment
from connector.systems.salesforce.errors import error_parts, outcome_of, refusal
from connector.systems.salesforce.ids import is_id, to_18
from connector.systems.salesforce.records import ref

_BATCH = 200
_PARENTS = ("AccountId", "ParentId")


@dataclass(frozen=True)
class _Row:
    """One write as it travels, and its place in the caller's order."""

    place: int
    write: Write
    body: Mapping[str, Any]

    @property
    def order(self) -> tuple[bool, str, str, int]:
        """Creates apart from updates; one type together (a call may change type ten times); then by parent:
        children of one parent in two calls at once would lock each other out."""
        parent = next((str(self.body[name]) for name in _PARENTS if self.body.get(name)), "")
        return self.is_update, self.write.type, parent, self.place

    @property
    def is_update(self) -> bool:
        return self.write.id is not None


def write_all(client: Client, writes: Sequence[Write], key_field_of: Callable[[str], str | None]) -> list[Outcome]:
    """Outcomes in the order of `writes`. After a refused login or a used-up quota the rest is not sent."""
    rows = [_Row(place, one, _body(one, key_field_of(one.type))) for place, one in enumerate(writes)]
    outcomes: dict[int, Outcome] = {}
    stopped: Deferred | None = None
    for batch in _batches(sorted(rows, key=lambda row: row.order)):
        if stopped is None:
            answers, stopped = _send(client, batch, first=not outcomes)
        else:
            answers = [stopped] * len(batch)
        outcomes.update(zip((row.place for row in batch), answers, strict=True))
    return [outcomes[place] for place in range(len(writes))]


def _batches(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    for _, group in groupby(rows, key=lambda row: row.is_update):
        yield from soql.chunks(list(group), _BATCH)


def _body(write: Write, key_field: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {"attributes": {"type": write.type}, **write.fields}
    if write.id is not None:
        body["id"] = to_18(write.id)
    if write.key is not None and key_field is not None:
        body[key_field] = write.key
    return body


def headers(client: Client) -> dict[str, str]:
    """Assignment rules would give a synced lead to somebody else, and their default over REST is TRUE."""
    allow = str(client.settings.allow_duplicates).lower()
    return {
        "Sforce-Auto-Assign": "FALSE",
        "Sforce-Duplicate-Rule-Header": f"allowSave={allow}; includeRecordDetails=false; runAsCurrentUser=true",
    }


def _send(client: Client, batch: Sequence[_Row], *, first: bool) -> tuple[list[Outcome], Deferred | None]:
    """The outcomes of one batch, and why nothing more can be sent. A login refused at once is an error."""
    body = {"allOrNone": False, "records": [row.body for row in batch]}
    call = client.change if batch[0].is_update else client.create
    try:
        answers = call("composite/sobjects", body, headers(client))
    except RemoteError as error:
        if first and isinstance(error, AuthFailed):
            raise
        if error.code == "JSON_PARSER_ERROR" and len(batch) > 1:
            return _send_halves(client, batch)
        outcomes = [outcome_of(error, row.write.type) for row in batch]
        return outcomes, next((one for one in outcomes if isinstance(one, Deferred)), None)
    if not _fits(batch, answers):
        return [Unknown("the answer does not fit the batch that was sent")] * len(batch), None
    return [_outcome(client, row, answer) for row, answer in zip(batch, answers, strict=True)], None


def _send_halves(client: Client, batch: Sequence[_Row]) -> tuple[list[Outcome], Deferred | None]:
    """A value that the org cannot even parse refuses the whole call, before anything is applied: corner it."""
    middle = len(batch) // 2
    outcomes, stopped = _send(client, batch[:middle], first=False)
    if stopped is not None:
        return outcomes + [stopped] * (len(batch) - middle), stopped
    others, stopped = _send(client, batch[middle:], first=False)
    return outcomes + others, stopped


def _fits(batch: Sequence[_Row], answers: Any) -> bool:
    """Whether the answer has one row for each of ours, in our order (documented); else it says nothing at all."""
    return (
        isinstance(answers, list)
        and len(answers) == len(batch)
        and all(isinstance(answer, Mapping) and isinstance(answer.get("success"), bool) for answer in answers)
        and all(_is_row_of(row, answer) for row, answer in zip(batch, answers, strict=True) if answer["success"])
    )


def _is_row_of(row: _Row, answer: Mapping[str, Any]) -> bool:
    return is_id(answer.get("id")) and row.write.id in (None, answer["id"], to_18(answer["id"]))


def _outcome(client: Client, row: _Row, answer: Mapping[str, Any]) -> Outcome:
    if answer["success"]:
        return Done(ref(row.write.type, answer["id"]))
    code, message, fields = error_parts(answer.get("errors"))
    if code == "DUPLICATES_DETECTED":
        return _send_alone(client, row)
    return refusal(row.write.type, code, message, fields)


def _send_alone(client: Client, row: _Row) -> Outcome:
    """The same row by itself: only there does the org say which record it looks like (recorded)."""
    type_, id_ = row.write.type, row.write.id
    body = {name: value for name, value in row.body.items() if name not in ("attributes", "id")}
    path = f"sobjects/{segment(type_)}/"
    try:
        if id_ is not None:
            client.change(path + segment(to_18(id_)), body, headers(client))
            return Done(ref(type_, id_))
        made = client.create(path, body, headers(client))
    except RemoteError as error:
        return outcome_of(error, type_)
    found = made.get("id") if isinstance(made, Mapping) else None
    return Done(ref(type_, found)) if is_id(found) else Unknown("a record was made, and the answer does not say which")
