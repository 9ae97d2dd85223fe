"""The people of a simulation: who did what, what they typed, and what they threw away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.sandbox.stand import Stand
from tests.walk import sight
from tests.walk.sight import Thing, plain


@dataclass(frozen=True)
class Edit:
    """A value that somebody typed into `field` of `ref`, found nowhere else; None: it was emptied, of `replaced`.
    `call`: how many calls of ours had been made by then, or when its transaction committed."""

    side: str
    ref: str
    name: str
    field: str
    value: str | None
    replaced: str | None
    call: int


@dataclass
class Crowd:
    """Everybody who uses the two systems.

    `theirs`: what people made, not we; `seen`: every record as it was when it was first seen; `dropped`: (name, value)
    of what a person replaced, deleted, merged or converted away, knowingly, because it stood there before them;
    `moves`: the leads that moved on, each as it was, and how many calls of ours had been made by then; `filled`: what
    was empty on a record and is not after a deed of a person, as a conversion into a contact may fill it: (record,
    field, value), and when.
    """

    stand: Stand
    call: int = 0
    edits: list[Edit] = field(default_factory=list)
    dropped: set[tuple[str, str]] = field(default_factory=set)
    theirs: set[str] = field(default_factory=set)
    seen: dict[str, Thing] = field(default_factory=dict)
    disturbed: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    moves: list[tuple[Thing, int]] = field(default_factory=list)
    filled: dict[tuple[str, str, str], int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    _late: list[int] = field(default_factory=list)

    @property
    def idle(self) -> int:
        """How many operations made no sense."""
        return self.done["nothing to do"]

    @property
    def companies_disturbed(self) -> bool:
        """Both systems move the people of a merged company without a stamp, so that no cursor can show them: the next
        look at each of them may."""
        return any(name.startswith("Company") for name in self.disturbed)

    @property
    def moved_on(self) -> set[str]:
        return {lead.name for lead, _ in self.moves}

    def move_on(self, lead: Thing) -> None:
        self.moves.append((lead, self.call))

    def look(self) -> list[Thing]:
        """All records; those not seen before are remembered."""
        things = sight.everything(self.stand)
        for one in things:
            self.seen.setdefault(one.ref, one)
        return things

    def live(self, side: str, name: str, *kinds: str) -> list[Thing]:
        """The live records of that name, by kind in the order of `kinds`."""
        found = [one for one in self.look() if one.side == side and one.name == name and one.live and not one.stranded]
        wanted = (one for one in found if one.kind in kinds)
        return sorted(wanted, key=lambda one: (kinds.index(one.kind), one.id))

    def companies(self, side: str) -> list[Thing]:
        """The live organizations, by name; no person who is one to us."""
        found = [one for one in self.look() if one.side == side and one.kind == "organization" and one.live]
        return sorted((one for one in found if not one.stranded), key=lambda one: (one.name, one.id))

    def find(self, side: str, name: str, *kinds: str) -> Thing:
        """The first such record. ValueError where there is none."""
        found = self.live(side, name, *kinds)
        if not found:
            raise ValueError(f"no {kinds} {name} in {side}")
        return found[0]

    def act(self, side: str, do: str, **deed: Any) -> str:
        """A deed in the user interface; returns the id that it names. What is there afterwards and was not before is
        theirs, not ours."""
        front = self.stand.netsuite_front if side == "netsuite" else self.stand.salesforce_front
        front.advance(1)
        before = self.look()
        answer = front.act({"do": do, **deed})
        after = self.look()
        self.theirs |= {one.ref for one in after} - {one.ref for one in before}
        self.dropped |= (_standing(before, side) - _standing(after, side)) | _thrown_away(before, after)
        self.dropped |= _written_over(before, after)
        self.filled |= dict.fromkeys(_filled(before, after), self.call)
        return str(answer.get("id", ""))

    def types(self, one: Thing, fields: dict[str, str | None]) -> None:
        """Edit one record."""
        self.act(one.side, "update", type=one.type, id=one.id, fields=spelt(one.side, fields))
        self.note(one, fields)

    def note(self, one: Thing, fields: dict[str, str | None]) -> None:
        """That somebody typed `fields` into `one`, which is told as it was before. What it replaces may have been typed
        into its counterpart, which can have the name of a company where this one has that of a person."""
        for name, value in fields.items():
            before = plain(one.fields.get(name))
            self.edits.append(Edit(one.side, one.ref, one.name, name, plain(value), before, self.call))
            if before:
                self.dropped |= {(called, before) for called in self._names(one)}

    def _names(self, one: Thing) -> set[str]:
        """What the record and the one that our keys say is its counterpart are called, and were before a merge, which
        gives a record the name of the winner."""
        same = [one, *(other for other in self.look() if other.key == one.as_key or one.key == other.as_key)]
        return {called for each in same for called in (each.name, self.seen.get(each.ref, each).name)}

    def types_late(self, one: Thing, fields: dict[str, str | None], seconds: float) -> None:
        """Edit one Salesforce record in a transaction that commits only after a while. The row is locked until then, so
        that what it replaces is what stands there now."""
        self.act(one.side, "late_commit", type=one.type, id=one.id, fields=spelt(one.side, fields), seconds=seconds)
        self._late += range(len(self.edits), len(self.edits) + len(fields))
        self.note(one, fields)

    def commit(self) -> None:
        """Date the late edits whose transactions have committed: nobody could have seen them before."""
        if not self._late:
            return
        org = self.stand.salesforce.org
        open_ = [one.record_id for one in org.open_transactions if one.commits_at > org.now()]
        for at in [at for at in self._late if self.edits[at].ref.rpartition(":")[2] not in open_]:
            self.edits[at] = replace(self.edits[at], call=self.call)
            self._late.remove(at)

    def makes(self, side: str, type_: str, name: str, fields: dict[str, Any], typed: dict[str, str | None]) -> None:
        """Make a record; `typed` are those of its fields that are watched."""
        id_ = self.act(side, "create", type=type_, fields={**fields, **spelt(side, typed)})
        self.note(blank(side, type_, id_, name), typed)


def blank(side: str, type_: str, id_: str, name: str) -> Thing:
    """A record before anything was typed into it."""
    return Thing(side, type_, "", id_, name, None, True, None, {})


def spelt(side: str, fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` as that side spells their names."""
    return {sight.NAMES[side][name]: value for name, value in fields.items()}


def _standing(things: Sequence[Thing], side: str) -> set[tuple[str, str]]:
    """(name, value) of all that people can see on one side. An individual who is a prospect is an organization to us:
    what they hold, and their Salesforce lead does not, nobody shows but the account of their company."""
    shown = [one for one in things if one.live or one.stranded]
    leads = {one.key: _values(one) for one in things if one.type == "Lead"}
    inside = {one.as_key: one.name for one in shown if one.stranded}
    ours = [one for one in shown if one.side == side]
    named = {(one.name, value) for one in ours for value in _values(one)}
    theirs = ((inside[one.key], _values(one) - leads.get(one.key, set())) for one in ours if one.key in inside)
    return named | {(name, value) for name, values in theirs for value in values}


def _thrown_away(before: Iterable[Thing], after: Iterable[Thing]) -> set[tuple[str, str]]:
    """What stood in contacts that were deleted, be it that the lead they came of still has it: that one is on its way
    out of use, or an organization by now, which shows nobody a person's fields."""
    live = {one.ref for one in after if one.live}
    gone = [one for one in before if one.live and one.kind == "contact" and one.ref not in live]
    shows = [one for one in after if one.ref in live and one.kind != "lead" and not one.stranded]
    still = {(one.name, value) for one in shows for value in _values(one)}
    return {(one.name, value) for one in gone for value in _values(one)} - still


def _written_over(before: Iterable[Thing], after: Iterable[Thing]) -> set[tuple[str, str]]:
    """What a person let a conversion write over in contacts, be it that another lead of the same person has it."""
    now = {one.ref: _values(one) for one in after if one.live and one.kind == "contact"}
    return {(one.name, value) for one in before if one.ref in now for value in _values(one) - now[one.ref]}


def _filled(before: Iterable[Thing], after: Iterable[Thing]) -> Iterator[tuple[str, str, str]]:
    empty = {(one.ref, name) for one in before for name, value in one.fields.items() if plain(value) is None}
    for one in after:
        for name, value in one.fields.items():
            if (one.ref, name) in empty and (now := plain(value)) is not None:
                yield one.ref, name, now


def _values(one: Thing) -> set[str]:
    return {value for value in map(plain, one.fields.values()) if value}
