"""Save & Convert: an individual lead becomes a company prospect, a contact and perhaps an opportunity.

Which value goes where follows the vendor's mapping table. Which internal id survives is not documented, so there are
three variants: `stays` (the lead's id becomes the prospect's), `becomes_contact` (the contact's), `disappears`.
External id and custom fields go with the surviving id. With an existing prospect the id cannot stay: it disappears.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.sandbox.netsuite import addresses, rules, stages
from connector.sandbox.netsuite.account import UI, Account, Row

_ALWAYS = ("email", "altemail")
_NEW_PROSPECT = ("companyname", *_ALWAYS, "phone", "altphone", "fax", "comments", "url", "territory", "leadsource")
_QUALIFICATION = ("estimatedbudget", "isbudgetapproved", "salesreadiness", "buyingtimeframe", "buyingreason")
_CONTACT = (
    *("salutation", "firstname", "middlename", "lastname", "title", "email", "altemail", "phone", "fax"),
    *("homephone", "mobilephone", "comments", "globalsubscriptionstatus", "unsubscribe"),
)
_CONTACT_RENAMED = {"altphone": "officephone", "leadsource": "contactsource"}
_GONE_FROM_COMPANY = ("salutation", "firstname", "middlename", "lastname", "title", "homephone", "mobilephone")
_DAY = 86_400


@dataclass(frozen=True)
class Wish:
    """What the person chose on the page. `contact_choice`: for an existing contact, replace, add_missing or keep."""

    variant: str
    prospect: int | None = None
    contact: int | None = None
    contact_choice: str = "add_missing"
    opportunity: bool = False
    title: str | None = None
    status: int | None = None
    sales_rep: int | None = None


@dataclass(frozen=True)
class Converted:
    prospect: int
    contact: int
    opportunity: int | None
    variant: str


def save_and_convert(account: Account, lead: Row, wish: Wish) -> Converted:
    """Convert; ValueError if the record is no individual lead with a company name."""
    if lead["isperson"] != "T" or not lead["companyname"]:
        raise ValueError(f"customer {lead['id']} is no individual with a company name")
    if account.stage(lead["entitystatus"]) != "LEAD":
        raise ValueError(f"customer {lead['id']} is no lead")
    variant = "disappears" if wish.variant == "stays" and wish.prospect else wish.variant
    if variant == "becomes_contact" and wish.contact:
        variant = "disappears"
    prospect = _prospect(account, lead, wish, variant)
    contact = _contact(account, lead, wish, prospect, variant)
    _move_activities(account, lead["id"], prospect, contact)
    opportunity = _opportunity(account, lead, wish, prospect) if wish.opportunity else None
    if variant == "disappears":
        account.delete(account.types["customer"], lead["id"], UI)
    return Converted(prospect, contact, opportunity, variant)


def _carried(lead: Row, columns: tuple[str, ...]) -> Row:
    return {column: lead[column] for column in columns if lead[column] is not None}


def _custom(account: Account, table: str, lead: Row) -> Row:
    """Custom fields and external id, for the record that takes over the lead's id."""
    fields = account.types[table].fields.values()
    names = tuple(field.column for field in fields if field.custom and field.column in lead)
    return _carried(lead, (*names, "externalid"))


def _prospect(account: Account, lead: Row, wish: Wish, variant: str) -> int:
    if wish.prospect is not None:
        return _existing_prospect(account, lead, wish, wish.prospect)
    if variant == "stays":
        return _lead_as_prospect(account, lead, wish)
    kind = account.types["customer"]
    values = {
        **_carried(lead, _NEW_PROSPECT + (() if wish.opportunity else _QUALIFICATION)),
        "isperson": "F",
        "entitystatus": wish.status or account.settings.default_prospect_status,
        **({"salesrep": wish.sales_rep} if wish.sales_rep else {}),
        **_carried(lead, ("subsidiary",) if "subsidiary" in lead else ()),
    }
    return account.insert(kind, rules.new_record(account, kind, values))


def _lead_as_prospect(account: Account, lead: Row, wish: Wish) -> int:
    kind = account.types["customer"]
    company = {**lead, "isperson": "F", **dict.fromkeys(_GONE_FROM_COMPANY)}
    status = wish.status or account.settings.default_prospect_status
    changes: Row = {
        **dict.fromkeys(_GONE_FROM_COMPANY),
        **(dict.fromkeys(_QUALIFICATION) if wish.opportunity else {}),
        "isbudgetapproved": "F" if wish.opportunity else lead["isbudgetapproved"],
        "salesrep": wish.sales_rep or lead["salesrep"],
        **rules.changed_record(account, kind, company, {"entitystatus": status}),
        "isperson": "F",
    }
    account.update(kind, lead, changes, UI)
    return int(lead["id"])


def _existing_prospect(account: Account, lead: Row, wish: Wish, prospect: int) -> int:
    kind = account.types["customer"]
    row = account.row("customer", prospect)
    if row is None or row["isperson"] == "T" or prospect == lead["id"]:
        raise ValueError(f"customer {prospect} is no company to convert into")
    wanted = _ALWAYS + (() if wish.opportunity else _QUALIFICATION)
    changes = {column: value for column, value in _carried(lead, wanted).items() if _blank(row[column])}
    account.update(kind, row, rules.changed_record(account, kind, row, changes), UI)
    if account.stage(row["entitystatus"]) == "LEAD":
        stages.raise_to(account, prospect, wish.status or account.settings.default_prospect_status, UI)
    return prospect


def _blank(value: object) -> bool:
    return value in (None, "F")


def _contact_values(lead: Row) -> Row:
    renamed = {new: lead[old] for old, new in _CONTACT_RENAMED.items() if lead[old] is not None}
    return {**_carried(lead, _CONTACT), **renamed}


def _contact(account: Account, lead: Row, wish: Wish, prospect: int, variant: str) -> int:
    kind = account.types["contact"]
    if wish.contact is not None:
        contact = _existing_contact(account, lead, wish, wish.contact, prospect)
    elif variant == "becomes_contact":
        # The customer row goes first: the contact takes over its id and external id.
        account.database.execute("DELETE FROM customer WHERE id = ?", (lead["id"],))
        values = {**_contact_values(lead), "company": prospect, **_custom(account, "contact", lead)}
        contact = account.insert(kind, rules.new_record(account, kind, values), lead["id"])
    else:
        values = {**_contact_values(lead), "company": prospect}
        contact = account.insert(kind, rules.new_record(account, kind, values))
    account.relate(prospect, contact, None)
    if contact != lead["id"]:
        addresses.move(account, lead["id"], contact, "contact")
    else:
        account.database.execute("UPDATE addressbook SET ownertype = 'contact' WHERE owner = ?", (contact,))
    return contact


def _existing_contact(account: Account, lead: Row, wish: Wish, contact: int, prospect: int) -> int:
    kind = account.types["contact"]
    row = account.row("contact", contact)
    if row is None:
        raise ValueError(f"contact {contact} does not exist")
    values = {} if wish.contact_choice == "keep" else _contact_values(lead)
    if wish.contact_choice == "add_missing":
        values = {column: value for column, value in values.items() if row[column] is None}
    values |= _subscription(lead, row)
    if row["company"] is None:
        values["company"] = prospect
    account.update(kind, row, rules.changed_record(account, kind, row, values), UI)
    return contact


def _subscription(lead: Row, contact: Row) -> Row:
    """Equal addresses: an opt-out of either side wins, unless someone confirmed the opt-in."""
    if not lead["email"] or lead["email"] != contact["email"]:
        return {}
    statuses = {lead["globalsubscriptionstatus"], contact["globalsubscriptionstatus"]}
    if "T" in (lead["unsubscribe"], contact["unsubscribe"]) and "3" not in statuses:
        return {"globalsubscriptionstatus": "4" if "4" in statuses else "2", "unsubscribe": "T"}
    return {"globalsubscriptionstatus": "3" if "3" in statuses else "1", "unsubscribe": "F"}


def _move_activities(account: Account, lead: int, prospect: int, contact: int) -> None:
    for table in ("phonecall", "task", "calendarevent"):
        _repoint(account, table, "company", lead, prospect, contact)
    for table in ("message", "campaignresponse"):
        _repoint(account, table, "entity", lead, prospect, contact)
    for table, column in (("contact", "company"), ("companycontactrelationship", "company")):
        account.database.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {column} = ?", (prospect, lead))  # noqa: S608
    for table in ("opportunity", "salesorder"):
        account.database.execute(f"UPDATE {table} SET entity = ? WHERE entity = ?", (prospect, lead))  # noqa: S608


def _repoint(account: Account, table: str, column: str, lead: int, prospect: int, contact: int) -> None:
    account.database.execute(
        f"UPDATE {table} SET {column} = ?, contact = ?, lastmodifieddate = ? WHERE {column} = ?",  # noqa: S608
        (prospect, contact, account.now(), lead),
    )


def _opportunity(account: Account, lead: Row, wish: Wish, prospect: int) -> int:
    kind = account.types["opportunity"]
    values = {
        **_carried(lead, (*_QUALIFICATION, "leadsource", "salesrep")),
        "entity": prospect,
        "title": wish.title or lead["companyname"],
        "entitystatus": wish.status or account.settings.default_prospect_status,
        "expectedclosedate": account.zone.midnight(account.now() + 30 * _DAY),
    }
    return account.insert(kind, rules.new_record(account, kind, values))
