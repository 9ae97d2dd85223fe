"""The reference of the mapping language, made from the code: `python -m connector.core.mapping.reference`.

It prints Markdown; `docs/mapping-reference.md` is what it printed last, and a test says when that is stale.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connector.core.mapping import language
from connector.core.mapping.codecs import CODECS, WORKED
from connector.core.mapping.expressions import LONGEST, MOST_PARTS
from connector.core.mapping.functions import FUNCTIONS, SIGNS
from connector.core.mapping.language_examples import FORM_EXAMPLES, KEY_EXAMPLES
from connector.core.mapping.lookup import LISTS
from connector.core.mapping.worked import Worked
from connector.core.schema import SystemName

_INTRODUCTION = """\
# The mapping language: reference

This page is made from the code. [admins.md](admins.md) explains how to read and to change a mapping file.

Every example here is run by the tests. `<->` crosses both ways, `->` and `<-` only as the arrow points; a value that
is held stays where it is until a person decides, and everything else of the record crosses.

How much survives the way back is part of every form: *two-way*, all of it; *lossy*, the meaning but not the spelling
(such a value is still never rewritten while both sides mean the same); *one-way*, it can only be read.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join(_page()).rstrip() + "\n"


def _page() -> Iterator[str]:
    yield _INTRODUCTION
    yield from _models("A file", {"The whole file": language.MappingFile, "`netsuite`, `salesforce`": language.Header})
    yield from _models("Which records", {"A rule of `scope`": language.Rule})
    yield from _line()
    yield from _codecs()
    yield from _forms()
    yield from _lists()
    yield from _expressions()


# --- keys ------------------------------------------------------------------------------------------------


def _models(title: str, models: Mapping[str, type[BaseModel]]) -> Iterator[str]:
    yield f"## {title}\n"
    for name, model in models.items():
        yield f"{name}: {_doc(model)}\n"
        yield from _keys(model)


def _keys(model: type[BaseModel]) -> Iterator[str]:
    yield "| key | what it says | values |"
    yield "| --- | --- | --- |"
    for name, info in model.model_fields.items():
        yield f"| `{info.alias or name}` | {_cell(info.description or '')} | {_cell(_values(info))} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _values(info: FieldInfo) -> str:
    if info.annotation is bool:
        return "`true`, **`false`**"
    choices = list(dict.fromkeys(_choices(info.annotation)))
    default = info.default
    texts = [f"**`{one}`**" if one == default else f"`{one}`" for one in choices]
    if not texts and isinstance(default, str | int) and not isinstance(default, bool):
        return f"**`{default!r}`**" if isinstance(default, str) else f"**`{default}`**"
    if info.is_required():
        return ", ".join([*texts, "required"])
    return ", ".join(texts)


def _choices(kind: Any) -> Iterator[str]:
    """The words of a closed list of values."""
    if typing.get_origin(kind) is typing.Literal:
        yield from map(str, get_args(kind))
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        yield from map(str, kind)
    else:
        for one in get_args(kind):
            yield from _choices(one)


def _doc(thing: Any) -> str:
    text = " ".join((thing.__doc__ or "").split())
    return text[0].lower() + text[1:]


def _line() -> Iterator[str]:
    yield "## A line\n"
    yield "What stands under a canonical field of `fields`. A field of your own is `custom.<name>`. The choice in bold"
    yield "is taken where a line says nothing.\n"
    yield from _keys(language.FieldLine)
    for name, several in KEY_EXAMPLES.items():
        yield f"### Key `{name}`\n"
        yield from _worked(several)


# --- kinds of value --------------------------------------------------------------------------------------


def _codecs() -> Iterator[str]:
    yield "## Kinds of value (`as:`)\n"
    for name in (name for name in get_args(language.CodecName) if name in CODECS):
        yield f"### `as: {name}`\n"
        yield " ".join((CODECS[name].__doc__ or "").split()) + "\n"
        yield from _worked(WORKED[name])
    yield "### `as: address`\n"
    yield "A postal address as a whole: `addressBook.billing` or `addressBook.shipping` in NetSuite beside the five"
    yield "fields of Salesforce (form `street`, `city`, `state`, `postal_code`, `country`). Equal line by line, the"
    yield "country and the state however they are spelt.\n"
    yield "### `as: link`\n"
    yield "A reference to another thing (`to`): the record that the other side's record is linked to.\n"
    yield "### `as: lookup`\n"
    yield "A record found on the other side by what people know it by: see [lists](#lists-that-can-be-looked-up).\n"


def _forms() -> Iterator[str]:
    yield "## Forms of a side\n"
    yield "What may stand under `netsuite` or `salesforce` of a line instead of one field.\n"
    for name, form in language.FORMS.items():
        heading = ", ".join(f"`{key}`" for key in form.model_fields) if name == "parts" else f"`{name}`"
        yield f"### Form {heading}\n"
        yield f"{' '.join((form.__doc__ or '').split())} *{form.ways.capitalize()}.*\n"
        if name != "parts":
            yield from _keys(form)
        yield from _worked(FORM_EXAMPLES[name])


def _lists() -> Iterator[str]:
    yield "## Lists that can be looked up\n"
    yield "Read from both systems at the beginning of a run. A value that no live record has is held, unless `unknown`"
    yield "says otherwise; so is one that several records have.\n"
    yield "| `lookup:` | NetSuite | Salesforce | equal by |"
    yield "| --- | --- | --- | --- |"
    for name, kind in LISTS.items():
        sides = [
            f"`{source.type}` by `{source.key_field}`" if source else f"the field holds the {kind.known_by}"
            for source in (kind.sources.of(system) for system in SystemName)
        ]
        yield f"| `{name}` | {sides[0]} | {sides[1]} | {kind.known_by} |"
    yield ""


# --- expressions -----------------------------------------------------------------------------------------


def _expressions() -> Iterator[str]:
    yield "## Expressions\n"
    yield "In `when` and in `compute`: fields of that side by their vendor names, text in quotes, numbers, `true`,"
    signs = " ".join(f"`{sign}`" for sign in SIGNS)
    yield f"`false`, `null`, the operators {signs}, and the functions below. Reckoning"
    yield "with an empty field gives empty; `+` on text passes it over; `<` and `>` say no. An expression has at most"
    yield f"{LONGEST} characters and {MOST_PARTS} parts. What cannot be computed is held, with the reason.\n"
    yield "| function | gives | for example |"
    yield "| --- | --- | --- |"
    for function in FUNCTIONS.values():
        shown = "; ".join(f"`{expression}` is `{_literal(value)}`" for expression, value in function.worked)
        yield f"| `{function.signature}` | {function.description} | {_cell(shown)} |"
    yield ""


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


# --- examples --------------------------------------------------------------------------------------------

_ARROWS = {"both": "<->", "to_salesforce": "->", "to_netsuite": "<-"}


def _worked(several: Iterable[Worked]) -> Iterator[str]:
    shown = ""
    for one in several:
        if one.lines != shown:
            yield from (() if not shown else ("```\n",))
            yield "```yaml"
            yield one.lines.rstrip("\n")
            for name, text in one.files.items():
                yield from (f"# {name}: {row}" for row in text.splitlines())
            shown = one.lines
        yield f"# {_side(one.netsuite)}  {_ARROWS[one.way]}  {_side(one.salesforce)}" if not one.held else _held(one)
    yield "```\n"


def _held(one: Worked) -> str:
    given = one.netsuite if one.way == "to_salesforce" else one.salesforce
    return f"# {_side(given)}  is held: {one.held}"


def _side(record: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {_shown(value)}" for name, value in record.items()) or "any record"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + _side(value) + "}"
    if value is None:
        return "(empty)"
    return _literal(value).replace("\n", "\\n")


if __name__ == "__main__":
    sys.stdout.write(reference())
