"""Bugs in what is decided: merging, converting, translating, planning, braking."""

from __future__ import annotations

from tests.mutants.bugs.where import (
    ATTACK,
    CONVERSION,
    EDITS,
    GONE,
    MERGE,
    OPEN_LEADS,
    PROMISES,
    READ_BACK,
    REVIEW,
    STORY,
)
from tests.mutants.planting import Mutant

MERGING = (
    Mutant(
        "newest-record-wins",
        "I2",
        "connector/core/merge.py",
        '        return _Verdict(conflict=True, reason="both sides changed it to different values")',
        '        return _Verdict(SystemName.NETSUITE, reason="both sides changed it to different values")',
        (MERGE,),
    ),
    Mutant(
        "the-other-side-is-written-whole",
        "I2",
        "connector/core/merge.py",
        "    source = SystemName.NETSUITE if sides.changed.netsuite else SystemName.SALESFORCE\n",
        "    source = SystemName.SALESFORCE\n",
        (MERGE,),
    ),
    Mutant(
        "conflict-not-held",
        "I2",
        "connector/core/planning/linked.py",
        "    for conflict in merged.conflicts:\n",
        "    for conflict in ():\n",
        (OPEN_LEADS, "-k", "held_with_both_values"),
    ),
    Mutant(
        "a-conflict-is-taken-for-agreement",
        "I2",
        "connector/core/merge.py",
        "            conflicts.append(_conflict(name, sides, observed, verdict.reason))\n",
        "            conflicts.append(_conflict(name, sides, observed, verdict.reason))\n"
        "            agreed.netsuite[name] = sides.now.netsuite\n"
        "            agreed.salesforce[name] = sides.now.salesforce\n",
        (EDITS, "-k", "conflict"),
    ),
    Mutant(
        "unconditional-update",
        "I2",
        "connector/runs/records.py",
        "        if _moved(work, update, now.get(update.ref)):\n",
        "        if False:\n",
        (EDITS, "-k", "between_our_read_and_our_write"),
    ),
    Mutant(
        "empty-is-taken-for-absent",
        "I2",
        "connector/core/merge.py",
        "    if isinstance(netsuite, Gap) or isinstance(salesforce, Gap):\n        return None\n",
        "    if isinstance(netsuite, Gap) or isinstance(salesforce, Gap) or None in (netsuite, salesforce):\n"
        "        return None\n",
        (OPEN_LEADS, "-k", "clearing"),
    ),
    Mutant(
        "late-edits-of-a-converted-lead-are-dropped",
        "I2",
        "connector/core/planning/linked.py",
        "    merged = with_late_edits(desk, observed, observed.link.refs, merged)\n",
        "",
        (ATTACK, "-k", "linked_contact"),
    ),
    Mutant(
        "the-base-is-what-was-sent",
        "I5",
        "connector/runs/records.py",
        "    return {name: values.get(name, value) for name, value in written.items()}\n",
        "    return dict(written)\n",
        (OPEN_LEADS, "-k", "automation"),
    ),
)

CONVERTING = (
    Mutant(
        "the-lead-stays-linked-after-its-conversion",
        "I22",
        "connector/runs/conversions.py",
        "            work.store.end_link(one.retire, one.state, one.reason, work.parts.clock.now())\n",
        "            pass\n",
        (PROMISES, "-k", "has_ended"),
    ),
    Mutant(
        "a-converted-person-is-made-twice",
        "I22",
        "connector/core/conversion.py",
        "        result.claimed.add(person.ref)\n",
        "        pass\n",
        (PROMISES, "-k", "made_twice"),
    ),
    Mutant(
        "a-merge-is-a-delete",
        "I22",
        "connector/core/plan.py",
        "    for linked in scene.merged:\n        merged_away(desk, linked)\n",
        "",
        (GONE, "-k", "merge"),
    ),
    Mutant(
        "a-second-look-is-crossed-off-before-the-work",
        "I10",
        "connector/runs/sync.py",
        "        applied = Applied(refusals=tally.refusals)\n",
        "        parts.store.clear_rechecks(sighting.rechecked)\n        applied = Applied(refusals=tally.refusals)\n",
        (PROMISES, "-k", "second_look"),
    ),
    Mutant(
        "what-waited-for-its-organization-is-forgotten",
        "I1",
        "connector/runs/work.py",
        '                work.look_again(children, "its organization is linked now")\n',
        "                pass\n",
        (EDITS, "-k", "releases"),
    ),
    Mutant(
        "an-organization-is-made-again-for-every-lead",
        "I3",
        "connector/core/matching/pair.py",
        "    elif linked and newcomer.entity is Entity.ORGANIZATION:\n",
        "    elif False:\n",
        (ATTACK, CONVERSION, "-k", "double or one_organization or company"),
    ),
)

VALUES = (
    Mutant(
        "too-long-is-cut",
        "I23",
        "connector/core/mapping/fit.py",
        '    if on_too_long == "cut":\n',
        "    if True:\n",
        ("tests/unit/mapping",),
    ),
    Mutant(
        "a-value-that-the-account-lacks-is-sent",
        "I23",
        "connector/core/mapping/fit.py",
        "    return closed and known.options is not None and value not in known.options\n",
        "    return False\n",
        ("tests/unit/mapping",),
    ),
)

DECIDING = (
    Mutant(
        "an-answer-never-lapses",
        "I2",
        "connector/core/planning/answers.py",
        "    if not _still_as_seen(mapping, observed, answer, name):\n",
        "    if False:\n",
        (REVIEW, "-k", "lapses"),
    ),
    Mutant(
        "what-loses-is-not-kept",
        "I2",
        "connector/runs/work.py",
        "        work.store.put_overruled([lost for update in updates for lost in _overruled(work, update)])\n",
        "        del updates\n",
        (REVIEW, "-k", "ninety_days"),
    ),
    Mutant(
        "a-tug-of-war-goes-on",
        "I7",
        "connector/core/planning/tugs.py",
        "        if reason:\n",
        "        if False:\n",
        (REVIEW, "-k", "automations or again_and_again"),
    ),
    Mutant(
        "a-refused-write-is-sent-in-every-run",
        "I16",
        "connector/runs/work.py",
        "        return [job for job, hold in zip(jobs, resting, strict=True) if hold is None]\n",
        "        return list(jobs)\n",
        (REVIEW, "-k", "rests"),
    ),
    Mutant(
        "what-a-user-typed-over-our-write-is-ours",
        "I2",
        "connector/runs/records.py",
        "    return is_last_written_by_us(work.parts, record) is False\n",
        "    return False\n",
        (READ_BACK,),
    ),
    Mutant(
        "a-plan-file-writes-what-moved",
        "I2",
        "connector/runs/plan_file.py",
        "            elif why:\n",
        "            elif False:\n",
        (f"{STORY}test_plan_file.py", "-k", "moved"),
    ),
)

BRAKING = (
    Mutant(
        "deletes-without-a-limit",
        "I13",
        "connector/core/brakes.py",
        "        if many or count > limits.deletes_max:\n",
        "        if False:\n",
        (f"{STORY}test_deletes.py", "-k", "many_deletes"),
    ),
    Mutant(
        "what-is-not-shown-is-deleted",
        "I14",
        "connector/core/planning/gone.py",
        "    if gone.link.refs.of(gone.system) not in desk.scene.witnessed:\n",
        "    if False:\n",
        (f"{STORY}test_deletes.py", "-k", "not_shown"),
    ),
    Mutant(
        "a-shrunken-read-is-believed",
        "I14",
        "connector/core/brakes.py",
        "        if count >= limits.vanished_min and _beyond(count, there, limits.vanished_percent):\n",
        "        if False:\n",
        (f"{STORY}test_brakes.py", "-k", "believed"),
    ),
    Mutant(
        "a-delete-beats-an-edit",
        "I15",
        "connector/core/planning/gone.py",
        "    if edited:\n",
        "    if False:\n",
        (f"{STORY}test_deletes.py", "-k", "edit_beats"),
    ),
    Mutant(
        "a-rule-that-refuses-everything-fills-the-holds",
        "I17",
        "connector/core/brakes.py",
        "            if sent >= limits.refusals_min and _beyond(count, sent, limits.refusals_percent):\n",
        "            if False:\n",
        (f"{STORY}test_brakes.py", "-k", "refuses"),
    ),
    Mutant(
        "a-mass-change-goes-through",
        "I17",
        "connector/core/brakes.py",
        "        if count >= limits.mass_change_min and _beyond(count, linked, limits.mass_change_percent):\n",
        "        if False:\n",
        ("tests/unit/core/test_brakes.py",),
    ),
)
