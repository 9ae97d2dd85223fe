"""The canonical schema: what both systems' records are translated into.

Four things have identity: Lead, Organization, Person, Opportunity. A canonical value is one of the `Value`
types below. Three different "nothings" are kept apart: `ABSENT` (not read, or not visible to us), `None`
(read, and empty), and leaving a field out of a change (leave alone).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field


class SystemName(StrEnum):
    NETSUITE = "netsuite"
    SALESFORCE = "salesforce"

    @property
    def other(self) -> SystemName:
        return SystemName.SALESFORCE if self is SystemName.NETSUITE else SystemName.NETSUITE

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name as people write it."""
        return "NetSuite" if self is SystemName.NETSUITE else "Salesforce"


class Entity(StrEnum):
    """The canonical things, in the order in which they are written (parents first)."""

    ORGANIZATION = "organization"
    PERSON = "person"
    OPPORTUNITY = "opportunity"
    LEAD = "lead"


class Stage(StrEnum):
    """How far an organization has come. NetSuite keeps it on `customer`; Salesforce in which record exists."""

    LEAD = "lead"
    PROSPECT = "prospect"
    CUSTOMER = "customer"


class Gap(Enum):
    """The sort of nothing that is not an empty value."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Gap.ABSENT


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as a whole: merged and written as one value. `country` is ISO 3166 alpha-2 where known."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount whose currency stands in its record, by its ISO 4217 code."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


Value = str | bool | int | Decimal | Money | date | datetime | Address | tuple[str, ...] | None
"""A canonical value. Exact numbers are Decimal, amounts too unless each record has a currency of its own. Times are
UTC-aware datetimes, a multi-select is a sorted tuple. A link to another thing is the string `link:<id>` once that
thing is linked, else `ref:<system>:<type>:<id>` of the side that was read."""


class _Thing(BaseModel):
    """Base of the canonical models: unknown names are refused, except in the `custom` bag."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    custom: dict[str, Any] = Field(default_factory=dict, description="fields of your own, by name `custom.<name>`")


class Qualification(_Thing):
    """How ready a lead is to buy; carried on to the opportunity at conversion."""

    sales_readiness: str | None = Field(None, description="how ready to buy, a list value")
    buying_time_frame: str | None = Field(None, description="when, a list value")
    buying_reason: str | None = Field(None, description="why, a list value")
    budget: Decimal | None = Field(None, description="estimated budget")
    budget_approved: bool | None = Field(None, description="whether the budget is approved")


class Lead(Qualification):
    """A person at a company (either may be thin), not converted."""

    salutation: str | None = Field(None, description="Mr., Ms., ...")
    first_name: str | None = Field(None, description="given name")
    last_name: str | None = Field(None, description="family name")
    company: str | None = Field(None, description="name of the company, may be empty")
    job_title: str | None = Field(None, description="position in the company")
    email: str | None = Field(None, description="main e-mail address")
    alt_email: str | None = Field(None, description="second e-mail address")
    phone: str | None = Field(None, description="main phone")
    alt_phone: str | None = Field(None, description="second phone")
    mobile_phone: str | None = Field(None, description="mobile phone")
    fax: str | None = Field(None, description="fax")
    website: str | None = Field(None, description="web address of the company")
    address: Address | None = Field(None, description="postal address")
    description: str | None = Field(None, description="free text")
    source: str | None = Field(None, description="where the lead came from, a list value")
    status: str | None = Field(None, description="status of the open lead, a list value")
    rating: str | None = Field(None, description="hot, warm, cold")
    score: int | None = Field(None, description="lead score")
    industry: str | None = Field(None, description="line of business, a list value")
    annual_revenue: Decimal | None = Field(None, description="of the company, a year")
    employees: int | None = Field(None, description="head count of the company")
    email_opt_out: bool | None = Field(None, description="wants no e-mail")
    do_not_call: bool | None = Field(None, description="wants no calls")
    interests: tuple[str, ...] | None = Field(None, description="what the lead is interested in")
    owner: str | None = Field(None, description="the sales rep")


class Organization(_Thing):
    """A company (or household) that may buy or has bought."""

    name: str | None = Field(None, description="name of the company")
    number: str | None = Field(None, description="account number")
    phone: str | None = Field(None, description="main phone")
    alt_phone: str | None = Field(None, description="second phone")
    fax: str | None = Field(None, description="fax")
    email: str | None = Field(None, description="main e-mail address")
    website: str | None = Field(None, description="web address")
    billing_address: Address | None = Field(None, description="where bills go")
    shipping_address: Address | None = Field(None, description="where goods go")
    description: str | None = Field(None, description="free text")
    industry: str | None = Field(None, description="line of business, a list value")
    annual_revenue: Decimal | None = Field(None, description="a year")
    employees: int | None = Field(None, description="head count")
    rating: str | None = Field(None, description="hot, warm, cold")
    source: str | None = Field(None, description="where it came from, a list value")
    stage: str | None = Field(None, description="prospect or customer")
    parent: str | None = Field(None, description="link to the parent organization")
    owner: str | None = Field(None, description="the sales rep")


class Person(_Thing):
    """A human being, usually at an organization."""

    salutation: str | None = Field(None, description="Mr., Ms., ...")
    first_name: str | None = Field(None, description="given name")
    middle_name: str | None = Field(None, description="middle name")
    last_name: str | None = Field(None, description="family name")
    job_title: str | None = Field(None, description="position in the company")
    organization: str | None = Field(None, description="link to the organization")
    email: str | None = Field(None, description="main e-mail address")
    alt_email: str | None = Field(None, description="second e-mail address")
    phone: str | None = Field(None, description="main phone")
    mobile_phone: str | None = Field(None, description="mobile phone")
    home_phone: str | None = Field(None, description="phone at home")
    fax: str | None = Field(None, description="fax")
    address: Address | None = Field(None, description="postal address")
    description: str | None = Field(None, description="free text")
    source: str | None = Field(None, description="where the person came from, a list value")
    email_opt_out: bool | None = Field(None, description="wants no e-mail")
    do_not_call: bool | None = Field(None, description="wants no calls")
    owner: str | None = Field(None, description="the sales rep")


class Opportunity(Qualification):
    """A possible sale to an organization."""

    name: str | None = Field(None, description="what it is about")
    organization: str | None = Field(None, description="link to the organization")
    amount: Decimal | None = Field(None, description="expected total")
    close_date: date | None = Field(None, description="expected day of closing")
    stage: str | None = Field(None, description="where the sale stands, a list value")
    probability: Decimal | None = Field(None, description="percent, 0 to 100")
    description: str | None = Field(None, description="free text")
    source: str | None = Field(None, description="where it came from, a list value")
    next_step: str | None = Field(None, description="what to do next")
    owner: str | None = Field(None, description="the sales rep")


MODELS: Final[dict[Entity, type[_Thing]]] = {
    Entity.LEAD: Lead,
    Entity.ORGANIZATION: Organization,
    Entity.PERSON: Person,
    Entity.OPPORTUNITY: Opportunity,
}


def canonical_fields(entity: Entity) -> dict[str, str]:
    """Canonical field name -> description, without the `custom` bag."""
    return {name: info.description or "" for name, info in MODELS[entity].model_fields.items() if name != "custom"}


def record_types(system: SystemName) -> dict[Entity, str]:
    """The vendor's record type for each canonical thing (both stages of a NetSuite customer share one)."""
    if system is SystemName.NETSUITE:
        return {
            Entity.ORGANIZATION: "customer",
            Entity.PERSON: "contact",
            Entity.OPPORTUNITY: "opportunity",
            Entity.LEAD: "customer",
        }
    return {
        Entity.ORGANIZATION: "Account",
        Entity.PERSON: "Contact",
        Entity.OPPORTUNITY: "Opportunity",
        Entity.LEAD: "Lead",
    }
