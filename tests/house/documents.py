"""The project's documents as tests read them: blocks, code, links, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, and its text with the last line end."""

    language: str
    text: str


def blocks(text: str) -> list[Block]:
    return [Block(language, body) for language, body in _BLOCK.findall(text)]


def section(text: str, title: str) -> str:
    """What stands between the heading `title` and the next one of its level."""
    _, _, rest = text.partition(f"\n## {title}\n")
    assert rest, title
    return rest.partition("\n## ")[0]


def code(text: str) -> Iterator[str]:
    """Every line of code: inline spans, and the lines of fenced and indented blocks."""
    for block in blocks(text):
        yield from block.text.splitlines()
    prose = _BLOCK.sub("", text)
    yield from _SPAN.findall(prose)
    yield from (line.strip() for line in prose.splitlines() if line.startswith("    "))


def links(text: str) -> list[str]:
    """Targets of links that are not code."""
    return _LINK.findall(_SPAN.sub("", _BLOCK.sub("", text)))


def anchors(text: str) -> set[str]:
    """The anchors that headings get where documents are shown."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(_BLOCK.sub("", text)))
    return {heading.replace(" ", "-") for heading in plain}


def first_column(text: str, head: str) -> list[str]:
    """The first cells of the tables whose first heading is `head`, without their backticks."""
    found = re.findall(rf"^\| {re.escape(head)} \|.*\n\|[ -|]+\|\n((?:\|.*\n?)+)", text, re.MULTILINE)
    return [row.split("|")[1].strip() for table in found for row in table.splitlines()]
