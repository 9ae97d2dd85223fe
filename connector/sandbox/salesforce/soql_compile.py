"""A parsed query to SQL over the store, checked against the describe on the way.

Two-valued logic (assumed): a comparison with a null field is false, so NOT and != let nulls through.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from lark import Token

from connector.sandbox.salesforce.describe import Child, Schema, SObject
from connector.sandbox.salesforce.errors import NotEmulated, Refusal
from connector.sandbox.salesforce.fields import ID_TYPES, NUMBER_TYPES, TEXT_TYPES, Field
from connector.sandbox.salesforce.soql import (
    Aggregate,
    Comparison,
    Condition,
    Item,
    Literal,
    Membership,
    Order,
    Select,
    malformed,
    refuse_at,
    unescape,
)
from connector.sandbox.salesforce.soql_literals import literal_value, midnight, relative_days
from connector.sandbox.salesforce.soql_plan import Address, ChildPlan, Column, Leaf, Node, Plan
from connector.sandbox.salesforce.store import fold, match_column

POLYMORPHIC = ("Id", "Name", "FirstName", "LastName", "Email", "Phone", "Title", "Username", "IsActive")
LITERAL_TYPES = {"datetime": "dateTime", "id": "ID", "reference": "ID"}
HIGHEST_OFFSET = 2000
DEEPEST_PATH = 5
NO_SUFFIX = (
    "If you are attempting to use a custom {what}, be sure to append the '__{suffix}' after the {after}. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


def compile_query(schema: Schema, select: Select, today: date, *, all_rows: bool) -> Plan:
    """The plan of a top-level query. Refusal with the vendor's texts for what the describe does not allow."""
    found = schema.find(select.sobject)
    if found is None:
        message = f"sObject type '{select.sobject}' is not supported. " + NO_SUFFIX.format(
            what="object", suffix="c", after="entity name"
        )
        raise refuse_at(select.text, select.sobject.start_pos or 0, message, "INVALID_TYPE")
    return _Compiler(schema, found, select, today, all_rows).plan()


class _Compiler:
    """State of one compilation: the columns asked for and the joins that their paths need."""

    def __init__(
        self, schema: Schema, sobject: SObject, select: Select, today: date, all_rows: bool, prefix: str = "t"
    ) -> None:
        self.schema, self.sobject, self.select = schema, sobject, select
        self.today, self.all_rows, self.prefix = today, all_rows, prefix
        self.columns: list[str] = [f"{prefix}0.rowid", f'{prefix}0."Id"']
        self.joins: dict[tuple[str, ...], str] = {(): f"{prefix}0"}
        self.join_sql = [f'"{sobject.name}" {prefix}0']
        self.values: list[Any] = []

    # the whole

    def plan(self) -> Plan:
        select = self.select
        if select.offset > HIGHEST_OFFSET:
            message = f"Maximum SOQL offset allowed is {HIGHEST_OFFSET}"
            raise refuse_at(select.text, 0, message, "NUMBER_OUTSIDE_VALID_RANGE")
        node = Node(self.sobject, 1)
        children: list[ChildPlan] = []
        grouped = self._groups()
        if not grouped:
            self._select_list(node, children)
        where = self._where()
        plan = Plan(
            self._kind(grouped),
            self.sobject,
            self.columns,
            "",
            where,
            self.values,
            self._order(),
            select.limit,
            select.offset,
            node,
            children,
            grouped,
            ", ".join(self._group_sql()),
        )
        plan.joins = " ".join(self.join_sql)
        plan.has_long_text = _has_long_text(node)
        return plan

    def _kind(self, grouped: list[tuple[str, Field | None]]) -> str:
        if grouped:
            only = self.select.items[0].what
            bare = isinstance(only, Aggregate) and only.path is None
            return "count" if bare and not self.select.group else "groups"
        return "records"

    # select list

    def _select_list(self, node: Node, children: list[ChildPlan]) -> None:
        seen: set[str] = set()
        for item in self.select.items:
            if isinstance(item.what, Select):
                children.append(self._child(item.what))
                continue
            path = item.what
            assert isinstance(path, Token)
            if item.alias is not None:
                raise self._malformed(path, "only aggregate expressions use field aliasing")
            if path.lower() in seen:
                raise self._invalid_field(path, f"duplicate field selected: {path}")
            seen.add(path.lower())
            self._select_path(node, path)

    def _select_path(self, node: Node, path: Token) -> None:
        names = self._names(path)
        chain: tuple[str, ...] = ()
        sobject: SObject = self.sobject
        for depth, name in enumerate(names[:-1]):
            reference = self._relationship(sobject, name, path)
            chain = (*chain, name.lower())
            if len(reference.reference_to) > 1:
                self._select_polymorphic(node, chain, reference, names[depth + 1 :], path)
                return
            sobject = self.schema.get(reference.reference_to[0])
            node = self._parent_node(node, chain, reference, sobject)
        self._select_field(node, self._join(chain), self._field(sobject, names[-1], path))

    def _parent_node(self, node: Node, chain: tuple[str, ...], reference: Field, sobject: SObject) -> Node:
        name = str(reference.relationship)
        parent = node.parent(name)
        if parent is None:
            alias = self._join(chain)
            parent = Node(sobject, self._add(f'{alias}."Id"'))
            node.entries.append((name, parent))
        return parent

    def _select_field(self, node: Node, alias: str, found: Field) -> None:
        if found.type == "address":
            parts = [part for part in self._owner_of(found).fields if part.compound == found.name]
            prefix = found.name.removesuffix("Address")
            leaves = ((_address_key(part, prefix), Leaf(part, self._add(f'{alias}."{part.name}"'))) for part in parts)
            node.entries.append((found.name, Address(tuple(sorted(leaves, key=lambda leaf: leaf[0])))))
            return
        node.entries.append((found.name, Leaf(found, self._add(f'{alias}."{found.name}"'))))

    def _owner_of(self, found: Field) -> SObject:
        return next(sobject for sobject in self.schema.sobjects if found in sobject.fields)

    def _select_polymorphic(
        self, node: Node, chain: tuple[str, ...], reference: Field, rest: list[str], path: Token
    ) -> None:
        column = self._polymorphic(chain, reference, rest, path)
        name = str(reference.relationship)
        parent = node.parent(name)
        if parent is None:
            alias = self._join(chain[:-1])
            parent = Node(None, self._add(f'{alias}."{reference.name}"'))
            node.entries.append((name, parent))
        parent.entries.append((column.field.name, Leaf(column.field, self._add(column.sql))))

    def _add(self, sql: str) -> int:
        self.columns.append(sql)
        return len(self.columns) - 1

    def _child(self, select: Select) -> ChildPlan:
        child = self._child_relationship(select)
        sobject = self.schema.get(child.sobject)
        compiler = _Compiler(self.schema, sobject, select, self.today, self.all_rows, "c")
        if any(isinstance(item.what, Select) for item in select.items):
            raise self._malformed(select.sobject, "sub-selects may not nest")
        plan = compiler.plan()
        if plan.kind != "records":
            raise self._malformed(select.sobject, "aggregate functions are not supported in sub-selects")
        plan.columns.append(f'c0."{child.field}"')
        plan.where = f'c0."{child.field}" IN ({{parents}}) AND ({plan.where})'
        return ChildPlan(str(child.relationship), plan, len(plan.columns) - 1, select.limit, select.offset)

    def _child_relationship(self, select: Select) -> Child:
        wanted = select.sobject.lower()
        for child in self.sobject.children:
            if child.relationship and child.relationship.lower() == wanted:
                return child
        text = f"Didn't understand relationship '{select.sobject}' in FROM part of query call. " + NO_SUFFIX.format(
            what="relationship", suffix="r", after="custom relationship name"
        )
        raise refuse_at(self.select.text, select.sobject.start_pos or 0, text, "INVALID_TYPE")

    # paths

    def _names(self, path: Token) -> list[str]:
        names = path.split(".")
        if len(names) > 1 and names[0].lower() in {
            self.sobject.name.lower(),
            (self.select.alias or "").lower(),
        }:
            names = names[1:]
        if len(names) > DEEPEST_PATH + 1:
            raise self._malformed(path, "SOQL path is more than five relationships deep")
        return names

    def _relationship(self, sobject: SObject, name: str, path: Token) -> Field:
        reference = sobject.by_relationship.get(name.lower())
        if reference is None or not all(self.schema.find(to) for to in reference.reference_to):
            text = f"Didn't understand relationship '{name}' in field path. " + NO_SUFFIX.format(
                what="relationship", suffix="r", after="custom relationship name"
            )
            raise self._invalid_field(path, text)
        return reference

    def _field(self, sobject: SObject, name: str, path: Token) -> Field:
        found = sobject.field(name)
        if found is None:
            text = f"No such column '{name}' on entity '{sobject.name}'. " + NO_SUFFIX.format(
                what="field", suffix="c", after="custom field name"
            )
            raise self._invalid_field(path, text)
        return found

    def _join(self, chain: tuple[str, ...]) -> str:
        """The SQL alias of the object at the end of `chain`, joined when it is not yet."""
        if chain not in self.joins:
            sobject = self.sobject
            for name in chain[:-1]:
                sobject = self.schema.get(sobject.by_relationship[name].reference_to[0])
            reference = sobject.by_relationship[chain[-1]]
            left, alias = self._join(chain[:-1]), f"{self.prefix}{len(self.joins)}"
            target = reference.reference_to[0]
            self.join_sql.append(f'LEFT JOIN "{target}" {alias} ON {alias}."Id"={left}."{reference.name}"')
            self.joins[chain] = alias
        return self.joins[chain]

    def _resolve(self, path: Token) -> Column:
        names = self._names(path)
        sobject, chain = self.sobject, ()
        for depth, name in enumerate(names[:-1]):
            reference = self._relationship(sobject, name, path)
            chain = (*chain, name.lower())  # type: ignore[assignment]
            if len(reference.reference_to) > 1:
                return self._polymorphic(chain, reference, names[depth + 1 :], path)
            sobject = self.schema.get(reference.reference_to[0])
        found = self._field(sobject, names[-1], path)
        return Column(f'{self._join(chain)}."{found.name}"', found)

    def _polymorphic(self, chain: tuple[str, ...], reference: Field, rest: list[str], path: Token) -> Column:
        """A field of a parent whose type depends on the row: the documented Name fields."""
        key = f'{self._join(chain[:-1])}."{reference.name}"'
        targets = [self.schema.get(name) for name in reference.reference_to]
        if [name.lower() for name in rest] == ["type"]:
            cases = " ".join(f"WHEN '{target.prefix}' THEN '{target.name}'" for target in targets)
            return Column(
                f"(CASE substr({key},1,3) {cases} END) COLLATE NOCASE", Field("Type", "string", "Type", length=40)
            )
        name = next((name for name in POLYMORPHIC if [name.lower()] == [part.lower() for part in rest]), None)
        holders = [target for target in targets if name and target.field(name)]
        if not holders or name is None:
            raise self._invalid_field(path, f"No such column '{'.'.join(rest)}' on entity 'Name'.")
        reads = [f'(SELECT "{name}" FROM "{to.name}" WHERE "Id"={key})' for to in holders]  # noqa: S608
        found = holders[0].field(name)
        assert found is not None
        collation = "" if found.type == "id" else " COLLATE NOCASE"
        return Column(f"coalesce({', '.join(reads)}, NULL){collation}", found)

    # conditions

    def _where(self) -> str:
        live = self.sobject.has_recycle_bin and not self.all_rows
        parts = [f'{self.prefix}0."IsDeleted"=0'] if live else []
        if self.select.where is not None:
            parts.append(self._condition(self.select.where))
        return " AND ".join(f"({part})" for part in parts) or "1"

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Comparison):
            return self._comparison(condition)
        if isinstance(condition, Membership):
            return self._membership(condition)
        parts = [self._condition(part) for part in condition.parts]
        if condition.operator == "NOT":
            return f"NOT ifnull(({parts[0]}), 0)"
        return f" {condition.operator} ".join(f"({part})" for part in parts)

    def _filterable(self, path: Token) -> Column:
        column = self._resolve(path)
        if not column.field.filterable:
            raise self._invalid_field(path, f"field '{column.field.name}' can not be filtered in a query call")
        if column.field.type == "address":
            raise NotEmulated("SOQL filter on a compound address")
        return column

    def _comparison(self, condition: Comparison) -> str:
        column, operator, value = self._filterable(condition.path), condition.operator, condition.value
        if operator == "LIKE":
            return self._like(column, condition)
        if value.kind == "NULL":
            return self._null(column, condition)
        if value.kind == "RELATIVE" and column.field.type in ("date", "datetime"):
            return self._relative(column, operator, value)
        if column.field.type == "boolean" and operator not in ("=", "!="):
            raise self._bad_operator(condition.path)
        sql, wanted = match_column(column.field, self._value(column.field, value, condition.path), column.sql)
        self.values.append(wanted)
        return f"{sql} {'IS NOT' if operator == '!=' else operator} ?"

    def _null(self, column: Column, condition: Comparison) -> str:
        if condition.operator not in ("=", "!="):
            raise self._bad_operator(condition.path)
        return f"{column.sql} IS {'NOT ' if condition.operator == '!=' else ''}NULL"

    def _like(self, column: Column, condition: Comparison) -> str:
        if column.field.type not in TEXT_TYPES - ID_TYPES or condition.value.kind != "STRING":
            raise self._bad_operator(condition.path)
        pattern = unescape(condition.value.text, condition.value.at, self.select.text, like=True)
        self.values.append(fold(pattern))
        sql = column.sql if pattern.isascii() else f"fold({column.sql})"
        return f"{sql} LIKE ? ESCAPE '\\'"

    def _membership(self, condition: Membership) -> str:
        column = self._filterable(condition.path)
        if isinstance(condition.values, Select):
            return self._semi_join(column, condition, condition.values)
        literals = [value for value in condition.values if value.kind != "NULL"]
        values = [self._value(column.field, value, condition.path) for value in literals]
        has_null = len(literals) < len(condition.values)
        sql = column.sql
        if any(isinstance(v, str) and not v.isascii() for v in values) and column.field.type not in ID_TYPES:
            sql, values = f"fold({sql})", [fold(value) for value in values]
        self.values += values
        inside = f"{sql} IN ({','.join('?' * len(values))})" + (f" OR {sql} IS NULL" if has_null else "")
        return f"NOT ifnull(({inside}), 0)" if condition.negated else inside

    def _semi_join(self, column: Column, condition: Membership, select: Select) -> str:
        if column.field.type not in ID_TYPES:
            raise self._malformed(condition.path, "semi join field must be an ID or a reference")
        target = self.schema.find(select.sobject)
        if target is None:
            return compile_query(self.schema, select, self.today, all_rows=self.all_rows).where
        inner = _Compiler(self.schema, target, select, self.today, self.all_rows, f"{self.prefix}s")
        if len(select.items) != 1 or not isinstance(select.items[0].what, Token):
            raise self._malformed(select.sobject, "semi join sub-selects select exactly one field")
        chosen = inner._resolve(select.items[0].what)
        if chosen.field.type not in ID_TYPES:
            raise self._malformed(select.sobject, "semi join sub-selects must select an ID or a reference")
        where = inner._where()
        self.values += inner.values
        body = f"SELECT {chosen.sql} FROM {' '.join(inner.join_sql)} WHERE {where}"  # noqa: S608
        inside = f"{column.sql} IN ({body} AND {chosen.sql} IS NOT NULL)"
        return f"NOT ifnull(({inside}), 0)" if condition.negated else inside

    def _relative(self, column: Column, operator: str, value: Literal) -> str:
        start, end = relative_days(value.text.lower(), self.today)
        whole = column.field.type == "date"
        first, after = (str(start), str(end)) if whole else (midnight(start), midnight(end))
        bounds = {"<": first, "<=": after, ">": after, ">=": first}
        if operator in bounds:
            self.values.append(bounds[operator])
            return f"{column.sql} {'<' if operator in ('<', '<=') else '>='} ?"
        self.values += [first, after]
        inside = f"{column.sql} >= ? AND {column.sql} < ?"
        return f"NOT ifnull(({inside}), 0)" if operator == "!=" else inside

    def _value(self, found: Field, literal: Literal, path: Token) -> Any:
        value = literal_value(found, literal, self.select.text)
        if value is None:
            raise self._wrong_literal(found, literal, path)
        return value

    def _wrong_literal(self, found: Field, literal: Literal, path: Token) -> Refusal:
        if found.type in ID_TYPES and literal.kind == "STRING":
            text = f"invalid ID field: {literal.text}"
            return refuse_at(self.select.text, path.start_pos or 0, text, "INVALID_QUERY_FILTER_OPERATOR")
        kind = LITERAL_TYPES.get(found.type, "string" if found.type in TEXT_TYPES else found.type)
        quotes = "should be" if kind in ("string", "ID") else "should not be"
        text = (
            f"value of filter criterion for field '{found.name}' must be of type {kind} and {quotes} enclosed in quotes"
        )
        return self._invalid_field(path, text)

    def _bad_operator(self, path: Token) -> Refusal:
        text = f"invalid operator on {path} field"
        return refuse_at(self.select.text, path.start_pos or 0, text, "INVALID_QUERY_FILTER_OPERATOR")

    # order and groups

    def _order(self) -> str:
        return ", ".join(self._order_item(order) for order in self.select.order)

    def _order_item(self, order: Order) -> str:
        if isinstance(order.what, Aggregate):
            sql = self._aggregate(order.what)
        else:
            column = self._resolve(order.what)
            if not column.field.sortable:
                raise self._malformed(order.what, f"field '{column.field.name}' can not be sorted in a query call")
            self._refuse_ungrouped(order.what)
            sql = column.sql
        nulls = "LAST" if order.nulls_last else "FIRST"
        return f"{sql} {'DESC' if order.descending else 'ASC'} NULLS {nulls}"

    def _refuse_ungrouped(self, path: Token) -> None:
        groups = {name.lower() for name in self.select.group}
        if groups and path.lower() not in groups:
            raise self._malformed(path, f"Ordered field must be grouped or aggregated: {path}")

    def _groups(self) -> list[tuple[str, Field | None]]:
        """The answer's keys of a grouped query, adding its columns; empty for a query of records."""
        items = self.select.items
        if not self.select.group and not any(isinstance(item.what, Aggregate) for item in items):
            return []
        self.columns.clear()
        unnamed = iter(range(len(items)))
        return [self._group_item(item, unnamed) for item in items]

    def _group_item(self, item: Item, unnamed: Any) -> tuple[str, Field | None]:
        if isinstance(item.what, Aggregate):
            if item.what.path is None and (len(self.select.items) > 1 or self.select.group):
                message = "COUNT() may only be used alone"
                raise malformed(self.select.text, item.what.at, message)
            self._add(self._aggregate(item.what))
            return item.alias or f"expr{next(unnamed)}", self._aggregate_field(item.what)
        if isinstance(item.what, Select):
            raise self._malformed(item.what.sobject, "sub-selects are not allowed in a grouped query")
        if item.what.lower() not in {name.lower() for name in self.select.group}:
            raise self._malformed(item.what, f"Field must be grouped or aggregated: {item.what}")
        column = self._resolve(item.what)
        self._add(column.sql)
        return item.alias or column.field.name, column.field

    def _aggregate(self, aggregate: Aggregate) -> str:
        if aggregate.path is None:
            return "count(*)"
        column = self._resolve(aggregate.path)
        numeric = column.field.type in NUMBER_TYPES
        if not column.field.aggregatable or (aggregate.function in ("SUM", "AVG") and not numeric):
            text = f"field {column.field.name} does not support aggregate operator {aggregate.function}"
            raise self._malformed(aggregate.path, text)
        if aggregate.function == "COUNT_DISTINCT":
            return f"count(DISTINCT {column.sql})"
        return f"{aggregate.function.lower()}({column.sql})"

    def _aggregate_field(self, aggregate: Aggregate) -> Field | None:
        if aggregate.path is None or aggregate.function not in ("MIN", "MAX"):
            return None
        return self._resolve(aggregate.path).field

    def _group_sql(self) -> list[str]:
        columns = [(path, self._resolve(path)) for path in self.select.group]
        for path, column in columns:
            if not column.field.groupable:
                raise self._malformed(path, f"field '{column.field.name}' can not be grouped in a query call")
        return [column.sql for _, column in columns]

    # refusals

    def _invalid_field(self, path: Token, text: str) -> Refusal:
        return refuse_at(self.select.text, path.start_pos or 0, text, "INVALID_FIELD")

    def _malformed(self, token: Token, text: str) -> Refusal:
        return malformed(self.select.text, token.start_pos or 0, text)


def _has_long_text(node: Node) -> bool:
    return any(isinstance(entry, Leaf) and entry.field.is_long_text for _, entry in node.entries)


def _address_key(part: Field, prefix: str) -> str:
    name = part.name.removeprefix(prefix)
    return name[0].lower() + name[1:]
