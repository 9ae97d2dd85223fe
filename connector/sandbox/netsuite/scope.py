"""What the names in a SuiteQL select mean: the tables of its FROM, and those of the selects around it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from connector.sandbox.netsuite.errors import search_error
from connector.sandbox.netsuite.functions import Typed
from connector.sandbox.netsuite.sql_tree import Node, unsupported
from connector.sandbox.netsuite.tables import Column, Table, Type

#: Tables that exist in accounts with a feature this one lacks.
_FEATURE_TABLES = {"customersubsidiaryrelationship", "subsidiary"}


@dataclass(frozen=True)
class Output:
    """One column of a result: its key in the answer, SQLite text and type."""

    key: str
    sql: str
    type: Type


@dataclass(frozen=True)
class Query:
    """A translated query. `sql` yields the outputs in their order, dates still as moments.

    `constants`: the names in `sql` that stand for moments to be read, each with the mark of its text and its mask
    (None: the account's date format)."""

    sql: str
    outputs: tuple[Output, ...]
    constants: tuple[tuple[str, str, str | None], ...] = ()


@dataclass
class Scope:
    """The tables a select can name, by alias; `outer` is the scope around a sub-select."""

    tables: dict[str, Table] = field(default_factory=dict)
    outer: Scope | None = None
    aliases: dict[str, Typed] = field(default_factory=dict)


def columns_of(scope: Scope, alias: str) -> list[Column]:
    return list(scope.tables[alias].columns.values())


def key_of(node: Node, scope: Scope, position: int) -> str:
    """The key in an answer; expressions from DUAL come as `expr1` whatever alias was asked for."""
    if not scope.tables and scope.outer is None:
        return f"expr{position}"
    if isinstance(node, exp.Alias):
        return node.alias.lower()
    return node.name.lower() if isinstance(node, exp.Column) else f"expr{position}"


def lookup(scope: Scope, alias: str, name: str) -> Output | None:
    aliases = [alias] if alias else list(scope.tables)
    found = [known for known in aliases if known in scope.tables and name in scope.tables[known].columns]
    if len(found) > 1:
        raise unsupported(f"Column '{name}' is ambiguous.")
    if not found:
        return None
    column = scope.tables[found[0]].columns[name]
    return Output(name, f'"{found[0]}"."{name}"', column.type)


def declared(scope: Scope, node: exp.Column) -> Column | None:
    looked: Scope | None = scope
    while looked is not None:
        for alias, table in looked.tables.items():
            if node.name.lower() in table.columns and node.table.lower() in ("", alias):
                return table.columns[node.name.lower()]
        looked = looked.outer
    return None


def no_table(name: str) -> Exception:
    if name.lower() in _FEATURE_TABLES:
        return search_error(f"Record '{name}' was not found.")
    return search_error(f"Invalid search type: {name}.")


def unknown(name: str, scope: Scope) -> Exception:
    known = ", ".join(f"{alias}={table.name}" for alias, table in scope.tables.items())
    return search_error(f"Search error occurred: Unknown identifier '{name}'. Available identifiers are: {{{known}}}.")


def unknown_column(node: exp.Column, scope: Scope) -> Exception:
    alias = node.table.lower()
    if not alias:
        return unknown(node.name, scope)
    looked: Scope | None = scope
    while looked is not None:
        if alias in looked.tables:
            return search_error(f"Field '{node.name}' for record '{looked.tables[alias].name}' was not found.")
        looked = looked.outer
    return unknown(node.table, scope)
