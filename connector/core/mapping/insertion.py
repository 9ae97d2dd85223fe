"""Adding to a mapping file, or to a table beside it, by program. Everything that stands in the file stays as it is, to
the letter: comments, order, spacing, quotes, kinds of line ends. The text is changed at one place, and read again to
prove that nothing else says anything new.
"""

from __future__ import annotations

import csv
import io
import textwrap
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from connector.core.mapping.yaml_file import Path, parse
from connector.errors import Mistake


class CannotInsert(Exception):
    """The file has no place for it, or has it already. The text says which."""


def insert_line(text: str, path: Path, line: str) -> str:
    """The text of a mapping file with `line` added at the end of the mapping or list that `path` leads to.

    `line` is YAML: `key: value` for a mapping (of several lines, if need be), an item for a list. Raises CannotInsert.

    >>> print(insert_line("fields:\\n  a: {netsuite: x}  # mine\\n\\n# end\\n", ("fields",), "b: {netsuite: y}"))
    fields:
      a: {netsuite: x}  # mine
      b: {netsuite: y}
    <BLANKLINE>
    # end
    <BLANKLINE>
    >>> insert_line("values: {Hot: '1'}  # two more to come", ("values",), "Warm: '2'")
    "values: {Hot: '1', Warm: '2'}  # two more to come"
    """
    before = _data(text)
    node = _find(_root(text), path)
    _refuse_known(_at(before, path), line)
    fresh = _into_flow(text, node, line) if node.flow_style else _into_block(text, node, line)
    if _data(fresh) != _with(before, path, _added(line)):
        raise CannotInsert(f"`{line}` would change what the file says elsewhere")
    return fresh


def insert_row(text: str, row: str) -> str:
    """The text of a CSV file with one row more, after the last that holds something. Raises CannotInsert.

    >>> insert_row("salesforce,netsuite\\nHot,1", "Warm,2")
    'salesforce,netsuite\\nHot,1\\nWarm,2'
    """
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    last = max((number for number, line in enumerate(lines) if line.strip()), default=-1)
    above, below = "".join(lines[: last + 1]), "".join(lines[last + 1 :])
    fresh = f"{above}{row}{end}{below}" if above.endswith("\n") else f"{above}{end}{row}{below}"
    if any(one in _rows(text) for one in _rows(row)):
        raise CannotInsert(f"`{row}` stands there already")
    if _rows(fresh) != [*_rows(text), *_rows(row)]:
        raise CannotInsert(f"`{row}` would change what the table says elsewhere")
    return fresh


def _rows(text: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except csv.Error as error:
        raise CannotInsert(str(error)) from error


def _data(text: str) -> Any:
    source = parse(text.encode(), "the file")
    if isinstance(source, Mistake):
        raise CannotInsert(str(source))
    return source.data


def _root(text: str) -> Node:
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except YAMLError as error:
        raise CannotInsert(str(error)) from error
    assert isinstance(root, Node), "text that was parsed has a root"
    return root


def _find(node: Node, path: Path) -> CollectionNode:
    for number, step in enumerate(path):
        below = _child(node, step)
        if below is None:
            raise CannotInsert(f"the file has no `{'.'.join(map(str, path[: number + 1]))}`")
        node = below
    if isinstance(node, ScalarNode):
        raise CannotInsert(f"`{'.'.join(map(str, path))}` is `{node.value}`, to which nothing can be added here")
    assert isinstance(node, CollectionNode)
    return node


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: Node = node.value[step]
        return found
    return None


# --- the one place ---------------------------------------------------------------------------------------


def _entries(node: CollectionNode) -> list[Node]:
    """The last node of each entry."""
    return [entry[1] if isinstance(node, MappingNode) else entry for entry in node.value]


def _into_flow(text: str, node: CollectionNode, line: str) -> str:
    if "\n" in line.strip():
        raise CannotInsert("several lines cannot stand between braces")
    entries = _entries(node)
    if entries:
        at = entries[-1].end_mark.index
        return f"{text[:at]}, {line.strip()}{text[at:]}"
    at = node.end_mark.index - 1
    return f"{text[:at]}{line.strip()}{text[at:]}"


def _into_block(text: str, node: CollectionNode, line: str) -> str:
    """After the last line of the last entry: what follows there is the comment of something else."""
    lines = text.splitlines(keepends=True)
    last = _last_line(node, lines)
    end = "\r\n" if lines[0].endswith("\r\n") else "\n"
    if not lines[last].endswith("\n"):
        lines[last] += end
    own = line.strip("\n") if isinstance(node, MappingNode) else "- " + textwrap.indent(line.strip("\n"), "  ")[2:]
    indented = textwrap.indent(own, " " * node.start_mark.column)
    return "".join([*lines[: last + 1], *(f"{one}{end}" for one in indented.split("\n")), *lines[last + 1 :]])


def _last_line(node: Node, lines: list[str]) -> int:
    """The line on which a block ends. The parser lets it reach to the next token, past empty lines and comments."""
    while isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        node = _entries(node)[-1]
    last = min(int(node.end_mark.line), len(lines) - 1)
    if node.end_mark.column == 0 and last > node.start_mark.line:
        last -= 1
        while last > node.start_mark.line and not lines[last].strip():
            last -= 1
    return last


# --- what it must come to --------------------------------------------------------------------------------


def _added(line: str) -> Any:
    return _data(textwrap.dedent(line).strip() + "\n")


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _refuse_known(container: Any, line: str) -> None:
    added = _added(line)
    if isinstance(container, list):
        return
    if not isinstance(added, dict) or len(added) != 1:
        raise CannotInsert(f"`{line}` is not one key with its value")
    (key,) = added
    if key in container:
        raise CannotInsert(f"`{key}` stands there already")


def _with(data: Any, path: Path, added: Any) -> Any:
    if path:
        first, *rest = path
        items = data.items() if isinstance(data, dict) else enumerate(data)
        changed = {key: _with(value, tuple(rest), added) if key == first else value for key, value in items}
        return changed if isinstance(data, dict) else list(changed.values())
    return {**data, **added} if isinstance(data, dict) else [*data, added]
