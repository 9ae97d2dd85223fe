"""The SOAP calls that REST lacks: convertLead, merge, undelete.

Recorded: response shapes, nil ids and `errors` of a failed lead with HTTP 200, session faults with HTTP 500.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from connector.sandbox.salesforce.convert import Conversion, Converted, convert
from connector.sandbox.salesforce.envelope import BadEnvelope, in_sequence, local, text
from connector.sandbox.salesforce.errors import NotEmulated, Problem, Refusal, refuse
from connector.sandbox.salesforce.ids import widen
from connector.sandbox.salesforce.merge import merge
from connector.sandbox.salesforce.org import Org, Saver
from connector.sandbox.salesforce.writes import undelete

LEAD_CONVERT = (
    "accountId",
    "accountRecord",
    "bypassAccountDedupeCheck",
    "bypassContactDedupeCheck",
    "contactId",
    "contactRecord",
    "convertedStatus",
    "doNotCreateOpportunity",
    "leadId",
    "opportunityId",
    "opportunityName",
    "opportunityRecord",
    "overwriteLeadSource",
    "ownerId",
    "sendNotificationEmail",
)
RECORDS = frozenset({"accountRecord", "contactRecord", "opportunityRecord"})
MOST_CONVERSIONS = 100
MOST_UNDELETES = 200
KNOWN_HEADERS = frozenset({"SessionHeader", "CallOptions", "DuplicateRuleHeader"})
Result = tuple[tuple[str, Any], ...]


class Fault(Exception):
    """The whole call fails with an API fault."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def session_token(headers: list[ElementTree.Element]) -> str | None:
    return next((_inner(header, "sessionId") for header in headers if local(header) == "SessionHeader"), None)


def saver_of(headers: list[ElementTree.Element], user_id: str, version: float) -> Saver:
    """Who saves; NotEmulated for a header that is not emulated."""
    unknown = {local(header) for header in headers} - KNOWN_HEADERS
    if unknown:
        raise NotEmulated(f"SOAP header {', '.join(sorted(unknown))}")
    allow = [_inner(header, "allowSave") for header in headers if local(header) == "DuplicateRuleHeader"]
    return Saver(user_id, allow == ["true"], True, version)


def _inner(header: ElementTree.Element, name: str) -> str | None:
    return next((text(child) for child in header if local(child) == name), None)


def convert_leads(org: Org, saver: Saver, operation: ElementTree.Element) -> list[Result]:
    wanted = [child for child in operation if local(child) == "leadConverts"]
    if len(wanted) > MOST_CONVERSIONS:
        raise Fault("EXCEEDED_LEAD_CONVERT_LIMIT", f"at most {MOST_CONVERSIONS} leads per call")
    return [_convert_one(org, saver, _conversion(child)) for child in wanted]


def _conversion(element: ElementTree.Element) -> Conversion:
    found = in_sequence(element, LEAD_CONVERT)
    if found.keys() & RECORDS:
        raise NotEmulated("convertLead with accountRecord, contactRecord or opportunityRecord")
    value = {name: text(child) for name, child in found.items()}
    return Conversion(
        lead_id=value.get("leadId") or "",
        converted_status=value.get("convertedStatus"),
        account_id=value.get("accountId"),
        contact_id=value.get("contactId"),
        opportunity_id=value.get("opportunityId"),
        opportunity_name=value.get("opportunityName"),
        no_opportunity=_flag(value, "doNotCreateOpportunity"),
        overwrite_source=_flag(value, "overwriteLeadSource"),
        owner_id=value.get("ownerId"),
        bypass_account_rules=_flag(value, "bypassAccountDedupeCheck"),
        bypass_contact_rules=_flag(value, "bypassContactDedupeCheck"),
    )


def _flag(value: dict[str, str | None], name: str) -> bool:
    """Absent is false: public clients that omit the booleans succeed (reported)."""
    given = value.get(name) or "false"
    if given not in ("true", "false", "1", "0"):
        raise BadEnvelope(f"'{given}' is not a valid value for the type xsd:boolean")
    return given in ("true", "1")


def _convert_one(org: Org, saver: Saver, asked: Conversion) -> Result:
    try:
        with org.transaction():
            return _converted(convert(org, saver, asked))
    except Refusal as refusal:
        errors = tuple(("errors", _error(problem)) for problem in refusal.problems)
        lead = ("leadId", widen(asked.lead_id) or asked.lead_id or None)
        ids: Result = (("accountId", None), ("contactId", None))
        return (*ids, *errors, lead, ("opportunityId", None), ("success", False))


def _converted(done: Converted) -> Result:
    return (
        ("accountId", done.account_id),
        ("contactId", done.contact_id),
        ("leadId", done.lead_id),
        ("opportunityId", done.opportunity_id),
        ("success", True),
    )


def _error(problem: Problem) -> Result:
    fields = tuple(("fields", name) for name in problem.fields or (None,))
    return (*fields, ("message", problem.message), ("statusCode", problem.code))


def merge_records(org: Org, saver: Saver, operation: ElementTree.Element) -> list[Result]:
    return [_merge_one(org, saver, child) for child in operation if local(child) == "request"]


def _merge_one(org: Org, saver: Saver, request: ElementTree.Element) -> Result:
    master = next((child for child in request if local(child) == "masterRecord"), None)
    losers = [text(child) or "" for child in request if local(child) == "recordToMergeIds"]
    if master is None:
        raise BadEnvelope("merge needs a masterRecord")
    try:
        with org.transaction():
            return _merged(org, saver, master, losers)
    except Refusal as refusal:
        errors = tuple(("errors", _error(problem)) for problem in refusal.problems)
        return (*errors, ("id", None), ("success", False))


def _merged(org: Org, saver: Saver, master: ElementTree.Element, losers: list[str]) -> Result:
    values = {local(child): text(child) for child in master if local(child) != "fieldsToNull"}
    nulls = [text(child) for child in master if local(child) == "fieldsToNull"]
    kind, master_id = values.pop("type", None) or "", values.pop("Id", None) or ""
    sobject = org.schema.find(kind)
    if sobject is None:
        raise refuse("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    body = values | {name: None for name in nulls if name}
    merge(org, saver, sobject, master_id, losers, body)
    gone = tuple(("mergedRecordIds", widen(loser)) for loser in losers)
    return (("id", widen(master_id)), *gone, ("success", True))


def undelete_records(org: Org, saver: Saver, operation: ElementTree.Element) -> list[Result]:
    ids = [text(child) or "" for child in operation if local(child) == "ids"]
    if len(ids) > MOST_UNDELETES:
        raise Fault("EXCEEDED_ID_LIMIT", f"at most {MOST_UNDELETES} ids per call")
    return [_undelete_one(org, record_id) for record_id in ids]


def _undelete_one(org: Org, record_id: str) -> Result:
    try:
        with org.transaction():
            undelete(org, widen(record_id) or record_id)
            return (("id", widen(record_id)), ("success", True))
    except Refusal as refusal:
        errors = tuple(("errors", _error(problem)) for problem in refusal.problems)
        return (*errors, ("id", None), ("success", False))


OPERATIONS: dict[str, Callable[[Org, Saver, ElementTree.Element], list[Result]]] = {
    "convertLead": convert_leads,
    "merge": merge_records,
    "undelete": undelete_records,
}
