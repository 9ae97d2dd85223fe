"""What one org is like: identity, logins, limits and the choices that an admin made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connector.sandbox.salesforce.fields import Field


@dataclass(frozen=True)
class LeadStatus:
    label: str
    converted: bool = False
    default: bool = False


@dataclass(frozen=True)
class DuplicateRule:
    """Saving an `entity` whose `field` equals (without case) that of another record of `against`.

    `against` empty means the same entity. "Alert" may be overridden with allowSave, "Block" may not.
    """

    entity: str
    field: str = "Email"
    action: Literal["Alert", "Block"] = "Alert"
    against: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        return self.against or (self.entity,)

    @property
    def name(self) -> str:
        return f"Standard_{self.entity}_Duplicate_Rule"


@dataclass(frozen=True)
class RecordType:
    """A record type of an object. The sandbox has one profile: `available` says whether its users may choose the
    type, `default` that their new records get it (of none: the master record type)."""

    sobject: str
    developer_name: str
    label: str = ""
    active: bool = True
    available: bool = True
    default: bool = False

    @property
    def name(self) -> str:
        return self.label or self.developer_name.replace("_", " ")


STATUSES = (
    LeadStatus("Open - Not Contacted", default=True),
    LeadStatus("Working - Contacted"),
    LeadStatus("Closed - Converted", converted=True),
    LeadStatus("Closed - Not Converted"),
)
QUALIFICATION = (
    "Sales_Readiness__c",
    "Buying_Time_Frame__c",
    "Buying_Reason__c",
    "Budget__c",
    "Budget_Approved__c",
)
LOGIN_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")


@dataclass(frozen=True)
class Settings:
    """One org. Everything has a default; None for a credential refuses that way of logging in.

    org_id: 18 characters from 00D, None derives it from the seed.
    instance_url: what the token answer names, None repeats the URL that the client called.
    consumer_public_key: PEM of an RSA public key or of an X.509 certificate, for the JWT bearer flow.
    check_jwt_lifetime: a JWT must expire within 5 minutes of this world's clock.
    page_size: rows per query page, 200 to 2000; half of it where long text is selected.
    misspelt_duplicate_key_below: API versions below it answer `duplicateResut`.
    conversion_map: admin's lead conversion mapping of custom fields, ("X__c", "Contact.Y__c").
    assign_leads_to_queue: an active lead assignment rule gives new and saved leads to the queue.
    extra_fields: more custom fields, by object name.
    record_types: of the objects that have any beside the master record type.
    """

    org_id: str | None = None
    org_name: str = "Northwind Generators"
    is_sandbox: bool = True
    instance_url: str | None = None
    consumer_key: str = "3MVG9sandboxConnectedApp"
    consumer_public_key: str | None = None
    client_secret: str | None = None
    username: str = "integration@northwind.example"
    audiences: tuple[str, ...] = LOGIN_AUDIENCES
    check_jwt_lifetime: bool = True
    session_timeout_seconds: float = 7200
    daily_api_limit: int = 15000
    concurrency_limit: int | None = None
    page_size: int = 2000
    duplicate_rules: tuple[DuplicateRule, ...] = ()
    misspelt_duplicate_key_below: float = 55.0
    require_validation_for_converted_leads: bool = False
    lead_statuses: tuple[LeadStatus, ...] = STATUSES
    conversion_map: tuple[tuple[str, str], ...] = tuple((f, f"Opportunity.{f}") for f in QUALIFICATION)
    assign_leads_to_queue: bool = False
    extra_fields: tuple[tuple[str, Field], ...] = ()
    record_types: tuple[RecordType, ...] = ()

    @property
    def converted_statuses(self) -> tuple[str, ...]:
        return tuple(status.label for status in self.lead_statuses if status.converted)
