"""What anybody can see on the two sides: every record as one plain shape, read from the sandboxes' own tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector.sandbox.stand import Stand


@dataclass(frozen=True)
class Thing:
    """A record. `name`: of the person, or of the company for an organization; `company`: the name of the company it
    belongs to; `fields`: those that people edit here. A `stranded` person is one inside a NetSuite organization."""

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

    @property
    def ref(self) -> str:
        return f"{self.side}:{self.type}:{self.id}"


def everything(stand: Stand) -> list[Thing]:
    return [*netsuite(stand), *salesforce(stand)]


def netsuite(stand: Stand) -> Iterator[Thing]:
    customers = stand.netsuite.rows("customer")
    names = {row["id"]: row["companyname"] for row in customers}
    for row in customers:
        lead = row["searchstage"].upper() == "LEAD"
        stranded = not lead and row["isperson"] == "T"
        person = lead or stranded
        yield Thing(
            side="netsuite",
            type="customer",
            kind="lead" if lead else "organization",
            id=str(row["id"]),
            name=(row["lastname"] if person else row["companyname"]) or "",
            company=row["companyname"],
            live=row["isinactive"] != "T",
            key=row["externalid"],
            fields={"title": row["title"], "description": row["comments"], "number": row["accountnumber"]},
            stranded=stranded,
        )
    for row in stand.netsuite.rows("contact"):
        yield Thing(
            side="netsuite",
            type="contact",
            kind="contact",
            id=str(row["id"]),
            name=row["lastname"] or "",
            company=names.get(row["company"]),
            live=row["isinactive"] != "T",
            key=row["externalid"],
            fields={"title": row["title"], "description": row["comments"]},
        )
    for row in stand.netsuite.rows("opportunity"):
        yield Thing(
            "netsuite",
            "opportunity",
            "opportunity",
            str(row["id"]),
            row["title"] or "",
            names.get(row["entity"]),
            True,
            row["externalid"],
            {},
        )


_KINDS = {"Lead": "lead", "Account": "organization", "Contact": "contact", "Opportunity": "opportunity"}
_FIELDS = {"title": "Title", "description": "Description", "number": "AccountNumber"}


def salesforce(stand: Stand) -> Iterator[Thing]:
    accounts = {row["Id"]: row["Name"] for row in stand.salesforce.rows("Account")}
    for type_, kind in _KINDS.items():
        for row in stand.salesforce.rows(type_):
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
                fields={name: row.get(column) for name, column in _FIELDS.items()},
                converted=converted,
            )
