"""Look at both accounts and at the mapping files, and say for each thing whether a sync can rely on it.

Reads only, and remembers nothing. A failing check never stops the checks that do not depend on it: whoever sets
up the connector wants to see all that is missing at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final, Literal, TypeVar

from connector.core.flow import Pair
from connector.core.mapping.check import check_mappings
from connector.core.mapping.named import with_ids
from connector.core.ports import RecordInfo, System
from connector.core.schema import SystemName, record_types
from connector.errors import AuthFailed, BrakePulled, MappingError, Mistake, RemoteError, Unavailable
from connector.runs.parts import Parts, Progress

T = TypeVar("T")
State = Literal["ok", "warn", "fail"]
AUTO: Final = "auto"
FAULT: Final = 6
PERMISSIONS: Final = "Check the permissions of the integration user."
Records = Mapping[str, RecordInfo]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `subject` is a system or `mapping`; `how` the next step when it is not ok; `code` what the
    process ends with if this is the first fault: as if a run had stumbled over it."""

    state: State
    subject: str
    name: str
    what: str
    how: str = ""
    code: int = FAULT


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """All findings, in the order in which they were made."""

    checks: tuple[Check, ...]

    def data(self) -> dict[str, Any]:
        """`{"checks": [{state, subject, name, what, how, code}], "counts": {ok, warn, fail}, "exit_code": n}`."""
        found = Counter(check.state for check in self.checks)
        counts = {state: found[state] for state in ("ok", "warn", "fail")}
        faults = (check.code for check in self.checks if check.state == "fail")
        return {"checks": [asdict(check) for check in self.checks], "counts": counts, "exit_code": next(faults, 0)}


def doctor(parts: Parts, on_progress: Progress) -> DoctorReport:
    """Every check. Problems of the accounts are findings, not exceptions."""
    checks: list[Check] = []
    described: dict[SystemName, Records] = {}
    for system, adapter in parts.systems:
        on_progress(f"examining {system.title}", len(described), 2)
        examined = _examine(parts, system, adapter)
        checks += examined.checks
        if examined.records:
            described[system] = examined.records
    checks += _mapping_checks(parts, described)
    return DoctorReport(tuple(checks))


@dataclass(frozen=True, slots=True)
class _Examined:
    checks: tuple[Check, ...]
    records: Records | None = None


def _examine(parts: Parts, system: SystemName, adapter: System) -> _Examined:
    try:
        identity = adapter.identity()
    except RemoteError as error:
        return _Examined((_no_way_in(system, error),))
    types = tuple(dict.fromkeys(record_types(system).values()))
    records, refusals = _describe(system, adapter, types)
    checks = [
        Check("ok", system, "login", f"reached, and logged in to {identity}"),
        _same_account(parts, system, identity),
        *refusals,
        *_type_checks(system, records),
        *_key_checks(system, records),
        *_conversion_checks(parts, system, adapter),
    ]
    return _Examined(tuple(checks), None if refusals else records)


def _describe(system: SystemName, adapter: System, types: Sequence[str]) -> tuple[Records, list[Check]]:
    """Each type by itself, so that one that is not visible does not hide the others."""
    records: dict[str, RecordInfo] = {}
    refusals: list[Check] = []
    for type_ in types:
        found, refusal = _attempt(system, type_, partial(adapter.describe, (type_,)))
        records.update(found or {})
        refusals += [refusal] if refusal else []
    return records, refusals


def _no_way_in(system: SystemName, error: RemoteError) -> Check:
    if isinstance(error, AuthFailed):
        what, how = f"reached, but the login is refused: {error.message}", f"Mend `{system}.auth` in config.yaml."
        return Check("fail", system, "login", what, how, error.exit_code)
    if isinstance(error, Unavailable):
        how = "Check the account id or domain in config.yaml, the network, and whether the system is up."
        return Check("fail", system, "reach", f"no answer: {error.message}", how, error.exit_code)
    return Check("fail", system, "login", str(error), PERMISSIONS, error.exit_code)


def _same_account(parts: Parts, system: SystemName, identity: str) -> Check:
    """The state belongs to one pair of accounts; with another it would link strangers."""
    remembered = parts.store.identity()
    if remembered is None:
        return Check("ok", system, "identity", "the state belongs to no account yet")
    if remembered.of(system) == identity:
        return Check("ok", system, "identity", "the state belongs to this account")
    how = "Go back to that account, or give `state:` another file."
    what = f"the state belongs to {remembered.of(system)}, not to {identity}"
    return Check("fail", system, "identity", what, how, BrakePulled.exit_code)


def _attempt(system: SystemName, name: str, ask: Callable[[], T]) -> tuple[T | None, Check | None]:
    try:
        return ask(), None
    except RemoteError as error:
        return None, Check("fail", system, name, str(error), PERMISSIONS, error.exit_code)


def _type_checks(system: SystemName, records: Records) -> Iterator[Check]:
    for type_, info in records.items():
        writable = sum(field.createable or field.updateable for field in info.fields.values())
        yield Check("ok", system, type_, f"{len(info.fields)} fields visible, {writable} of them writable")


def _key_checks(system: SystemName, records: Records) -> Iterator[Check]:
    """Without a place for our key, links live in our state alone and are lost with it."""
    for type_, info in records.items():
        if info.key_field:
            yield Check("ok", system, f"{type_} key", f"`{info.key_field}` keeps the other system's id")
        else:
            how = f"Add the field that `{system}.key_field` names to {type_}, and let the integration user write it."
            yield Check(
                "warn", system, f"{type_} key", "no field for the other system's id: links depend on the state", how
            )


def _conversion_checks(parts: Parts, system: SystemName, adapter: System) -> Iterator[Check]:
    if system is SystemName.NETSUITE:
        stages, refusal = _attempt(system, "statuses", adapter.stages)
        yield refusal or _stages_check(stages or {})
    else:
        statuses, refusal = _attempt(system, "converted status", adapter.converted_statuses)
        yield refusal or _converted_check(parts.mappings.conversion.converted_status, statuses or ())


def _stages_check(stages: Mapping[str, str]) -> Check:
    found = Counter(stages.values())
    missing = [stage for stage in ("lead", "prospect", "customer") if not found[stage]]
    if missing:
        how = "Setup > Sales > Customer Statuses, and the permission to see them."
        return Check(
            "fail", SystemName.NETSUITE, "statuses", f"no status of stage {', '.join(missing)} is visible", how
        )
    told = ", ".join(f"{number} {stage}" for stage, number in sorted(found.items()))
    return Check("ok", SystemName.NETSUITE, "statuses", told)


def _converted_check(chosen: str, statuses: tuple[str, ...]) -> Check:
    name, offered = "converted status", ", ".join(statuses) or "none"
    how = f"Set `converted_status` in conversion.yaml to one of: {offered}."
    if chosen in statuses or (chosen == AUTO and len(statuses) == 1):
        return Check("ok", SystemName.SALESFORCE, name, chosen if chosen != AUTO else statuses[0])
    what = f"the org has {len(statuses)}, so `auto` cannot choose" if chosen == AUTO else f"the org has no `{chosen}`"
    return Check("fail", SystemName.SALESFORCE, name, what, how)


# --- mapping ---------------------------------------------------------------------------------------------


def _mapping_checks(parts: Parts, described: Mapping[SystemName, Records]) -> Iterator[Check]:
    if len(described) < 2:
        unseen = ", ".join(system.title for system in SystemName if system not in described)
        yield Check("warn", "mapping", "fields", f"not checked: {unseen} could not be asked", "Mend that first.")
        return
    records = Pair(described[SystemName.NETSUITE], described[SystemName.SALESFORCE])
    mistakes = check_mappings(with_ids(parts.mappings, records), records)
    yield from map(_mistake, mistakes)
    if not mistakes:
        yield Check(
            "ok", "mapping", "fields", "every mapped field exists on both sides and can be written where it must"
        )


def _mistake(mistake: Mistake) -> Check:
    where = f"{mistake.file}:{mistake.line}:{mistake.column}"
    return Check("fail", "mapping", where, mistake.what, mistake.expected, MappingError.exit_code)
