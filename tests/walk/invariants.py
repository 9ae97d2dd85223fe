"""What must be true after the calm, whatever the storm did. The numbers are those of the invariants in the guarantees.

Each check compares the sandboxes' own tables with what people typed; only I1 and I8 ask our own `verify` as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from connector.core.flow import Hold
from connector.core.matching.keys import parse_key
from connector.core.schema import SystemName
from connector.runs.verify import verify
from tests.walk.crowd import Edit
from tests.walk.sight import Thing
from tests.walk.world import Life

FIELDS = {
    "lead": ("title", "description"),
    "contact": ("title", "description"),
    "organization": ("description", "number"),
}
CANONICAL = {"title": "job_title"}
"""What a hold calls a field that people call something else."""


@dataclass(frozen=True)
class Violation:
    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


@dataclass
class Findings:
    """`window`: edits that met our own write: lost between our last look and it, which no client of these APIs can
    prevent, or taken for the system's own rewriting between it and our look at what it made."""

    violations: list[Violation] = field(default_factory=list)
    window: list[Edit] = field(default_factory=list)
    edits: int = 0


@dataclass(frozen=True)
class End:
    """How a life ended: the records, and what is held."""

    life: Life
    things: list[Thing]
    holds: list[Hold]

    def held(self, ref: str) -> list[Hold]:
        return [hold for hold in self.holds if any(str(one) == ref for _, one in hold.refs if one)]

    def was_a_lead_in_salesforce(self, name: str) -> bool:
        """An individual who is a prospect before we see them is an organization to us, without a person in it."""
        return any(one.type == "Lead" and one.name == name for one in self.life.crowd.seen.values())

    def named(self, name: str, *kinds: str, side: str | None = None) -> list[Thing]:
        return [
            one
            for one in self.things
            if one.name == name and one.live and one.kind in kinds and (side is None or one.side == side)
        ]


def check(life: Life) -> Findings:
    """All that is wrong with how `life` ended."""
    end = End(life, life.crowd.look(), [one.hold for one in life.store.open_holds()])
    findings = Findings(edits=len(life.crowd.edits))
    for law in LAWS:
        findings.violations += law(end)
    for violation, edit in (*_lost(end), *_unequal(end)):
        if edit is not None and edit.risky:
            findings.window.append(edit)
        else:
            findings.violations.append(violation)
    return findings


# --- calm ----------------------------------------------------------------------------------------------------------


def _quiet(end: End) -> Iterator[Violation]:
    """I5, I6: nothing echoes, and a run after a quiet run is quiet."""
    reports = end.life.calm_reports
    last = [sum(count for _, count in report.writes) for report in reports]
    if last[-2:] != [0, 0]:
        failures = end.life.runs[-len(reports) - 1 :]
        counts = dict(reports[-1].counts) if reports else {}
        yield Violation("I6", f"no two quiet runs in a row: writes {last}, runs {failures}, last {counts}")


def _finished(end: End) -> Iterator[Violation]:
    """I12: every write ended applied, refused or unknown, and unknown was resolved by a look."""
    for intent in end.life.store.pending_intents():
        yield Violation("I12", f"intent left open: {intent.verb} {intent.type} {intent.ref or intent.source}")


def _sandboxes_sane(end: End) -> Iterator[Violation]:
    for side in SystemName:
        stats = end.life.front(str(side)).stats()
        if stats["bugs"]:
            yield Violation("sandbox", f"{side} answered {stats['bugs']} calls with a bug of its own")
        if side is SystemName.NETSUITE and stats["most_in_flight"] > 1:
            yield Violation("I24", f"{stats['most_in_flight']} calls in flight at once, 1 is allowed")


# --- convergence ---------------------------------------------------------------------------------------------------


def _converged(end: End) -> Iterator[Violation]:
    """I1: linked pairs are equal, or held with a reason. I8: nobody was skipped."""
    report = verify(end.life.parts)
    # Salesforce moves the people of a merged account without a stamp, so that no cursor can show them.
    merged = any(name.startswith("Company") for name in end.life.crowd.disturbed)
    for one in report.differences:
        if one.field != "organization" or not merged:
            yield Violation("I1", f"{one.refs.netsuite} and {one.refs.salesforce} differ in {one.field}: {one.values}")
    for entry in report.unlinked:
        if entry["reason"] == "not synced yet":
            yield Violation("I8", f"{entry['record']} ({entry['entity']}) has no counterpart and no hold")


def _pairs(end: End) -> Iterator[tuple[Thing, Thing]]:
    """Live records that name each other by our key, on the strength of the keys alone."""
    by_ref = {one.ref: one for one in end.things}
    for one in end.things:
        claim = parse_key(one.key, SystemName(one.side)) if one.live else None
        other = by_ref.get(str(claim)) if claim else None
        answer = parse_key(other.key, SystemName(other.side)) if other and other.live else None
        if other is not None and one.side == "netsuite" and str(answer) == one.ref:
            yield one, other


def _unequal(end: End) -> Iterator[tuple[Violation, Edit | None]]:
    """I1 once more, from the tables alone: what our own base believes cannot excuse a difference."""
    typed = {edit.value: edit for edit in end.life.crowd.edits if edit.value is not None}
    for netsuite, salesforce in _pairs(end):
        held = {hold.field for one in (netsuite, salesforce) for hold in end.held(one.ref)}
        if None in held or netsuite.kind != salesforce.kind or netsuite.ref in end.life.crowd.locked:
            continue
        for name in FIELDS.get(netsuite.kind, ()):
            values = netsuite.fields.get(name), salesforce.fields.get(name)
            if values[0] != values[1] and CANONICAL.get(name, name) not in held:
                told = f"{netsuite.ref} and {salesforce.ref} differ in {name}, unheld: {values}"
                edits = [typed[value] for value in values if value in typed]
                yield Violation("I1", told), next((edit for edit in edits if edit.risky), None)


# --- doubles -------------------------------------------------------------------------------------------------------


def _no_doubles(end: End) -> Iterator[Violation]:
    """I3: of each thing that people made on one side, we made at most one on the other."""
    crowd = end.life.crowd
    made, ours = Counter[tuple[str, str]](), defaultdict(list)
    for one in crowd.seen.values():
        family = "organization" if one.kind in ("organization", "opportunity") else one.kind
        if one.ref in crowd.theirs:
            made[one.side, one.name] += 1
        else:
            ours[one.side, family, one.name].append(one.ref)
    for (side, family, name), refs in sorted(ours.items()):
        other = str(SystemName(side).other)
        # A lead that we convert becomes a contact beside it.
        allowed = max(1, made[other, name] + (made[side, name] if family == "contact" else 0))
        if len(refs) > allowed and family != "organization":
            yield Violation("I3", f"we made {len(refs)} {family}s {name} in {side}: {sorted(refs)}, {allowed} allowed")
    yield from _no_double_keys(end)


def _no_double_keys(end: End) -> Iterator[Violation]:
    carriers = defaultdict(list)
    for one in end.things:
        if one.live and one.key:
            carriers[one.side, one.type, one.key.lower()].append(one.ref)
    for (side, _, key), refs in sorted(carriers.items()):
        if len(refs) > 1 and not set(refs) & end.life.crowd.theirs:
            yield Violation("I3", f"{side}: {sorted(refs)} carry one key {key}")


# --- edits ---------------------------------------------------------------------------------------------------------


def _lost(end: End) -> Iterator[tuple[Violation, Edit]]:
    """I2: the last value that somebody typed into a field stands somewhere, or is in a hold. A NetSuite organization
    that is a person inside shows nobody that person's fields: a value must not be left behind there."""
    last: dict[tuple[str, str], Edit] = {}
    for edit in end.life.crowd.edits:
        last[edit.name, edit.field] = edit
    for (name, what), edit in sorted(last.items()):
        if edit.value is None or name in end.life.crowd.disturbed:
            continue
        records = [one for one in end.things if one.live and one.fields.get(what) == edit.value]
        if end.was_a_lead_in_salesforce(name):
            records = [one for one in records if not one.stranded]
        held = any(edit.value in (str(value) for _, value in hold.values) for hold in end.holds)
        if not records and not held:
            found = {one.ref: one.fields.get(what) for one in end.things if one.name == name}
            yield Violation("I2", f"{edit.side} {name}.{what} = {edit.value} is nowhere: {found}"), edit


# --- conversions ---------------------------------------------------------------------------------------------------


def _conversions(end: End) -> Iterator[Violation]:
    """I22: a lead that moved on is one person under the right company on both sides, and a lead on neither."""
    crowd = end.life.crowd
    for name in sorted(crowd.moved_on - crowd.disturbed):
        records = [one for one in end.things if one.name == name]
        if any(end.held(one.ref) for one in records) or crowd.locked & {one.ref for one in records}:
            continue
        if not end.was_a_lead_in_salesforce(name):
            continue
        made_by_people = Counter(
            one.side for one in crowd.seen.values() if one.name == name and one.ref in crowd.theirs
        )
        if max(made_by_people.values(), default=0) > 2 or len(_lead_edits(end, name)) > 1:
            continue
        yield from _one_person(end, name)


def _lead_edits(end: End, name: str) -> list[str]:
    """The leads and contacts of that name that people entered by hand."""
    entered = ("lead", "late_lead", "contact")
    return [one["do"] for one in end.life.trace["operations"] if one["do"] in entered and one["person"] == name]


def _one_person(end: End, name: str) -> Iterator[Violation]:
    contacts = {str(side): end.named(name, "contact", side=str(side)) for side in SystemName}
    counts = {side: len(found) for side, found in contacts.items()}
    if set(counts.values()) != {1}:
        yield Violation("I22", f"{name} was converted and is not one contact on each side: {counts}")
        return
    for one in end.named(name, "lead"):
        yield Violation("I22", f"{name} was converted, yet {one.ref} is still a lead")
    if any(one.startswith("Company") for one in end.life.crowd.disturbed):
        return
    companies = {side: found[0].company for side, found in contacts.items()}
    if companies["netsuite"] != companies["salesforce"]:
        yield Violation("I22", f"{name} belongs to different companies: {companies}")


LAWS: tuple[Callable[[End], Iterator[Violation]], ...] = (
    _quiet,
    _finished,
    _sandboxes_sane,
    _converged,
    _no_doubles,
    _conversions,
)
