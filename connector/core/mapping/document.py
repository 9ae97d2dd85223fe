"""Loading a folder of mapping files. The only place in the mapping room that reads a disk.

Everything that is wrong in any file is collected and raised as one `MappingError`.
"""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.core.mapping.build import build
from connector.core.mapping.conversion_rules import ConversionRules
from connector.core.mapping.language import MappingFile
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.yaml_file import Source, nearest, parse
from connector.core.schema import Entity, Stage, SystemName, record_types
from connector.errors import MappingError, Mistake

__all__ = ["ConversionRules", "Mappings", "load_mappings"]

CONVERSION = "conversion.yaml"
#: Which stages of a NetSuite customer each thing stands for: the connector's own division, told in the files.
_STAGES = {Entity.LEAD: {Stage.LEAD}, Entity.ORGANIZATION: {Stage.PROSPECT, Stage.CUSTOMER}}

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Mappings:
    """All mapping files of a folder. `fingerprint`: changes when, and only when, the files mean something else.
    `files` and `sources` keep what was read, for checks that name lines and for the examples."""

    entities: Mapping[Entity, EntityMapping]
    conversion: ConversionRules
    fingerprint: str
    files: Mapping[Entity, MappingFile]
    sources: Mapping[Entity, Source]
    conversion_source: Source

    def of(self, entity: Entity) -> EntityMapping:
        return self.entities[entity]


def load_mappings(directory: Path) -> Mappings:
    """The mapping files of a folder: one per entity, and conversion.yaml. Raises MappingError."""
    mistakes: list[Mistake] = []
    files: dict[Entity, MappingFile] = {}
    sources: dict[Entity, Source] = {}
    entities: dict[Entity, EntityMapping] = {}
    for entity in Entity:
        source = _parsed(directory / f"{entity}.yaml", mistakes)
        file = _checked(MappingFile, source, mistakes) if source else None
        if source is None or file is None:
            continue
        mistakes.extend(_header_mistakes(file, entity, source))
        entities[entity] = build(file, _collector(source, mistakes))
        files[entity], sources[entity] = file, source
    source = _parsed(directory / CONVERSION, mistakes)
    rules = _checked(ConversionRules, source, mistakes) if source else None
    if mistakes or source is None or rules is None:
        raise MappingError(sorted(mistakes, key=lambda one: (one.file, one.line, one.column)))
    return Mappings(entities, rules, _fingerprint(files, rules), files, sources, source)


def _collector(source: Source, mistakes: list[Mistake]) -> typing.Callable[..., None]:
    def complain(path: tuple[str | int, ...], what: str, expected: str = "", *, on_key: bool = False) -> None:
        mistakes.append(source.mistake(path, what, expected, on_key=on_key))

    return complain


def _parsed(path: Path, mistakes: list[Mistake]) -> Source | None:
    try:
        text = path.read_bytes()
    except OSError as error:
        mistakes.append(Mistake(path.name, 1, 1, f"cannot be read: {error.strerror}", f"expected the file {path}"))
        return None
    parsed = parse(text, path.name)
    if isinstance(parsed, Mistake):
        mistakes.append(parsed)
        return None
    return parsed


# --- shape -----------------------------------------------------------------------------------------------


def _checked(model: type[Model], source: Source, mistakes: list[Mistake]) -> Model | None:
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        mistakes.extend(_shape_mistake(model, detail, source) for detail in details)
        return None


def _shape_mistake(model: type[BaseModel], detail: ErrorDetails, source: Source) -> Mistake:
    path = detail["loc"]
    last = str(path[-1]) if path else ""
    if detail["type"] == "extra_forbidden":
        known = _keys(model, path[:-1])
        expected = nearest(last, known) or f"expected one of {', '.join(known)}"
        return source.mistake(path, f"unknown key `{last}`", expected, on_key=True)
    if detail["type"] == "missing":
        return source.mistake(path[:-1], f"`{last}` is missing", on_key=True)
    if detail["type"] in ("literal_error", "enum"):
        choices = str(detail.get("ctx", {}).get("expected", ""))
        given = str(detail["input"])
        expected = nearest(given, [choice.strip("' ") for choice in choices.replace(" or ", ", ").split(",")])
        return source.mistake(path, f"`{given}` is not a choice here", expected or f"expected {choices}")
    if detail["type"] == "union_tag_not_found":
        expected = "expected a field name, {first_of: [...]}, {yes_when: {...}}, or the five parts of an address"
        return source.mistake(path, "not a field name and not a form", expected)
    return source.mistake(path, detail["msg"])


def _keys(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """The keys that are allowed at a path of the model."""
    kinds: list[Any] = [model]
    for step in path:
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
    models = [kind for kind in _flat(kinds) if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return sorted({info.alias or name for kind in models for name, info in kind.model_fields.items()})


def _inside(kind: Any, step: str | int) -> Iterator[Any]:
    """What stands under `step` in a kind of node; the kind itself for a step that is pydantic's, not the file's."""
    for one in _flat([kind]):
        arguments = typing.get_args(one)
        if isinstance(one, type) and issubclass(one, BaseModel):
            found = [info.annotation for name, info in one.model_fields.items() if step in (name, info.alias)]
            yield from found or [one]
        elif arguments:
            yield arguments[-1] if typing.get_origin(one) is dict else arguments[0]


def _flat(kinds: list[Any]) -> Iterator[Any]:
    """Kinds without unions and annotations around them."""
    for kind in kinds:
        origin = typing.get_origin(kind)
        if origin in (typing.Union, types.UnionType):
            yield from _flat(list(typing.get_args(kind)))
        elif origin is typing.Annotated:
            yield from _flat([typing.get_args(kind)[0]])
        else:
            yield kind


# --- meaning across the file -----------------------------------------------------------------------------


def _header_mistakes(file: MappingFile, entity: Entity, source: Source) -> Iterator[Mistake]:
    if file.entity is not entity:
        yield source.mistake(("entity",), f"{source.file} is about `{file.entity}`", f"expected `{entity}`")
        return
    for system in SystemName:
        right = record_types(system)[entity]
        header = getattr(file, system)
        if header.record != right:
            text = f"`{header.record}` is the wrong {system.title} record for {entity}"
            yield source.mistake((str(system), "record"), text, f"expected `{right}`{_pair(entity)}")
        stages = set(header.when.stage) if header.when else set()
        wanted = _STAGES.get(entity, set()) if system is SystemName.NETSUITE else set()
        if stages != wanted:
            text = f"the stages of {entity} in {system.title} are wrong"
            expected = f"expected `when: {{stage: [{', '.join(sorted(wanted))}]}}`" if wanted else "expected no `when`"
            yield source.mistake((str(system), "when"), text, expected, on_key=True)


def _pair(entity: Entity) -> str:
    netsuite, salesforce = (record_types(system)[entity] for system in SystemName)
    return f": {entity} is the pair NetSuite {netsuite} and Salesforce {salesforce}"


def _fingerprint(files: Mapping[Entity, MappingFile], rules: ConversionRules) -> str:
    """SHA-256 of what the files say, without comments, order of lines, examples and reasons."""
    meaning = {
        str(entity): file.model_dump(mode="json", by_alias=True, exclude={"examples", "left_out"})
        for entity, file in files.items()
    }
    text = json.dumps({**meaning, "conversion": rules.model_dump(mode="json")}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
