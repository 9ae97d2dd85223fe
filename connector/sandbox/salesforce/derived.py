"""Fields that the server works out itself: full names, what a stage implies, whether a task is closed.

Stage table: probability and forecast category of the default sales stages (documented; the probabilities are
those of the developer-org sample).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from connector.sandbox.salesforce.moments import parse_stamp, stamp

STAGES: dict[str, tuple[int, str]] = {
    "Prospecting": (10, "Pipeline"),
    "Qualification": (10, "Pipeline"),
    "Needs Analysis": (20, "Pipeline"),
    "Value Proposition": (50, "Pipeline"),
    "Id. Decision Makers": (60, "Pipeline"),
    "Perception Analysis": (70, "Pipeline"),
    "Proposal/Price Quote": (75, "Pipeline"),
    "Negotiation/Review": (90, "Pipeline"),
    "Closed Won": (100, "Closed"),
    "Closed Lost": (0, "Omitted"),
}
CATEGORY_CODES = {"Best Case": "BestCase", "Commit": "Forecast"}


def derive(sobject: str, row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """What else follows for `row` (all stored values, `changes` already in it) from this save."""
    rule = RULES.get(sobject)
    return rule(row, changes) if rule else {}


def _person(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    if not {"FirstName", "LastName"} & changes.keys():
        return {}
    return {"Name": " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)}


def _contact(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return _person(row, changes) | {"IsEmailBounced": int(row.get("EmailBouncedDate") is not None)}


def _opportunity(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    found = _fiscal(row) if "CloseDate" in changes else {}
    if "StageName" in changes:
        found |= _stage(row, changes)
    probability = found.get("Probability", row.get("Probability"))
    amount = row.get("Amount")
    expected = None if amount is None else round(amount * (probability or 0) / 100, 2)
    return found | {"ExpectedRevenue": expected}


def _stage(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    probability, category = STAGES.get(row["StageName"], (0, "Pipeline"))
    if changes.get("Probability") is not None:
        probability = changes["Probability"]
    category = changes.get("ForecastCategoryName") or category
    return {
        "Probability": probability,
        "ForecastCategoryName": category,
        "ForecastCategory": CATEGORY_CODES.get(category, category),
        "IsClosed": int(row["StageName"].startswith("Closed ")),
        "IsWon": int(row["StageName"] == "Closed Won"),
        "LastStageChangeDate": row.get("SystemModstamp"),
    }


def _fiscal(row: dict[str, Any]) -> dict[str, Any]:
    close = date.fromisoformat(row["CloseDate"])
    quarter = (close.month - 1) // 3 + 1
    return {"FiscalYear": close.year, "FiscalQuarter": quarter, "Fiscal": f"{close.year} {quarter}"}


def _task(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    closed = row.get("Status") == "Completed"
    done = row.get("CompletedDateTime") or row.get("SystemModstamp")
    return {
        "IsClosed": int(closed),
        "IsHighPriority": int(row.get("Priority") == "High"),
        "CompletedDateTime": done if closed else None,
    }


def _event(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    start = changes.get("StartDateTime") or changes.get("ActivityDateTime") or row.get("StartDateTime")
    if start is None:
        return {}
    end = changes.get("EndDateTime") or _after(start, row.get("DurationInMinutes"))
    length = (parse_stamp(end) - parse_stamp(start)) // timedelta(minutes=1)
    times = {"StartDateTime": start, "ActivityDateTime": start, "EndDateTime": end}
    return times | {"DurationInMinutes": length, "ActivityDate": start[:10], "EndDate": end[:10]}


def _after(start: str, minutes: int | None) -> str:
    return stamp(parse_stamp(start) + timedelta(minutes=minutes or 0))


def _member(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    responded = row.get("Status") == "Responded"
    first = row.get("FirstRespondedDate") or (row.get("SystemModstamp") or "")[:10]
    return {
        "HasResponded": int(responded),
        "FirstRespondedDate": first if responded else None,
        "Type": "Contact" if row.get("ContactId") else "Lead",
        "LeadOrContactId": row.get("ContactId") or row.get("LeadId"),
    }


RULES = {
    "Lead": _person,
    "Contact": _contact,
    "Opportunity": _opportunity,
    "Task": _task,
    "Event": _event,
    "CampaignMember": _member,
}
