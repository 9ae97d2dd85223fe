"""SOQL: what it finds, in which shape, and what it refuses with which words."""

from __future__ import annotations

import re

import pytest

from tests.sandbox.salesforce.caller import Client, MakeClient, recording, shape


@pytest.fixture
def people(client: Client) -> Client:
    """Three leads and an account with two contacts."""
    client.lead(FirstName="Ada", LastName="Akin", Company="Aethna", Email="ADA@aethna.example", AnnualRevenue=5)
    client.brain.world.clock.advance(3600)
    client.lead(FirstName="Bo", LastName="Bair", Company="Müller & Söhne", Title="CFO")
    client.brain.world.clock.advance(86400)
    client.log_in()
    client.lead(FirstName="Cy", LastName="O'Hara", Company="100% Steel_Co", AnnualRevenue=9)
    account = client.create("Account", Name="Cedar", BillingCity="Bonn")
    client.create("Contact", LastName="One", AccountId=account)
    client.create("Contact", LastName="Two", AccountId=account)
    client.create("Contact", LastName="Alone")
    return client


def names(client: Client, where: str) -> list[str]:
    return [row["FirstName"] for row in client.query(f"SELECT FirstName FROM Lead WHERE {where} ORDER BY FirstName")]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("LastName = 'AKIN'", ["Ada"]),
        ("Company = 'MÜLLER & SÖHNE'", ["Bo"]),
        ("Company IN ('mÜLLER & sÖHNE', 'aethna')", ["Ada", "Bo"]),
        ("Email = 'ada@AETHNA.example'", ["Ada"]),
        ("LastName LIKE 'a%'", ["Ada"]),
        ("Company LIKE '%ö%'", ["Bo"]),
        ("Company LIKE '100\\% steel\\_co'", ["Cy"]),
        ("LastName = 'O\\'Hara'", ["Cy"]),
        ("Title = null", ["Ada", "Cy"]),
        ("Title != null", ["Bo"]),
        ("Title != 'cfo'", ["Ada", "Cy"]),
        ("NOT Title = 'CFO'", ["Ada", "Cy"]),
        ("Title NOT IN ('CFO')", ["Ada", "Cy"]),
        ("AnnualRevenue > 5", ["Cy"]),
        ("AnnualRevenue <= 5.0", ["Ada"]),
        ("IsConverted = FALSE AND (FirstName = 'Bo' OR FirstName = 'Cy')", ["Bo", "Cy"]),
        ("(NOT (FirstName = 'Bo')) AND AnnualRevenue < 9", ["Ada"]),
        ("CreatedDate >= 2026-01-05T10:00:00Z AND CreatedDate < 2026-01-06T00:00:00+00:00", ["Bo"]),
        ("CreatedDate = TODAY", ["Cy"]),
        ("CreatedDate = YESTERDAY", ["Ada", "Bo"]),
        ("CreatedDate = LAST_N_DAYS:1", ["Ada", "Bo", "Cy"]),
        ("CreatedDate < THIS_MONTH", []),
        ("Owner.Name = 'integration user'", ["Ada", "Bo", "Cy"]),
        ("Owner.Type = 'Queue'", []),
        ("CreatedBy.Username LIKE 'integration%' AND FirstName > 'b'", ["Bo", "Cy"]),
        ("Id IN (SELECT WhoId FROM Task)", []),
        ("Id NOT IN (SELECT WhoId FROM Task)", ["Ada", "Bo", "Cy"]),
    ],
)
def test_conditions(people: Client, where: str, found: list[str]) -> None:
    assert names(people, where) == found


def test_ids_match_with_15_or_18_characters(people: Client) -> None:
    (lead,) = people.query("SELECT Id FROM Lead WHERE FirstName = 'Bo'")
    for text in (lead["Id"], lead["Id"][:15]):
        assert people.query(f"SELECT Id FROM Lead WHERE Id = '{text}'") == [lead]


def test_order_nulls_first_limit_and_offset(people: Client) -> None:
    def titles(tail: str) -> list[str]:
        return [row["FirstName"] for row in people.query(f"SELECT FirstName, Title FROM Lead ORDER BY {tail}")]

    assert titles("Title, FirstName") == ["Ada", "Cy", "Bo"]
    assert titles("Title NULLS LAST, FirstName DESC") == ["Bo", "Cy", "Ada"]
    assert titles("FirstName DESC LIMIT 1 OFFSET 1") == ["Bo"]
    answer = people.ask("SELECT Id FROM Lead LIMIT 2").json()
    assert (answer["totalSize"], answer["done"]) == (2, True)


def test_parents_and_children_nest(people: Client) -> None:
    (account,) = people.query(
        "SELECT Name, BillingAddress, (SELECT LastName FROM Contacts ORDER BY LastName DESC) FROM Account"
    )
    assert account["BillingAddress"]["city"] == "Bonn"
    assert [row["LastName"] for row in account["Contacts"]["records"]] == ["Two", "One"]
    assert (account["Contacts"]["totalSize"], account["Contacts"]["done"]) == (2, True)
    rows = people.query("SELECT LastName, Account.Name, Account.Owner.Name FROM Contact ORDER BY LastName")
    assert [row["Account"] and row["Account"]["Name"] for row in rows] == [None, "Cedar", "Cedar"]
    assert rows[1]["Account"]["Owner"]["Name"] == "Integration User"
    assert rows[1]["Account"]["attributes"]["type"] == "Account"
    (lead,) = people.query("SELECT Owner.Name, Owner.Type FROM Lead WHERE FirstName = 'Bo'")
    assert (lead["Owner"]["attributes"]["type"], lead["Owner"]["Type"]) == ("User", "User")
    assert people.query("SELECT (SELECT Id FROM Opportunities) FROM Account")[0]["Opportunities"] is None


def test_a_child_query_looks_as_recorded(client: Client) -> None:
    contact = client.create("Contact", LastName="Holm")
    deal = {"Name": "Test", "StageName": "Prospecting", "CloseDate": "2026-03-31", "Amount": 50000}
    client.create("Opportunity", **deal, ContactId=contact)
    (role,) = client.query("SELECT Id FROM OpportunityContactRole")
    client.patch(f"/sobjects/OpportunityContactRole/{role['Id']}", {"Role": "Decision Maker"})
    soql = (
        "SELECT Id, Name, Amount, StageName, (SELECT Id, ContactId, Role FROM OpportunityContactRoles) FROM Opportunity"
    )
    answer = client.ask(soql)
    assert b'"Amount":50000.00' in answer.body
    assert shape(answer.json()) == shape(recording("salesforce/rest/amp__read-opportunity-with-contacts.json"))


def test_counts_and_groups(people: Client) -> None:
    assert people.ask("SELECT COUNT() FROM Lead").json() == {"totalSize": 3, "done": True, "records": []}
    soql = "SELECT Status, COUNT(Id), MAX(AnnualRevenue) top FROM Lead GROUP BY Status ORDER BY COUNT(Id) DESC"
    (group,) = people.query(soql)
    assert group == {
        "attributes": {"type": "AggregateResult"},
        "Status": "Open - Not Contacted",
        "expr0": 3,
        "top": 9,
    }
    recorded = recording("salesforce/rest/query_aggregate.json")
    grouped = people.ask("SELECT Title, SUM(AnnualRevenue) FROM Lead GROUP BY Title").json()
    assert set(grouped) == set(recorded)
    assert grouped["records"][0]["attributes"] == recorded["records"][0]["attributes"]
    assert [row["expr0"] for row in grouped["records"]] == [14.0, None]


def test_deleted_rows_need_query_all(people: Client) -> None:
    (lead,) = people.query("SELECT Id FROM Lead WHERE FirstName = 'Bo'")
    people.delete(f"/sobjects/Lead/{lead['Id']}")
    assert people.query("SELECT Id FROM Lead WHERE IsDeleted = true") == []
    assert len(people.query("SELECT Id FROM Lead WHERE IsDeleted = true", deleted=True)) == 1


def test_pages_hang_together(make_client: MakeClient) -> None:
    client = make_client(page_size=200)
    client.brain.seed(450)
    first = client.ask("SELECT Id FROM Lead ORDER BY Id").json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    assert re.fullmatch(r"/services/data/v62\.0/query/0r8\w{15}-200", first["nextRecordsUrl"])
    second = client.send("GET", first["nextRecordsUrl"]).json()
    third = client.send("GET", second["nextRecordsUrl"]).json()
    assert (len(third["records"]), third["done"], "nextRecordsUrl" in third) == (50, True, False)
    ids = [row["Id"] for page in (first, second, third) for row in page["records"]]
    assert ids == sorted(set(ids))
    assert client.send("GET", first["nextRecordsUrl"]).json() == second
    assert shape(set(first) - {"records"}) == shape(set(recording("salesforce/rest/query_page_1.json")) - {"records"})


def test_pages_are_half_as_long_with_long_text(client: Client) -> None:
    client.brain.seed(1500)
    assert len(client.query("SELECT Id FROM Lead")) == 1500
    page = client.ask("SELECT Id, Description FROM Lead").json()
    assert (len(page["records"]), page["done"]) == (1000, False)


def test_the_batch_size_is_a_hint_with_bounds(client: Client) -> None:
    client.brain.seed(450)
    small = client.ask("SELECT Id FROM Lead", Sforce_Query_Options="batchSize=50")
    assert len(small.json()["records"]) == 200


def test_locators_die(make_client: MakeClient) -> None:
    client = make_client(page_size=200)
    client.brain.seed(300)
    url = client.ask("SELECT Id FROM Lead").json()["nextRecordsUrl"]
    client.brain.world.clock.advance(2 * 86400 + 1)
    client.log_in()
    for dead in (url, "/services/data/v62.0/query/0r8xx-200"):
        answer = client.send("GET", dead)
        assert (answer.status, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


@pytest.mark.parametrize(
    ("soql", "code", "text"),
    [
        ("SELECT Id, FROM Lead", "MALFORMED_QUERY", "unexpected token: 'FROM'"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token: <EOF>"),
        ("SELECT Id FROM Lead WHERE Id='a' AND Id='b' OR Id='c'", "MALFORMED_QUERY", "unexpected token: 'OR'"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD", "No such column 'Nope' on entity 'Lead'."),
        ("SELECT Nope.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Nope' in field path."),
        ("SELECT Id FROM Case", "INVALID_TYPE", "sObject type 'Case' is not supported."),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Lead ORDER BY Description", "MALFORMED_QUERY", "can not be sorted in a query call"),
        ("SELECT CreatedDate FROM Lead GROUP BY CreatedDate", "MALFORMED_QUERY", "can not be grouped"),
        ("SELECT Name, COUNT(Id) FROM Lead GROUP BY Status", "MALFORMED_QUERY", "must be grouped or aggregated"),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01'", "INVALID_FIELD", "should not be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE Status = 5", "INVALID_FIELD", "must be of type string and should be enclosed"),
        ("SELECT Id FROM Lead WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        ("SELECT Id FROM Lead WHERE AnnualRevenue LIKE '5'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
        ("SELECT Id FROM Lead WHERE Name = 'a\\q'", "MALFORMED_QUERY", "Illegal escape sequence"),
        ("SELECT Id, Id FROM Lead", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
    ],
)  # fmt: skip
def test_mistakes_are_named(client: Client, soql: str, code: str, text: str) -> None:
    answer = client.ask(soql)
    entry = answer.json()[0]
    assert (answer.status, entry["errorCode"]) == (400, code)
    assert text in entry["message"]
    assert "fields" not in entry


def test_an_excerpt_points_at_the_mistake_as_recorded(client: Client) -> None:
    recorded = recording("salesforce/errors/amp__unknown-object.json")[0]
    answer = client.ask("SELECT Id, Name,BillingCity,IsDeleted FROM Accout").json()[0]
    assert answer["message"].split("\n")[-1] == recorded["message"].split("\n")[-1]
    excerpt, pointer = answer["message"].split("\n")[1:3]
    recorded_excerpt, recorded_pointer = recorded["message"].split("\n")[1:3]
    assert (excerpt[len(pointer) - 1 :], pointer) == (
        recorded_excerpt[len(recorded_pointer) - 1 :],
        recorded_pointer,
    )


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT toLabel(Status) FROM Lead",
        "SELECT FIELDS(ALL) FROM Lead LIMIT 200",
        "SELECT TYPEOF Who WHEN Lead THEN Name END FROM Task",
        "SELECT Status FROM Lead GROUP BY Status HAVING COUNT(Id) > 1",
        "SELECT Id FROM Lead WHERE CreatedDate = LAST_WEEK",
        "SELECT Id FROM Lead WHERE CALENDAR_YEAR(CreatedDate) = 2026",
        "SELECT Id FROM Lead FOR VIEW",
    ],
)
def test_what_soql_has_and_the_sandbox_lacks_is_refused_loudly(client: Client, soql: str) -> None:
    answer = client.ask(soql)
    assert (answer.status, answer.headers["x-sandbox"]) == (501, "not-emulated")


def test_a_url_beyond_sixteen_kilobytes_is_refused(client: Client) -> None:
    assert client.ask(f"SELECT Id FROM Lead WHERE Company = '{'a' * 16384}'").status == 414


def test_a_long_list_of_ids_is_one_query(client: Client) -> None:
    client.brain.seed(600)
    ids = [row["Id"] for row in client.brain.rows("Lead")]
    listed = ",".join(f"'{record_id}'" for record_id in ids[:500])
    assert len(client.query(f"SELECT Id FROM Lead WHERE Id IN ({listed})")) == 500
