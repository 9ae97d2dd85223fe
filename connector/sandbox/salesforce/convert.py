"""Lead conversion: a lead is frozen and becomes a contact, an account and, if wanted, an opportunity.

Documented: which standard fields go where, that existing records get only their empty fields filled, that
unmapped custom fields stay behind without a word, the order account, contact, opportunity, lead. Error codes
of the rules on the arguments are assumed where the reference sheet gives none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import refuse
from connector.sandbox.salesforce.ids import widen
from connector.sandbox.salesforce.moments import end_of_quarter
from connector.sandbox.salesforce.org import Org, Saver
from connector.sandbox.salesforce.values import BadValue, store_value
from connector.sandbox.salesforce.writes import apply_changes, existing, insert_row, refuse_if_frozen

LONGEST_OPPORTUNITY_NAME = 80
ADDRESS_PARTS = ("Street", "City", "State", "PostalCode", "Country")
TO_ACCOUNT = {
    "Company": "Name",
    **{name: name for name in ("Phone", "Fax", "Website", "Industry", "Rating", "AnnualRevenue")},
    "NumberOfEmployees": "NumberOfEmployees",
    "LeadSource": "AccountSource",
    **{part: f"Billing{part}" for part in ADDRESS_PARTS},
}
TO_CONTACT = {
    **{name: name for name in ("FirstName", "LastName", "Salutation", "Title", "Email", "MobilePhone")},
    **{name: name for name in ("DoNotCall", "HasOptedOutOfEmail", "HasOptedOutOfFax")},
    **{name: name for name in ("Phone", "Fax", "Description", "LeadSource")},
    **{part: f"Mailing{part}" for part in ADDRESS_PARTS},
}
TO_OPPORTUNITY = {"LeadSource": "LeadSource"}


@dataclass(frozen=True)
class Conversion:
    """What is asked for one lead; ids of 15 or 18 characters, None where the client left it out."""

    lead_id: str
    converted_status: str | None
    account_id: str | None = None
    contact_id: str | None = None
    opportunity_id: str | None = None
    opportunity_name: str | None = None
    no_opportunity: bool = False
    overwrite_source: bool = False
    owner_id: str | None = None
    bypass_account_rules: bool = False
    bypass_contact_rules: bool = False


@dataclass(frozen=True)
class Converted:
    lead_id: str
    account_id: str
    contact_id: str
    opportunity_id: str | None


def convert(org: Org, saver: Saver, asked: Conversion) -> Converted:
    """Convert one lead. Refusal when the lead, an argument or a rule is against it; then nothing is written."""
    lead = _target(org, "Lead", asked.lead_id)
    refuse_if_frozen(lead)
    _check_arguments(org, asked)
    owner = _owner(org, asked, lead)
    org.refuse_if_locked(lead["Id"], _wide(asked.account_id), _wide(asked.contact_id))
    work = _Work(org, Saver(saver.user_id, saver.allow_duplicates, False, saver.version), asked, lead, owner)
    account = work.account()
    contact = work.contact(account)
    opportunity = work.opportunity(account, contact)
    _freeze(org, work.saver, lead, asked, Converted(lead["Id"], account, contact, opportunity))
    _move_activities(org, work.saver, lead["Id"], contact, opportunity or account, owner)
    _move_campaigns(org, work.saver, lead["Id"], contact)
    return Converted(lead["Id"], account, contact, opportunity)


def _check_arguments(org: Org, asked: Conversion) -> None:
    if asked.converted_status not in org.settings.converted_statuses:
        raise refuse("INVALID_STATUS", f"invalid convertedStatus: {asked.converted_status}", ())
    if asked.contact_id and not asked.account_id:
        raise refuse("REQUIRED_FIELD_MISSING", "contactId needs an accountId", ("accountId",))
    if asked.overwrite_source and not asked.contact_id:
        raise refuse("REQUIRED_FIELD_MISSING", "overwriteLeadSource needs a contactId", ("contactId",))
    if asked.opportunity_id and asked.opportunity_name:
        raise refuse("INVALID_INPUT", "opportunityId and opportunityName exclude each other", ())
    if asked.no_opportunity and (asked.opportunity_id or asked.opportunity_name):
        raise refuse("INVALID_INPUT", "doNotCreateOpportunity excludes opportunityId and opportunityName", ())
    if len(asked.opportunity_name or "") > LONGEST_OPPORTUNITY_NAME:
        text = f"Opportunity Name: data value too large: {asked.opportunity_name} (max length=80)"
        raise refuse("STRING_TOO_LONG", text, ("opportunityName",))


def _owner(org: Org, asked: Conversion, lead: dict[str, Any]) -> str:
    """The owner of the new records: a user, never a queue (documented)."""
    owner = _wide(asked.owner_id) or str(lead["OwnerId"])
    user = org.store.get(org.sobject("User"), owner)
    if user is None:
        message = (
            "Converted objects can only be owned by users. If the lead is not owned by a user, you must "
            "specify a user for the Owner field."
        )
        raise refuse("UNKNOWN_EXCEPTION", message, ())
    if not user["IsActive"]:
        raise refuse("INACTIVE_OWNER_OR_USER", f"operation performed with inactive user [{owner}]", ())
    return owner


@dataclass(frozen=True)
class _Work:
    org: Org
    saver: Saver
    asked: Conversion
    lead: dict[str, Any]
    owner: str

    def account(self) -> str:
        values = self._mapped("Account", TO_ACCOUNT)
        if self.asked.account_id:
            return self._fill(_target(self.org, "Account", self.asked.account_id), "Account", values)
        return self._insert("Account", values | {"OwnerId": self.owner}, self.asked.bypass_account_rules)

    def contact(self, account: str) -> str:
        values = self._mapped("Contact", TO_CONTACT)
        if not self.asked.contact_id:
            parents = {"AccountId": account, "OwnerId": self.owner}
            return self._insert("Contact", values | parents, self.asked.bypass_contact_rules)
        row = _target(self.org, "Contact", self.asked.contact_id)
        if row["AccountId"] != account:
            raise refuse("INVALID_CROSS_REFERENCE_KEY", "contact does not belong to the account", ())
        return self._fill(row, "Contact", values, self._forced_source())

    def opportunity(self, account: str, contact: str) -> str | None:
        if self.asked.no_opportunity:
            return None
        values = self._mapped("Opportunity", TO_OPPORTUNITY)
        if self.asked.opportunity_id:
            return self._fill(_target(self.org, "Opportunity", self.asked.opportunity_id), "Opportunity", values)
        new = {
            "Name": self.asked.opportunity_name or str(self.lead["Company"])[:120],
            "AccountId": account,
            "ContactId": contact,
            "OwnerId": self.owner,
            "StageName": "Prospecting",
            "CloseDate": end_of_quarter(self.org.now().date()).isoformat(),
            "CampaignId": _latest_campaign(self.org, self.lead["Id"]),
        }
        return self._insert("Opportunity", values | new, False)

    def _mapped(self, target: str, standard: dict[str, str]) -> dict[str, Any]:
        """The lead's values under the target's names: the standard mapping, then the admin's."""
        values = {to: self.lead[name] for name, to in standard.items()}
        for name, to in self.org.settings.conversion_map:
            sobject, _, field = to.partition(".")
            if sobject == target:
                values[field] = self.lead[name]
        fields = self.org.sobject(target)
        return {name: _refit(fields, name, value) for name, value in values.items() if value is not None}

    def _insert(self, target: str, values: dict[str, Any], bypass: bool) -> str:
        """Duplicate rules look at new targets only where the org validates conversions (documented)."""
        checked = self.org.settings.require_validation_for_converted_leads and not bypass
        ignore = frozenset({self.lead["Id"]}) if checked else None
        sobject = self.org.sobject(target)
        return insert_row(self.org, self.saver, sobject, values, ignore_duplicates=ignore, block_duplicates=True)

    def _forced_source(self) -> dict[str, Any]:
        source = self.lead["LeadSource"] if self.asked.overwrite_source else None
        return {"LeadSource": source} if source else {}

    def _fill(
        self,
        row: dict[str, Any],
        target: str,
        values: dict[str, Any],
        forced: dict[str, Any] | None = None,
    ) -> str:
        """Only empty fields; a checkbox is never empty (documented for DoNotCall and HasOptedOutOfEmail)."""
        changes = {name: value for name, value in values.items() if row[name] is None} | (forced or {})
        if changes:
            apply_changes(self.org, self.saver, self.org.sobject(target), row, changes)
        return str(row["Id"])


def _refit(sobject: SObject, name: str, value: Any) -> Any:
    """A mapped value must fit its target as any other write must."""
    field = sobject.field(name)
    if field is None:
        raise refuse("FIELD_MAPPING_ERROR", f"no field {sobject.name}.{name}", ())
    try:
        return value if field.type == "boolean" else store_value(field, value)
    except BadValue as bad:
        raise refuse(bad.problem.code, bad.problem.message, bad.problem.fields) from bad


def _freeze(org: Org, saver: Saver, lead: dict[str, Any], asked: Conversion, done: Converted) -> None:
    changes = {
        "Status": asked.converted_status,
        "IsConverted": 1,
        "IsUnreadByOwner": 0,
        "ConvertedDate": org.stamp()[:10],
        "ConvertedAccountId": done.account_id,
        "ConvertedContactId": done.contact_id,
        "ConvertedOpportunityId": done.opportunity_id,
    }
    apply_changes(org, saver, org.sobject("Lead"), lead, changes)


def _move_activities(org: Org, saver: Saver, lead: str, contact: str, what: str, owner: str) -> None:
    """Tasks and events follow the person and move their stamps; open tasks of the converter change owner."""
    for name in ("Task", "Event"):
        sobject = org.sobject(name)
        for row in org.store.find(sobject, '"WhoId"=? AND "IsDeleted"=0', (lead,)):
            changes = {"WhoId": contact, "WhatId": row["WhatId"] or what}
            if name == "Task" and not row["IsClosed"] and row["OwnerId"] == saver.user_id:
                changes["OwnerId"] = owner
            apply_changes(org, saver, sobject, row, changes)


def _move_campaigns(org: Org, saver: Saver, lead: str, contact: str) -> None:
    members = org.sobject("CampaignMember")
    for row in org.store.find(members, '"LeadId"=? AND "IsDeleted"=0', (lead,)):
        apply_changes(org, saver, members, row, {"ContactId": contact})


def _latest_campaign(org: Org, lead: str) -> str | None:
    members = org.store.find(org.sobject("CampaignMember"), '"LeadId"=? AND "IsDeleted"=0', (lead,))
    latest = max(members, key=lambda row: (row["CreatedDate"], row["Id"]), default=None)
    return latest["CampaignId"] if latest else None


def _target(org: Org, name: str, text: str) -> dict[str, Any]:
    sobject, wide = org.sobject(name), widen(text)
    if wide is None or not wide.startswith(sobject.prefix):
        raise refuse("INVALID_CROSS_REFERENCE_KEY", f"invalid cross reference id: {text}", ())
    if org.store.get(sobject, wide) is None:
        raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
    return existing(org, sobject, wide)


def _wide(text: str | None) -> str | None:
    return widen(text) if text else None
