"""What must be true of every end, whether or not it was reached through a death. Each gives what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from connector.core.matching.keys import key_of
from tests.crashpoints.deeds import NETSUITE, SALESFORCE, TYPES, Kind, live
from tests.crashpoints.mortal import MortalTown
from tests.crashpoints.scenarios import Scenario

KEYS = {NETSUITE: "externalid", SALESFORCE: "NetSuite_Id__c"}


def broken(town: MortalTown, scenario: Scenario) -> list[str]:
    """Everything that is wrong with how `scenario` ended."""
    return [told for law in LAWS for told in law(town, scenario)]


def _counts(town: MortalTown, scenario: Scenario) -> Iterator[str]:
    kinds: tuple[Kind, ...] = ("lead", "organization", "person", "sale")
    for kind in kinds:
        wanted = scenario.leaves.get(kind, 0)
        wanted = wanted if isinstance(wanted, tuple) else (wanted, wanted)
        found = len(live(town, NETSUITE, kind)), len(live(town, SALESFORCE, kind))
        if found != wanted:
            yield f"{kind}s in use in (NetSuite, Salesforce): {found}, not {wanted}"


def _held(town: MortalTown, scenario: Scenario) -> Iterator[str]:
    holds = [f"{one.hold.kind} {one.hold.field}" for one in town.store.open_holds()]
    if len(holds) != scenario.holds:
        yield f"{len(holds)} holds, not {scenario.holds}: {holds}"


def _no_doubles(town: MortalTown, _: Scenario) -> Iterator[str]:
    """Our key is on one record only."""
    for side, key in KEYS.items():
        for type_ in sorted(set(TYPES[side].values())):
            rows = (row for row in town.rows(side, type_) if not row.get("IsDeleted"))
            keys = Counter(str(row[key]).lower() for row in rows if row.get(key))
            for one, count in keys.items():
                if count > 1:
                    yield f"{count} {type_} records carry the key {one}"


def _found_again(town: MortalTown, _: Scenario) -> Iterator[str]:
    """Each record of an active link carries our key, so that the pair is found again even without our state."""
    carried = {
        (str(side), str(row["id" if side == NETSUITE else "Id"])): row[KEYS[side]]
        for side in (NETSUITE, SALESFORCE)
        for type_ in sorted(set(TYPES[side].values()))
        for row in town.rows(side, type_)
    }
    for link in town.store.iter_links():
        for system, ref in link.refs:
            key, wanted = carried.get((str(system), ref.id)), key_of(link.refs.other(system))
            if (str(system), ref.id) in carried and key != wanted:
                yield f"{ref} carries the key {key}, not {wanted}"


def _nothing_lost(town: MortalTown, _: Scenario) -> Iterator[str]:
    """What a person typed last into a field stands in a record, or in a hold."""
    kinds: tuple[Kind, ...] = ("lead", "organization", "person", "sale")
    sides = (NETSUITE, SALESFORCE)
    standing = {
        str(value).lower()
        for side in sides
        for kind in kinds
        for row in live(town, side, kind)
        for value in row.values()
    }
    held = {str(value).lower() for one in town.store.open_holds() for _, value in one.hold.values}
    for (name, field), value in town.typed.items():
        if value.lower() not in standing | held and not _rewritten(value, standing):
            yield f"{name}.{field} = {value} is nowhere"


def _rewritten(value: str, standing: set[str]) -> bool:
    """A telephone number that the org's own automation wrote in another way."""
    digits = "".join(filter(str.isdigit, value))
    return len(digits) >= 7 and any(digits == "".join(filter(str.isdigit, one)) for one in standing)


def _finished(town: MortalTown, _: Scenario) -> Iterator[str]:
    for intent in town.store.pending_intents():
        yield f"an intent is open: {intent.verb} {intent.type} {intent.ref or intent.source}"


def _alike(town: MortalTown, _: Scenario) -> Iterator[str]:
    report = town.verify()
    for one in report.differences:
        yield f"verify: {one.refs.netsuite} and {one.refs.salesforce} differ in {one.field}: {one.values}"
    for entry in report.unlinked:
        if entry["reason"] == "not synced yet":
            yield f"verify: {entry['record']} has no counterpart and no hold"
    if report.lead_and_customer:
        yield f"verify: {report.lead_and_customer} are a lead here and a customer there"


def _sandboxes(town: MortalTown, _: Scenario) -> Iterator[str]:
    for front in town.fronts:
        if bugs := front.stats()["bugs"]:
            yield f"the {front.brain.name} sandbox answered {bugs} calls with a bug of its own"


LAWS: tuple[Callable[[MortalTown, Scenario], Iterator[str]], ...] = (
    _counts,
    _held,
    _no_doubles,
    _found_again,
    _nothing_lost,
    _finished,
    _alike,
    _sandboxes,
)
