"""Reading one YAML file so that every mistake can name its line and column.

YAML 1.2 only, and no more than a mapping file needs: duplicate keys, aliases, tags and files over 1 MiB are
refused, so that what a person reads in the file is all there is.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent

from connector.errors import Mistake

SIZE_CAP = 1024 * 1024
_DEEPEST = 20
_LONGEST_SHOWN = 400
_BIGGEST_INTEGER = 10**30

Path = tuple[str | int, ...]
"""Keys and list positions that lead to a node. A step that the node does not have is passed over."""


class TableFile(Protocol):
    """A values table in a file of its own, as far as mistakes need to know it."""

    def mistake(self, canonical: str, what: str, expected: str) -> Mistake: ...


@dataclass(frozen=True)
class Source:
    """One parsed file: its plain data, and where everything stands. `tables`: canonical field -> the table beside the
    file that holds its values."""

    file: str
    lines: tuple[str, ...]
    root: Any
    data: Any
    tables: Mapping[str, TableFile] = field(default_factory=dict)

    def mistake(self, path: Path, what: str, expected: str = "", *, on_key: bool = False, inside: int = 0) -> Mistake:
        """A mistake at the node of `path`: at its value, or at its key; `inside`: at a character of its text."""
        if len(path) > 3 and path[0] == "fields" and path[2] == "values" and path[1] in self.tables:
            return self.tables[str(path[1])].mistake(str(path[3]), what, expected)
        line, column = _position(self.root, path, on_key)
        shown = self.lines[line] if line < len(self.lines) else ""
        if inside and shown[column : column + 1] not in ("|", ">"):
            column = min(column + inside + shown.startswith(("'", '"'), column), len(shown))
        return Mistake(self.file, line + 1, column + 1, what, expected, _shown(shown))


class _StrictComposer(Composer):
    """No aliases: one makes a node stand in two places, and chains of them blow up memory. No deep nesting."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent):
            raise ComposerError(None, None, "aliases (`*name`) are not allowed in mapping files", event.start_mark)
        if self.depth == _DEEPEST:
            raise ComposerError(None, None, f"nested more than {_DEEPEST} levels deep", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def parse(text: bytes, file: str) -> Source | Mistake:
    """The content of one file. Never raises: what is wrong comes back as a mistake."""
    if len(text) > SIZE_CAP:
        return Mistake(file, 1, 1, f"the file has {len(text)} bytes", f"at most {SIZE_CAP} bytes")
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        return Mistake(file, line, 1, "the file is not UTF-8 text", "save it as UTF-8")
    lines = tuple(decoded.splitlines())
    try:
        root = _loader().load(decoded)
        return Source(file, lines, root, _plain(root))
    except MarkedYAMLError as error:
        return _syntax_mistake(error, file, lines)
    except _NotPlain as error:
        return Mistake(file, 1, 1, str(error))
    except Exception as error:  # damaged files also meet assertions and type errors inside the YAML library
        reason = str(error).partition("\n")[0] or type(error).__name__
        return Mistake(file, 1, 1, f"not readable as YAML: {reason}")


def _loader() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.Composer = _StrictComposer
    yaml.allow_duplicate_keys = False
    return yaml


def _syntax_mistake(error: MarkedYAMLError, file: str, lines: Sequence[str]) -> Mistake:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    what = str(error.problem or error.context or "not readable as YAML").splitlines()[0]
    shown = lines[line] if line < len(lines) else ""
    return Mistake(file, line + 1, column + 1, what.partition(" with value")[0], source=_shown(shown))


def _shown(line: str) -> str:
    """The line as a mistake shows it; nothing of one that fills the screen."""
    return line if len(line) <= _LONGEST_SHOWN else ""


class _NotPlain(Exception):
    """A node that is not a mapping, a list or a scalar of JSON's kinds."""


def _plain(node: Any) -> Any:
    """Round-trip nodes as plain Python data; keys as text, days as ISO text, fractions exact."""
    if isinstance(node, CommentedMap | CommentedSeq) and node.tag.value is not None:
        raise _NotPlain(f"tags such as `{node.tag.value}` are not allowed")
    if isinstance(node, int) and abs(node) >= _BIGGEST_INTEGER:
        raise _NotPlain("a number of more than 30 digits: write it in quotes")
    if isinstance(node, CommentedMap):
        return {_key(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(item) for item in node]
    if node is None or isinstance(node, bool):
        return node
    for kind, convert in _SCALARS:
        if isinstance(node, kind):
            return convert(node)
    raise _NotPlain(f"a value of a kind that mapping files do not have ({type(node).__name__})")


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    return str(key)


_SCALARS: tuple[tuple[type, Any], ...] = (
    (str, str),
    (int, int),
    (float, lambda value: Decimal(str(float(value)))),
    (datetime, lambda value: value.isoformat()),
    (date, lambda value: value.isoformat()),
)


def _position(root: Any, path: Path, on_key: bool) -> tuple[int, int]:
    """0-based line and column; of the last node of the path that exists."""
    node, place = root, (0, 0)
    steps = [step for step in path if step != ""]
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if isinstance(node, CommentedMap):
            key = next((key for key in node if _key(key) == step), None)
            if key is None:
                continue
            place = node.lc.key(key) if on_key and last else node.lc.value(key)
            node = node[key]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            place = node.lc.item(step)
            node = node[step]
    return int(place[0]), int(place[1])


def nearest(name: str, names: Iterable[str]) -> str:
    """`did you mean ...?` for a misspelt name; empty when nothing is close."""
    candidates = sorted(names)
    by_fold = {candidate.casefold(): candidate for candidate in candidates}
    cutoff = 0.6 if len(name) > 3 else 0.5  # one wrong letter of two leaves a likeness of one half
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=cutoff)
    return f"did you mean `{by_fold[close[0]]}`?" if close else ""
