"""The tree of a SuiteQL query: parsed by sqlglot in its Oracle dialect, and held to what SuiteQL takes as a whole."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.oracle import Oracle

from connector.sandbox.netsuite.errors import NotEmulated, search_error

#: A node of the tree. sqlglot renames its base class between releases.
Node = Any

_KEPT_FUNCTIONS = ("COUNT", "SUM", "MIN", "MAX", "AVG")


class Dialect(Oracle):
    """Oracle's grammar with function calls left as they are written."""

    class Parser(Oracle.Parser):  # type: ignore[misc, valid-type]
        FUNCTIONS: ClassVar[dict[str, Any]] = {name: Oracle.Parser.FUNCTIONS[name] for name in _KEPT_FUNCTIONS}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CAST": Oracle.Parser.FUNCTION_PARSERS["CAST"]}


def unsupported(what: str) -> Exception:
    return search_error(f"Search error occurred: Invalid or unsupported search. {what}")


def parse(text: str, params: list[Any]) -> exp.Select:
    """The tree of one SELECT with `?` filled from `params`; refusals for what SuiteQL does not take."""
    tree = _parsed(text).copy()
    _fill(tree, params)
    return tree


@lru_cache(maxsize=512)
def _parsed(text: str) -> exp.Select:
    """Clients send the same few texts again and again, and to parse one takes longer than to answer it."""
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
    if tree.find(exp.With):
        raise unsupported("WITH is not supported.")
    if tree.find(exp.Limit):
        raise unsupported("LIMIT is not supported.")
    if tree.find(exp.DateStrToDate, exp.TimestampFromParts) or re.search(r"^\s*(DATE|TIMESTAMP)\s+'", tree.sql()):
        raise unsupported("Date literals are not supported.")
    marks = any(column.args.get("join_mark") for column in tree.find_all(exp.Column))
    ansi = any(join.side or join.kind or join.args.get("on") for join in tree.find_all(exp.Join))
    if marks and ansi:
        raise unsupported("ANSI and Oracle join syntax cannot be mixed.")
    if marks:
        raise NotEmulated("SuiteQL: Oracle outer join (+)")


def _fill(tree: exp.Select, params: list[Any]) -> None:
    marks = list(tree.find_all(exp.Placeholder, bfs=False))
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
