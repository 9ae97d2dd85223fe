"""I1 and I2 of what people typed, and the little that nobody who writes over these interfaces can promise.

Every value that somebody types is found nowhere else. In the end it stands in a record, or a later edit has replaced
it where it stood, or it is in a hold, open or closed, where a person finds it.

Neither system lets us write on condition that a field is still as we read it. So an edit may meet our own write: typed
after our last look at the field and before our write, it may be overwritten; typed after our write and before our look
at what became of it, it may be taken for the system's own rewriting. Such edits are counted, not failed, but only if
that is what the calls show: the one next to the edit on this record before it, and the one after it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.walk.crowd import Edit
from tests.walk.invariants import End, Violation
from tests.walk.sight import FIELDS, Thing, plain
from tests.walk.world import Life

LOOK_TO_WRITE_CALLS = 8
"""So many of our calls at most lie between a look and the write that relies on it."""
DEFAULT = "to be asked"
"""What Salesforce's automation puts into a field that is left empty."""
CANONICAL = {"title": "job_title"}
"""What a hold calls a field that people call something else."""


def in_the_window(life: Life, edit: Edit) -> bool:
    """Whether `edit` fell between our look and our write, or between our write and our look at it."""
    touched = [
        at for at, call in enumerate(life.calls) if call.side == edit.side and call.touches(edit.ref, edit.field)
    ]
    before = max((at for at in touched if at < edit.call - 1), default=None)
    after = min((at for at in touched if at >= edit.call - 1), default=None)
    if before is None or after is None:
        return False
    writes = life.calls[before].writes, life.calls[after].writes
    return any(writes) and after - before <= LOOK_TO_WRITE_CALLS


def lost(end: End) -> Iterator[tuple[Violation, Edit]]:
    """I2: no edit is lost. A NetSuite organization that is a person inside shows nobody that person's fields: a value
    must not be left behind there."""
    held = set(map(_bare, end.life.memory.held_values()))
    for edit in end.life.crowd.edits:
        if edit.value is None or (edit.name, edit.value) in end.life.crowd.dropped or edit.value in held:
            continue
        if not any(_stands(end, one, edit) for one in end.things):
            found = {one.ref: one.fields.get(edit.field) for one in end.things if one.name == edit.name}
            yield Violation("I2", f"{edit.side} {edit.name}.{edit.field} = {edit.value} is nowhere: {found}"), edit


def _stands(end: End, one: Thing, edit: Edit) -> bool:
    """Whether a value is where somebody sees it, or in the bin, into which people threw it with its record, or in a
    lead that has moved on, and what would have told it was lost with our state: a hold, or the run itself."""
    if plain(one.fields.get(edit.field)) != edit.value:
        return False
    if one.ref == edit.ref and not one.live:
        in_the_bin = one.side == "salesforce" and not one.converted
        held = edit.value in map(_bare, end.life.held_when_lost)
        return in_the_bin or (one.kind == "lead" and (held or _lost_with_the_run(end.life, edit)))
    return one.live and not end.left_behind(one)


def _lost_with_the_run(life: Life, edit: Edit) -> bool:
    """Whether our state was lost within the run that took the edited lead out of use."""
    for lost_at in life.losses:
        begun = max((call for call in life.begun if call < lost_at), default=0)
        run = life.calls[begun:lost_at]
        if edit.call <= lost_at and any(call.writes and call.touches(edit.ref, edit.field) for call in run):
            return True
    return False


def _bare(value: str) -> str | None:
    """A value as a hold keeps it, without what tells it from other kinds of values."""
    return plain(value.strip('"'))


def undone(end: End) -> Iterator[tuple[Violation, Edit]]:
    """I2 of what somebody emptied: that value does not come back, unless both are held or our state was lost, without
    which nobody knows that it was ever agreed on."""
    if end.life.tally["state lost"]:
        return
    for edit, later in _last_of_each(end.life.crowd.edits):
        one = end.by_ref.get(edit.ref)
        if edit.value is not None or edit.replaced is None or later or one is None or not one.live:
            continue
        if edit.replaced == DEFAULT or edit.name in end.life.crowd.disturbed:
            continue  # automation does not let it be empty, or a merge filled it
        if _before_our_receipt(end.life, edit) or _before_we_met(end, edit) or _filled_by_people(end.life, edit):
            continue
        if plain(one.fields.get(edit.field)) == edit.replaced and not end.held(edit.ref):
            yield Violation("I2", f"{edit.ref} {edit.name}.{edit.field} was emptied, and {edit.replaced} is back"), edit


def _filled_by_people(life: Life, edit: Edit) -> bool:
    """Whether a person let a conversion fill the field again, later, with what another lead still had."""
    return life.crowd.filled.get((edit.ref, edit.field, edit.replaced or ""), -1) >= edit.call


def _before_our_receipt(life: Life, edit: Edit) -> bool:
    """Whether our last write into the field, or our last look at it, was a write of which we do not know that it
    arrived, because no answer came or we died with it, and with what we saw afterwards: who takes that back leaves the
    record as it is where the write never arrived."""
    ours = (call for call in reversed(life.calls[: edit.call - 1]) if call.side == edit.side)
    known = (call for call in ours if call.writes or not call.forgotten)
    last = next((call for call in known if call.touches(edit.ref, edit.field)), None)
    if last is None or not last.writes:
        return False
    return last.forgotten or edit.ref.rpartition(":")[2] not in last.answered


def _before_we_met(end: End, edit: Edit) -> bool:
    """Whether we had not seen the record yet, and nobody can tell that it ever held more: we did not make its
    counterpart either, and two that meet fill each other; or the lead that it was made of had no counterpart by then;
    or the value was our last write into that lead, perhaps before that."""
    calls = [call for call in end.life.calls[: edit.call - 1] if call.side == edit.side]
    if any(call.touches(edit.ref, edit.field) for call in calls):
        return False
    meeting = [one.ref for pair in end.pairs() for one in pair if edit.ref in (pair[0].ref, pair[1].ref)]
    seen = end.life.crowd.seen.values()
    leads = [one for one in seen if one.name == edit.name and one.kind == "lead" and one.side == edit.side]
    touched = (call for call in reversed(calls) if any(call.touches(lead.ref, edit.field) for lead in leads))
    last = next(touched, None)
    met = bool(meeting) and end.life.crowd.theirs.issuperset(meeting)
    written = " ".join(call.asked for call in end.life.calls[: edit.call - 1] if call.writes)
    lonely = bool(leads) and not any(lead.as_key in written for lead in leads)
    return met or lonely or (last is not None and last.writes)


def _last_of_each(edits: list[Edit]) -> Iterator[tuple[Edit, bool]]:
    """Each edit, and whether somebody edited that field of that name later, on either side."""
    last = {(edit.name, edit.field): edit for edit in edits}
    return ((edit, last[edit.name, edit.field] is not edit) for edit in edits)


def unequal(end: End) -> Iterator[tuple[Violation, Edit | None]]:
    """I1 from the tables alone: what our own base believes cannot excuse a difference."""
    for pair in end.pairs():
        held = {None if hold.is_whole else hold.field for one in pair for hold in end.held(one.ref)}
        if None in held or pair[0].kind != pair[1].kind or pair[0].ref in end.life.crowd.locked:
            continue
        for name in FIELDS.get(pair[0].kind, ()):
            values = [plain(one.fields.get(name)) for one in pair]
            if values[0] != values[1] and CANONICAL.get(name, name) not in held and not _by_default(values):
                told = f"{pair[0].ref} and {pair[1].ref} differ in {name}, unheld: {values}"
                yield Violation("I1", told), _typed_in_the_window(end, pair, name)


def _typed_in_the_window(end: End, pair: tuple[Thing, Thing], name: str) -> Edit | None:
    """The edit that explains why the two differ in this field."""
    now = {one.ref: plain(one.fields.get(name)) for one in pair}
    edits = (edit for edit in end.life.crowd.edits if edit.field == name and now.get(edit.ref, "") == edit.value)
    return next((edit for edit in edits if in_the_window(end.life, edit)), None)


def _by_default(values: list[str | None]) -> bool:
    """Salesforce's automation never lets the field be empty, which is agreed on."""
    return values == [None, DEFAULT]


def check_edits(end: End) -> Iterator[Violation]:
    """What was lost; of the edits in the window it is counted how many there were, and how many were lost."""
    life = end.life
    life.tally["window: edits"] += sum(in_the_window(life, edit) for edit in life.crowd.edits)
    for violation, edit in (*lost(end), *undone(end), *unequal(end)):
        if edit is not None and in_the_window(life, edit):
            life.tally["window: lost"] += 1
        else:
            yield violation
