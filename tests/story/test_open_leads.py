"""Open leads tell the same story on both sides: new, edited, edited on both sides, and after our state is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.core.flow import Update
from connector.core.schema import SystemName
from connector.errors import BrakePulled
from connector.runs.sync import make_plan, sync
from tests.story.town import MAPPINGS, Town

LEAD = {
    "FirstName": "Kristen",
    "LastName": "Akin",
    "Company": "Aethna Home Products",
    "Email": "kakin@athenahome.example",
    "Phone": "(434) 369-3100",
    "Street": "1 Main St\nSuite 2",
    "City": "Richmond",
    "State": "VA",
    "Country": "USA",
    "Status": "Working - Contacted",
    "LeadSource": "Partner Referral",
    "Salutation": "Ms",
}


def writes(report: Any) -> int:
    return sum(count for _, count in report.writes)


def linked_lead(town: Town, **more: Any) -> tuple[str, str]:
    """A lead made in Salesforce and synced: its Salesforce and NetSuite ids."""
    lead = town.new_salesforce("Lead", **{**LEAD, **more})
    assert town.sync().data()["counts"]["netsuite"]["lead"] == {"created": 1}
    return lead, town.row("salesforce", "Lead", lead)["NetSuite_Id__c"].removeprefix("ns-customer-")


def test_a_new_salesforce_lead_appears_in_netsuite_and_the_next_run_is_quiet(town: Town) -> None:
    _, customer = linked_lead(town)
    row = town.row("netsuite", "customer", customer)
    assert (row["firstname"], row["lastname"], row["companyname"]) == ("Kristen", "Akin", "Aethna Home Products")
    assert (row["isperson"], row["searchstage"], row["entitystatus"]) == ("T", "Lead", 7)
    assert row["phone"] == "(434) 369-3100"
    assert writes(town.sync()) == 0
    assert town.verify().differences == ()


def test_a_thin_netsuite_lead_gets_declared_defaults_that_do_not_come_back(town: Town) -> None:
    company = town.new_netsuite("customer", isPerson=False, companyName="Paper Mill", entityStatus={"id": "6"})
    person = town.new_netsuite("customer", isPerson=True, firstName="Jo", lastName="Doe", email="jo@doe.example")
    town.netsuite("set_status", id=person, status="6")
    town.sync()
    leads = {row["NetSuite_Id__c"]: row for row in town.rows("salesforce", "Lead")}
    assert leads[f"ns-customer-{company}"]["LastName"] == "[not provided]"
    assert leads[f"ns-customer-{person}"]["Company"] == "[not provided]"
    assert writes(town.sync()) == 0
    assert town.row("netsuite", "customer", person).get("companyname") is None
    assert town.row("netsuite", "customer", company).get("lastname") is None


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_one_edit_crosses_as_exactly_one_field(town: Town, side: str) -> None:
    lead, customer = linked_lead(town)
    if side == "salesforce":
        town.salesforce("update", type="Lead", id=lead, fields={"Title": "Director"})
    else:
        town.netsuite("update", type="customer", id=customer, fields={"title": "Director"})
    town.wait(60)
    updates = make_plan(town.parts).plan.of(Update)
    assert [set(update.fields) for update in updates] == [{"title"} if side == "salesforce" else {"Title"}]
    assert writes(town.sync()) == 1
    assert town.row("salesforce", "Lead", lead)["Title"] == town.row("netsuite", "customer", customer)["title"]
    assert writes(town.sync()) == 0


def test_edits_of_different_fields_on_both_sides_both_arrive(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.netsuite("update", type="customer", id=customer, fields={"phone": "555-0199"})
    town.sync()
    assert town.row("netsuite", "customer", customer)["title"] == "CEO"
    assert town.row("salesforce", "Lead", lead)["Phone"] == "555-0199"
    assert writes(town.sync()) == 0


def test_the_same_edit_on_both_sides_settles_without_a_write(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    report = town.sync()
    assert writes(report) == 0
    assert report.holds == ()


def test_different_edits_of_one_field_are_held_with_both_values_and_block_nothing(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO", "City": "Norfolk"})
    town.netsuite("update", type="customer", id=customer, fields={"title": "Owner"})
    report = town.sync()
    (hold,) = report.holds
    assert (hold.kind, hold.field) == ("conflict", "job_title")
    assert (hold.values.netsuite, hold.values.salesforce) == ("Owner", "CEO")
    assert town.row("salesforce", "Lead", lead)["Title"] == "CEO"
    assert town.row("netsuite", "customer", customer)["title"] == "Owner"
    assert report.counts["netsuite.lead.updated"] == 1  # the city went on its way
    assert writes(town.sync()) == 0
    assert len(town.store.open_holds()) == 1
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    assert writes(town.sync()) == 0
    assert town.store.open_holds() == []


def test_clearing_a_field_crosses_as_empty(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Phone": None})
    town.sync()
    assert not town.row("netsuite", "customer", customer).get("phone")
    assert writes(town.sync()) == 0


def test_an_address_edit_updates_the_line_and_appends_none(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("update", type="Lead", id=lead, fields={"City": "Norfolk"})
    town.sync()
    assert "Norfolk" in town.row("netsuite", "customer", customer)["defaultaddress"]
    found = town.parts.systems.netsuite.read(
        [next(iter(town.store.iter_links())).refs.netsuite], {"customer": ("addressBook.billing",)}
    )
    (record,) = found.values()
    assert record.fields["addressBook.billing"]["city"] == "Norfolk"  # type: ignore[index, call-overload]
    answer = town.rows("netsuite", "addressbook")
    assert len(answer) == 1
    assert writes(town.sync()) == 0


def test_losing_our_state_writes_nothing_and_links_again_by_key(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.new_netsuite(
        "customer", isPerson=True, firstName="Bob", lastName="Ray", companyName="Ray", email="b@ray.example"
    )
    town.sync()
    before = sum(1 for _ in town.store.iter_links())
    town.forget()
    report = town.sync()
    assert writes(report) == 0
    assert sum(1 for _ in town.store.iter_links()) == before
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.sync()
    assert town.row("netsuite", "customer", customer)["title"] == "CEO"


def test_records_of_both_sides_that_look_alike_are_linked_not_doubled(town: Town) -> None:
    town.new_salesforce("Lead", **LEAD)
    town.new_netsuite(
        "customer",
        isPerson=True,
        firstName="Kristen",
        lastName="Akin",
        companyName="Aethna Home Products",
        email="KAKIN@athenahome.example",
        title="Director",
        entityStatus={"id": "7"},
    )
    town.sync()
    assert len(town.rows("salesforce", "Lead")) == 1
    assert len(town.rows("netsuite", "customer")) == 1
    assert town.rows("salesforce", "Lead")[0]["Title"] == "Director"
    town.sync()
    assert writes(town.sync()) == 0


def test_a_dry_run_changes_nothing_anywhere(town: Town) -> None:
    linked_lead(town)
    town.new_salesforce("Lead", LastName="New", Company="New Co")
    town.wait(60)
    before = (town.stand.netsuite.digest(), town.stand.salesforce.digest(), town.store.runs(), town.store.rechecks())
    report = sync(town.parts, dry_run=True)
    data = report.data()
    assert data["plan"]["counts"]["netsuite"]["lead"] == {"create": 1}
    after = (town.stand.netsuite.digest(), town.stand.salesforce.digest(), town.store.runs(), town.store.rechecks())
    assert before == after


def test_another_org_with_the_same_state_pulls_the_brake(town: Town) -> None:
    linked_lead(town)
    identity = town.store.identity()
    assert identity is not None
    town.store.set_identity(identity.replace(SystemName.SALESFORCE, "00D000000000001AAA"))
    with pytest.raises(BrakePulled, match="another"):
        town.sync()


def test_automation_that_rewrites_our_value_is_learned_as_agreement(town: Town) -> None:
    town.salesforce("automation", type="Lead", field="Title", kind="upper")
    _, customer = linked_lead(town)
    town.netsuite("update", type="customer", id=customer, fields={"title": "director"})
    town.sync()
    assert town.rows("salesforce", "Lead")[0]["Title"] == "DIRECTOR"
    assert writes(town.sync()) == 0
    assert writes(town.sync()) == 0
    assert town.row("netsuite", "customer", customer)["title"] == "director"


def test_a_held_value_crosses_once_the_mapping_file_knows_it(make_town: Callable[..., Town], tmp_path: Path) -> None:
    """Only the field is held meanwhile; nobody has to touch the record again."""
    files = tmp_path / "mappings"
    shutil.copytree(MAPPINGS, files)
    town = make_town(mappings=files)
    source = town.netsuite("add_list_value", list="leadsource", name="Podcast")["id"]
    town.new_netsuite(
        "customer", isPerson=True, firstName="Bob", lastName="Ray", leadSource={"id": source}, entityStatus={"id": "6"}
    )
    report = town.sync()
    assert [(hold.kind, hold.field) for hold in report.holds] == [("value", "source")]
    assert "Podcast" in report.holds[0].reason
    text = (files / "lead.yaml").read_text()
    assert text.count('      Web: "-6"\n') == 1
    (files / "lead.yaml").write_text(text.replace('      Web: "-6"\n', f'      Web: "-6"\n      Podcast: "{source}"\n'))
    town.reload()
    assert town.sync().counts["salesforce.lead.updated"] == 1
    assert town.rows("salesforce", "Lead")[0]["LeadSource"] == "Podcast"
    assert town.store.open_holds() == []


def test_a_new_mapping_line_reaches_records_that_nobody_touches(make_town: Callable[..., Town], tmp_path: Path) -> None:
    files = tmp_path / "mappings"
    shutil.copytree(MAPPINGS, files)
    lead = (files / "lead.yaml").read_text()
    line = "  mobile_phone:  {netsuite: mobilePhone, salesforce: MobilePhone, as: phone}\n"
    assert line in lead
    (files / "lead.yaml").write_text(lead.replace(line, ""))
    town = make_town(mappings=files)
    town.new_salesforce("Lead", LastName="Ray", Company="Ray", MobilePhone="555-0177")
    town.sync()
    town.wait(3600)
    assert writes(town.sync()) == 0
    (files / "lead.yaml").write_text(lead)
    town.reload()
    assert town.sync().counts["netsuite.lead.updated"] == 1
    assert town.rows("netsuite", "customer")[0]["mobilephone"] == "555-0177"
    assert writes(town.sync()) == 0


def test_a_refused_write_is_tried_again_after_a_rest(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("lock", id=customer)
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    assert [hold.kind for hold in town.sync().holds] == ["refused"]
    town.netsuite("lock", id=customer, locked=False)
    town.wait(3600)
    assert town.sync().counts["netsuite.lead.updated"] == 1
    assert town.row("netsuite", "customer", customer)["title"] == "CEO"
    assert town.store.open_holds() == []


def test_renaming_a_double_resolves_its_hold(town: Town) -> None:
    doubles = [town.new_salesforce("Account", Name="Twin Ltd", Type="Prospect") for _ in range(2)]
    town.new_netsuite("customer", isPerson=False, companyName="Twin Ltd", entityStatus={"id": "8"})
    assert {hold.kind for hold in town.sync().holds} == {"ambiguous"}
    town.salesforce("update", type="Account", id=doubles[1], fields={"Name": "Other Ltd"})
    town.sync()
    town.sync()
    assert town.store.open_holds() == []
    assert sorted(row["companyname"] for row in town.rows("netsuite", "customer")) == ["Other Ltd", "Twin Ltd"]
    assert len(town.rows("salesforce", "Account")) == 2
