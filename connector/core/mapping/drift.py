"""What changed in the accounts since the mapping last fitted them, and which lines must wait because of it.

A field that was there and is not any more is the account's doing: its line is held, everything else goes on. A field
that never was there is a mistake of the file, which stops a run. What tells the two apart is the metadata with which
the files last fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from connector.core.flow import Pair
from connector.core.mapping.check import Records, found_in
from connector.core.mapping.document import Mappings
from connector.core.mapping.proof import Loss, prove_line
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.yaml_file import Path
from connector.core.matching.likeness import MATCHED_BY
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, SystemName

ChangeKind = Literal[
    "field appeared", "field vanished", "field renamed", "type changed", "length changed", "decimals changed",
    "became required", "became read-only", "value appeared", "value vanished", "value renamed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """Something that an account's metadata says otherwise than before; `was` and `now` are names, kinds or numbers."""

    system: SystemName
    type: str
    field: str
    kind: ChangeKind
    was: str = ""
    now: str = ""

    @property
    def what(self) -> str:
        between = f": {self.was or '(none)'} -> {self.now or '(none)'}" if self.was or self.now else ""
        return f"{self.kind}{between}"


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line that waits, because an account changed. `settle`: what to write in its place, if that can be told."""

    entity: Entity
    field: str
    file: str
    line: int
    reason: str
    settle: str


@dataclass(frozen=True, slots=True)
class Drift:
    """`creates`: why no new record of a thing is made in a system meanwhile. `constants`: vendor fields that new
    records are not given any more."""

    changes: tuple[Change, ...] = ()
    held: tuple[HeldLine, ...] = ()
    creates: Mapping[tuple[SystemName, Entity], str] = field(default_factory=dict)
    constants: frozenset[tuple[SystemName, Entity, str]] = frozenset()

    @property
    def lines(self) -> frozenset[tuple[Entity, str]]:
        return frozenset((line.entity, line.field) for line in self.held)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Names of all that waits; what is not among them any more some later day is back."""
        lines = (f"{entity}.{name}" for entity, name in self.lines)
        constants = (f"{system}.{entity}.{name}" for system, entity, name in self.constants)
        return tuple(sorted((*lines, *constants, *(f"new {system}.{entity}" for system, entity in self.creates))))


NO_DRIFT = Drift()


def drift(mappings: Mappings, before: Records | None, now: Records) -> Drift:
    """`before`: the metadata with which the files last fitted; without one, nothing can have changed."""
    if before is None:
        return NO_DRIFT
    news = {entity: _news(mappings.of(entity), before, now) for entity in Entity}
    held = tuple(line for entity in Entity for line in _held(mappings, entity, news[entity], before, now))
    return Drift(
        changes=tuple(changes(before, now)),
        held=held,
        creates=_creates(news, held),
        constants=frozenset(
            (SystemName(str(path[0])), entity, str(path[2]))
            for entity, found in news.items()
            for path, _, _ in found
            if path[1] == "create"
        ),
    )


Found = tuple[Path, str, str]
"""Where in the file, what is wrong, what was expected."""


def _news(mapping: EntityMapping, before: Records, now: Records) -> list[Found]:
    """What the file cannot do in the accounts now, and could before."""
    found = list(found_in(mapping, now))
    known = {one[:2] for one in found_in(mapping, before)} if found else set()
    return [one for one in found if one[:2] not in known]


# --- lines that wait -------------------------------------------------------------------------------------


def _held(mappings: Mappings, entity: Entity, news: list[Found], before: Records, now: Records) -> Iterator[HeldLine]:
    mapping = mappings.of(entity)
    broken = {str(path[1]): what for path, what, _ in reversed(news) if path[0] == "fields"}
    for name in mapping.fields:
        if name in broken:
            yield _line(mappings, entity, name, broken[name], _settling(mappings, entity, name, before, now))
        elif loss := _new_loss(mapping, name, before, now):
            yield _line(mappings, entity, name, f"{_new_kinds(mapping, name, before, now)}{loss.what}", loss.repair)


def _line(mappings: Mappings, entity: Entity, name: str, reason: str, settle: str) -> HeldLine:
    at = mappings.sources[entity].mistake(("fields", name), "", on_key=True)
    return HeldLine(entity, name, at.file, at.line, reason, settle)


def _new_loss(mapping: EntityMapping, name: str, before: Records, now: Records) -> Loss | None:
    """A value that the line damages now and did not before, by the two-way proof. A field that was not there before
    has not changed."""
    infos = Pair(*(_info(mapping, system, now) for system in SystemName))
    old = Pair(*(_info(mapping, system, before) for system in SystemName))
    if not _touched(mapping, name, old, infos) or not _complete(mapping, name, old):
        return None
    known = {loss.breach for loss in prove_line(mapping, name, old)}
    return next(
        (loss for loss in prove_line(mapping, name, infos) if not loss.declared and loss.breach not in known), None
    )


def _new_kinds(mapping: EntityMapping, name: str, before: Records, now: Records) -> str:
    """`X is a boolean now: ` for each field of the line whose type changed."""
    told = ""
    for system, lens in mapping.fields[name].lenses:
        old, new = (_info(mapping, system, records).fields for records in (before, now))
        for vendor in dict.fromkeys((*lens.reads, *lens.writes)):
            if vendor in old and vendor in new and old[vendor].kind != new[vendor].kind:
                told += f"`{vendor}` was {old[vendor].kind} and is {new[vendor].kind} now: "
    return told


def _info(mapping: EntityMapping, system: SystemName, records: Records) -> RecordInfo:
    type_ = mapping.record_type(system)
    return records.of(system).get(type_) or RecordInfo(system, type_, {})


def _touched(mapping: EntityMapping, name: str, old: Pair[RecordInfo], infos: Pair[RecordInfo]) -> bool:
    lenses = mapping.fields[name].lenses
    return any(
        old.of(system).fields.get(vendor) != infos.of(system).fields.get(vendor)
        for system, lens in lenses
        for vendor in {*lens.reads, *lens.writes}
    )


def _complete(mapping: EntityMapping, name: str, infos: Pair[RecordInfo]) -> bool:
    return all(
        {*lens.reads, *lens.writes} <= infos.of(system).fields.keys() for system, lens in mapping.fields[name].lenses
    )


def _settling(mappings: Mappings, entity: Entity, name: str, before: Records, now: Records) -> str:
    """The line as it would be with the new name of a renamed field; else that it has nothing to map any more."""
    mapping, source = mappings.of(entity), mappings.sources[entity]
    at = source.mistake(("fields", name), "", on_key=True)
    for system, lens in mapping.fields[name].lenses:
        for vendor in (*lens.reads, *lens.writes):
            new = renamed(vendor, _info(mapping, system, before), _info(mapping, system, now))
            if new:
                return _replaced(source.lines, at.line - 1, vendor, new)
    return f"take the line `{name}` out, or name another field"


def _replaced(lines: tuple[str, ...], start: int, old: str, new: str) -> str:
    """The first of the line's own texts that names the field, with the new name."""
    found = next((text for text in lines[start : start + 12] if old in text), "")
    return found.strip().replace(old, new) if found else f"name `{new}` in place of `{old}`"


def _creates(news: Mapping[Entity, list[Found]], held: tuple[HeldLine, ...]) -> dict[tuple[SystemName, Entity], str]:
    """Why new records wait: something is demanded that nothing gives, or what tells doubles apart is held."""
    found = {
        (SystemName(str(path[0])), entity): what
        for entity, some in news.items()
        for path, what, _ in some
        if path[1] == "record"
    }
    for line in held:
        if line.field in MATCHED_BY[line.entity]:
            for system in SystemName:
                reason = f"`{line.field}` is held, and without it a double could not be told: {line.reason}"
                found.setdefault((system, line.entity), reason)
    return found


# --- the mapping and the metadata to go on with ----------------------------------------------------------


def without(mappings: Mappings, found: Drift) -> Mappings:
    """The mappings without the lines and constants that wait."""
    waiting = found.waiting
    if not waiting:
        return mappings
    return replace(mappings, entities={e: _left(mappings.of(e), found) for e in Entity}, waiting=waiting)


def _left(mapping: EntityMapping, found: Drift) -> EntityMapping:
    fields = {name: line for name, line in mapping.fields.items() if (mapping.entity, name) not in found.lines}
    sides = Pair(
        *(
            replace(
                side,
                create={n: v for n, v in side.create.items() if (system, mapping.entity, n) not in found.constants},
            )
            for system, side in mapping.sides
        )
    )
    return replace(mapping, fields=fields, sides=sides)


def fitted(mappings: Mappings, found: Drift, before: Records | None, now: Records) -> Records:
    """The metadata to remember as that with which the files fitted: today's, but for fields of what waits."""
    if before is None:
        return now
    waiting = {(system, mappings.of(entity).record_type(system), name) for system, entity, name in found.constants}
    for entity, name in found.lines:
        mapping = mappings.of(entity)
        for system, lens in mapping.fields[name].lenses:
            old, new = (_info(mapping, system, records) for records in (before, now))
            names = {*lens.reads, *lens.writes}
            names |= {renamed(vendor, old, new) for vendor in names}  # known as the new name until the line says it
            waiting |= {(system, mapping.record_type(system), vendor) for vendor in names}
    for system, entity in found.creates:
        type_ = mappings.of(entity).record_type(system)
        waiting |= {(system, type_, name) for name in _newly_demanded(type_, before.of(system), now.of(system))}
    return Pair(*(_with_old(system, infos, before.of(system), waiting) for system, infos in now))


def _newly_demanded(type_: str, before: Mapping[str, RecordInfo], now: Mapping[str, RecordInfo]) -> set[str]:
    old = before[type_].fields if type_ in before else {}
    new = now[type_].fields if type_ in now else {}
    return {name for name, known in new.items() if known.required and not (name in old and old[name].required)}


def _with_old(
    system: SystemName,
    now: Mapping[str, RecordInfo],
    before: Mapping[str, RecordInfo],
    waiting: set[tuple[SystemName, str, str]],
) -> dict[str, RecordInfo]:
    """Today's record types, with what waits as it was; what was not there is left out."""
    kept: dict[str, RecordInfo] = {}
    for type_, info in now.items():
        old = before[type_].fields if type_ in before else {}
        names = {name for at, of, name in waiting if (at, of) == (system, type_)}
        fields = {name: known for name, known in info.fields.items() if name not in names}
        kept[type_] = replace(info, fields={**fields, **{name: old[name] for name in names if name in old}})
    return kept


# --- what changed ----------------------------------------------------------------------------------------


def changes(before: Records, now: Records) -> Iterator[Change]:
    """Every difference in the record types that both knew, in a fixed order."""
    for system, infos in now:
        for type_, info in infos.items():
            if type_ in before.of(system):
                yield from _of_type(before.of(system)[type_], info)


def _of_type(old: RecordInfo, new: RecordInfo) -> Iterator[Change]:
    gone = [name for name in old.fields if name not in new.fields]
    names = {name: renamed(name, old, new) for name in gone}
    for name in gone:
        if names[name]:
            yield Change(new.system, new.type, name, "field renamed", name, names[name])
            yield from _of_field(new, old.fields[name], new.fields[names[name]])
        else:
            yield Change(new.system, new.type, name, "field vanished")
    for name, known in new.fields.items():
        if name in old.fields:
            yield from _of_field(new, old.fields[name], known)
        elif name not in names.values():
            yield Change(new.system, new.type, name, "field appeared", "", known.label)


def renamed(name: str, old: RecordInfo, new: RecordInfo) -> str:
    """The field that took the place of one that is gone: the one of the same id, else (an account need not tell ids,
    nor keep them for ever) the only new one of its label and kind. "" where there is none."""
    was = old.fields.get(name)
    if was is None or name in new.fields:
        return ""
    fresh = [info for info in new.fields.values() if info.name not in old.fields]
    itself = [info.name for info in fresh if was.id and info.id == was.id]
    alike = [info.name for info in fresh if was.label and (info.kind, info.label) == (was.kind, was.label)]
    return itself[0] if itself else alike[0] if len(alike) == 1 else ""


def _of_field(info: RecordInfo, old: FieldInfo, new: FieldInfo) -> Iterator[Change]:
    def change(kind: ChangeKind, was: object = "", now: object = "") -> Change:
        told = ("" if value is None else str(value) for value in (was, now))
        return Change(info.system, info.type, new.name, kind, *told)

    if old == new:
        return
    if old.kind != new.kind:
        yield change("type changed", old.kind, new.kind)
    if old.length != new.length:
        yield change("length changed", old.length, new.length)
    if old.decimals != new.decimals:
        yield change("decimals changed", old.decimals, new.decimals)
    if new.required and not old.required:
        yield change("became required")
    if (old.createable or old.updateable) and not (new.createable or new.updateable):
        yield change("became read-only")
    if old.options is not None and new.options is not None:
        yield from _of_values(change, old.options, new.options)


def _of_values(change: Callable[..., Change], old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for value, label in old.items():
        if value not in new:
            yield change("value vanished", _called(value, label), "")
        elif new[value] != label:
            yield change("value renamed", _called(value, label), _called(value, new[value]))
    for value, label in new.items():
        if value not in old:
            yield change("value appeared", "", _called(value, label))


def _called(value: str, label: str) -> str:
    return value if value == label else f"{value} ({label})"
