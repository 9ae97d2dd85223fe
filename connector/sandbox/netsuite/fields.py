"""The record types of an account and their fields, as the REST record service names them.

Column names in the database and in SuiteQL are the lower-case field names. What is missing here but exists at
the vendor is in `NOT_EMULATED`, so that it is refused as ours and not as the account's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from connector.sandbox.netsuite import lists
from connector.sandbox.netsuite.settings import CustomField, Settings

Kind = Literal[
    "text",
    "email",
    "url",
    "phone",
    "integer",
    "number",
    "currency",
    "boolean",
    "date",
    "datetime",
    "time",
    "reference",
    "list",
    "enum",
]
Family = Literal["entity", "transaction", "activity", "setup"]


@dataclass(frozen=True)
class Field:
    """One body field. `target`: record type of a reference, name of a list. `choices`: ids of an enum to names."""

    name: str
    kind: Kind = "text"
    target: str = ""
    length: int = 0
    choices: Mapping[str, str] | None = None
    read_only: bool = False
    custom: bool = False
    title: str = ""

    @property
    def column(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class RecordType:
    """One record type: its fields by lower-case name, sublists, and whether REST may write it."""

    name: str
    family: Family
    fields: Mapping[str, Field]
    sublists: tuple[str, ...] = ()
    writable: bool = True

    @property
    def table(self) -> str:
        return self.name.lower()

    @property
    def created(self) -> str:
        """Transactions and activities say createdDate where entities say dateCreated."""
        return "datecreated" if self.family == "entity" else "createddate"

    @property
    def stamped(self) -> bool:
        return "lastmodifieddate" in self.fields


def _text(names: str, length: int = 0) -> list[Field]:
    return [Field(name, "text", length=length) for name in names.split()]


def _all(names: str, kind: Kind, *, length: int = 0, read_only: bool = False) -> list[Field]:
    return [Field(name, kind, length=length, read_only=read_only) for name in names.split()]


def _refs(**targets: str) -> list[Field]:
    return [Field(name, "reference", target) for name, target in targets.items()]


def _lists(**targets: str) -> list[Field]:
    return [Field(name, "list", target) for name, target in targets.items()]


def _enum(name: str, choices: Mapping[str, str]) -> Field:
    return Field(name, "enum", choices=choices)


_IDS = [Field("id", "integer", read_only=True), Field("externalId", length=255)]
_ENTITY_STAMPS = _all("dateCreated lastModifiedDate", "datetime", read_only=True)
_OTHER_STAMPS = _all("createdDate lastModifiedDate", "datetime", read_only=True)
_PERSON = [
    *_text("firstName middleName lastName", 32),
    *_text("salutation", 30),
    *_text("title", 99),
    *_text("comments", 999),
    *_text("phoneticName", 255),
    *_all("email altEmail", "email", length=254),
    *_all("phone mobilePhone homePhone fax", "phone", length=32),
    *_all("isInactive unsubscribe", "boolean"),
    *_lists(customForm="customform"),
    _enum("globalSubscriptionStatus", lists.SUBSCRIPTION_STATUSES),
    _enum("emailPreference", lists.EMAIL_PREFERENCES),
]
_QUALIFICATION = [
    *_lists(
        leadSource="leadsource",
        salesReadiness="salesreadiness",
        buyingTimeFrame="buyingtimeframe",
        buyingReason="buyingreason",
    ),
    Field("estimatedBudget", "currency"),
    Field("isBudgetApproved", "boolean"),
]

CUSTOMER = [
    *_IDS,
    *_ENTITY_STAMPS,
    *_PERSON,
    *_QUALIFICATION,
    *_text("companyName entityId", 83),
    *_text("accountNumber", 99),
    *_text("vatRegNumber resaleNumber", 40),
    *_text("printOnCheckAs referrer keywords", 255),
    Field("url", "url", length=999),
    Field("altPhone", "phone", length=32),
    *_all("isPerson autoName giveAccess taxable shipComplete emailTransactions faxTransactions", "boolean"),
    *_all("printTransactions", "boolean"),
    *_all("altName searchStage defaultAddress", "text", read_only=True),
    *_all("balance overdueBalance unbilledOrders", "currency", read_only=True),
    Field("creditLimit", "currency"),
    *_all("startDate endDate", "date"),
    *_refs(entityStatus="customerStatus", salesRep="employee", parent="customer"),
    *_refs(category="customerCategory"),
    Field("topLevelParent", "reference", "customer", read_only=True),
    *_lists(currency="currency", territory="territory", terms="terms", campaignEvent="campaignevent"),
]
CONTACT = [
    *_IDS,
    *_ENTITY_STAMPS,
    *_PERSON,
    Field("entityId", length=83),
    Field("officePhone", "phone", length=32),
    *_refs(company="customer", supervisor="contact", assistant="contact"),
    *_lists(contactSource="leadsource", contactCampaignEvent="campaignevent"),
    Field("isPrivate", "boolean"),
    Field("owner", "integer", read_only=True),
    Field("defaultAddress", read_only=True),
]
OPPORTUNITY = [
    *_IDS,
    *_OTHER_STAMPS,
    *_QUALIFICATION,
    *_text("title", 99),
    *_text("memo actionItem", 999),
    *_text("tranId", 45),
    *_all("tranDate expectedCloseDate closeDate salesEffectiveDate", "date"),
    *_all("projectedTotal rangeLow rangeHigh", "currency"),
    *_all("weightedTotal total", "currency", read_only=True),
    Field("probability", "number"),
    _enum("forecastType", lists.FORECAST_TYPES),
    Field("status", "enum", choices=lists.OPPORTUNITY_STATUSES, read_only=True),
    *_refs(entity="customer", entityStatus="customerStatus", salesRep="employee"),
    *_lists(winLossReason="winlossreason", currency="currency", customForm="customform"),
]
SALES_ORDER = [
    *_IDS,
    *_OTHER_STAMPS,
    *_text("tranId", 45),
    *_text("memo", 999),
    Field("tranDate", "date"),
    Field("total", "currency"),
    *_refs(entity="customer", opportunity="opportunity"),
]
_CALL_FIELDS = [
    *_IDS,
    *_OTHER_STAMPS,
    *_text("title", 256),
    *_text("message", 100_000),
    *_all("startDate completedDate", "date"),
    *_all("startTime endTime", "time"),
    *_all("timedEvent accessLevel sendEmail", "boolean"),
    _enum("priority", lists.PRIORITIES),
    *_refs(company="customer", contact="contact", assigned="employee", owner="employee"),
    *_refs(transaction="opportunity"),
]
PHONE_CALL = [
    *_CALL_FIELDS,
    Field("phone", "phone", length=32),
    _enum("status", lists.PHONE_CALL_STATUSES),
]
TASK = [*_CALL_FIELDS, Field("dueDate", "date"), _enum("status", lists.TASK_STATUSES)]
CALENDAR_EVENT = [
    *(field for field in _CALL_FIELDS if field.name not in ("assigned", "priority")),
    *_text("location", 50),
    Field("organizer", "reference", "employee"),
    Field("allDayEvent", "boolean"),
    _enum("status", lists.EVENT_STATUSES),
]
MESSAGE = [
    *_IDS,
    *_OTHER_STAMPS,
    *_text("subject", 100),
    *_text("message", 100_000),
    *_text("cc bcc", 999),
    *_all("authorEmail recipientEmail", "email", length=254),
    *_all("emailed incoming", "boolean"),
    Field("messageDate", "datetime"),
    *_refs(author="employee", entity="customer", contact="contact", transaction="opportunity"),
]
CAMPAIGN_RESPONSE = [
    *_IDS,
    *_OTHER_STAMPS,
    *_text("note", 999),
    *_lists(campaignEvent="campaignevent", channel="campaignchannel", leadSource="leadsource"),
    _enum("response", lists.RESPONSES),
    Field("campaignResponseDate", "datetime"),
    *_refs(entity="customer", contact="contact"),
]
EMPLOYEE = [
    *_IDS,
    *_ENTITY_STAMPS,
    *_text("firstName lastName", 32),
    *_text("entityId", 83),
    *_text("title", 99),
    Field("email", "email", length=254),
    *_all("isInactive isSalesRep", "boolean"),
]
CUSTOMER_STATUS = [
    *_IDS,
    *_text("name description", 99),
    *_all("isInactive includeInLeadReports", "boolean"),
    Field("probability", "number"),
    _enum("stage", lists.STAGES),
]
NAMED_LIST = [Field("id", "integer", read_only=True), Field("name", length=99), Field("isInactive", "boolean")]


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Body fields, sublists and subrecords that the 2026.1 API browser lists and this sandbox leaves out.
NOT_EMULATED: dict[str, frozenset[str]] = {
    "customer": _words(
        "accessrole aging aging1 aging2 aging3 aging4 alcoholrecipienttype assignedwebsite billingratecard "
        "billingschedule billingtransactionform billingtransactiontype campaigncategory campaigns "
        "clickstream contact contribpct creditholdoverride currencylist dayoverdue depositbalance "
        "displaysymbol draccount fxaccount grouppricing groupinvoices image itempricing language "
        "monthlyclosing negativenumberformat numberformat openingbalance openingbalanceaccount "
        "openingbalancedate partner partners password password2 pricelevel receivablesaccount reminderdays "
        "salesgroup salesteam sendemail shippingcarrier shippingitem subscriptions symbolplacement "
        "syncsalesteams taxexempt taxitem taxregistration thirdpartyacct thirdpartycarrier"
    ),
    "contact": _words("assistantphone category contactsourcecampaigncategory image supervisorphone"),
    "opportunity": _words(
        "billaddress billingaddress class competitors department estimates item job location partner partners "
        "salesgroup salesteam shippingaddress exchangerate"
    ),
    "phonecall": _words("customform remindertype reminderminutes supportcase timeitem timezone"),
    "task": _words("customform order parent percentcomplete estimatedtime timezone"),
}


def _indexed(fields: Iterable[Field]) -> dict[str, Field]:
    return {field.column: field for field in fields}


def _list_type(name: str, *, writable: bool = False) -> RecordType:
    return RecordType(name, "setup", _indexed(NAMED_LIST), writable=writable)


_TYPES = (
    RecordType("customer", "entity", _indexed(CUSTOMER), ("addressBook", "contactRoles", "contactList")),
    RecordType("contact", "entity", _indexed(CONTACT), ("addressBook",)),
    RecordType("opportunity", "transaction", _indexed(OPPORTUNITY)),
    RecordType("salesOrder", "transaction", _indexed(SALES_ORDER), writable=False),
    RecordType("phoneCall", "activity", _indexed(PHONE_CALL)),
    RecordType("task", "activity", _indexed(TASK)),
    RecordType("calendarEvent", "activity", _indexed(CALENDAR_EVENT)),
    RecordType("message", "activity", _indexed(MESSAGE)),
    RecordType("campaignResponse", "activity", _indexed(CAMPAIGN_RESPONSE)),
    RecordType("employee", "entity", _indexed(EMPLOYEE)),
    RecordType("customerStatus", "setup", _indexed(CUSTOMER_STATUS)),
    _list_type("leadSource", writable=True),
    _list_type("customerCategory"),
    _list_type("contactRole"),
    _list_type("winLossReason"),
)


def custom_list(field: CustomField) -> str:
    """The list behind a custom list field."""
    return f"customlist_{field.script_id}"


def _custom(field: CustomField) -> Field:
    kind: Kind = "list" if field.kind == "list" else field.kind
    target = custom_list(field) if field.kind == "list" else ""
    return Field(field.script_id, kind, target, field.length, custom=True, title=field.label or field.script_id)


def _subsidiary(name: str, settings: Settings) -> dict[str, Field]:
    if not settings.one_world or name not in ("customer", "contact", "opportunity"):
        return {}
    return {"subsidiary": Field("subsidiary", "list", "subsidiary")}


@lru_cache(maxsize=16)
def record_types(settings: Settings) -> Mapping[str, RecordType]:
    """The account's record types by lower-case name: the standard fields, the account's own, and its features'."""
    own: dict[str, dict[str, Field]] = {}
    for custom in settings.all_custom_fields:
        own.setdefault(custom.record_type, {})[custom.script_id] = _custom(custom)
    return {
        kind.table: replace(kind, fields={**kind.fields, **_subsidiary(kind.name, settings), **own.get(kind.name, {})})
        for kind in _TYPES
    }


def title_of(field: Field) -> str:
    """The label that the account's forms show."""
    if field.title:
        return field.title
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in field.name)
    return spaced[:1].upper() + spaced[1:]
