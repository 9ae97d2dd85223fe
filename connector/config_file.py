"""config.yaml as plain values with its references resolved, and what is wrong with it as mistakes with a place.

A mistake never shows the line itself: it may hold what should not have been written there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.core.mapping.yaml_file import SIZE_CAP, Source, nearest, parse
from connector.errors import ConfigError, Mistake
from connector.secret import resolve

Steps = tuple[str | int, ...]
"""Keys and positions from the top of the file to a value."""

_MAKE_ONE: Final = (
    "Make one: `connector sandbox serve --config-out {path}` writes it for the local sandboxes;\n"
    "  for real accounts copy config.example.yaml to {path} and fill it in."
)


@dataclass(frozen=True)
class ConfigFile:
    """`values`: the file's data, references resolved; `mistakes`: references that lead nowhere."""

    source: Source
    values: Any
    mistakes: tuple[Mistake, ...]

    def mistake(self, steps: Steps, what: str, expected: str = "") -> Mistake:
        """A mistake at the key of `steps`, or at the nearest one around it."""
        return _silent(self.source.mistake(steps, what, expected, on_key=True))


def read_config_file(path: Path) -> ConfigFile:
    """Read `path`. Raises ConfigError when there is no file, or when it is not YAML that we accept."""
    source = parse(_bytes(path), str(path))
    if isinstance(source, Mistake):
        raise refusal([_silent(source)])
    if not isinstance(source.data, Mapping):
        raise ConfigError("expected keys and values, such as `netsuite:`", where=str(path))
    mistakes: list[Mistake] = []
    values = _resolved(source.data, (), source, path.parent, mistakes)
    return ConfigFile(source, values, tuple(mistakes))


def refusal(mistakes: Sequence[Mistake]) -> ConfigError:
    """One error that tells all mistakes."""
    if len(mistakes) == 1:
        only = mistakes[0]
        return ConfigError(only.what, where=f"{only.file}:{only.line}:{only.column}", how=only.expected)
    ordered = sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column))
    return ConfigError("\n".join(str(mistake) for mistake in ordered))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(SIZE_CAP + 1)
    except FileNotFoundError as error:
        raise ConfigError(f"there is no {path}", how=_MAKE_ONE.format(path=path)) from error
    except OSError as error:
        raise ConfigError(f"cannot read it: {error.strerror}", where=str(path)) from error


def _silent(mistake: Mistake) -> Mistake:
    return replace(mistake, source="")


def _resolved(value: Any, steps: Steps, source: Source, folder: Path, mistakes: list[Mistake]) -> Any:
    """`value` with every reference below it replaced; what leads nowhere is None, and a mistake."""
    if isinstance(value, Mapping):
        return {key: _resolved(one, (*steps, key), source, folder, mistakes) for key, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, (*steps, at), source, folder, mistakes) for at, one in enumerate(value)]
    if not isinstance(value, str):
        return value
    try:
        return resolve(value, folder)
    except ConfigError as error:
        mistakes.append(_silent(source.mistake(steps, error.what, error.how, on_key=True)))
        return None


# --- what pydantic found ---------------------------------------------------------------------------------


def mistakes_in(error: ValidationError, file: ConfigFile, model: type[BaseModel]) -> Iterator[Mistake]:
    """Each finding of `error` with its place in the file and a way to mend it."""
    for detail in error.errors(include_url=False, include_input=False):
        steps = detail["loc"] + (("method",) if detail["type"].startswith("union_tag") else ())
        named = _in_file(steps, file.values)
        what, expected = _explain(detail, named, model)
        yield file.mistake(named[:-1] if detail["type"] == "missing" else named, what, expected)


def _in_file(loc: Steps, values: Any) -> Steps:
    """pydantic's `loc` without the names of union members, which are not in the file."""
    steps: list[str | int] = []
    for position, step in enumerate(loc):
        if isinstance(values, Mapping) and (step in values or position == len(loc) - 1):
            values = values.get(step)
            steps.append(step)
    return tuple(steps)


def _explain(detail: ErrorDetails, steps: Steps, model: type[BaseModel]) -> tuple[str, str]:
    name = ".".join(str(step) for step in steps) or "the file"
    match detail["type"]:
        case "extra_forbidden":
            return f"`{name}` is not a key that is known here", _choice(
                str(steps[-1]), _keys_of(model, detail["loc"][:-1])
            )
        case "missing":
            return f"`{name}` is missing", ""
        case "union_tag_not_found":
            return f"`{name}` is missing", _choice("", _methods(model, detail["loc"]))
        case "union_tag_invalid":
            return f"`{name}` is not one that is known here", _choice("", _methods(model, detail["loc"]))
        case "string_type":
            return f"`{name}` must be text", "Write it in quotes."
        case "value_error":
            return f"`{name}`: {detail['ctx']['error']}", ""
        case _:
            return f"`{name}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}", ""


def _choice(name: str, known: Sequence[str]) -> str:
    meant = nearest(name, known)
    listed = f"Known here: {', '.join(known)}."
    return f"{meant[:1].upper()}{meant[1:]} {listed}" if meant else listed


def _methods(model: type[BaseModel], loc: Steps) -> list[str]:
    return [method for one in _models_at(model, loc) if (method := _method(one))]


def _method(model: type[BaseModel]) -> str | None:
    """What `method:` must say for this section, where there is a choice."""
    field = model.model_fields.get("method")
    return str(get_args(field.annotation)[0]) if field else None


def _keys_of(model: type[BaseModel], loc: Steps) -> list[str]:
    return sorted({name for one in _models_at(model, loc) for name in one.model_fields})


def _models_at(model: type[BaseModel], loc: Steps) -> list[type[BaseModel]]:
    models: list[type[BaseModel]] = [model]
    for step in loc:
        below = [inner for one in models if step in one.model_fields for inner in _models_in(one, str(step))]
        models = below or [one for one in models if step == _method(one)]
    return models


def _models_in(model: type[BaseModel], name: str) -> Iterator[type[BaseModel]]:
    """The sections that may stand at a key: several where `method:` chooses."""
    annotation = model.model_fields[name].annotation
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield kind
