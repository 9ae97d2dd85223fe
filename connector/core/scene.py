"""Everything that one pass knows, gathered for the planner: plain data, no way to ask for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.core.flow import Answer, Converted, Gone, Hold, Link, Linked, Pair, Ref, SourceRecord, Written
from connector.core.mapping.drift import NO_DRIFT, Drift
from connector.core.mapping.translate import Links
from connector.core.matching.pair import Neighbourhood, Newcomer
from connector.core.ports import RecordInfo
from connector.core.schema import Stage, SystemName, Value

NOTHING_OBSERVED = Pair(0, 0)
NO_VALUES: Pair[Mapping[str, Value]] = Pair({}, {})


@dataclass(frozen=True, slots=True)
class LeadEvent:
    """An active lead link of which a side moved on, or may have.

    `records`: what was seen in this pass (None: not seen). `values`: the lead as last agreed, per side. `now`: what
    the lead holds now, per side; nothing for a NetSuite record that has moved on, or is gone. `seen_before`: whether an
    earlier look led to this one.
    `persons`: new NetSuite contacts that look like the lead (same e-mail and name, or the lead's own id), and whose key
    names nobody else.
    `contacts`: linked Salesforce contacts that look like it, with the account each belongs to, and
    `linked_company`: the NetSuite company of the only NetSuite contact among their counterparts.
    """

    link: Link
    records: Pair[SourceRecord | None]
    values: Pair[Mapping[str, Value]]
    persons: tuple[Newcomer, ...] = ()
    linked_company: Ref | None = None
    contacts: tuple[tuple[Ref, Ref | None], ...] = ()
    now: Pair[Mapping[str, Value]] = NO_VALUES
    seen_before: bool = False

    @property
    def left_behind(self) -> SystemName:
        """The system whose lead did not move on by itself."""
        lead = self.records.salesforce
        converted = lead is not None and lead.converted is not None
        return SystemName.NETSUITE if converted else SystemName.SALESFORCE


@dataclass(frozen=True, slots=True)
class Account:
    """What the planner must know of the two accounts. `drift`: what changed there since the mapping last fitted.
    `fresh`: whether they were asked just now."""

    infos: Pair[Mapping[str, RecordInfo]]
    stages: Mapping[str, Stage] = field(default_factory=dict)
    converted_statuses: tuple[str, ...] = ()
    drift: Drift = NO_DRIFT
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """One pass: what changed, and what stands around it.

    `merged`: links of which a record was merged into one without a link, observed with the winner in its place.
    `standing`: open holds that no look at the records would show again. `answers`: what people said to holds.
    `again`: records whose counterpart was deleted and shall be made again, because a person said so -> the link that
    ends with it (None: it has ended before).
    `written`: what we wrote lately into the records in hand, by record and field, oldest first.
    `inactive`: records that are out of use -> what their key names. `deleted`: records that are gone; `witnessed`:
    those of them that a system itself listed as deleted, in this pass or earlier, and did not only fail to show.
    `converted`: converted Salesforce leads without a link, or with one to a NetSuite lead that has gone since -> what
    they became; `knew`: those of them whose
    key says that they had a counterpart.
    `won`: ids of organization links that have a won opportunity.
    `problems`: per ref, canonical field -> why its value could not be understood.
    """

    links: Links
    around: Neighbourhood
    linked: tuple[Linked, ...] = ()
    newcomers: tuple[Newcomer, ...] = ()
    events: tuple[LeadEvent, ...] = ()
    gone: tuple[Gone, ...] = ()
    merged: tuple[Linked, ...] = ()
    standing: tuple[Hold, ...] = ()
    answers: tuple[Answer, ...] = ()
    again: Mapping[Ref, int | None] = field(default_factory=dict)
    written: Mapping[tuple[Ref, str], tuple[Written, ...]] = field(default_factory=dict)
    inactive: Mapping[Ref, Ref | None] = field(default_factory=dict)
    deleted: frozenset[Ref] = frozenset()
    witnessed: frozenset[Ref] = frozenset()
    converted: Mapping[Ref, Converted] = field(default_factory=dict)
    knew: frozenset[Ref] = frozenset()
    problems: Mapping[Ref, Mapping[str, str]] = field(default_factory=dict)
    won: frozenset[int] = frozenset()
    observed_count: Pair[int] = NOTHING_OBSERVED
