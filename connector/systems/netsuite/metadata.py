"""What the account's record types can hold: its JSON schemas, and what no schema tells.

NetSuite's metadata names fields, types and enumerations; it knows neither lengths nor required fields (recorded).
Those are curated below: the lengths are what NetSuite's field reference gives for these fields in all accounts
(assumed), the required fields those of the standard forms (assumed). Custom fields that are mandatory wherever they
stand are in the account's list of custom fields; what single forms demand beyond that, nobody tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector.core.ports import FieldInfo, FieldKind
from connector.systems.netsuite.beside import is_singly
from connector.systems.netsuite.records import ADDRESS_FIELDS, RecordType

_PHONES = ("phone", "altPhone", "mobilePhone", "homePhone", "officePhone", "fax")
_EMAILS = ("email", "altEmail")
_LONG_TEXTS = ("comments", "memo", "actionItem")
_PERCENTS = ("probability",)
_MONEY_DECIMALS = 2  # assumed: those of the account's currency; metadata does not tell
_MONEY = ("estimatedBudget", "projectedTotal", "rangeLow", "rangeHigh", "weightedTotal", "total", "creditLimit")

LENGTHS: Mapping[str, int] = {
    **dict.fromkeys(_PHONES, 32),
    **dict.fromkeys(_EMAILS, 254),
    **dict.fromkeys(("firstName", "middleName", "lastName"), 32),
    **dict.fromkeys(("companyName", "entityId"), 83),
    **dict.fromkeys(("url", "comments", "memo"), 999),
    "salutation": 30,
    "title": 99,
    "externalId": 255,
}
ADDRESS_LENGTHS: Mapping[str, int] = {"addr1": 150, "addr2": 150, "addr3": 150, "city": 50, "state": 50, "zip": 36}

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "customer": (),  # a person's names or a company's name, which no single field can say
    "contact": ("lastName",),
    "opportunity": ("entity", "expectedCloseDate"),
}

# Fields that refer to record types which the schema leaves open, or to lists that queries can read.
_REFERS_TO: Mapping[str, str] = {
    "entityStatus": "customerstatus",
    "leadSource": "leadsource",
    "contactSource": "leadsource",
    "category": "customercategory",
    "salesRep": "employee",
    "parent": "customer",
    "company": "customer",
    "entity": "customer",
}
LIST_TABLES = ("leadsource", "customercategory", "customerstatus")
"""Lists whose values are options of a field. `leadsource` is not in every account's catalog (recorded)."""

CUSTOM_FIELDS = (
    "SELECT internalid, scriptid, ismandatory FROM customfield "
    "WHERE fieldtype IN ('ENTITY', 'BODY') ORDER BY internalid"
)
"""Custom fields of entities and of transactions, with what no schema tells (table, columns and `ENTITY`, `BODY` as
placement: as public programs use them; that internal ids outlast script ids: assumed). Script ids come in capitals."""

_CREATE_ONLY = ("isPerson",)
_SKIPPED = ("links", "refName")


def fields_of(record: RecordType, schema: Mapping[str, Any]) -> dict[str, FieldInfo]:
    """REST field name -> what we know of it, from the type's JSON schema and the curated facts."""
    fields = {
        name: info
        for name, prop in schema["properties"].items()
        if name not in _SKIPPED and isinstance(prop, dict) and (info := _field(record.name, name, prop)) is not None
    }
    if record.address_book:
        fields |= {name: FieldInfo(name, "address", label=_address_label(name)) for name in ADDRESS_FIELDS}
    return fields


def with_options(info: FieldInfo, lists: Mapping[str, Mapping[str, str] | None]) -> FieldInfo:
    """The field with the values that it may take, if the list it refers to is among `lists` (by table name)."""
    options = next((lists[table] for table in info.refers_to if lists.get(table) is not None), None)
    return info if options is None else replace(info, options=options)


def with_definition(info: FieldInfo, definitions: Mapping[str, Mapping[str, str]]) -> FieldInfo:
    """The field with what the account's list of custom fields says of it (rows of `CUSTOM_FIELDS`, by script id in
    lower case): its internal id, and whether every form demands it. A check box always holds something."""
    row = definitions.get(info.name.lower())
    if row is None:
        return info
    required = row.get("ismandatory") == "T" and info.kind != "boolean"
    return replace(info, id=row.get("internalid", ""), required=info.required or required)


def _address_label(name: str) -> str:
    return f"Default {name.rpartition('.')[2].capitalize()} Address"


def _field(type_: str, name: str, prop: Mapping[str, Any]) -> FieldInfo | None:
    kind = _kind(name, prop)
    if kind is None:
        return None
    writable = not prop.get("readOnly", False) and kind != "id"
    target = _target(name, prop)
    options = _enumeration(prop)
    return FieldInfo(
        name=name,
        kind=kind,
        label=str(prop.get("title", "")),
        length=LENGTHS.get(name),
        required=name in _REQUIRED.get(type_, ()),
        createable=writable,
        updateable=writable and name not in _CREATE_ONLY,
        restricted=kind in ("reference", "picklist", "multi_picklist") or bool(options),
        options={value: value for value in options} if options else None,
        refers_to=(target,) if target and kind == "reference" else (),
        custom=bool(prop.get("x-ns-custom-field", name.startswith("cust"))),
        decimals=_MONEY_DECIMALS if kind == "money" else None,
        singly=is_singly(type_, name),
    )


def _kind(name: str, prop: Mapping[str, Any]) -> FieldKind | None:
    """None for sublists and other things that are no field."""
    if name == "id":
        return "id"
    if _is_object(prop):
        return _object_kind(prop)
    match prop.get("type"):
        case "boolean":
            return "boolean"
        case "integer":
            return "integer"
        case "number":
            return "percent" if name in _PERCENTS else "money" if name in _MONEY else "number"
        case "string":
            return _text_kind(name, prop)
    return None


def _is_object(prop: Mapping[str, Any]) -> bool:
    return prop.get("type") == "object" or "$ref" in prop or "properties" in prop


def _object_kind(prop: Mapping[str, Any]) -> FieldKind | None:
    properties = prop.get("properties", {})
    if "items" in properties:
        line = properties["items"].get("items", {})
        return "multi_picklist" if set(line.get("properties", {})) - {"links"} == {"id", "refName"} else None
    if "id" not in properties and "$ref" not in prop:
        return None
    return "picklist" if _enumeration(prop) else "reference"


def _text_kind(name: str, prop: Mapping[str, Any]) -> FieldKind:
    if prop.get("format") in ("date", "date-time"):
        return "date" if prop["format"] == "date" else "datetime"
    if name in _PHONES:
        return "phone"
    if name in _EMAILS or prop.get("format") == "email":
        return "email"
    if name == "url" or prop.get("format") in ("uri", "url"):
        return "url"
    return "long_text" if name in _LONG_TEXTS else "text"


def _enumeration(prop: Mapping[str, Any]) -> list[str]:
    values = prop.get("enum") or prop.get("properties", {}).get("id", {}).get("enum") or []
    return [str(value) for value in values]


def _target(name: str, prop: Mapping[str, Any]) -> str:
    """The record type that a reference points at, lower case; "" where nobody tells."""
    if name in _REFERS_TO:
        return _REFERS_TO[name]
    reference = str(prop.get("$ref", "")).rpartition("/")[2].lower()
    return "" if reference in ("nsresource", "nslink") else reference
