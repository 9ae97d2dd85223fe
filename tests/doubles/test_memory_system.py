"""The double does what its rules say, so that a test of the engine can lean on it."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.core.flow import Conversion, Converted, Done, Ref, Refused, Unknown, Write
from connector.core.ports import Wanted
from connector.core.schema import Stage, SystemName
from connector.errors import Unavailable
from tests.doubles.memory_system import CONVERTED, US, MemorySystem, record

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE


class Watch:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, 0, 0, 400_000, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def salesforce(watch: Watch) -> MemorySystem:
    types = [record(SALESFORCE, type_, "Name", "Email") for type_ in ("Lead", "Account", "Contact", "Opportunity")]
    return MemorySystem(SALESFORCE, watch, types, page_size=2)


@pytest.fixture
def netsuite(watch: Watch) -> MemorySystem:
    return MemorySystem(NETSUITE, watch, [record(NETSUITE, "customer", "companyName"), record(NETSUITE, "contact")])


def seen(system: MemorySystem, since: str | None, type_: str = "Lead") -> tuple[list[str], str]:
    changes = system.changes([Wanted(type_, ("Email",), since)])[type_]
    return [record.ref.id for page in changes.pages for record in page], changes.cursor


def test_changes_come_in_pages_in_the_order_of_their_stamps(salesforce: MemorySystem, watch: Watch) -> None:
    leads = [salesforce.add("Lead", {"Email": str(number)}) for number in range(3)]
    watch.sleep(1)
    salesforce.edit(leads[0], {"Email": "new"})
    changes = salesforce.changes([Wanted("Lead", ("Email", "Phone"), None)])["Lead"]
    pages = list(changes.pages)
    assert [len(page) for page in pages] == [2, 1]
    assert [record.ref for page in pages for record in page] == [leads[1], leads[2], leads[0]]
    assert pages[1][0].fields == {"Email": "new", "Phone": None}
    assert pages[1][0].modified_at == datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)


def test_a_change_in_the_second_of_the_cursor_is_seen_next_time(salesforce: MemorySystem, watch: Watch) -> None:
    _, cursor = seen(salesforce, None)
    lead = salesforce.add("Lead", {})
    watch.sleep(1)
    ids, later = seen(salesforce, cursor)
    assert ids == [lead.id]
    assert seen(salesforce, later)[0] == []


def test_deletions_are_among_the_changes_but_not_at_the_first_read(salesforce: MemorySystem) -> None:
    lead, winner = salesforce.add("Lead", {}), salesforce.add("Lead", {})
    salesforce.delete_by_hand(lead, merged_into=winner)
    assert seen(salesforce, None)[0] == [winner.id]
    assert seen(salesforce, "2026-01-01T00:00:00+00:00")[0] == [lead.id, winner.id]
    found = salesforce.read([lead, Ref(SALESFORCE, "Lead", "none")], {"Lead": ["Email"]})
    assert [(record.deleted, record.merged_into) for record in found.values()] == [(True, None), (True, winner)]


def test_a_create_is_refused_when_its_key_is_taken_and_names_the_holder(salesforce: MemorySystem) -> None:
    (done,) = salesforce.write([Write("Lead", None, {"Email": "a"}, "ns-customer-1")])
    assert isinstance(done, Done)
    (refused,) = salesforce.write([Write("Lead", None, {}, "ns-customer-1")])
    assert isinstance(refused, Refused)
    assert (refused.kind, refused.existing) == ("duplicate", done.ref)
    assert isinstance(salesforce.write([Write("Account", None, {}, "ns-customer-1")])[0], Done)
    assert isinstance(salesforce.write([Write("Lead", done.ref.id, {}, "ns-customer-1")])[0], Done)
    assert salesforce.find_by_key("Lead", ["ns-customer-1", "ns-customer-2"]) == {"ns-customer-1": (done.ref,)}


def test_netsuite_keys_are_one_pool_for_customers_and_contacts_whatever_their_case(netsuite: MemorySystem) -> None:
    holder = netsuite.add("customer", {}, key="sf-00QA")
    (refused,) = netsuite.write([Write("contact", None, {}, "SF-00qa")])
    assert isinstance(refused, Refused)
    assert refused.existing == holder


def test_an_update_writes_its_fields_only_and_says_who_did_it(salesforce: MemorySystem) -> None:
    lead = salesforce.add("Lead", {"Email": "a", "Phone": "1"}, key="k")
    salesforce.write([Write("Lead", lead.id, {"Email": None})])
    now = salesforce.now_in(lead)
    assert (now.fields, now.key, now.modified_by) == ({"Email": None, "Phone": "1"}, "k", US)
    assert salesforce.count_values("Lead", ["Email", "Phone"]) == {"Email": 0, "Phone": 1}


def test_what_is_gone_cannot_be_written_to(salesforce: MemorySystem) -> None:
    lead = salesforce.add("Lead", {})
    salesforce.delete_by_hand(lead)
    (refused,) = salesforce.write([Write("Lead", lead.id, {"Email": "a"})])
    assert isinstance(refused, Refused)
    assert refused.kind == "missing"


def test_the_stage_of_a_customer_follows_its_status(netsuite: MemorySystem) -> None:
    customer = netsuite.add("customer", {"entityStatus": "6", "isPerson": True})
    assert (netsuite.now_in(customer).stage, netsuite.now_in(customer).individual) == (Stage.LEAD, True)
    netsuite.edit(customer, {"entityStatus": "13", "isInactive": True})
    assert (netsuite.now_in(customer).stage, netsuite.now_in(customer).inactive) == (Stage.CUSTOMER, True)
    assert netsuite.now_in(netsuite.add("customer", {})).stage is Stage.CUSTOMER


def test_a_conversion_makes_what_is_missing_and_freezes_the_lead(salesforce: MemorySystem) -> None:
    lead = salesforce.add("Lead", {"LastName": "Doe", "Company": "Acme"})
    account = salesforce.add("Account", {"Name": "Acme"})
    (done,) = salesforce.convert([Conversion(lead.id, account.id, None, CONVERTED)])
    assert isinstance(done, Done)
    assert done.converted is not None
    assert (done.ref, done.converted.account, done.converted.opportunity) == (lead, account, None)
    assert done.converted.contact is not None
    assert salesforce.now_in(done.converted.contact).fields == {"LastName": "Doe", "AccountId": account.id}
    (again,) = salesforce.convert([Conversion(lead.id, account.id, None, CONVERTED)])
    (update,) = salesforce.write([Write("Lead", lead.id, {"Email": "a"})])
    assert [outcome.kind for outcome in (again, update) if isinstance(outcome, Refused)] == ["converted"] * 2
    assert salesforce.now_in(lead).converted == done.converted


@pytest.mark.parametrize(("account", "status"), [("001000000000009AAA", CONVERTED), (None, "Open")])
def test_a_conversion_into_nothing_or_to_an_open_status_is_refused(
    salesforce: MemorySystem, account: str | None, status: str
) -> None:
    lead, there = salesforce.add("Lead", {}), salesforce.add("Account", {})
    (refused,) = salesforce.convert([Conversion(lead.id, account or there.id, None, status)])
    assert isinstance(refused, Refused)
    assert salesforce.now_in(lead).converted is None


def test_people_convert_too(salesforce: MemorySystem) -> None:
    lead = salesforce.add("Lead", {"Company": "Acme"})
    became = salesforce.convert_by_hand(lead, opportunity="Big deal")
    assert isinstance(became, Converted)
    assert became.opportunity is not None
    assert salesforce.now_in(became.opportunity).fields["Name"] == "Big deal"


def test_netsuite_has_no_conversion(netsuite: MemorySystem) -> None:
    assert isinstance(netsuite.convert([Conversion("1", "2", None, CONVERTED)])[0], Refused)
    assert netsuite.converted_statuses() == ()


def test_a_lost_answer_is_unknown_whether_applied_or_not(salesforce: MemorySystem) -> None:
    salesforce.lose_answers(True, False)
    outcomes = salesforce.write([Write("Lead", None, {}, key) for key in ("k1", "k2", "k3")])
    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown, Done]
    assert set(salesforce.find_by_key("Lead", ["k1", "k2", "k3"])) == {"k1", "k3"}


def test_a_rule_refuses_what_it_does_not_like_and_nothing_else(salesforce: MemorySystem) -> None:
    salesforce.refuse_when(lambda write: Refused("no", "RULE") if write.fields.get("Email") == "bad" else None)
    outcomes = salesforce.write([Write("Lead", None, {"Email": email}) for email in ("good", "bad")])
    assert [type(outcome) for outcome in outcomes] == [Done, Refused]


def test_errors_are_raised_in_turn_and_calls_are_counted(salesforce: MemorySystem) -> None:
    salesforce.fail_next(Unavailable("later"))
    with pytest.raises(Unavailable):
        salesforce.write([Write("Lead", None, {})])
    assert seen(salesforce, None)[0] == []
    assert salesforce.calls == {"write": 1, "changes": 1}
