"""The pure parts of the NetSuite adapter: errors, values, bodies, metadata, cursors."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests import Response

from connector.core.flow import Deferred, Refused, Unknown, Write
from connector.core.ports import FieldInfo
from connector.errors import (
    AuthFailed,
    DuplicateFound,
    Missing,
    OutcomeUnknown,
    RemoteError,
    Stale,
    Throttled,
    Unavailable,
    Unintelligible,
)
from connector.errors import Refused as RefusedError
from connector.systems.netsuite.bodies import body_of
from connector.systems.netsuite.changes import Cursor, Window, changed_seconds, rows_to_read
from connector.systems.netsuite.client import page_of
from connector.systems.netsuite.errors import error_of, masked, outcome_of, problem_of, unknown_name
from connector.systems.netsuite.metadata import fields_of
from connector.systems.netsuite.records import BILLING, CONTACT, CUSTOMER, SHIPPING
from connector.systems.netsuite.values import decoded, encoded

RECORDED = Path(__file__).parents[4] / "shared" / "reference" / "netsuite"
PACIFIC = ZoneInfo("America/Los_Angeles")


def answer(status: int, code: str = "", detail: str = "", **more: str) -> Response:
    entry = {"detail": detail, "o:errorCode": code, **more}
    return raw_answer(status, json.dumps({"title": "x", "status": status, "o:errorDetails": [entry]}).encode())


def raw_answer(status: int, body: bytes) -> Response:
    response = Response()
    response.status_code, response._content = status, body
    return response


# errors

ACCESS = "Error while accessing a resource. "


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(401, "INVALID_LOGIN", "Invalid login attempt."), AuthFailed),
        (answer(429, "CONCURRENCY_LIMIT_EXCEEDED", "Concurrent request limit exceeded."), Throttled),
        (answer(400, "CONCURRENCY_LIMIT_EXCEEDED", "Request blocked."), Throttled),
        (answer(404, "NONEXISTENT_ID", "The record instance does not exist. Provide a valid one."), Missing),
        (answer(404, "NONEXISTENT_ID", "Record type 'x' does not exist."), RefusedError),
        (answer(400, "USER_ERROR", ACCESS + "Transaction type specified is incorrect."), Missing),
        (answer(400, "USER_ERROR", ACCESS + "This entity already exists."), DuplicateFound),
        (answer(400, "USER_ERROR", ACCESS + "Record has been changed"), Stale),
        (answer(400, "RCRD_HAS_BEEN_CHANGED", "x"), Stale),
        (answer(400, "USER_ERROR", ACCESS + "This record has been locked by a user defined workflow."), RefusedError),
        (answer(400, "INVALID_CONTENT", "Invalid content in the request body"), RefusedError),
        (answer(403, "INSUFFICIENT_PERMISSION", "no"), RefusedError),
        (raw_answer(418, b"<html>"), Unintelligible),
        (raw_answer(400, b"<html>"), RefusedError),
        (raw_answer(400, b"[]"), RefusedError),
    ],
)
def test_answers_become_errors(response: Response, error: type[RemoteError]) -> None:
    assert type(error_of(problem_of(response))) is error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DuplicateFound("x"), Refused("x", "", "duplicate")),
        (Stale("x"), Refused("x", "", "stale")),
        (Missing("x"), Refused("x", "", "missing")),
        (RefusedError("x", code="C", fields=("f",)), Refused("x", "C", "rule", ("f",))),
        (OutcomeUnknown("x"), Unknown("x")),
        (Unintelligible("x"), Unknown("x")),
        (Unavailable("x"), Deferred("x")),
        (AuthFailed("x"), Deferred("x")),
        (Throttled("x", retry_after_seconds=3), Deferred("x", 3)),
    ],
)
def test_errors_become_outcomes(error: RemoteError, outcome: object) -> None:
    assert outcome_of(error) == outcome


def test_fields_are_named_from_path_and_text() -> None:
    refused = error_of(problem_of(answer(400, "INVALID_CONTENT", "bad", **{"o:errorPath": "item.items[0].item"})))
    assert refused.fields == ("item.items[0].item",)
    text = "You have entered an Invalid Field Value jo@x.example for the following field: email"
    refused = error_of(problem_of(answer(400, "USER_ERROR", text)))
    assert refused.fields == ("email",) and "jo@x" not in str(refused)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('Duplicate "Jane Roe" found', "Jane"),
        ("value 'O’Hara' is wrong", "Hara"),
        ("mail to jane.roe+x@mail.example failed", "jane"),
        ("call +1 (555) 123-4567 now", "4567"),
        ("see https://acme.example/secret?x=1", "secret"),
        ("You have entered an Invalid Field Value top secret for the following field: url", "secret"),
    ],
)
def test_messages_do_not_repeat_values(text: str, secret: str) -> None:
    assert secret not in masked(text)


@pytest.mark.parametrize(
    ("detail", "name"),
    [
        (
            "Search error occurred: Unknown identifier 'subsidiary'. Available identifiers are: {r=customer}",
            "subsidiary",
        ),
        ("Unknown identifier 'r.Subsidiary'. Available", "subsidiary"),
        ("Field 'x' for record 'customer' was not found.", "x"),
        ("Record 'deletedrecord' was not found.", "deletedrecord"),
        ("Invalid search type: opportunity.", "opportunity"),
        ("This entity already exists.", None),
    ],
)
def test_what_the_account_lacks_is_read_from_the_text(detail: str, name: str | None) -> None:
    assert unknown_name(problem_of(answer(400, "INVALID_PARAMETER", detail))) == name


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not there")
def test_recorded_errors_are_understood() -> None:
    kinds = {401: AuthFailed, 400: RefusedError}
    for case in json.loads((RECORDED / "errors_recorded.json").read_text()):
        problem = problem_of(raw_answer(case["status"], json.dumps(case["body"]).encode()))
        assert type(error_of(problem)) is kinds[case["status"]]
    missing = json.loads((RECORDED / "error_404_instance.json").read_text())["response"]
    assert type(error_of(problem_of(raw_answer(404, json.dumps(missing["body"]).encode())))) is Missing


# pages


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>maintenance</html>",
        b"[]",
        b"{}",
        b'{"items": null}',
        b'{"items": [{"id": "1"}], "count": 2}',
        b'{"items": [], "hasMore": false}',
        b'{"items": ["1"], "count": 1}',
    ],
)
def test_half_an_answer_is_never_a_page(body: bytes) -> None:
    with pytest.raises(ValueError):
        page_of(raw_answer(200, body))


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not there")
def test_a_recorded_page_is_read() -> None:
    body = json.loads((RECORDED / "suiteql_page_fetch_first.json").read_text())["response"]["body"]
    page = page_of(raw_answer(200, json.dumps(body).encode()))
    assert [dict(row) for row in page.rows][:2] == [{"id": "-3"}, {"id": "8", "companyname": "HMRC"}]
    assert page.total == 5


# values


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("T", "boolean", True),
        ("F", "boolean", False),
        (None, "boolean", False),
        ("1234.50", "money", Decimal("1234.50")),
        (".5", "number", Decimal("0.5")),
        ("-6", "reference", "-6"),
        (None, "reference", None),
        ("", "text", None),
        ("2026-07-01", "date", "2026-07-01"),
        ("2026-07-01 08:30:05", "datetime", "2026-07-01T15:30:05Z"),
        ("3, 1", "multi_picklist", "3;1"),
        ("00123", "text", "00123"),
    ],
)
def test_columns_become_values(text: str | None, kind: Any, value: object) -> None:
    assert decoded(text, kind, PACIFIC) == value


@pytest.mark.parametrize(("text", "kind"), [("yes", "boolean"), ("1,5", "number"), ("1/2/2026", "datetime")])
def test_odd_columns_are_not_guessed_at(text: str, kind: Any) -> None:
    with pytest.raises(Unintelligible):
        decoded(text, kind, PACIFIC)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**11), max_value=10**11))
def test_money_arrives_exactly_or_not_at_all(value: Decimal) -> None:
    sent = json.loads(json.dumps(encoded(value, FieldInfo("x", "money"))), parse_float=Decimal)
    assert sent == value


@pytest.mark.parametrize(
    ("value", "kind", "sent"),
    [
        ("5", "reference", {"id": "5"}),
        (None, "reference", None),
        ("A", "picklist", {"id": "A"}),
        ("1;2", "multi_picklist", {"items": [{"id": "1"}, {"id": "2"}]}),
        (None, "multi_picklist", {"items": []}),
        (True, "boolean", True),
        (Decimal(7), "integer", 7),
        (Decimal("7.5"), "text", "7.5"),
        (None, "text", None),
    ],
)
def test_values_become_json(value: Any, kind: Any, sent: object) -> None:
    assert encoded(value, FieldInfo("x", kind)) == sent


# bodies

HERE = {"addr1": "1 Main St", "country": "US"}
THERE = {"addr1": "2 Side St", "country": None}
SENT_HERE = {"addr1": "1 Main St", "country": {"id": "US"}}
SENT_THERE = {"addr1": "2 Side St", "country": None}


@pytest.mark.parametrize(
    ("fields", "lines", "items"),
    [
        ({BILLING: HERE}, {}, [{"defaultBilling": True, "addressBookAddress": SENT_HERE}]),
        (
            {BILLING: HERE, SHIPPING: HERE},
            {},
            [{"defaultBilling": True, "defaultShipping": True, "addressBookAddress": SENT_HERE}],
        ),
        (
            {BILLING: HERE, SHIPPING: THERE},
            {},
            [
                {"defaultBilling": True, "addressBookAddress": SENT_HERE},
                {"defaultShipping": True, "addressBookAddress": SENT_THERE},
            ],
        ),
        ({BILLING: {**HERE, "id": "99"}}, {BILLING: "7"}, [{"id": 7, "addressBookAddress": SENT_HERE}]),
        (
            {BILLING: HERE},
            {BILLING: "7", SHIPPING: "7"},
            [{"defaultBilling": True, "addressBookAddress": SENT_HERE}],
        ),
        (
            {BILLING: HERE, SHIPPING: HERE},
            {BILLING: "7", SHIPPING: "7"},
            [{"id": 7, "addressBookAddress": SENT_HERE}],
        ),
        (
            {BILLING: HERE, SHIPPING: THERE},
            {BILLING: "7", SHIPPING: "7"},
            [
                {"id": 7, "addressBookAddress": SENT_HERE},
                {"defaultShipping": True, "addressBookAddress": SENT_THERE},
            ],
        ),
        (
            {BILLING: None, SHIPPING: HERE},
            {BILLING: "7", SHIPPING: "7"},
            [{"id": 7, "defaultBilling": False, "addressBookAddress": SENT_HERE}],
        ),
        ({BILLING: None}, {}, []),
    ],
)
def test_addresses_become_lines(fields: dict[str, Any], lines: dict[str, str], items: list[object]) -> None:
    write = Write("customer", "5" if lines else None, fields)
    assert body_of(write, {}, "externalId", None, lines).content.get("addressBook", {"items": []})["items"] == items


def test_a_line_has_no_other_parts() -> None:
    with pytest.raises(RefusedError, match="street"):
        body_of(Write("customer", None, {BILLING: {"street": "x"}}), {}, "externalId", None, {})


def test_multi_selects_of_an_update_are_exchanged() -> None:
    infos = {"interests": FieldInfo("interests", "multi_picklist")}
    assert body_of(Write("customer", "5", {"interests": "1"}), infos, "externalId", None, {}).replace == ("interests",)
    assert body_of(Write("customer", None, {"interests": "1"}), infos, "externalId", None, {}).replace == ()


def test_a_key_of_none_is_left_alone() -> None:
    assert body_of(Write("customer", "5", {}, None), {}, "externalId", "1", {}).content == {}
    assert body_of(Write("customer", "5", {}, "sf-1"), {}, "externalId", "1", {}).content == {"externalId": "sf-1"}


# metadata


def test_a_schema_tells_kinds() -> None:
    reference = {"type": "object", "properties": {"id": {"type": "string"}, "refName": {}, "links": {}}}
    line = {"type": "object", "properties": {"id": {}, "refName": {}, "links": {}}}
    schema = {
        "properties": {
            "id": {"type": "string"},
            "links": {"type": "array"},
            "custentity_any": reference,
            "forecast": {"type": "object", "properties": {"id": {"type": "string", "enum": ["1", "2"]}}},
            "interests": {"type": "object", "properties": {"items": {"type": "array", "items": line}}},
            "contactRoles": {"type": "object", "properties": {"items": {"type": "array", "items": {}}}},
            "subsidiary": {"$ref": "/services/rest/record/v1/metadata-catalog/subsidiary"},
            "status": {"type": "string", "enum": ["A"], "readOnly": True},
        }
    }
    fields = fields_of(CONTACT, schema)
    assert {name: info.kind for name, info in fields.items()} == {
        "id": "id",
        "custentity_any": "reference",
        "forecast": "picklist",
        "interests": "multi_picklist",
        "subsidiary": "reference",
        "status": "text",
        BILLING: "address",
        SHIPPING: "address",
    }
    assert fields["subsidiary"].refers_to == ("subsidiary",)
    assert fields["status"].options == {"A": "A"} and not fields["status"].updateable
    assert fields["custentity_any"].custom


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not there")
def test_every_documented_reference_column_is_named_as_the_field() -> None:
    """SuiteQL's customer columns are the REST names in lower case: those that a lead needs are all there."""
    columns = set(json.loads((RECORDED / "analytics_customer_rows.json").read_text())["columns"])
    needed = "companyName firstName lastName email phone url comments leadSource entityStatus salesRep isPerson title"
    for field in needed.split():
        assert set(CUSTOMER.tables[0].column_names(field)) <= columns


# cursors


def test_a_cursor_survives_its_text() -> None:
    cursor = Cursor(datetime(2026, 1, 5, 9, tzinfo=UTC), "America/Los_Angeles", {"2026-01-05 01:00:00": ("1", "5")})
    assert Cursor.parse(cursor.to_text()) == cursor


SECONDS = st.dictionaries(st.sampled_from(["01", "02", "03", "04"]), st.tuples(st.sampled_from("12")))


@given(SECONDS, SECONDS)
def test_the_seconds_to_read_are_those_that_are_not_as_they_were(old: Any, new: Any) -> None:
    assert changed_seconds(old, new) == [second for second in sorted(new) if old.get(second) != new[second]]


def window(*moment: int) -> Window:
    return Window(datetime(*moment, tzinfo=UTC), PACIFIC, "America/Los_Angeles", timedelta(minutes=15))


def read_from(condition: str | None) -> str:
    """The lower bound of a condition on the stamp."""
    assert condition is not None
    return condition.split("TO_TIMESTAMP('")[1].split("'")[0]


def test_on_the_night_rows_are_read_from_an_unambiguous_second_on() -> None:
    """01:10:00 comes twice; a server that takes it for the second one would skip the first."""
    since = Cursor(datetime(2026, 11, 1, 8, tzinfo=UTC), "America/Los_Angeles")
    night = window(2026, 11, 1, 9, 30)
    assert read_from(rows_to_read(since, night, {"2026-11-01 01:10:00": ("1",)})) == "2026-10-31 21:10:00"
    assert read_from(rows_to_read(since, night, {"2026-10-31 12:00:00": ("1",)})) == "2026-10-31 12:00:00"


def test_a_first_read_takes_everything_and_a_read_after_a_long_pause_all_since() -> None:
    since = Cursor(datetime(2026, 6, 1, 12, tzinfo=UTC), "America/Los_Angeles", {"2026-06-01 04:50:00": ("1",)})
    same = {"2026-06-01 04:50:00": ("1",)}
    assert rows_to_read(None, window(2026, 6, 1, 12, 5), same) == ""
    assert rows_to_read(since, window(2026, 6, 1, 12, 5), same) is None
    long_after = rows_to_read(since, window(2026, 6, 3, 12, 5), {})
    assert read_from(long_after) == "2026-06-01 04:45:00" and "IN" not in str(long_after)


def test_more_seconds_than_an_in_list_takes_are_read_as_a_range() -> None:
    since = Cursor(datetime(2026, 6, 1, 12, tzinfo=UTC), "America/Los_Angeles")
    seconds = {f"2026-06-01 04:{n // 60:02d}:{n % 60:02d}": ("1",) for n in range(1001)}
    condition = rows_to_read(since, window(2026, 6, 1, 12, 5), seconds)
    assert read_from(condition) == "2026-06-01 04:00:00" and " IN " not in str(condition)
