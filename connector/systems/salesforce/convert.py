"""Lead conversion. Salesforce has no REST resource for it: SOAP `convertLead` (documented)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from xml.etree.ElementTree import Element

from connector.core.flow import Conversion, Converted, Deferred, Done, Outcome, Unknown
from connector.errors import AuthFailed, RemoteError
from connector.systems.salesforce import soap, soql
from connector.systems.salesforce.client import Client
from connector.systems.salesforce.errors import outcome_of, refusal
from connector.systems.salesforce.ids import is_id, to_18
from connector.systems.salesforce.records import ref
from connector.systems.salesforce.soap import PARTNER, element, parent, sequence, text_of

_BATCH = 100
_LEADS_IN_A_QUERY = 300
_GROUP_PREFIX = "00G"
"""ids of queues (documented key prefix)"""
_OPPORTUNITY_NAME_LENGTH = 80
"""documented for this call, although the field holds 120"""

_ORDER: Final = (
    "accountId",
    "contactId",
    "convertedStatus",
    "doNotCreateOpportunity",
    "leadId",
    "opportunityName",
    "overwriteLeadSource",
    "ownerId",
    "sendNotificationEmail",
)
"""The WSDL's sequence, of what we use."""


def convert_all(client: Client, conversions: Sequence[Conversion]) -> list[Outcome]:
    """Outcomes in the order of `conversions`. A conversion without an answer is Unknown, never sent again."""
    outcomes: list[Outcome] = []
    stopped: Deferred | None = None
    for batch in soql.chunks(_with_owners(client, conversions), _BATCH):
        if stopped is None:
            answers, stopped = _send(client, batch, first=not outcomes)
            outcomes += answers
        else:
            outcomes += [stopped] * len(batch)
    return outcomes


def _with_owners(client: Client, conversions: Sequence[Conversion]) -> list[Conversion]:
    """The named owner only where a queue owns the lead: accounts and contacts cannot belong to one (documented),
    and everybody else keeps what is theirs."""
    leads = [to_18(one.lead) for one in conversions if one.owner]
    queued: set[str] = set()
    for some in soql.chunks(leads, _LEADS_IN_A_QUERY):
        rows = client.every_row(soql.select(("Id", "OwnerId"), "Lead", soql.one_of("Id", some)))
        queued |= {row["Id"] for row in rows if str(row["OwnerId"]).startswith(_GROUP_PREFIX)}
    return [one if to_18(one.lead) in queued else replace(one, owner=None) for one in conversions]


def _send(client: Client, batch: Sequence[Conversion], *, first: bool) -> tuple[list[Outcome], Deferred | None]:
    envelope = message(batch, allow_duplicates=client.settings.allow_duplicates)
    try:
        results = client.soap(envelope).findall(f"{PARTNER}result")
    except RemoteError as error:
        if first and isinstance(error, AuthFailed):
            raise
        outcomes = [outcome_of(error, "Lead") for _ in batch]
        return outcomes, next((one for one in outcomes if isinstance(one, Deferred)), None)
    if len(results) != len(batch) or not all(map(_is_result_of, batch, results)):
        return [Unknown("the answer does not fit the leads that were sent")] * len(batch), None
    return list(map(_outcome, batch, results)), None


def message(conversions: Sequence[Conversion], *, allow_duplicates: bool) -> bytes:
    """The envelope, with the place for the session token left open."""
    rule = {"allowSave": allow_duplicates, "includeRecordDetails": False, "runAsCurrentUser": True}
    header = parent("DuplicateRuleHeader", (element(name, value) for name, value in rule.items()))
    return soap.envelope(header, parent("convertLead", map(_lead_convert, conversions)))


def _lead_convert(one: Conversion) -> str:
    name = one.opportunity_name if one.create_opportunity else None
    values: dict[str, str | bool | None] = {
        "accountId": to_18(one.account),
        "contactId": to_18(one.contact) if one.contact else None,
        "convertedStatus": one.converted_status,
        "doNotCreateOpportunity": not one.create_opportunity,
        "leadId": to_18(one.lead),
        "opportunityName": name[:_OPPORTUNITY_NAME_LENGTH] if name else None,
        "overwriteLeadSource": False,
        "ownerId": to_18(one.owner) if one.owner else None,
        "sendNotificationEmail": False,
    }
    return parent("leadConverts", sequence(values, _ORDER))


def _is_result_of(one: Conversion, result: Element) -> bool:
    """Results come in our order (assumed); where a result names its lead it must be ours. A refusal may not."""
    lead = text_of(result, "leadId")
    if text_of(result, "success") == "true":
        return is_id(lead) and to_18(lead) == to_18(one.lead) and is_id(text_of(result, "accountId"))
    return not is_id(lead) or to_18(lead) == to_18(one.lead)


def _outcome(one: Conversion, result: Element) -> Outcome:
    if text_of(result, "success") == "true":
        return Done(ref("Lead", one.lead), _converted(result))
    error = result.find(f"{PARTNER}errors")
    if error is None:
        return Unknown("a conversion without success and without an error")
    return refusal("Lead", text_of(error, "statusCode"), text_of(error, "message"), certain=True)


def _converted(result: Element) -> Converted:
    found = {name: text_of(result, f"{name}Id") for name in ("account", "contact", "opportunity")}
    return Converted(**{name: ref(name.title(), id_) if id_ else None for name, id_ in found.items()})
