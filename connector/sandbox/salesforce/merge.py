"""Merge of up to three leads, contacts or accounts: losers go to the recycle bin and point at the winner.

Documented: MasterRecordId on the losers, children reparented without their triggers. Assumed: the children's
stamps do not move; a converted lead cannot be merged.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import refuse
from connector.sandbox.salesforce.ids import widen
from connector.sandbox.salesforce.org import Org, Saver
from connector.sandbox.salesforce.writes import apply_changes, bury, existing, incoming, refuse_if_frozen

MOST_LOSERS = 2


def merge(org: Org, saver: Saver, sobject: SObject, master_id: str, losers: list[str], body: dict[str, Any]) -> None:
    """Merge `losers` into the master and give it the values of `body`. Refusal when that cannot be."""
    if not sobject.mergeable:
        raise refuse("INVALID_TYPE_FOR_OPERATION", f"entity type {sobject.name} cannot be merged", ())
    if not 1 <= len(losers) <= MOST_LOSERS:
        raise refuse("MERGE_FAILED", "one or two records may be merged into the master", ())
    master = _row(org, sobject, master_id)
    rows = [_row(org, sobject, text) for text in losers]
    if master["Id"] in {row["Id"] for row in rows}:
        raise refuse("MERGE_FAILED", "a record cannot be merged with itself", ())
    org.refuse_if_locked(master["Id"], *(row["Id"] for row in rows))
    changes = incoming(org, sobject, body, creating=False)
    for row in rows:
        _reparent(org, sobject, row["Id"], master["Id"])
        bury(org, sobject, row["Id"], row["Id"], master["Id"])
    apply_changes(org, saver, sobject, master, changes)


def _row(org: Org, sobject: SObject, text: str) -> dict[str, Any]:
    wide = widen(text)
    if wide is None or not wide.startswith(sobject.prefix):
        raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
    row = existing(org, sobject, wide)
    refuse_if_frozen(row)
    return row


def _reparent(org: Org, sobject: SObject, loser: str, master: str) -> None:
    for child in sobject.children:
        table = org.sobject(child.sobject)
        for row in org.store.find(table, f'"{child.field}"=?', (loser,)):
            org.store.update(table, row["Id"], {child.field: master})
