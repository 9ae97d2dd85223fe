"""What a record must and may hold: required values, defaults, stages, names, uniqueness.

Each function takes what a person or an API wants to store, as columns, and gives back what the account stores,
or refuses. Nothing is written here.
"""

from __future__ import annotations

from connector.sandbox.netsuite import lists
from connector.sandbox.netsuite.account import Account, Row
from connector.sandbox.netsuite.errors import (
    Refusal,
    already_exists,
    invalid_field_value,
    missing_values,
    user_error,
)
from connector.sandbox.netsuite.fields import RecordType
from connector.sandbox.netsuite.settings import CustomField

#: A company holds no person's name: the company form has no such fields.
_PERSON_ONLY = ("salutation", "firstname", "middlename", "lastname", "title")
_OPTED_OUT = {"2", "4"}


def read_only(column: str) -> Refusal:
    return user_error(
        f"You do not have permissions to set a value for element {column} due to one of the following reasons: "
        "1) The field is read-only; 2) An associated feature is disabled; 3) The field is available either when a "
        "record is created or updated, but not in both cases."
    )


def new_record(account: Account, kind: RecordType, values: Row) -> Row:
    """The row of a record about to be made."""
    prepare = {"customer": _new_customer, "contact": _new_contact, "opportunity": _new_opportunity}
    known = {column: value for column, value in values.items() if value is not None}
    row = prepare[kind.table](account, known) if kind.table in prepare else _new_other(account, kind, known)
    _check_mandatory_custom(account, kind, row)
    check_external_id(account, kind, row.get("externalid"), None)
    return row


def changed_record(account: Account, kind: RecordType, old: Row, changes: Row) -> Row:
    """The columns to store for a change of `old`."""
    prepare = {"customer": _changed_customer, "contact": _changed_contact, "opportunity": _changed_opportunity}
    if kind.table in prepare:
        changes = prepare[kind.table](account, old, changes)
    else:
        _require({**old, **changes}, _REQUIRED.get(kind.table, {}))
    _check_mandatory_custom(account, kind, {**old, **changes})
    check_external_id(account, kind, changes.get("externalid"), old["id"])
    return changes


def _require(row: Row, labels: dict[str, str]) -> None:
    missing = [label for column, label in labels.items() if row.get(column) is None]
    if missing:
        raise missing_values(missing)


def _check_mandatory_custom(account: Account, kind: RecordType, row: Row) -> None:
    _require(
        row,
        {
            field.script_id: field.label or field.script_id
            for field in account.settings.all_custom_fields
            if field.mandatory and field.record_type == kind.name and _is_on_form(field, row)
        },
    )


def _is_on_form(field: CustomField, row: Row) -> bool:
    return not field.forms or row.get("customform") in field.forms


def check_external_id(account: Account, kind: RecordType, external_id: str | None, own_id: int | None) -> None:
    """External ids are one namespace for all entity types, and compare without case."""
    if external_id is None:
        return
    family = [other.table for other in account.types.values() if other.family == kind.family]
    for table in family if kind.family == "entity" else [kind.table]:
        found = account.id_of_external(table, external_id)
        if found is not None and found != own_id:
            raise already_exists()


def _subscription(old: Row, changes: Row) -> Row:
    """`unsubscribe` and the subscription status say the same thing; either one sets the other."""
    if changes.get("globalsubscriptionstatus") is not None:
        return {**changes, "unsubscribe": "T" if changes["globalsubscriptionstatus"] in _OPTED_OUT else "F"}
    wanted = changes.get("unsubscribe")
    if wanted is None or (old.get("globalsubscriptionstatus") in _OPTED_OUT) == (wanted == "T"):
        return changes
    return {**changes, "globalsubscriptionstatus": "2" if wanted == "T" else "1"}


def _with_defaults(row: Row, defaults: Row) -> Row:
    return {**defaults, **row}


# customer

_NEW_ENTITY: Row = {
    "isinactive": "F",
    "globalsubscriptionstatus": "2",
    "unsubscribe": "T",
    "emailpreference": "DEFAULT",
}
_NEW_CUSTOMER: Row = {**_NEW_ENTITY, "isbudgetapproved": "F", "giveaccess": "F", "currency": 1, "weblead": "F"}


def _full_name(row: Row) -> str:
    return " ".join(row[part] for part in ("firstname", "middlename", "lastname") if row.get(part))


def _is_person(row: Row) -> str:
    """Unsaid, a customer is a company, unless nothing but a person's name is given."""
    if row.get("isperson"):
        return str(row["isperson"])
    named = row.get("firstname") or row.get("lastname")
    return "T" if named and not row.get("companyname") else "F"


def _require_customer(account: Account, row: Row) -> None:
    labels = {"companyname": "Company Name"}
    if row["isperson"] == "T":
        labels = {"firstname": "First Name", "lastname": "Last Name"}
    if account.settings.one_world:
        labels["subsidiary"] = "Primary Subsidiary"
    _require(row, {**labels, "entitystatus": "Status"})


def _stage_columns(account: Account, status: int, old_stage: str | None) -> Row:
    stage = lists.STAGES[account.stage(status)]
    columns: Row = {"searchstage": stage}
    if stage == "Customer" and old_stage != "Customer":
        columns["dateclosed"] = account.zone.midnight(account.now())
    return columns


def _alt_name(row: Row) -> str:
    return _full_name(row) if row["isperson"] == "T" else str(row["companyname"])


def _new_customer(account: Account, values: Row) -> Row:
    row = _with_defaults(_subscription(_NEW_ENTITY, values), _NEW_CUSTOMER)
    row["isperson"] = _is_person(row)
    row.setdefault("entitystatus", account.settings.default_customer_status)
    _require_customer(account, row)
    if row["isperson"] == "F":
        row = {column: value for column, value in row.items() if column not in _PERSON_ONLY}
    row["altname"] = _alt_name(row)
    row.update(_stage_columns(account, row["entitystatus"], None))
    row.update(_customer_number(account, row))
    _check_entity_id(account, row["entityid"], None)
    return row


def _customer_number(account: Account, row: Row) -> Row:
    """With auto-numbering a given entityId counts only beside autoName false; without it names are the ids."""
    settings = account.settings
    if settings.auto_numbering and row.get("autoname") != "F":
        number = account.next_id("customernumber")
        return {"autoname": "T", "entitynumber": number, "entityid": f"{settings.number_prefix}{number}"}
    entity_id = row.get("entityid") or row["altname"]
    return {"autoname": "F" if row.get("entityid") else "T", "entityid": entity_id[:83]}


def _check_entity_id(account: Account, entity_id: str, own_id: int | None) -> None:
    found = account.one("SELECT id FROM customer WHERE entityid = ? COLLATE NOCASE AND id IS NOT ?", entity_id, own_id)
    if found is not None:
        raise already_exists()


def _changed_customer(account: Account, old: Row, changes: Row) -> Row:
    if changes.get("isperson", old["isperson"]) != old["isperson"]:
        raise read_only("isperson")
    changes = _subscription(old, changes)
    if old["isperson"] == "F":
        changes = {column: value for column, value in changes.items() if column not in _PERSON_ONLY}
    row = {**old, **changes}
    _require_customer(account, row)
    _check_parent(account, old["id"], row.get("parent"))
    if row["entitystatus"] != old["entitystatus"]:
        changes = {**changes, **_stage_columns(account, row["entitystatus"], old["searchstage"])}
    return {**changes, **_renamed(account, old, row, changes)}


def _renamed(account: Account, old: Row, row: Row, changes: Row) -> Row:
    name = _alt_name(row)
    columns: Row = {"altname": name} if name != old["altname"] else {}
    if "entityid" in changes:
        numbered = account.settings.auto_numbering and row.get("autoname") != "F"
        columns["entityid"] = old["entityid"] if numbered else changes["entityid"] or name[:83]
    elif not account.settings.auto_numbering and row.get("autoname") == "T" and columns:
        columns["entityid"] = name[:83]
    if columns.get("entityid", old["entityid"]) != old["entityid"]:
        _check_entity_id(account, columns["entityid"], old["id"])
    return columns


def _check_parent(account: Account, own_id: int, parent: int | None) -> None:
    if parent == own_id:
        raise invalid_field_value(parent, "parent")


# contact

_NEW_CONTACT: Row = {**_NEW_ENTITY, "isprivate": "F", "owner": -5}


def _new_contact(account: Account, values: Row) -> Row:
    row = _with_defaults(_subscription(_NEW_ENTITY, values), {**_NEW_CONTACT, "owner": account.settings.user_id})
    row["entityid"] = (row.get("entityid") or _full_name(row))[:83] or None
    labels = {"entityid": "Contact Name"}
    if account.settings.one_world:
        labels["subsidiary"] = "Subsidiary"
    _require(row, labels)
    _check_contact_name(account, row, None)
    return row


def _changed_contact(account: Account, old: Row, changes: Row) -> Row:
    changes = _subscription(old, changes)
    row = {**old, **changes}
    if "entityid" not in changes and old["entityid"] == _full_name(old) and _full_name(row):
        changes = {**changes, "entityid": _full_name(row)[:83]}
        row["entityid"] = changes["entityid"]
    _require(row, {"entityid": "Contact Name"})
    if (row["entityid"], row["company"]) != (old["entityid"], old["company"]):
        _check_contact_name(account, row, old["id"])
    return changes


def _check_contact_name(account: Account, row: Row, own_id: int | None) -> None:
    found = account.one(
        "SELECT id FROM contact WHERE company IS ? AND entityid = ? COLLATE NOCASE AND id IS NOT ?",
        row.get("company"),
        row["entityid"],
        own_id,
    )
    if found is not None:
        raise user_error(
            "A contact record with this name already exists. Every contact record must have a unique name."
        )


# opportunity

_OPPORTUNITY_LABELS = {"entity": "Company", "entitystatus": "Status", "expectedclosedate": "Expected Close"}


def _won_or_lost(account: Account, row: Row) -> Row:
    status = row["entitystatus"]
    if status == lists.CLOSED_LOST:
        return {"status": "D"}
    if account.stage(status) == "CUSTOMER":
        return {"status": "C"}
    return {"status": "A"}


def _check_opportunity_status(account: Account, status: int) -> None:
    if account.stage(status) == "LEAD":
        raise invalid_field_value(status, "entitystatus")


def _money(row: Row) -> Row:
    share = (row.get("probability") or 0.0) / 100
    total = row.get("projectedtotal")
    return {"weightedtotal": None if total is None else round(total * share, 2)}


def _new_opportunity(account: Account, values: Row) -> Row:
    row = _with_defaults(values, {"isbudgetapproved": "F", "currency": 1, "forecasttype": "2"})
    row.setdefault("entitystatus", account.settings.default_prospect_status)
    _require(row, _OPPORTUNITY_LABELS)
    _check_opportunity_status(account, row["entitystatus"])
    row.setdefault("trandate", account.zone.midnight(account.now()))
    row.setdefault("probability", (account.status(row["entitystatus"]) or {}).get("probability"))
    row.setdefault("tranid", f"OPP{account.next_id('tran_opportunity')}")
    return {**row, **_won_or_lost(account, row), **_money(row)}


def _changed_opportunity(account: Account, old: Row, changes: Row) -> Row:
    row = {**old, **changes}
    _require(row, _OPPORTUNITY_LABELS)
    extra: Row = {}
    if row["entitystatus"] != old["entitystatus"]:
        _check_opportunity_status(account, row["entitystatus"])
        extra = _won_or_lost(account, row)
        if "probability" not in changes:
            extra["probability"] = (account.status(row["entitystatus"]) or {}).get("probability")
    return {**changes, **extra, **_money({**row, **extra})}


# activities

_REQUIRED: dict[str, dict[str, str]] = {
    "phonecall": {"title": "Subject"},
    "task": {"title": "Title"},
    "calendarevent": {"title": "Title"},
    "message": {"subject": "Subject"},
    "campaignresponse": {"entity": "Recipient", "campaignevent": "Campaign Event"},
    "employee": {"firstname": "First Name", "lastname": "Last Name"},
    "customerstatus": {"name": "Name", "stage": "Stage"},
    "leadsource": {"name": "Name"},
}
_DEFAULTS: dict[str, Row] = {
    "phonecall": {"status": "SCHEDULED", "priority": "MEDIUM", "timedevent": "F"},
    "task": {"status": "NOTSTART", "priority": "MEDIUM", "timedevent": "F"},
    "calendarevent": {"status": "CONFIRMED", "timedevent": "F"},
    "message": {"emailed": "F", "incoming": "F"},
    "campaignresponse": {"response": "NORESPONSE"},
    "employee": {"isinactive": "F", "issalesrep": "F"},
    "customerstatus": {"isinactive": "F", "includeinleadreports": "F", "probability": 0},
    "leadsource": {"isinactive": "F"},
}


def _new_other(account: Account, kind: RecordType, values: Row) -> Row:
    row = _with_defaults(values, _DEFAULTS.get(kind.table, {}))
    if "startdate" in kind.fields:
        row.setdefault("startdate", account.zone.midnight(account.now()))
    if kind.table == "employee":
        row.setdefault("entityid", _full_name(row))
    if "assigned" in kind.fields:
        row.setdefault("assigned", account.settings.user_id)
    _require(row, _REQUIRED.get(kind.table, {}))
    return row


# deletion

_DEPENDANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "customer": (
        ("opportunity", "entity"),
        ("salesorder", "entity"),
        ("contact", "company"),
        ("customer", "parent"),
        ("phonecall", "company"),
        ("task", "company"),
        ("calendarevent", "company"),
        ("message", "entity"),
        ("campaignresponse", "entity"),
    ),
    "contact": (
        ("phonecall", "contact"),
        ("task", "contact"),
        ("calendarevent", "contact"),
        ("message", "contact"),
        ("campaignresponse", "contact"),
    ),
    "opportunity": (("salesorder", "opportunity"),),
    "employee": (
        ("customer", "salesrep"),
        ("opportunity", "salesrep"),
        ("phonecall", "assigned"),
        ("task", "assigned"),
    ),
    "customerstatus": (("customer", "entitystatus"), ("opportunity", "entitystatus")),
    "leadsource": (("customer", "leadsource"), ("contact", "contactsource"), ("opportunity", "leadsource")),
}


def check_deletable(account: Account, kind: RecordType, id_: int) -> None:
    """A record that others depend on cannot be deleted."""
    for table, column in _DEPENDANTS.get(kind.table, ()):
        if account.one(f"SELECT 1 FROM {table} WHERE {column} = ?", id_):  # noqa: S608 - names from the table above
            raise user_error("This record cannot be deleted because it has dependent records.")
