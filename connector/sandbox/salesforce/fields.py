"""What a field is, and the shorthand in which the object lists are written.

The flags that a type implies (a currency cannot be grouped, long text cannot be filtered) are those of the
recorded describes of developer and scratch orgs (API 48-59).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

TEXT_TYPES = frozenset({"string", "textarea", "phone", "email", "url", "picklist", "combobox", "id", "reference"})
ID_TYPES = frozenset({"id", "reference"})
PICKLIST_TYPES = frozenset({"picklist", "combobox"})
NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})
GEOCODES = tuple(
    re.findall(
        r"\w+",
        "Address NearAddress Block Street ExtendedZip Zip Neighborhood City County State Unknown",
    )
)
CLEAN_STATUSES = tuple(
    re.findall(
        r"\w+",
        "Matched Different Acknowledged NotFound Inactive Pending SelectMatch Skipped",
    )
)


@dataclass(frozen=True)
class Field:
    """One field of one object; the names follow the describe result.

    `defaulted` is defaultedOnCreate: the server fills it when a create leaves it out, with `default` if given.
    """

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    default: str | bool | None = None
    external_id: bool = False
    unique: bool = False
    id_lookup: bool = False
    filterable: bool = True
    sortable: bool = True
    groupable: bool = True
    aggregatable: bool = True
    restricted: bool = False
    picklist: tuple[str, ...] = ()
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    compound: str | None = None
    extra_type: str | None = None
    name_field: bool = False

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def required(self) -> bool:
        """A create must give it."""
        return self.createable and not self.nillable and not self.defaulted

    @property
    def is_long_text(self) -> bool:
        return self.type == "textarea" and self.length > 255

    @property
    def stored(self) -> bool:
        """Compound addresses are put together from their parts."""
        return self.type != "address"


def required(field: Field) -> Field:
    return replace(field, nillable=False)


def read_only(field: Field) -> Field:
    return replace(field, createable=False, updateable=False)


def text(name: str, length: int, label: str, **more: Any) -> Field:
    return Field(name, "string", label, length=length, **more)


def area(name: str, length: int, label: str, **more: Any) -> Field:
    """A textarea; beyond 255 characters it is long text, which no query can filter, sort or group."""
    short = length <= 255
    flags = {"filterable": short, "sortable": short, "groupable": short, "aggregatable": short}
    return Field(name, "textarea", label, length=length, extra_type="plaintextarea", **{**flags, **more})


def phone(name: str, label: str) -> Field:
    return Field(name, "phone", label, length=40)


def email(name: str, label: str, **more: Any) -> Field:
    return Field(name, "email", label, length=80, **more)


def url(name: str, label: str, **more: Any) -> Field:
    return Field(name, "url", label, length=255, **more)


def picklist(name: str, values: tuple[str, ...], label: str, length: int = 255, **more: Any) -> Field:
    return Field(name, "picklist", label, length=length, picklist=values, **more)


def combobox(name: str, values: tuple[str, ...], label: str) -> Field:
    return Field(name, "combobox", label, length=255, picklist=values, groupable=False)


def checkbox(name: str, label: str, **more: Any) -> Field:
    flags: dict[str, Any] = {"nillable": False, "defaulted": True, "default": False, "aggregatable": False}
    return Field(name, "boolean", label, **{**flags, **more})


def integer(name: str, label: str, digits: int = 8, **more: Any) -> Field:
    return Field(name, "int", label, digits=digits, **more)


def number(name: str, label: str, precision: int = 18, scale: int = 0, **more: Any) -> Field:
    return Field(name, "double", label, precision=precision, scale=scale, groupable=False, **more)


def currency(name: str, label: str, scale: int = 2, **more: Any) -> Field:
    return Field(name, "currency", label, precision=18, scale=scale, groupable=False, **more)


def percent(name: str, label: str, **more: Any) -> Field:
    return Field(name, "percent", label, precision=3, groupable=False, **more)


def day(name: str, label: str, **more: Any) -> Field:
    return Field(name, "date", label, **more)


def moment(name: str, label: str, **more: Any) -> Field:
    return Field(name, "datetime", label, groupable=False, **more)


def lookup(name: str, to: str, relationship: str | None, label: str, **more: Any) -> Field:
    """A reference; `to` names the objects it may point at, separated by blanks."""
    target = tuple(to.split())
    return Field(name, "reference", label, length=18, reference_to=target, relationship=relationship, **more)


def owner(to: str = "User", label: str = "Owner ID") -> Field:
    return lookup("OwnerId", to, "Owner", label, nillable=False, defaulted=True)


def record_type() -> Field:
    return lookup("RecordTypeId", "RecordType", "RecordType", "Record Type ID")


def address(prefix: str) -> tuple[Field, ...]:
    """The parts of one postal address and the compound field over them. `prefix` is "" on Lead."""
    compound, label = f"{prefix}Address", f"{prefix} ".lstrip()
    parts = (
        area(f"{prefix}Street", 255, f"{label}Street"),
        text(f"{prefix}City", 40, f"{label}City"),
        text(f"{prefix}State", 80, f"{label}State/Province"),
        text(f"{prefix}PostalCode", 20, f"{label}Zip/Postal Code"),
        text(f"{prefix}Country", 80, f"{label}Country"),
        number(f"{prefix}Latitude", f"{label}Latitude", scale=15),
        number(f"{prefix}Longitude", f"{label}Longitude", scale=15),
        picklist(f"{prefix}GeocodeAccuracy", GEOCODES, f"{label}Geocode Accuracy", 40, restricted=True),
    )
    whole = read_only(
        Field(compound, "address", f"{label}Address", sortable=False, groupable=False, aggregatable=False)
    )
    return (*(replace(part, compound=compound) for part in parts), whole)


def identity(label: str) -> Field:
    flags: dict[str, Any] = {"nillable": False, "createable": False, "updateable": False}
    return Field("Id", "id", label, length=18, defaulted=True, id_lookup=True, **flags)


def is_deleted() -> Field:
    return read_only(checkbox("IsDeleted", "Deleted"))


def master(sobject: str) -> Field:
    return read_only(lookup("MasterRecordId", sobject, "MasterRecord", "Master Record ID"))


def stamps() -> tuple[Field, ...]:
    """Who created and changed the row and when; set by the server alone."""
    given = {"nillable": False, "createable": False, "updateable": False, "defaulted": True}
    return (
        moment("CreatedDate", "Created Date", **given),
        lookup("CreatedById", "User", "CreatedBy", "Created By ID", **given),
        moment("LastModifiedDate", "Last Modified Date", **given),
        lookup("LastModifiedById", "User", "LastModifiedBy", "Last Modified By ID", **given),
        moment("SystemModstamp", "System Modstamp", **given),
    )


def viewed() -> tuple[Field, ...]:
    return (
        read_only(day("LastActivityDate", "Last Activity")),
        read_only(moment("LastViewedDate", "Last Viewed Date")),
        read_only(moment("LastReferencedDate", "Last Referenced Date")),
    )


def person_name(salutations: tuple[str, ...]) -> tuple[Field, ...]:
    part: dict[str, Any] = {"compound": "Name", "extra_type": "personname"}
    whole = {"createable": False, "updateable": False, "nillable": False, "name_field": True}
    return (
        text("LastName", 80, "Last Name", nillable=False, **part),
        text("FirstName", 40, "First Name", **part),
        picklist("Salutation", salutations, "Salutation", 40, **part),
        text("Name", 121, "Full Name", extra_type="personname", **whole),
    )


def clean_status() -> Field:
    return picklist("CleanStatus", CLEAN_STATUSES, "Clean Status", 40, restricted=True)
