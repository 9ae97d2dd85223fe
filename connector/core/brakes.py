"""Refuse a plan that is too big or too strange.

A pulled brake changes nothing: it says what it saw, which limit that is beyond, and how to go on. `--allow` with its
name releases it for one run. Only `deletes` stops no more than itself: no delete is made, everything else goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from connector.core.flow import Convert, Delete, Pair, Plan, Ref, Retire, Update
from connector.core.schema import SystemName, record_types
from connector.errors import BrakePulled

MASS_CHANGE: Final = "mass-change"
DELETES: Final = "deletes"
VANISHED: Final = "vanished"
MAPPING: Final = "mapping"
REFUSALS: Final = "refusals"
BRAKES: Final = (MASS_CHANGE, DELETES, VANISHED, MAPPING, REFUSALS)
"""The names that `--allow` takes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond these a brake is pulled; percentages are of the linked records, counts of records on one side.

    `..._percent` and `..._min` go together: more than the share, and at least (deletes: more than) so many.
    `deletes_max` holds whatever the share is. `mapping_change`: linked records that changed mapping files may
    rewrite. `refusals_*`: writes to one type in a run that are refused with one code.
    """

    mass_change_percent: int = 30
    mass_change_min: int = 500
    deletes_percent: int = 10
    deletes_min: int = 10
    deletes_max: int = 500
    vanished_percent: int = 30
    vanished_min: int = 20
    mapping_change: int = 10
    refusals_percent: int = 50
    refusals_min: int = 20


@dataclass(frozen=True, slots=True)
class Pulled:
    """A brake that was pulled: what it saw and the limit, and what to look at before it is released."""

    name: str
    what: str
    look: str

    def __str__(self) -> str:
        return f"{self.what}. {self.look}; if it is right, run again with --allow {self.name}"


_LOOK_AT_PLAN: Final = "Look at `connector plan`"


def released(pulled: Iterable[Pulled | None], allow: Collection[str]) -> tuple[Pulled, ...]:
    """The pulled brakes that somebody released by name. BrakePulled for the first that nobody did."""
    found = [one for one in pulled if one is not None]
    for one in found:
        if one.name not in allow:
            raise BrakePulled(str(one))
    return tuple(found)


def check_identity(known: Pair[str] | None, found: Pair[str]) -> None:
    """Raise BrakePulled when the accounts are not those that the state was built with; nothing releases it."""
    if known is None:
        return
    for system in SystemName:
        if known.of(system) != found.of(system):
            raise BrakePulled(
                f"this state belongs to {system.title} account {known.of(system)}, but the credentials lead to "
                f"{found.of(system)}. Use another `state:` file for another account; nothing was changed"
            )


def mass_change(plan: Plan, linked: int, limits: Limits) -> Pulled | None:
    """One side would be rewritten on a scale that no day's work explains."""
    for system, count in _changes(plan):
        if count >= limits.mass_change_min and _beyond(count, linked, limits.mass_change_percent):
            what = (
                f"the plan changes {count:,} of {linked:,} linked records in {system.title} "
                f"({_share(count, linked):.0f}%); the limit is {limits.mass_change_percent}% from "
                f"{limits.mass_change_min} records on (brakes.mass_change_percent)"
            )
            return Pulled(MASS_CHANGE, what, _LOOK_AT_PLAN)
    return None


def mapping_change(plan: Plan, limits: Limits) -> Pulled | None:
    """To be asked when the mapping files are not those of the last run: they would rewrite what was in step."""
    for system, count in _updates(plan):
        if count > limits.mapping_change:
            what = (
                f"the mapping files were changed since the last run, and the plan rewrites {count:,} linked records "
                f"in {system.title}; the limit is {limits.mapping_change} (brakes.mapping_change)"
            )
            return Pulled(MAPPING, what, _LOOK_AT_PLAN)
    return None


def deletes(plan: Plan, linked: Mapping[tuple[SystemName, str], int], limits: Limits) -> Pulled | None:
    """Deletes to be followed in one record type beyond the share or the cap. `linked`: records by system and type."""
    planned = Counter((one.ref.system, one.ref.type) for one in plan.of(Delete))
    for (system, type_), count in sorted(planned.items()):
        there = linked.get((system, type_), 0)
        many = count > limits.deletes_min and _beyond(count, there, limits.deletes_percent)
        if many or count > limits.deletes_max:
            what = (
                f"{count:,} of {there:,} linked {type_} records would be deleted in {system.title}; the limit is "
                f"{limits.deletes_percent}% from more than {limits.deletes_min} records on, and {limits.deletes_max} "
                "in any case (brakes.deletes_percent, brakes.deletes_max). No delete was made"
            )
            return Pulled(DELETES, what, "Look at what was deleted on the other side")
    return None


def vanished(missing: Pair[int], expected: Pair[int], limits: Limits) -> Pulled | None:
    """Linked records that a read shows gone or does not show: rather a right that was lost than a day's deletes."""
    for system, count in missing:
        there = expected.of(system)
        if count >= limits.vanished_min and _beyond(count, there, limits.vanished_percent):
            what = (
                f"{system.title} does not show {count:,} of {there:,} linked records any more; the limit is "
                f"{limits.vanished_percent}% from {limits.vanished_min} records on (brakes.vanished_percent)"
            )
            return Pulled(VANISHED, what, "Look whether the integration user may still see them")
    return None


@dataclass(slots=True)
class Refusals:
    """The writes of one run by system and record type, and those refused, by code: a rule that refuses most of
    them is no matter of single records. Records that are held as refused already are not counted."""

    known: frozenset[Ref] = frozenset()
    sent: Counter[tuple[SystemName, str]] = field(default_factory=Counter)
    refused: Counter[tuple[SystemName, str, str]] = field(default_factory=Counter)

    def pulled(self, limits: Limits) -> Pulled | None:
        for (system, type_, code), count in sorted(self.refused.items()):
            sent = self.sent[system, type_]
            if sent >= limits.refusals_min and _beyond(count, sent, limits.refusals_percent):
                what = (
                    f"{system.title} refused {count:,} of {sent:,} writes of {type_} for one reason "
                    f"({code or 'no code'}); the limit is {limits.refusals_percent}% from {limits.refusals_min} "
                    "writes on (brakes.refusals_percent). Nothing more was written"
                )
                return Pulled(REFUSALS, what, "Mend what the system asks for, a right or a rule")
        return None


def linked_types(entity_counts: Mapping[str, int]) -> dict[tuple[SystemName, str], int]:
    """Links by entity as linked records by system and type (leads and organizations are one type in NetSuite)."""
    found: Counter[tuple[SystemName, str]] = Counter()
    for system in SystemName:
        for entity, type_ in record_types(system).items():
            found[system, type_] += entity_counts.get(entity, 0)
    return dict(found)


def _changes(plan: Plan) -> Pair[int]:
    """Updates and conversions by the system they change."""
    updates = _updates(plan)
    return Pair(updates.netsuite + len(plan.of(Retire)), updates.salesforce + len(plan.of(Convert)))


def _updates(plan: Plan) -> Pair[int]:
    by_system = Counter(update.ref.system for update in plan.of(Update))
    return Pair(by_system[SystemName.NETSUITE], by_system[SystemName.SALESFORCE])


def _beyond(count: int, whole: int, percent: int) -> bool:
    """Of nothing, nothing is too much: a first run changes what no run has linked yet."""
    return whole > 0 and 100 * count > percent * whole


def _share(count: int, whole: int) -> float:
    return 100 * count / whole if whole else 0
