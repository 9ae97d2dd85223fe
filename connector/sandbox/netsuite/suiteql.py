"""SuiteQL: parsed to a tree (sqlglot, Oracle dialect), checked against the account's tables, put into SQLite's SQL.

Every node that is not known here is refused as not emulated, never passed on. A checked expression is a pair of
SQLite text and type; the types say which columns are dates, that an answer has to write in the user's format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from connector.sandbox.netsuite.errors import NotEmulated, search_error
from connector.sandbox.netsuite.functions import Typed, as_text, call, moment_of
from connector.sandbox.netsuite.moments import Zone
from connector.sandbox.netsuite.scope import (
    Output,
    Query,
    Scope,
    columns_of,
    declared,
    key_of,
    lookup,
    no_table,
    unknown,
    unknown_column,
)
from connector.sandbox.netsuite.sql_tree import (
    Node,
    as_select,
    conjuncts,
    limit_clause,
    listed,
    only,
    rownum_limit,
    unsupported,
    whole,
)
from connector.sandbox.netsuite.tables import Column, Table, Type

_MOST_IN_VALUES = 1000


class Inseparable(Exception):
    """What the query means depends on the value of a mark: it cannot be translated before that is known."""


class Translator:
    """Checks and translates one query against an account's tables."""

    def __init__(self, zone: Zone, tables: Mapping[str, Table]) -> None:
        self._zone = zone
        self._tables = tables
        self._count = 0
        self._constants: dict[tuple[str, str | None], str] = {}

    def query(self, tree: exp.Select) -> Query:
        """Raises Refusal, NotEmulated, and Inseparable if there are marks in it."""
        try:
            query = self._select(tree, None)
        except RecursionError:
            raise unsupported("The query is nested too deeply.") from None
        return replace(query, constants=tuple((name, *source) for source, name in self._constants.items()))

    # select

    def _select(self, tree: exp.Select, outer: Scope | None) -> Query:
        only(tree, {"expressions", "from_", "joins", "where", "group", "having", "order", "limit", "distinct", "kind"})
        scope = Scope(outer=outer)
        source = self._from(tree, scope)
        outputs = self._outputs(tree, scope)
        where, row_limit = self._where(tree, scope)
        group = [self._expression(node, scope)[0] for node in listed(tree, "group")]
        _check_grouping(tree, outputs, group)
        parts = ["SELECT DISTINCT" if tree.args.get("distinct") else "SELECT"]
        parts.append(", ".join(f'{output.sql} AS "{output.key}"' for output in outputs))
        parts += [source, where]
        if group:
            parts.append("GROUP BY " + ", ".join(group))
        if tree.args.get("having"):
            parts.append("HAVING " + self._expression(tree.args["having"].this, scope)[0])
        parts += [self._order(tree, scope, outputs), limit_clause(tree, row_limit)]
        return Query(" ".join(part for part in parts if part), tuple(outputs))

    def _from(self, tree: exp.Select, scope: Scope) -> str:
        source = tree.args.get("from_")
        if source is None:
            raise unsupported("FROM is missing.")
        first = self._source(source.this, scope)
        if first == "":
            return ""
        return "FROM " + " ".join([first, *(self._join(join, scope) for join in tree.args.get("joins") or [])])

    def _join(self, join: exp.Join, scope: Scope) -> str:
        only(join, {"this", "on", "side", "kind"})
        side, kind = (join.side or "").upper(), (join.kind or "").upper()
        if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER", "CROSS"):
            raise NotEmulated(f"SuiteQL: {side} {kind} JOIN")
        source = self._source(join.this, scope)
        if join.args.get("on") is None:
            return f"CROSS JOIN {source}"
        return f"{side} JOIN {source} ON {self._expression(join.args['on'], scope)[0]}"

    def _source(self, node: Node, scope: Scope) -> str:
        if isinstance(node, exp.Subquery):
            inner = self._select(as_select(node.this), scope.outer)
            alias = node.alias.lower() or self._fresh()
            columns = {output.key: Column(output.key, output.type) for output in inner.outputs}
            scope.tables[alias] = Table(alias, "", columns)
            return f'({inner.sql}) "{alias}"'
        if not isinstance(node, exp.Table) or node.args.get("db"):
            raise NotEmulated(f"SuiteQL: FROM {node.key}")
        return self._table(node, scope)

    def _table(self, node: exp.Table, scope: Scope) -> str:
        name = node.name.lower()
        if name == "dual":
            return ""
        table = self._tables.get(name)
        if table is None:
            raise no_table(node.name)
        alias = node.alias.lower() or name
        scope.tables[alias] = table
        return f'{table.source} "{alias}"'

    def _fresh(self) -> str:
        self._count += 1
        return f"inner{self._count}"

    # outputs

    def _outputs(self, tree: exp.Select, scope: Scope) -> list[Output]:
        outputs: list[Output] = []
        for position, node in enumerate(tree.expressions, 1):
            outputs += self._output(node, scope, position)
        keys = [output.key for output in outputs]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise NotEmulated(f"SuiteQL: two result columns named {', '.join(sorted(twice))}")
        scope.aliases = {output.key: (output.sql, output.type) for output in outputs}
        return outputs

    def _output(self, node: Node, scope: Scope, position: int) -> list[Output]:
        if isinstance(node, exp.Star):
            return [self._starred(alias, column) for alias in scope.tables for column in columns_of(scope, alias)]
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            alias = node.table.lower()
            if alias not in scope.tables:
                raise unknown(node.table, scope)
            return [self._starred(alias, column) for column in columns_of(scope, alias)]
        inner = node.this if isinstance(node, exp.Alias) else node
        sql, type_ = self._expression(inner, scope)
        return [Output(key_of(node, scope, position), sql, type_)]

    def _starred(self, alias: str, column: Column) -> Output:
        return Output(column.name, f'"{alias}"."{column.name}"', column.type)

    # where, order, limit

    def _where(self, tree: exp.Select, scope: Scope) -> tuple[str, int | None]:
        where = tree.args.get("where")
        if where is None:
            return "", None
        kept, row_limit = [], None
        for part in conjuncts(where.this):
            if isinstance(part.unnest(), exp.Column | exp.Literal | exp.Placeholder):
                raise unsupported(f"{part.sql()} is not a condition.")
            limit = rownum_limit(part)
            if limit is None:
                kept.append(part)
            elif tree.args.get("order") or tree.args.get("group"):
                raise NotEmulated("SuiteQL: rownum beside ORDER BY or GROUP BY")
            else:
                row_limit = limit
        texts = [self._expression(part, scope)[0] for part in kept]
        return ("WHERE " + " AND ".join(texts) if texts else ""), row_limit

    def _order(self, tree: exp.Select, scope: Scope, outputs: list[Output]) -> str:
        texts = [self._ordered(node, scope, outputs) for node in listed(tree, "order")]
        return "ORDER BY " + ", ".join(texts) if texts else ""

    def _ordered(self, node: Node, scope: Scope, outputs: list[Output]) -> str:
        target = node.this
        if isinstance(target, exp.Literal) and not target.is_string:
            position = whole(target)
            if not 1 <= position <= len(outputs):
                raise unsupported(f"ORDER BY position {position} is not in the select list.")
            sql = outputs[position - 1].sql
        else:
            sql = self._expression(target, scope)[0]
        descending = bool(node.args.get("desc"))
        text = f"{sql} DESC" if descending else sql
        if _is_never_null(target, scope):
            return text  # without more words SQLite can use the index
        # Oracle's order for nulls is the other way round than SQLite's.
        return f"{text} NULLS {'FIRST' if node.args.get('nulls_first') else 'LAST'}"

    # expressions

    def _expression(self, node: Node, scope: Scope) -> Typed:
        translate = _EXPRESSIONS.get(type(node))
        if translate is None:
            raise NotEmulated(f"SuiteQL: {node.key}")
        return translate(self, node, scope)

    def _column(self, node: Node, scope: Scope) -> Typed:
        assert isinstance(node, exp.Column)
        found = self._find(node, scope)
        return found if isinstance(found, tuple) else (found.sql, found.type)

    def _find(self, node: exp.Column, scope: Scope) -> Output | Typed:
        name, alias = node.name.lower(), node.table.lower()
        if not alias and name in _PSEUDO:
            return _PSEUDO[name](self)
        looked: Scope | None = scope
        while looked is not None:
            found = lookup(looked, alias, name)
            if found is not None:
                return found
            looked = looked.outer
        if not alias and name in scope.aliases:
            return scope.aliases[name]
        raise unknown_column(node, scope)

    def _session_zone(self) -> Typed:
        return _quoted(self._zone.name), "text"

    def _literal(self, node: Node, scope: Scope) -> Typed:
        assert isinstance(node, exp.Literal)
        if not node.is_string:
            return str(float(node.this)) if "." in node.this else str(int(node.this)), "number"
        # To Oracle the empty text is null.
        return (_quoted(node.this) if node.this else "NULL"), "text"

    def _mark(self, node: Node, scope: Scope) -> Typed:
        return f":{node.name}", "text"

    def _chain(self, node: Node, scope: Scope) -> Typed:
        word = " AND " if isinstance(node, exp.And) else " OR "
        parts = [self._expression(part, scope)[0] for part in node.flatten()]
        return f"({word.join(parts)})", "number"

    def _paren(self, node: Node, scope: Scope) -> Typed:
        sql, type_ = self._expression(node.this, scope)
        return f"({sql})", type_

    def _not(self, node: Node, scope: Scope) -> Typed:
        return f"NOT {self._expression(node.this, scope)[0]}", "number"

    def _is(self, node: Node, scope: Scope) -> Typed:
        if not isinstance(node.expression, exp.Null):
            raise NotEmulated("SuiteQL: IS without NULL")
        return f"{self._expression(node.this, scope)[0]} IS NULL", "number"

    def _compare(self, node: Node, scope: Scope) -> Typed:
        left, right = self._pair(node.this, node.expression, scope)
        return f"{left} {_COMPARISONS[type(node)]} {right}", "number"

    def _pair(self, left: Node, right: Node, scope: Scope) -> tuple[str, str]:
        """Both sides of a comparison brought to one type, as Oracle converts implicitly."""
        one, other = self._expression(left, scope), self._expression(right, scope)
        common = _common_type(one, other)
        return self._converted(one, common), self._converted(other, common)

    def _converted(self, value: Typed, wanted: Type) -> str:
        sql, type_ = value
        if type_ == wanted or sql == "NULL" or type_ == "date":
            return sql
        if wanted == "date":
            return self._as_date(sql) if type_ == "text" else sql
        if type_ == "number":
            # Oracle reads the text as a number; comparing as texts keeps an index and means the same here.
            return f"'{sql}'" if re.fullmatch(r"-?\d+", sql) else f"ns_text({sql})"
        return _as_number(sql)

    def _as_date(self, sql: str) -> str:
        if _is_mark(sql):
            raise Inseparable
        return str(moment_of(self._zone, _unquoted(sql), None)) if sql.startswith("'") else f"ns_read_date({sql})"

    def _in(self, node: Node, scope: Scope) -> Typed:
        subject, type_ = self._expression(node.this, scope)
        query = node.args.get("query")
        if query is not None:
            inner = self._select(as_select(query.this), scope)
            return f"{subject} IN ({inner.sql})", "number"
        members = node.expressions
        if not 1 <= len(members) <= _MOST_IN_VALUES:
            raise unsupported(f"One to {_MOST_IN_VALUES} values may stand in one IN list.")
        values = [self._converted(self._expression(member, scope), type_) for member in members]
        return f"{subject} IN ({', '.join(values)})", "number"

    def _between(self, node: Node, scope: Scope) -> Typed:
        subject, type_ = self._expression(node.this, scope)
        low, high = (self._converted(self._expression(node.args[end], scope), type_) for end in ("low", "high"))
        return f"{subject} BETWEEN {low} AND {high}", "number"

    def _like(self, node: Node, scope: Scope) -> Typed:
        subject, pattern = self._expression(node.this, scope), self._expression(node.expression, scope)
        return f"ns_like({as_text(subject)}, {as_text(pattern)})", "number"

    def _exists(self, node: Node, scope: Scope) -> Typed:
        return f"EXISTS ({self._select(as_select(node.this), scope).sql})", "number"

    def _scalar(self, node: Node, scope: Scope) -> Typed:
        inner = self._select(as_select(node.this), scope)
        if len(inner.outputs) != 1:
            raise unsupported("A sub-select used as a value has one column.")
        return f"({inner.sql})", inner.outputs[0].type

    def _arithmetic(self, node: Node, scope: Scope) -> Typed:
        (left, left_type), (right, right_type) = (
            self._expression(node.this, scope),
            self._expression(node.expression, scope),
        )
        sign = _ARITHMETIC[type(node)]
        if left_type == "date" and right_type == "date":
            return f"(({left} - {right}) / 86400.0)", "number"
        if left_type == "date":  # days
            return f"({left} {sign} CAST({right} * 86400 AS INTEGER))", "date"
        # Oracle divides whole numbers exactly.
        return (f"({left} * 1.0 / {right})" if sign == "/" else f"({left} {sign} {right})"), "number"

    def _negative(self, node: Node, scope: Scope) -> Typed:
        return f"-{self._expression(node.this, scope)[0]}", "number"

    def _joined(self, node: Node, scope: Scope) -> Typed:
        parts = [self._expression(part, scope) for part in node.flatten()]
        text = " || ".join(f"IFNULL({as_text(part)}, '')" for part in parts)
        return f"NULLIF({text}, '')", "text"

    def _case(self, node: Node, scope: Scope) -> Typed:
        subject = node.args.get("this")
        parts = ["CASE" if subject is None else f"CASE {self._expression(subject, scope)[0]}"]
        type_: Type = "text"
        for branch in node.args["ifs"]:
            when = self._expression(branch.this, scope)[0]
            then, type_ = self._expression(branch.args["true"], scope)
            parts.append(f"WHEN {when} THEN {then}")
        default = node.args.get("default")
        if default is not None:
            parts.append(f"ELSE {self._expression(default, scope)[0]}")
        return " ".join([*parts, "END"]), type_

    def _aggregate(self, node: Node, scope: Scope) -> Typed:
        name, inner = node.key.upper(), node.this
        if isinstance(inner, exp.Star):
            return "COUNT(*)", "number"
        distinct = isinstance(inner, exp.Distinct)
        if distinct and len(inner.expressions) != 1:
            raise unsupported(f"{name} takes one column.")
        target = inner.expressions[0] if distinct else inner
        sql, type_ = self._expression(target, scope)
        return f"{name}({'DISTINCT ' if distinct else ''}{sql})", type_ if name in ("MIN", "MAX") else "number"

    def _call(self, node: Node, scope: Scope) -> Typed:
        values = [self._expression(argument, scope) for argument in node.expressions]
        if any(_is_mark(text) for text, _ in values[1:]):
            raise Inseparable  # it may be a mask, and masks are read now
        sql, type_ = call(node.name, values)
        if type_ == "date" and all(text.startswith("'") or _is_mark(text) for text, _ in values):
            return self._constant([text for text, _ in values]), "date"
        return sql, type_

    def _constant(self, texts: Sequence[str]) -> str:
        """A moment spelled out in the query, read before it runs: a bad one is refused even if no row is compared."""
        mask = _unquoted(texts[1]) if len(texts) > 1 else None
        if not _is_mark(texts[0]):
            return str(moment_of(self._zone, _unquoted(texts[0]), mask))
        # One name for equal moments, so that SQLite sees that they are equal and uses the index.
        name = self._constants.setdefault((texts[0][1:], mask), f"constant{len(self._constants)}")
        return f":{name}"

    def _dotted(self, node: Node, scope: Scope) -> Typed:
        """`BUILTIN.DF(column)`."""
        inner = node.expression
        if node.this.name.upper() != "BUILTIN" or not isinstance(inner, exp.Anonymous) or inner.name.upper() != "DF":
            raise NotEmulated(f"SuiteQL: {node.sql()}")
        column = inner.expressions[0] if len(inner.expressions) == 1 else None
        if not isinstance(column, exp.Column):
            raise NotEmulated("SuiteQL: BUILTIN.DF of anything but a column")
        return self._display(column, scope)

    def _display(self, node: exp.Column, scope: Scope) -> Typed:
        sql, type_ = self._column(node, scope)
        column = declared(scope, node)
        if column is not None and column.display:
            return column.display.format(c=sql), "text"
        return (f"ns_date({sql})" if type_ == "date" else as_text((sql, type_))), "text"

    def _now(self, node: Node, scope: Scope) -> Typed:
        return "ns_now()", "date"

    def _null(self, node: Node, scope: Scope) -> Typed:
        return "NULL", "text"


_COMPARISONS: dict[type, str] = {exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}
_ARITHMETIC: dict[type, str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_PSEUDO: dict[str, Callable[[Translator], Typed]] = {
    "sessiontimezone": Translator._session_zone,
    "sysdate": lambda _: ("ns_now()", "date"),
}
_EXPRESSIONS: dict[type, Callable[[Translator, Node, Scope], Typed]] = {
    exp.Column: Translator._column,
    exp.Literal: Translator._literal,
    exp.Placeholder: Translator._mark,
    exp.And: Translator._chain,
    exp.Or: Translator._chain,
    exp.Paren: Translator._paren,
    exp.Not: Translator._not,
    exp.Is: Translator._is,
    exp.In: Translator._in,
    exp.Between: Translator._between,
    exp.Like: Translator._like,
    exp.Exists: Translator._exists,
    exp.Subquery: Translator._scalar,
    exp.Neg: Translator._negative,
    exp.DPipe: Translator._joined,
    exp.Case: Translator._case,
    exp.Anonymous: Translator._call,
    exp.Dot: Translator._dotted,
    exp.CurrentTimestamp: Translator._now,
    exp.CurrentDate: Translator._now,
    exp.Null: Translator._null,
    **dict.fromkeys(_COMPARISONS, Translator._compare),
    **dict.fromkeys(_ARITHMETIC, Translator._arithmetic),
    **dict.fromkeys((exp.Count, exp.Sum, exp.Min, exp.Max, exp.Avg), Translator._aggregate),
}


def _common_type(one: Typed, other: Typed) -> Type:
    """Dates win, then numbers; only a number written beside a text column is read as text, which keeps the index."""
    types = {one[1], other[1]}
    if "date" in types:
        return "date"
    if types == {"number", "text"} and any(re.fullmatch(r"-?\d+", sql) for sql, _ in (one, other)):
        return "text"
    return "number" if "number" in types else "text"


def _is_never_null(node: Node, scope: Scope) -> bool:
    """Whether a column of the first table, which no outer join fills with nulls, always has a value."""
    if not isinstance(node, exp.Column) or node.table.lower() not in ("", next(iter(scope.tables), "")):
        return False
    return node.name.lower() in ("id", "lastmodifieddate", "deleteddate")


def _check_grouping(tree: exp.Select, outputs: list[Output], group: list[str]) -> None:
    aggregated = [bool(node.find(exp.AggFunc)) for node in tree.expressions]
    if not group and not any(aggregated):
        return
    if len(outputs) != len(aggregated):
        raise unsupported("Not a GROUP BY expression: *.")
    for node, output, is_aggregate in zip(tree.expressions, outputs, aggregated, strict=True):
        if not is_aggregate and node.find(exp.Column) and output.sql not in group:
            raise unsupported(f"Not a GROUP BY expression: {node.sql()}.")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unquoted(sql: str) -> str:
    return sql[1:-1].replace("''", "'")


def _is_mark(sql: str) -> bool:
    return sql.startswith(":")


def _as_number(sql: str) -> str:
    """A text beside a number: Oracle converts it, or fails."""
    if _is_mark(sql):
        raise Inseparable
    if not sql.startswith("'"):
        return f"CAST({sql} AS REAL)"
    try:
        float(sql[1:-1])
    except ValueError:
        raise search_error("Search error occurred: Invalid number.") from None
    return sql[1:-1].strip()
