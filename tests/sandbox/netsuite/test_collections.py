"""Collections: pages of ids, filters, and the system and metadata services."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.netsuite.caller import HOST, RECORD, Caller


def _ids(account: Caller, q: str, type_: str = "customer") -> set[str]:
    answer = account.send("GET", f"{RECORD}/{type_}?q={q}")
    assert answer.status == 200, answer.body
    return {item["id"] for item in answer.json()["items"]}


def test_a_page_holds_ids_and_links_only(account: Caller) -> None:
    made = account.company()
    page = account.get("/customer")
    link = {"rel": "self", "href": f"{HOST}{RECORD}/customer/{made}", "method": "GET"}
    assert page["items"] == [{"links": [link], "id": made}]
    assert (page["count"], page["hasMore"], page["offset"], page["totalResults"]) == (1, False, 0, 1)


def test_pages_together_hold_every_id_once_and_unordered(account: Caller) -> None:
    made = [account.company(companyName=f"C{number}") for number in range(7)]
    met: list[str] = []
    path = "/customer?limit=3"
    while path:
        page = account.get(path)
        met += [item["id"] for item in page["items"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        assert bool(following) == page["hasMore"]
        path = following[0].removeprefix(HOST + RECORD) if following else ""
    assert sorted(met) == made
    assert met != made


@pytest.mark.parametrize(("total", "limit", "offset"), [(3493, 5, 695), (355, 5, 70)])
def test_the_last_link_is_wrong_as_recorded(account: Caller, total: int, limit: int, offset: int) -> None:
    with account.brain.account.change():
        account.brain.account.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO task(id, title) SELECT i, 'x' FROM n",
            (total,),
        )
    page = account.get(f"/task?limit={limit}&offset={limit}")
    links = {link["rel"]: link["href"] for link in page["links"]}
    assert links["last"].endswith(f"?limit={limit}&offset={offset}")
    assert set(links) == {"next", "previous", "first", "last", "self"}


def test_the_rules_of_limit_and_offset(account: Caller) -> None:
    for wrong in ("limit=1001", "limit=3&offset=4", "limit=1&offset=1000", "colour=red"):
        answer = account.send("GET", f"{RECORD}/customer?{wrong}")
        assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_PARAMETER", wrong


def test_filters(account: Caller) -> None:
    ann = account.lead(email="ann@acme.example", estimatedBudget=100, externalId="a|b")
    bob = account.lead(firstName="Bob", companyName="Big Acme", estimatedBudget=200, isBudgetApproved=True)
    both = {ann, bob}
    assert _ids(account, "firstName IS ann") == {ann}
    assert _ids(account, 'companyName IS "Big Acme"') == {bob}
    assert _ids(account, "companyName CONTAIN acme") == both
    assert _ids(account, "companyName START_WITH acme") == {ann}
    assert _ids(account, "email EMPTY") == {bob}
    assert _ids(account, "email EMPTY_NOT") == {ann}
    assert _ids(account, "estimatedBudget GREATER 150 OR (firstName IS Ann AND lastName IS Lee)") == both
    assert _ids(account, "estimatedBudget BETWEEN [150, 250]") == {bob}
    assert _ids(account, f"id ANY_OF [{ann}, 5]") == {ann}
    assert _ids(account, "isBudgetApproved IS true") == {bob}
    assert _ids(account, 'externalId IS "a|b"') == {ann}
    assert _ids(account, "firstName IS_NOT Ann") == {bob}


def test_filters_on_dates_use_the_users_format_and_the_local_day(account: Caller) -> None:
    made = account.company()
    assert _ids(account, "dateCreated ON 1/5/2026") == {made}
    assert _ids(account, "dateCreated AFTER 1/5/2026") == set()
    assert _ids(account, "dateCreated ON_OR_AFTER 1/5/2026") == {made}
    assert "Parse of date/time" in account.refused(
        account.send("GET", f"{RECORD}/customer?q=dateCreated AFTER 2026-01-05")
    )


@pytest.mark.parametrize("q", ["nope IS 1", "firstName", "firstName IS Ann AND", "(firstName IS Ann", "id ANY_OF 5"])
def test_a_filter_that_makes_no_sense_is_refused(account: Caller, q: str) -> None:
    answer = account.send("GET", f"{RECORD}/customer?q={q}")
    assert answer.json()["o:errorDetails"][0]["o:errorQueryParam"] == "q"


def test_an_unknown_operator_is_not_emulated(account: Caller) -> None:
    assert account.send("GET", f"{RECORD}/customer?q=firstName SOUNDS_LIKE Ann").status == 501


def test_system_services(start: Callable[..., Caller]) -> None:
    account = start(concurrency_limit=15)
    assert account.brain.concurrency_limit() == 15
    limits = account.send("GET", "/services/rest/system/v1/governanceLimits").json()
    assert limits == {
        "accountConcurrencyLimit": 15,
        "accountUnallocatedConcurrencyLimit": 15,
        "integrationLimitType": "accountLimit",
    }
    time = account.send("GET", "/services/rest/system/v1/serverTime").json()
    assert time == {"serverTime": "2026-01-05T09:00:00Z"}


def test_the_answers_of_the_front(account: Caller) -> None:
    from connector.sandbox.wire import Request

    request = Request("GET", HOST + RECORD, RECORD)
    throttled = account.brain.throttle_answer(request)
    assert throttled.status == 429
    assert throttled.json()["o:errorDetails"][0]["o:errorCode"] == "CONCURRENCY_LIMIT_EXCEEDED"
    assert "locked by a user defined workflow" in account.refused(account.brain.lock_answer(request))


def test_routes_have_names(account: Caller) -> None:
    from connector.sandbox.wire import Request

    path = f"{RECORD}/customer/1/!attach/contact/2"
    assert account.brain.route(Request("POST", HOST + path, path)) == (
        f"POST {RECORD}/{{type}}/{{id}}/!attach/contact/{{contact}}"
    )


# metadata


def test_the_catalog_lists_the_record_types(account: Caller) -> None:
    items = account.get("/metadata-catalog")["items"]
    names = [item["name"] for item in items]
    assert {"customer", "contact", "opportunity", "phonecall", "customerstatus", "leadsource"} <= set(names)
    assert "salesorder" not in names
    assert [link["rel"] for link in items[0]["links"]] == ["canonical", "alternate", "alternate", "describes"]


def test_a_schema_describes_fields_and_hides_what_is_required(account: Caller) -> None:
    schema = account.get("/metadata-catalog/customer", Accept="application/schema+json")
    properties = schema["properties"]
    assert "required" not in schema
    assert all(shown.get("nullable", True) for shown in properties.values())
    assert properties["custentity_salesforce_id"]["x-ns-custom-field"] is True
    assert properties["lastModifiedDate"] == {
        "title": "Last Modified Date",
        "nullable": True,
        "type": "string",
        "format": "date-time",
        "readOnly": True,
    }
    assert set(properties["entityStatus"]["properties"]) == {"id", "externalId", "refName", "links"}
    assert "email" in schema["x-ns-filterable"]


def test_openapi_of_selected_types(account: Caller) -> None:
    document = account.get("/metadata-catalog?select=customer,contact", Accept="application/swagger+json")
    assert document["openapi"].startswith("3.")
    assert set(document["components"]["schemas"]) == {"customer", "contact"}
    answer = account.send("GET", f"{RECORD}/metadata-catalog/lead", Accept="application/schema+json")
    assert account.refused(answer, 404) == "Record type 'lead' does not exist."
