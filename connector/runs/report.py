"""What runs report: frozen data with `.data()`, the JSON that `--json` prints and that the texts are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connector.core.flow import (
    Action,
    Convert,
    Create,
    Delete,
    Hold,
    Later,
    LinkUp,
    Pair,
    Plan,
    Planned,
    Ref,
    Rekey,
    Relink,
    Retire,
    Update,
)
from connector.core.schema import Address, Money, SystemName, Value
from connector.runs.advice import NO_ADVICE, Advice
from connector.runs.coverage import Uncarried, as_data


@dataclass(frozen=True, slots=True)
class Difference:
    """A canonical field in which a linked pair differs although nothing explains it."""

    entity: str
    refs: Pair[Ref]
    field: str
    values: Pair[Value]

    def data(self) -> dict[str, Any]:
        return {
            "entity": self.entity,
            **_both(self.refs),
            "field": self.field,
            "values": _values(self.values),
        }


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a run would do. `advice`: what it has to say about the mapping files."""

    plan: Plan
    brake: str = ""
    advice: Advice = NO_ADVICE

    def data(self) -> dict[str, Any]:
        actions = [action_data(action) for action in self.plan.actions]
        return {
            "actions": [entry for entry in actions if entry],
            "counts": _count_actions(self.plan),
            "writes": len(self.plan.writes),
            "holds": [hold_data(hold) for hold in self.plan.of(Hold)],
            "brake": self.brake,
            "observed": _pair_data(self.plan.observed_count),
            **self.advice.data(),
        }


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a run did. `brake`: what the brake on deletes says, which stops nothing else; `released`: the brakes that
    `--allow` released."""

    mode: str
    run: int
    started_at: datetime
    seconds: float
    passes: int
    counts: Mapping[str, int]
    holds: tuple[Hold, ...] = ()
    open_holds: int = 0
    conversions: tuple[Mapping[str, str], ...] = ()
    uncarried: tuple[Uncarried, ...] = ()
    calls: Mapping[str, Any] = field(default_factory=dict)
    recovered: int = 0
    brake: str = ""
    released: tuple[str, ...] = ()
    plan: PlanReport | None = None
    ended: str = "done"
    advice: Advice = NO_ADVICE

    @property
    def writes(self) -> Pair[int]:
        """Vendor records written, by system (our keys included)."""
        verbs = (".created", ".updated", ".converted", ".retired", ".deleted", ".keyed")
        return Pair(
            sum(n for name, n in self.counts.items() if name.startswith("netsuite.") and name.endswith(verbs)),
            sum(n for name, n in self.counts.items() if name.startswith("salesforce.") and name.endswith(verbs)),
        )

    @property
    def incomplete(self) -> bool:
        """Whether some record could not be written (a hold for a person is not that)."""
        return any(name.endswith((".refused", ".unknown", ".deferred")) and n for name, n in self.counts.items())

    def data(self) -> dict[str, Any]:
        return {
            "mode": self.mode,
            "run": self.run,
            "started_at": self.started_at.isoformat(),
            "seconds": round(self.seconds, 3),
            "passes": self.passes,
            "counts": nested(self.counts),
            "writes": _pair_data(self.writes),
            "quiet": not any(count for _, count in self.writes),
            "conversions": [dict(one) for one in self.conversions],
            "holds": [hold_data(hold) for hold in self.holds],
            "open_holds": self.open_holds,
            **_uncarried(self.uncarried),
            **self.advice.data(),
            "calls": dict(self.calls),
            "recovered": self.recovered,
            "incomplete": self.incomplete,
            "brake": self.brake,
            "released": list(self.released),
            "ended": self.ended,
            **({"plan": self.plan.data()} if self.plan else {}),
        }


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """How the two systems compare. `explained`: differences that both sides agreed on (automation), held ones
    and conflicts; `unlinked`: live records in scope without a counterpart, with the reason where one is known;
    `lead_and_customer`: linked things that are a lead on one side and a customer on the other."""

    compared: int
    equal: int
    differences: tuple[Difference, ...]
    explained: tuple[Mapping[str, Any], ...]
    unlinked: tuple[Mapping[str, str], ...]
    lead_and_customer: int
    uncarried: tuple[Uncarried, ...] = ()

    def data(self) -> dict[str, Any]:
        return {
            "compared": self.compared,
            "equal": self.equal,
            "differences": [difference.data() for difference in self.differences],
            "explained": [dict(one) for one in self.explained],
            "unlinked": [dict(one) for one in self.unlinked],
            "lead_and_customer": self.lead_and_customer,
            **_uncarried(self.uncarried),
        }


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What the store knows, without asking the systems. `advice`: what the accounts changed lately."""

    identity: Pair[str] | None
    links: Mapping[str, int]
    holds: tuple[Hold, ...]
    pending: int
    rechecks: int
    cursors: Mapping[str, str]
    runs: tuple[Mapping[str, Any], ...]
    advice: Advice = NO_ADVICE

    def data(self) -> dict[str, Any]:
        return {
            "identity": _pair_data(self.identity) if self.identity else None,
            "links": dict(self.links),
            "holds": [hold_data(hold) for hold in self.holds],
            "pending": self.pending,
            "rechecks": self.rechecks,
            "cursors": dict(self.cursors),
            "runs": [dict(run) for run in self.runs],
            **self.advice.data(),
        }


def _uncarried(found: tuple[Uncarried, ...]) -> dict[str, Any]:
    unmapped, left_out = as_data(found)
    return {"unmapped": unmapped, "left_out": left_out}


# --- plain data ------------------------------------------------------------------------------------------


def hold_data(hold: Hold) -> dict[str, Any]:
    """A hold as JSON; `values` are the canonical values of both sides, where known."""
    return {
        "kind": hold.kind,
        "entity": str(hold.entity),
        "netsuite": str(hold.refs.netsuite) if hold.refs.netsuite else None,
        "salesforce": str(hold.refs.salesforce) if hold.refs.salesforce else None,
        "field": hold.field,
        "reason": hold.reason,
        "code": hold.code,
        "values": _values(hold.values),
        "base": _values(hold.base),
        "names": _values(Pair(hold.names.netsuite, hold.names.salesforce)),
        "modified": {
            str(system): {"at": plain(at), "by": hold.modified_by.of(system)} for system, at in hold.modified_at
        },
    }


def plain(value: Any) -> Any:
    """A canonical or raw value as JSON can hold it."""
    if isinstance(value, Address):
        return {name: getattr(value, name) for name in Address.__slots__}
    if isinstance(value, Decimal | Money | date | datetime | Ref):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Later):
        return {"counterpart_of": str(value.ref)}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    return value


def action_data(action: Action) -> dict[str, Any]:
    if isinstance(action, Create):
        return _write("create", action.system, action.entity, action.source, action.fields, action.reason)
    if isinstance(action, Update):
        entry = _write("update", action.ref.system, action.entity, action.ref, action.fields, action.reason)
        changes = {name: [plain(action.expected.get(name)), plain(value)] for name, value in action.values.items()}
        return {**entry, "changes": changes}
    if isinstance(action, Retire):
        return _write("retire", SystemName.NETSUITE, "lead", action.ref, action.fields, action.reason)
    if isinstance(action, Delete):
        return _write("delete", action.ref.system, action.entity, action.ref, {}, action.reason)
    if isinstance(action, Convert):
        return {
            **_write("convert", SystemName.SALESFORCE, "lead", action.lead, {}, action.reason),
            "account": plain(action.account),
            "contact": action.contact,
            "status": action.converted_status,
        }
    if isinstance(action, Rekey):
        return {
            "verb": "key",
            "system": str(action.ref.system),
            "entity": str(action.entity),
            "record": str(action.ref),
        }
    if isinstance(action, LinkUp):
        return {"verb": "link", "entity": str(action.entity), **_both(action.refs), "reason": action.reason}
    if isinstance(action, Relink):
        return {"verb": "end_link", "link": action.retire, "reason": action.reason}
    return {}


def _write(
    verb: str, system: SystemName, entity: str, ref: Ref, fields: Mapping[str, Planned], reason: str
) -> dict[str, Any]:
    return {
        "verb": verb,
        "system": str(system),
        "entity": str(entity),
        "record": str(ref),
        "fields": {name: plain(value) for name, value in sorted(fields.items())},
        "reason": reason,
    }


def _count_actions(plan: Plan) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for entry in filter(None, map(action_data, plan.actions)):
        if "system" in entry:
            name = f"{entry['system']}.{entry['entity']}.{entry['verb']}"
        else:
            name = f"links.{entry.get('entity', 'lead')}.{entry['verb']}"
        counts[name] = counts.get(name, 0) + 1
    return nested(counts)


def nested(counts: Mapping[str, int]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, count in sorted(counts.items()):
        *path, last = name.split(".")
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
        branch[last] = count
    return tree


def _values(values: Pair[Value]) -> dict[str, Any] | None:
    if values.netsuite is None and values.salesforce is None:
        return None
    return {"netsuite": plain(values.netsuite), "salesforce": plain(values.salesforce)}


def _both(refs: Pair[Ref]) -> dict[str, str]:
    return {"netsuite": str(refs.netsuite), "salesforce": str(refs.salesforce)}


def _pair_data(pair: Pair[Any]) -> dict[str, Any]:
    return {"netsuite": pair.netsuite, "salesforce": pair.salesforce}


def unique(holds: Iterable[Hold]) -> tuple[Hold, ...]:
    """Holds without repetition, in a fixed order."""
    return tuple(dict.fromkeys(sorted(holds, key=lambda one: (one.kind, one.entity, str(one.refs), one.field or ""))))
