"""What the adapter writes: batches, outcomes in order, no write sent twice blindly, conversion."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from connector.core.flow import Conversion, Deferred, Done, Outcome, Refused, Unknown, Write
from connector.sandbox.salesforce.settings import DuplicateRule
from connector.systems.salesforce.system import SalesforceSystem
from tests.contract.salesforce.conftest import Org, create, sf


def id_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Done), outcome
    return outcome.ref.id


def test_creates_and_updates_arrive_with_their_keys(org: Org, system: SalesforceSystem) -> None:
    (made,) = system.write([create("Account", "ns-customer-7", Name="Å", AnnualRevenue=Decimal("10.25"))])
    id_ = id_of(made)
    system.write([Write("Account", id_, {"Phone": "1", "AnnualRevenue": None})])
    row = org.rows("Account")[id_]
    assert (row["Name"], row["Phone"], row["AnnualRevenue"]) == ("Å", "1", None)
    assert row["NetSuite_Id__c"] == "ns-customer-7"


def test_outcomes_come_in_the_order_of_the_writes_however_they_travel(system: SalesforceSystem) -> None:
    writes = []
    for number in range(150):
        writes.append(create("Contact", LastName=f"C{number}"))
        writes.append(create("Account", **({} if number == 77 else {"Name": f"A{number}"})))
    outcomes = system.write(writes)
    for place, (write, outcome) in enumerate(zip(writes, outcomes, strict=True)):
        if place == 155:
            assert isinstance(outcome, Refused)
            assert outcome.code == "REQUIRED_FIELD_MISSING"
        else:
            assert isinstance(outcome, Done)
            assert outcome.ref.type == write.type
    found = system.read(
        [o.ref for o in outcomes if isinstance(o, Done)], {"Contact": ("LastName",), "Account": ("Name",)}
    )
    for write, outcome in zip(writes, outcomes, strict=True):
        if isinstance(outcome, Done):
            assert found[outcome.ref].fields == write.fields


def test_two_hundred_to_a_call_and_children_of_one_parent_together(org: Org, system: SalesforceSystem) -> None:
    parents = [id_of(one) for one in system.write([create("Account", Name=f"P{n}") for n in range(3)])]
    org.calls()
    system.write([create("Contact", LastName=f"C{n}", AccountId=parents[n % 3]) for n in range(450)])
    assert sum(org.calls().values()) == 3


def test_a_create_whose_key_exists_adopts_nothing_and_names_the_record(org: Org, system: SalesforceSystem) -> None:
    (first,) = system.write([create("Account", "ns-customer-1", Name="Old")])
    (again,) = system.write([create("Account", "ns-customer-1", Name="New")])
    assert isinstance(again, Refused)
    assert (again.kind, again.existing) == ("duplicate", sf("Account", id_of(first)))
    assert org.rows("Account")[id_of(first)]["Name"] == "Old"


@pytest.mark.parametrize("below", [55.0, 99.0])
def test_a_duplicate_rule_names_the_record_in_both_spellings(new_org: Callable[..., Org], below: float) -> None:
    rule = DuplicateRule("Contact", "Email", "Block")
    org = new_org(duplicate_rules=(rule,), misspelt_duplicate_key_below=below)
    system = org.connect()
    existing = org.make("Contact", LastName="A", Email="a@b.example")
    outcomes = system.write([create("Contact", LastName="B", Email="a@b.example"), create("Contact", LastName="C")])
    assert isinstance(outcomes[0], Refused)
    assert (outcomes[0].kind, outcomes[0].existing) == ("duplicate", sf("Contact", existing))
    assert "a@b.example" not in outcomes[0].reason
    assert isinstance(outcomes[1], Done)


def test_our_writes_do_not_trigger_assignment_rules(new_org: Callable[..., Org]) -> None:
    org = new_org(assign_leads_to_queue=True)
    (made,) = org.connect().write([create("Lead", LastName="A", Company="X")])
    assert org.rows("Lead")[id_of(made)]["OwnerId"].startswith("005")


def test_a_lost_answer_is_unknown_and_the_write_is_not_sent_again(org: Org, system: SalesforceSystem) -> None:
    system.identity()
    org.fault("lose_answer", match={"path": "composite/sobjects"}, times=None)
    outcomes = system.write([create("Account", "ns-customer-1", Name="A"), create("Account", Name="B")])
    assert all(isinstance(outcome, Unknown) for outcome in outcomes)
    assert len(org.rows("Account")) == 2
    org.fault("refuse", match={"path": "nothing"})
    assert len(system.find_by_key("Account", ["ns-customer-1"])["ns-customer-1"]) == 1


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("error", {"status": 503, "applied": True}),
        ("error", {"status": 503}),
        ("garble", {"form": "truncated"}),
        ("garble", {"form": "html"}),
        ("garble", {"form": "cut"}),
        ("lose_answer", {"how": "reset"}),
        ("lose_request", {}),
    ],
)
def test_a_write_without_a_usable_answer_is_unknown(
    org: Org, system: SalesforceSystem, kind: str, more: dict[str, object]
) -> None:
    system.identity()
    org.calls()
    org.fault(kind, match={"path": "composite/sobjects"}, **more)
    (outcome,) = system.write([create("Account", Name="A")])
    assert isinstance(outcome, Unknown)
    assert sum(org.calls().values()) <= 1
    assert org.pauses == []


def test_a_refused_connection_is_surely_not_applied(org: Org, system: SalesforceSystem) -> None:
    system.identity()
    org.fault("refuse", match={"path": "composite/sobjects"}, times=None)
    outcomes = system.write([create("Account", Name="A")])
    assert all(isinstance(outcome, Deferred) for outcome in outcomes)
    assert org.rows("Account") == {}


def test_an_expired_token_is_renewed_once_and_the_headers_are_kept(new_org: Callable[..., Org]) -> None:
    org = new_org(assign_leads_to_queue=True)
    system = org.connect()
    system.identity()
    org.calls()
    org.fault("expire_token", match={"path": "composite/sobjects"})
    (made,) = system.write([create("Lead", LastName="A", Company="X")])
    assert org.rows("Lead")[id_of(made)]["OwnerId"].startswith("005")
    assert sum(org.calls().values()) == 3


def test_a_locked_row_is_stale(org: Org, system: SalesforceSystem) -> None:
    (made,) = system.write([create("Account", Name="A")])
    org.fault("lock_row", match={"path": "composite/sobjects"})
    (outcome,) = system.write([Write("Account", id_of(made), {"Name": "B"})])
    assert isinstance(outcome, Refused)
    assert outcome.kind == "stale"


def test_a_deleted_record_is_missing(org: Org, system: SalesforceSystem) -> None:
    (made,) = system.write([create("Account", Name="A")])
    org.front.act({"do": "delete", "type": "Account", "id": id_of(made)})
    (outcome,) = system.write([Write("Account", id_of(made), {"Name": "B"})])
    assert isinstance(outcome, Refused)
    assert outcome.kind == "missing"


def test_a_used_up_quota_defers_the_rest(new_org: Callable[..., Org]) -> None:
    org = new_org(daily_api_limit=3)
    system = org.connect(daily_share=1.0)
    outcomes = system.write([create("Account", Name=f"A{number}") for number in range(1000)])
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    assert len(done) == len(org.rows("Account")) > 0
    assert all(isinstance(outcome, Deferred) for outcome in outcomes[len(done) :])
    assert isinstance(outcomes[-1], Deferred)


# --- conversion ---


def a_lead(org: Org, **fields: object) -> str:
    return org.make("Lead", **{"LastName": "Doe", "Company": "Aethna & Söhne", **fields})


def an_account(system: SalesforceSystem) -> str:
    return id_of(system.write([create("Account", Name="Aethna")])[0])


def test_a_lead_is_converted_into_an_account_that_exists(org: Org, system: SalesforceSystem) -> None:
    lead, account = a_lead(org), an_account(system)
    conversion = Conversion(lead, account, None, "Closed - Converted", None, True, "Big <deal> & more")
    (outcome,) = system.convert([conversion])
    assert isinstance(outcome, Done)
    assert outcome.ref == sf("Lead", lead)
    assert outcome.converted is not None
    assert outcome.converted.account == sf("Account", account)
    row = org.rows("Lead")[lead]
    assert row["IsConverted"]
    assert outcome.converted.contact == sf("Contact", row["ConvertedContactId"])
    assert outcome.converted.opportunity == sf("Opportunity", row["ConvertedOpportunityId"])
    assert org.rows("Opportunity")[row["ConvertedOpportunityId"]]["Name"] == "Big <deal> & more"
    assert len(org.rows("Account")) == 1


def test_without_an_opportunity_none_is_made(org: Org, system: SalesforceSystem) -> None:
    (outcome,) = system.convert([Conversion(a_lead(org), an_account(system), None, "Closed - Converted")])
    assert isinstance(outcome, Done)
    assert outcome.converted is not None
    assert outcome.converted.opportunity is None
    assert org.rows("Opportunity") == {}


def test_each_lead_of_a_call_has_its_own_outcome(org: Org, system: SalesforceSystem) -> None:
    account, good, bad = an_account(system), a_lead(org), a_lead(org)
    system.convert([Conversion(good, account, None, "Closed - Converted")])
    other = a_lead(org)
    outcomes = system.convert(
        [
            Conversion(good, account, None, "Closed - Converted"),
            Conversion(bad, account, None, "Open - Not Contacted"),
            Conversion(other, account, None, "Closed - Converted"),
        ]
    )
    assert isinstance(outcomes[0], Refused)
    assert outcomes[0].kind == "converted"
    assert isinstance(outcomes[1], Refused)
    assert isinstance(outcomes[2], Done)


def test_more_than_a_hundred_leads_take_two_calls(org: Org, system: SalesforceSystem) -> None:
    account = an_account(system)
    leads = [a_lead(org, LastName=f"L{number}") for number in range(120)]
    org.calls()
    outcomes = system.convert([Conversion(lead, account, None, "Closed - Converted") for lead in leads])
    assert [outcome.ref.id for outcome in outcomes if isinstance(outcome, Done)] == leads
    assert sum(org.calls().values()) == 2


def test_a_lost_conversion_is_unknown_and_done_once(org: Org, system: SalesforceSystem) -> None:
    lead, account = a_lead(org), an_account(system)
    org.calls()
    org.fault("lose_answer", match={"path": "Soap"}, times=None)
    (outcome,) = system.convert([Conversion(lead, account, None, "Closed - Converted")])
    assert isinstance(outcome, Unknown)
    assert sum(org.calls().values()) == 1
    assert system.read([sf("Lead", lead)], {"Lead": ()})[sf("Lead", lead)].converted is not None


def test_a_session_that_expired_at_soap_is_renewed(org: Org, system: SalesforceSystem) -> None:
    lead, account = a_lead(org), an_account(system)
    org.fault("expire_token", match={"path": "Soap"})
    (outcome,) = system.convert([Conversion(lead, account, None, "Closed - Converted")])
    assert isinstance(outcome, Done)


def test_a_text_in_the_body_never_turns_into_the_token(org: Org, system: SalesforceSystem) -> None:
    lead, account = a_lead(org), an_account(system)
    (outcome,) = system.convert([Conversion(lead, account, None, "Closed - Converted", None, True, "{session}")])
    assert isinstance(outcome, Done)
    assert [row["Name"] for row in org.rows("Opportunity").values()] == ["{session}"]
