"""A plan as a file that people can read, approve, and have carried out later: JSON Lines, one action a line.

The first line says what the plan is for: the two accounts, the mapping files by fingerprint, the format, the time,
how many actions follow and their checksum. Every action stands with the records that it was decided from, each with
a digest of its mapped values and the links that it had. The file holds values of records: personal data.

    {"plan": "lead-connector", "format": 1, "made_at": ..., "accounts": {...}, "mappings": ..., "actions": 2, ...}
    {"verb": "update", "entity": "lead", "ref": "netsuite:customer:7", "fields": {...}, ..., "decided_from": {...}}

Values stand as JSON has them; what it has not, in an object with one tag that begins with `$`, e.g.
`{"$decimal": "1.50"}`: no vendor's field is called so. Only ASCII is written, so that no value can act on a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from connector.core.flow import (
    Action,
    Convert,
    Create,
    Delete,
    Later,
    Link,
    LinkUp,
    Pair,
    Plan,
    Ref,
    Rekey,
    Relink,
    Retire,
    Settle,
    SourceRecord,
    Update,
)
from connector.core.schema import ABSENT, Address, Entity, Gap, Money, SystemName
from connector.errors import PlanUnfit

FORMAT: Final = 1
NOTE: Final = "This file holds values of records: personal data. Keep it where only you can read it."

_VERBS: Final[Mapping[str, type[Any]]] = {
    "create": Create,
    "update": Update,
    "convert": Convert,
    "end_link": Relink,
    "retire": Retire,
    "delete": Delete,
    "link": LinkUp,
    "key": Rekey,
    "settle": Settle,
}
_NAMES: Final = {kind: verb for verb, kind in _VERBS.items()}


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as a plan was decided from it: the digest of what it held, and the ids of its active links."""

    digest: str
    links: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """An action, and every record that it was decided from."""

    action: Action
    decided_from: Mapping[Ref, Seen]


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan that was drawn up for two accounts with certain mapping files. `stand_ins`: as in `Plan`."""

    made_at: datetime
    accounts: Pair[str]
    mappings: str
    steps: tuple[Step, ...]
    stand_ins: Mapping[Ref, Ref] = field(default_factory=dict)

    def plan(self, steps: Iterable[Step]) -> Plan:
        """Some of its steps as a plan."""
        return Plan(tuple(step.action for step in steps), self.stand_ins)


def digest(record: SourceRecord) -> str:
    """Changes when, and only when, something changes that a plan may depend on. Our own key is left out: it is
    written beside many an action."""
    facts = {
        "fields": _data(record.fields),
        "stage": record.stage,
        "individual": record.individual,
        "inactive": record.inactive,
        "deleted": record.deleted,
        "merged_into": _data(record.merged_into),
        "converted": _data(asdict(record.converted)) if record.converted else None,
    }
    return sha256(_json(facts).encode()).hexdigest()[:16]


def link_ids(action: Action) -> tuple[int, ...]:
    """The links that an action speaks of by id."""
    match action:
        case Convert() | Delete() | Settle():
            return (action.link_id,)
        case Relink():
            return (action.retire,)
        case LinkUp():
            return action.replaces
        case Create(replaces=int(replaced)):
            return (replaced,)
    return ()


def decided_from(action: Action, links: Mapping[int, Link]) -> tuple[Ref, ...]:
    """The records that an action was decided from. `links`: those of `link_ids`."""
    linked = [ref for id_ in link_ids(action) if id_ in links for ref in links[id_].refs_both()]
    match action:
        case Create():
            found = [action.source]
        case Update():
            found = [action.ref, action.other]
        case Convert(account=Later(ref=prospect)):
            found = [action.lead, prospect]
        case Convert():
            found = [action.lead]
        case Retire():
            found = [action.ref, *action.after]
        case Relink():
            found = [*action.after]
        case LinkUp():
            found = [action.refs.netsuite, action.refs.salesforce]
        case Rekey():
            found = [action.ref]
        case _:
            found = []
    person = [action.person] if isinstance(action, Convert) and action.person else []
    return tuple(dict.fromkeys([*found, *person, *linked]))


# --- to lines ----------------------------------------------------------------------------------------------------


def to_lines(file: PlanFile) -> Iterator[str]:
    """The lines of the file, without line ends. The same plan gives the same lines."""
    steps = [_json(_step_data(step)) for step in file.steps]
    yield _json(
        {
            "plan": "lead-connector",
            "format": FORMAT,
            "made_at": file.made_at.isoformat(),
            "accounts": {str(system): account for system, account in file.accounts},
            "mappings": file.mappings,
            "actions": len(steps),
            "sha256": _checksum(steps),
            "stand_ins": {str(ref): str(other) for ref, other in sorted(file.stand_ins.items())},
            "note": NOTE,
        }
    )
    yield from steps


def _step_data(step: Step) -> dict[str, Any]:
    seen = {str(ref): {"digest": one.digest, "links": list(one.links)} for ref, one in step.decided_from.items()}
    return {"verb": _NAMES[type(step.action)], **_parts(step.action), "decided_from": seen}


def _parts(action: Action) -> dict[str, Any]:
    return {one.name: _data(getattr(action, one.name)) for one in fields(action)}


def _data(value: Any) -> Any:
    match value:
        case Later():
            return {"$later": str(value.ref)}
        case Decimal():
            return {"$decimal": str(value)}
        case Money():
            return {"$money": [str(value.amount), value.currency]}
        case datetime():  # before date: a datetime is a date too
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case Address():
            return {"$address": {name: part for name, part in asdict(value).items() if part is not None}}
        case Gap():
            return {"$absent": True}
        case Ref():
            return {"$ref": str(value)}
        case Pair():
            return {"$pair": [_data(value.netsuite), _data(value.salesforce)]}
        case Mapping():
            return {str(name): _data(inner) for name, inner in value.items()}
        case frozenset():
            return {"$set": sorted(value)}
        case tuple() | list():
            return [_data(inner) for inner in value]
    return value


def _json(data: Any) -> str:
    return json.dumps(data, separators=(", ", ": "), allow_nan=False)


def _checksum(lines: Iterable[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()


# --- from lines --------------------------------------------------------------------------------------------------


def from_lines(lines: Sequence[str]) -> PlanFile:
    """The plan in these lines (without line ends). PlanUnfit for anything that is not whole and of this format."""
    if not lines:
        raise PlanUnfit("the plan file is empty")
    head, steps = _object(lines[0]), lines[1:]
    if head.get("plan") != "lead-connector":
        raise PlanUnfit("this is no plan file; `connector plan --out FILE` makes one")
    if head.get("format") != FORMAT:
        raise PlanUnfit(
            f"the plan file has format {head.get('format')}, and this version knows {FORMAT}: make a new one"
        )
    if head.get("actions") != len(steps) or head.get("sha256") != _checksum(steps):
        raise PlanUnfit("the plan file was cut or changed since it was made: make a new one")
    try:
        accounts = head["accounts"]
        return PlanFile(
            made_at=datetime.fromisoformat(head["made_at"]),
            accounts=Pair(str(accounts["netsuite"]), str(accounts["salesforce"])),
            mappings=str(head["mappings"]),
            steps=tuple(_step(_object(line)) for line in steps),
            stand_ins={Ref.parse(ref): Ref.parse(other) for ref, other in head["stand_ins"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanUnfit(f"the plan file cannot be read ({type(error).__name__}): make a new one") from None


def _object(line: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise PlanUnfit("this is no plan file; `connector plan --out FILE` makes one")
    return data


def _step(data: dict[str, Any]) -> Step:
    kind, seen = _VERBS[data.pop("verb")], data.pop("decided_from")
    parts = {name: _KINDS.get(name, _value)(value) for name, value in data.items()}
    known = {Ref.parse(ref): Seen(str(one["digest"]), tuple(one["links"])) for ref, one in seen.items()}
    return Step(kind(**parts), known)


_KINDS: Final[Mapping[str, Callable[[Any], Any]]] = {"entity": Entity, "system": SystemName}
"""Parts of an action that are words of ours; the others are values."""


def _value(data: Any) -> Any:
    if isinstance(data, list):
        return tuple(_value(inner) for inner in data)
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        ((tag, inner),) = data.items()
        if tag in _TAGS:
            return _TAGS[tag](inner)
    return {name: _value(inner) for name, inner in data.items()}


_TAGS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "$later": lambda text: Later(Ref.parse(text)),
    "$decimal": Decimal,
    "$money": lambda parts: Money(Decimal(parts[0]), parts[1]),
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$address": lambda parts: Address(**parts),
    "$absent": lambda _: ABSENT,
    "$ref": Ref.parse,
    "$set": frozenset,
    "$pair": lambda both: Pair(_value(both[0]), _value(both[1])),
}
