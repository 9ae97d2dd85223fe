"""The plan as a promise: draw it up, and later carry out exactly its actions.

Before anything is written, every record that an action was decided from is read again. An action of which one moved
since is skipped and named; what is in place already is not written a second time. There is one pass and no second
look: nothing outside the plan is written. Cursors stay where they are, so that the next sync sees everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.core.brakes import check_identity
from connector.core.flow import Hold, Ref, RunRecord, Settle, SourceRecord
from connector.core.plan_file import PlanFile, Seen, Step, decided_from, digest, link_ids
from connector.core.schema import SystemName
from connector.errors import BrakePulled, PlanUnfit
from connector.runs.account import checked, identities
from connector.runs.apply import apply
from connector.runs.braking import let_through, pulled_by
from connector.runs.in_place import in_place
from connector.runs.parts import Parts, Progress, silent
from connector.runs.reading import read
from connector.runs.recover import recover
from connector.runs.report import PlanReport, action_data, hold_data, nested
from connector.runs.sync import preview
from connector.runs.work import Applied, Work, chunks

_STEPS_AT_ONCE = 500


def draw_up(parts: Parts, on_progress: Progress = silent) -> tuple[PlanReport, PlanFile]:
    """What a sync would do now, with everything that must still be true when it is carried out. Writes nothing."""
    found = preview(parts, on_progress)
    actions = [action for action in found.plan.actions if not isinstance(action, Hold)]
    links = parts.store.links_by_id({id_ for action in actions for id_ in link_ids(action)})
    sources = [decided_from(action, links) for action in actions]
    wanted = {ref for several in sources for ref in several}
    records = {**read(found.parts, wanted - found.sighting.records.keys()), **found.sighting.records}
    seen = _seen(parts, {ref: records[ref] for ref in wanted})
    steps = [
        Step(action, {ref: seen[ref] for ref in several}) for action, several in zip(actions, sources, strict=True)
    ]
    now, mappings = parts.clock.now(), parts.mappings.fingerprint
    return PlanReport(found.plan, found.brake, found.advice), PlanFile(
        now, found.accounts, mappings, tuple(steps), found.plan.stand_ins
    )


def _seen(parts: Parts, records: Mapping[Ref, SourceRecord]) -> dict[Ref, Seen]:
    """What a plan may depend on of records as they are now."""
    links: dict[Ref, set[int]] = {ref: set() for ref in records}
    for found in (parts.store.links(records), parts.store.lead_links(records)):
        for ref, link in found.items():
            if link.state == "active":
                links[ref].add(link.id)
    return {ref: Seen(digest(record), tuple(sorted(links[ref]))) for ref, record in records.items()}


# --- carrying out ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """A step that was skipped, and why: by record, what became of it since."""

    step: Step
    why: Mapping[Ref, str]

    def data(self) -> dict[str, Any]:
        moved = [{"record": str(ref), "why": why} for ref, why in sorted(self.why.items())]
        return {**action_data(self.step.action), "moved": moved}


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What became of a plan file. `planned`: its actions; `done_before`: how many of them were in place already;
    `holds`: writes that were refused; the rest as in a sync's report."""

    run: int
    started_at: datetime
    seconds: float
    made_at: datetime
    planned: int
    done_before: int
    moved: tuple[Moved, ...]
    counts: Mapping[str, int]
    holds: tuple[Hold, ...]
    brake: str
    released: tuple[str, ...]
    ended: str

    def data(self) -> dict[str, Any]:
        undone = ("refused", "unknown", "deferred", "moved")
        late = any(count and name.rpartition(".")[2] in undone for name, count in self.counts.items())
        return {
            "run": self.run,
            "started_at": self.started_at.isoformat(),
            "seconds": round(self.seconds, 3),
            "made_at": self.made_at.isoformat(),
            "planned": self.planned,
            "done_before": self.done_before,
            "moved": [one.data() for one in self.moved],
            "counts": nested(self.counts),
            "holds": [hold_data(hold) for hold in self.holds],
            "brake": self.brake,
            "released": list(self.released),
            "incomplete": bool(late or self.moved or self.holds),
            "ended": self.ended,
        }


@dataclass(slots=True)
class _Judged:
    """The steps of a plan by what may be done about them now."""

    ready: list[Step] = field(default_factory=list)
    done_before: list[Step] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)


def perform(parts: Parts, file: PlanFile, on_progress: Progress = silent) -> ApplyReport:
    """Carry out the actions of `file` that still are what was decided on. Raises PlanUnfit and BrakePulled before
    anything is written, StateLocked, and what else stops a whole run."""
    started = parts.clock.now()
    with parts.store.lock():
        _refuse_unfit(parts, file)
        parts, _ = checked(parts, believed_seconds=0)
        run_id = parts.store.start_run("apply", started)
        applied, ended = Applied(), "not finished"
        try:
            recover(parts)
            judged = _judge(Work(parts, file.plan(()), run_id, on_progress, applied), file)
            plan = file.plan(judged.ready)
            plan, released, brake = let_through(parts, plan, pulled_by(parts, plan))
            applied.counts.update({f"brakes.{one.name}.released": 1 for one in released})
            apply(parts, plan, run_id, on_progress, applied)
            parts.store.put_holds([*plan.of(Hold), *applied.failures], run_id, parts.clock.now())
            ended = "done"
        except BrakePulled as pulled:
            ended = f"stopped by a brake: {pulled}"
            raise
        finally:
            now = parts.clock.now()
            parts.store.end_run(RunRecord(run_id, started, now, "apply", dict(applied.counts), 1, ended))
    return ApplyReport(
        run=run_id,
        started_at=started,
        seconds=(now - started).total_seconds(),
        made_at=file.made_at,
        planned=_told(file.steps),
        done_before=_told(judged.done_before),
        moved=tuple(one for one in judged.moved if not isinstance(one.step.action, Settle)),
        counts=applied.counts,
        holds=tuple(applied.failures),
        brake=brake,
        released=tuple(f"released by --allow {one.name}: {one.what}" for one in released),
        ended=ended,
    )


def _refuse_unfit(parts: Parts, file: PlanFile) -> None:
    found = identities(parts)
    for system in SystemName:
        if file.accounts.of(system) != found.of(system):
            raise BrakePulled(
                f"this plan is for {system.title} account {file.accounts.of(system)}, but the credentials lead to "
                f"{found.of(system)}; nothing was changed"
            )
    check_identity(parts.store.identity(), found)
    if file.mappings != parts.mappings.fingerprint:
        raise PlanUnfit("the mapping files were changed since the plan was made: make a new one; nothing was changed")
    parts.store.set_identity(found)


def _told(steps: Iterable[Step]) -> int:
    """Actions as people count them: what is only remembered is none."""
    return sum(not isinstance(step.action, Settle) for step in steps)


def _judge(work: Work, file: PlanFile) -> _Judged:
    """Read again what every step was decided from, and sort the steps."""
    judged, done = _Judged(), 0
    for chunk in chunks(file.steps, _STEPS_AT_ONCE):
        refs = {ref for step in chunk for ref in step.decided_from}
        records = read(work.parts, refs)
        now = _seen(work.parts, records)
        for step in chunk:
            why = dict(_changes(step, records, now))
            if in_place(work, step.action, records):
                judged.done_before.append(step)
            elif why:
                judged.moved.append(Moved(step, why))
            else:
                judged.ready.append(step)
        done += len(chunk)
        work.progress("looking again at what the plan was made from", done, len(file.steps))
    return judged


def _changes(step: Step, records: Mapping[Ref, SourceRecord], now: Mapping[Ref, Seen]) -> Iterator[tuple[Ref, str]]:
    for ref, before in step.decided_from.items():
        record = records[ref]
        if now[ref] == before:
            continue
        if record.deleted:
            yield ref, "it is gone"
        elif record.converted is not None:
            yield ref, "it was converted"
        elif now[ref].links != before.links:
            yield ref, "it is linked otherwise now"
        else:
            yield ref, "it was edited"
