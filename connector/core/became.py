"""Which new NetSuite contacts a lead may have become: Save & Convert leaves its id or our key on them, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connector.core.conversion import became_company, company_of
from connector.core.flow import Link, Pair, Ref, SourceRecord
from connector.core.matching.likeness import likeness
from connector.core.matching.pair import Newcomer
from connector.core.schema import Entity, SystemName, Value

People = Mapping[str, list[Newcomer]]
"""New NetSuite contacts by all that may tell them."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the person that a lead became carries: one that is `known`, and a `new` one, whose e-mail may be younger
    than what both leads agreed on, so that its name tells it where it belongs."""

    known: frozenset[str]
    new: frozenset[str]


def keys_of(lead: Mapping[str, Value], homes: Iterable[str]) -> Keys:
    """The keys of a lead's person who belongs to one of `homes`, organizations as people name them."""
    places = set(homes)
    known = _sought(lead, places)
    return Keys(known, known | _sought({**lead, "email": None}, places))


def homes_of_namesakes(newcomers: Iterable[Newcomer], lead: Mapping[str, Value]) -> set[str]:
    """Where new NetSuite contacts of the lead's name belong: Save & Convert picks companies of any name."""
    people = _contacts(newcomers)
    homes = {home for one in people if isinstance(home := one.values.get("organization"), str)}
    sought = _sought(lead, homes)
    return {str(one.values.get("organization")) for one in people if one.likeness.carries & sought}


def by_all_that_tells(newcomers: Iterable[Newcomer]) -> People:
    """The new NetSuite contacts by what they carry, by their id, and by where they belong."""
    found: dict[str, list[Newcomer]] = {}
    for one in _contacts(newcomers):
        for key in (*one.likeness.carries, _with_id(one.ref.id), _inside(company_of(one))):
            found.setdefault(key, []).append(one)
    return found


def persons_of(
    link: Link, record: SourceRecord | None, agreed: Pair[Mapping[str, Value]], keys: Keys, people: People
) -> tuple[Newcomer, ...]:
    """The new contacts that a lead may have become, by the best that tells any of them: the lead's id or what it was
    known by; its name, where it belongs; belonging to the company that its own record has become. None that is
    another's by our key."""
    customer = link.refs.netsuite
    inside = {_inside(customer)} if became_company(record, agreed) else set()
    for sought in (keys.known | {_with_id(customer.id)}, keys.new, inside):
        alike = {one.ref: one for key in sought for one in people.get(key, ())}
        found = [one for _, one in sorted(alike.items()) if one.claim in (None, link.refs.salesforce)]
        if found:
            return tuple(found)
    return ()


def _contacts(newcomers: Iterable[Newcomer]) -> list[Newcomer]:
    return [one for one in newcomers if one.ref.system is SystemName.NETSUITE and one.entity is Entity.PERSON]


def _sought(lead: Mapping[str, Value], homes: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(likeness(Entity.PERSON, {**lead, "organization": home}).seeks for home in homes))


def _with_id(id_: str) -> str:
    return f"id:{id_}"


def _inside(customer: Ref | None) -> str:
    return f"in:{customer}"
