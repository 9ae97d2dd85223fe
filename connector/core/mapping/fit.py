"""Whether an account can hold what is about to be written, so that a value that does not fit is held while
planning and never comes as a surprise while sending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from connector.core.flow import Planned
from connector.core.mapping.language import ListName, TooLong
from connector.core.ports import FieldInfo, RecordInfo


class Line(Protocol):
    """What this module needs to know of a field's line."""

    @property
    def name(self) -> str: ...
    @property
    def on_too_long(self) -> TooLong: ...
    @property
    def lookup(self) -> ListName | None: ...


class _Misfit(Exception):
    """Why a value does not fit."""


class _Refusal(_Misfit):
    """Why a record must not be written without this value."""


def fit(
    fields: Mapping[str, Planned], info: RecordInfo, creating: bool, targets: Mapping[str, Line]
) -> tuple[dict[str, Planned], dict[str, str], str]:
    """Split vendor fields into those that fit and problems, by canonical name (vendor name if no line writes it).
    One field of a line that does not fit takes the whole line with it. The last text is the reason for which the
    record must not be written at all; empty mostly."""
    fitting: dict[str, Planned] = {}
    problems: dict[str, str] = {}
    refused = ""
    for name, value in fields.items():
        line = targets.get(name)
        try:
            fitting[name] = _fitted(name, value, info, creating, line)
        except _Misfit as why:
            problems[line.name if line else name] = str(why)
            refused = refused or (f"{line.name}: {why}" if line and isinstance(why, _Refusal) else "")
    broken = {name for name, line in targets.items() if line.name in problems}
    return {name: value for name, value in fitting.items() if name not in broken}, problems, refused


def _fitted(name: str, value: Planned, info: RecordInfo, creating: bool, line: Line | None) -> Planned:
    known = info.fields.get(name)
    if known is None:
        if "." in name:  # part of a sublist, which metadata does not list by itself
            return value
        raise _Misfit(f"{name} is not a field of {info.type} in {info.system.title}, or we may not see it")
    if not (known.createable if creating else known.updateable):
        raise _Misfit(f"{name} of {info.type} is read-only in {info.system.title}")
    if value is None and known.required:
        raise _Misfit(f"{name} of {info.type} cannot be empty in {info.system.title}")
    if isinstance(value, str):
        if line is None or not line.lookup:  # a live list is younger than any metadata
            _check_options(value, known, info)
        return _within(value, known, info, line.on_too_long if line else "hold")
    return value


def _check_options(value: str, known: FieldInfo, info: RecordInfo) -> None:
    chosen = value.split(";") if known.kind == "multi_picklist" else [value]
    for item in chosen:
        if lacks(known, item):
            raise _Misfit(f"{item!r} is not a value of {known.name} in {info.system.title}")


def lacks(known: FieldInfo, value: str) -> bool:
    """Whether the account would refuse a list value. Free picklists take anything; a reference to a list value
    that does not exist is always refused."""
    closed = known.restricted or known.kind == "reference"
    return closed and known.options is not None and value not in known.options


def _within(value: str, known: FieldInfo, info: RecordInfo, on_too_long: TooLong) -> str:
    if known.length is None or len(value) <= known.length:
        return value
    if on_too_long == "cut":
        return _cut(value, known.length)
    text = f"{len(value)} characters, {known.name} holds {known.length} in {info.system.title}"
    raise _Refusal(text) if on_too_long == "refuse" else _Misfit(text)


def _cut(value: str, length: int) -> str:
    """At the last space, unless that would lose more than half."""
    at_word = value[: length + 1].rpartition(" ")[0].rstrip()
    return at_word if len(at_word) * 2 > length else value[:length]
