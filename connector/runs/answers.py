"""What a run owes to people: answers are carried out once, holds whose time has come are looked at, ignored ones are
not told again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from connector.core.flow import Answer, AnswerFate, Hold, Plan, Ref, Written
from connector.core.planning.tugs import LATELY
from connector.core.ports import OpenHold, Store


def due(holds: Iterable[OpenHold], now: datetime) -> Iterator[Ref]:
    """The records of holds whose next try has come."""
    for one in holds:
        if one.next_try_at is not None and one.next_try_at <= now:
            yield from (ref for _, ref in one.hold.refs if ref is not None)


def asked_about(answers: Iterable[Answer]) -> Iterator[Ref]:
    """The records that answers are about."""
    for answer in answers:
        yield from (ref for _, ref in answer.refs if ref is not None)
        if answer.choice == "link":
            yield Ref.parse(str(answer.value))


def written_lately(store: Store, refs: Iterable[Ref], now: datetime) -> Mapping[tuple[Ref, str], tuple[Written, ...]]:
    """What we wrote into these records within the time that a tug of war is looked for, oldest first."""
    found: dict[tuple[Ref, str], tuple[Written, ...]] = {}
    for one in store.written(refs, now - LATELY):
        found[one.ref, one.field] = (*found.get((one.ref, one.field), ()), one)
    return found


def fates(answers: Iterable[Answer], plan: Plan, in_trouble: Collection[Ref]) -> dict[int, AnswerFate]:
    """What became of the answers that a plan was made with. One whose write did not take stays open, for the next
    run; so does one about a delete while its record is held for something else, such as a brake. One that the plan had
    no use for has lapsed: what it was about is no more."""
    held = {ref for hold in plan.of(Hold) if hold.field is None for _, ref in hold.refs}
    closed: dict[int, AnswerFate] = {}
    for answer in answers:
        fate = plan.answers.get(answer.id, "lapsed")
        waits = in_trouble if answer.field is not None else {*in_trouble, *held}
        if fate != "carried_out" or not any(ref in waits for _, ref in answer.refs if ref is not None):
            closed[answer.id] = fate
    return closed


def still_asked(answers: Iterable[Answer], closed: Collection[int]) -> Iterator[Hold]:
    """The holds of deleted records that are answered and not carried out yet: they stand until they are."""
    for one in answers:
        if one.kind == "deleted" and one.id not in closed:
            yield Hold(one.kind, one.entity, one.refs, one.field, "")


def untold(store: Store, holds: Iterable[Hold]) -> list[Hold]:
    """`holds` without those that somebody wants to hear no more of."""
    ignored = {_told(one.hold) for one in store.open_holds() if one.ignored_by}
    return [hold for hold in holds if _told(hold) not in ignored]


def without_ignored(store: Store, plan: Plan) -> Plan:
    """A plan as it is shown: what is ignored is left out."""
    shown = set(untold(store, plan.of(Hold)))
    return replace(plan, actions=tuple(one for one in plan.actions if not isinstance(one, Hold) or one in shown))


def _told(hold: Hold) -> tuple[object, ...]:
    """What makes it the same news. What an account calls a value (in brackets) may be learned later."""
    reason = hold.reason.partition(" (")[0] if hold.kind == "value" else hold.reason
    return hold.kind, hold.refs, hold.field, reason, hold.code, hold.values
