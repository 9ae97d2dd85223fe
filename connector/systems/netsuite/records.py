"""The record types that are synchronised: where SuiteQL keeps them, and how their fields are called there.

SuiteQL names a column as REST names the field, in lower case (recorded for customers); what differs is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from connector.core.schema import SystemName
from connector.errors import Refused

BILLING = "addressBook.billing"
SHIPPING = "addressBook.shipping"
ADDRESS_FIELDS = (BILLING, SHIPPING)
ADDRESS_PARTS = ("addressee", "attention", "addr1", "addr2", "addr3", "city", "state", "zip", "country")
"""What a default address holds, named as in `addressBookAddress`; SuiteQL's columns are called the same."""

FLAGS = {BILLING: "defaultBilling", SHIPPING: "defaultShipping"}


@dataclass(frozen=True)
class Table:
    """A SuiteQL table that holds the record type, and which of its rows do. `columns`: what the table calls a
    field where that is not the field's name in lower case, best first."""

    name: str
    condition: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def column_names(self, field_name: str) -> tuple[str, ...]:
        return self.columns.get(field_name, (field_name.lower(),))


@dataclass(frozen=True)
class RecordType:
    """One record type. `tables`: read is the one that lacks least in the account, of equals the first.
    `deleted_names`: what the deleted-record list may call it, lower case (assumed)."""

    name: str
    tables: tuple[Table, ...]
    deleted_names: frozenset[str]
    address_book: str = ""
    has_stage: bool = False
    has_person_flag: bool = False
    has_inactive_flag: bool = True

    @property
    def address_table(self) -> str:
        return self.address_book + "entityaddress"


CUSTOMER = RecordType(
    "customer",
    (Table("customer"),),
    frozenset({"customer", "lead", "prospect"}),
    address_book="customeraddressbook",
    has_stage=True,
    has_person_flag=True,
)
CONTACT = RecordType(
    "contact",
    (Table("contact"),),
    frozenset({"contact"}),
    address_book="contactaddressbook",  # by analogy with customers (assumed)
)
OPPORTUNITY = RecordType(
    "opportunity",
    (
        # Type code and names are assumed. Where transactions are closed to us, or lack fields that opportunities
        # have, the record's own table may serve; not every account has it.
        Table(
            "transaction",
            "type = 'Opprtnty'",
            MappingProxyType({"salesRep": ("employee",), "projectedTotal": ("projectedtotal", "foreigntotal")}),
        ),
        Table("opportunity"),
    ),
    frozenset({"opportunity", "opprtnty"}),
    has_inactive_flag=False,
)
_BY_NAME = {record_type.name.lower(): record_type for record_type in (CUSTOMER, CONTACT, OPPORTUNITY)}


def record_type(name: str) -> RecordType:
    """The type of that name, whatever its case. Raises Refused for one that is not synchronised."""
    try:
        return _BY_NAME[name.lower()]
    except KeyError:
        raise Refused(f"record type {name!r} is not synchronised", system=str(SystemName.NETSUITE)) from None
