"""The slow complete comparison, for what no cursor can show: changes without a stamp (a merge of accounts that moved
their contacts), two records with one key, links to records that are gone, records that no read has ever shown.

Link by link, in chunks, with bounded memory; nothing is written to either system. How far it has come is kept in our
own state after every chunk, so that the same command goes on after it was stopped. In the same transaction records that
share a key are put on hold for a person, and with `recheck` the rest is queued for the next sync to look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, Final

from connector.core.brakes import check_identity
from connector.core.conversion import gone_reason
from connector.core.flow import Hold, Link, Linked, Observed, Pair, Ref, SourceRecord
from connector.core.lifecycle import entity_of
from connector.core.matching.keys import key_of, parse_key
from connector.core.ports import Wanted
from connector.core.scene import Account
from connector.core.schema import Entity, SystemName
from connector.runs.account import checked, identities, types_of
from connector.runs.double_keys import close_settled, double_key_hold
from connector.runs.parts import Parts, Progress, silent
from connector.runs.reading import StoredLinks, read, vendor_fields
from connector.runs.report import Difference
from connector.runs.verify import differences

KEPT: Final = 1_000
"""Findings that are kept with all they say; of more, only the number."""

_MARK: Final = "verify --full"
_DOUBLE: Final = "double key"
_QUEUED: Final = ("difference", "gone", "moved on", "key", "unlinked")
"""What the next sync can see to."""

_NO_RUN: Final = 0
"""Of holds that no run opened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a run would not see. `refs`: what it is about, as text."""

    kind: str
    entity: str
    refs: tuple[str, ...]
    why: str
    field: str = ""
    values: Mapping[str, Any] | None = None

    def data(self) -> dict[str, Any]:
        return {**asdict(self), "refs": list(self.refs)}


@dataclass(slots=True)
class _Mark:
    """How far a comparison has come: the last link, then the types whose records were looked through."""

    begun_at: str
    mappings: str
    accounts: list[str]
    link: int = 0
    types: int = 0
    compared: int = 0
    equal: int = 0
    queued: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FullReport:
    """What a complete comparison found. `resumed`: it went on where an earlier command was stopped."""

    begun_at: str
    resumed: bool
    compared: int
    equal: int
    queued: int
    counts: Mapping[str, int]
    findings: Sequence[Mapping[str, Any]]

    def data(self) -> dict[str, Any]:
        return {
            "begun_at": self.begun_at,
            "resumed": self.resumed,
            "compared": self.compared,
            "equal": self.equal,
            "queued": self.queued,
            "counts": dict(self.counts),
            "findings": [dict(one) for one in self.findings],
            "incomplete": bool(self.counts),
        }


@dataclass(frozen=True, slots=True)
class _Held:
    """What people have been told of: records in any hold, records that are held as a whole, and single fields."""

    records: frozenset[Ref]
    whole: frozenset[Ref]
    fields: frozenset[tuple[Ref, str]]

    @classmethod
    def of(cls, holds: Sequence[Hold]) -> _Held:
        named = [(hold, ref) for hold in holds for _, ref in hold.refs if ref is not None]
        return cls(
            records=frozenset(ref for _, ref in named),
            whole=frozenset(ref for hold, ref in named if hold.is_whole),
            fields=frozenset((ref, hold.field) for hold, ref in named if hold.field is not None),
        )

    def link(self, link: Link) -> bool:
        return self.whole.issuperset(link.refs_both())

    def difference(self, one: Difference) -> bool:
        return self.fields.issuperset((ref, one.field) for _, ref in one.refs)


@dataclass(frozen=True, slots=True)
class _Comparison:
    parts: Parts
    account: Account
    mark: _Mark
    recheck: bool
    held: _Held

    def note(self, findings: Iterable[Finding]) -> None:
        """Keep what was found and how far we have come, together."""
        found = list(findings)
        counts = Counter(self.mark.counts) + Counter(one.kind for one in found)
        self.mark.counts = dict(sorted(counts.items()))
        self.mark.findings += [one.data() for one in found[: max(KEPT - len(self.mark.findings), 0)]]
        queue = {Ref.parse(ref) for one in found if one.kind in _QUEUED for ref in one.refs}
        with self.parts.store.transaction():
            self.parts.store.put_holds(list(_double_keys(found)), _NO_RUN, self.parts.clock.now())
            if self.recheck:
                self.parts.store.add_recheck(queue, "found by verify --full")
                self.mark.queued += len(queue)
            _keep(self.parts, asdict(self.mark))


def verify_full(
    parts: Parts, on_progress: Progress = silent, *, recheck: bool = False, restart: bool = False
) -> FullReport:
    """Compare everything, or go on with the comparison that was stopped (not with `restart`, nor after the mapping
    files were changed)."""
    accounts = identities(parts)
    check_identity(parts.store.identity(), accounts)
    before = None if restart else _kept(parts, accounts)
    mark = before or _Mark(parts.clock.now().isoformat(), parts.mappings.fingerprint, list(_both(accounts)))
    parts, account = checked(parts, remember=False, believed_seconds=0)
    held = _Held.of([one.hold for one in parts.store.open_holds()])
    comparison = _Comparison(parts, account, mark, recheck, held)
    _compare_links(comparison, on_progress)
    _look_through(comparison, on_progress)
    close_settled(parts)
    _keep(parts, None)
    return FullReport(
        begun_at=mark.begun_at,
        resumed=before is not None,
        compared=mark.compared,
        equal=mark.equal,
        queued=mark.queued,
        counts=mark.counts,
        findings=mark.findings,
    )


def _both(accounts: Pair[str]) -> tuple[str, str]:
    return accounts.netsuite, accounts.salesforce


def _kept(parts: Parts, accounts: Pair[str]) -> _Mark | None:
    kept = parts.store.cached(SystemName.NETSUITE, _MARK)
    mark = _Mark(**kept[0]) if kept is not None and kept[0] is not None else None
    fits = mark is not None and mark.mappings == parts.mappings.fingerprint and tuple(mark.accounts) == _both(accounts)
    return mark if fits else None


def _keep(parts: Parts, mark: Mapping[str, Any] | None) -> None:
    parts.store.cache(SystemName.NETSUITE, _MARK, mark, parts.clock.now())


# --- links -------------------------------------------------------------------------------------------------------


def _compare_links(comparison: _Comparison, progress: Progress) -> None:
    mark, store = comparison.mark, comparison.parts.store
    total = sum(1 for _ in store.iter_links())
    ahead = (link for link in store.iter_links() if link.id > mark.link)
    for chunk in _chunked(ahead, comparison.parts.settings.chunk):
        found = list(_in_links(comparison, chunk))
        mark.link = chunk[-1].id
        mark.compared += len(chunk)
        mark.equal += len(chunk) - len({one.refs[:2] for one in found})
        comparison.note(found)
        progress("comparing linked records", mark.compared, max(total, mark.compared))


def _chunked(links: Iterator[Link], size: int) -> Iterator[list[Link]]:
    while chunk := list(islice(links, size)):
        yield chunk


def _in_links(comparison: _Comparison, links: Sequence[Link]) -> Iterator[Finding]:
    parts = comparison.parts
    records = read(parts, (ref for link in links for ref in link.refs_both()))
    bases = parts.store.bases(link.id for link in links)
    names = StoredLinks(parts.store)
    for link in links:
        if comparison.held.link(link):
            continue
        both = Pair(records[link.refs.netsuite], records[link.refs.salesforce])
        moved = _moved_on(link, both)
        if moved is not None:
            yield moved
            continue
        linked = Linked(_observed(parts, link, both, names), bases.get(link.id))
        for one in differences(parts, linked):
            if not comparison.held.difference(one):
                values = one.data()["values"]
                yield Finding("difference", str(link.entity), _refs(link), "the two differ", one.field, values)
    yield from _key_findings(comparison, links, records)


def _refs(link: Link) -> tuple[str, str]:
    return str(link.refs.netsuite), str(link.refs.salesforce)


def _observed(parts: Parts, link: Link, both: Pair[SourceRecord], names: StoredLinks) -> Observed:
    mapping = parts.mappings.of(link.entity)
    values = Pair(*(mapping.read(system, record.fields, names).values for system, record in both))
    return Observed(link.entity, link, Pair(both.netsuite, both.salesforce), values, Pair(True, True))


def _moved_on(link: Link, both: Pair[SourceRecord]) -> Finding | None:
    """A link that no longer is one: a record of it is gone, or a lead of it is none any more."""
    for _, record in both:
        if record.deleted:
            return Finding("gone", str(link.entity), _refs(link), gone_reason(record))
    if link.entity is Entity.LEAD:
        if both.salesforce.converted is not None:
            return Finding("moved on", str(link.entity), _refs(link), "converted in Salesforce")
        if entity_of(both.netsuite) is not Entity.LEAD:
            return Finding("moved on", str(link.entity), _refs(link), "no lead in NetSuite any more")
    return None


# --- keys --------------------------------------------------------------------------------------------------------


def _key_findings(
    comparison: _Comparison, links: Sequence[Link], records: Mapping[Ref, SourceRecord]
) -> Iterator[Finding]:
    for system in SystemName:
        for type_ in types_of(system):
            mine = [
                link
                for link in links
                if link.refs.of(system).type == type_ and not records[link.refs.of(system)].deleted
            ]
            info = comparison.account.infos.of(system).get(type_)
            if mine and info is not None and info.key_field is not None:
                yield from _keys_of(comparison, system, type_, mine, records)


def _keys_of(
    comparison: _Comparison, system: SystemName, type_: str, links: Sequence[Link], records: Mapping[Ref, SourceRecord]
) -> Iterator[Finding]:
    keys = {key_of(link.refs.other(system)): link for link in links}
    carriers = comparison.parts.systems.of(system).find_by_key(type_, list(keys))
    for key, link in keys.items():
        ref = link.refs.of(system)
        others = [other for other in carriers.get(key, ()) if other != ref]
        held = records[ref].key
        if others:
            named = ", ".join(map(str, others))
            why = f"{named} carries the key of {ref} too: merge the two, or empty the key of the wrong one"
            yield Finding(_DOUBLE, str(link.entity), (*_refs(link), *map(str, others)), why)
        elif held is None or held == "" or (held != key and parse_key(held, system) is not None):
            yield Finding("key", str(link.entity), _refs(link), f"{ref} does not carry our key")


def _double_keys(found: Iterable[Finding]) -> Iterator[Hold]:
    """A hold on each record that carries the key of a linked one."""
    for one in found:
        if one.kind == _DOUBLE:
            yield from (double_key_hold(Entity(one.entity), Ref.parse(other), one.why) for other in one.refs[2:])


# --- records without a link ----------------------------------------------------------------------------------------


def _look_through(comparison: _Comparison, progress: Progress) -> None:
    """Page by page through all records of every type: one without a link and without a hold was never seen."""
    places = [(system, type_) for system in SystemName for type_ in types_of(system)]
    for number, (system, type_) in enumerate(places):
        if number < comparison.mark.types:
            continue
        found: list[Finding] = []
        seen = 0
        for page in _pages(comparison.parts, system, type_):
            found += _strangers(comparison, page)
            seen += len(page)
            progress(f"looking through {system.title} {type_}", seen, None)
        comparison.mark.types = number + 1
        comparison.note(found)


def _pages(parts: Parts, system: SystemName, type_: str) -> Iterator[tuple[SourceRecord, ...]]:
    wanted = Wanted(type_, vendor_fields(parts, system, type_), None)
    return parts.systems.of(system).changes([wanted])[type_].pages


def _strangers(comparison: _Comparison, page: Sequence[SourceRecord]) -> Iterator[Finding]:
    live = [one for one in page if not (one.deleted or one.inactive or one.converted is not None)]
    linked = comparison.parts.store.links(one.ref for one in live)
    for record in live:
        if record.ref not in linked and record.ref not in comparison.held.records:
            yield Finding("unlinked", str(entity_of(record)), (str(record.ref),), "no run has brought it over")
