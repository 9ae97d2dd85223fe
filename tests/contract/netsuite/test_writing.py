"""Writing to NetSuite: what arrives, whose fault a refusal is, and that nothing is ever sent twice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
import responses

from connector.core.flow import Conversion, Deferred, Done, Refused, Unknown, Write
from connector.errors import AuthFailed
from connector.errors import Refused as RefusedError
from connector.sandbox.netsuite.settings import CustomField
from connector.systems.netsuite.settings import NetSuiteSettings
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from tests.contract.netsuite.conftest import Account, create, ns, token_login

KEY = "sf-00QAA0000000001AAA"
POST = "POST /services/rest/record/v1/{type}"
PATCH = "PATCH /services/rest/record/v1/{type}/{id}"
ADDRESS = {"addr1": "1 Main St", "city": "Ames", "state": "IA", "zip": "50010", "country": "US"}
OTHER_ADDRESS = {"addr1": "2 Side St", "city": "Rome", "state": "NY", "zip": "13440", "country": "US"}


def lead(key: str | None = KEY, **more: object) -> Write:
    return create(key=key, **{"isPerson": False, "companyName": "Acme", "entityStatus": "6", **more})


def done_id(outcome: object) -> str:
    assert isinstance(outcome, Done), outcome
    return outcome.ref.id


def test_a_lead_arrives_with_its_key_in_one_call(account: Account, system: NetSuiteSystem) -> None:
    fields = {"estimatedBudget": Decimal("1234.56"), "isBudgetApproved": True, "leadSource": "-6"}
    [outcome] = system.write([lead(**fields, email="jo@acme.example")])
    row = account.row(done_id(outcome))
    assert row["externalid"] == KEY
    assert (row["estimatedbudget"], row["isbudgetapproved"], row["leadsource"]) == (1234.56, "T", -6)
    assert account.calls()[POST] == 1


def test_the_key_may_live_in_a_custom_field(account: Account) -> None:
    system = account.connect(key_fields={"customer": "custentity_salesforce_id"})
    id_ = done_id(system.write([lead()])[0])
    row = account.row(id_)
    assert (row["custentity_salesforce_id"], row["externalid"]) == (KEY, None)
    assert system.find_by_key("customer", [KEY]) == {KEY: (ns("customer", id_),)}
    assert system.read([ns("customer", id_)], {})[ns("customer", id_)].key == KEY


def test_a_custom_key_field_that_does_not_exist_is_told_from_no_match(account: Account) -> None:
    system = account.connect(key_fields={"customer": "custentity_missing"})
    with pytest.raises(RefusedError, match="custentity_missing"):
        system.find_by_key("customer", [KEY])
    assert system.describe(["customer"])["customer"].key_field is None


def test_an_update_changes_what_it_names_and_clears_what_is_none(account: Account, system: NetSuiteSystem) -> None:
    id_ = account.make(companyName="Acme", isPerson=False, phone="555 123 4567", comments="old", leadSource="-6")
    [outcome] = system.write([Write("customer", id_, {"comments": "two\nlines", "leadSource": None})])
    row = account.row(id_)
    assert outcome == Done(ns("customer", id_))
    assert (row["comments"], row["leadsource"], row["phone"]) == ("two\nlines", None, "555 123 4567")


def test_outcomes_come_in_the_order_of_the_writes(account: Account, system: NetSuiteSystem) -> None:
    writes = [lead(f"sf-{n}", companyName=f"Company {n}") for n in range(12)]
    writes[5] = lead("sf-5", companyName=None)
    outcomes = system.write(writes)
    names = [account.row(done_id(outcome))["companyname"] for at, outcome in enumerate(outcomes) if at != 5]
    assert names == [f"Company {n}" for n in range(12) if n != 5]
    assert isinstance(outcomes[5], Refused) and "Company Name" in outcomes[5].reason


def test_one_at_a_time_means_the_order_of_the_writes(account: Account) -> None:
    system = account.connect(concurrency=1)
    ids = [int(done_id(outcome)) for outcome in system.write([lead(f"sf-{n}") for n in range(6)])]
    assert ids == sorted(ids)


# refusals


def test_a_repeated_create_names_the_record_that_exists(account: Account, system: NetSuiteSystem) -> None:
    id_ = done_id(system.write([lead()])[0])
    [outcome] = system.write([lead(key=KEY.lower(), companyName="Typed by a user meanwhile")])
    assert isinstance(outcome, Refused) and outcome.kind == "duplicate"
    assert outcome.existing == ns("customer", id_)
    assert account.row(id_)["companyname"] == "Acme"


def test_a_key_that_another_type_holds_is_found_there(account: Account, system: NetSuiteSystem) -> None:
    contact = account.make("contact", firstName="Jo", lastName="Li", externalId=KEY)
    [outcome] = system.write([lead()])
    assert isinstance(outcome, Refused) and outcome.existing == ns("contact", contact)


def test_a_name_that_is_taken_is_a_duplicate_without_a_known_other(account: Account, system: NetSuiteSystem) -> None:
    account.make("contact", firstName="Jo", lastName="Li")
    [outcome] = system.write([create("contact", KEY, firstName="Jo", lastName="Li")])
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.existing) == ("duplicate", None)


def test_a_duplicate_that_cannot_be_looked_up_is_tried_later(account: Account, system: NetSuiteSystem) -> None:
    system.write([lead()])
    account.fault("error", match={"path": "suiteql"}, times=None)
    assert isinstance(system.write([lead()])[0], Deferred)


def test_a_locked_record_is_refused_by_a_rule(account: Account, system: NetSuiteSystem) -> None:
    id_ = account.make(companyName="Acme", isPerson=False)
    account.front.act({"do": "lock", "type": "customer", "id": id_})
    [outcome] = system.write([Write("customer", id_, {"comments": "x"})])
    assert isinstance(outcome, Refused) and outcome.kind == "rule" and "locked" in outcome.reason


def test_a_record_that_is_gone_is_missing(account: Account, system: NetSuiteSystem) -> None:
    [outcome] = system.write([Write("customer", "999999", {"comments": "x"})])
    assert isinstance(outcome, Refused) and outcome.kind == "missing"


def test_an_unknown_field_is_refused_and_not_ignored(account: Account, system: NetSuiteSystem) -> None:
    [outcome] = system.write([lead(noSuchField="x")])
    assert isinstance(outcome, Refused)
    assert account.brain.rows("customer") == []


def test_a_value_that_is_too_long_names_its_field(account: Account, system: NetSuiteSystem) -> None:
    [outcome] = system.write([lead(companyName="x" * 84)])
    assert isinstance(outcome, Refused) and outcome.fields == ("companyname",)


def test_a_refusal_does_not_repeat_the_value(account: Account, system: NetSuiteSystem) -> None:
    [outcome] = system.write([lead(email="not an address of jo.secret")])
    assert isinstance(outcome, Refused) and outcome.fields == ("email",)
    assert "secret" not in outcome.reason


def test_a_number_that_json_cannot_carry_is_refused_before_it_is_sent(account: Account, system: NetSuiteSystem) -> None:
    [outcome] = system.write([lead(estimatedBudget=Decimal("123456789012345.678"))])
    assert isinstance(outcome, Refused) and outcome.fields == ("estimatedBudget",)
    assert POST not in account.calls()


def test_there_is_no_conversion_call(system: NetSuiteSystem) -> None:
    [outcome] = system.convert([Conversion("1", "2", None, "Qualified")])
    assert isinstance(outcome, Refused)


# what happens on the way


@pytest.mark.parametrize("how", ["timeout", "reset"])
def test_a_lost_answer_is_unknown_and_the_create_is_not_sent_again(
    account: Account, system: NetSuiteSystem, how: str
) -> None:
    account.fault("lose_answer", match={"method": "POST", "path": "/record/"}, how=how)
    assert isinstance(system.write([lead()])[0], Unknown)
    assert account.calls()[POST] == 1
    assert len(account.brain.rows("customer")) == 1


def test_a_lost_request_is_unknown_too(account: Account, system: NetSuiteSystem) -> None:
    account.fault("lose_request", match={"path": "/record/v1/customer$"})
    assert isinstance(system.write([lead()])[0], Unknown)
    assert account.brain.rows("customer") == []


@pytest.mark.parametrize("applied", [True, False])
def test_a_server_error_on_a_write_is_unknown(account: Account, system: NetSuiteSystem, applied: bool) -> None:
    account.fault("error", match={"path": "/record/v1/customer$"}, status=500, format="json", applied=applied)
    assert isinstance(system.write([lead()])[0], Unknown)
    assert account.calls()[POST] == 1


@pytest.mark.parametrize("form", ["html", "truncated", "cut"])
def test_a_garbled_receipt_of_a_change_is_unknown(account: Account, system: NetSuiteSystem, form: str) -> None:
    id_ = account.make(companyName="Acme", isPerson=False)
    account.fault("garble", match={"method": "PATCH"}, form=form)
    assert isinstance(system.write([Write("customer", id_, {"comments": "x"})])[0], Unknown)
    assert account.calls()[PATCH] == 1


def test_a_create_without_a_usable_location_is_unknown_and_found_by_its_key(
    account: Account, system: NetSuiteSystem
) -> None:
    account.fault("garble", match={"method": "POST", "path": "/record/"}, form="html")
    assert isinstance(system.write([lead()])[0], Unknown)
    [(_, found)] = system.find_by_key("customer", [lead().key or ""]).items()
    assert found == (ns("customer", str(account.brain.rows("customer")[0]["id"])),)


def test_a_connection_that_was_never_made_is_tried_again(account: Account, system: NetSuiteSystem) -> None:
    account.fault("refuse", match={"path": "/record/v1/customer$"}, times=2)
    assert isinstance(system.write([lead()])[0], Done)


def test_throttling_is_waited_out(account: Account, system: NetSuiteSystem) -> None:
    account.fault("throttle", match={"path": "/record/v1/customer$"}, times=3)
    assert isinstance(system.write([lead()])[0], Done)
    assert len(account.brain.rows("customer")) == 1


def test_lasting_throttling_defers_the_rest_without_sending_it(account: Account) -> None:
    system = account.connect(concurrency=1, session_options={"retries": 2})
    account.fault("throttle", match={"path": "/record/v1/customer$"}, times=None)
    outcomes = system.write([lead(f"sf-{n}") for n in range(5)])
    assert all(isinstance(outcome, Deferred) for outcome in outcomes)
    assert account.calls()[POST] == 3


def test_a_budget_that_is_used_up_defers(account: Account) -> None:
    system = account.connect(concurrency=1, budget=4)
    outcomes = system.write([lead(f"sf-{n}", companyName=f"C{n}") for n in range(5)])
    assert [type(outcome) for outcome in outcomes] == [Done, Done, Deferred, Deferred, Deferred]


def test_a_write_survives_an_expired_token(account: Account, system: NetSuiteSystem) -> None:
    system.identity()
    account.fault("expire_token", match={"path": "/record/v1/customer$"})
    assert isinstance(system.write([lead()])[0], Done)
    assert len(account.brain.rows("customer")) == 1


def test_a_login_that_is_refused_at_once_ends_the_run(account: Account) -> None:
    system = account.connect(concurrency=1)
    account.fault("expire_token", match={"path": "/record/v1/customer$"}, times=None)
    with pytest.raises(AuthFailed):
        system.write([lead(f"sf-{n}") for n in range(4)])
    assert account.calls()[POST] == 3


def test_a_login_that_fails_for_good_defers_what_was_not_sent(account: Account) -> None:
    system = account.connect(concurrency=1)
    account.fault("expire_token", match={"path": "/record/v1/customer$"}, after=1, times=None)
    first, *others = system.write([lead(f"sf-{n}") for n in range(4)])
    assert isinstance(first, Done)
    assert all(isinstance(outcome, Deferred) for outcome in others)
    assert account.calls()[POST] == 4


def test_nothing_is_sent_when_the_preparation_fails(account: Account, system: NetSuiteSystem) -> None:
    account.fault("garble", match={"path": "metadata-catalog"}, times=None)
    assert all(isinstance(outcome, Deferred) for outcome in system.write([lead(), lead("sf-2")]))
    assert POST not in account.calls()


# addresses


def addresses(account: Account, id_: str) -> list[tuple[str, str, str]]:
    """(addr1, billing, shipping) of the lines of a record."""
    rows = [row for row in account.brain.rows("addressbook") if str(row["owner"]) == id_]
    return [(row["addr1"], row["defaultbilling"], row["defaultshipping"]) for row in rows]


def test_a_new_record_gets_its_default_address(account: Account, system: NetSuiteSystem) -> None:
    id_ = done_id(system.write([lead(**{"addressBook.billing": ADDRESS})])[0])
    assert addresses(account, id_) == [("1 Main St", "T", "F")]


def test_equal_addresses_share_a_line(account: Account, system: NetSuiteSystem) -> None:
    both = {"addressBook.billing": ADDRESS, "addressBook.shipping": dict(ADDRESS)}
    id_ = done_id(system.write([lead(**both)])[0])
    assert addresses(account, id_) == [("1 Main St", "T", "T")]


def test_an_address_is_changed_in_its_line_and_never_added_again(account: Account, system: NetSuiteSystem) -> None:
    id_ = done_id(system.write([lead(**{"addressBook.billing": ADDRESS})])[0])
    for _ in range(3):
        [outcome] = system.write([Write("customer", id_, {"addressBook.billing": OTHER_ADDRESS})])
        assert isinstance(outcome, Done)
    assert addresses(account, id_) == [("2 Side St", "T", "F")]


def test_an_address_that_is_read_can_be_written_back(account: Account, system: NetSuiteSystem) -> None:
    id_ = done_id(system.write([lead(**{"addressBook.billing": ADDRESS})])[0])
    wanted = {"customer": ["addressBook.billing"]}
    read = system.read([ns("customer", id_)], wanted)[ns("customer", id_)].fields
    system.write([Write("customer", id_, read)])
    again = system.read([ns("customer", id_)], wanted)[ns("customer", id_)].fields
    assert again == read
    assert len(addresses(account, id_)) == 1


def test_changing_one_use_of_a_shared_line_leaves_the_other(account: Account, system: NetSuiteSystem) -> None:
    both = {"addressBook.billing": ADDRESS, "addressBook.shipping": ADDRESS}
    id_ = done_id(system.write([lead(**both)])[0])
    system.write([Write("customer", id_, {"addressBook.shipping": OTHER_ADDRESS})])
    assert addresses(account, id_) == [("1 Main St", "T", "F"), ("2 Side St", "F", "T")]


def test_an_emptied_address_loses_its_mark_and_the_line_stays(account: Account, system: NetSuiteSystem) -> None:
    id_ = done_id(system.write([lead(**{"addressBook.billing": ADDRESS})])[0])
    system.write([Write("customer", id_, {"addressBook.billing": None})])
    assert addresses(account, id_) == [("1 Main St", "F", "F")]
    assert system.read([ns("customer", id_)], {"customer": ["addressBook.billing"]})[ns("customer", id_)].fields == {
        "addressBook.billing": None
    }


def test_a_subsidiary_goes_into_new_records_where_the_account_has_them(new_account: Callable[..., Account]) -> None:
    account = new_account(one_world=True)
    assert isinstance(account.connect().write([lead()])[0], Refused)
    id_ = done_id(account.connect(subsidiary="1").write([lead()])[0])
    assert account.row(id_)["subsidiary"] == 1


def test_a_field_that_forms_demand_is_named(new_account: Callable[..., Account]) -> None:
    account = new_account(custom_fields=(CustomField("custentity_x", "customer", label="Region", mandatory=True),))
    [outcome] = account.connect().write([lead()])
    assert isinstance(outcome, Refused) and "Region" in outcome.reason


@responses.activate
def test_an_address_is_not_changed_where_its_lines_cannot_be_queried() -> None:
    """It could only be added, again and again; other writes of the batch go on."""
    settings = NetSuiteSettings("1234567", token_login(), concurrency=1)
    detail = {"detail": "Record 'contactaddressbook' was not found.", "o:errorCode": "INVALID_PARAMETER"}
    responses.post(f"{settings.base_url}/services/rest/query/v1/suiteql", status=400, json={"o:errorDetails": [detail]})
    schema = f"{settings.base_url}/services/rest/record/v1/metadata-catalog/contact"
    responses.get(schema, json={"properties": {"comments": {"type": "string"}}})
    responses.patch(f"{settings.base_url}/services/rest/record/v1/contact/6", status=204)
    with netsuite_session(settings) as session:
        system = NetSuiteSystem(settings, session)
        writes = [Write("contact", "5", {"addressBook.billing": ADDRESS}), Write("contact", "6", {"comments": "x"})]
        refused, done = system.write(writes)
        assert isinstance(refused, Refused) and done == Done(ns("contact", "6"))
        assert any("address lines of contact" in text for text in system.warnings)


@responses.activate
@pytest.mark.parametrize(
    "location",
    ["https://elsewhere.example/services/rest/record/v1/customer/647", "", "/services/rest/record/v1/customer/"],
)
def test_only_a_location_at_the_account_itself_names_the_record(location: str) -> None:
    settings = NetSuiteSettings("1234567", token_login(), concurrency=1)
    responses.get(f"{settings.base_url}/services/rest/record/v1/metadata-catalog/customer", json={"properties": {}})
    place = f"{settings.base_url}/services/rest/record/v1/customer"
    responses.post(place, status=204, headers={"Location": location} if location else {})
    with netsuite_session(settings) as session:
        [outcome] = NetSuiteSystem(settings, session).write([create(companyName="Acme")])
    assert isinstance(outcome, Unknown)


def test_what_is_deleted_is_made_inactive_and_an_opportunity_cannot_be(
    account: Account, system: NetSuiteSystem
) -> None:
    [made] = system.write([lead()])
    outcomes = system.delete([ns("opportunity", "7"), ns("customer", done_id(made))])
    assert isinstance(outcomes[0], Refused)
    assert outcomes[1] == Done(ns("customer", done_id(made)))
    assert account.row(done_id(made))["isinactive"] == "T"
