"""The planted bugs: at least one for every invariant, each a mistake that connectors have really made.

The invariants, in short: I1 convergence, I2 no lost edit, I3 no double, I4 a retried create changes nothing, I5 no
echo, I6 a second run is quiet, I7 bounded ping-pong, I8 no record skipped, I9 cursors last, I10 a crash is a pause,
I11 intent before effect, I12 three outcomes, I13 the delete guard, I14 absence is no delete, I15 an edit beats a
delete, I16 a bad record blocks no other, I17 systemic errors stop the run, I18 parents first, I19 the same accounts,
I20 one run at a time, I21 secrets stay in, I22 merges and conversions keep their links, I23 values arrive as they
are, I24 bounded load, I25 losing our state is safe, I26 a dry run is dry, I27 old state still works, I28 the same
seed gives the same log.
"""

from __future__ import annotations

from tests.mutants.planting import Mutant

STORY = "tests/story/"
OPEN_LEADS = f"{STORY}test_open_leads.py"
EDITS = f"{STORY}test_attack_edits.py"
GONE = f"{STORY}test_attack_gone.py"
CONVERSION = f"{STORY}test_conversion.py"
ATTACK = f"{STORY}test_attack_conversion.py"
MOVING_ON = f"{STORY}test_attack_moving_on.py"
MEANWHILE = f"{STORY}test_attack_meanwhile.py"
FAULTS = f"{STORY}test_faults.py"
PROMISES = f"{STORY}test_promises.py"
REVIEW = f"{STORY}test_review.py"
MERGE = "tests/unit/core/test_merge.py"
SESSION = "tests/unit/systems/test_session.py"
NETSUITE = "tests/contract/netsuite/"
SALESFORCE = "tests/contract/salesforce/"
STORE = "tests/contract/store/test_store.py"
LIVES = "tests/walk/test_walk.py"

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

CREATING = (
    Mutant(
        "no-key-on-what-we-make",
        "I3",
        "connector/runs/records.py",
        "Write(create.type, None, fields, key_of(create.source))",
        "Write(create.type, None, fields, None)",
        (PROMISES, "-k", "nothing_but_our_key"),
    ),
    Mutant(
        "no-adoption-after-a-crash",
        "I3",
        "connector/runs/recover.py",
        '            if intent.verb == "create" and made is not None:\n',
        "            if False:\n",
        (PROMISES, "-k", "types_into"),
    ),
    Mutant(
        "adopted-as-it-is-now",
        "I4",
        "connector/runs/recover.py",
        "Base(Pair(agreed, agreed))",
        "Base(Pair({}, {}))",
        (PROMISES, "-k", "types_into"),
    ),
    Mutant(
        "an-unknown-write-is-a-failed-one",
        "I12",
        "connector/systems/session.py",
        "        return _Failure(OutcomeUnknown(what, system=self.system), again=False)\n\n    @contextmanager",
        "        return _Failure(Unavailable(what, system=self.system), again=False)\n\n    @contextmanager",
        (SESSION, "-k", "unknown"),
    ),
    Mutant(
        "a-write-without-an-answer-is-sent-again",
        "I12",
        "connector/systems/session.py",
        '            return _Failure(OutcomeUnknown(f"{call.name}: {what}", **facts), again=False)\n',
        '            return _Failure(OutcomeUnknown(f"{call.name}: {what}", **facts), again=True)\n',
        (f"{NETSUITE}test_writing.py", "-k", "server_error"),
    ),
    Mutant(
        "the-effect-before-the-intent",
        "I11",
        "connector/runs/work.py",
        "    with work.store.transaction():\n"
        "        ids = work.store.open_intents([intent(work, job) for job in jobs])\n"
        "        updates",
        "    work.parts.systems.of(system).write([job.write for job in jobs])\n"
        "    with work.store.transaction():\n"
        "        ids = work.store.open_intents([intent(work, job) for job in jobs])\n"
        "        updates",
        (PROMISES, "-k", "committed_intent"),
    ),
    Mutant(
        "children-before-their-parents",
        "I18",
        "connector/core/planning/parents.py",
        "    return replace(plan, actions=tuple(actions)) if missing else plan\n",
        "    return plan\n",
        (PROMISES, "-k", "parent_waits"),
    ),
    Mutant(
        "a-refused-record-is-forgotten",
        "I16",
        "connector/runs/work.py",
        '        work.tally(system, entity, "refused")\n',
        "        work.applied.failures.pop()\n",
        (FAULTS, "-k", "refused"),
    ),
    Mutant(
        "a-missing-field-is-sent-all-the-same",
        "I17",
        "connector/runs/account.py",
        "    if mistakes:\n",
        "    if False:\n",
        (PROMISES, "-k", "never_was"),
    ),
)

READING = (
    Mutant(
        "no-overlap",
        "I8",
        "connector/systems/netsuite/changes.py",
        "        return zone.lower_bound(mark_at - self.overlap, self.where)\n",
        "        return zone.lower_bound(mark_at, self.where)\n",
        (f"{NETSUITE}test_changes.py", "-k", "late"),
    ),
    Mutant(
        "a-second-is-trusted-while-it-lasts",
        "I8",
        "connector/systems/netsuite/changes.py",
        "SETTLED_SECONDS = 2\n",
        "SETTLED_SECONDS = -2\n",
        (f"{NETSUITE}test_changes.py", "-k", "second"),
    ),
    Mutant(
        "the-repeated-hour-is-trusted",
        "I8",
        "connector/systems/netsuite/changes.py",
        "    if zone.clock_changes_near(window.now_at - window.overlap, window.now_at, window.where):\n",
        "    if False:\n",
        (f"{NETSUITE}test_changes.py", "-k", "night or hour"),
    ),
    Mutant(
        "the-mark-is-now",
        "I8",
        "connector/systems/salesforce/changes.py",
        '    return parse_moment(answer["latestDateCovered"])\n',
        "    return client.server_now()\n",
        (f"{SALESFORCE}test_reading.py", "-k", "late"),
    ),
    Mutant(
        "paging-by-the-stamp-alone",
        "I8",
        "connector/systems/salesforce/changes.py",
        '    return f"((SystemModstamp = {stamp} AND Id > {id_}) OR SystemModstamp > {stamp})"\n',
        '    return f"SystemModstamp > {stamp}"\n',
        (f"{SALESFORCE}test_reading.py", "-k", "locator"),
    ),
    Mutant(
        "a-short-page-is-the-last",
        "I8",
        "connector/systems/salesforce/changes.py",
        '        if page["done"]:\n',
        '        if page["done"] or len(page["records"]) < 2000:\n',
        (f"{SALESFORCE}test_reading.py", "-k", "pages"),
    ),
    Mutant(
        "cursors-before-the-work",
        "I9",
        "connector/runs/sync.py",
        "        applied = Applied(refusals=tally.refusals)\n",
        "        parts.store.set_cursors(sighting.cursors)\n        applied = Applied(refusals=tally.refusals)\n",
        (FAULTS, "-k", "test_a_run_that_dies"),
    ),
    Mutant(
        "a-garbled-answer-is-an-empty-one",
        "I14",
        "connector/systems/session.py",
        "            except ValueError:\n"
        '                raise self._broken(call, "the answer is garbled", response) from None\n',
        "            except ValueError:\n                response.decoded = {}\n",
        (SESSION, "-k", "garbled"),
    ),
)

STANDING = (
    Mutant(
        "our-key-is-written-every-time",
        "I6",
        "connector/core/planning/keying.py",
        "        if not record.key or (",
        "        if record.key or (",
        (OPEN_LEADS, "-k", "one_edit or quiet"),
    ),
    Mutant(
        "any-account-will-do",
        "I19",
        "connector/core/brakes.py",
        "        if known.of(system) != found.of(system):\n",
        "        if False:\n",
        (OPEN_LEADS, "-k", "another_org"),
    ),
    Mutant(
        "no-lock",
        "I20",
        "connector/state/lock.py",
        "            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "            pass\n",
        (STORE, "-k", "lock"),
    ),
    Mutant(
        "secrets-in-messages",
        "I21",
        "connector/secret.py",
        "            text = text.replace(spelling, MASK)\n",
        "            pass\n",
        ("tests/unit/test_logs.py",),
    ),
    Mutant(
        "keys-are-not-believed",
        "I25",
        "connector/core/matching/pair.py",
        "        if other.entity is newcomer.entity and _admits(other, ref):\n",
        "        if False:\n",
        ("tests/unit/core/test_pair.py",),
    ),
    Mutant(
        "made-again-after-the-loss-of-our-state",
        "I25",
        "connector/core/plan.py",
        "    hold_left_behind(desk, by_ref)\n",
        "",
        (GONE, "-k", "losing_our_state"),
    ),
    Mutant(
        "a-dry-run-remembers",
        "I26",
        "connector/runs/sync.py",
        "    look = first_look(parts, on_progress, remember=False)\n",
        "    look = first_look(parts, on_progress, remember=True)\n",
        (PROMISES, "-k", "dry_run"),
    ),
    Mutant(
        "an-upgrade-is-left-out",
        "I27",
        "connector/state/upgrade.py",
        '    command.upgrade(config, "head")\n',
        '    command.upgrade(config, "0001")\n',
        ("tests/unit/state/test_upgrade.py",),
    ),
    Mutant(
        "more-calls-than-allowed",
        "I24",
        "connector/systems/session.py",
        "        with self._slots:\n",
        "        if True:\n",
        (SESSION, "-k", "in_flight"),
    ),
    Mutant(
        "retries-without-end",
        "I24",
        "connector/systems/session.py",
        "            stop=stop_after_attempt(retries + 1),\n",
        "            stop=stop_after_attempt(1000 * (retries + 1)),\n",
        (SESSION, "-k", "for_good"),
    ),
    Mutant(
        "any-host-is-spoken-to",
        "I21",
        "connector/systems/session.py",
        "        if not self._allowed(host):\n",
        "        if False:\n",
        (SESSION, "-k", "hosts"),
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
        "    return None not in (ours, record.modified_by) and record.modified_by != ours\n",
        "    return False\n",
        (f"{STORY}test_read_back.py",),
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

REPEATING = (
    Mutant(
        "asked-in-the-order-of-a-set",
        "I28",
        "connector/runs/reading.py",
        "    return tuple(sorted(names))\n",
        "    return tuple(names)\n",
        (LIVES, "-k", "same_calls"),
    ),
)

LIVED = (
    Mutant(
        "a-conversion-fills-what-was-emptied",
        "I2",
        "connector/core/planning/emptied.py",
        "            _empty(desk, event, stale)\n",
        "            continue\n",
        (ATTACK, "-k", "was_emptied_on_a_contact"),
    ),
    Mutant(
        "who-is-held-with-a-late-one-is-forgotten",
        "I8",
        "connector/runs/observing/newcomers.py",
        "(held_together(look) | _leads_alike(look))",
        "_leads_alike(look)",
        (MOVING_ON, "-k", "on_hold_with_one"),
    ),
    Mutant(
        "one-lead-is-two-people",
        "I22",
        "connector/core/planning/found.py",
        "    return list(found.values())\n",
        "    return []\n",
        (MOVING_ON, "-k", "both_systems_convert"),
    ),
    Mutant(
        "only-an-id-tells-the-contact-that-both-made",
        "I3",
        "connector/core/conversion.py",
        "(person.ref.id not in ids and _moved_on_in_netsuite(event))",
        "False",
        (MOVING_ON, "-k", "both_systems_convert"),
    ),
    Mutant(
        "one-contact-is-made-of-two-leads",
        "I3",
        "connector/core/conversion.py",
        "    return [pairs.pop() for pairs in found.values() if len(pairs) == 1]\n",
        "    return [one for pairs in found.values() for one in pairs]\n",
        (MOVING_ON, "-k", "of_two_leads_of_one_person"),
    ),
    Mutant(
        "a-contact-in-a-company-of-another-name-is-a-stranger",
        "I3",
        "connector/runs/observing/events.py",
        "    if _is_gone_and_converted(look, link):\n",
        "    if False:\n",
        (MOVING_ON, "-k", "both_systems_convert"),
    ),
    Mutant(
        "only-its-old-e-mail-tells-what-a-lead-became",
        "I3",
        "connector/core/became.py",
        '    return Keys(known, known | _sought({**lead, "email": None}, places))\n',
        "    return Keys(known, known)\n",
        (MOVING_ON, "-k", "right_before_the_conversion"),
    ),
    Mutant(
        "who-was-renamed-is-not-the-lead-any-more",
        "I3",
        "connector/core/became.py",
        "    for sought in (keys.known | {_with_id(customer.id)}, keys.new, inside):\n",
        "    for sought in (keys.known | {_with_id(customer.id)}, keys.new):\n",
        (MOVING_ON, "-k", "is_renamed_right_before"),
    ),
    Mutant(
        "what-netsuite-converts-just-now-is-not-waited-for",
        "I22",
        "connector/core/conversion.py",
        "(_gone(customer) or _lacks_its_contact(event))",
        "_gone(customer)",
        (MEANWHILE, "-k", "has_converted_elsewhere"),
    ),
    Mutant(
        "one-contact-of-two-leads-is-linked-twice",
        "I22",
        "connector/core/planning/found.py",
        "        if refs.salesforce in found and refs.netsuite in by_ref:\n",
        "        if False:\n",
        (ATTACK, "-k", "one_contact_in_salesforce_and_two_in_netsuite"),
    ),
    Mutant(
        "the-second-contact-of-a-lead-is-made-in-salesforce",
        "I25",
        "connector/core/plan.py",
        "    not_new = conversions.not_yet | hold_second_looks(desk, pairing)\n",
        "    not_new = conversions.not_yet\n",
        (ATTACK, "-k", "second_contact_of_a_converted_lead_is_held"),
    ),
    Mutant(
        "a-contact-of-another-is-taken-for-the-leads",
        "I25",
        "connector/core/became.py",
        "        found = [one for _, one in sorted(alike.items()) if one.claim in (None, link.refs.salesforce)]\n",
        "        found = [one for _, one in sorted(alike.items())]\n",
        (LIVES, "-k", "a-contact-whose-key-names-another"),
    ),
    Mutant(
        "the-contact-of-a-conversion-is-not-waited-for",
        "I2",
        "connector/core/conversion.py",
        "    if _lacks_its_contact(event) and not event.seen_before:\n",
        "    if False:\n",
        (MEANWHILE, "-k", "is_edited_between"),
    ),
    Mutant(
        "what-stands-in-for-an-account-is-no-heir",
        "I2",
        "connector/core/planning/heirs.py",
        "    stand_in = desk.stand_ins.get(prospect)\n",
        "    stand_in = None\n",
        (ATTACK, "-k", "double_of_its_company"),
    ),
    Mutant(
        "the-winner-of-a-merge-takes-no-edit-over",
        "I2",
        "connector/core/planning/found.py",
        "    merged = with_late_edits(desk, observed, refs, merged)\n",
        "",
        (MOVING_ON, "-k", "wins_a_merge"),
    ),
    Mutant(
        "what-is-in-sight-is-not-found-by-its-looks",
        "I1",
        "connector/runs/sync.py",
        "        parts.store.index(sighting.likenesses)\n",
        "        pass\n",
        ("tests/story/test_attack_edits.py", "-k", "once_it_can_be_told"),
    ),
    Mutant(
        "the-source-of-a-create-looks-as-it-did-before",
        "I22",
        "connector/runs/records.py",
        "        likenesses.append((create.source, create.entity, likeness(create.entity, values).carries))\n",
        "",
        (CONVERSION, "-k", "may_have_become_the_contact"),
    ),
    Mutant(
        "who-has-no-email-is-not-found-where-he-went",
        "I22",
        "connector/runs/observing/events.py",
        "    if record is not None and record.deleted and named:\n",
        "    if False:\n",
        (CONVERSION, "-k", "no_email"),
    ),
    Mutant(
        "a-contact-of-a-converted-lead-is-told-by-its-looks-alone",
        "I22",
        "connector/core/planning/remembered.py",
        "        if newcomer.entity is not Entity.PERSON or contact is None:\n",
        "        if True:\n",
        (ATTACK, "-k", "knows_it_not"),
    ),
    Mutant(
        "who-is-told-by-our-key-is-looked-like-by-nobody",
        "I22",
        "connector/core/matching/pair.py",
        "    _by_likeness(alone_yet, _with_carriers(around, children), known, result)\n",
        "    _by_likeness(alone_yet, _with_carriers(around, alone_yet), known, result)\n",
        (ATTACK, "-k", "state_is_lost"),
    ),
    Mutant(
        "a-contact-is-taken-for-new-beside-the-lead-that-it-was",
        "I22",
        "connector/runs/observing/newcomers.py",
        "(held_together(look) | _leads_alike(look))",
        "held_together(look)",
        (MEANWHILE, "-k", "disappears"),
    ),
    Mutant(
        "an-edit-stays-behind-in-a-prospect",
        "I2",
        "connector/core/planning/orphans.py",
        "        elif _is_prospect(event.records.netsuite):\n",
        "        elif False:\n",
        (MOVING_ON, "-k", "in_a_prospect"),
    ),
    Mutant(
        "a-rule-that-rewrites-what-a-conversion-made-is-an-edit",
        "I2",
        "connector/core/conversion.py",
        "            base[name] = values[name]\n",
        "            pass\n",
        (MOVING_ON, "-k", "a_rule_makes"),
    ),
)

MUTANTS = (
    *MERGING,
    *CREATING,
    *READING,
    *STANDING,
    *CONVERTING,
    *VALUES,
    *DECIDING,
    *BRAKING,
    *REPEATING,
    *LIVED,
)
