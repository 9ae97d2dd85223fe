"""What people do about holds: list them, queue them, answer them, and look up values that lost.

Nothing here talks to either system: an answer is kept in the state and carried out by the next run.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, get_args

from connector.core.flow import Answer, Choice, Hold, HoldKind, Pair, Ref
from connector.core.planning.gone import DELETE_WAITS
from connector.core.planning.heirs import LATE_EDIT
from connector.core.planning.remembered import LEFT_BEHIND
from connector.core.ports import OpenHold, Overruled, Store
from connector.core.schema import MODELS, Entity, Value, record_types
from connector.runs.report import hold_data, plain

_BY_VALUE: Final[frozenset[Choice]] = frozenset({"netsuite", "salesforce", "value", "ignore"})
_FITTING: Final[Mapping[HoldKind, frozenset[Choice]]] = {
    "conflict": _BY_VALUE,
    "value": _BY_VALUE,
    "tug_of_war": _BY_VALUE,
    "ambiguous": frozenset({"link", "ignore"}),
    "deleted": frozenset({"again", "follow", "ignore"}),
    "stage": frozenset({"ignore"}),
    "double_key": frozenset({"ignore"}),
}
"""Kinds of holds that wait for an answer -> what may be answered. The others want something done elsewhere."""

_ABOUT_VALUES: Final[frozenset[Choice]] = frozenset({"netsuite", "salesforce", "value"})

REVIEWED: Final = tuple(_FITTING)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which holds are meant: these ids, or all that pass every filter given."""

    ids: tuple[int, ...] = ()
    kind: str | None = None
    field: str | None = None
    entity: str | None = None
    record: str | None = None
    ignored: bool = False

    def of(self, holds: Iterable[OpenHold]) -> list[OpenHold]:
        return [one for one in holds if self._takes(one)]

    def _takes(self, one: OpenHold) -> bool:
        hold = one.hold
        wanted = ((self.kind, hold.kind), (self.field, hold.field), (self.entity, str(hold.entity)))
        return (
            (not self.ids or one.id in self.ids)
            and all(asked is None or asked == is_ for asked, is_ in wanted)
            and (self.record is None or any(_named(self.record, ref) for _, ref in hold.refs))
            and (self.ignored or not one.ignored_by or bool(self.ids))
        )


def _named(text: str, ref: Ref | None) -> bool:
    return ref is not None and text in (str(ref), ref.id)


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody says: a choice, with the value as text or the record to link with, where it needs one."""

    choice: Choice
    text: str = ""


@dataclass(frozen=True, slots=True)
class HoldsReport:
    """Open holds, with the answers that wait for the next run."""

    holds: tuple[OpenHold, ...]
    answers: Mapping[int, Answer]
    queued: bool = False

    def data(self) -> dict[str, Any]:
        return {
            "holds": [open_hold_data(one, self.answers.get(one.id)) for one in self.holds],
            "queued": self.queued,
        }


@dataclass(frozen=True, slots=True)
class AnsweredReport:
    """What was answered, and to what no answer was taken, with the reason. Nothing was kept in a dry run."""

    answered: tuple[tuple[OpenHold, Answer], ...]
    refused: tuple[tuple[OpenHold, str], ...]
    dry_run: bool = False

    def data(self) -> dict[str, Any]:
        return {
            "answered": [open_hold_data(one, answer) for one, answer in self.answered],
            "not_answered": [{**open_hold_data(one), "why": why} for one, why in self.refused],
            "dry_run": self.dry_run,
            "incomplete": bool(self.refused),
        }


@dataclass(frozen=True, slots=True)
class OverruledReport:
    """Values that a write of ours replaced, newest first."""

    values: tuple[Overruled, ...]

    def data(self) -> dict[str, Any]:
        return {"overruled": [_overruled_data(one) for one in self.values]}


def list_holds(store: Store, selection: Selection, now: datetime) -> HoldsReport:
    """Every open hold that is meant."""
    found = selection.of(store.open_holds())
    return HoldsReport(tuple(found), _answers(store, found))


def review(store: Store, selection: Selection) -> HoldsReport:
    """The holds that wait for an answer."""
    found = [one for one in selection.of(store.open_holds()) if one.hold.kind in _FITTING]
    return HoldsReport(tuple(found), _answers(store, found))


def retry(store: Store, selection: Selection) -> HoldsReport:
    """Queue holds for the next run, whose back-off begins anew."""
    found = selection.of(store.open_holds())
    store.retry_holds(one.id for one in found)
    return HoldsReport(tuple(replace(one, tries=0) for one in found), {}, queued=True)


def overruled(store: Store, record: str | None, field: str | None) -> OverruledReport:
    """Values that lost, of one record or field if asked for."""
    found = store.overruled(field=field)
    return OverruledReport(tuple(one for one in found if record is None or _named(record, one.ref)))


def answer(
    store: Store, selection: Selection, reply: Reply, by: str, at: datetime, *, dry_run: bool = False
) -> AnsweredReport:
    """Keep what somebody said to every hold that is meant; `by` and `at`: who, and when."""
    answered: list[tuple[OpenHold, Answer]] = []
    refused: list[tuple[OpenHold, str]] = []
    for one in selection.of(store.open_holds()):
        try:
            answered.append((one, answer_to(store, one, reply, by, at)))
        except ValueError as why:
            refused.append((one, str(why)))
    if not dry_run:
        _keep(store, answered, by, at)
    return AnsweredReport(tuple(answered), tuple(refused), dry_run)


def _keep(store: Store, answered: Sequence[tuple[OpenHold, Answer]], by: str, at: datetime) -> None:
    """What both sides hold can be agreed on by the next run. Anything else that is ignored is so from now on, and what
    was answered to it before and is not carried out yet is taken back."""
    left = [hold for hold, one in answered if one.choice == "ignore"]
    withdrawn = _answers(store, (hold for hold in left if not hold.hold.field))
    with store.transaction():
        store.put_answers([one for hold, one in answered if hold.hold.field or one.choice != "ignore"])
        store.close_answers({one.id: "lapsed" for one in withdrawn.values()}, at)
        store.ignore_holds((hold.id for hold in left), by)


def _answers(store: Store, holds: Iterable[OpenHold]) -> dict[int, Answer]:
    given = {(one.kind, one.refs, one.field): one for one in store.open_answers()}
    found = ((one.id, given.get((one.hold.kind, one.hold.refs, one.hold.field))) for one in holds)
    return {id_: one for id_, one in found if one is not None}


# --- one answer ------------------------------------------------------------------------------------------


def answer_to(store: Store, one: OpenHold, reply: Reply, by: str, at: datetime) -> Answer:
    """The answer to a hold; ValueError, in words for the person, where it cannot be one."""
    hold = one.hold
    fitting = _FITTING.get(hold.kind)
    if fitting is None:
        raise ValueError("it waits for no answer: do what the reason says, then `connector holds retry`")
    if reply.choice not in fitting or (hold.field is None and reply.choice in _ABOUT_VALUES):
        raise ValueError(f"a hold of this kind takes {' or '.join(f'--{name}' for name in _options(one))} only")
    if reply.choice in ("again", "follow"):
        _refuse_unsure(hold, reply.choice)
    # A late edit is held against what the two heirs hold, which is its base.
    seen = hold.base if hold.code == LATE_EDIT else hold.values
    return Answer(hold.kind, hold.entity, hold.refs, hold.field, reply.choice, _value(store, one, reply), seen, by, at)


def _options(one: OpenHold) -> list[str]:
    fitting = _FITTING[one.hold.kind] if one.hold.field else _FITTING[one.hold.kind] - _ABOUT_VALUES
    names = {"netsuite": "keep", "salesforce": "keep"}
    return sorted({names.get(choice, choice) for choice in fitting})


def _refuse_unsure(hold: Hold, choice: Choice) -> None:
    """What only seems to be gone must not be doubled, nor its counterpart deleted."""
    if hold.code == LEFT_BEHIND and choice == "follow":
        raise ValueError("the state knows only its key: delete it where it is, or make the other one --again")
    if hold.code not in (DELETE_WAITS, LEFT_BEHIND):
        raise ValueError("the system does not list it as deleted, or it was merged: only --ignore is an answer")


def _value(store: Store, one: OpenHold, reply: Reply) -> Value:
    hold = one.hold
    if reply.choice == "netsuite":
        return hold.values.netsuite
    if reply.choice == "salesforce":
        return hold.values.salesforce
    if reply.choice == "value":
        return parse_value(hold.entity, hold.field or "", reply.text, hold.values)
    return str(_linkable(store, one, reply.text)) if reply.choice == "link" else None


def _linkable(store: Store, one: OpenHold, text: str) -> Ref:
    """The record that is said to be the same thing: of the other system, of the right type, and free."""
    hold = one.hold
    if hold.link_id is not None:
        raise ValueError("its two records are linked already; only --ignore is an answer")
    try:
        named = Ref.parse(text)
    except ValueError:
        raise ValueError("name the other record in full, e.g. netsuite:customer:647") from None
    held = hold.refs.other(named.system)
    if held is None or named.type != record_types(named.system)[hold.entity]:
        raise ValueError(f"{named} cannot be the counterpart of this record")
    known = store.links([named]).get(named)
    if known is not None and known.state == "active":
        raise ValueError(f"{named} is linked with {known.refs.other(named.system)} already: merge the doubles there")
    return named


# --- values as people type them --------------------------------------------------------------------------

_YES, _NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})


def parse_value(entity: Entity, field: str, text: str, seen: Pair[Value] = Pair(None, None)) -> Value:
    """Text as a canonical value of a field; empty text empties it. ValueError says what is expected.

    >>> parse_value(Entity.LEAD, "budget", "1500.50")
    Decimal('1500.50')
    """
    if not text:
        return None
    kind = _kind_of(entity, field, seen)
    references = [held for _, held in seen if isinstance(held, str) and held.startswith(("link:", "ref:"))]
    if references or kind not in _PARSERS:
        raise ValueError(f"a value of {field} cannot be typed here: keep one side's, or change it in either system")
    try:
        return _PARSERS[kind](text)
    except (ValueError, InvalidOperation):
        raise ValueError(f"{field} takes {_EXPECTED[kind]}") from None


def _kind_of(entity: Entity, field: str, seen: Pair[Value]) -> type:
    """The type of a field: as the schema has it; of a field of the company's own, as its values are."""
    known = MODELS[entity].model_fields.get(field)
    if known is not None:
        (first, *_) = [one for one in get_args(known.annotation) if one is not types.NoneType]
        return tuple if get_args(first) else first  # type: ignore[no-any-return]
    return next((type(held) for _, held in seen if held is not None), str)


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise ValueError
    return word in _YES


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


_PARSERS: Final[Mapping[type, Callable[[str], Value]]] = {
    str: str,
    bool: _boolean,
    int: int,
    Decimal: Decimal,
    date: date.fromisoformat,
    datetime: _moment,
    tuple: lambda text: tuple(sorted(part.strip() for part in text.split(";") if part.strip())),
}
_EXPECTED: Final[Mapping[type, str]] = {
    bool: "yes or no",
    int: "a whole number",
    Decimal: "a number",
    date: "a day, e.g. 2026-05-31",
    datetime: "a time, e.g. 2026-05-31T14:00:00Z",
}


# --- plain data ------------------------------------------------------------------------------------------


def open_hold_data(one: OpenHold, answered: Answer | None = None) -> dict[str, Any]:
    """A stored hold as JSON."""
    return {
        "id": one.id,
        **hold_data(one.hold),
        "opened_at": one.opened_at.isoformat(),
        "tries": one.tries,
        "next_try_at": one.next_try_at.isoformat() if one.next_try_at else None,
        "ignored_by": one.ignored_by,
        "answer": _answer_data(answered) if answered else None,
    }


def _answer_data(answered: Answer) -> dict[str, Any]:
    return {
        "choice": answered.choice,
        "by": answered.by,
        "at": answered.at.isoformat(),
        "values": {"value": plain(answered.value)},
    }


def _overruled_data(one: Overruled) -> dict[str, Any]:
    return {
        "record": str(one.ref),
        "entity": str(one.entity),
        "field": one.field,
        "values": {"lost": plain(one.value), "written": plain(one.value_written)},
        "modified_at": plain(one.modified_at),
        "modified_by": one.modified_by,
        "reason": one.reason,
        "at": one.at.isoformat(),
        "run": one.run_id,
    }
