"""Running queries: records, counts and groups, page by page.

Documented: pages of up to 2,000 rows behind `nextRecordsUrl`, locators that live two days. Recorded: pages
are smaller where long text is selected, so that a client cannot take a short page for the last.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from connector.sandbox.salesforce.describe import Schema
from connector.sandbox.salesforce.errors import refuse
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.soql import parse
from connector.sandbox.salesforce.soql_compile import compile_query
from connector.sandbox.salesforce.soql_plan import Address, ChildPlan, Leaf, Node, Plan
from connector.sandbox.salesforce.values import wire_value

LOCATOR_LIFE = timedelta(days=2)
MOST_LOCATORS = 200
MOST_GROUPS = 2000


@dataclass(frozen=True)
class Cursor:
    """An open query: the rows that were found, to be read page by page."""

    plan: Plan
    rowids: array[int]
    page_size: int
    opened_at: datetime


class Queries:
    """All query answers of one org, and the cursors that are open."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._cursors: OrderedDict[str, Cursor] = OrderedDict()

    def run(self, text: str, root: str, *, all_rows: bool, batch_size: int | None = None) -> dict[str, Any]:
        """The first page of a query; `root` is `/services/data/vNN.0`."""
        plan = _plan(self._org.schema, text, self._org.now().date(), all_rows)
        if plan.kind == "count":
            return {"totalSize": self._execute(plan)[0][0], "done": True, "records": []}
        if plan.kind == "groups":
            return self._grouped(plan)
        size = min(batch_size or self._org.settings.page_size, self._org.settings.page_size)
        return self._first_page(plan, root, size // 2 if plan.has_long_text else size)

    def next(self, locator: str, root: str) -> dict[str, Any]:
        """A later page, as often as asked. Refusal INVALID_QUERY_LOCATOR for an unknown or expired cursor."""
        name, _, offset = locator.rpartition("-")
        cursor = self._cursors.get(name)
        fits = cursor is not None and offset.isdecimal() and 0 < int(offset) < len(cursor.rowids)
        if cursor is None or not fits or self._org.now() - cursor.opened_at > LOCATOR_LIFE:
            raise refuse("INVALID_QUERY_LOCATOR", "invalid query locator")
        start = int(offset)
        wanted = cursor.rowids[start : start + cursor.page_size]
        rows = self._rows_by_id(cursor.plan, wanted)
        return self._page(cursor.plan, rows, root, len(cursor.rowids), name, start + len(wanted))

    def _first_page(self, plan: Plan, root: str, size: int) -> dict[str, Any]:
        rows = self._execute(plan, most=size + 1)
        if len(rows) <= size:
            return self._page(plan, rows, root, len(rows), None, len(rows))
        rowids = array("q", (row[0] for row in self._execute(plan, columns=["t0.rowid"])))
        name = self._org.ids.make("0r8")
        self._cursors[name] = Cursor(plan, rowids, size, self._org.now())
        while len(self._cursors) > MOST_LOCATORS:
            self._cursors.popitem(last=False)
        return self._page(plan, rows[:size], root, len(rowids), name, size)

    def _page(
        self, plan: Plan, rows: list[Any], root: str, total: int, locator: str | None, end: int
    ) -> dict[str, Any]:
        done = end >= total
        page: dict[str, Any] = {"totalSize": total, "done": done}
        if not done:
            page["nextRecordsUrl"] = f"{root}/query/{locator}-{end}"
        page["records"] = self._records(plan, rows, root)
        return page

    def _records(self, plan: Plan, rows: list[Any], root: str) -> list[dict[str, Any]]:
        records = [_record(self._org, plan.node, row, root) for row in rows]
        for child in plan.children:
            found = self._children(child, [row[1] for row in rows], root)
            for row, record in zip(rows, records, strict=True):
                record[child.name] = _sub_result(found.get(row[1], []))
        return records

    def _children(self, child: ChildPlan, parents: list[str], root: str) -> dict[str, list[dict[str, Any]]]:
        plan = child.plan
        marks = ",".join("?" * len(parents))
        sql = _sql(plan, plan.columns, plan.where.format(parents=marks))
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self._org.store.db.execute(sql, (*parents, *plan.values)):
            found.setdefault(row[child.key_column], []).append(_record(self._org, plan.node, row, root))
        end = None if child.limit is None else child.offset + child.limit
        return {parent: records[child.offset : end] for parent, records in found.items()}

    def _grouped(self, plan: Plan) -> dict[str, Any]:
        rows = self._execute(plan)
        if len(rows) > MOST_GROUPS:
            message = "Aggregate query does not support queryMore(), use LIMIT to restrict the results"
            raise refuse("EXCEEDED_ID_LIMIT", message)
        records = [_group(plan, row) for row in rows]
        return {"totalSize": len(records), "done": True, "records": records}

    def _execute(self, plan: Plan, columns: list[str] | None = None, most: int | None = None) -> list[Any]:
        limits = [number for number in (plan.limit, most) if number is not None]
        sql = _sql(plan, columns or plan.columns, plan.where)
        if limits or plan.offset:
            sql += f" LIMIT {min(limits) if limits else -1} OFFSET {plan.offset}"
        return self._org.store.db.execute(sql, plan.values).fetchall()

    def _rows_by_id(self, plan: Plan, rowids: array[int]) -> list[Any]:
        numbers = ",".join(map(str, rowids))
        sql = f"SELECT {', '.join(plan.columns)} FROM {plan.joins} WHERE t0.rowid IN ({numbers})"  # noqa: S608
        found = {row[0]: row for row in self._org.store.db.execute(sql)}
        return [found[rowid] for rowid in rowids if rowid in found]


@lru_cache(maxsize=4096)
def _plan(schema: Schema, text: str, today: date, all_rows: bool) -> Plan:
    """Clients send the same few texts again and again."""
    return compile_query(schema, parse(text), today, all_rows=all_rows)


def _sql(plan: Plan, columns: list[str], where: str) -> str:
    sql = f"SELECT {', '.join(columns)} FROM {plan.joins} WHERE {where}"  # noqa: S608  columns are ours
    sql += f" GROUP BY {plan.group}" if plan.group else ""
    return sql + (f" ORDER BY {plan.order}" if plan.order else "")


def _record(org: Org, node: Node, row: Any, root: str) -> dict[str, Any]:
    record_id = row[node.id_column]
    sobject = node.sobject or org.schema.of_id(record_id)
    name = sobject.name if sobject else "Name"
    record: dict[str, Any] = {
        "attributes": {"type": name, "url": f"{root}/sobjects/{name}/{record_id}"},
    }
    for key, entry in node.entries:
        if isinstance(entry, Leaf):
            record[key] = wire_value(entry.field, row[entry.column])
        elif isinstance(entry, Address):
            record[key] = address_value(entry, row)
        else:
            record[key] = None if row[entry.id_column] is None else _record(org, entry, row, root)
    return record


def address_value(address: Address, row: Any) -> dict[str, Any] | None:
    """The compound object, or null when every part is empty."""
    parts = {key: wire_value(leaf.field, row[leaf.column]) for key, leaf in address.parts}
    return parts if any(value is not None for value in parts.values()) else None


def _sub_result(records: list[dict[str, Any]]) -> dict[str, Any] | None:
    return {"totalSize": len(records), "done": True, "records": records} if records else None


def _group(plan: Plan, row: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
    for (key, found), value in zip(plan.group_columns, row, strict=True):
        record[key] = wire_value(found, value) if found else value
    return record
