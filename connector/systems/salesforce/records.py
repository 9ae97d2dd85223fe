"""Salesforce's rows and metadata, and ours: what a row says, what a field is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from connector.core.flow import Converted, Raw, Ref, SourceRecord
from connector.core.ports import FieldInfo, FieldKind, RecordInfo
from connector.core.schema import SystemName
from connector.errors import Unintelligible
from connector.systems.salesforce import soql
from connector.systems.salesforce.ids import to_18

_KINDS: Final[dict[str, FieldKind]] = {
    "address": "address",
    "boolean": "boolean",
    "combobox": "text",
    "currency": "money",
    "date": "date",
    "datetime": "datetime",
    "double": "number",
    "email": "email",
    "encryptedstring": "text",
    "id": "id",
    "int": "integer",
    "multipicklist": "multi_picklist",
    "percent": "percent",
    "phone": "phone",
    "picklist": "picklist",
    "reference": "reference",
    "string": "text",
    "textarea": "long_text",
    "url": "url",
}
_CONVERTED_FIELDS = ("ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId")
_MERGEABLE = ("Account", "Contact", "Lead")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.000|(\.\d{3}))\+0000")


@dataclass(frozen=True)
class ObjectInfo:
    """A RecordInfo and what only this adapter asks for: the fields that a query can count."""

    record: RecordInfo
    countable: frozenset[str]


def object_info(description: Any, key_field: str, ids: Mapping[str, str]) -> ObjectInfo:
    """From an object's describe. Fields that this user may not see are not in it (documented). `ids`: of its custom
    fields, by name."""
    if not isinstance(description, Mapping) or not isinstance(description.get("fields"), list):
        raise Unintelligible("a describe without fields", system=SystemName.SALESFORCE)
    facts = description["fields"]
    fields = {str(fact["name"]): field_info(fact, ids.get(str(fact["name"]), "")) for fact in facts}
    if _RECORD_TYPE in fields:
        types = record_types(description.get("recordTypeInfos") or ())
        fields[_RECORD_TYPE] = replace(fields[_RECORD_TYPE], options=types, restricted=True)
    record = RecordInfo(
        system=SystemName.SALESFORCE,
        type=str(description["name"]),
        fields=fields,
        key_field=key_field if key_field in fields else None,
    )
    return ObjectInfo(record, frozenset(str(fact["name"]) for fact in facts if fact.get("aggregatable")))


def definitions_query(types: Sequence[str]) -> str:
    """Asks for the durable ids of all fields of these objects."""
    objects = ",".join(soql.text(soql.name(type_)) for type_ in types)
    columns = "EntityDefinition.QualifiedApiName, QualifiedApiName, DurableId"
    return f"SELECT {columns} FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName IN ({objects})"  # noqa: S608


def field_ids(answer: Any) -> dict[str, dict[str, str]]:
    """Object -> custom field -> its id, from the answer to `definitions_query`; what is no such answer has none.

    A durable id is the object and the field's own id, `Lead.00N...` (as public clients use it). Nothing promises that
    it stays the same from one release to the next (documented): alike, it tells a field; other, it tells nothing."""
    found: dict[str, dict[str, str]] = {}
    for row in answer.get("records", ()) if isinstance(answer, Mapping) else ():
        of, own = str(row["EntityDefinition"]["QualifiedApiName"]), str(row["DurableId"]).rpartition(".")[2]
        if own.startswith("00N"):
            found.setdefault(of, {})[str(row["QualifiedApiName"])] = own
    return found


_RECORD_TYPE = "RecordTypeId"


def record_types(infos: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Id -> developer name of the record types that this user may give to a record. The master one is none: a record
    of it holds no id (documented)."""
    usable = (one for one in infos if one.get("active", True) and one.get("available") and not one.get("master"))
    return {to_18(one["recordTypeId"]): str(one["developerName"]) for one in usable}


_WITH_DECIMALS = ("double", "currency", "percent")


def field_info(fact: Mapping[str, Any], id_: str = "") -> FieldInfo:
    """One field. Required on create: createable, not nillable, and given no default (documented)."""
    length = int(fact.get("length") or 0)
    createable = bool(fact.get("createable"))
    return FieldInfo(
        name=str(fact["name"]),
        kind=_KINDS.get(str(fact.get("type")), "other"),
        label=str(fact.get("label") or ""),
        length=length or None,
        required=createable and not fact.get("nillable") and not fact.get("defaultedOnCreate"),
        createable=createable,
        updateable=bool(fact.get("updateable")),
        restricted=bool(fact.get("restrictedPicklist")),
        options=_options(fact),
        refers_to=tuple(fact.get("referenceTo") or ()),
        custom=bool(fact.get("custom", str(fact["name"]).endswith("__c"))),
        decimals=int(fact["scale"]) if fact.get("type") in _WITH_DECIMALS and "scale" in fact else None,
        id=id_,
    )


def _options(fact: Mapping[str, Any]) -> Mapping[str, str] | None:
    if fact.get("type") not in ("picklist", "multipicklist", "combobox"):
        return None
    values = fact.get("picklistValues") or ()
    return {str(value["value"]): str(value.get("label") or value["value"]) for value in values if value.get("active")}


def system_fields(type_: str, key_field: str | None, *, deleted_too: bool) -> tuple[str, ...]:
    """What every row is asked for beside the wanted fields."""
    fields = ["Id", "SystemModstamp", "LastModifiedById"]
    fields += [key_field] if key_field else []
    fields += ["IsConverted", *_CONVERTED_FIELDS] if type_ == "Lead" else []
    fields += ["IsDeleted"] if deleted_too else []
    fields += ["MasterRecordId"] if deleted_too and type_ in _MERGEABLE else []
    return tuple(fields)


def ref(type_: str, id_: object) -> Ref:
    return Ref(SystemName.SALESFORCE, type_, to_18(id_))


def source_record(type_: str, row: Mapping[str, Any], fields: Iterable[str], key_field: str | None) -> SourceRecord:
    """A row as the record that it is: live, converted, deleted or merged into another."""
    here = ref(type_, row.get("Id"))
    stamp = parse_moment(row["SystemModstamp"]) if row.get("SystemModstamp") else None
    if row.get("IsDeleted"):
        return gone(here, row.get("MasterRecordId"), stamp)
    return SourceRecord(
        ref=here,
        fields={name: raw(row[name]) for name in fields if name in row},
        modified_at=stamp,
        modified_by=row.get("LastModifiedById"),
        key=row.get(key_field) if key_field else None,
        converted=_converted(row) if row.get("IsConverted") else None,
    )


def gone(here: Ref, master: object = None, at: datetime | None = None) -> SourceRecord:
    """A deleted record; `master` is the id of the one that it was merged into."""
    merged_into = ref(here.type, master) if master else None
    return SourceRecord(ref=here, fields={}, modified_at=at, deleted=True, merged_into=merged_into)


def _converted(row: Mapping[str, Any]) -> Converted:
    types = ("Account", "Contact", "Opportunity")
    refs = (
        ref(type_, row[field]) if row.get(field) else None
        for type_, field in zip(types, _CONVERTED_FIELDS, strict=True)
    )
    return Converted(*refs)


def raw(value: Any) -> Raw:
    """A value as `core/flow.py` wants it. Numbers are Decimal already; moments get `Z` for `.000+0000`.

    What looks like a moment is one: Salesforce writes no text field in that form by itself, and a text that a
    person typed so is the same to every reader.
    """
    if isinstance(value, str):
        moment = _MOMENT.fullmatch(value)
        return f"{moment[1]}{moment[2] or ''}Z" if moment else value
    if isinstance(value, Mapping):
        return {name: part for name, part in value.items() if name != "attributes"}
    plain: Raw = value
    return plain


def parse_moment(text: object) -> datetime:
    """A moment of the API (`2026-05-01T07:25:37.000+0000`)."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        raise Unintelligible("not a moment in time", system=SystemName.SALESFORCE) from None
