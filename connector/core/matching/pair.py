"""Who is whom: every record that changed becomes linked, new on one side, ambiguous, or gone.

Order of belief: an active link, our key on either record, then likeness, and that only one to one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from connector.core.flow import Alone, Ambiguous, Link, NewOn, Observed, Pair, Ref, SourceRecord
from connector.core.matching.keys import parse_key
from connector.core.matching.likeness import Likeness, likeness
from connector.core.schema import Entity, SystemName, Value

_CHILDREN = (Entity.PERSON, Entity.OPPORTUNITY)
_NOBODY: Mapping[Ref, Ref] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A live record without an active link, translated. `claim`: its counterpart, as our key on it says, or else the
    link that ended when it was deleted."""

    entity: Entity
    record: SourceRecord
    values: Mapping[str, Value]
    likeness: Likeness
    claim: Ref | None = None

    @property
    def ref(self) -> Ref:
        return self.record.ref

    @property
    def claimed_by(self) -> str:
        """What names `claim`."""
        return "our key" if parse_key(self.record.key, self.ref.system) else "an earlier link"


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What the pairing may look at besides the newcomers themselves.

    `carriers`: match key -> records known to carry it, by system and entity. `links`: active links of any of
    these records and of the records that keys name. `moved_on`: links that leads which keys name had, and which ended
    with a conversion. `held`: organizations without a link that are held for what their
    key says: whoever looks like one may be its counterpart.
    """

    carriers: Mapping[tuple[SystemName, Entity, str], tuple[Ref, ...]]
    links: Mapping[Ref, Link]
    moved_on: Mapping[Ref, Link] = field(default_factory=dict)
    held: frozenset[Ref] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """Two newcomers, or a newcomer and a record that is not linked yet, found to be one thing."""

    entity: Entity
    refs: Pair[Ref]
    reason: str


@dataclass(slots=True)
class Pairing:
    """The verdicts on the newcomers. `stand_ins`: a record that is held because an already linked record looks
    like it -> that record, so that its people and sales find the right company meanwhile. `alike`: people that are
    new, yet look like others that are linked already -> those others."""

    matches: list[Match] = field(default_factory=list)
    verdicts: list[Alone] = field(default_factory=list)
    stand_ins: dict[Ref, Ref] = field(default_factory=dict)
    alike: dict[Ref, list[Ref]] = field(default_factory=dict)


def pair(newcomers: Iterable[Newcomer], around: Neighbourhood, twins: Mapping[Ref, Ref] = _NOBODY) -> Pairing:
    """Find each newcomer's counterpart. Pure and independent of the order of `newcomers`. `twins`: Salesforce ->
    NetSuite records that are known to be one thing, though they are not linked yet.

    People and sales come after their organizations: what makes two of them look alike may be where they belong.
    """
    by_ref = {newcomer.ref: newcomer for newcomer in sorted(newcomers, key=lambda one: one.ref)}
    result = Pairing()
    left = _by_key(by_ref, around, result)
    known = _known(around, result, twins)
    _by_likeness({ref: one for ref, one in left.items() if one.entity not in _CHILDREN}, around, known, result)
    places = _places(result, around, twins)
    children = {ref: _placed(one, places) for ref, one in by_ref.items() if one.entity in _CHILDREN}
    alone_yet = {ref: one for ref, one in children.items() if ref in left}
    _by_likeness(alone_yet, _with_carriers(around, children), known, result)
    result.verdicts = [_doubted(verdict, result) for verdict in result.verdicts]
    return result


def _known(around: Neighbourhood, result: Pairing, twins: Mapping[Ref, Ref]) -> set[Ref]:
    """The records that likeness gives no counterpart: those with a link, those that this pass links on better grounds,
    and those that are held."""
    matched = {ref for match in result.matches for _, ref in match.refs}
    return {*around.links, *around.held, *matched, *twins, *twins.values()}


def _places(result: Pairing, around: Neighbourhood, twins: Mapping[Ref, Ref]) -> dict[str, str]:
    """How an organization without a link is named for its likeness: as its twin, or as what stands in for it."""
    found = {match.refs.salesforce: match.refs.netsuite for match in result.matches}
    names = {f"ref:{ref}": f"ref:{twin}" for ref, twin in {**twins, **found}.items()}

    def name_of(other: Ref) -> str:
        link = around.links.get(other)
        return f"link:{link.id}" if link is not None else names.get(f"ref:{other}", f"ref:{other}")

    return names | {f"ref:{ref}": name_of(other) for ref, other in result.stand_ins.items()}


def _placed(one: Newcomer, places: Mapping[str, str]) -> Newcomer:
    named = one.values.get("organization")
    place = places.get(named) if isinstance(named, str) else None
    if place is None:
        return one
    return replace(one, likeness=likeness(one.entity, {**one.values, "organization": place}))


def _with_carriers(around: Neighbourhood, newcomers: Mapping[Ref, Newcomer]) -> Neighbourhood:
    """The neighbourhood, and what the newcomers themselves carry."""
    found: dict[tuple[SystemName, Entity, str], set[Ref]] = defaultdict(set)
    for ref, one in newcomers.items():
        for key in one.likeness.carries:
            found[ref.system, one.entity, key].add(ref)
    carriers = {where: tuple(sorted(refs.union(around.carriers.get(where, ())))) for where, refs in found.items()}
    return replace(around, carriers={**around.carriers, **carriers})


def _doubted(verdict: Alone, result: Pairing) -> Alone:
    """A person who looks like one that is linked already, in an organization that does: the one is as much of a double
    as the other."""
    if not isinstance(verdict, NewOn) or verdict.observed.entity is not Entity.PERSON:
        return verdict
    observed, system = verdict.observed, verdict.system
    doubles = result.alike.get(verdict.ref, [])
    organizations = {f"ref:{ref}" for ref in result.stand_ins}
    if not doubles or observed.values.of(system).get("organization") not in organizations:
        return verdict
    reason = "looks like a person who is linked already, in an organization that does too: doubles to merge?"
    return Ambiguous(observed, system, tuple(doubles), reason)


def _by_key(by_ref: dict[Ref, Newcomer], around: Neighbourhood, result: Pairing) -> dict[Ref, Newcomer]:
    """Match those that name each other, or of which one names the other, mostly by our key."""
    taken: set[Ref] = set()
    for ref, newcomer in by_ref.items():
        claim = newcomer.claim
        if ref in taken or claim is None or claim not in by_ref or claim in taken:
            continue
        other = by_ref[claim]
        if other.entity is newcomer.entity and _admits(other, ref):
            result.matches.append(
                Match(newcomer.entity, both(ref, claim), f"{newcomer.claimed_by} names the other record")
            )
            taken |= {ref, claim}
    return {ref: newcomer for ref, newcomer in by_ref.items() if ref not in taken}


def _admits(one: Newcomer, other: Ref) -> bool:
    """Whether what a record claims lets it be `other`: it claims nothing, or that one, or still the lead that an
    organization was."""
    named = one.claim
    return named in (None, other) or (named.type == "Lead" and one.entity is Entity.ORGANIZATION)


def _by_likeness(left: dict[Ref, Newcomer], around: Neighbourhood, known: set[Ref], result: Pairing) -> None:
    alike = {ref: _alike(newcomer, left, around, known) for ref, newcomer in left.items()}
    sought_by: dict[Ref, set[Ref]] = defaultdict(set)
    for ref, others in alike.items():
        for other in others:
            sought_by[other].add(ref)
    for ref in left:
        alike[ref] |= {other for other in sought_by[ref] if other in left}
    settled: set[Ref] = set()
    for ref, newcomer in left.items():
        if ref not in settled:
            settled |= _decide(newcomer, alike, left, known, around.held, result)


def _alike(newcomer: Newcomer, left: Mapping[Ref, Newcomer], around: Neighbourhood, known: set[Ref]) -> set[Ref]:
    """What looks like a newcomer. What is still linked as something else, a customer as the lead that it was, has no
    counterpart as what it is now."""
    other = newcomer.ref.system.other
    found: set[Ref] = set()
    for key in newcomer.likeness.seeks:
        found.update(around.carriers.get((other, newcomer.entity, key), ()))
    otherwise = {ref for ref in found if ref in around.links and around.links[ref].entity is not newcomer.entity}
    return {ref for ref in found - otherwise if ref in left or ref in known}


def _decide(
    newcomer: Newcomer,
    alike: Mapping[Ref, set[Ref]],
    left: Mapping[Ref, Newcomer],
    known: set[Ref],
    held: frozenset[Ref],
    result: Pairing,
) -> set[Ref]:
    """Settle one newcomer; returns the refs settled with it."""
    ref = newcomer.ref
    free = sorted(other for other in alike[ref] if other in left and other not in known)
    linked = sorted(other for other in alike[ref] if other in known)
    if len(free) == 1 and not linked and _only(ref, free[0], alike):
        result.matches.append(Match(newcomer.entity, both(ref, free[0]), _LIKE[newcomer.entity]))
        return {ref, free[0]}
    if len(free) > 0:
        result.verdicts.append(_ambiguous(newcomer, [*free, *linked], "several records look like this one"))
    elif linked and newcomer.entity is Entity.ORGANIZATION:
        if len(linked) == 1 and linked[0] not in held:
            result.stand_ins[ref] = linked[0]
        result.verdicts.append(_ambiguous(newcomer, linked, _WAITING if held.issuperset(linked) else _LINKED))
    else:
        result.alike[ref] = linked
        result.verdicts.append(NewOn(alone(newcomer), ref.system, f"new in {ref.system.title}"))
    return {ref}


def _only(ref: Ref, other: Ref, alike: Mapping[Ref, set[Ref]]) -> bool:
    return alike[other] == {ref}


def _ambiguous(newcomer: Newcomer, candidates: Iterable[Ref], reason: str) -> Ambiguous:
    return Ambiguous(alone(newcomer), newcomer.ref.system, tuple(candidates), reason)


def alone(newcomer: Newcomer) -> Observed:
    """A newcomer as an observation with nothing on the other side."""
    system = newcomer.ref.system
    no_record: Pair[SourceRecord | None] = Pair(None, None)
    no_values: Pair[Mapping[str, Value]] = Pair({}, {})
    return Observed(
        entity=newcomer.entity,
        link=None,
        records=no_record.replace(system, newcomer.record),
        values=no_values.replace(system, newcomer.values),
        seen=Pair(False, False).replace(system, True),
    )


def both(one: Ref, other: Ref) -> Pair[Ref]:
    return Pair(one, other) if one.system is SystemName.NETSUITE else Pair(other, one)


_LINKED = "looks like an organization that is linked already: a double to merge?"
_WAITING = "looks like an organization that is on hold itself: one and the same, or a double to merge?"
_LIKE = {
    Entity.ORGANIZATION: "same company name",
    Entity.PERSON: "same e-mail and name",
    Entity.LEAD: "same e-mail and name",
    Entity.OPPORTUNITY: "same name at the same organization",
}
