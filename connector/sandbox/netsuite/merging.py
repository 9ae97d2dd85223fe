"""Duplicate resolution: losers are deleted, blanks of the winner filled, lists and activities moved over."""

from __future__ import annotations

from connector.sandbox.netsuite import addresses
from connector.sandbox.netsuite.account import MERGE, Account, Row
from connector.sandbox.netsuite.fields import RecordType

#: Columns that point at a customer or a contact, by the table they stand in.
_POINTERS = {
    "customer": (
        ("contact", "company"),
        ("customer", "parent"),
        ("opportunity", "entity"),
        ("salesorder", "entity"),
        ("phonecall", "company"),
        ("task", "company"),
        ("calendarevent", "company"),
        ("message", "entity"),
        ("campaignresponse", "entity"),
    ),
    "contact": (
        ("phonecall", "contact"),
        ("task", "contact"),
        ("calendarevent", "contact"),
        ("message", "contact"),
        ("campaignresponse", "contact"),
    ),
}
#: The winner keeps its own of these even where they are blank.
_OWN = {"id", "externalid", "entityid", "altname", "entitynumber", "datecreated", "lastmodifieddate", "isperson"}


def merge(account: Account, kind: RecordType, winner: Row, losers: list[Row]) -> None:
    """Merge customers or contacts into `winner`. Nothing names the winner of a loser afterwards but system notes."""
    filled: Row = {}
    for loser in losers:
        blanks = {column: value for column, value in loser.items() if value is not None and column not in _OWN}
        filled |= {column: value for column, value in blanks.items() if {**winner, **filled}[column] is None}
        _move(account, kind, loser["id"], winner["id"])
        account.delete(kind, loser["id"], MERGE)
    account.update(kind, winner, filled, MERGE)


def _move(account: Account, kind: RecordType, loser: int, winner: int) -> None:
    addresses.move(account, loser, winner, kind.table)
    for table, column in _POINTERS[kind.table]:
        account.database.execute(
            f'UPDATE {table} SET "{column}" = ? WHERE "{column}" = ?',  # noqa: S608 - names from the table above
            (winner, loser),
        )
    side = "company" if kind.table == "customer" else "contact"
    account.database.execute(
        f"UPDATE OR IGNORE companycontactrelationship SET {side} = ? WHERE {side} = ?",  # noqa: S608
        (winner, loser),
    )
