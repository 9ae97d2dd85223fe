"""Many lenses into one Python function per direction, made once when the files are loaded.

The source is put together from fixed text and counting numbers only. Everything that comes out of a mapping file
(names, defaults, tables) reaches the function as an object in its namespace, never as source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector.core.flow import Planned, Raw
from connector.core.mapping.codecs import Unfit, as_text
from connector.core.mapping.lenses import Lens, Links
from connector.core.schema import ABSENT, Value

Read = Callable[[Mapping[str, Raw], Links], tuple[dict[str, Value], dict[str, str]]]
"""Raw record -> canonical values, and what could not be understood."""

Write = Callable[[Mapping[str, Value], Links, Mapping[str, Value]], tuple[dict[str, Planned], dict[str, str]]]
"""Canonical values and what the side holds now -> vendor fields, and what could not be expressed."""

_READ_PLAIN = """\
    value = find(vendor{n}, ABSENT)
    if value.__class__ is str:
        values[name{n}] = value or None
    elif value is None:
        values[name{n}] = None
    elif value is not ABSENT:
        odd(name{n}, value, values, problems)
"""
_READ_LENS = """\
    try:
        value = get{n}(raw, links)
        if value is not ABSENT:
            values[name{n}] = value
    except Unfit as why:
        problems[name{n}] = str(why)
"""
_WRITE_PLAIN = """\
    value = find(name{n}, ABSENT)
    if value is not ABSENT:
        fields[vendor{n}] = value or None
"""
_WRITE_LENS = """\
    value = find(name{n}, ABSENT)
    if value is not ABSENT:
        try:
            fields.update(put{n}(value, links, held(name{n}, ABSENT)))
        except Unfit as why:
            problems[name{n}] = str(why)
"""
_READ = """\
def read(raw, links):
    values = {{}}
    problems = {{}}
    find = raw.get
{body}    return values, problems
"""
_WRITE = """\
def write(values, links, holds):
    fields = {{}}
    problems = {{}}
    find = values.get
    held = holds.get
{body}    return fields, problems
"""


def reader(lenses: Mapping[str, Lens]) -> Read:
    """One function that reads all fields of one side; `lenses` by canonical name."""
    body = "".join((_READ_PLAIN if lens.plain else _READ_LENS).format(n=n) for n, lens in enumerate(lenses.values()))
    return _function("read", _READ.format(body=body), lenses)


def writer(lenses: Mapping[str, Lens]) -> Write:
    """One function that writes the given fields of one side; `lenses` by canonical name."""
    body = "".join((_WRITE_PLAIN if lens.plain else _WRITE_LENS).format(n=n) for n, lens in enumerate(lenses.values()))
    return _function("write", _WRITE.format(body=body), lenses)


def _read_odd_text(name: str, raw: Any, values: dict[str, Value], problems: dict[str, str]) -> None:
    """A text field that holds something other than text."""
    try:
        values[name] = as_text(raw)
    except Unfit as why:
        problems[name] = str(why)


def _function(name: str, source: str, lenses: Mapping[str, Lens]) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"ABSENT": ABSENT, "Unfit": Unfit, "odd": _read_odd_text}
    for n, (canonical, lens) in enumerate(lenses.items()):
        namespace |= {f"name{n}": canonical, f"vendor{n}": lens.plain, f"get{n}": lens.get, f"put{n}": lens.put}
    exec(compile(source, f"<compiled {name}>", "exec"), namespace)  # noqa: S102 - fixed text and numbers only
    function: Callable[..., Any] = namespace[name]
    return function
