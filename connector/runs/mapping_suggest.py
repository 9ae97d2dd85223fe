"""What the mapping files lack: rows for list values that were met and are held, and lines for fields that both
accounts have. Reads both systems and our state; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connector.core.mapping.drift import drift, without
from connector.core.mapping.suggest import UnknownValue, unmapped_lines
from connector.runs.account import fitted_before, inspect, naming
from connector.runs.advice import Advice, advice, unknown_in
from connector.runs.parts import Parts, Progress, silent
from connector.runs.reading import read


def suggest(parts: Parts, on_progress: Progress = silent) -> Advice:
    """Rows first, then lines."""
    on_progress("asking both accounts for their fields", 0, None)
    account = inspect(parts, remember=False, believed_seconds=0)
    before = fitted_before(parts)
    parts = naming(parts, account.infos, before)
    changed = drift(parts.mappings, before, account.infos)
    readable = replace(parts, mappings=without(parts.mappings, changed))
    found = advice(readable, replace(account, drift=changed), _held(readable))
    return replace(found, proposals=(*found.proposals, *unmapped_lines(parts.mappings, account.infos)))


def _held(parts: Parts) -> Iterator[UnknownValue]:
    """The list values for which fields are held, as their records are now."""
    holds = [one.hold for one in parts.store.open_holds() if one.hold.kind == "value" and one.hold.field]
    records = read(parts, {ref for hold in holds for _, ref in hold.refs if ref is not None})
    for hold in holds:
        for _, ref in hold.refs:
            if ref is not None and ref in records:
                yield from unknown_in(parts.mappings, hold.entity, records[ref], [str(hold.field)])
