"""The tree of a SuiteQL query: parsed by sqlglot in its Oracle dialect, and held to what SuiteQL takes as a whole."""

from __future__ import annotations

from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.oracle import Oracle

from connector.sandbox.netsuite.errors import NotEmulated, search_error

#: A node of the tree. sqlglot renames its base class between releases.
Node = Any

#: The name of a value that is bound when the query runs.
MARK = "moment{}"

_REFUSED_FORMS = {
    exp.With: "WITH is not supported.",
    exp.Limit: "LIMIT is not supported.",
    exp.DateStrToDate: "Date literals are not supported.",
    exp.TimestampFromParts: "Date literals are not supported.",
}
_KEPT_FUNCTIONS = ("COUNT", "SUM", "MIN", "MAX", "AVG")


class Dialect(Oracle):
    """Oracle's grammar with function calls left as they are written."""

    class Parser(Oracle.Parser):  # type: ignore[misc, valid-type]
        FUNCTIONS: ClassVar[dict[str, Any]] = {name: Oracle.Parser.FUNCTIONS[name] for name in _KEPT_FUNCTIONS}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CAST": Oracle.Parser.FUNCTION_PARSERS["CAST"]}


def unsupported(what: str) -> Exception:
    return search_error(f"Search error occurred: Invalid or unsupported search. {what}")


def parse(text: str, params: list[Any], marks: int = 0) -> exp.Select:
    """The tree of one SELECT with `?` filled from `params`, and with so many marks in it; refusals for what SuiteQL
    does not take."""
    tree = _parsed(text)
    _fill(tree, params, {MARK.format(at) for at in range(marks)})
    return tree


def _parsed(text: str) -> exp.Select:
    try:
        trees = sqlglot.parse(text, dialect=Dialect)
    except (sqlglot.errors.SqlglotError, RecursionError):
        raise unsupported("The query cannot be parsed.") from None
    tree = trees[0] if len(trees) == 1 else None
    if isinstance(tree, exp.SetOperation):
        raise NotEmulated("SuiteQL: UNION, INTERSECT, MINUS")
    if not isinstance(tree, exp.Select):
        raise unsupported("Only one SELECT statement is accepted.")
    _check_forms(tree)
    return tree


def _check_forms(tree: exp.Select) -> None:
    nodes = list(tree.walk())
    for form, what in _REFUSED_FORMS.items():
        if any(isinstance(node, form) for node in nodes):
            raise unsupported(what)
    marks = any(node.args.get("join_mark") for node in nodes if isinstance(node, exp.Column))
    ansi = any(node.side or node.kind or node.args.get("on") for node in nodes if isinstance(node, exp.Join))
    if marks and ansi:
        raise unsupported("ANSI and Oracle join syntax cannot be mixed.")
    if marks:
        raise NotEmulated("SuiteQL: Oracle outer join (+)")


def _fill(tree: exp.Select, params: list[Any], bound: set[str]) -> None:
    marks = [mark for mark in tree.find_all(exp.Placeholder, bfs=False) if mark.name not in bound]
    if len(marks) != len(params):
        raise search_error(f"Search error occurred: {len(marks)} parameters expected, {len(params)} given.")
    for mark, value in zip(marks, params, strict=True):
        mark.replace(exp.Literal.number(value) if isinstance(value, int | float) else exp.Literal.string(str(value)))


def only(node: Node, known: set[str]) -> None:
    """Refuse clauses that are not emulated rather than run a query without them."""
    for name, value in node.args.items():
        if value and name not in known:
            raise NotEmulated(f"SuiteQL: {name.rstrip('_')} of {node.key}")


def as_select(node: Node) -> exp.Select:
    if not isinstance(node, exp.Select):
        raise NotEmulated(f"SuiteQL: {node.key} in parentheses")
    return node


def listed(tree: exp.Select, clause: str) -> list[Node]:
    node = tree.args.get(clause)
    if node is None:
        return []
    only(node, {"expressions"})
    return list(node.expressions)


def conjuncts(node: Node) -> list[Node]:
    return list(node.flatten()) if isinstance(node, exp.And) else [node]


def rownum_limit(node: Node) -> int | None:
    """n of `rownum <= n` or `rownum < n`."""
    if not isinstance(node, exp.LTE | exp.LT) or not isinstance(node.this, exp.Column):
        return None
    if node.this.name.lower() != "rownum" or not isinstance(node.expression, exp.Literal):
        return None
    return whole(node.expression) - isinstance(node, exp.LT)


def whole(node: Node) -> int:
    """The whole number that a literal spells."""
    if not isinstance(node, exp.Literal) or not node.this.isdigit():
        raise unsupported(f"{node.sql()} is not a whole number.")
    return int(node.this)


def limit_clause(tree: exp.Select, row_limit: int | None) -> str:
    fetch = tree.args.get("limit")
    counts = [row_limit] if row_limit is not None else []
    if fetch is not None:
        options = fetch.args.get("limit_options")
        if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
            raise NotEmulated("SuiteQL: FETCH FIRST with percent or ties")
        counts.append(whole(fetch.args["count"]) if fetch.args.get("count") else 1)
    return f"LIMIT {min(counts)}" if counts else ""
