"""Conditions and computed values in a closed expression language.

An expression is read once, when its file is loaded: syntax, functions and size are checked there, and the fields that
it names are known before any record is seen. Evaluating it cannot loop, cannot reach an attribute, and makes no text
beyond a fixed length: `simpleeval` walks a syntax tree of which nothing but `_ALLOWED` is left.
"""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import reduce
from math import isfinite
from typing import Any

from simpleeval import InvalidExpression, SimpleEval  # type: ignore[import-untyped]

from connector.core.flow import Raw
from connector.core.mapping.codecs import Unfit
from connector.core.mapping.functions import FUNCTIONS, OPERATORS, SIGNS, is_blank
from connector.core.mapping.yaml_file import nearest

LONGEST = 500
"""Characters of an expression."""
MOST_PARTS = 100
"""Names, constants, operators and calls of an expression."""
_DEEPEST = 20
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.expr_context,
    ast.And, ast.Or, *OPERATORS,
)  # fmt: skip


class Misread(Exception):
    """An expression that is none: what is wrong, what was expected, and at which character (from 0)."""

    def __init__(self, what: str, expected: str = "", at: int = 0) -> None:
        self.what, self.expected, self.at = what, expected, at
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Expression:
    """`names`: the vendor fields that it looks at, in the order of the text."""

    text: str
    names: tuple[str, ...]
    _tree: ast.expr

    def value(self, record: Mapping[str, Raw]) -> Any:
        """What it gives for a record; a field that is not in it counts as empty. Raises Unfit, with the reason."""
        names = {name: record.get(name) for name in self.names}
        evaluator = _MADE.evaluator
        evaluator.names = names
        try:
            return evaluator.eval("", previously_parsed=self._tree)
        except Unfit as why:
            raise Unfit(f"`{self.text}`: {why}") from None
        except DecimalException as why:
            raise Unfit(f"`{self.text}`: {_reason(why)}") from None
        except InvalidExpression as why:
            raise Unfit(f"`{self.text}`: {why}") from None

    def holds(self, record: Mapping[str, Raw]) -> bool:
        """Whether the condition is true of a record. Raises Unfit."""
        return not is_blank(found := self.value(record)) and bool(found)


def _reason(why: DecimalException) -> str:
    return "division by zero" if "Division" in type(why).__name__ else "the number is too big"


def parse(text: str) -> Expression:
    """An expression, read and checked; raises Misread."""
    if len(text) > LONGEST:
        raise Misread(f"an expression has at most {LONGEST} characters, this one has {len(text)}")
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as why:
        expected, at = _hint(text)
        raise Misread("not readable as an expression", expected, at or max(0, (why.offset or 1) - 1)) from None
    except (ValueError, MemoryError, RecursionError):
        raise Misread("not readable as an expression") from None
    parts = list(_parts(tree.body, 0))
    if len(parts) > MOST_PARTS:
        raise Misread(f"an expression has at most {MOST_PARTS} parts, this one has {len(parts)}")
    for node in parts:
        _check(node, text)
    names = (node.id for node in parts if isinstance(node, ast.Name) and node.id not in _CONSTANTS)
    return Expression(text, tuple(dict.fromkeys(names)), _Rewriter(text).visit(tree.body))


def _hint(text: str) -> tuple[str, int]:
    """What people write who know other languages, and where it stands."""
    found = _FOREIGN.search(text)
    if found is None:
        return "", 0
    sign = found.group()
    return (f"expected `{_FOREIGN_SIGNS[sign]}` where `{sign}` stands", found.start())


_FOREIGN_SIGNS = {"&&": "and", "||": "or", "<>": "!=", "!": "not", "=": "=="}
_FOREIGN = re.compile(r"&&|\|\||<>|!(?!=)|(?<![=!<>])=(?!=)")


def _parts(node: ast.AST, depth: int) -> Iterator[Any]:
    if depth > _DEEPEST:
        raise Misread(f"an expression is nested at most {_DEEPEST} levels deep", at=getattr(node, "col_offset", 0))
    if isinstance(node, ast.expr):
        yield node
    below = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    for part in below:
        yield from _parts(part, depth + 1)


# --- what is allowed -------------------------------------------------------------------------------------


def _check(node: ast.expr, text: str) -> None:
    at = len(text.encode()[: node.col_offset].decode(errors="replace")) if node.lineno == 1 else 0
    if not isinstance(node, _ALLOWED) or any(not isinstance(below, _ALLOWED) for below in _signs(node)):
        written = ast.get_source_segment(text, node) or type(node).__name__
        raise Misread(f"`{written}` has no place in an expression", f"operators are {' '.join(SIGNS)}", at)
    if isinstance(node, ast.Call):
        _check_call(node, at)
    elif isinstance(node, ast.Constant) and not _is_constant(node.value):
        raise Misread(f"{node.value!r} is not a constant here", "expected text, a number, true, false or null", at)
    elif isinstance(node, ast.Name) and node.id in FUNCTIONS:
        raise Misread(f"`{node.id}` is a function", f"expected {FUNCTIONS[node.id].signature}", at)


def _is_constant(value: Any) -> bool:
    if isinstance(value, bool):  # Python's own True: the language writes true
        return False
    return isinstance(value, str | int) or (isinstance(value, float) and isfinite(value))


def _signs(node: ast.expr) -> list[ast.AST]:
    """The operators of a node."""
    if isinstance(node, ast.Compare):
        return list(node.ops)
    return [node.op] if isinstance(node, ast.BoolOp | ast.BinOp | ast.UnaryOp) else []


def _check_call(node: ast.Call, at: int) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    known = FUNCTIONS.get(name)
    if known is None:
        expected = nearest(name.upper(), FUNCTIONS) or f"expected one of {', '.join(sorted(FUNCTIONS))}"
        raise Misread(f"`{name or ast.unparse(node.func)}` is not a function", expected, at)
    count = len(node.args)
    if node.keywords or count < known.least or (known.most is not None and count > known.most):
        raise Misread(f"`{name}` does not take these {count} arguments", f"expected {known.signature}", at)
    if name == "CASE" and count % 2:
        raise Misread("`CASE` has no value for the case that nothing is equal", f"expected {known.signature}", at)


class _Rewriter(ast.NodeTransformer):
    """The functions that look only at the arguments they need become syntax that does; fractions become exact."""

    def __init__(self, text: str) -> None:
        self._text = text

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, float):
            return node
        return ast.Constant(Decimal(ast.get_source_segment(self._text, node) or repr(node.value)))  # type: ignore[arg-type]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(_CONSTANTS[node.id]) if node.id in _CONSTANTS else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        assert isinstance(node.func, ast.Name)
        arguments: list[ast.expr] = [self.visit(argument) for argument in node.args]
        match node.func.id:
            case "IF":
                return ast.IfExp(*arguments)
            case "AND":
                return ast.BoolOp(ast.And(), arguments)
            case "OR":
                return ast.BoolOp(ast.Or(), arguments)
            case "NOT":
                return ast.UnaryOp(ast.Not(), arguments[0])
            case "CASE":
                return _case(*arguments)
        return ast.Call(node.func, arguments, [])


def _case(value: ast.expr, *rest: ast.expr) -> ast.expr:
    *pairs, otherwise = rest
    branches = zip(pairs[::2], pairs[1::2], strict=True)

    def branch(below: ast.expr, one: tuple[ast.expr, ast.expr]) -> ast.expr:
        return ast.IfExp(ast.Compare(value, [ast.Eq()], [one[0]]), one[1], below)

    return reduce(branch, reversed(list(branches)), otherwise)


_OPERATORS = dict(OPERATORS)
_FUNCTIONS = {name: known.call for name, known in FUNCTIONS.items() if known.call is not None}


class _Made(threading.local):
    """One evaluator for each thread: making one takes longer than evaluating, and it holds the record in hand."""

    def __init__(self) -> None:
        self.evaluator = SimpleEval(_OPERATORS, _FUNCTIONS)


_MADE = _Made()
