"""What changed in NetSuite: nothing is lost, whatever is late, equal or ambiguous; no change costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import responses

from connector.core.flow import SourceRecord
from connector.core.ports import Wanted
from connector.core.schema import Stage
from connector.errors import Refused, Unavailable
from connector.sandbox.front import Front
from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.netsuite.settings import CustomField, Settings
from connector.sandbox.world import Clock, World
from connector.systems.netsuite.settings import NetSuiteSettings
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from tests.contract.netsuite.conftest import LEAD_FIELDS, PUBLIC_KEY, QUERY, Account, changed, ns, token_login

TOKEN = "POST /services/rest/auth/oauth2/v1/token"
ALL = (
    ("customer", ("companyName", "entityStatus", "addressBook.billing")),
    ("contact", ("firstName", "lastName", "company")),
    ("opportunity", ("title", "entity")),
)


def names(records: list[SourceRecord]) -> list[object]:
    return [record.fields.get("companyName") for record in records]


def company(account: Account, name: str, **more: object) -> str:
    return account.make(isPerson=False, companyName=name, **more)


def account_at(*moment: int, zone: str = "America/Los_Angeles") -> Account:
    """An account whose clock shows a moment in UTC."""
    world = World(clock=Clock(datetime(*moment, tzinfo=UTC)))
    brain = NetSuite(world, settings=Settings(public_key_pem=PUBLIC_KEY, time_zone=zone))
    return Account(brain, Front(brain))


def close(account: Account) -> None:
    for system in account.systems:
        system.close()
    account.brain.close()


# what a record looks like


def test_a_first_read_gives_every_record_with_its_values(account: Account, system: NetSuiteSystem) -> None:
    id_ = account.make(
        isPerson=True,
        firstName="Ann",
        lastName="O'Hara",
        companyName="Acme",
        email="ann@acme.example",
        leadSource="-6",
        estimatedBudget=1200.5,
        externalId="sf-00QAA0000000001AAA",
    )
    fields = (*LEAD_FIELDS, "estimatedBudget", "isBudgetApproved", "phone", "dateCreated")
    [record], _ = changed(system, fields=fields)
    assert record.ref == ns("customer", id_)
    assert (record.stage, record.individual, record.inactive) == (Stage.LEAD, True, False)
    assert record.key == "sf-00QAA0000000001AAA"
    assert record.modified_at == account.brain.world.clock.now()
    assert {field: str(value) for field, value in record.fields.items()} == {
        "companyName": "Acme",
        "firstName": "Ann",
        "lastName": "O'Hara",
        "email": "ann@acme.example",
        "entityStatus": "6",
        "isInactive": "False",
        "leadSource": "-6",
        "estimatedBudget": "1200.5",
        "isBudgetApproved": "False",
        "phone": "None",
        "dateCreated": account.brain.world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_the_stage_follows_the_status(account: Account, system: NetSuiteSystem) -> None:
    for status in ("7", "8", "13"):
        company(account, f"Status {status}", entityStatus={"id": status})
    assert [record.stage for record in changed(system)[0]] == [Stage.LEAD, Stage.PROSPECT, Stage.CUSTOMER]


def test_dates_are_days_and_an_opportunity_is_read_from_transactions(account: Account, system: NetSuiteSystem) -> None:
    customer = company(account, "Acme")
    account.make("opportunity", entity=customer, title="Deal", expectedCloseDate="2027-01-31", entityStatus="8")
    fields = ("title", "entity", "expectedCloseDate", "entityStatus")
    [record], _ = changed(system, type_="opportunity", fields=fields)
    assert record.fields == {
        "title": "Deal",
        "entity": customer,
        "expectedCloseDate": "2027-01-31",
        "entityStatus": "8",
    }


def test_fields_that_transactions_lack_are_read_from_opportunities(account: Account, system: NetSuiteSystem) -> None:
    customer = company(account, "Acme")
    account.make("opportunity", entity=customer, title="D", expectedCloseDate="2027-01-31", salesReadiness="2")
    [record], _ = changed(system, type_="opportunity", fields=("title", "salesReadiness"))
    assert record.fields == {"title": "D", "salesReadiness": "2"}


def test_a_field_that_the_account_lacks_is_absent_and_not_empty(account: Account, system: NetSuiteSystem) -> None:
    company(account, "Acme")
    [record], _ = changed(system, fields=("companyName", "subsidiary", "custentity_gone", "comments"))
    assert record.fields == {"companyName": "Acme", "comments": None}
    assert [text.split()[0] for text in system.warnings] == ["customer.subsidiary", "customer.custentity_gone"]
    account.calls()
    changed(system, fields=("companyName", "subsidiary", "custentity_gone", "comments"))
    assert account.calls()[QUERY] == 3  # clock, digest and one read: what was learnt is not asked again


def test_addresses_come_as_one_value_or_none(account: Account, system: NetSuiteSystem) -> None:
    line = {"defaultBilling": True, "addressBookAddress": {"addr1": "1 Main St", "country": {"id": "FR"}}}
    company(account, "Acme", addressBook={"items": [line]})
    [record], _ = changed(system, fields=("addressBook.billing", "addressBook.shipping"))
    billing = record.fields["addressBook.billing"]
    assert isinstance(billing, dict)
    assert (billing["addr1"], billing["country"], billing["city"]) == ("1 Main St", "FR", None)
    assert record.fields["addressBook.shipping"] is None


# cost


def read_all(system: NetSuiteSystem, since: dict[str, str]) -> tuple[list[SourceRecord], dict[str, str]]:
    found = system.changes([Wanted(type_, fields, since.get(type_)) for type_, fields in ALL])
    records = [record for changes in found.values() for page in changes.pages for record in page]
    return records, {type_: changes.cursor for type_, changes in found.items()}


def test_no_change_costs_seven_calls_however_many_records_there_are(account: Account) -> None:
    account.brain.seed(leads=150, prospects=30, customers=20, opportunities=20)
    account.advance(60)
    records, cursors = read_all(account.connect(), {})
    assert len(records) > 200
    account.advance(60)
    account.calls()
    assert read_all(account.connect(), cursors)[0] == []  # a new process: nothing remembered but the cursors
    assert account.calls() == {TOKEN: 1, QUERY: 5}


def test_one_change_in_the_overlap_costs_one_more_query(account: Account) -> None:
    ids = [company(account, f"C{n}") for n in range(50)]
    account.advance(60)
    ids.append(company(account, "Alone in its second"))
    account.advance(60)
    system = account.connect()
    _, cursor = changed(system)
    account.advance(60)
    account.edit(ids[-1], comments="new")
    account.calls()
    records, _ = changed(system, cursor)
    assert [record.ref.id for record in records] == [ids[-1]]
    assert account.calls() == {QUERY: 4}


def test_a_long_pause_is_read_without_comparing(account: Account, system: NetSuiteSystem) -> None:
    company(account, "Early")
    _, cursor = changed(system)
    account.advance(3 * 86_400)
    company(account, "In between")
    account.advance(3 * 86_400)
    company(account, "Late")
    account.advance(10)
    records, cursor = changed(system, cursor)
    assert set(names(records)) >= {"In between", "Late"}
    account.advance(60)
    assert names(changed(system, cursor)[0]) == []


# nothing is lost


def test_a_late_commit_within_the_overlap_is_seen(account: Account, system: NetSuiteSystem) -> None:
    company(account, "Early")
    account.advance(1000)
    _, cursor = changed(system)
    late = company(account, "Late")
    account.stamp(late, int(account.now()) - 800)
    account.advance(60)
    records, cursor = changed(system, cursor)
    assert names(records) == ["Late"]
    account.advance(60)
    assert changed(system, cursor)[0] == []


def test_a_late_commit_into_a_second_that_was_read_is_seen(account: Account, system: NetSuiteSystem) -> None:
    company(account, "Early")
    second = int(account.now())
    account.advance(100)
    _, cursor = changed(system)
    account.stamp(company(account, "Late"), second)
    account.advance(60)
    assert set(names(changed(system, cursor)[0])) == {"Early", "Late"}


def test_an_edit_in_the_second_that_is_being_read_is_seen(account: Account, system: NetSuiteSystem) -> None:
    id_ = company(account, "Before")
    _, cursor = changed(system)
    account.edit(id_, companyName="After")  # the clock has not moved: same record, same stamp
    account.advance(60)
    assert names(changed(system, cursor)[0]) == ["After"]


def test_records_that_change_places_in_a_second_are_seen(account: Account, system: NetSuiteSystem) -> None:
    """Same number and same sum of ids: least and greatest id tell them apart."""
    ids = [company(account, f"C{n}") for n in range(4)]
    now = int(account.now())
    for id_, at in zip(ids, (1, 2, 2, 1), strict=True):
        account.stamp(id_, now - at)
    account.advance(10)
    _, cursor = changed(system)
    for id_, at in zip(ids, (2, 1, 1, 2), strict=True):
        account.stamp(id_, now - at)
    account.advance(10)
    assert len(changed(system, cursor)[0]) == 4


def test_five_thousand_equal_stamps_are_all_read(account: Account, system: NetSuiteSystem) -> None:
    account.brain.seed(leads=5000)
    moment = int(account.now())
    account.brain.account.database.execute("UPDATE customer SET lastmodifieddate = ?", (moment,))
    account.advance(60)
    first, cursor = changed(system)
    assert len({record.ref for record in first}) == len(first) == 5000
    account.brain.account.database.execute("UPDATE customer SET lastmodifieddate = ?", (moment + 30,))
    again, _ = changed(system, cursor)
    assert len({record.ref for record in again}) == len(again) == 5000


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10, 11])
def test_page_borders_lose_and_repeat_nothing(account: Account, count: int) -> None:
    system = account.connect(page_size=5)
    ids = [company(account, f"C{n}") for n in range(count)]
    assert [record.ref.id for record in changed(system)[0]] == ids


def test_a_record_that_changes_while_pages_are_read_is_not_lost(account: Account) -> None:
    system = account.connect(page_size=5)
    ids = [company(account, f"C{n}") for n in range(20)]
    account.advance(60)
    found = system.changes([Wanted("customer", ("companyName",), None)])["customer"]
    seen = [record.ref.id for record in next(found.pages)]
    account.edit(ids[3], companyName="Changed behind the page")
    account.edit(ids[17], companyName="Changed before its page")
    seen += [record.ref.id for page in found.pages for record in page]
    assert seen == ids
    account.advance(60)
    later, _ = changed(system, found.cursor)
    assert {"Changed behind the page", "Changed before its page"} <= set(names(later))


def test_a_clock_that_is_set_back_loses_nothing(account: Account, system: NetSuiteSystem) -> None:
    company(account, "Early")
    account.advance(5000)
    _, cursor = changed(system)
    account.advance(-3600)
    company(account, "Stamped an hour ago")
    account.advance(10)
    assert "Stamped an hour ago" in names(changed(system, cursor)[0])


def test_a_failed_read_is_an_error_and_not_an_empty_answer(account: Account, system: NetSuiteSystem) -> None:
    company(account, "Acme")
    account.fault("garble", match={"path": "suiteql"}, form="truncated")
    assert names(changed(system)[0]) == ["Acme"]
    account.fault("error", match={"path": "suiteql"}, times=None)
    with pytest.raises(Unavailable):
        changed(system)


def test_a_cursor_of_another_tool_is_refused(system: NetSuiteSystem) -> None:
    for text in ("2026-01-01T00:00:00Z", "{}", '{"mark": 3, "zone": "UTC", "digest": {}}', "[]"):
        with pytest.raises(Refused):
            changed(system, text)


# nights on which the clock changes


def walk_through_the_night(account: Account, minutes: int, step: int) -> tuple[set[str], set[str]]:
    """One new record and one edit a step, a read every third; the ids made, and the last values seen of them."""
    system = account.connect()
    _, cursor = changed(system)
    made: dict[str, str] = {}
    seen: dict[str, object] = {}
    for number, _ in enumerate(range(0, minutes, step)):
        id_ = company(account, f"new {number}")
        made[id_] = f"new {number}"
        if number:
            edited = list(made)[number // 2]
            made[edited] = f"edited {number}"
            account.edit(edited, companyName=made[edited])
        account.advance(step * 60)
        if number % 3 == 2:
            records, cursor = changed(system, cursor)
            seen |= {record.ref.id: record.fields["companyName"] for record in records}
    records, _ = changed(system, cursor)
    seen |= {record.ref.id: record.fields["companyName"] for record in records}
    return set(made.items()), {(id_, str(name)) for id_, name in seen.items()}


@pytest.mark.parametrize(
    ("moment", "zone"),
    [
        ((2026, 11, 1, 6, 0), "America/Los_Angeles"),
        ((2026, 3, 8, 7, 0), "America/Los_Angeles"),
        ((2026, 10, 24, 22, 0), "Europe/Berlin"),
        ((2026, 4, 4, 12, 0), "Australia/Lord_Howe"),
    ],
    ids=["autumn", "spring", "berlin autumn", "half an hour"],
)
@pytest.mark.parametrize("step", [7, 20])
def test_the_night_when_the_clock_changes_loses_nothing(moment: tuple[int, ...], zone: str, step: int) -> None:
    account = account_at(*moment, zone=zone)
    made, seen = walk_through_the_night(account, 8 * 60, step)
    close(account)
    assert seen == made


def test_an_edit_at_the_same_local_second_an_hour_later_is_seen() -> None:
    """01:10:00 comes twice; the same record stamped at both looks the same in every local text."""
    account = account_at(2026, 11, 1, 8, 10)
    system = account.connect()
    id_ = company(account, "First time")
    account.advance(600)
    _, cursor = changed(system)
    account.advance(3000)
    account.edit(id_, companyName="Second time")
    account.advance(10)
    assert names(changed(system, cursor)[0]) == ["Second time"]
    close(account)


def test_the_account_may_move_to_another_zone(account: Account, new_account: Callable[..., Account]) -> None:
    company(account, "Early")
    account.advance(60)
    system = account.connect()
    _, cursor = changed(system)
    cursor = cursor.replace("America/Los_Angeles", "Europe/Berlin")
    assert names(changed(system, cursor)[0]) == ["Early"]


# deletions


def test_a_deleted_record_comes_back_deleted(account: Account, system: NetSuiteSystem) -> None:
    kept, gone = company(account, "Kept"), company(account, "Gone")
    contact = account.make("contact", firstName="Jo", lastName="Li")
    _, cursor = changed(system)
    account.advance(60)
    account.delete(gone)
    account.delete(contact, "contact")
    account.advance(60)
    records, _ = changed(system, cursor)
    assert [record.ref.id for record in records if record.deleted] == [gone]
    assert kept not in [record.ref.id for record in records if record.deleted]


def test_a_deletion_in_a_long_pause_is_noticed(account: Account, system: NetSuiteSystem) -> None:
    gone = company(account, "Gone")
    _, cursor = changed(system)
    account.advance(3600)
    account.delete(gone)
    account.advance(5 * 86_400)
    assert [record.ref.id for record in changed(system, cursor)[0] if record.deleted] == [gone]


def test_a_record_that_was_merged_away_is_deleted_without_a_winner(account: Account, system: NetSuiteSystem) -> None:
    winner, loser = company(account, "Acme"), company(account, "Acme Inc")
    _, cursor = changed(system)
    account.advance(60)
    account.front.act({"do": "merge", "type": "customer", "winner": winner, "losers": [loser]})
    account.advance(60)
    records, _ = changed(system, cursor)
    assert [(record.ref.id, record.merged_into) for record in records if record.deleted] == [(loser, None)]


# other reads


def test_reading_by_id_tells_what_is_gone(account: Account, system: NetSuiteSystem) -> None:
    id_ = company(account, "Acme")
    found = system.read([ns("customer", id_), ns("customer", "77"), ns("contact", id_)], {"customer": ["companyName"]})
    assert {ref: record.deleted for ref, record in found.items()} == {
        ns("customer", id_): False,
        ns("customer", "77"): True,
        ns("contact", id_): True,
    }


def test_more_ids_than_an_in_list_takes(account: Account, system: NetSuiteSystem) -> None:
    account.brain.seed(leads=1100)
    refs = [ns("customer", str(row["id"])) for row in account.brain.rows("customer")]
    account.calls()
    found = system.read(refs, {"customer": ["companyName"]})
    assert len(found) == len(refs) and not any(record.deleted for record in found.values())
    keys = [f"sf-{number}" for number in range(2500)]
    assert set(system.find_by_key("customer", keys)) == set(keys)


def test_a_locked_record_is_read_all_the_same(account: Account, system: NetSuiteSystem) -> None:
    id_ = company(account, "Acme")
    account.front.act({"do": "lock", "type": "customer", "id": id_})
    assert names(changed(system)[0]) == ["Acme"]


def test_values_are_counted_in_one_query(account: Account, system: NetSuiteSystem) -> None:
    company(account, "A", comments="x")
    company(account, "B", isInactive=True)
    system.describe(["customer"])
    account.calls()
    counted = system.count_values("customer", ["companyName", "comments", "isInactive", "fax", "addressBook.billing"])
    assert counted == {"companyName": 2, "comments": 1, "isInactive": 1, "fax": 0, "addressBook.billing": 0}
    assert account.calls() == {QUERY: 1}
    assert system.count_values("customer", ["custentity_gone"]) == {}


def test_metadata_name_kinds_lists_and_our_key(system: NetSuiteSystem) -> None:
    info = system.describe(["customer", "opportunity"])["customer"]
    kinds = {name: field.kind for name, field in info.fields.items()}
    assert info.key_field == "externalId"
    assert (kinds["companyName"], kinds["email"], kinds["isPerson"]) == ("text", "email", "boolean")
    assert (kinds["entityStatus"], kinds["dateCreated"], kinds["addressBook.billing"]) == (
        "reference",
        "datetime",
        "address",
    )
    assert kinds["custentity_annual_revenue"] == "number" and info.fields["custentity_employees"].custom
    assert (info.fields["companyName"].length, info.fields["dateCreated"].updateable) == (83, False)
    assert (info.fields["leadSource"].options or {})["-6"] == "Web"
    assert (info.fields["entityStatus"].options or {})["8"] == "PROSPECT-In Discussion"
    assert "contactRoles" not in info.fields


def test_the_list_of_custom_fields_tells_ids_and_what_is_mandatory(new_account: Callable[..., Account]) -> None:
    fields = (
        CustomField("custentity_x", "customer", label="Region", mandatory=True),
        CustomField("custentity_y", "customer", label="Shops", mandatory=True, forms=(1,)),
    )
    known = new_account(custom_fields=fields).connect().describe(["customer"])["customer"].fields
    assert (known["custentity_x"].required, known["custentity_y"].required) == (True, False)
    assert known["custentity_x"].id.isdigit()
    assert known["custentity_x"].id != known["custentity_y"].id
    assert known["companyName"].id == ""


@responses.activate
def test_an_account_that_hides_the_list_of_custom_fields_is_described_without() -> None:
    settings = NetSuiteSettings("1234567", token_login())
    detail = {"detail": "Record 'customfield' was not found.", "o:errorCode": "INVALID_PARAMETER"}
    responses.post(f"{settings.base_url}/services/rest/query/v1/suiteql", status=400, json={"o:errorDetails": [detail]})
    schema = f"{settings.base_url}/services/rest/record/v1/metadata-catalog/contact"
    responses.get(schema, json={"properties": {"custentity_x": {"type": "string"}}})
    with netsuite_session(settings) as session:
        system = NetSuiteSystem(settings, session)
        known = system.describe(["contact"])["contact"].fields["custentity_x"]
        assert (known.id, known.required) == ("", False)
        assert any("list of custom fields cannot be queried" in text for text in system.warnings)
