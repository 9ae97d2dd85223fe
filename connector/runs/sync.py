"""A run: look, plan, check the brakes, carry out, and look again while something wants following up.

`make_plan` is the same line without the last part; a dry run is `make_plan` with a report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from connector.core import plan as planner
from connector.core.brakes import check_identity, check_mass_change
from connector.core.flow import Create, Hold, Plan, Ref, RunRecord
from connector.core.planning.parents import hold_orphans, parents
from connector.core.scene import Account
from connector.core.schema import Entity, SystemName
from connector.errors import BrakePulled, Throttled
from connector.runs.account import checked, identities, mappings_changed
from connector.runs.apply import apply
from connector.runs.coverage import uncarried
from connector.runs.observe import Sighting, observe
from connector.runs.parts import Parts, Progress, silent
from connector.runs.recover import recover
from connector.runs.report import PlanReport, SyncReport, unique
from connector.runs.work import Applied, Conversed


def make_plan(parts: Parts, on_progress: Progress = silent) -> PlanReport:
    """What a sync would do now. Reads both systems, writes nothing anywhere, our own state included."""
    check_identity(parts.store.identity(), identities(parts))
    account = checked(parts, remember=False)
    sighting = observe(parts, account, on_progress, everything=mappings_changed(parts))
    plan = _plan(parts, sighting, account)
    return PlanReport(plan, brake=_brake(parts, plan))


def sync(parts: Parts, *, dry_run: bool = False, on_progress: Progress = silent) -> SyncReport:
    """Bring both systems to the same story. Raises StateLocked, AuthFailed, BrakePulled and other ConnectorErrors
    that stop a whole run; what concerns one record is a hold in the report."""
    started = parts.clock.now()
    if dry_run:
        preview = make_plan(parts, on_progress)
        return _dry_report(parts, started, preview)
    with parts.store.lock():
        return _run(parts, started, on_progress)


@dataclass(slots=True)
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    holds: list[Hold] = field(default_factory=list)
    conversions: list[dict[str, str]] = field(default_factory=list)
    types: set[tuple[SystemName, str]] = field(default_factory=set)
    passes: int = 0


def _run(parts: Parts, started: datetime, progress: Progress) -> SyncReport:
    first = parts.store.identity() is None
    found = identities(parts)
    check_identity(parts.store.identity(), found)
    parts.store.set_identity(found)
    account = checked(parts)
    run_id = parts.store.start_run("sync", started)
    _retry_refused(parts)
    tally, ended = _Tally(), "not finished"
    calls = {system: one.calls_made() for system, one in parts.systems}
    try:
        recovered = recover(parts)
        ended = _passes(parts, account, run_id, tally, progress)
    finally:
        parts.store.end_run(_record(run_id, started, parts, tally, ended))
    return SyncReport(
        mode="sync",
        run=run_id,
        started_at=started,
        seconds=(parts.clock.now() - started).total_seconds(),
        passes=tally.passes,
        counts=tally.counts,
        holds=unique(tally.holds),
        open_holds=len(parts.store.open_holds()),
        conversions=tuple(tally.conversions),
        uncarried=uncarried(parts, account, tally.types) if first else (),
        calls={str(system): one.calls_made() - calls[system] for system, one in parts.systems},
        recovered=recovered,
        ended=ended,
    )


def _retry_refused(parts: Parts) -> None:
    """A refusal may have ended without the record changing (a lock, a rule): refused records are tried again, but
    only once in a while, so that one that stays refused costs little."""
    now = parts.clock.now()
    kept = parts.store.cached(SystemName.NETSUITE, "refused_retried")
    if kept is not None and (now - kept[1]).total_seconds() < parts.settings.retry_refused_seconds:
        return
    held = (one.hold for one in parts.store.open_holds() if one.hold.kind == "refused")
    parts.store.add_recheck({ref for hold in held for _, ref in hold.refs if ref}, "refused earlier")
    parts.store.cache(SystemName.NETSUITE, "refused_retried", True, now)


def _passes(parts: Parts, account: Account, run_id: int, tally: _Tally, progress: Progress) -> str:
    for number in range(parts.settings.max_passes):
        sighting = observe(parts, account, progress, everything=number == 0 and mappings_changed(parts))
        tally.types.update((ref.system, ref.type) for ref in sighting.refs)
        plan = _plan(parts, sighting, account)
        if number == 0:
            _check_brakes(parts, plan)
        applied = Applied()
        try:
            apply(parts, plan, run_id, progress, applied)
        except Throttled as limit:
            return f"stopped early, the next run goes on: {limit}"
        finally:
            _note(tally, plan, applied, number)
        _conclude(parts, run_id, sighting, plan, applied)
        if not applied.again:
            break
    return "done"


def _plan(parts: Parts, sighting: Sighting, account: Account) -> Plan:
    plan = planner.make_plan(sighting.scene, parts.mappings, account)
    return hold_orphans(plan, _linked_parents(parts, plan))


def _linked_parents(parts: Parts, plan: Plan) -> Iterable[Ref]:
    wanted = {ref for action in plan.of(Create) for ref in parents(action.fields)}
    return (ref for ref, link in parts.store.links(wanted).items() if link.state == "active")


def _conclude(parts: Parts, run_id: int, sighting: Sighting, plan: Plan, applied: Applied) -> None:
    """Everything that was seen has an outcome now: remember that, cursors last, in one transaction."""
    now = parts.clock.now()
    holds = unique([*plan.of(Hold), *applied.failures])
    with parts.store.transaction():
        parts.store.clear_holds(sighting.refs, now)
        parts.store.put_holds(holds, run_id, now)
        parts.store.add_recheck(_undecided(holds), "a conversion waits for a decision")
        parts.store.index(sighting.likenesses)
        parts.store.forget(_deleted(sighting))
        parts.store.clear_rechecks(set(sighting.rechecked) - applied.queued - set(_undecided(holds)))
        for (system, type_), cursor in sighting.cursors.items():
            parts.store.set_cursor(system, type_, cursor)
        parts.store.cache(SystemName.NETSUITE, "mappings", parts.mappings.fingerprint, now)


def _undecided(holds: Iterable[Hold]) -> list[Ref]:
    """Leads whose conversion cannot go on yet: what holds it up may change without either record changing."""
    waiting = (one for one in holds if one.entity is Entity.LEAD and one.kind in ("ambiguous", "stage") and one.link_id)
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


def _check_brakes(parts: Parts, plan: Plan) -> None:
    if "mass-change" in parts.settings.allow:
        return
    linked = sum(1 for _ in parts.store.iter_links())
    check_mass_change(plan, linked, parts.settings.limits)


def _brake(parts: Parts, plan: Plan) -> str:
    try:
        _check_brakes(parts, plan)
    except BrakePulled as pulled:
        return str(pulled)
    return ""


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
