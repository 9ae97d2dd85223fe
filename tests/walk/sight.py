"""What anybody can see on the two sides: every record as one plain shape, read from the sandboxes' own tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector.sandbox.stand import Stand

NAMES = {
    "netsuite": {"title": "title", "description": "comments", "number": "accountNumber", "email": "email"},
    "salesforce": {"title": "Title", "description": "Description", "number": "AccountNumber", "email": "Email"},
}
"""What each side calls the fields that people edit here."""
FIELDS = {
    "lead": ("title", "description", "email"),
    "contact": ("title", "description", "email"),
    "organization": ("description", "number"),
}
_SPELT = {**NAMES, "netsuite": {name: column.lower() for name, column in NAMES["netsuite"].items()}}
"""The same as columns of the tables."""
_SHOWN = ("Id", "Name", "LastName", "Company", "AccountId", "IsDeleted", "NetSuite_Id__c")
_MOVED_ON = ("IsConverted", "ConvertedContactId")
"""What else is told of a Salesforce record."""
_KINDS = {"Lead": "lead", "Account": "organization", "Contact": "contact", "Opportunity": "opportunity"}


@dataclass(frozen=True)
class Thing:
    """A record. `name`: of the person, or of the company for an organization; `company`: the name of the company it
    belongs to; `fields`: those that people edit here. A `stranded` person is one inside a NetSuite organization.
    `contact`: what a lead was converted into."""

    side: str
    type: str
    kind: str
    id: str
    name: str
    company: str | None
    live: bool
    key: str | None
    fields: dict[str, Any]
    stranded: bool = False
    converted: bool = False
    contact: str | None = None

    @property
    def ref(self) -> str:
        return f"{self.side}:{self.type}:{self.id}"

    @property
    def as_key(self) -> str:
        """What our key on its counterpart says."""
        return f"ns-{self.type}-{self.id}" if self.side == "netsuite" else f"sf-{self.id}"


def plain(value: Any) -> str | None:
    """A value without what automation changes: case, and spaces. Empty is None."""
    return " ".join(str(value or "").split()).casefold() or None


def everything(stand: Stand) -> list[Thing]:
    return [*netsuite(stand), *salesforce(stand)]


def netsuite(stand: Stand) -> Iterator[Thing]:
    named = ("id", "companyname", "lastname", "searchstage", "isperson", "isinactive", "externalid")
    customers = stand.netsuite.rows("customer", *named, *_SPELT["netsuite"].values())
    companies = {row["id"]: row["companyname"] for row in customers}
    yield from map(_customer, customers)
    edited = (_SPELT["netsuite"][name] for name in FIELDS["contact"])
    for row in stand.netsuite.rows("contact", "id", "lastname", "company", "isinactive", "externalid", *edited):
        yield _netsuite_thing(row, "contact", row["lastname"], companies.get(row["company"]))
    for row in stand.netsuite.rows("opportunity", "id", "title", "entity", "externalid"):
        yield _netsuite_thing(row, "opportunity", row["title"], companies.get(row["entity"]))


def _customer(row: dict[str, Any]) -> Thing:
    lead = row["searchstage"].upper() == "LEAD"
    stranded = not lead and row["isperson"] == "T"
    return Thing(
        side="netsuite",
        type="customer",
        kind="lead" if lead else "organization",
        id=str(row["id"]),
        name=(row["lastname"] if lead or stranded else row["companyname"]) or "",
        company=row["companyname"],
        live=row["isinactive"] != "T",
        key=row["externalid"],
        fields=_fields("netsuite", row),
        stranded=stranded,
    )


def _netsuite_thing(row: dict[str, Any], kind: str, name: str | None, company: str | None) -> Thing:
    return Thing(
        side="netsuite",
        type=kind,
        kind=kind,
        id=str(row["id"]),
        name=name or "",
        company=company,
        live=row.get("isinactive") != "T",
        key=row["externalid"],
        fields=_fields("netsuite", row),
    )


def _fields(side: str, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(column) for name, column in _SPELT[side].items()}


def salesforce(stand: Stand) -> Iterator[Thing]:
    accounts = {row["Id"]: row["Name"] for row in stand.salesforce.rows("Account", "Id", "Name")}
    for type_, kind in _KINDS.items():
        for row in stand.salesforce.rows(type_, *_SHOWN, *_MOVED_ON, *_SPELT["salesforce"].values()):
            converted = bool(row.get("IsConverted"))
            yield Thing(
                side="salesforce",
                type=type_,
                kind=kind,
                id=row["Id"],
                name=row.get("LastName") or row.get("Name") or "",
                company=row.get("Company") or accounts.get(row.get("AccountId")) or row.get("Name"),
                live=not row["IsDeleted"] and not converted,
                key=row.get("NetSuite_Id__c"),
                fields=_fields("salesforce", row),
                converted=converted,
                contact=f"salesforce:Contact:{row['ConvertedContactId']}" if row.get("ConvertedContactId") else None,
            )
