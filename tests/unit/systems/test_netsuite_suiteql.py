"""SuiteQL text: whatever a value holds, the query around it stays the query that we wrote."""

from __future__ import annotations

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from connector.core.ports import FieldInfo
from connector.systems.netsuite import suiteql
from connector.systems.netsuite.changes import deleted_query, digest_query
from connector.systems.netsuite.columns import selection
from connector.systems.netsuite.records import BILLING, CONTACT, CUSTOMER, OPPORTUNITY, SHIPPING
from connector.systems.netsuite.system import holders_query
from connector.systems.netsuite.writer import lines_query

HOSTILE = st.text(alphabet="'\"\\;-/*%_&?:$() \n\0\x7f\x85aN ́’'＇", max_size=40) | st.text(max_size=40)


def literals(literal: str) -> list[str]:
    """The string literals of a query around `literal`, read by an independent reader of quotes."""
    found, at = [], 0
    query = f"a = {literal} AND b"
    while (start := query.find("'", at)) >= 0:
        end, value = start + 1, ""
        while True:
            if query.startswith("''", end):
                value, end = value + "'", end + 2
            elif query[end] == "'":
                break
            else:
                value, end = value + query[end], end + 1
        found.append(value)
        at = end + 1
    assert query[at:] == " AND b"
    return found


@given(HOSTILE)
def test_a_value_stays_one_literal(value: str) -> None:
    try:
        literal = suiteql.text(value)
    except ValueError:
        assert any(ord(character) < 32 or 127 <= ord(character) < 160 for character in value)
        return
    assert literals(literal) == [value]


@given(st.text(alphabet="'\"\\;-/*%() aN", max_size=40))
def test_an_sql_parser_agrees(value: str) -> None:
    query = sqlglot.parse_one(f"SELECT id FROM t WHERE a = {suiteql.text(value)} AND b = 1", read="oracle")
    assert [node.this for node in query.find_all(exp.Literal) if node.is_string] == [value]
    assert isinstance(query.args["where"].this, exp.And)


@pytest.mark.parametrize("value", ["\0", "a\nb", "a\rb", "\t", "\x1b[31m", "\x7f", "\x85"])
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="control"):
        suiteql.text(value)


@pytest.mark.parametrize("name", ["", "a b", "a;b", "a--", "a'b", "1a", "a.b", "ä", "a" * 101, "a\n", "id\0"])
def test_names_that_are_no_identifiers_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        suiteql.identifier(name)


@pytest.mark.parametrize("value", ["", "1 OR 1=1", "1.5", "--1", "1e5", "٣", "1" * 19, "0x1", "1\n"])
def test_ids_that_are_no_integers_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="id"):
        suiteql.integer(value)


def test_a_negative_id_cannot_begin_a_comment() -> None:
    assert f"5 -{suiteql.integer(-5)}" == "5 -(-5)"


@pytest.mark.parametrize("value", ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00'", "", "NOW"])
def test_times_of_another_form_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="time"):
        suiteql.timestamp(value)


@pytest.mark.parametrize("count", [0, 1001])
def test_in_lists_have_one_to_a_thousand_values(count: int) -> None:
    with pytest.raises(ValueError, match="IN list"):
        suiteql.in_list(["1"] * count)


@given(st.integers(0, 50), st.integers(1, 7))
def test_chunks_keep_every_value_in_order(count: int, size: int) -> None:
    parts = list(suiteql.chunks(range(count), size))
    assert [value for part in parts for value in part] == list(range(count))
    assert all(0 < len(part) <= size for part in parts)


def test_every_query_parses() -> None:
    infos = {"dateCreated": FieldInfo("dateCreated", "datetime"), "isPerson": FieldInfo("isPerson", "boolean")}
    wanted = ("companyName", "dateCreated", "isPerson", BILLING, SHIPPING)
    start = "2026-01-31 08:15:00"
    customers = selection(CUSTOMER, CUSTOMER.tables[0], wanted, infos, "externalId", ())
    queries = [
        customers.query("r.id > 5", "FETCH FIRST 9 ROWS ONLY"),
        customers.count_query(),
        selection(OPPORTUNITY, OPPORTUNITY.tables[0], ("salesRep",), {}, "custbody_x", ()).query("", ""),
        digest_query(OPPORTUNITY.tables[0], start),
        deleted_query(["type"], start),
        holders_query(CONTACT.tables[0], "externalid", ["SF-X'Y"]),
        lines_query(CUSTOMER, "internalid", ["5", "-6"]),
    ]
    for query in queries:
        assert isinstance(sqlglot.parse_one(query, read="oracle"), exp.Select), query


def test_a_column_that_lacks_gives_way_to_the_next_name() -> None:
    table = OPPORTUNITY.tables[0]
    first = selection(OPPORTUNITY, table, ("projectedTotal",), {}, "externalId", ())
    second = selection(OPPORTUNITY, table, ("projectedTotal",), {}, "externalId", {"projectedtotal"})
    third = selection(OPPORTUNITY, table, ("projectedTotal",), {}, "externalId", {"projectedtotal", "foreigntotal"})
    assert (first.columns, second.columns) == ({"projectedTotal": "projectedtotal"}, {"projectedTotal": "foreigntotal"})
    assert (third.columns, third.missing) == ({}, ("projectedTotal",))
