"""The mapping language: what a mapping file may say. One file per canonical thing, one line per field.

These models check shape and types; `build.py` checks meaning. The descriptions are the language's reference.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StrictBool, StrictInt, StrictStr, Tag

from connector.core.schema import Entity, Stage

Owner = Literal["both", "netsuite", "salesforce", "newest"]
Direction = Literal["both", "to_netsuite", "to_salesforce"]
Unknown = Literal["hold", "pass", "default", "ignore"]
TooLong = Literal["hold", "cut"]
CodecName = Literal[
    "text", "long_text", "email", "phone", "url", "money", "number", "integer", "percent", "boolean", "date",
    "datetime", "country", "picklist", "multi_picklist", "address", "link",
]  # fmt: skip

Scalar = StrictStr | StrictBool | StrictInt | Decimal


class Part(BaseModel):
    """Base of everything in a mapping file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class TwoSided(Part):
    """A vendor value for either side."""

    netsuite: Scalar | None = None
    salesforce: Scalar | None = None


class Conditions(Part):
    """Values that other fields of the record must hold, by side."""

    netsuite: dict[str, Scalar] = Field(default_factory=dict)
    salesforce: dict[str, Scalar] = Field(default_factory=dict)


class Scale(Part):
    """Canonical value = vendor value x scale, by side."""

    netsuite: Decimal = Field(default=Decimal(1), gt=0)
    salesforce: Decimal = Field(default=Decimal(1), gt=0)


class FirstOf(Part):
    """Read the first field that holds something, write the first of the list."""

    first_of: tuple[StrictStr, ...] = Field(min_length=2)


class YesWhen(Part):
    """Yes where these fields hold these values; anything else says nothing. Can only be read."""

    yes_when: dict[str, Scalar] = Field(min_length=1)


class AddressParts(Part):
    """An address that the vendor keeps in five fields."""

    street: StrictStr
    city: StrictStr
    state: StrictStr
    postal_code: StrictStr
    country: StrictStr


def _form(value: Any) -> str | None:
    if isinstance(value, str | FirstOf | YesWhen | AddressParts):
        return {str: "field", FirstOf: "first_of", YesWhen: "yes_when", AddressParts: "parts"}[type(value)]
    if isinstance(value, dict):
        keys = {"first_of": {"first_of"}, "yes_when": {"yes_when"}, "parts": set(AddressParts.model_fields)}
        return next((form for form, names in keys.items() if names & value.keys()), None)
    return None


Side = Annotated[
    Annotated[StrictStr, Tag("field")]
    | Annotated[FirstOf, Tag("first_of")]
    | Annotated[YesWhen, Tag("yes_when")]
    | Annotated[AddressParts, Tag("parts")],
    Discriminator(_form),
]


class TableRow(Part):
    """A row of a values table with both sides named; of a list, the first is written and all are read."""

    netsuite: Scalar | tuple[Scalar, ...]
    salesforce: Scalar | tuple[Scalar, ...]


def _cell(value: Any) -> str | None:
    if isinstance(value, dict | TableRow):
        return "row"
    return "list" if isinstance(value, list | tuple) else "value"


Cell = Annotated[
    Annotated[Scalar, Tag("value")]
    | Annotated[tuple[Scalar, ...], Tag("list")]
    | Annotated[TableRow, Tag("row")],
    Discriminator(_cell),
]  # fmt: skip


class FieldLine(Part):
    """One canonical field, both systems side by side."""

    netsuite: Side = Field(description="the NetSuite field, or a form of several")
    salesforce: Side = Field(description="the Salesforce field, or a form of several")
    as_: CodecName | None = Field(None, alias="as", description="codec; text, or picklist where there is a table")
    to: Entity | None = Field(None, description="for `as: link`: what the reference points to")
    values: dict[str, Cell] | None = Field(
        None,
        description="values table, `Salesforce value: NetSuite value`; of a list of NetSuite values the first is "
        'written and all are read. Or `canonical value: {netsuite: ..., salesforce: ...}`. "" is an empty field',
    )
    unknown: Unknown = Field(
        "hold",
        description="a value outside the table: hold the field, pass it on as it is, take it for empty "
        "(`default`), or ignore it and leave the field alone",
    )
    default: TwoSided = Field(default=TwoSided(), description="written where there is no value, read as no value")
    when: Conditions = Field(default=Conditions(), description="the field exists only on records that hold these")
    owner: Owner = Field("both", description="who wins: a system, the newest edit, or neither (conflicts are held)")
    direction: Direction = Field("both", description="which way values flow")
    create_only: StrictBool = Field(False, description="written when the record is made, and never again")
    on_too_long: TooLong = Field("hold", description="text beyond the field's length: hold it, or cut it at a word")
    region: str = Field("US", pattern=r"^[A-Z]{2}$", description="for `as: phone`: country of national numbers")
    decimals: int | None = Field(None, ge=0, le=12, description="digits after the point that both sides keep")
    scale: Scale = Field(default=Scale(), description="for `as: percent`: canonical value = vendor value x scale")


class Scope(Part):
    """Which records of the type this file is about."""

    stage: tuple[Stage, ...] = Field(min_length=1)


class Header(Part):
    """One side of a file: the record type, which of its records, and what every new one is given."""

    record: StrictStr
    when: Scope | None = None
    create: dict[str, Scalar] = Field(default_factory=dict, description="vendor fields of every new record")


class SidedRecord(Part):
    """Vendor fields of one record, by the side it lives on."""

    netsuite: dict[str, Any] | None = None
    salesforce: dict[str, Any] | None = None


class Expected(SidedRecord):
    """What must come out: fields of the new record, and canonical fields that must be held."""

    held: tuple[str, ...] = ()


class Example(Part):
    """A record on one side, and what it makes on the other. Fields of `given` that are not named are empty."""

    name: str = ""
    given: SidedRecord
    expect: Expected


class LeftOut(Part):
    """Vendor fields that no line maps, with the reason."""

    netsuite: dict[str, StrictStr] = Field(default_factory=dict)
    salesforce: dict[str, StrictStr] = Field(default_factory=dict)


class MappingFile(Part):
    """A whole mapping file."""

    entity: Entity
    netsuite: Header
    salesforce: Header
    fields: dict[str, FieldLine] = Field(min_length=1)
    left_out: LeftOut = Field(default=LeftOut())
    examples: tuple[Example, ...] = ()
