"""Lenses of forms that look at several fields, or at none: texts joined and taken apart, constants, computed values,
states with their country."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from connector.core.flow import Planned, Raw
from connector.core.mapping.codecs import Codec, Unfit, as_text, country_code, text_key
from connector.core.mapping.codecs.places import speller, state_value
from connector.core.mapping.expressions import Expression
from connector.core.mapping.language import Join, Split
from connector.core.mapping.lenses import Lens, Links, unwritten
from connector.core.schema import ABSENT, Gap, SystemName, Value

# --- joined and taken apart ------------------------------------------------------------------------------


def join(form: Join) -> Lens:
    """Several fields as one text. Absent unless all of them were read, since writing it back would blank what we
    could not see."""
    names = form.join

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if any(name not in raw for name in names):
            return ABSENT
        found = (as_text(raw[name]) for name in names)
        return form.with_.join(text.strip() for text in found if text and text.strip()) or None

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        parts = pieces(str(value or ""), form.with_, len(names), form.rest)
        return {name: part or None for name, part in zip(names, parts, strict=True)}

    return Lens(get, put, names, names)


def split(form: Split) -> Lens:
    """One piece of a text. Can only be read."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if form.split not in raw:
            return ABSENT
        found = pieces(as_text(raw[form.split]) or "", form.with_, form.into, form.rest)
        return found[form.part - 1] or None

    return Lens(get, unwritten, (form.split,), ())


def pieces(text: str, between: str, count: int, rest: str) -> list[str]:
    """A text in exactly `count` pieces, taken apart at `between`; what is left over goes into the last piece (then
    empty ones are at the end) or into the first (then they are at the beginning).

    >>> pieces("Mary Ann Smith", " ", 2, "first"), pieces("Madonna", " ", 2, "first")
    (['Mary Ann', 'Smith'], ['', 'Madonna'])
    >>> pieces("1 Main St, Floor 2, Suite 9", ", ", 2, "last"), pieces("1 Main St", ", ", 2, "last")
    (['1 Main St', 'Floor 2, Suite 9'], ['1 Main St', ''])
    """
    found = [piece.strip() for piece in text_key(text).split(between) if piece.strip()]
    spare = len(found) - count
    if rest == "last":
        found = found if spare <= 0 else [*found[: count - 1], between.join(found[count - 1 :])]
        return [*found, *[""] * (count - len(found))]
    found = found if spare <= 0 else [between.join(found[: spare + 1]), *found[spare + 1 :]]
    return [*[""] * (count - len(found)), *found]


def joined_key(between: str) -> Callable[[Any], Hashable]:
    """Comparison key of a joined text: its pieces, since empty ones cannot be kept apart."""
    return lambda value: tuple(piece.strip() for piece in text_key(value).split(between) if piece.strip())


# --- without a field -------------------------------------------------------------------------------------


def const(value: Raw, codec: Codec, system: SystemName) -> Lens:
    """Always the same value. Can only be read."""
    read = codec.read.of(system)
    return Lens(lambda raw, links: read(value), unwritten, (), ())


def compute(expression: Expression, codec: Codec, system: SystemName) -> Lens:
    """What an expression gives for a record; absent unless all its fields were read. Can only be read."""
    read = codec.read.of(system)

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if any(name not in raw for name in expression.names):
            return ABSENT
        return read(expression.value(raw))

    return Lens(get, unwritten, expression.names, ())


# --- states ----------------------------------------------------------------------------------------------


def state(name: str, country_name: str, spelling: str) -> Lens:
    """A state whose country stands in another field of the record; that one is read, never written."""
    write = speller(spelling)

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if name not in raw or country_name not in raw:
            return ABSENT
        return state_value(as_text(raw[name]), _known_country(raw[country_name]))

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        return {name: None if value is None else write(str(value))}

    return Lens(get, put, (name, country_name), (name,))


def _known_country(raw: Raw) -> str | None:
    """A country that nobody knows has no known states; its own line says so, if there is one."""
    try:
        return country_code(raw)
    except Unfit:
        return None
