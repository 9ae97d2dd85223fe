"""What the store knows, without asking either system."""

from __future__ import annotations

from connector.core.ports import Store
from connector.core.schema import Entity, SystemName
from connector.runs.account import types_of
from connector.runs.report import StatusReport


def status(store: Store) -> StatusReport:
    """Links, holds, cursors and the last runs."""
    return StatusReport(
        identity=store.identity(),
        links={str(entity): sum(1 for _ in store.iter_links(entity)) for entity in Entity},
        holds=tuple(one.hold for one in store.open_holds() if not one.ignored_by),
        pending=len(store.pending_intents()),
        rechecks=len(store.rechecks()),
        cursors={
            f"{system}.{type_}": cursor
            for system in SystemName
            for type_ in types_of(system)
            if (cursor := store.cursor(system, type_))
        },
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
    )
