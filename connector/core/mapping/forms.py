"""Lenses of forms that look at several fields, or at none: texts joined and taken apart, constants, computed values,
states with their country."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from connector.core.flow import Planned, Raw
from connector.core.mapping.codecs import Codec, Unfit, as_text, country_code, text_key
from connector.core.mapping.codecs.places import speller, state_value
from connector.core.mapping.expressions import Expression
from connector.core.mapping.language import Join, MappingFile, Split
from connector.core.mapping.lenses import Lens, Links, unwritten
from connector.core.schema import ABSENT, Gap, SystemName, Value

# --- joined and taken apart ------------------------------------------------------------------------------


def join(form: Join, *, written: bool) -> Lens:
    """Several fields as one text. Absent unless all of them were read, since writing it back would blank what we
    could not see. `written`: values flow back as well, so what could not be taken apart again does not fit."""
    names = form.join

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if any(name not in raw for name in names):
            return ABSENT
        parts = [_collapsed(as_text(raw[name]), form.with_) for name in names]
        text = form.with_.join(part for part in parts if part)
        if written and pieces(text, form.with_, len(names), form.rest) != parts:
            raise Unfit(_inseparable(text, form))
        return text or None

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        parts = pieces(str(value or ""), form.with_, len(names), form.rest)
        return {name: part or None for name, part in zip(names, parts, strict=True)}

    return Lens(get, put, names, names)


def _collapsed(text: str | None, between: str) -> str:
    """A text without the empty pieces that could not be kept apart."""
    return between.join(piece.strip() for piece in text_key(text).split(between) if piece.strip())


def _inseparable(text: str, form: Join | Split) -> str:
    return f"{text!r} would not be taken apart at {form.with_!r} into the same parts again (rest: {form.rest})"


def split(form: Split, parts: tuple[str, ...] = ()) -> Lens:
    """One piece of a text. `parts`: the canonical fields of all its pieces in their order, where every piece has one:
    their values make the text. Without them it can only be read."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if form.split not in raw:
            return ABSENT
        found = pieces(as_text(raw[form.split]) or "", form.with_, form.into, form.rest)
        return found[form.part - 1] or None

    def together(value: Value, values: Mapping[str, Value], holds: Mapping[str, Value]) -> Mapping[str, Planned]:
        if holds and not holds.keys() >= set(parts) - values.keys():
            raise Unfit(f"what the rest of {form.split} holds is not known")
        found = [text_key(as_text(values.get(name, holds.get(name)))) for name in parts]
        text = form.with_.join(part for part in found if part)
        if pieces(text, form.with_, form.into, form.rest) != found:
            raise Unfit(_inseparable(text, form))
        return {form.split: text or None}

    if not parts:
        return Lens(get, unwritten, (form.split,), ())
    return Lens(get, unwritten, (form.split,), (form.split,), together=together, parts=parts)


def split_parts(file: MappingFile, system: SystemName, form: Split) -> tuple[str, ...]:
    """The canonical fields of all pieces of a text, in their order; none unless each piece has exactly one."""
    found: dict[int, list[str]] = {}
    for name, line in file.fields.items():
        side = getattr(line, system)
        if isinstance(side, Split) and side.model_copy(update={"part": form.part}) == form:
            found.setdefault(side.part, []).append(name)
    if sorted(found) != list(range(1, form.into + 1)) or any(len(names) > 1 for names in found.values()):
        return ()
    return tuple(found[part][0] for part in sorted(found))


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
