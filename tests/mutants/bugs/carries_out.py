"""Bugs in what is read, written and remembered."""

from __future__ import annotations

from tests.mutants.bugs.where import FAULTS, GONE, LIVES, NETSUITE, OPEN_LEADS, PROMISES, SALESFORCE, SESSION, STORE
from tests.mutants.planting import Mutant

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
        "    aside |= left_behind(desk, by_ref)\n",
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
