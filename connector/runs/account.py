"""What the two accounts look like: asked once a day, and whenever the mapping files change; remembered in the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from connector.core.flow import Pair
from connector.core.mapping.check import check_mappings
from connector.core.ports import FieldInfo, RecordInfo, System
from connector.core.scene import Account
from connector.core.schema import Stage, SystemName, record_types
from connector.errors import MappingError
from connector.runs.parts import Parts


def identities(parts: Parts) -> Pair[str]:
    """The ids of the two accounts, asked of the systems themselves."""
    return Pair(parts.systems.netsuite.identity(), parts.systems.salesforce.identity())


def types_of(system: SystemName) -> tuple[str, ...]:
    """The record types that are read, each once, in a fixed order."""
    return tuple(dict.fromkeys(record_types(system).values()))


def checked(parts: Parts, *, remember: bool = True) -> Account:
    """The accounts, once every mapping file is known to fit them. MappingError names all that does not.

    Files that no run has seen yet are held against fresh metadata: they may speak of fields and values that are new.
    """
    account = inspect(parts, remember=remember, fresh=mappings_changed(parts))
    mistakes = check_mappings(parts.mappings, account.infos, values=False)
    if mistakes:
        raise MappingError(mistakes)
    return account


def mappings_changed(parts: Parts) -> bool:
    """Whether the mapping files say something else than in the last run that came to an end."""
    kept = parts.store.cached(SystemName.NETSUITE, "mappings")
    return kept is None or kept[0] != parts.mappings.fingerprint


def inspect(parts: Parts, *, remember: bool = True, fresh: bool = False) -> Account:
    """Metadata, stages and converted statuses of both accounts.

    `remember`: keep what was asked (a dry run keeps nothing). `fresh`: ask even if what is kept is young.
    """

    def ask(system: SystemName, name: str, question: Callable[[System], Any]) -> Any:
        kept = None if fresh else parts.store.cached(system, name)
        limit = timedelta(seconds=parts.settings.metadata_seconds)
        if kept is not None and parts.clock.now() - kept[1] < limit:
            return kept[0]
        data = question(parts.systems.of(system))
        if remember:
            parts.store.cache(system, name, data, parts.clock.now())
        return data

    def describe(system: SystemName) -> dict[str, RecordInfo]:
        data = ask(system, "describe", lambda one: _to_data(one.describe(types_of(system))))
        return {type_: _record_info(entry) for type_, entry in data.items()}

    stages = ask(SystemName.NETSUITE, "stages", lambda one: dict(one.stages()))
    statuses = ask(SystemName.SALESFORCE, "converted_statuses", lambda one: list(one.converted_statuses()))
    return Account(
        infos=Pair(describe(SystemName.NETSUITE), describe(SystemName.SALESFORCE)),
        stages={id_: Stage(stage) for id_, stage in stages.items()},
        converted_statuses=tuple(statuses),
    )


def _to_data(infos: Mapping[str, RecordInfo]) -> dict[str, Any]:
    return {type_: asdict(info) for type_, info in infos.items()}


def _record_info(data: Mapping[str, Any]) -> RecordInfo:
    fields = {
        name: FieldInfo(**{**entry, "refers_to": tuple(entry["refers_to"])}) for name, entry in data["fields"].items()
    }
    return RecordInfo(SystemName(data["system"]), data["type"], fields, data["key_field"])
