"""What must be true after the calm, whatever the storm did. The numbers are those of the invariants in the guarantees.

Each check compares the sandboxes' own tables with what people did; only I1 and I8 ask our own comparison as well. What
people typed is in `edits.py`, what a further change or the loss of our state must (not) lead to in `encore.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, groupby

from connector.core.flow import Hold, Ref
from connector.core.matching.keys import parse_key
from connector.core.planning.remembered import LEFT_BEHIND
from connector.core.schema import SystemName
from connector.runs.account import checked
from connector.runs.verify import compare
from tests.walk.sight import Thing, plain
from tests.walk.world import Life

TRIES = 24
"""How often one call may leave us in a row: six times under each login, and an account that looks overloaded is asked
under three, within an outage that may strike two tries of the run."""
CALLS_IN_A_RUN = 600
"""Far more than any run needs for so few records; a loop makes more."""


@dataclass(frozen=True)
class Violation:
    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


@dataclass(frozen=True)
class End:
    """How a life stands at one moment: the records, and what is held."""

    life: Life
    things: list[Thing]
    holds: list[Hold]

    @classmethod
    def of(cls, life: Life) -> End:
        return cls(life, life.crowd.look(), [one.hold for one in life.store.open_holds()])

    @cached_property
    def by_ref(self) -> dict[str, Thing]:
        return {one.ref: one for one in self.things}

    def held(self, ref: str) -> list[Hold]:
        return [hold for hold in self.holds if any(str(one) == ref for _, one in hold.refs if one)]

    def left_behind(self, one: Thing) -> bool:
        """Whether this is a person inside a NetSuite organization, once a lead on both sides: only NetSuite shows what
        stands here, unless the whole record is held, or the hold on the value was lost with our state. Of a person
        whom people entered twice, one record may keep what the other has differently."""
        if self.life.tally["state lost"] or any(hold.field is None for hold in self.held(one.ref)):
            return False
        was_lead = any(lead.type == "Lead" and lead.key == f"ns-customer-{one.id}" for lead in self.things)
        return one.stranded and was_lead and len(entered(self.life, one.name)) == 1

    def forgotten(self, ref: str) -> bool:
        """Whether nothing may tell that we made a record: somebody deleted it before we knew, or our state was lost,
        perhaps before its counterpart had our key. Or it is told to people: as a double, or as one that landed when
        its counterpart was gone."""
        now = self.by_ref.get(ref)
        if any(hold.kind == "ambiguous" or hold.code == LEFT_BEHIND for hold in self.held(ref)):
            return True
        if now is not None and now.live:
            return self.lost_its_key(now)
        return bool(self.life.tally["state lost"]) or not self.life.store.links([Ref.parse(ref)])

    def lost_its_key(self, customer: Thing) -> bool:
        """Whether our state was lost after a lead had become an organization, whose key took the place of the lead's,
        while the Salesforce lead could not take ours."""
        keyed = any(one.type == "Lead" and one.key == customer.as_key for one in self.things)
        rekeyed = customer.key != self.life.crowd.seen[customer.ref].key
        return bool(self.life.tally["state lost"]) and rekeyed and not keyed

    def was_a_lead_in_salesforce(self, name: str) -> bool:
        """An individual who is a prospect before we see them is an organization to us, without a person in it."""
        return any(one.type == "Lead" and one.name == name for one in self.life.crowd.seen.values())

    def named(self, name: str, *kinds: str, side: str | None = None) -> list[Thing]:
        return [
            one
            for one in self.things
            if one.name == name and one.live and one.kind in kinds and (side is None or one.side == side)
        ]

    def pairs(self) -> Iterator[tuple[Thing, Thing]]:
        """Live records that name each other by our key, on the strength of the keys alone."""
        for one in self.things:
            other = self._claimed(one) if one.side == "netsuite" else None
            if other is not None and self._claimed(other) == one:
                yield one, other

    def _claimed(self, one: Thing) -> Thing | None:
        claim = parse_key(one.key, SystemName(one.side)) if one.live else None
        other = self.by_ref.get(str(claim)) if claim else None
        return other if other is not None and other.live else None


def entered(life: Life, name: str) -> list[str]:
    """The leads and contacts of that name that people entered by hand."""
    by_hand = ("lead", "late_lead", "contact")
    return [one["do"] for one in life.trace["operations"] if one["do"] in by_hand and one["person"] == name]


# --- calm ----------------------------------------------------------------------------------------------------------


def quiet(end: End) -> Iterator[Violation]:
    """I6: a run after a quiet run is quiet, and soon means nothing new to our state: what is held may be told anew
    by a later look. I7: nothing is written for ever."""
    life = end.life
    writes = [sum(count for _, count in report.writes) for report in life.calm]
    if not life.quiet:
        counts = dict(life.calm[-1].counts) if life.calm else {}
        yield Violation("I6", f"no two quiet runs in a row: writes {writes}, runs {life.runs[-12:]}, last {counts}")
    elif life.digests[-1] != life.digests[-2]:
        yield Violation("I6", "runs that wrote nothing went on changing what our state means")


def finished(end: End) -> Iterator[Violation]:
    """I12: every write ended applied, refused or unknown, and unknown was resolved by a look."""
    for intent in end.life.store.pending_intents():
        yield Violation("I12", f"intent left open: {intent.verb} {intent.type} {intent.ref or intent.source}")


def sandboxes_sane(end: End) -> Iterator[Violation]:
    """No sandbox met a bug of its own."""
    for side in ("netsuite", "salesforce"):
        bugs = end.life.front(side).stats()["bugs"]
        if bugs:
            yield Violation("sandbox", f"{side} answered {bugs} calls with a bug of its own")


def bounded_load(end: End) -> Iterator[Violation]:
    """I24: never more calls at once than allowed, never more tries, never a run without end."""
    life = end.life
    for side in ("netsuite", "salesforce"):
        most = life.front(side).stats()["most_in_flight"]
        if most > 1:
            yield Violation("I24", f"{most} calls in flight at once in {side}, 1 is allowed")
    for calls in life.calls_by_run():
        tries = max((len(list(same)) for _, same in groupby(call.line for call in calls)), default=0)
        if tries > TRIES:
            yield Violation("I24", f"one call was sent {tries} times in a row")
        if len(calls) > CALLS_IN_A_RUN:
            yield Violation("I24", f"a run made {len(calls)} calls")


def seen_on_the_way(end: End) -> Iterator[Violation]:
    """I20, I26: what was checked while it happened."""
    for invariant, what in end.life.broken:
        yield Violation(invariant, what)


# --- convergence ---------------------------------------------------------------------------------------------------


def converged(end: End) -> Iterator[Violation]:
    """I1: linked pairs are equal, or held with a reason. I8: nobody was skipped."""
    report = compare(*checked(end.life.parts, remember=False))
    for one in report.differences:
        if one.field != "organization" or not end.life.crowd.companies_disturbed:
            yield Violation("I1", f"{one.refs.netsuite} and {one.refs.salesforce} differ in {one.field}: {one.values}")
    for entry in report.unlinked:
        if entry["reason"] == "not synced yet":
            yield Violation("I8", f"{entry['record']} ({entry['entity']}) has no counterpart and no hold")


def refusals_end(end: End) -> Iterator[Violation]:
    """I16: a write that was refused is made once nothing refuses it any more."""
    for hold in end.holds:
        if hold.kind == "refused" and "LOCK" in hold.code.upper():
            refs = {str(ref) for _, ref in hold.refs if ref}
            if not refs & end.life.crowd.locked:
                yield Violation("I16", f"{sorted(refs)} still held though no row is locked: {hold.reason}")


# --- doubles and losses --------------------------------------------------------------------------------------------


def no_doubles(end: End) -> Iterator[Violation]:
    """I3: of each thing that people made on one side, we made at most one on the other."""
    crowd = end.life.crowd
    made, ours = Counter[tuple[str, str]](), defaultdict(list)
    for one in crowd.seen.values():
        family = "organization" if one.kind in ("organization", "opportunity") else one.kind
        if one.ref in crowd.theirs:
            made[one.side, one.name] += 1
        elif not end.forgotten(one.ref):
            ours[one.side, family, one.name].append(one.ref)
    for (side, family, name), refs in sorted(ours.items()):
        other = str(SystemName(side).other)
        # A lead that we convert becomes a contact beside it.
        allowed = max(1, made[other, name] + (made[side, name] if family == "contact" else 0))
        if len(refs) > allowed and family != "organization":
            yield Violation("I3", f"we made {len(refs)} {family}s {name} in {side}: {sorted(refs)}, {allowed} allowed")


def no_double_sources(end: End) -> Iterator[Violation]:
    """I3 again: no two records that we made were ever made under one key, and no two live ones carry one. What a lead
    was converted into is not made under a key: it is given that of its counterpart, which may have lost another one."""
    crowd = end.life.crowd
    born, alive = defaultdict(list), defaultdict(list)
    converted = {one.contact for one in end.things}
    for one in crowd.seen.values():
        made = one.ref not in crowd.theirs and one.ref not in converted
        if one.key and made and not end.forgotten(one.ref):
            born[one.side, one.type, one.key.lower()].append(one.ref)
    for one in end.things:
        if one.live and one.key:
            alive[one.side, one.type, one.key.lower()].append(one.ref)
    for (side, _, key), refs in sorted(born.items()):
        if len(refs) > 1:
            yield Violation("I3", f"{side}: we made {sorted(refs)} under one key {key}")
    for (side, _, key), refs in sorted(alive.items()):
        if len(refs) > 1 and not set(refs) & crowd.theirs:
            yield Violation("I3", f"{side}: {sorted(refs)} carry one key {key}")


def nothing_deleted(end: End) -> Iterator[Violation]:
    """I13: we delete nothing, whatever people delete, and take nothing out of use but leads that moved on."""
    for call in end.life.calls:
        if call.line.startswith("DELETE") or (call.writes and "<deleterequest" in call.asked.lower()):
            yield Violation("I13", f"we sent {call.line}")
    for one in end.things:
        # A person may make a prospect of a lead while we take it out of use: that is taken back, if our state lives on.
        was_lead = end.life.tally["state lost"] and end.life.crowd.seen[one.ref].kind == "lead"
        lead = one.type == "customer" and (one.kind == "lead" or one.stranded or was_lead)
        if one.side == "netsuite" and not one.live and not lead:
            yield Violation("I13", f"{one.ref} {one.name} was taken out of use, and is no lead")


# --- conversions ---------------------------------------------------------------------------------------------------


def conversions(end: End) -> Iterator[Violation]:
    """I22: a lead that moved on is one person under the right company on both sides, and a lead on neither."""
    crowd = end.life.crowd
    for name in sorted(crowd.moved_on - crowd.disturbed):
        records = [one for one in end.things if one.name == name]
        if any(end.held(one.ref) for one in records) or crowd.locked & {one.ref for one in records}:
            continue
        if not end.was_a_lead_in_salesforce(name) or _converted_unseen(end, name):
            continue
        made_by_people = Counter(
            one.side for one in crowd.seen.values() if one.name == name and one.ref in crowd.theirs
        )
        if max(made_by_people.values(), default=0) > 2 or len(entered(end.life, name)) > 1:
            continue
        yield from _one_person(end, name)


def _converted_unseen(end: End, name: str) -> bool:
    """Whether a lead that we made, and whose answer was lost, was gone before we looked: some forms of NetSuite's
    conversion leave neither its id nor our key on anything. Or it lost its key."""
    seen = end.life.crowd.seen
    if any(end.lost_its_key(one) for one in end.things if one.type == "customer" and seen[one.ref].name == name):
        return True
    made = (one for one in seen.values() if one.type == "customer" and one.name == name)
    unlinked = (one.ref for one in made if one.ref not in end.life.crowd.theirs | end.by_ref.keys())
    return any(not end.life.store.links([Ref.parse(ref)]) for ref in unlinked)


def _told_by_nothing(end: End, name: str) -> bool:
    """Whether both systems converted a lead, into companies of different names, so that nothing tells its contact from
    another person's: one of them while we carried the conversion of the other; or Salesforce when the contact of the
    other had crossed as a stranger, because NetSuite left neither id nor key, and there was no e-mail."""
    moves = [(lead, bisect_left(end.life.begun, call), call) for lead, call in end.life.crowd.moves]
    for (lead, run, call), (other, later_run, later_call) in combinations(moves, 2):
        if {lead.name, other.name} == {name} and lead.side != other.side and call != later_call:
            unknown = lead.side == "netsuite" and lead.ref not in end.by_ref and not plain(lead.fields["email"])
            if run == later_run or unknown:
                return True
    return False


def _one_person(end: End, name: str) -> Iterator[Violation]:
    contacts = {str(side): end.named(name, "contact", side=str(side)) for side in SystemName}
    counts = {side: len(found) for side, found in contacts.items()}
    named = {one.company for found in contacts.values() for one in found}
    if len(named) > 1 and _told_by_nothing(end, name):
        return
    if set(counts.values()) != {1}:
        yield Violation("I22", f"{name} was converted and is not one contact on each side: {counts}")
        return
    for one in end.named(name, "lead"):
        yield Violation("I22", f"{name} was converted, yet {one.ref} is still a lead")
    companies = {side: found[0].company for side, found in contacts.items()}
    if companies["netsuite"] != companies["salesforce"] and not end.life.crowd.companies_disturbed:
        yield Violation("I22", f"{name} belongs to different companies: {companies}")


LAWS: tuple[Callable[[End], Iterator[Violation]], ...] = (
    quiet,
    finished,
    sandboxes_sane,
    bounded_load,
    seen_on_the_way,
    converged,
    refusals_end,
    no_doubles,
    no_double_sources,
    nothing_deleted,
    conversions,
)
