"""Text for people: columns, headings, and nothing that a terminal would obey."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final

import click

MASK: Final = "•••"
_LONGEST_CELL = 72


def printable(text: str) -> str:
    """`text` without control and direction characters: a company name must not steer the terminal."""
    return "".join(char for char in text if char in "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))


def cell(value: Any) -> str:
    """One line of at most 72 characters; nothing is an empty cell."""
    text = " ".join(printable(str(value).replace("\n", " ")).split()) if value is not None else ""
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def width(text: str) -> int:
    """Columns that `text` takes on a terminal: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def heading(text: str) -> str:
    return click.style(text, bold=True)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Lines of aligned columns, numbers to the right; no line at all when there are no rows."""
    body = [list(row) for row in rows]
    if not body:
        return []
    texts = [[cell(value) for value in row] for row in body]
    widths = [max(map(width, column)) for column in zip(list(head), *texts, strict=True)]
    right = [all(isinstance(value, int) for value in column) for column in zip(*body, strict=True)]
    lines = [click.style(_line(head, widths, right), dim=True)]
    return lines + [_line(row, widths, right) for row in texts]


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for text, wide, to_right in zip(cells, widths, right, strict=True):
        space = " " * (wide - width(text))
        padded.append(space + text if to_right else text + space)
    return "  " + "  ".join(padded).rstrip()
