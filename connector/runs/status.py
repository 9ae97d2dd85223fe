"""What the store knows, without asking either system."""

from __future__ import annotations

from connector.core.mapping.drift import Drift, drift
from connector.core.schema import Entity
from connector.runs.account import fitted_before, remembered
from connector.runs.advice import NO_ADVICE, Advice, known_rows
from connector.runs.noticed import noticed
from connector.runs.parts import Parts
from connector.runs.report import StatusReport


def status(parts: Parts) -> StatusReport:
    """Links, holds, cursors, the last runs, and what the accounts changed lately."""
    store = parts.store
    return StatusReport(
        identity=store.identity(),
        links={str(entity): sum(1 for _ in store.iter_links(entity)) for entity in Entity},
        holds=tuple(one.hold for one in store.open_holds() if not one.ignored_by),
        pending=len(store.pending_intents()),
        rechecks=len(store.rechecks()),
        cursors={f"{system}.{type_}": cursor for (system, type_), cursor in sorted(store.cursors().items())},
        runs=tuple(
            {
                "run": run.id,
                "mode": run.mode,
                "started_at": run.started_at.isoformat(),
                "ended_at": run.ended_at.isoformat() if run.ended_at else None,
                "passes": run.passes,
                "ended": run.ended,
                "counts": dict(run.counts),
            }
            for run in store.runs()
        ),
        advice=_advice(parts),
    )


def _advice(parts: Parts) -> Advice:
    """The lines that wait with the files as they are now, what was noticed lately, and the rows for new values."""
    kept = remembered(parts)
    if kept is None:
        return NO_ADVICE
    changes = noticed(parts.store, parts.clock.now())
    found = drift(parts.mappings, fitted_before(parts), kept[0])
    rows = known_rows(parts.mappings, kept[0], changes)
    return Advice(Drift(changes, found.held, found.creates, found.constants), rows)
