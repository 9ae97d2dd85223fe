"""What the two accounts look like: asked, compared with what was remembered, and remembered again."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from connector.core.flow import Hold, Pair
from connector.core.mapping.check import Records, check_mappings
from connector.core.mapping.drift import drift, fitted, without
from connector.core.mapping.lookup import LISTS, LiveLists
from connector.core.mapping.named import remembering_names, with_ids
from connector.core.ports import FieldInfo, RecordInfo, System
from connector.core.scene import Account
from connector.core.schema import Stage, SystemName, record_types
from connector.errors import MappingError
from connector.runs.noticed import note
from connector.runs.parts import Parts

_FITTED: Final = "fitted"
"""Where the metadata is kept with which the mapping files last fitted."""
_LISTS: Final = "lists"
"""Where a digest is kept of the live lists that the last run looked into."""
_ENDED: Final = "mappings"
"""Where it is kept with which mapping files the last run came to its end."""


def identities(parts: Parts) -> Pair[str]:
    """The ids of the two accounts, asked of the systems themselves."""
    return Pair(parts.systems.netsuite.identity(), parts.systems.salesforce.identity())


def types_of(system: SystemName) -> tuple[str, ...]:
    """The record types that are read, each once, in a fixed order."""
    return tuple(dict.fromkeys(record_types(system).values()))


def checked(parts: Parts, *, remember: bool = True, believed_seconds: int | None = None) -> tuple[Parts, Account]:
    """The accounts, once every mapping file is known to fit them, and the parts to go on with: what an account changed
    since the files last fitted makes lines wait (`Account.drift`), and these are left out of the mappings.

    MappingError names all that the files themselves have wrong. Files that no run has seen yet are held against fresh
    metadata (they may speak of fields and values that are new), and so are lines that wait (they may be back).
    `believed_seconds`: how old other metadata may be (None: as the settings say; 0: asked now).
    """
    last, waited = _last(parts)
    changed = last != parts.mappings.fingerprint
    account = inspect(parts, remember=remember, believed_seconds=0 if changed or waited else believed_seconds)
    before = fitted_before(parts)
    said = parts.mappings
    parts = naming(parts, account.infos, before)
    lists = live_lists(parts)
    parts = replace(parts, mappings=parts.mappings.with_lists(lists))
    if remember:
        _heed(parts, lists)
    if before == account.infos and not changed:
        return parts, account
    found = drift(parts.mappings, before, account.infos)
    mappings = without(parts.mappings, found)
    fits = fitted(parts.mappings, found, before, account.infos)
    fits = fits if before is None else remembering_names(said, fits, before)
    mistakes = check_mappings(mappings, fits, values=False)
    if mistakes:
        raise MappingError(mistakes)
    if remember:
        note(parts.store, found.changes, parts.clock.now())
    if remember and fits != before:
        _look_again(parts, lambda hold: True)
        for system, infos in fits:
            parts.store.cache(system, _FITTED, _packed(infos), parts.clock.now())
    return replace(parts, mappings=mappings), replace(account, drift=found)


def naming(parts: Parts, now: Records, before: Records | None = None) -> Parts:
    """The parts with mappings that say ids where the files say names. `before`: where a name that an admin changed
    meanwhile is still known."""
    mappings = with_ids(parts.mappings, now)
    return replace(parts, mappings=mappings if before in (None, now) else with_ids(mappings, before))


def looking_up(parts: Parts) -> Parts:
    """The parts with mappings that look into the live lists."""
    if not parts.mappings.lookups:
        return parts
    return replace(parts, mappings=parts.mappings.with_lists(live_lists(parts)))


def _heed(parts: Parts, lists: LiveLists) -> None:
    """Values that were held because a live list lacked them are looked at again once it is another than last time."""
    if not parts.mappings.lookups:
        return
    said = hashlib.sha256(json.dumps([lists.netsuite, lists.salesforce], sort_keys=True).encode()).hexdigest()
    kept = parts.store.cached(SystemName.NETSUITE, _LISTS)
    if kept is not None and kept[0] != said:
        _look_again(parts, lambda hold: _is_looked_up(parts, hold))
    if kept is None or kept[0] != said:
        parts.store.cache(SystemName.NETSUITE, _LISTS, said, parts.clock.now())


def _look_again(parts: Parts, concerned: Callable[[Hold], bool]) -> None:
    """Queue the records of held values: what their accounts would not take may fit now."""
    held = (one for one in parts.store.open_holds() if one.hold.kind == "value")
    parts.store.retry_holds(one.id for one in held if concerned(one.hold))


def _is_looked_up(parts: Parts, hold: Hold) -> bool:
    line = parts.mappings.of(hold.entity).fields.get(hold.field or "")
    return line is not None and line.lookup is not None


def live_lists(parts: Parts) -> LiveLists:
    """The lists that lines look into, as they are now: people come and go. Nothing is asked for that no line needs."""

    def of(system: SystemName) -> dict[str, Mapping[str, str]]:
        wanted = {name: LISTS[name].sources.of(system) for name in sorted(parts.mappings.lookups)}
        asked = parts.systems.of(system).live_list
        return {name: asked(source.type, source.key_field) for name, source in wanted.items() if source}

    return Pair(of(SystemName.NETSUITE), of(SystemName.SALESFORCE))


def _last(parts: Parts) -> tuple[str | None, frozenset[str]]:
    """The mapping files of the last run that came to an end, by their fingerprint (None: there was no such run), and
    their lines that waited then."""
    kept = parts.store.cached(SystemName.NETSUITE, _ENDED)
    return (kept[0]["fingerprint"], frozenset(kept[0]["waiting"])) if kept else (None, frozenset())


def must_read_all(parts: Parts) -> bool:
    """Whether every record may be news: the files say something else than in the last run that came to an end, or a
    line that waited then because an account changed is back."""
    last, waited = _last(parts)
    return last != parts.mappings.fingerprint or not waited <= set(parts.mappings.waiting)


def remember_mappings(parts: Parts) -> None:
    """A run came to its end with these mappings."""
    said = {"fingerprint": parts.mappings.fingerprint, "waiting": list(parts.mappings.waiting)}
    parts.store.cache(SystemName.NETSUITE, _ENDED, said, parts.clock.now())


def mappings_changed(parts: Parts) -> bool:
    """Whether the mapping files say something else than in the last run that came to an end."""
    return _last(parts)[0] != parts.mappings.fingerprint


def mappings_rewritten(parts: Parts) -> bool:
    """Whether an earlier run came to an end with other mapping files."""
    return _last(parts)[0] not in (None, parts.mappings.fingerprint)


def inspect(parts: Parts, *, remember: bool = True, believed_seconds: int | None = None) -> Account:
    """Metadata, stages and converted statuses of both accounts.

    `remember`: keep what was asked (a dry run keeps nothing). `believed_seconds`: see `checked`.
    """
    asked: list[str] = []
    settings = parts.settings
    limit = timedelta(seconds=settings.metadata_seconds if believed_seconds is None else believed_seconds)

    def ask(system: SystemName, name: str, question: Callable[[System], Any]) -> Any:
        kept = parts.store.cached(system, name)
        if kept is not None and parts.clock.now() - kept[1] < limit:
            return kept[0]
        data = question(parts.systems.of(system))
        asked.append(name)
        if remember:
            parts.store.cache(system, name, data, parts.clock.now())
        return data

    def describe(system: SystemName) -> Mapping[str, RecordInfo]:
        return _infos(ask(system, "describe", lambda one: _packed(one.describe(types_of(system)))))

    stages = ask(SystemName.NETSUITE, "stages", lambda one: dict(one.stages()))
    statuses = ask(SystemName.SALESFORCE, "converted_statuses", lambda one: list(one.converted_statuses()))
    infos: Pair[Mapping[str, RecordInfo]] = Pair(describe(SystemName.NETSUITE), describe(SystemName.SALESFORCE))
    return Account(
        infos=infos,
        stages={id_: Stage(stage) for id_, stage in stages.items()},
        converted_statuses=tuple(statuses),
        fresh=asked.count("describe") == len(SystemName),
    )


def remembered(parts: Parts) -> tuple[Records, Pair[datetime]] | None:
    """The metadata that was asked for last, and when; None unless both accounts' is there."""
    kept = Pair(*(parts.store.cached(system, "describe") for system in SystemName))
    if kept.netsuite is None or kept.salesforce is None:
        return None
    return Pair(*map(_infos, (kept.netsuite[0], kept.salesforce[0]))), Pair(kept.netsuite[1], kept.salesforce[1])


def fitted_before(parts: Parts) -> Records | None:
    """The metadata with which the mapping files last fitted; None before the first run."""
    kept = Pair(*(parts.store.cached(system, _FITTED) for system in SystemName))
    if kept.netsuite is None or kept.salesforce is None:
        return None
    return Pair(_infos(kept.netsuite[0]), _infos(kept.salesforce[0]))


def _packed(infos: Mapping[str, RecordInfo]) -> str:
    """How metadata is kept: a hundred kilobytes of JSON in a tenth of the room."""
    text = json.dumps(dict(infos), default=_plain, sort_keys=True)
    return b64encode(zlib.compress(text.encode())).decode()


def _plain(info: RecordInfo | FieldInfo) -> dict[str, Any]:
    """Not `asdict`, which copies every value of hundreds of fields."""
    return {field.name: getattr(info, field.name) for field in fields_of(info)}


@lru_cache(maxsize=8)  # a run reads the same text several times, and hundreds of fields take long to build
def _infos(packed: str) -> Mapping[str, RecordInfo]:
    """The metadata that `_packed` wrote."""
    data = json.loads(zlib.decompress(b64decode(packed)))
    return {type_: _record_info(entry) for type_, entry in data.items()}


def _record_info(data: Mapping[str, Any]) -> RecordInfo:
    fields = {
        name: FieldInfo(**{**entry, "refers_to": tuple(entry["refers_to"])}) for name, entry in data["fields"].items()
    }
    return RecordInfo(SystemName(data["system"]), data["type"], fields, data["key_field"])
