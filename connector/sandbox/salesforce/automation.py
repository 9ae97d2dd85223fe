"""Rules that an admin installed: after a save they rewrite one field, in the same transaction."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

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


def _phone(value: str) -> str:
    digits = re.sub(r"\D", "", value)
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 else value


def _on_text(change: Callable[[str], str]) -> Callable[[Any, Any], Any]:
    return lambda value, _: change(value) if isinstance(value, str) else value


def _round(value: Any, digits: Any) -> Any:
    return round(value, int(digits or 0)) if isinstance(value, int | float) else value


def _default(value: Any, default: Any) -> Any:
    return default if value is None else value


KINDS: dict[str, Callable[[Any, Any], Any]] = {
    "upper": _on_text(str.upper),
    "lower": _on_text(str.lower),
    "trim": _on_text(lambda text: " ".join(text.split())),
    "title": _on_text(str.title),
    "phone_format": _on_text(_phone),
    "round": _round,
    "set_default": _default,
}
