"""What happens in a scenario: things that people do in either system, and things that happen to the connector.

People name a record as people do: by its kind, and by the person's family name, the company or the sale.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol


class Office(Protocol):
    """Where people work: they see records and change them. `typed`: what they entered, by (name, field)."""

    typed: dict[tuple[str, str], str]

    def rows(self, where: str, type_: str) -> list[dict[str, Any]]: ...
    def netsuite(self, do: str, **deed: Any) -> dict[str, Any]: ...
    def salesforce(self, do: str, **deed: Any) -> dict[str, Any]: ...


Deed = Callable[[Office], None]
Side = Literal["netsuite", "salesforce"]
Kind = Literal["lead", "organization", "person", "sale"]
NETSUITE: Side = "netsuite"
SALESFORCE: Side = "salesforce"
TYPES: dict[Side, dict[Kind, str]] = {
    NETSUITE: {"lead": "customer", "organization": "customer", "person": "contact", "sale": "opportunity"},
    SALESFORCE: {"lead": "Lead", "organization": "Account", "person": "Contact", "sale": "Opportunity"},
}
NAMES: dict[Side, dict[Kind, tuple[str, ...]]] = {
    NETSUITE: {
        "lead": ("lastname", "companyname"),
        "organization": ("companyname", "lastname"),
        "person": ("lastname",),
        "sale": ("title",),
    },
    SALESFORCE: {
        "lead": ("LastName", "Company"),
        "organization": ("Name",),
        "person": ("LastName",),
        "sale": ("Name",),
    },
}
FIELDS: dict[Side, dict[str, str]] = {
    NETSUITE: {
        "title": "title",
        "phone": "phone",
        "mobile": "mobilePhone",
        "fax": "fax",
        "mail": "email",
        "description": "comments",
        "number": "accountNumber",
        "next_step": "actionItem",
        "name": "companyName",
        "source": "leadSource",
    },
    SALESFORCE: {
        "title": "Title",
        "phone": "Phone",
        "mobile": "MobilePhone",
        "fax": "Fax",
        "mail": "Email",
        "description": "Description",
        "number": "AccountNumber",
        "next_step": "NextStep",
        "name": "Name",
        "source": "LeadSource",
        "industry": "Industry",
        "close_date": "CloseDate",
    },
}
LEAD_STATUS, PROSPECT_STATUS, CUSTOMER_STATUS = "6", "8", "13"


# --- finding ---------------------------------------------------------------------------------------------------------


def live(town: Office, side: Side, kind: Kind) -> list[dict[str, Any]]:
    """The records of a kind that are in use, oldest first."""
    rows = town.rows(side, TYPES[side][kind])
    if side == SALESFORCE:
        return [row for row in rows if not row["IsDeleted"] and not row.get("IsConverted")]
    in_use = [row for row in rows if row.get("isinactive") != "T"]
    if kind in ("person", "sale"):
        return in_use
    return [row for row in in_use if (row["searchstage"].upper() == "LEAD") == (kind == "lead")]


def names_of(side: Side, kind: Kind, row: dict[str, Any]) -> set[str]:
    """What a record is called by: a lead also by its company, which may be all that is known of it."""
    return {str(row[column]) for column in NAMES[side][kind] if row.get(column)}


def find(town: Office, side: Side, kind: Kind, name: str) -> str:
    """The id of the newest record in use that has this name; LookupError where there is none."""
    found = [row for row in live(town, side, kind) if name in names_of(side, kind, row)]
    if not found:
        raise LookupError(f"no {kind} {name} in {side}")
    return str(found[-1]["id" if side == NETSUITE else "Id"])


def _act(town: Office, side: Side, do: str, **deed: Any) -> dict[str, Any]:
    return town.netsuite(do, **deed) if side == NETSUITE else town.salesforce(do, **deed)


def _typed(town: Office, side: Side, name: str, values: dict[str, str]) -> dict[str, str]:
    """The values under the vendor's names; they are remembered as entered by a person."""
    town.typed.update({(name, field): value for field, value in values.items()})
    return {FIELDS[side][field]: value for field, value in values.items()}


# --- making and editing ----------------------------------------------------------------------------------------------


def lead(side: Side, name: str, company: str | None = None, **values: str) -> Deed:
    """A person who may buy, at a company (by default one of the same name)."""

    def make(town: Office) -> None:
        mail = {"mail": f"{name.lower()}@mail.example"}
        fields = _typed(town, side, name, mail | values)
        named: dict[str, Any] = {"FirstName": "Ann", "LastName": name, "Company": company or f"{name} Inc"}
        if side == NETSUITE:
            named = {"isPerson": True, "firstName": "Ann", "lastName": name, "companyName": company or f"{name} Inc"}
            named["entityStatus"] = {"id": LEAD_STATUS}
        _act(town, side, "create", type=TYPES[side]["lead"], fields={**named, **fields})

    return make


def company_lead(name: str) -> Deed:
    """A lead in NetSuite that is a company without a person."""

    def make(town: Office) -> None:
        named = {"isPerson": False, "companyName": name, "entityStatus": {"id": LEAD_STATUS}}
        town.netsuite("create", type="customer", fields=named)

    return make


def organization(side: Side, name: str, parent: str | None = None, **values: str) -> Deed:
    def make(town: Office) -> None:
        fields: dict[str, Any] = _typed(town, side, name, values)
        above = find(town, side, "organization", parent) if parent else None
        if side == SALESFORCE:
            fields |= {"Name": name, "Type": "Prospect"} | ({"ParentId": above} if above else {})
        else:
            fields |= {"isPerson": False, "companyName": name, "entityStatus": {"id": PROSPECT_STATUS}}
            fields |= {"parent": {"id": above}} if above else {}
        _act(town, side, "create", type=TYPES[side]["organization"], fields=fields)

    return make


def person(side: Side, name: str, company: str, **values: str) -> Deed:
    def make(town: Office) -> None:
        home = find(town, side, "organization", company)
        fields: dict[str, Any] = _typed(town, side, name, {"mail": f"{name.lower()}@mail.example"} | values)
        if side == SALESFORCE:
            fields |= {"FirstName": "Ann", "LastName": name, "AccountId": home}
        else:
            fields |= {"firstName": "Ann", "lastName": name, "company": {"id": home}}
        _act(town, side, "create", type=TYPES[side]["person"], fields=fields)

    return make


def sale(side: Side, name: str, company: str, **values: str) -> Deed:
    def make(town: Office) -> None:
        home = find(town, side, "organization", company)
        fields: dict[str, Any] = _typed(town, side, name, values)
        if side == SALESFORCE:
            fields |= {"Name": name, "AccountId": home, "StageName": "Prospecting", "CloseDate": "2026-06-30"}
        else:
            fields |= {"title": name, "entity": {"id": home}, "entityStatus": {"id": "18"}}
            fields |= {"expectedCloseDate": "2026-06-30"}
        _act(town, side, "create", type=TYPES[side]["sale"], fields=fields)

    return make


def edit(side: Side, kind: Kind, name: str, **values: str) -> Deed:
    def type_in(town: Office) -> None:
        id_ = find(town, side, kind, name)
        _act(town, side, "update", type=TYPES[side][kind], id=id_, fields=_typed(town, side, name, values))

    return type_in


def move(side: Side, name: str, company: str) -> Deed:
    """A person goes to another organization."""

    def act(town: Office) -> None:
        id_, home = find(town, side, "person", name), find(town, side, "organization", company)
        fields = {"AccountId": home} if side == SALESFORCE else {"company": {"id": home}}
        _act(town, side, "update", type=TYPES[side]["person"], id=id_, fields=fields)

    return act


def mass_update(kind: Kind, names: list[str], **values: str) -> Deed:
    """One value for many NetSuite records at once."""

    def act(town: Office) -> None:
        ids = [find(town, NETSUITE, kind, name) for name in names]
        fields = {FIELDS[NETSUITE][field]: value for field, value in values.items()}
        town.netsuite("mass_update", type=TYPES[NETSUITE][kind], ids=ids, fields=fields)

    return act


def unknown_source(name: str) -> Deed:
    """A lead gets a source that only NetSuite's list knows."""

    def act(town: Office) -> None:
        source = town.netsuite("add_list_value", list="leadsource", name="Podcast")["id"]
        id_ = find(town, NETSUITE, "lead", name)
        town.netsuite("update", type="customer", id=id_, fields={"leadSource": {"id": source}})

    return act


# --- converting, merging, deleting -----------------------------------------------------------------------------------


def convert(name: str, account: str | None = None, contact: str | None = None, sale: str | bool = False) -> Deed:
    """A Salesforce lead is converted: into a new account or an existing one, with an opportunity `sale` or without."""

    def act(town: Office) -> None:
        into = {"account": find(town, SALESFORCE, "organization", account)} if account else {}
        into |= {"contact": find(town, SALESFORCE, "person", contact)} if contact else {}
        town.salesforce("convert", id=find(town, SALESFORCE, "lead", name), opportunity=sale, **into)

    return act


def set_status(name: str, status: str = PROSPECT_STATUS) -> Deed:
    """A NetSuite lead moves on by its status, and stays one record."""
    return lambda town: _done(
        town.netsuite("set_status", id=find(town, NETSUITE, "lead", name), status=status),
    )


def _done(_: object) -> None:
    return None


def save_and_convert(name: str, variant: str, prospect: str | None = None, sale: bool = False) -> Deed:
    """NetSuite's button, with the account's choice of which id survives."""

    def act(town: Office) -> None:
        into: dict[str, Any] = {"prospect": find(town, NETSUITE, "organization", prospect)} if prospect else {}
        into |= {"opportunity": True, "title": "Pumps"} if sale else {}
        town.netsuite("save_and_convert", lead=find(town, NETSUITE, "lead", name), variant=variant, **into)

    return act


def sales_order(name: str, kind: Kind = "lead") -> Deed:
    return lambda town: _done(town.netsuite("sales_order", customer=find(town, NETSUITE, kind, name), total=100))


def merge(side: Side, kind: Kind, winner: str, loser: str) -> Deed:
    def act(town: Office) -> None:
        best, lost = find(town, side, kind, winner), find(town, side, kind, loser)
        named = {"winner": best} if side == NETSUITE else {"id": best}
        _act(town, side, "merge", type=TYPES[side][kind], losers=[lost], **named)
        for what in ("mail", "phone", "title"):  # of the loser: a merge may drop them
            town.typed.pop((loser, what), None)

    return act


def delete(side: Side, kind: Kind, name: str) -> Deed:
    def act(town: Office) -> None:
        _act(town, side, "delete", type=TYPES[side][kind], id=find(town, side, kind, name))

    return act


def lock(name: str, locked: bool = True) -> Deed:
    """NetSuite refuses writes to a lead."""
    return lambda town: _done(
        town.netsuite("lock", type="customer", id=find(town, NETSUITE, "lead", name), locked=locked)
    )


def automation(type_: str, field: str, kind: str, argument: Any = None) -> Deed:
    """An admin of the org installs a rule that rewrites a field after every save."""
    return lambda town: _done(
        town.salesforce("automation", type=type_, field=field, kind=kind, argument=argument),
    )
