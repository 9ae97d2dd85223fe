"""Mistakes of shape: keys that do not exist, keys that are missing, values of the wrong kind. Each at the place in the
file where it stands, in an admin's words, with the nearest valid name."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, Tag, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from connector.core.mapping.yaml_file import Path, Source, nearest
from connector.errors import Mistake

Model = TypeVar("Model", bound=BaseModel)

_SCALARS = frozenset(
    ["string_type", "bool_type", "int_type", "decimal_type", "decimal_parsing", "is_instance_of", "none_required"]
)
_WANTED: Mapping[str, str] = {
    "string_type": "text (in quotes, if it looks like a number)",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "dict_type": "keys and values, as in {netsuite: ...}",
    "model_type": "keys and values, as in {netsuite: ...}",
    "model_attributes_type": "keys and values, as in {netsuite: ...}",
    "tuple_type": "a list, as in [one, other]",
}
"""Type of pydantic's error -> what should stand there."""
_ANY_SCALAR = "expected one value: text, a number, true or false"


def checked(model: type[Model], source: Source) -> Model | list[Mistake]:
    """The file as its model, or everything that is wrong with its shape."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        return list(_mistakes(model, error.errors(include_url=False), source))


@dataclass(frozen=True, slots=True)
class _Spot:
    """One of pydantic's errors, and where in the file it stands: at the last step of `path`."""

    path: Path
    kind: Any
    detail: ErrorDetails


def _mistakes(model: type[BaseModel], details: list[ErrorDetails], source: Source) -> Iterator[Mistake]:
    by_path: dict[Path, list[_Spot]] = {}
    for detail in details:
        spot = _spot(model, detail)
        by_path.setdefault(spot.path, []).append(spot)
    for path, spots in by_path.items():
        if len(spots) > 1 and all(spot.detail["type"] in _SCALARS for spot in spots):
            yield source.mistake(path, "not one value", _ANY_SCALAR)
            continue
        for spot in spots:
            yield _mistake(spot, source)


def _mistake(spot: _Spot, source: Source) -> Mistake:
    detail, path = spot.detail, spot.path
    last = str(path[-1]) if path else ""
    match detail["type"]:
        case "extra_forbidden":
            known = _keys([spot.kind])
            expected = nearest(last, known) or f"expected one of {', '.join(known)}"
            return source.mistake(path, f"unknown key `{last}`", expected, on_key=True)
        case "missing":
            return source.mistake(path[:-1], f"`{last}` is missing", on_key=True)
        case "literal_error" | "enum":
            return source.mistake(path, f"`{detail['input']}` is not a choice here", _choice(detail))
        case "union_tag_not_found":
            return _no_form(spot, source)
        case "string_pattern_mismatch":
            return source.mistake(path, f"`{detail['input']}` is not a code here", "expected a code such as US or USD")
        case "value_error":
            return source.mistake(path, str(detail["msg"]).removeprefix("Value error, "))
    wanted = _WANTED.get(detail["type"])
    if wanted:
        return source.mistake(path, f"{_shown(detail['input'])} cannot stand here", f"expected {wanted}")
    return source.mistake(path, _plain(str(detail["msg"])))


def _choice(detail: ErrorDetails) -> str:
    choices = str(detail.get("ctx", {}).get("expected", ""))
    names = [choice.strip("' ") for choice in choices.replace(" or ", ", ").split(",")]
    return nearest(str(detail["input"]), names) or f"expected {choices}"


def _no_form(spot: _Spot, source: Source) -> Mistake:
    """Keys that make no form: the first one is pointed at, if it is nearly a key."""
    given = spot.detail["input"]
    keys = [str(key) for key in given] if isinstance(given, dict) else []
    known = _keys([spot.kind])
    for key in keys:
        expected = nearest(key, known)
        if expected:
            return source.mistake((*spot.path, key), f"unknown key `{key}`", expected, on_key=True)
    expected = "expected a field name, or a form such as {first_of: [...]}, {join: [...]}, {const: ...}"
    return source.mistake(spot.path, "not a field name and not a form", expected)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "a group of keys"
    return "nothing" if value is None else f"`{value}`"


def _plain(message: str) -> str:
    """Pydantic speaks of tuples and dictionaries."""
    for theirs, ours in {"Tuple": "The list", "Dictionary": "The table", "tuple": "list"}.items():
        message = message.replace(theirs, ours)
    return message.replace("after validation", "").replace("  ", " ").strip()


# --- from pydantic's location to a place in the file -------------------------------------------------------


def _spot(model: type[BaseModel], detail: ErrorDetails) -> _Spot:
    """Pydantic's location also names the members of unions, which the file does not have: they are left out. `kind`
    is what the node may be; for a key that does not exist, what its parent may be."""
    kind: Any = model
    path: list[str | int] = []
    for step in detail["loc"]:
        member = _member(kind, step)
        if member is not None:
            kind = member
            continue
        below = list(_below(kind, step))
        if below or detail["type"] == "extra_forbidden" or _is_missing(detail, step):
            path.append(step)
            kind = typing.Union[tuple(below)] if below else kind  # noqa: UP007 - made at run time
    return _Spot(tuple(path), kind, detail)


def _is_missing(detail: ErrorDetails, step: str | int) -> bool:
    return detail["type"] == "missing" and step == detail["loc"][-1]


def _member(kind: Any, step: str | int) -> Any:
    """The member of a union that is called `step` there, None if there is none."""
    for one in _members(kind):
        if typing.get_origin(one) is typing.Annotated:
            tags = [mark.tag for mark in typing.get_args(one)[1:] if isinstance(mark, Tag)]
            if step in tags:
                return typing.get_args(one)[0]
    return None


def _members(kind: Any) -> Iterator[Any]:
    """The members of a union; a kind that is none by itself."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        for one in typing.get_args(kind):
            yield from _members(one)
    elif origin is typing.Annotated and not any(isinstance(mark, Tag) for mark in typing.get_args(kind)[1:]):
        yield from _members(typing.get_args(kind)[0])
    else:
        yield kind


def _bare(kind: Any) -> Any:
    return typing.get_args(kind)[0] if typing.get_origin(kind) is typing.Annotated else kind


def _below(kind: Any, step: str | int) -> Iterator[Any]:
    """What may stand under `step`."""
    for one in map(_bare, _members(kind)):
        arguments = typing.get_args(one)
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield from (info.annotation for name, info in one.model_fields.items() if step == _key(name, info))
        elif typing.get_origin(one) is dict:
            yield arguments[1]
        elif typing.get_origin(one) is tuple and isinstance(step, int):
            yield arguments[0]


def _key(name: str, info: FieldInfo) -> str:
    return info.alias or name


def _keys(kinds: Iterable[Any]) -> list[str]:
    """The keys that a node of one of these kinds may have."""
    models = [_bare(one) for kind in kinds for one in _members(kind)]
    return sorted(
        {
            _key(name, info)
            for model in models
            if isinstance(model, type) and issubclass(model, BaseModel)
            for name, info in model.model_fields.items()
        }
    )
