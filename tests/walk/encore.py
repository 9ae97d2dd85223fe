"""What a trace may ask for after its calm: one more edit, which must cross once, and the loss of our state."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.matching.keys import parse_key
from connector.core.schema import SystemName
from tests.walk.invariants import End, Violation
from tests.walk.sight import FIELDS, Thing, plain
from tests.walk.world import Life

RUNS_AFTER_A_LOSS = 6


def play(life: Life) -> Iterator[Violation]:
    """The encores of this trace, each on what the one before left."""
    if "edit" in life.trace["encore"]:
        yield from crosses_once(life)
    if "forget" in life.trace["encore"]:
        yield from finds_everything_again(life)


def crosses_once(life: Life) -> Iterator[Violation]:
    """I5: one edit is one write, and our own write comes back as nothing."""
    end = End.of(life)
    for one, other in _healthy(end):
        life.tally["encore: edit"] += 1
        field = FIELDS[one.kind][0]
        life.crowd.types(one, {field: "encore"})
        writes = [_writes(life), _writes(life)]
        if writes == [1, 1] and (_has_automation(life) or life.crowd.companies_disturbed):
            writes = [1, _writes(life)]
        if writes[0] > 1 and life.crowd.companies_disturbed:  # whom a merge has moved without a stamp comes along
            writes[0] = 1
        after = End.of(life)
        if life.crowd.companies_disturbed and after.held(one.ref):
            return  # whom a merge has moved to a company whose counterpart is gone is held as soon as that shows
        arrived = plain(after.by_ref[other.ref].fields[field])
        if writes != [1, 0] or arrived != "encore":
            told = f"{one.ref} {field} edited in a calm: writes {writes}, {other.ref} holds {arrived}"
            yield Violation("I5", told)
        return


def _has_automation(life: Life) -> bool:
    """Whether a save may set off rules of Salesforce: one that came after the record was made fills another field, and
    one that saves a second time under a user's name cannot be told from an edit. What they leave crosses as well, and
    so does the company that a merge has moved a person to without a stamp: our save is what shows it."""
    return any(one["do"] == "automation" for one in life.trace["operations"])


def _healthy(end: End) -> Iterator[tuple[Thing, Thing]]:
    """Pairs that nothing stands in the way of; the side to begin with changes from seed to seed."""
    for pair in end.pairs():
        one, other = pair if end.life.trace["seed"] % 2 else pair[::-1]
        waits = any(end.held(thing.ref) for thing in pair) or pair[0].ref in end.life.crowd.locked
        if one.kind == other.kind and one.kind in FIELDS and not one.stranded and not other.stranded and not waits:
            yield one, other


def _writes(life: Life) -> int:
    life.wait(60)
    report = life.run()
    return -1 if report is None else sum(count for _, count in report.writes)


def finds_everything_again(life: Life) -> Iterator[Violation]:
    """I25: without our state, what carried our keys is found again; nothing equal is written, nothing deleted, and
    nothing made whose counterpart is there."""
    before = End.of(life)
    pairs = list(before.pairs())
    life.tally["encore: state lost"] += 1
    life.memory.restore(life.newborn)
    for _ in range(RUNS_AFTER_A_LOSS):
        life.wait(60)
        report = life.run()
        if report is not None and not any(count for _, count in report.writes):
            break
    else:
        yield Violation("I25", f"no quiet run after the loss of our state: {life.runs[-RUNS_AFTER_A_LOSS:]}")
    yield from _unharmed(before, End.of(life), pairs)
    yield from _nothing_new(before, End.of(life), pairs)


def _unharmed(before: End, after: End, pairs: list[tuple[Thing, Thing]]) -> Iterator[Violation]:
    moved_on = {one.ref for one in after.things if one.converted} - {one.ref for one in before.things if one.converted}
    joined = {after.by_ref[ref].company for ref in moved_on}  # a lead that was on hold has brought its edits along
    for pair in pairs:
        if pair[0].company in joined:
            continue
        now = [after.by_ref.get(one.ref) for one in pair]
        if any(one is not None and one.converted for one in now):
            continue  # what its conversion waited for may look different to those who have forgotten it
        if any(one is None or not one.live for one in now):
            yield Violation("I25", f"{pair[0].ref} and {pair[1].ref} were a pair, and one of them is gone")
            continue
        for name in FIELDS.get(pair[0].kind, ()):
            values = {plain(one.fields.get(name)) for one in (*pair, *now) if one is not None}
            agreed = plain(pair[0].fields.get(name)) == plain(pair[1].fields.get(name))
            if agreed and len(values) > 1 and pair[0].kind == pair[1].kind:
                yield Violation("I25", f"{pair[0].ref} and {pair[1].ref} agreed in {name}, and it changed: {values}")


def _nothing_new(before: End, after: End, pairs: list[tuple[Thing, Thing]]) -> Iterator[Violation]:
    paired = {one.ref for pair in pairs for one in pair}
    for ref in sorted(after.by_ref.keys() - before.by_ref.keys()):
        made = after.by_ref[ref]
        source = str(parse_key(made.key, SystemName(made.side)))
        if source in paired:
            yield Violation("I25", f"{ref} was made for {source}, whose counterpart is there")
