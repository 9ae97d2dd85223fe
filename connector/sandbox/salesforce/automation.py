"""Rules that an admin installed: after a save they rewrite one field, in the same transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connector.sandbox.rewriting import KINDS
from connector.sandbox.salesforce.moments import parse_stamp, stamp
from connector.sandbox.salesforce.org import Automation, Org


def rewrite(org: Org, sobject: str, row: dict[str, Any]) -> dict[str, Any]:
    """What the installed rules change in the row just saved; empty when nothing."""
    changes: dict[str, Any] = {}
    for rule in org.automations:
        if rule.sobject == sobject:
            changes |= _apply(org, rule, row | changes)
    return changes


def check(org: Org, rule: Automation) -> Automation:
    """The rule with the names as the org spells them; ValueError when it cannot work."""
    sobject = org.schema.find(rule.sobject)
    field = sobject.field(rule.field) if sobject else None
    if sobject is None or field is None or not field.stored:
        raise ValueError(f"no field {rule.sobject}.{rule.field}")
    if rule.kind not in KINDS:
        raise ValueError(f"unknown automation {rule.kind!r}; known: {', '.join(sorted(KINDS))}")
    return Automation(sobject.name, field.name, rule.kind, rule.argument, rule.bump_seconds)


def _apply(org: Org, rule: Automation, row: dict[str, Any]) -> dict[str, Any]:
    before = row.get(rule.field)
    after = KINDS[rule.kind](before, rule.argument)
    if after == before:
        return {}
    return {rule.field: after} | (_later(org, rule, row) if rule.bump_seconds else {})


def _later(org: Org, rule: Automation, row: dict[str, Any]) -> dict[str, Any]:
    """A second save: later stamps, and not by the one who saved first."""
    at = stamp(parse_stamp(row["SystemModstamp"]) + timedelta(seconds=rule.bump_seconds))
    return {"LastModifiedDate": at, "SystemModstamp": at, "LastModifiedById": org.people.humans[0]}
