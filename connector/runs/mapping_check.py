"""Everything that can be said of the mapping files before they are used: mistakes, what stops at a stage, and the
two-way proof against both accounts' metadata."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.core.flow import Pair
from connector.core.mapping.check import Records, check_mappings
from connector.core.mapping.document import Mappings
from connector.core.mapping.named import with_ids
from connector.core.mapping.ownership import contradictions
from connector.core.mapping.proof import Loss, own_fields, prove
from connector.core.schema import Entity
from connector.errors import MappingError, Mistake
from connector.runs.account import inspect, remembered
from connector.runs.parts import Parts, Progress, silent


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of both accounts, and how old that is; `age` None for what was asked just now."""

    records: Records
    age: Pair[timedelta | None]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """`losses` in the files' order, each with its place. `gated`: lines that begin at a stage. `costly`: lines that
    cost a call for each record that is read. `metadata` None: what needs an account was not checked."""

    files: tuple[str, ...]
    lines: int
    metadata: Metadata | None
    mistakes: tuple[Mistake, ...]
    losses: tuple[tuple[Mistake, Loss], ...]
    gated: tuple[tuple[Mistake, str], ...]
    costly: tuple[tuple[Mistake, str], ...]

    def data(self) -> dict[str, Any]:
        undeclared = [loss for _, loss in self.losses if not loss.declared]
        return {
            "files": list(self.files),
            "lines": self.lines,
            "metadata": _metadata_data(self.metadata),
            "mistakes": [_mistake_data(one) for one in self.mistakes],
            "losses": [_place(at) | _loss_data(loss) for at, loss in self.losses],
            "gated": [_place(at) | {"what": what} for at, what in self.gated],
            "costly": [_place(at) | {"what": what} for at, what in self.costly],
            "exit_code": MappingError.exit_code if self.mistakes or undeclared else 0,
        }


def check(
    parts: Parts, *, offline: bool = False, only: Collection[str] = (), on_progress: Progress = silent
) -> CheckReport:
    """Asks both accounts for their metadata, or with `offline` believes what the state remembers. Writes nothing."""
    return check_files(parts.mappings, _remembered(parts) if offline else _asked(parts, on_progress), only)


def check_files(mappings: Mappings, metadata: Metadata | None, only: Collection[str] = ()) -> CheckReport:
    """`only`: file names to report on; all when empty."""
    mistakes = [*contradictions(mappings)]
    losses: list[tuple[Mistake, Loss]] = []
    if metadata is not None:
        mappings = with_ids(mappings, metadata.records)
        mistakes += check_mappings(mappings, metadata.records)
        losses = list(_losses(mappings, metadata.records))
    files = [source.file for source in mappings.sources.values() if not only or source.file in only]
    wanted = {*files, mappings.conversion_source.file} if not only else set(only)
    return CheckReport(
        files=tuple(files),
        lines=sum(len(mappings.of(entity).fields) for entity in Entity if mappings.sources[entity].file in files),
        metadata=metadata,
        mistakes=tuple(sorted((one for one in mistakes if one.file in wanted), key=lambda one: (one.file, one.line))),
        losses=tuple((at, loss) for at, loss in losses if at.file in wanted),
        gated=tuple((at, what) for at, what in _gated(mappings) if at.file in wanted),
        costly=tuple((at, what) for at, what in _costly(mappings, metadata) if at.file in wanted),
    )


def _asked(parts: Parts, progress: Progress) -> Metadata:
    progress("asking both accounts for their fields", 0, None)
    return Metadata(inspect(parts, remember=False, believed_seconds=0).infos, Pair(None, None))


def _remembered(parts: Parts) -> Metadata | None:
    kept = remembered(parts)
    if kept is None:
        return None
    now = parts.clock.now()
    return Metadata(kept[0], Pair(now - kept[1].netsuite, now - kept[1].salesforce))


def _losses(mappings: Mappings, records: Records) -> Iterator[tuple[Mistake, Loss]]:
    for entity in Entity:
        for loss in prove(mappings.of(entity), records):
            yield mappings.sources[entity].mistake(("fields", loss.field), loss.what, loss.repair, on_key=True), loss


def _gated(mappings: Mappings) -> Iterator[tuple[Mistake, str]]:
    for entity in Entity:
        for name, line in mappings.of(entity).fields.items():
            if line.from_stage is not None:
                at = mappings.sources[entity].mistake(("fields", name), "", on_key=True)
                yield at, f"`{name}` begins at stage {line.from_stage}"


def _costly(mappings: Mappings, metadata: Metadata | None) -> Iterator[tuple[Mistake, str]]:
    for entity in Entity if metadata is not None else ():
        mapping = mappings.of(entity)
        for system, infos in metadata.records if metadata is not None else ():
            type_ = mapping.record_type(system)
            singly = {name for name, known in infos[type_].fields.items() if known.singly} if type_ in infos else set()
            for name, line in mapping.fields.items():
                for vendor in sorted(singly & set(own_fields(mapping, line, system))):
                    at = mappings.sources[entity].mistake(("fields", name), "", on_key=True)
                    how = f"{system.title} may tell `{vendor}` record by record only"
                    yield at, f"{how}: up to one call more for each {type_} that is read"


# --- as data ---------------------------------------------------------------------------------------------


def _place(at: Mistake) -> dict[str, Any]:
    return {"file": at.file, "line": at.line, "column": at.column}


def _mistake_data(one: Mistake) -> dict[str, Any]:
    return _place(one) | {"what": one.what, "expected": one.expected, "source": one.source}


def _loss_data(loss: Loss) -> dict[str, Any]:
    return {
        "entity": str(loss.entity),
        "field": loss.field,
        "breach": loss.breach,
        "what": loss.what,
        "repair": loss.repair,
        "declared": loss.declared,
    }


def _metadata_data(metadata: Metadata | None) -> dict[str, Any] | None:
    if metadata is None:
        return None
    ages = {str(system): age.total_seconds() if age is not None else 0.0 for system, age in metadata.age}
    return {"age_seconds": ages}
