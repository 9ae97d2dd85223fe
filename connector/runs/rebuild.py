"""Build up our own state anew from the two systems, writing nothing to either.

Every link is found again by the keys on the records, then by likeness, as in a first run. Fields that are equal are
settled, different ones are held; what a sync would write now is left to the next one, which is told to look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connector.core.flow import Action, Hold, LinkUp, Pair, Plan, Ref, RunRecord, Settle
from connector.core.plan_file import decided_from, link_ids
from connector.errors import StateError
from connector.runs.account import checked, identities
from connector.runs.apply import apply
from connector.runs.braking import let_through, pulled_by_sight
from connector.runs.first_look import plan_of
from connector.runs.observe import observe
from connector.runs.parts import Parts, Progress, silent
from connector.runs.report import action_data, hold_data
from connector.runs.sync import conclude, remember_looks
from connector.runs.work import Applied


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What was found. `links`: by canonical thing; `left`: actions of the next sync, by verb; `kept`: where the
    state from before is."""

    run: int
    started_at: datetime
    seconds: float
    links: Mapping[str, int]
    holds: tuple[Hold, ...]
    left: Mapping[str, int]
    kept: str

    def data(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "started_at": self.started_at.isoformat(),
            "seconds": round(self.seconds, 3),
            "links": dict(self.links),
            "holds": [hold_data(hold) for hold in self.holds],
            "left": dict(self.left),
            "kept": self.kept,
        }


def rebuild(parts: Parts, on_progress: Progress = silent, *, kept: str = "") -> RebuildReport:
    """Fill an empty store. StateError for one that is not empty; BrakePulled where a system shows too little."""
    started = parts.clock.now()
    if parts.store.identity() is not None:
        raise StateError("this state is in use\n  `connector state rebuild` sets it aside first")
    with parts.store.lock():
        parts.store.set_identity(identities(parts))
        parts, account = checked(parts, believed_seconds=0)
        run_id = parts.store.start_run("rebuild", started)
        ended, applied = "not finished", Applied()
        try:
            sighting = observe(parts, account, on_progress, everything=True)
            plan = plan_of(parts, sighting, account)
            let_through(parts, plan, pulled_by_sight(parts, sighting))
            known, left = _remembered(plan), list(_left(plan))
            remember_looks(parts, sighting)
            apply(parts, known, run_id, on_progress, applied)
            conclude(parts, run_id, sighting, known, applied)
            parts.store.add_recheck(_records(parts, left), "not written by the rebuilding")
            ended = "done"
        finally:
            now = parts.clock.now()
            parts.store.end_run(RunRecord(run_id, started, now, "rebuild", dict(applied.counts), 1, ended))
    return RebuildReport(
        run=run_id,
        started_at=started,
        seconds=(now - started).total_seconds(),
        links=Counter(str(link.entity) for link in parts.store.iter_links()),
        holds=plan.of(Hold),
        left=Counter(action_data(action)["verb"] for action in left),
        kept=kept,
    )


def _remembered(plan: Plan) -> Plan:
    """What of a plan stays within our state: no key is written, and what waits for a person is held."""
    actions = (
        replace(action, keys=Pair(False, False)) if isinstance(action, LinkUp) else action
        for action in plan.actions
        if isinstance(action, LinkUp | Settle | Hold)
    )
    return replace(plan, actions=tuple(actions))


def _left(plan: Plan) -> Iterator[Action]:
    """What a sync would write: among it our key, on records that were found by likeness."""
    for action in plan.actions:
        if not isinstance(action, Settle | Hold | LinkUp) or (isinstance(action, LinkUp) and any(_keyless(action))):
            yield action


def _keyless(action: LinkUp) -> Iterator[bool]:
    return (needed for _, needed in action.keys)


def _records(parts: Parts, left: list[Action]) -> set[Ref]:
    links = parts.store.links_by_id({id_ for action in left for id_ in link_ids(action)})
    return {ref for action in left for ref in decided_from(action, links)}
