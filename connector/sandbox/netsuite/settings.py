"""What one NetSuite account is configured to be: features, preferences, credentials, own fields.

An administrator's choices, fixed when the sandbox starts; the data that people change lives in `account.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

CustomKind = Literal["text", "integer", "number", "currency", "boolean", "date", "list"]
ConversionIds = Literal["stays", "becomes_contact", "disappears"]


@dataclass(frozen=True)
class CustomField:
    """A custom field: `custentity_...` on customer or contact, `custbody_...` on opportunity.

    `choices` are the values of a `list` field; the ids count from 1 in this order. `forms`: the custom forms on which
    a mandatory field is demanded; none: on all.
    """

    script_id: str
    record_type: str
    kind: CustomKind = "text"
    label: str = ""
    choices: tuple[str, ...] = ()
    length: int = 0
    mandatory: bool = False
    forms: tuple[int, ...] = ()


@dataclass(frozen=True)
class Status:
    """One line of the account's customer statuses; `probability` in percent."""

    id: int
    stage: Literal["LEAD", "PROSPECT", "CUSTOMER"]
    name: str
    probability: float = 0.0


BASE_CUSTOM_FIELDS = (
    CustomField("custentity_salesforce_id", "customer", "text", "Salesforce Id", length=300),
    CustomField("custentity_annual_revenue", "customer", "currency", "Annual Revenue"),
    CustomField("custentity_employees", "customer", "integer", "Employees"),
    CustomField("custentity_rating", "customer", "list", "Rating", ("Hot", "Warm", "Cold")),
    CustomField("custentity_import_stage", "customer", "text", "Import Stage", length=300),
    CustomField("custentity_import_owner", "customer", "text", "Import Owner", length=300),
    CustomField("custentity_salesforce_id", "contact", "text", "Salesforce Id", length=300),
    CustomField("custbody_salesforce_id", "opportunity", "text", "Salesforce Id", length=300),
)


@dataclass(frozen=True)
class Settings:
    """One account.

    `public_key_pem` is the certificate's key for client credentials; without it no such login works.
    `clock_tolerance_seconds`: how far an OAuth timestamp or a JWT may lie from the sandbox's clock;
    None accepts any, because tests turn the clock and clients sign with the machine's.
    `auto_numbering`: customers get numbers (`CUST1001`) as entityId, else their names, which must then
    be unique. `lead_conversion`: which id survives Save & Convert.
    """

    account_id: str = "TSTDRV1234567"
    consumer_key: str = "sandbox-consumer-key"
    consumer_secret: str = "sandbox-consumer-secret"  # noqa: S105 - a sandbox has no secrets
    token_id: str = "sandbox-token-id"  # noqa: S105
    token_secret: str = "sandbox-token-secret"  # noqa: S105
    client_id: str = "sandbox-client-id"
    certificate_id: str = "sandbox-certificate-id"
    public_key_pem: str | None = None
    access_token_seconds: int = 3600
    clock_tolerance_seconds: float | None = None
    time_zone: str = "America/Los_Angeles"
    date_format: str = "M/D/YYYY"
    concurrency_limit: int | None = 5
    one_world: bool = False
    subsidiaries: tuple[str, ...] = ("Headquarters", "Europe")
    auto_numbering: bool = True
    number_prefix: str = "CUST"
    lead_conversion: ConversionIds = "stays"
    opportunity_moves_stage: bool = True
    sales_order_moves_stage: bool = True
    default_prospect_status: int = 8
    default_customer_status: int = 13
    user_id: int = 3
    custom_fields: tuple[CustomField, ...] = ()
    statuses: tuple[Status, ...] = ()

    @property
    def realm(self) -> str:
        """The account id as OAuth 1.0 wants it: upper case with underscore."""
        return self.account_id.upper().replace("-", "_")

    @property
    def slug(self) -> str:
        """The account id as host names want it: lower case with hyphen."""
        return self.account_id.lower().replace("_", "-")

    @property
    def without_credentials(self) -> Settings:
        """What the account is, whoever may log in to it."""
        return replace(
            self,
            consumer_key="",
            consumer_secret="",
            token_id="",
            token_secret="",
            client_id="",
            certificate_id="",
            public_key_pem=None,
        )

    @property
    def all_custom_fields(self) -> tuple[CustomField, ...]:
        return BASE_CUSTOM_FIELDS + self.custom_fields
