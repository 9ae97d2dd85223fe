"""A run: look, plan, check the brakes, carry out, and look again while something wants following up.

`make_plan` is the same line without the last part; a dry run is `make_plan` with a report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.core.brakes import DELETES, Pulled, Refusals, check_identity
from connector.core.flow import Hold, Pair, Plan, Ref, RunRecord
from connector.core.mapping.suggest import UnknownValue
from connector.core.planning.gone import waits, without_deletes
from connector.core.planning.heirs import passed_over
from connector.core.planning.orphans import STAYS_IN_USE
from connector.core.planning.tugs import LATELY
from connector.core.schema import Entity, SystemName
from connector.errors import BrakePulled, Throttled
from connector.runs.account import checked, identities, mappings_changed, remember_mappings
from connector.runs.advice import Advice, advice, unknown_values
from connector.runs.answers import fates, still_asked, untold, without_ignored
from connector.runs.apply import apply
from connector.runs.braking import HELD_BY_BRAKE, let_through, pulled_by, pulled_by_deletes, pulled_by_sight
from connector.runs.coverage import uncarried
from connector.runs.double_keys import double_key_holds
from connector.runs.doubts import smaller_doubts
from connector.runs.first_look import FirstLook, first_look, plan_of
from connector.runs.observe import Sighting, observe
from connector.runs.parts import Parts, Progress, silent
from connector.runs.recover import recover
from connector.runs.report import PlanReport, SyncReport, unique
from connector.runs.work import Applied, Conversed

OVERRULED_KEPT = timedelta(days=90)
"""How long a value that lost can be found."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sync would do now and with which accounts, from what it was decided, and the brakes that would stop it.
    `parts`: as in `checked`."""

    parts: Parts
    accounts: Pair[str]
    sighting: Sighting
    plan: Plan
    brake: str
    advice: Advice


def make_plan(parts: Parts, on_progress: Progress = silent) -> PlanReport:
    """What a sync would do now. Reads both systems, writes nothing anywhere, our own state included."""
    found = preview(parts, on_progress)
    return PlanReport(without_ignored(parts.store, found.plan), found.brake, found.advice)


def preview(parts: Parts, on_progress: Progress = silent) -> Preview:
    """The same, with what it was decided from."""
    accounts = identities(parts)
    check_identity(parts.store.identity(), accounts)
    look = first_look(parts, on_progress, remember=False)
    parts, account, sighting, plan = look.parts, look.account, look.sighting, look.plan
    pulled = (*pulled_by_sight(parts, sighting), *pulled_by(parts, plan))
    stopping = [one for one in pulled if one.name not in parts.settings.allow]
    if any(one.name == DELETES for one in stopping):
        plan = without_deletes(plan, HELD_BY_BRAKE)
    told = advice(parts, account, unknown_values(parts.mappings, sighting.scene))
    return Preview(parts, accounts, sighting, plan, "; ".join(map(str, stopping)), told)


def sync(parts: Parts, *, dry_run: bool = False, on_progress: Progress = silent) -> SyncReport:
    """Bring both systems to the same story. Raises StateLocked, AuthFailed, BrakePulled and other ConnectorErrors
    that stop a whole run; what concerns one record is a hold in the report."""
    started = parts.clock.now()
    if dry_run:
        return _dry_report(parts, started, make_plan(parts, on_progress))
    with parts.store.lock():
        return _run(parts, started, on_progress)


@dataclass(slots=True)
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    holds: list[Hold] = field(default_factory=list)
    conversions: list[dict[str, str]] = field(default_factory=list)
    types: set[tuple[SystemName, str]] = field(default_factory=set)
    unknown: set[UnknownValue] = field(default_factory=set)
    refusals: Refusals = field(default_factory=Refusals)
    released: dict[str, str] = field(default_factory=dict)
    brake: str = ""
    passes: int = 0


def _run(parts: Parts, started: datetime, progress: Progress) -> SyncReport:
    before, found = parts.store.identity(), identities(parts)
    check_identity(before, found)
    parts.store.set_identity(found)
    # Files that no run has seen must fit before anything is touched.
    known = checked(parts) if mappings_changed(parts) else None
    run_id = parts.store.start_run("sync", started)
    parts.store.prune(overruled_before=started - OVERRULED_KEPT, written_before=started - LATELY)
    _remember_deletes(parts)
    tally, ended = _Tally(refusals=Refusals(_refused_before(parts))), "not finished"
    calls = {system: one.calls_made() for system, one in parts.systems}
    try:
        recovered = recover(parts)
        look = first_look(parts, progress, remember=True, known=known)
        ended = _passes(look, run_id, tally, progress)
    except BrakePulled as pulled:
        ended = f"stopped by a brake: {pulled}"
        raise
    finally:
        _note_release(tally, tally.refusals.pulled(parts.settings.limits), parts.settings.allow)
        parts.store.end_run(_record(run_id, started, parts, tally, ended))
    return SyncReport(
        mode="sync",
        run=run_id,
        started_at=started,
        seconds=(parts.clock.now() - started).total_seconds(),
        passes=tally.passes,
        counts=tally.counts,
        holds=unique(untold(parts.store, tally.holds)),
        open_holds=sum(not one.ignored_by for one in parts.store.open_holds()),
        conversions=tuple(tally.conversions),
        uncarried=uncarried(look.parts, look.account, tally.types) if before is None else (),
        calls={str(system): one.calls_made() - calls[system] for system, one in parts.systems},
        recovered=recovered,
        brake=tally.brake,
        released=tuple(tally.released.values()),
        ended=ended,
        advice=advice(look.parts, look.account, tally.unknown),
    )


def _remember_deletes(parts: Parts) -> None:
    """Deletes that were seen before, and waited for a decision: no cursor shows them twice."""
    if parts.settings.follow_deletes:
        waiting = (one.hold for one in parts.store.open_holds() if waits(one.hold))
        parts.store.add_recheck({ref for hold in waiting for _, ref in hold.refs if ref}, "deleted on one side")


def _refused_before(parts: Parts) -> frozenset[Ref]:
    held = (one.hold for one in parts.store.open_holds() if one.hold.kind == "refused" or waits(one.hold))
    return frozenset(ref for hold in held for _, ref in hold.refs if ref is not None)


def _passes(look: FirstLook, run_id: int, tally: _Tally, progress: Progress) -> str:
    parts, account, sighting, plan = look.parts, look.account, look.sighting, look.plan
    for number in range(parts.settings.max_passes):
        if number > 0:
            sighting = observe(parts, account, progress)
            plan = plan_of(parts, sighting, account)
        tally.types.update((ref.system, ref.type) for ref in sighting.records)
        tally.unknown.update(unknown_values(parts.mappings, sighting.scene))
        plan = _braked(parts, sighting, plan, tally, first=number == 0)
        applied = Applied(refusals=tally.refusals)
        remember_looks(parts, sighting)
        try:
            apply(parts, plan, run_id, progress, applied)
        except Throttled as limit:
            return f"stopped early, the next run goes on: {limit}"
        finally:
            _note(tally, plan, applied, number)
        conclude(parts, run_id, sighting, plan, applied)
        if not applied.again:
            break
    return "done"


def _braked(parts: Parts, sighting: Sighting, plan: Plan, tally: _Tally, *, first: bool) -> Plan:
    """What the brakes let through. Only the first pass is measured by its size: what follows from it is its doing."""
    by_size = pulled_by(parts, plan) if first else tuple(filter(None, [pulled_by_deletes(parts, plan)]))
    plan, released, stopped = let_through(parts, plan, (*pulled_by_sight(parts, sighting), *by_size))
    tally.brake = tally.brake or stopped
    for one in released:
        _note_release(tally, one, parts.settings.allow)
    return plan


def _note_release(tally: _Tally, pulled: Pulled | None, allow: Collection[str]) -> None:
    if pulled is not None and pulled.name in allow and pulled.name not in tally.released:
        tally.released[pulled.name] = f"released by --allow {pulled.name}: {pulled.what}"
        tally.counts[f"brakes.{pulled.name}.released"] += 1


def remember_looks(parts: Parts, sighting: Sighting) -> None:
    """What is in sight is found by what it looks like from now on. Before anything is written: an organization that
    this pass links asks for its people, and who was made by a run that died is not shown again."""
    if sighting.likenesses:
        parts.store.index(sighting.likenesses)


def conclude(parts: Parts, run_id: int, sighting: Sighting, plan: Plan, applied: Applied) -> None:
    """Everything that was seen has an outcome now: remember that, cursors last, in one transaction."""
    now = parts.clock.now()
    holds = unique([*plan.of(Hold), *applied.failures])
    with parts.store.transaction():
        parts.store.put_holds(holds, run_id, now)
        closed = fates(sighting.scene.answers, plan, applied.in_trouble)
        asked = still_asked(sighting.scene.answers, closed)
        kept = [*holds, *applied.resting, *asked, *double_key_holds(parts.store)]
        over = passed_over(sighting.scene, parts.mappings, plan, kept, run_id, now)
        parts.store.put_overruled(list(over))
        parts.store.clear_holds(sighting.records, now, keep=kept)
        parts.store.close_answers(closed, now)
        parts.store.add_recheck(_undecided(holds), "a conversion waits for a decision")
        parts.store.forget(_deleted(sighting))
        parts.store.clear_rechecks(set(sighting.rechecked) - applied.queued - set(_undecided(holds)))
        doubts = smaller_doubts(parts.store, sighting.scene)
        parts.store.add_recheck(doubts, "what it looks like has found its place")
        applied.again = applied.again or bool(doubts)
        parts.store.set_cursors(sighting.cursors)
        remember_mappings(parts)


def _undecided(holds: Iterable[Hold]) -> list[Ref]:
    """Leads whose conversion cannot go on yet: what holds it up may change without either record changing."""
    leads = (one for one in holds if one.entity is Entity.LEAD and one.link_id is not None)
    waiting = (one for one in leads if one.kind in ("ambiguous", "stage") or one.code == STAYS_IN_USE)
    return [ref for hold in waiting for _, ref in hold.refs if ref is not None]


def _deleted(sighting: Sighting) -> Iterable[Ref]:
    return (gone.link.refs.of(gone.system) for gone in sighting.scene.gone)


def _note(tally: _Tally, plan: Plan, applied: Applied, number: int) -> None:
    tally.passes = number + 1
    tally.counts.update(applied.counts)
    fresh = [*plan.of(Hold), *applied.failures]
    seen = {ref for hold in fresh for _, ref in hold.refs if ref}
    tally.holds = [hold for hold in tally.holds if not any(ref in seen for _, ref in hold.refs)] + fresh
    tally.conversions += [_conversion(one) for one in applied.conversions]


def _conversion(one: Conversed) -> dict[str, str]:
    became = {ref.type.lower(): str(ref) for ref in one.became}
    return {
        "netsuite": str(one.lead.netsuite),
        "lead": str(one.lead.salesforce),
        "account": became.get("account", ""),
        "contact": became.get("contact", ""),
        "opportunity": became.get("opportunity", ""),
        "reason": one.reason,
    }


def _record(run_id: int, started: datetime, parts: Parts, tally: _Tally, ended: str) -> RunRecord:
    return RunRecord(run_id, started, parts.clock.now(), "sync", dict(tally.counts), tally.passes, ended)


def _dry_report(parts: Parts, started: datetime, preview: PlanReport) -> SyncReport:
    return SyncReport(
        mode="dry-run",
        run=0,
        started_at=started,
        seconds=(parts.clock.now() - started).total_seconds(),
        passes=1,
        counts={},
        holds=unique(preview.plan.of(Hold)),
        plan=preview,
        ended=preview.brake or "done",
    )
