"""The fewest calls that the vendors' APIs allow for a piece of work, term by term. Pure.

The floor is that of the REST services which a scheduled sync uses. Salesforce's Bulk API and NetSuite's
asynchronous batches need fewer calls for many records; they belong to the one-off migration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.core.flow import Pair

SALESFORCE_PAGE = 1_000
"""Rows of a query page that selects a long text, as the leads' description is (recorded; 2,000 without, documented).
Fetching the ids in pages of 2,000 and then the records by id, 2,000 a call, comes to the same number."""
SALESFORCE_COLLECTION = 200
"""Records that one collections call writes (documented)."""
SALESFORCE_RETRIEVE = 2_000
"""Records that one call reads by id (documented)."""
NETSUITE_PAGE = 1_000
"""Rows of a SuiteQL page (documented)."""
NETSUITE_TYPES = ("customer", "contact", "opportunity")


@dataclass(frozen=True)
class Term:
    """So many calls, and what for."""

    calls: int
    why: str


Floor = Pair[tuple[Term, ...]]


def total(terms: Sequence[Term]) -> int:
    return sum(term.calls for term in terms)


def first_sync(leads: int) -> Floor:
    """`leads` in Salesforce, nothing in NetSuite: read, create, read back, write our key."""
    pages = max(1, _calls(leads, SALESFORCE_PAGE))
    return Pair(
        netsuite=(
            _LOGIN,
            *_NETSUITE_LOOKS,
            Term(leads, "a record-service POST for each lead"),
            Term(_calls(leads, NETSUITE_PAGE), f"read back by SuiteQL, pages of {NETSUITE_PAGE:,}"),
        ),
        salesforce=(
            _LOGIN,
            Term(1, "one composite call: the first pages of leads, accounts, contacts and opportunities"),
            Term(pages - 1, f"further lead pages of {SALESFORCE_PAGE:,}"),
            Term(_calls(leads, SALESFORCE_COLLECTION), f"our key, collections of {SALESFORCE_COLLECTION}"),
        ),
    )


def no_change() -> Floor:
    """Asking what changed and what was deleted since the last time."""
    return Pair(
        netsuite=(_LOGIN, *_NETSUITE_LOOKS, _NETSUITE_DELETED),
        salesforce=(_LOGIN, _SALESFORCE_LOOK),
    )


def changes(each: int) -> Floor:
    """`each` edits on both sides, every one to be carried to the other."""
    return Pair(
        netsuite=(
            _LOGIN,
            *_NETSUITE_LOOKS,
            _NETSUITE_DELETED,
            Term(each, "a record-service PATCH for each lead that was edited in Salesforce"),
            Term(_calls(each, NETSUITE_PAGE), "read back by SuiteQL"),
        ),
        salesforce=(
            _LOGIN,
            _SALESFORCE_LOOK,
            Term(_calls(each, SALESFORCE_COLLECTION), f"the edits of NetSuite, collections of {SALESFORCE_COLLECTION}"),
            Term(_calls(each, SALESFORCE_RETRIEVE), f"read back by id, {SALESFORCE_RETRIEVE:,} a call"),
        ),
    )


_LOGIN = Term(1, "login")
_NETSUITE_LOOKS = tuple(Term(1, f"a SuiteQL query: what changed among {name} records") for name in NETSUITE_TYPES)
_NETSUITE_DELETED = Term(1, "a SuiteQL query: what was deleted")
_SALESFORCE_LOOK = Term(1, "one composite call: what changed or was deleted, of all four objects")


def _calls(records: int, a_call: int) -> int:
    return -(-records // a_call)
