"""Deletes, 200 a call. A deleted row lies in the recycle bin for 15 days (documented).

An account takes its contacts and opportunities along (documented), which nobody asked for: one that still has any
is refused here. Its cases stop Salesforce by themselves (documented).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.core.flow import Deferred, Done, Outcome, Ref, Refused, Unknown
from connector.errors import AuthFailed, RemoteError
from connector.systems.salesforce import soql
from connector.systems.salesforce.client import Client
from connector.systems.salesforce.errors import error_parts, outcome_of, refusal
from connector.systems.salesforce.ids import to_18

_BATCH: Final = 200
"""Rows of a collection call (documented)."""


_CHILDREN: Final = ("Contact", "Opportunity")
_KEPT: Final = Refused("people or opportunities belong to it, and would be deleted with it", "HAS_CHILDREN")


def delete_all(client: Client, refs: Sequence[Ref]) -> list[Outcome]:
    """Outcomes in the order of `refs`. After a refused login or a used-up quota the rest is not sent."""
    parents = _parents(client, [one for one in refs if one.type == "Account"])
    outcomes: dict[Ref, Outcome] = {one: _KEPT for one in refs if one.id in parents}
    stopped: Deferred | None = None
    for batch in soql.chunks([one for one in refs if one not in outcomes], _BATCH):
        if stopped is None:
            answers, stopped = _send(client, batch, first=not outcomes)
        else:
            answers = [stopped] * len(batch)
        outcomes.update(zip(batch, answers, strict=True))
    return [outcomes[one] for one in refs]


def _parents(client: Client, accounts: Sequence[Ref]) -> set[str]:
    """The ids of the accounts that have people or opportunities."""
    found: set[str] = set()
    for some in soql.chunks(accounts, _BATCH):
        ids = [to_18(one.id) for one in some]
        for child in _CHILDREN:
            rows = client.every_row(soql.select(("AccountId",), child, soql.one_of("AccountId", ids)))
            found |= {to_18(row["AccountId"]) for row in rows}
    return found


def _send(client: Client, batch: Sequence[Ref], *, first: bool) -> tuple[list[Outcome], Deferred | None]:
    ids = ",".join(to_18(one.id) for one in batch)
    try:
        answers = client.remove("composite/sobjects", {"ids": ids, "allOrNone": "false"})
    except RemoteError as error:
        if first and isinstance(error, AuthFailed):
            raise
        outcomes = [outcome_of(error, one.type) for one in batch]
        return outcomes, next((one for one in outcomes if isinstance(one, Deferred)), None)
    if not isinstance(answers, list) or len(answers) != len(batch):
        return [Unknown("the answer does not fit the batch that was sent")] * len(batch), None
    return [_outcome(one, answer) for one, answer in zip(batch, answers, strict=True)], None


def _outcome(ref: Ref, answer: Any) -> Outcome:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("success"), bool):
        return Unknown("the answer says nothing about this record")
    if answer["success"]:
        return Done(ref)
    code, message, fields = error_parts(answer.get("errors"))
    return refusal(ref.type, code, message, fields)
