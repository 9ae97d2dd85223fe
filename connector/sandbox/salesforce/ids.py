"""Record ids: three characters of key prefix, twelve of instance and counter, three of case checksum.

Documented: 15 characters compare with case; the 3-character suffix encodes which of them are upper case, so
that 18 characters compare without.
"""

from __future__ import annotations

import random
import re

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")


def checksum(short: str) -> str:
    """The three characters that widen a 15-character id to 18."""
    bits = [sum(1 << i for i, char in enumerate(short[at : at + 5]) if char.isupper()) for at in (0, 5, 10)]
    return "".join(CHECKSUM[bit] for bit in bits)


def widen(text: str) -> str | None:
    """The 18-character id, or None when `text` is no id. A wrong checksum is no id."""
    if not SHAPE.fullmatch(text) or not text.isascii():
        return None
    long = text[:15] + checksum(text[:15])
    return long if len(text) == 15 or text[15:].upper() == long[15:] else None


def base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def from_base62(text: str) -> int:
    number = 0
    for char in text:
        number = number * 62 + ALPHABET.index(char)
    return number


class IdMaker:
    """Hands out ids per key prefix, ascending; the instance characters come from the seed."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(f"salesforce instance {seed}")
        self._instance = draw.choice("abcdefgh") + draw.choice("BCDEFGHJK") + "0"
        self._next: dict[str, int] = {}

    def make(self, prefix: str) -> str:
        number = self._next.get(prefix, 0) + 1
        self._next[prefix] = number
        short = f"{prefix}{self._instance}{base62(number, 9)}"
        return short + checksum(short)

    def continue_after(self, record_id: str | None) -> None:
        """A reopened database goes on counting where its highest id stands."""
        if record_id is not None:
            self._next[record_id[:3]] = from_base62(record_id[6:15])
