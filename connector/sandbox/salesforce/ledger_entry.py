"""How one line of the Salesforce ledger is written."""

from __future__ import annotations

from connector.sandbox.fidelity import Behaviour, Evidence

_TESTS = "tests/sandbox/salesforce/"


def entry(name: str, what: str, evidence: Evidence, source: str, test: str) -> Behaviour:
    return Behaviour(f"salesforce.{name}", what, evidence, source, _TESTS + test)
