"""Duplicate rules: a save that resembles another record is alerted or blocked.

Recorded: the error body of `/sobjects/X` (API 60); documented: `allowSave` overrides Alert, never Block; rows
of a collection get code and message only.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import Problem, Refusal
from connector.sandbox.salesforce.org import Org, Saver
from connector.sandbox.salesforce.settings import DuplicateRule

ALERT = "Use one of these records?"
BLOCK = "You're creating a duplicate record. We recommend you use an existing record instead."


def refuse_duplicates(
    org: Org,
    saver: Saver,
    sobject: SObject,
    changes: dict[str, Any],
    *,
    ignore: frozenset[str] = frozenset(),
    block_all: bool = False,
) -> None:
    """Refusal DUPLICATES_DETECTED when a rule of the org matches. `ignore`: ids that never count.

    block_all: alerts block too, whatever the header says (lead conversion with validation, documented).
    """
    for rule in org.settings.duplicate_rules:
        applies = rule.entity == sobject.name and changes.get(rule.field)
        overridden = saver.allow_duplicates and rule.action == "Alert" and not block_all
        if not applies or overridden:
            continue
        matches = _matches(org, rule, changes[rule.field], ignore)
        if any(matches.values()):
            raise _detected(org, saver, rule, matches)


def _matches(org: Org, rule: DuplicateRule, value: Any, ignore: frozenset[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for target in rule.targets:
        sobject = org.sobject(target)
        field = sobject.field(rule.field)
        rows = org.store.find_equal(sobject, field, value) if field else []
        found[target] = [row["Id"] for row in rows if row["Id"] not in ignore and not row.get("IsConverted")]
    return found


def _detected(org: Org, saver: Saver, rule: DuplicateRule, matches: dict[str, list[str]]) -> Refusal:
    message = ALERT if rule.action == "Alert" else BLOCK
    misspelt = saver.version < org.settings.misspelt_duplicate_key_below
    result = {
        "allowSave": rule.action == "Alert",
        "duplicateRule": rule.name,
        "duplicateRuleEntityType": rule.entity,
        "errorMessage": message,
        "matchResults": [_match(saver, entity, ids) for entity, ids in matches.items() if ids],
    }
    key = "duplicateResut" if misspelt else "duplicateResult"
    return Refusal([Problem("DUPLICATES_DETECTED", message, None, {key: result})])


def _match(saver: Saver, entity: str, ids: list[str]) -> dict[str, Any]:
    return {
        "entityType": entity,
        "errors": [],
        "matchEngine": "FuzzyMatchEngine",
        "matchRecords": [_record(saver, entity, record_id) for record_id in ids],
        "rule": f"Standard_{entity}_Match_Rule_v1_1",
        "size": len(ids),
        "success": True,
    }


def _record(saver: Saver, entity: str, record_id: str) -> dict[str, Any]:
    path = f"/services/data/v{saver.version:.1f}/sobjects/{entity}/{record_id}"
    record = {"attributes": {"type": entity, "url": path}, "Id": record_id}
    return {"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0, "record": record}
