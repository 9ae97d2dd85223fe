"""The fidelity ledger: every behaviour that the sandboxes imitate, with its evidence and its test.

Each vendor's folder keeps its own `LEDGER`; the fronts' is here below. Evidence is one of three:
*documented* (the vendor says so), *recorded* (somebody's real account answered so), *assumed* (nobody
showed us; a real account may differ).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any, Literal

Evidence = Literal["documented", "recorded", "assumed"]
EVIDENCE: tuple[Evidence, ...] = ("documented", "recorded", "assumed")


@dataclass(frozen=True)
class Behaviour:
    """One emulated behaviour.

    `source` names where the evidence is found; `test` is the pytest node id that holds the sandbox to it.
    """

    id: str
    what: str
    evidence: Evidence
    source: str
    test: str


_FAULTS = "tests/sandbox/front/test_front.py::"

FRONT: tuple[Behaviour, ...] = (
    Behaviour(
        "front.reset",
        "A connection reset by the server reaches a `requests` user as ConnectionError, never as an answer",
        "documented",
        "requests: Errors and Exceptions; urllib3: ProtocolError",
        "tests/sandbox/front/test_serve.py::test_a_refused_connection_is_reset_without_an_answer",
    ),
    Behaviour(
        "front.cut",
        "A body shorter than its Content-Length reaches a `requests` user as ChunkedEncodingError",
        "documented",
        "urllib3: enforce_content_length; requests: Response.iter_content",
        "tests/sandbox/front/test_serve.py::test_a_cut_body_breaks_while_it_is_read",
    ),
    Behaviour(
        "front.error",
        "A 5xx carries an HTML maintenance page unless JSON is asked for",
        "assumed",
        "texts made up here; real pages differ",
        f"{_FAULTS}test_an_error_carries_a_page_or_the_vendors_json",
    ),
    Behaviour(
        "front.delay",
        "A write whose client gave up may be carried out later",
        "assumed",
        "general behaviour of servers behind load balancers",
        f"{_FAULTS}test_a_delayed_write_lands_before_the_first_request_after_its_moment",
    ),
    Behaviour(
        "front.gate",
        "A throttled request takes no slot of the concurrency limit",
        "assumed",
        "neither vendor says whether a refused request counts",
        f"{_FAULTS}test_requests_over_the_limit_are_throttled_and_take_no_slot",
    ),
    Behaviour(
        "front.date",
        "Every answer carries a Date header with the server's own clock",
        "documented",
        "RFC 9110, 6.6.1",
        f"{_FAULTS}test_answers_carry_the_worlds_date",
    ),
)


def ledger() -> tuple[Behaviour, ...]:
    """Every behaviour of the fronts, then NetSuite's, then Salesforce's."""
    # Imported here, because the vendors' ledgers are made of this module's Behaviour.
    vendors = (import_module(f"connector.sandbox.{name}.ledger") for name in ("netsuite", "salesforce"))
    return FRONT + tuple(behaviour for vendor in vendors for behaviour in vendor.LEDGER)


def counts(behaviours: Iterable[Behaviour]) -> dict[str, int]:
    """How many behaviours stand on each kind of evidence; a kind without any counts 0."""
    found = Counter(behaviour.evidence for behaviour in behaviours)
    return {evidence: found[evidence] for evidence in EVIDENCE}


def as_lines(behaviours: Iterable[Behaviour]) -> list[str]:
    """The ledger as text: one line per behaviour, a last line with the counts."""
    listed = list(behaviours)
    width = max((len(behaviour.id) for behaviour in listed), default=0)
    rows = [f"{b.id:<{width}}  {b.evidence:<10}  {b.what}  [{b.source}]" for b in listed]
    return [*rows, _summary(counts(listed))]


def as_data(behaviours: Iterable[Behaviour]) -> dict[str, Any]:
    """The ledger as JSON data: `{"behaviours": [{id, what, evidence, source, test}], "counts": {...}}`."""
    listed = list(behaviours)
    return {"behaviours": [asdict(behaviour) for behaviour in listed], "counts": counts(listed)}


def _summary(found: dict[str, int]) -> str:
    parts = ", ".join(f"{number} {evidence}" for evidence, number in found.items())
    return f"{sum(found.values())} behaviours: {parts}"
