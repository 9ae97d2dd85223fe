"""The mapping language: what a mapping file may say. One file per canonical thing, one line per field.

These models check shape and types; `build.py` checks meaning. The descriptions are the language's reference, and so
are the worked examples of `language_examples.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StrictBool, StrictInt, StrictStr, Tag

from connector.core.mapping.worked import Ways
from connector.core.schema import Entity, Stage

Owner = Literal["both", "netsuite", "salesforce", "newest"]
Direction = Literal["both", "to_netsuite", "to_salesforce"]
Unknown = Literal["hold", "pass", "default", "ignore"]
TooLong = Literal["hold", "cut", "refuse"]
Spelling = Literal["typed", "e164", "international", "code", "name"]
Rest = Literal["first", "last"]
ListName = Literal["owners", "subsidiaries", "currencies", "lead_sources"]
Operator = Literal[
    "is", "is_not", "in", "not_in", "contains", "begins_with", "above", "below", "empty", "filled"
]  # fmt: skip
CodecName = Literal[
    "text", "long_text", "html", "email", "phone", "url", "money", "number", "integer", "percent", "boolean", "date",
    "datetime", "country", "state", "picklist", "multi_picklist", "address", "link", "lookup",
]  # fmt: skip

Scalar = StrictStr | StrictBool | StrictInt | Decimal


class Part(BaseModel):
    """Base of everything in a mapping file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


# --- the two sides of a key --------------------------------------------------------------------------------


class TwoSided(Part):
    """A vendor value for either side."""

    netsuite: Scalar | None = None
    salesforce: Scalar | None = None


def _condition(value: Any) -> str:
    return "expression" if isinstance(value, str) else "fields"


Condition = Annotated[
    Annotated[StrictStr, Tag("expression")] | Annotated[dict[str, Scalar], Tag("fields")],
    Discriminator(_condition),
]
"""Fields and what each must hold, or an expression over the fields of that side."""


class Conditions(Part):
    """What must be true of the record, by side."""

    netsuite: Condition = Field(default_factory=dict)
    salesforce: Condition = Field(default_factory=dict)


class Scale(Part):
    """Canonical value = vendor value x scale, by side."""

    netsuite: Decimal = Field(default=Decimal(1), gt=0)
    salesforce: Decimal = Field(default=Decimal(1), gt=0)


class Zones(Part):
    """A time zone by its IANA name, such as America/New_York, for either side."""

    netsuite: StrictStr | None = None
    salesforce: StrictStr | None = None


class Spellings(Part):
    """How a value is written, by side."""

    netsuite: Spelling | None = None
    salesforce: Spelling | None = None


class CountryFields(Part):
    """The field that holds the country of a state, on either side."""

    netsuite: StrictStr
    salesforce: StrictStr


# --- forms of a side ---------------------------------------------------------------------------------------


class Form(Part):
    """Base of what may stand for a side instead of one vendor field."""

    ways: ClassVar[Ways]


class FirstOf(Form):
    """The first field that holds something is read; the first of the list is written."""

    ways: ClassVar[Ways] = "lossy"
    first_of: tuple[StrictStr, ...] = Field(min_length=2, description="vendor fields")


class YesWhen(Form):
    """Yes where these fields hold these values; anything else says nothing."""

    ways: ClassVar[Ways] = "one-way"
    yes_when: dict[str, Scalar] = Field(min_length=1, description="vendor field: value")


class Join(Form):
    """Several fields as one text, joined by `with`; empty ones are passed over. Written, the text is taken apart
    at the same place: with more pieces than fields, the last field takes the `rest` (a street), or the first (the
    given names before a family name). Fields that would come back as others are held, unless values flow one way."""

    ways: ClassVar[Ways] = "lossy"
    join: tuple[StrictStr, ...] = Field(min_length=2, max_length=9, description="vendor fields, in order")
    with_: StrictStr = Field(" ", alias="with", min_length=1, max_length=9, description="what stands between them")
    rest: Rest = Field("last", description="which field takes what is left over: last or first")


class Split(Form):
    """One piece of a text that is taken apart at `with`; `into` and `rest` as in `join`. Where each piece has a line,
    the pieces make the text again, and pieces that would come back as others are held; a piece alone can only be
    read."""

    ways: ClassVar[Ways] = "lossy"
    split: StrictStr = Field(description="the vendor field")
    part: StrictInt = Field(ge=1, le=9, description="which piece, from 1")
    into: StrictInt = Field(2, ge=2, le=9, description="how many pieces")
    with_: StrictStr = Field(" ", alias="with", min_length=1, max_length=9, description="what stands between them")
    rest: Rest = Field("last", description="which piece takes what is left over: last or first")


class Const(Form):
    """Always the same value, whatever the record holds."""

    ways: ClassVar[Ways] = "one-way"
    const: Scalar = Field(description="the value")


class Compute(Form):
    """A value computed from fields of the record, in the expression language."""

    ways: ClassVar[Ways] = "one-way"
    compute: StrictStr = Field(min_length=1, description="the expression")


class AddressParts(Form):
    """An address that the vendor keeps in five fields."""

    ways: ClassVar[Ways] = "lossy"
    street: StrictStr
    city: StrictStr
    state: StrictStr
    postal_code: StrictStr
    country: StrictStr


FORMS: dict[str, type[Form]] = {
    "first_of": FirstOf,
    "join": Join,
    "split": Split,
    "yes_when": YesWhen,
    "const": Const,
    "compute": Compute,
    "parts": AddressParts,
}
"""The forms of a side beside a plain field, by the key that makes one out (`parts`: any of its five keys)."""


def _form(value: Any) -> str | None:
    if isinstance(value, str):
        return "field"
    if isinstance(value, dict):
        keys = {form: set(model.model_fields) if form == "parts" else {form} for form, model in FORMS.items()}
        return next((form for form, names in keys.items() if names & value.keys()), None)
    return next((form for form, model in FORMS.items() if isinstance(value, model)), None)


Side = Annotated[
    Annotated[StrictStr, Tag("field")]
    | Annotated[FirstOf, Tag("first_of")]
    | Annotated[Join, Tag("join")]
    | Annotated[Split, Tag("split")]
    | Annotated[YesWhen, Tag("yes_when")]
    | Annotated[Const, Tag("const")]
    | Annotated[Compute, Tag("compute")]
    | Annotated[AddressParts, Tag("parts")],
    Discriminator(_form),
]

# --- values tables -----------------------------------------------------------------------------------------


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


def _table(value: Any) -> str:
    return "file" if isinstance(value, str) else "table"


Values = Annotated[
    Annotated[StrictStr, Tag("file")] | Annotated[dict[str, Cell], Tag("table")], Discriminator(_table)
]  # fmt: skip


def _country(value: Any) -> str:
    return "code" if isinstance(value, str) else "fields"


Country = Annotated[
    Annotated[StrictStr, Tag("code")] | Annotated[CountryFields, Tag("fields")], Discriminator(_country)
]  # fmt: skip

# --- a line ------------------------------------------------------------------------------------------------


class FieldLine(Part):
    """One canonical field, both systems side by side."""

    netsuite: Side = Field(description="the NetSuite field, or a form of several")
    salesforce: Side = Field(description="the Salesforce field, or a form of several")
    as_: CodecName | None = Field(
        None, alias="as", description="kind of value; `text`, or `picklist` with a table, or `lookup` with a list"
    )
    to: Entity | None = Field(None, description="for `as: link`: what the reference points to")
    lookup: ListName | None = Field(
        None, description="the live list in which a value of either side is looked up: the same person, name or code"
    )
    values: Values | None = Field(
        None,
        description="values table, `Salesforce value: NetSuite value`; of a list of NetSuite values the first is "
        'written and all are read. Or `canonical value: {netsuite: ..., salesforce: ...}`. "" is an empty field. Or '
        "the name of a CSV file beside this one, with the columns `salesforce,netsuite`, or "
        "`canonical,salesforce,netsuite`. Of a field that refers to a list, the id or the name that metadata knows "
        "it by, such as the developer name of a record type; so too in `when`, `scope` and `create`",
    )
    unknown: Unknown = Field(
        "hold",
        description="a value outside the table or the list: hold the field, pass it on as it is, take it for empty "
        "(`default`), or ignore it and leave the field alone",
    )
    default: TwoSided = Field(default=TwoSided(), description="written where there is no value, read as no value")
    when: Conditions = Field(
        default=Conditions(),
        description="the field exists only on records that hold these values, or of which this expression is true",
    )
    from_stage: Stage | None = Field(
        None, description="the NetSuite field exists only from this stage on; before, the line does nothing"
    )
    variant: StrictStr | None = Field(
        None, description="the line is only for records of this variant; the line called `variant` tells which one is"
    )
    owner: Owner = Field("both", description="who wins: a system, the newest edit, or neither (conflicts are held)")
    direction: Direction = Field("both", description="which way values flow")
    create_only: StrictBool = Field(False, description="written when the record is made, and never again")
    skip_empty: StrictBool = Field(False, description="an empty value never empties the other side")
    on_too_long: TooLong = Field(
        "hold", description="text beyond the field's length: hold the field, cut it at a word, or refuse the record"
    )
    region: str = Field("US", pattern=r"^[A-Z]{2}$", description="for `as: phone`: country of national numbers")
    spelling: Spellings = Field(
        default=Spellings(),
        description="how a value is written: `typed`, `e164` or `international` for `as: phone`; `code` or `name` "
        "for `as: country` and `as: state`",
    )
    country: Country | None = Field(
        None, description="for `as: state`: the ISO code of the country, or the field that holds it on either side"
    )
    currency: str | None = Field(
        None,
        pattern=r"^([A-Z]{3}|[a-z][a-z0-9_.]*)$",
        description="for `as: money`: the ISO code of all amounts, which gives the decimals; or the line that tells "
        "the currency of each record",
    )
    decimals: int | None = Field(None, ge=0, le=12, description="digits after the point that both sides keep")
    scale: Scale = Field(default=Scale(), description="for `as: percent`: canonical value = vendor value x scale")
    zone: Zones = Field(
        default=Zones(),
        description="for `as: datetime`: the zone of a field that holds local time; for `as: date`: the zone in which "
        "the day of an instant is taken",
    )
    markup: Literal["netsuite", "salesforce", "both"] = Field(
        "salesforce", description="for `as: html`: the side whose field holds HTML"
    )


# --- a file ------------------------------------------------------------------------------------------------


class Stages(Part):
    """Which stages of a NetSuite customer this file is about."""

    stage: tuple[Stage, ...] = Field(min_length=1)


class Rule(Part):
    """One condition of a scope: a field, an operator, and what it is compared with."""

    field: StrictStr = Field(description="the vendor field")
    operator: Operator = Field(description="how it is compared; text with regard to case")
    value: Scalar | tuple[Scalar, ...] | None = Field(
        None, description="with what; a list for `in` and `not_in`; nothing for `empty` and `filled`"
    )


class Header(Part):
    """One side of a file: the record type, which of its records, and what every new one is given."""

    record: StrictStr = Field(description="the vendor's record type")
    when: Stages | None = Field(None, description="the stages of a NetSuite customer; given by the entity")
    scope: tuple[Rule, ...] = Field(
        (),
        description="which records are taken up: all rules must be true. A record that is linked already stays linked "
        "and goes on being synchronised when it leaves the scope; nothing is deleted, and nothing made anew",
    )
    create: dict[str, Scalar] = Field(default_factory=dict, description="vendor fields of every new record")
    demands: dict[str, tuple[StrictStr, ...]] = Field(
        default_factory=dict,
        description="variant: the fields that its form demands. Without them a new record is held before NetSuite or "
        "Salesforce can refuse it",
    )


class SidedRecord(Part):
    """Vendor fields of one record, by the side it lives on."""

    netsuite: dict[str, Any] | None = None
    salesforce: dict[str, Any] | None = None


class Expected(SidedRecord):
    """What must come out: fields of the new record, and canonical fields that must be held."""

    held: tuple[str, ...] = Field((), description="canonical fields")


class Example(Part):
    """A record on one side, and what it makes on the other. Fields of `given` that are not named are empty."""

    name: str = Field("", description="what it shows")
    given: SidedRecord = Field(description="the record, on one side")
    expect: Expected = Field(description="fields of the new record on the other side")


class LeftOut(Part):
    """Vendor fields that no line maps, with the reason."""

    netsuite: dict[str, StrictStr] = Field(default_factory=dict)
    salesforce: dict[str, StrictStr] = Field(default_factory=dict)


class MappingFile(Part):
    """A whole mapping file."""

    entity: Entity = Field(description="the canonical thing")
    netsuite: Header = Field(description="the NetSuite side")
    salesforce: Header = Field(description="the Salesforce side")
    fields: dict[str, FieldLine] = Field(min_length=1, description="one line per canonical field")
    left_out: LeftOut = Field(default=LeftOut(), description="vendor fields that do not cross, with the reason")
    examples: tuple[Example, ...] = Field((), description="records crossing over; they run as tests")
