"""What accounts changed lately, remembered when it is noticed: the run after sees nothing new in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from connector.core.mapping.drift import Change
from connector.core.ports import Store
from connector.core.schema import SystemName

KEPT = timedelta(days=30)
"""How long a change is told."""
_NOTICED: Final = "noticed changes"


def note(store: Store, changes: Iterable[Change], now: datetime) -> None:
    """Remember changes with the time at which they were first noticed; what is older than `KEPT` is forgotten."""
    before = _remembered(store)
    found = dict.fromkeys(changes, now) | before
    if len(found) == len(before):
        return
    kept = [asdict(change) | {"at": at.isoformat()} for change, at in found.items() if now - at < KEPT]
    store.cache(SystemName.NETSUITE, _NOTICED, kept, now)


def noticed(store: Store, now: datetime) -> tuple[Change, ...]:
    """The changes of the last days, newest first."""
    found = sorted(_remembered(store).items(), key=lambda one: one[1], reverse=True)
    return tuple(change for change, at in found if now - at < KEPT)


def _remembered(store: Store) -> dict[Change, datetime]:
    kept = store.cached(SystemName.NETSUITE, _NOTICED)
    return dict(map(_change, kept[0])) if kept else {}


def _change(data: Mapping[str, Any]) -> tuple[Change, datetime]:
    facts = {name: value for name, value in data.items() if name != "at"}
    return Change(**{**facts, "system": SystemName(facts["system"])}), datetime.fromisoformat(data["at"])
