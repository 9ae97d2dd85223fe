"""SuiteQL: what it accepts and refuses, and how an answer is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.sandbox.netsuite.settings import CustomField
from connector.sandbox.netsuite.statements import Statements, separated
from tests.sandbox.netsuite.caller import HOST, SUITEQL, Caller

_SEARCH = "Invalid search query. Detailed unprocessed description follows. "

_TABLES = """
customer contact entity customerstatus entitystatus employee leadsource customercategory transaction
opportunity deletedrecord systemnote customfield phonecall task calendarevent message
campaignresponse contactrole companycontactrelationship customeraddressbook
customeraddressbookentityaddress
"""
_MASK = "'YYYY-MM-DD HH24:MI:SS'"


def test_an_answer_is_a_page_of_texts(account: Caller) -> None:
    account.lead(estimatedBudget=1200)
    answer = account.query(
        "SELECT Id, companyname AS NAME, email, isinactive, estimatedbudget FROM customer", page="?limit=5"
    )
    assert answer.headers["Preference-Applied"] == "transient"
    body = answer.json()
    item = {"links": [], "estimatedbudget": "1200", "id": "1001", "isinactive": "F", "name": "Acme"}
    assert body["items"] == [item]
    assert list(body["items"][0]) == ["links", "estimatedbudget", "id", "isinactive", "name"]
    assert (body["count"], body["hasMore"], body["offset"], body["totalResults"]) == (1, False, 0, 1)
    assert body["links"] == [{"rel": "self", "href": f"{HOST}{SUITEQL}?limit=5", "method": "POST"}]


def test_prefer_transient_is_required(account: Caller) -> None:
    answer = account.send("POST", SUITEQL, {"q": "SELECT id FROM customer"})
    assert answer.json()["o:errorDetails"][0]["o:errorHeader"] == "Prefer"


@pytest.mark.parametrize(
    ("q", "detail"),
    [
        (
            "select not_existing_field from customer",
            "Search error occurred: Unknown identifier 'not_existing_field'. "
            "Available identifiers are: {customer=customer}.",
        ),
        (
            "SELECT subsidiary FROM transaction t",
            "Search error occurred: Unknown identifier 'subsidiary'. Available identifiers are: {t=transaction}.",
        ),
        ("SELECT c.nope FROM customer c", "Field 'nope' for record 'customer' was not found."),
        (
            "SELECT x.id FROM customer c",
            "Search error occurred: Unknown identifier 'x'. Available identifiers are: {c=customer}.",
        ),
        ("select id from missingtable", "Invalid search type: missingtable."),
        ("SELECT id FROM customersubsidiaryrelationship", "Record 'customersubsidiaryrelationship' was not found."),
    ],
)
def test_unknown_names_are_refused_in_the_vendors_words(account: Caller, q: str, detail: str) -> None:
    answer = account.query(q)
    assert account.refused(answer) == _SEARCH + detail
    error = answer.json()["o:errorDetails"][0]
    assert (error["o:errorCode"], error["o:errorQueryParam"]) == ("INVALID_PARAMETER", "q")


@pytest.mark.parametrize(
    "q",
    [
        "SELECT id FROM customer LIMIT 5",
        "WITH a AS (SELECT id FROM customer) SELECT id FROM a",
        "SELECT id FROM customer WHERE lastmodifieddate > DATE '2026-01-01'",
        "UPDATE customer SET email = 'x'",
        "DELETE FROM customer",
        "SELECT id FROM customer; SELECT id FROM contact",
        "SELECT FROM WHERE",
        "SELECT stage, name, COUNT(*) FROM customerstatus GROUP BY stage",
        "SELECT id FROM customer WHERE id IN (" + ", ".join(str(number) for number in range(1001)) + ")",
        "SELECT c.id FROM customer c JOIN contact t ON t.company = c.id, employee e WHERE e.id = c.salesrep(+)",
        "SELECT id FROM customer WHERE id = 'abc'",
        "SELECT id FROM customer WHERE id IN ()",
        "SELECT id FROM customer WHERE id",
        "SELECT id FROM customer FETCH FIRST x ROWS ONLY",
        "SELECT id FROM customer ORDER BY 1.5",
        "SELECT COUNT(DISTINCT id, email) FROM customer",
        "(" * 300 + "1" + ")" * 300,
    ],
)
def test_what_suiteql_does_not_take_is_refused(account: Caller, q: str) -> None:
    answer = account.query(q)
    assert account.refused(answer).startswith(_SEARCH)


@pytest.mark.parametrize(
    "q",
    [
        "SELECT id FROM customer UNION SELECT id FROM contact",
        "SELECT REGEXP_REPLACE(email, 'a', 'b') FROM customer",
        "SELECT id, ROW_NUMBER() OVER (ORDER BY id) FROM customer",
        "SELECT id FROM customer RIGHT JOIN contact ON contact.company = customer.id",
        "SELECT id FROM customer WHERE rownum <= 5 ORDER BY id",
        "SELECT id FROM customer WHERE COUNT(*) > 1",
        "SELECT CAST(id AS VARCHAR(10)) FROM customer",
        "SELECT TO_CHAR(lastmodifieddate, 'WW') FROM customer",
        "SELECT c.id, t.id FROM customer c JOIN contact t ON t.company = c.id",
    ],
)
def test_what_is_not_emulated_says_so(account: Caller, q: str) -> None:
    assert account.query(q).status == 501


def test_a_thousand_values_fit_into_one_list(account: Caller) -> None:
    account.lead()
    values = ", ".join(str(number) for number in range(1001, 2001))
    assert account.rows(f"SELECT id FROM customer WHERE id IN ({values})") == [{"id": "1001"}]


def test_params_fill_the_question_marks_in_order(account: Caller) -> None:
    account.lead(email="ann@a.example")
    rows = account.rows("SELECT id FROM customer WHERE email = ? AND id = ?", ["ann@a.example", "1001"])
    assert rows == [{"id": "1001"}]
    assert account.query("SELECT id FROM customer WHERE id = ?", []).status == 400


def test_texts_and_numbers_compare_as_oracle_converts(account: Caller) -> None:
    account.lead(accountNumber="00042")
    assert account.rows("SELECT id FROM customer WHERE id = '1001' AND entitystatus = '6'")
    assert account.rows("SELECT id FROM customer WHERE id > '999'")
    assert account.rows("SELECT id FROM entity WHERE id = '1001'")
    assert account.rows("SELECT id FROM entity WHERE customer IN ('1001')")


def test_text_compares_with_case_and_the_empty_text_is_null(account: Caller) -> None:
    account.lead()
    assert account.rows("SELECT id FROM customer WHERE companyname = 'ACME'") == []
    assert account.rows("SELECT id FROM customer WHERE companyname LIKE 'ac%'") == []
    assert account.rows("SELECT id FROM customer WHERE UPPER(companyname) LIKE 'AC_E'") == [{"id": "1001"}]
    assert account.rows("SELECT id FROM customer WHERE NVL(email, '') = ''") == []
    assert account.rows("SELECT companyname || email || '!' x FROM customer") == [{"x": "Acme!"}]


def test_display_texts(account: Caller) -> None:
    account.lead(leadSource="-6", salesRep="11", custentity_rating="1", globalSubscriptionStatus="3")
    (row,) = account.rows(
        "SELECT BUILTIN.DF(c.entitystatus) s, BUILTIN.DF(c.leadsource) l, BUILTIN.DF(c.salesrep) r, "
        "BUILTIN.DF(c.custentity_rating) x, BUILTIN.DF(c.globalsubscriptionstatus) g, BUILTIN.DF(c.companyname) n "
        "FROM customer c"
    )
    assert row == {
        "s": "LEAD-Unqualified",
        "l": "Web",
        "r": "Rosa Delgado",
        "x": "Hot",
        "g": "Confirmed Opt-In",
        "n": "Acme",
    }


def test_probability_is_a_fraction_here(account: Caller) -> None:
    account.company(entityStatus="13")
    assert account.rows("SELECT probability, searchstage FROM customer") == [
        {"probability": "1", "searchstage": "Customer"}
    ]


def test_joins_groups_and_sub_selects(account: Caller) -> None:
    company = account.company()
    for first in ("Ann", "Bob"):
        account.make("contact", firstName=first, lastName="Lee", company=company)
    account.company(companyName="Initech")
    rows = account.rows(
        "SELECT c.companyname, COUNT(t.id) AS n FROM customer c LEFT JOIN contact t ON t.company = c.id "
        "GROUP BY c.companyname HAVING COUNT(*) > 0 ORDER BY n DESC"
    )
    assert rows == [{"companyname": "Globex", "n": "2"}, {"companyname": "Initech", "n": "0"}]
    assert account.rows("SELECT id FROM customer WHERE id IN (SELECT company FROM contact)") == [{"id": company}]
    with_contact = "SELECT c.id FROM customer c WHERE EXISTS (SELECT t.id FROM contact t WHERE t.company = c.id)"
    assert account.rows(with_contact) == [{"id": company}]
    nested = "SELECT x.n FROM (SELECT companyname n FROM customer ORDER BY companyname) x WHERE rownum <= 1"
    assert account.rows(nested) == [{"n": "Globex"}]
    assert account.rows("SELECT DISTINCT lastname FROM contact") == [{"lastname": "Lee"}]


def test_case_and_arithmetic(account: Caller) -> None:
    account.lead(estimatedBudget=10)
    q = (
        "SELECT CASE WHEN estimatedbudget > 5 THEN 'much' ELSE 'little' END c, estimatedbudget / 4 d, "
        "DECODE(searchstage, 'Lead', 1, 0) e FROM customer"
    )
    assert account.rows(q) == [{"c": "much", "d": "2.5", "e": "1"}]


def test_nulls_sort_last_going_up(account: Caller) -> None:
    account.lead()
    account.lead(email="a@b.example", lastName="Two")
    assert [row["id"] for row in account.rows("SELECT id FROM customer ORDER BY email")] == ["1002", "1001"]
    assert [row["id"] for row in account.rows("SELECT id FROM customer ORDER BY email DESC")] == ["1001", "1002"]


def test_fetch_first_and_rownum_limit_the_rows(account: Caller) -> None:
    for number in range(5):
        account.company(companyName=f"C{number}")
    fetched = account.query("SELECT id FROM customer ORDER BY id FETCH FIRST 2 ROWS ONLY").json()
    assert ([row["id"] for row in fetched["items"]], fetched["totalResults"]) == (["1001", "1002"], 2)
    assert len(account.rows("SELECT id FROM customer WHERE rownum <= 3")) == 3


def test_pages_follow_the_offset_rules(account: Caller) -> None:
    for number in range(5):
        account.company(companyName=f"C{number}")
    q = "SELECT id FROM customer ORDER BY id"
    page = account.query(q, page="?limit=2&offset=2").json()
    assert ([row["id"] for row in page["items"]], page["hasMore"], page["totalResults"]) == (["1003", "1004"], True, 5)
    assert {link["rel"] for link in page["links"]} == {"next", "previous", "first", "last", "self"}
    for wrong in ("?limit=1001", "?limit=0", "?limit=2&offset=1", "?limit=x", "?offset=100000", "?limt=5"):
        assert account.query(q, page=wrong).json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_PARAMETER"


def test_more_is_denied_beyond_a_hundred_thousand(account: Caller) -> None:
    with account.brain.account.change():
        account.brain.account.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100001) "
            "INSERT INTO deletedrecord(id, recordid, deleteddate) SELECT i, i, 0 FROM n"
        )
    q = "SELECT recordid FROM deletedrecord ORDER BY recordid"
    last = account.query(q, page="?limit=1000&offset=99000").json()
    assert (last["count"], last["hasMore"], last["totalResults"]) == (1000, False, 100_001)
    assert account.query(q, page="?limit=1000&offset=98000").json()["hasMore"] is True


def test_rows_come_in_no_helpful_order(account: Caller) -> None:
    ids = [account.company(companyName=f"C{number}") for number in range(5)]
    assert [row["id"] for row in account.rows("SELECT id FROM customer")] != ids


def test_a_keyset_read_meets_every_row_once(account: Caller) -> None:
    """The incremental read of the connector's kind, through a cluster of equal stamps wider than a page."""
    made = []
    for number in range(25):
        made.append(account.company(companyName=f"C{number}"))
        account.brain.world.clock.advance(number % 7 == 0)
    stamp, last, met = "1970-01-01 00:00:00", "0", []
    while True:
        rows = account.rows(
            f"SELECT c.id, TO_CHAR(c.lastmodifieddate, {_MASK}) AS lm FROM customer c "
            f"WHERE c.lastmodifieddate > TO_TIMESTAMP(?, {_MASK}) "
            f"OR (c.lastmodifieddate = TO_TIMESTAMP(?, {_MASK}) AND c.id > ?) "
            "ORDER BY c.lastmodifieddate, c.id FETCH FIRST 4 ROWS ONLY",
            [stamp, stamp, last],
        )
        if not rows:
            break
        met += [row["id"] for row in rows]
        stamp, last = rows[-1]["lm"], rows[-1]["id"]
    assert met == made


def test_a_keyset_read_uses_the_index(account: Caller) -> None:
    at = f"TO_TIMESTAMP('2026-01-05 01:00:00', {_MASK})"
    brain = account.brain
    found = Statements(brain.settings, brain.account.zone).statement(
        f"SELECT c.id FROM customer c WHERE c.lastmodifieddate > {at} OR (c.lastmodifieddate = {at} AND c.id > 5) "
        "ORDER BY c.lastmodifieddate, c.id FETCH FIRST 1000 ROWS ONLY",
        [],
    )
    explained = brain.account.database.execute(f"EXPLAIN QUERY PLAN {found.query.sql}", found.values)
    plan = [row["detail"] for row in explained]
    assert any("INDEX customer_0 (lastmodifieddate>?)" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


_AT = "'2026-01-05 01:00:00'"


@pytest.mark.parametrize(
    "q",
    [
        f"SELECT id FROM customer WHERE lastmodifieddate >= TO_TIMESTAMP({_AT}, {_MASK})",
        f"SELECT id FROM customer WHERE lastmodifieddate < TO_DATE({_AT}, {_MASK}) OR id > 1001",
        f"SELECT id FROM customer WHERE TO_CHAR(lastmodifieddate, {_MASK}) IN ({_AT}, '2026-01-05 01:00:01')",
        f"SELECT id FROM customer WHERE TO_CHAR(lastmodifieddate, {_MASK}) BETWEEN {_AT} AND {_AT}",
        f"SELECT id FROM customer WHERE companyname = {_AT} OR comments LIKE {_AT} OR title || 'x' = {_AT}",
        f"SELECT {_AT} AS at, COUNT(*) AS n FROM customer GROUP BY {_AT}",
        f"SELECT DISTINCT {_AT} AS at, 'it''s {_AT[1:-1]}' AS told, NVL(email, {_AT}) AS mail FROM customer",
        f"SELECT CASE WHEN companyname = {_AT} THEN {_AT} ELSE 'no' END AS at FROM customer ORDER BY {_AT}",
        f"SELECT id FROM (SELECT id, {_AT} AS at FROM customer) t WHERE t.at = {_AT}",
        f"SELECT {_AT} AS at FROM DUAL",
        f"SELECT id FROM customer WHERE id = {_AT}",
        f"SELECT id FROM customer WHERE estimatedbudget > {_AT}",
        f"SELECT id FROM customer WHERE lastmodifieddate > {_AT}",
        f"SELECT id FROM customer WHERE lastmodifieddate > TO_DATE({_AT}, 'YYYY-MM-DD')",
        f"SELECT id FROM customer WHERE lastmodifieddate > TO_DATE('2026-02-31 01:00:00', {_MASK})",
        f"SELECT TO_CHAR(lastmodifieddate, {_AT}) AS at FROM customer",
        f"SELECT TRUNC({_AT}) AS at FROM customer",
        f"SELECT LENGTH({_AT}) AS at, UPPER({_AT}) AS up FROM customer",
        f"SELECT id FROM customer WHERE {_AT}",
        f"SELECT id FROM customer WHERE ({_AT})",
        f"SELECT id, q'[' {_AT}]' AS told FROM customer",
        f"SELECT id FROM customer WHERE rownum <= {_AT}",
        f"SELECT id FROM customer WHERE lastmodifieddate > TIMESTAMP {_AT}",
        f"SELECT id FROM customer WHERE companyname = q'[it's] OR title = ({_AT})",
        f"SELECT nope FROM customer WHERE companyname = {_AT}",
        f"SELECT id FROM customer WHERE companyname = {_AT} AND title = ?",
        f"SELECT SQRT({_AT}) AS at FROM customer",
        f"SELECT email FROM customer WHERE companyname = {_AT} GROUP BY id",
    ],
)
def test_to_bind_the_moments_of_a_query_changes_neither_answer_nor_refusal(account: Caller, q: str) -> None:
    """A query that says `:moment` is translated as it stands."""
    for name in ("Acme", _AT[1:-1]):
        account.lead(companyName=name)
    bound, whole = account.query(q), account.query(f"/* :moment */ {q}")
    assert (bound.status, bound.body) == (whole.status, whole.body)


@pytest.mark.parametrize("q", [f"SELECT q'[' {_AT}]' AS told FROM task", f"SELECT TIMESTAMP {_AT} AS at FROM task"])
def test_what_is_no_text_by_itself_stays_in_the_query(q: str) -> None:
    assert separated(q) == (q, [])


def test_equal_queries_at_other_moments_are_translated_once(account: Caller) -> None:
    statements = Statements(account.brain.settings, account.brain.account.zone)
    q = f"SELECT id FROM customer WHERE lastmodifieddate > TO_TIMESTAMP('2026-01-0{{}} 01:00:00', {_MASK})"
    one, other = (statements.statement(q.format(day), []) for day in (5, 6))
    assert one.query is other.query
    assert other.values["constant0"] - one.values["constant0"] == 86400


# dates


def test_a_raw_date_is_written_in_the_users_format_without_time(account: Caller) -> None:
    account.lead()
    assert account.rows("SELECT lastmodifieddate FROM customer") == [{"lastmodifieddate": "1/5/2026"}]


@pytest.mark.parametrize(("date_format", "text"), [("DD.MM.YYYY", "05.01.2026"), ("YYYY-MM-DD", "2026-01-05")])
def test_date_formats_are_the_accounts(start: Callable[..., Caller], date_format: str, text: str) -> None:
    account = start(date_format=date_format, time_zone="Europe/Berlin")
    account.lead()
    assert account.rows("SELECT datecreated FROM customer") == [{"datecreated": text}]
    assert account.rows(f"SELECT id FROM customer WHERE datecreated >= '{text}'")


def test_seconds_in_the_accounts_zone(account: Caller) -> None:
    account.brain.world.clock.advance(47)
    account.lead()
    q = f"SELECT TO_CHAR(lastmodifieddate, {_MASK}) AS lm FROM customer"
    assert account.rows(q) == [{"lm": "2026-01-05 01:00:47"}]


def test_bounds_are_read_in_the_accounts_zone(account: Caller) -> None:
    account.lead()
    for function in ("TO_TIMESTAMP", "TO_DATE"):
        q = f"SELECT id FROM customer WHERE lastmodifieddate >= {function}('2026-01-05 01:00:{{}}', {_MASK})"
        assert account.rows(q.format("00")) == [{"id": "1001"}]
        assert account.rows(q.format("01")) == []


def test_a_bound_in_a_wrong_format_is_named(account: Caller) -> None:
    detail = account.refused(account.query("SELECT id FROM customer WHERE lastmodifieddate > '2022-12-31'"))
    assert detail == (
        f'{_SEARCH}Search error occurred: Parse of date/time "2022-12-31" failed with date format "M/d/yyyy" '
        "in time zone America/Los_Angeles"
    )
    later = account.query(f"SELECT id FROM customer WHERE lastmodifieddate > TO_DATE('soon', {_MASK})")
    assert 'Parse of date/time "soon" failed' in account.refused(later)


def test_the_probes_of_dual(account: Caller) -> None:
    assert account.rows("SELECT SESSIONTIMEZONE AS timezone FROM DUAL") == [{"expr1": "America/Los_Angeles"}]
    assert account.rows(f"SELECT TO_CHAR(CURRENT_DATE, {_MASK}) FROM DUAL") == [{"expr1": "2026-01-05 01:00:00"}]
    assert account.rows(f"SELECT TO_CHAR(SYSDATE, {_MASK}) AS now FROM DUAL") == [{"expr1": "2026-01-05 01:00:00"}]


def test_days_can_be_added_to_dates(account: Caller) -> None:
    account.lead()
    assert account.rows("SELECT id FROM customer WHERE lastmodifieddate > SYSDATE - 1")
    assert account.rows("SELECT id FROM customer WHERE lastmodifieddate > SYSDATE + 1") == []
    assert account.rows("SELECT id FROM customer WHERE TRUNC(datecreated) = TO_DATE('1/5/2026')")


def test_the_repeated_hour_reads_as_its_first(account: Caller) -> None:
    """Both 01:30 of the night the clocks go back are written the same: only an overlap saves a reader."""
    clock = account.brain.world.clock
    clock.advance(300 * 86_400 - 9 * 3600 + 8.5 * 3600)  # 2026-11-01 08:30 UTC, 01:30 summer time
    account.lead()
    clock.advance(3600)
    account.lead(lastName="Two")
    q = f"SELECT TO_CHAR(lastmodifieddate, {_MASK}) AS lm FROM customer"
    assert {row["lm"] for row in account.rows(q)} == {"2026-11-01 01:30:00"}


# tables


def test_every_table_of_the_account_can_be_read(account: Caller) -> None:
    account.lead()
    for table in _TABLES.split():
        assert account.query(f"SELECT * FROM {table}").status == 200, table


def test_system_notes_remember_changes(account: Caller) -> None:
    lead = account.lead(phone="555 123 4567")
    account.change(f"/customer/{lead}", phone="555 765 4321")
    (note,) = account.rows("SELECT recordid, field, oldvalue, newvalue, context FROM systemnote")
    assert note == {
        "recordid": lead,
        "field": "CUSTOMER.PHONE",
        "oldvalue": "555 123 4567",
        "newvalue": "555 765 4321",
        "context": "REST Web Services",
    }


def test_deletions_are_listed(account: Caller) -> None:
    company = account.company()
    account.send("DELETE", f"/services/rest/record/v1/customer/{company}")
    (row,) = account.rows(
        f"SELECT recordid, scriptid, type, name, TO_CHAR(deleteddate, {_MASK}) AS at, iscustomrecord FROM deletedrecord"
    )
    assert row == {
        "recordid": company,
        "scriptid": "customer",
        "type": "Customer",
        "name": "CUST1001 Globex",
        "at": "2026-01-05 01:00:00",
        "iscustomrecord": "F",
    }


def test_custom_fields_are_listed(start: Callable[..., Caller]) -> None:
    account = start(custom_fields=(CustomField("custentity_x", "customer", mandatory=True, label="X"),))
    rows = account.rows("SELECT scriptid, ismandatory, recordtype FROM customfield WHERE scriptid = 'CUSTENTITY_X'")
    assert rows == [{"scriptid": "CUSTENTITY_X", "ismandatory": "T", "recordtype": "CUSTOMER"}]
    answer = account.send("POST", "/services/rest/record/v1/customer", {"companyName": "A"})
    assert account.refused(answer).endswith("Please enter value(s) for: X.")


def test_currencies_are_listed_by_their_codes(account: Caller) -> None:
    account.brain.act({"do": "add_list_value", "list": "currency", "name": "EUR"})
    rows = account.rows("SELECT id, symbol FROM currency WHERE isinactive = 'F' ORDER BY id")
    assert rows == [{"id": "1", "symbol": "USD"}, {"id": "2", "symbol": "EUR"}]


def test_one_world_has_its_relationship_table(start: Callable[..., Caller]) -> None:
    account = start(one_world=True)
    made = account.make("customer", companyName="A", subsidiary="2")
    rows = account.rows("SELECT entity, BUILTIN.DF(subsidiary) AS name FROM customersubsidiaryrelationship")
    assert rows == [{"entity": made, "name": "Europe"}]
