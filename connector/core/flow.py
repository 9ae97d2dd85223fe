"""The hand-offs of the straight line, in flow order. Plain frozen data; every decision carries a reason.

    observe -> translate -> pair -> merge -> plan -> brakes -> apply -> report

Raw values are what an adapter hands over: `str | bool | int | Decimal | None` or a mapping for a structured
sub-record (an address line). Dates are ISO text `YYYY-MM-DD`, datetimes ISO text in UTC ending in `Z`;
references are the id as text; multi-selects are text joined by `;`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

from connector.core.schema import Entity, Gap, Stage, SystemName, Value

T = TypeVar("T")
U = TypeVar("U")

Raw = str | bool | int | Decimal | Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """The only two-sided container."""

    netsuite: T
    salesforce: T

    def of(self, system: SystemName) -> T:
        return self.netsuite if system is SystemName.NETSUITE else self.salesforce

    def other(self, system: SystemName) -> T:
        return self.of(system.other)

    def replace(self, system: SystemName, value: T) -> Pair[T]:
        if system is SystemName.NETSUITE:
            return Pair(value, self.salesforce)
        return Pair(self.netsuite, value)

    def __iter__(self) -> Iterator[tuple[SystemName, T]]:
        yield SystemName.NETSUITE, self.netsuite
        yield SystemName.SALESFORCE, self.salesforce


# --- observe ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Names one vendor record: system, record type as the vendor spells it, id as text (Salesforce: 18 chars)."""

    system: SystemName
    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.system}:{self.type}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        system, type_, id_ = text.split(":", 2)
        return cls(SystemName(system), type_, id_)


@dataclass(frozen=True, slots=True)
class Converted:
    """What a converted Salesforce lead became; ids as Salesforce gives them, None where nothing was made."""

    account: Ref | None
    contact: Ref | None
    opportunity: Ref | None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A vendor record as read. A field that was not read, or that we may not see, is not in `fields`.

    `key` is the other system's id as our key field on this record holds it (see `core/matching/keys.py`).
    `deleted` records have no fields; `merged_into` names the winner where the vendor does.
    """

    ref: Ref
    fields: Mapping[str, Raw]
    modified_at: datetime | None = None
    modified_by: str | None = None
    key: str | None = None
    stage: Stage | None = None
    individual: bool | None = None
    inactive: bool = False
    deleted: bool = False
    merged_into: Ref | None = None
    converted: Converted | None = None


# --- state -----------------------------------------------------------------------------------------------

LinkState = Literal["active", "converted", "gone"]


@dataclass(frozen=True, slots=True)
class Link:
    """Two refs known to be one thing. At most one active link of an entity holds a given ref."""

    id: int
    entity: Entity
    refs: Pair[Ref]
    state: LinkState = "active"
    reason: str = ""

    def refs_both(self) -> tuple[Ref, Ref]:
        return self.refs.netsuite, self.refs.salesforce


@dataclass(frozen=True, slots=True)
class Base:
    """What each side held, in canonical values, when both last agreed. A canonical field that is not in both has
    never been agreed on: where one side holds it, the other one did not show it when both were last in sight."""

    values: Pair[Mapping[str, Value]]

    @property
    def agreed(self) -> Pair[Mapping[str, Value]]:
        """The fields that both sides showed, which is what an edit is told by."""
        both = self.values.netsuite.keys() & self.values.salesforce.keys()
        return Pair(*({name: held[name] for name in held if name in both} for _, held in self.values))


@dataclass(frozen=True, slots=True)
class Observed:
    """One thing as seen in this pass: canonical values of each side.

    A side that did not change since the base is filled from the base (`seen` is False there). `problems`: fields
    whose value could not be understood, with the reason; they are absent from `values`.
    """

    entity: Entity
    link: Link | None
    records: Pair[SourceRecord | None]
    values: Pair[Mapping[str, Value]]
    seen: Pair[bool]
    problems: Pair[Mapping[str, str]] = Pair({}, {})


# --- pair ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Linked:
    """Both sides are known; `fresh` when found in this pass (no base yet)."""

    observed: Observed
    base: Base | None
    fresh: bool = False
    reason: str = ""


def _subject(observed: Observed, system: SystemName) -> Ref:
    record = observed.records.of(system)
    assert record is not None
    return record.ref


@dataclass(frozen=True, slots=True)
class NewOn:
    """Exists on one side only, and nothing on the other side looks like it."""

    observed: Observed
    system: SystemName
    reason: str = ""

    @property
    def ref(self) -> Ref:
        return _subject(self.observed, self.system)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several records, or one that is linked already, look like this one: a person decides."""

    observed: Observed
    system: SystemName
    candidates: tuple[Ref, ...]
    reason: str

    @property
    def ref(self) -> Ref:
        return _subject(self.observed, self.system)


@dataclass(frozen=True, slots=True)
class Gone:
    """A linked record disappeared from one side.

    `survivor`: its counterpart as it is now, where that was looked at, and `base`: what that held when both last
    agreed.
    """

    link: Link
    system: SystemName
    reason: str
    merged_into: Ref | None = None
    survivor: SourceRecord | None = None
    base: Mapping[str, Value] = field(default_factory=dict)


Alone = NewOn | Ambiguous
"""What becomes of a record that has found no counterpart."""

# --- merge -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`system` shall hold `value` in canonical `field`; `old` is what it holds now. `loses`: somebody typed `old`,
    and it is overruled."""

    field: str
    system: SystemName
    old: Value
    value: Value
    reason: str
    loses: bool = False


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Both sides changed `field` to different values, or hold different values that were never agreed on; or a value
    that we wrote is changed back (`kind`)."""

    field: str
    values: Pair[Value]
    base: Pair[Value]
    reason: str
    modified_at: Pair[datetime | None] = Pair(None, None)
    modified_by: Pair[str | None] = Pair(None, None)
    code: str = ""
    kind: Literal["conflict", "tug_of_war"] = "conflict"


@dataclass(frozen=True, slots=True)
class Written:
    """What we wrote into a field lately, and what the record held when we read it back (`held`)."""

    ref: Ref
    field: str
    value: Value
    held: Value
    at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """The verdict on one linked thing. `agreed`: fields on which both sides hold the same, and what one side shows of
    a field that the other one never did, to remember as base."""

    changes: tuple[FieldChange, ...]
    conflicts: tuple[FieldConflict, ...]
    agreed: Pair[Mapping[str, Value]]


# --- plan ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Later:
    """Stands for the id, on the side being written, of the thing that `ref` is linked to; known when applied."""

    ref: Ref


Planned = Raw | Later


@dataclass(frozen=True, slots=True)
class Create:
    """Make a record of `type` in `system` for `source`, under our unique key; create-only, never an upsert.
    `stamp`: whether `source` has room for our key, which it then gets as well. `edits`: fields that take over an edit
    of the lead this record comes from: the edit, and what counts as agreed on (ABSENT: nothing), so that the edit reads
    as one and the ordinary merge carries or holds it. `replaces`: the link of `source` that ends with it, because its
    counterpart was deleted."""

    entity: Entity
    system: SystemName
    type: str
    source: Ref
    fields: Mapping[str, Planned]
    values: Mapping[str, Value]
    reason: str
    stamp: bool = True
    edits: Mapping[str, tuple[Value, Value | Gap]] = field(default_factory=dict)
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Write exactly `fields` to `ref`, which is (or becomes in this plan) linked to `other`.

    `values` are the canonical values written; `expected` is what we believe the record holds now in them.
    `loses`: fields in which a value that somebody typed is overruled, with the reason; `modified_at` and
    `modified_by` tell when and by whom the record was changed last. `joint`: fields that this plan writes on
    both sides.
    """

    entity: Entity
    ref: Ref
    other: Ref
    fields: Mapping[str, Planned]
    values: Mapping[str, Value]
    expected: Mapping[str, Value]
    reason: str
    loses: Mapping[str, str] = field(default_factory=dict)
    modified_at: datetime | None = None
    modified_by: str | None = None
    joint: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Convert:
    """Convert an open Salesforce lead into an account (and contact), answering a conversion in NetSuite.

    `link_id`: the lead's link, which ends. `person`: the NetSuite contact that the resulting contact is.
    `contact` is used only if it belongs to the account converted into (`contact_account`). `agreed`: what both leads
    held when they last agreed. `loses`: fields in which the NetSuite lead holds an edit that nothing shows once it is
    an organization: that value, and Salesforce's own, which stands against it and is carried.
    """

    lead: Ref
    link_id: int
    account: Later | str
    contact: str | None
    person: Ref | None
    converted_status: str
    owner: str | None
    create_opportunity: bool
    opportunity_name: str | None
    reason: str
    contact_account: str | None = None
    agreed: Pair[Mapping[str, Value]] = field(default_factory=lambda: Pair({}, {}))
    loses: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relink:
    """End link `retire`, in our state only, once all of `after` are linked as what they became."""

    retire: int
    reason: str
    after: tuple[Ref, ...] = ()
    state: LinkState = "converted"


@dataclass(frozen=True, slots=True)
class Retire:
    """Move a NetSuite lead on after its conversion in Salesforce: made inactive where a prospect of its own takes
    its place (never deleted), given a prospect status where it becomes the prospect. Waits until all of `after`
    are linked, and what this plan writes to them has arrived, so that nothing is out of use before its successor
    exists and knows all that it knew. `expected`: what the lead held when it was decided; an edit since is carried over
    first. `undo`: written after `fields` should the lead turn out to have moved on between our look and our write."""

    ref: Ref
    fields: Mapping[str, Planned]
    reason: str
    after: tuple[Ref, ...] = ()
    expected: Mapping[str, Value] = field(default_factory=dict)
    undo: Mapping[str, Planned] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delete:
    """Take `ref` out of use because `gone`, its counterpart, was deleted: into Salesforce's recycle bin, or made
    inactive in NetSuite, which has none. `expected`: what it held when both last agreed; an edit since beats the
    delete."""

    entity: Entity
    ref: Ref
    gone: Ref
    link_id: int
    expected: Mapping[str, Value]
    reason: str


HoldKind = Literal[
    "conflict", "ambiguous", "value", "refused", "missing_parent", "stage", "deleted", "tug_of_war", "double_key",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hold:
    """Waits for a person (or for a parent). `field` is None when the whole record is held.

    `values` and `base`: what both sides hold, and what they held when they last agreed. `modified_at`, `modified_by`:
    the last change of each record. `names`: what the records are called, where that is known. `payload`: digest of
    the write that was refused.
    """

    kind: HoldKind
    entity: Entity
    refs: Pair[Ref | None]
    field: str | None
    reason: str
    values: Pair[Value] = Pair(None, None)
    code: str = ""
    link_id: int | None = None
    base: Pair[Value] = Pair(None, None)
    modified_at: Pair[datetime | None] = Pair(None, None)
    modified_by: Pair[str | None] = Pair(None, None)
    names: Pair[str | None] = Pair(None, None)
    payload: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the record crosses: of a write that was refused because of one field, no other was taken
        either; and a record may be back in a stage of its own."""
        return self.field is None or self.kind in ("refused", "stage")


Choice = Literal["netsuite", "salesforce", "value", "ignore", "link", "again", "follow"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to a hold, good only for the values that they saw.

    `choice`: whose value both sides shall hold, a `value` of their own, `ignore` (the two may differ), `link` (two
    records are one thing), or, of a record that was deleted, `again` (make it again) or `follow` (delete the other one
    too). `value`: what both shall hold; for `link` the other record's ref as text. `seen`: what each record held.
    """

    kind: HoldKind
    entity: Entity
    refs: Pair[Ref | None]
    field: str | None
    choice: Choice
    value: Value
    seen: Pair[Value]
    by: str
    at: datetime
    id: int = 0


AnswerFate = Literal["carried_out", "settled", "lapsed"]
"""What became of an answer: its writes are planned, nothing had to be written, or it no longer fits."""


@dataclass(frozen=True, slots=True)
class Rekey:
    """Write our key on a linked record that lost it, or never got it because a run was interrupted."""

    entity: Entity
    ref: Ref
    key: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Remember in our state what both sides agree on; writes nothing to either system."""

    link_id: int
    agreed: Pair[Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Two existing records are one thing: begin a link, and write our key on each side where `keys` says so.
    `replaces`: the links that end with it, because a record of theirs was merged into one of these, or deleted."""

    entity: Entity
    refs: Pair[Ref]
    agreed: Pair[Mapping[str, Value]]
    keys: Pair[bool]
    reason: str
    replaces: tuple[int, ...] = ()


Action = Create | Update | Convert | Relink | Retire | Delete | LinkUp | Rekey | Settle | Hold


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a pass wants to do, as plain data. `stand_ins`: a held organization -> the record of the
    other system that it looks like, which serves as its counterpart for people and sales meanwhile. `answers`: what
    became of answers, by their id. `again`: records of conversions that come once the rest of the plan is done, because
    an edit of the lead crosses first, or what it became is not in sight; looked at again then."""

    actions: tuple[Action, ...]
    stand_ins: Mapping[Ref, Ref] = field(default_factory=dict)
    observed_count: Pair[int] = Pair(0, 0)
    answers: Mapping[int, AnswerFate] = field(default_factory=dict)
    again: tuple[Ref, ...] = ()

    def of(self, kind: type[U]) -> tuple[U, ...]:
        return tuple(action for action in self.actions if isinstance(action, kind))

    @property
    def writes(self) -> tuple[Action, ...]:
        """The actions that change a vendor record."""
        return tuple(
            action
            for action in self.actions
            if isinstance(action, Create | Update | Convert | Retire | Delete | Rekey)
            or (isinstance(action, LinkUp) and (action.keys.netsuite or action.keys.salesforce))
        )


# --- apply -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Write:
    """One vendor write with everything resolved. `id` None makes a new record; a None value clears a field.

    `key` (the other system's id) goes into our key field of that record type; None leaves it alone.
    """

    type: str
    id: str | None
    fields: Mapping[str, Raw]
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """One lead conversion with everything resolved; ids are Salesforce ids. `owner` is used only for a lead that a
    queue owns."""

    lead: str
    account: str
    contact: str | None
    converted_status: str
    owner: str | None = None
    create_opportunity: bool = False
    opportunity_name: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Applied. `converted` is filled by a conversion. `at`: when the system answered, by its own clock, to the second;
    None where it does not say."""

    ref: Ref
    converted: Converted | None = None
    at: datetime | None = field(default=None, compare=False)


RefusalKind = Literal["rule", "duplicate", "stale", "missing", "converted"]


@dataclass(frozen=True, slots=True)
class Refused:
    """Not applied, by a rule of the system. `existing`: the other record, where a duplicate is named."""

    reason: str
    code: str = ""
    kind: RefusalKind = "rule"
    fields: tuple[str, ...] = ()
    existing: Ref | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent, no usable answer: applied or not, look before sending again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not sent, or surely not applied; try again later."""

    reason: str
    retry_after_seconds: float | None = None


Outcome = Done | Refused | Unknown | Deferred


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run did, for reports. Counts by system, entity and verb, e.g. `salesforce.lead.created`."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    mode: str
    counts: Mapping[str, int] = field(default_factory=dict)
    passes: int = 0
    ended: str = ""
