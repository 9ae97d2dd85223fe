"""Many lenses into one Python function per direction, made once when the files are loaded.

The source is put together from fixed text and counting numbers only. Names out of a mapping file become constants of
its syntax tree, and everything else (codecs, tables, defaults) objects in its namespace: never source.

Each function first tries to make the whole record in one expression, which is nearly as fast as a function written by
hand. A field that is absent, or a value that does not fit, sends the record the careful way, field by field.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from connector.core.flow import Planned, Raw
from connector.core.mapping.codecs import Unfit, as_text
from connector.core.mapping.lenses import Lens, Links
from connector.core.schema import ABSENT, Value


class Reading(NamedTuple):
    """A record, translated in. A field that was not read is in neither; one that could not be understood is in
    `problems`, with the reason."""

    values: Mapping[str, Value]
    problems: Mapping[str, str]


Read = Callable[[Mapping[str, Raw], Links], Reading]

Write = Callable[[Mapping[str, Value], Links, Mapping[str, Value]], tuple[dict[str, Planned], dict[str, str]]]
"""Canonical values and what the side holds now -> vendor fields, and what could not be expressed."""

_READ_WHOLE = {
    # as_text, written out for what nearly every value is; a local name is found faster than a global one
    "plain": "name{n}: (value or None) if (value := raw[vendor{n}]).__class__ is text"
    " else value if value is None else as_text(value),",
    "codec": "name{n}: read{n}(raw[vendor{n}]),",
    "lens": "name{n}: get{n}(raw, links),",
}
_READ_CAREFUL = {
    "plain": """
    if vendor{n} in raw:
        try:
            values[name{n}] = as_text(raw[vendor{n}])
        except Unfit as why:
            problems[name{n}] = str(why)""",
    "codec": """
    if vendor{n} in raw:
        try:
            values[name{n}] = read{n}(raw[vendor{n}])
        except Unfit as why:
            problems[name{n}] = str(why)""",
    "lens": """
    try:
        value = get{n}(raw, links)
        if value is not ABSENT:
            values[name{n}] = value
    except Unfit as why:
        problems[name{n}] = str(why)""",
}
_READ = """
def read(raw, links, text=str):
    try:
        values = {{{whole}}}
    except (KeyError, Unfit):
        return carefully(raw, links)
    {absent}
    return new(Reading, (values, nothing))

def carefully(raw, links):
    values = {{}}
    problems = {{}}{careful}
    return Reading(values, problems)
"""
_DROP_ABSENT = """
    if values[name{n}] is ABSENT:
        del values[name{n}]"""

_WRITE_WHOLE = {
    "plain": "vendor{n}: values[name{n}] or None,",
    "codec": "vendor{n}: None if (value := values[name{n}]) is None else write{n}(value),",
    "lens": "**put{n}(values[name{n}], links, held(name{n}, ABSENT)),",
    "together": "**together{n}(values[name{n}], values, holds),",
}
_WRITE_CAREFUL = {
    "plain": """
    if name{n} in values:
        fields[vendor{n}] = values[name{n}] or None""",
    "codec": """
    if name{n} in values:
        try:
            value = values[name{n}]
            fields[vendor{n}] = None if value is None else write{n}(value)
        except Unfit as why:
            problems[name{n}] = str(why)""",
    "lens": """
    if name{n} in values:
        try:
            fields.update(put{n}(values[name{n}], links, held(name{n}, ABSENT)))
        except Unfit as why:
            problems[name{n}] = str(why)""",
    "together": """
    if name{n} in values:
        try:
            fields.update(together{n}(values[name{n}], values, holds))
        except Unfit as why:
            problems[name{n}] = str(why)""",
}
_WRITE = """
def write(values, links, holds):
    held = holds.get
    if len(values) >= count:
        try:
            return {{{whole}}}, {{}}
        except (KeyError, Unfit):
            pass
    fields = {{}}
    problems = {{}}{careful}
    return fields, problems
"""


def reader(lenses: Mapping[str, Lens]) -> Read:
    """One function that reads all fields of one side; `lenses` by canonical name."""
    absent = "".join(_DROP_ABSENT.format(n=n) for n, lens in enumerate(lenses.values()) if lens.through is None)
    kinds = {name: _kind(lens) for name, lens in lenses.items()}
    source = _READ.format(whole=_steps(_READ_WHOLE, kinds), careful=_steps(_READ_CAREFUL, kinds), absent=absent)
    return _function("read", source, lenses)


def writer(lenses: Mapping[str, Lens]) -> Write:
    """One function that writes the given fields of one side; `lenses` by canonical name."""
    kinds = {name: "together" if lens.together else _kind(lens) for name, lens in lenses.items()}
    source = _WRITE.format(whole=_steps(_WRITE_WHOLE, kinds), careful=_steps(_WRITE_CAREFUL, kinds))
    return _function("write", source, lenses)


def _steps(by_kind: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    return "".join(by_kind[kind].format(n=n) for n, kind in enumerate(kinds.values()))


def _kind(lens: Lens) -> str:
    if lens.through is None:
        return "lens"
    return "plain" if lens.through.plain else "codec"


class _Names(ast.NodeTransformer):
    """Puts names out of mapping files in place of their stand-ins."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(self._names[node.id]) if node.id in self._names else node


def _function(name: str, source: str, lenses: Mapping[str, Lens]) -> Callable[..., Any]:
    names: dict[str, str] = {}
    namespace: dict[str, Any] = {
        "ABSENT": ABSENT,
        "Unfit": Unfit,
        "Reading": Reading,
        "new": tuple.__new__,  # half the time of calling Reading
        "nothing": MappingProxyType({}),
        "as_text": as_text,
        "count": len(lenses),
    }
    for n, (canonical, lens) in enumerate(lenses.items()):
        names[f"name{n}"] = canonical
        namespace |= {f"get{n}": lens.get, f"put{n}": lens.put, f"together{n}": lens.together}
        if lens.through is not None:
            names[f"vendor{n}"] = lens.through.name
            namespace |= {f"read{n}": lens.through.read, f"write{n}": lens.through.write}
    tree = ast.fix_missing_locations(_Names(names).visit(ast.parse(source)))
    exec(compile(tree, f"<compiled {name}>", "exec"), namespace)  # noqa: S102 - fixed text, numbers and constants only
    function: Callable[..., Any] = namespace[name]
    return function
