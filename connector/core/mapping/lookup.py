"""Lookups: a value of one side found on the other by what people on both sides know it by.

The lists are live records (who is a user today, which subsidiaries there are), so they are handed in from outside
before a run: `LiveLists`, by side, list and id. Where a side has no list, its field holds the name or code itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.flow import Pair, Raw
from connector.core.mapping.codecs import Codec, Unfit, as_text, text_key
from connector.core.mapping.lenses import SaysNothing
from connector.core.schema import SystemName, Value

LiveLists = Pair[Mapping[str, Mapping[str, str]]]
"""By side: name of the list -> id -> what its record is known by (e-mail, name, code). Live records only."""

NO_LISTS: LiveLists = Pair({}, {})


@dataclass(frozen=True, slots=True)
class ListSource:
    """Where a side keeps a list: the record type, and the field by which people know a record."""

    type: str
    key_field: str


@dataclass(frozen=True, slots=True)
class ListKind:
    """A list that can be looked up. `known_by`: what its records are known by. A side without a source holds that
    itself in the mapped field."""

    sources: Pair[ListSource | None]
    known_by: str


LISTS: Mapping[str, ListKind] = {
    "owners": ListKind(Pair(ListSource("employee", "email"), ListSource("User", "Email")), "e-mail"),
    "subsidiaries": ListKind(Pair(ListSource("subsidiary", "name"), None), "name"),
    "currencies": ListKind(Pair(ListSource("currency", "symbol"), None), "code"),
    "lead_sources": ListKind(Pair(ListSource("leadsource", "name"), None), "name"),
}
"""All lists, by the name that `lookup:` takes."""


def looked_up(name: str, lists: LiveLists, unknown: str) -> Codec:
    """A codec whose canonical value is what a record of the list is known by. `unknown` says what a value means that
    no live record has: see `FieldLine.unknown`."""
    sides = Pair(*(_side(name, system, lists, unknown) for system in SystemName))
    return Codec(
        Pair(sides.netsuite[0], sides.salesforce[0]),
        Pair(sides.netsuite[1], sides.salesforce[1]),
        lambda value: text_key(value).casefold(),
        lossy=True,
    )


def _side(
    name: str, system: SystemName, lists: LiveLists, unknown: str
) -> tuple[Callable[[Any], Value], Callable[[Any], Raw]]:
    kind = LISTS[name]
    if kind.sources.of(system) is None:
        return as_text, lambda value: str(value)
    known = lists.of(system).get(name)
    keys = known or {}
    ids: dict[str, list[str]] = {}
    for id_, key in keys.items():
        ids.setdefault(text_key(key).casefold(), []).append(id_)
    what = f"{system.title}'s {name.replace('_', ' ')}"

    def read(raw: Any) -> Value:
        id_ = as_text(raw)
        if id_ is None:
            return None
        if known is None:
            raise Unfit(f"{what} have not been read yet")
        key = text_key(keys.get(id_))
        if not key:
            _judge(f"{id_!r} is not among {what}, or has no {kind.known_by}", unknown)
        return key or None

    def write(value: Any) -> Raw:
        found = ids.get(text_key(value).casefold(), [])
        if known is None:
            raise Unfit(f"{what} have not been read yet")
        if len(found) > 1:
            raise Unfit(f"{value!r} is the {kind.known_by} of several of {what}: {', '.join(sorted(found))}")
        if not found:
            _judge(f"none of {what} has the {kind.known_by} {value!r}", unknown)
        return found[0] if found else None

    return read, write


def _judge(reason: str, unknown: str) -> None:
    """What no live record has: left alone, held, or taken for empty."""
    if unknown == "ignore":
        raise SaysNothing(reason)
    if unknown == "hold":
        raise Unfit(reason)
