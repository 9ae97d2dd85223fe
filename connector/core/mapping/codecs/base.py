"""What every codec is made of."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.core.flow import Pair, Raw
from connector.core.mapping.worked import Worked
from connector.core.schema import Value


class Unfit(Exception):
    """A value that cannot be understood, or cannot be held by the other side. The text is for a salesperson."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a field's line may say about its codec; see `FieldLine` for each. `spelling` and `zone` by side: "" and
    None where the line says nothing. `country` is the ISO code of the country whose states are meant."""

    region: str = "US"
    decimals: int | None = None
    scale: Pair[Decimal] = field(default_factory=lambda: Pair(Decimal(1), Decimal(1)))
    spelling: Pair[str] = field(default_factory=lambda: Pair("", ""))
    zone: Pair[ZoneInfo | None] = field(default_factory=lambda: Pair(None, None))
    currency: str | None = None
    markup: Pair[bool] = field(default_factory=lambda: Pair(False, True))
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Codec:
    """A two-way translation. `plain`: text that crosses as it is. `lossy`: reading and writing back may change
    the spelling (never the meaning)."""

    read: Pair[Callable[[Any], Value]]
    write: Pair[Callable[[Any], Raw]]
    key: Callable[[Any], Hashable]
    plain: bool = False
    lossy: bool = False


Make = Callable[[Options], Codec]
CODECS: dict[str, Make] = {}
"""The codecs of one vendor field by their `as:` name, in the order of the reference."""
WORKED: dict[str, tuple[Worked, ...]] = {}
"""Codec -> its worked examples."""


def codec(name: str, *worked: Worked) -> Callable[[Make], Make]:
    """Registers a codec; its docstring is its description in the reference."""

    def register(make: Make) -> Make:
        CODECS[name] = make
        WORKED[name] = worked
        return make

    return register


def both(
    read: Callable[[Any], Value], write: Callable[[Any], Raw], key: Callable[[Any], Hashable], **facts: bool
) -> Codec:
    """A codec that treats both sides alike."""
    return Codec(Pair(read, read), Pair(write, write), key, **facts)


def same(value: Any) -> Any:
    return value


def as_text(raw: Any) -> str | None:
    """Any scalar as text; empty text is no value."""
    if raw is None or raw.__class__ is str:
        return raw or None
    if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool):
        return str(raw) or None
    raise Unfit(f"{raw!r} is not text")


def text_key(value: str | None) -> str:
    """Line ends and outer space do not count."""
    return (value or "").replace("\r\n", "\n").replace("\r", "\n").strip()
