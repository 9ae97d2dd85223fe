"""Record types: what describe tells of them, which one a new record gets, and which ids are refused.

An object without record types of its own has no `RecordTypeId`, and describe names the master record type only
(recorded). One profile stands for all users here, so the running user's default is also a new owner's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.errors import NotEmulated, refuse
from connector.sandbox.salesforce.settings import RecordType

if TYPE_CHECKING:
    from connector.sandbox.salesforce.describe import SObject
    from connector.sandbox.salesforce.org import Org

MASTER = "012000000000000AAA"


def found(org: Org, stamps: dict[str, Any]) -> None:
    """Make the record types that the settings declare, in their order."""
    for one in org.settings.record_types:
        names = {"Name": one.name, "DeveloperName": one.developer_name, "SobjectType": one.sobject}
        row = {"Id": org.ids.make("012"), "IsActive": int(one.active)} | names | stamps
        org.store.insert(org.sobject("RecordType"), row)


def infos(org: Org, sobject: SObject, root: str) -> list[dict[str, Any]]:
    """`recordTypeInfos` of a describe: by name, the master record type among them (recorded)."""
    declared = list(_declared(org, sobject))
    told = [_info(sobject, root, row, one.available, one.default) for row, one in declared]
    master = {"Id": MASTER, "Name": "Master", "DeveloperName": "Master", "IsActive": 1}
    told.append(_info(sobject, root, master, True, not any(one.default for _, one in declared)))
    return sorted(told, key=lambda info: str(info["name"]))


def _info(sobject: SObject, root: str, row: dict[str, Any], available: bool, default: bool) -> dict[str, Any]:
    return {
        "active": bool(row["IsActive"]),
        "available": available,
        "defaultRecordTypeMapping": default,
        "developerName": row["DeveloperName"],
        "master": row["Id"] == MASTER,
        "name": row["Name"],
        "recordTypeId": row["Id"],
        "urls": {"layout": f"{root}/sobjects/{sobject.name}/describe/layouts/{row['Id']}"},
    }


def by_default(org: Org, sobject: SObject) -> dict[str, Any]:
    """What a new record holds that names no record type: nothing where that is the master record type."""
    ids = [row["Id"] for row, one in _declared(org, sobject) if one.default]
    return {"RecordTypeId": ids[0]} if ids else {}


def check_record_type(org: Org, sobject: SObject, record_type_id: str) -> None:
    """Refusal of an id that is no active record type of this object, or not the user's to choose (recorded)."""
    if record_type_id == MASTER:
        raise NotEmulated("naming the master record type")
    for row, one in _declared(org, sobject):
        if row["Id"] == record_type_id and row["IsActive"] and one.available:
            return
    message = f"Record Type ID: this ID value isn't valid for the user: {record_type_id}"
    raise refuse("INVALID_CROSS_REFERENCE_KEY", message, ("RecordTypeId",))


def _declared(org: Org, sobject: SObject) -> Iterator[tuple[dict[str, Any], RecordType]]:
    """Each record type of the object as it is now, with what the profile says of it."""
    if any(one.sobject == sobject.name for one in org.settings.record_types):
        for row, one in zip(org.rows("RecordType"), org.settings.record_types, strict=True):
            if one.sobject == sobject.name:
                yield row, one
