"""What people said to holds, carried out: an answer becomes an ordinary change, or an agreement to differ.

An answer is good for what the person saw. Each side must still hold that, or what both shall hold already (a run
that was interrupted half-way); otherwise the answer lapses, and the hold stands again with what the records hold now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from connector.core.flow import Answer, FieldChange, FieldConflict, Merged, Observed, Pair, Ref
from connector.core.mapping.translate import EntityMapping
from connector.core.matching.pair import Match, Newcomer
from connector.core.planning.desk import Desk
from connector.core.schema import SystemName, Value

_FIELD_KINDS = ("conflict", "value", "tug_of_war")


def with_answers(desk: Desk, observed: Observed, merged: Merged) -> Merged:
    """`merged`, with what people decided about single fields in place of what it says of them."""
    assert observed.link is not None
    fields = desk.mapping(observed.entity).fields
    for answer in desk.answered(*observed.link.refs_both()):
        name = answer.field
        if name is not None and name in fields and answer.kind in _FIELD_KINDS:
            merged = _heed(desk, observed, merged, answer, name)
    return merged


def _heed(desk: Desk, observed: Observed, merged: Merged, answer: Answer, name: str) -> Merged:
    mapping = desk.mapping(observed.entity)
    if not _still_as_seen(mapping, observed, answer, name):
        desk.answers[answer.id] = "lapsed"
        return _noted(merged, name, f"an answer by {answer.by} lapsed, because the values have changed")
    changes = _changes(mapping, observed, answer, name)
    stuck = [change.system.title for change in changes if not _writable(mapping, change)]
    if stuck:
        desk.answers[answer.id] = "lapsed"
        return _noted(merged, name, f"the answer by {answer.by} cannot be written to {stuck[0]}")
    desk.answers[answer.id] = "carried_out" if changes else "settled"
    rest = _without(merged, name)
    return replace(rest, changes=(*rest.changes, *changes)) if changes else _settled(rest, observed, name)


def _still_as_seen(mapping: EntityMapping, observed: Observed, answer: Answer, name: str) -> bool:
    """Whether each side holds what the person saw or asked for. A value that cannot be understood counts as seen."""
    for system, values in observed.values:
        if name in values:
            wanted = [answer.seen.of(system)] if answer.choice == "ignore" else [answer.seen.of(system), answer.value]
            if not any(mapping.same(name, values[name], value) for value in wanted):
                return False
        elif name not in observed.problems.of(system):
            return False
    return True


def _changes(mapping: EntityMapping, observed: Observed, answer: Answer, name: str) -> list[FieldChange]:
    if answer.choice == "ignore":
        return []
    changes = []
    for system, values in observed.values:
        old = values.get(name)
        if name not in values or not mapping.same(name, old, answer.value):
            changes.append(FieldChange(name, system, old, answer.value, _reason(answer), loses=True))
    return changes


def _reason(answer: Answer) -> str:
    what = "a value of their own" if answer.choice == "value" else f"keep {SystemName(answer.choice).title}"
    return f"answered: {what}, by {answer.by}"


def _writable(mapping: EntityMapping, change: FieldChange) -> bool:
    line = mapping.fields[change.field]
    return line.flows_to(change.system) and not line.create_only


def _without(merged: Merged, name: str) -> Merged:
    """What is said of all fields but one."""

    def others(values: Mapping[str, Value]) -> dict[str, Value]:
        return {field: value for field, value in values.items() if field != name}

    return Merged(
        tuple(change for change in merged.changes if change.field != name),
        tuple(conflict for conflict in merged.conflicts if conflict.field != name),
        Pair(others(merged.agreed.netsuite), others(merged.agreed.salesforce)),
    )


def _settled(merged: Merged, observed: Observed, name: str) -> Merged:
    """Both sides may go on holding what they hold: it counts as agreed on until one of them changes."""
    agreed = merged.agreed
    for system, values in observed.values:
        if name in values:
            agreed = agreed.replace(system, {**agreed.of(system), name: values[name]})
    return replace(merged, agreed=agreed)


def _noted(merged: Merged, name: str, why: str) -> Merged:
    def told(conflict: FieldConflict) -> FieldConflict:
        return replace(conflict, reason=f"{conflict.reason}; {why}") if conflict.field == name else conflict

    return replace(merged, conflicts=tuple(map(told, merged.conflicts)))


def answered_matches(desk: Desk, by_ref: Mapping[Ref, Newcomer], settled: Collection[Ref]) -> list[Match]:
    """Pairs of records without a link of which a person said that they are one thing. `settled`: those of which we
    know better."""
    matches: list[Match] = []
    taken = set(settled)
    for answer in (one for one in desk.scene.answers if one.choice == "link"):
        refs = _linked_by(answer)
        known = all(ref in by_ref and by_ref[ref].entity is answer.entity for _, ref in refs)
        if not known or taken.intersection((refs.netsuite, refs.salesforce)):
            desk.answers[answer.id] = "lapsed"
            continue
        taken |= {refs.netsuite, refs.salesforce}
        matches.append(Match(answer.entity, refs, f"answered: one and the same, by {answer.by}"))
        desk.answers[answer.id] = "settled"
    return matches


def _linked_by(answer: Answer) -> Pair[Ref]:
    """The record that was held, and the one that was named."""
    named = Ref.parse(str(answer.value))
    held = answer.refs.other(named.system)
    assert held is not None
    return Pair(held, held).replace(named.system, named)
