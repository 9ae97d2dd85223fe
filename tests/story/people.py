"""What the attack stories share: who is in town, what calm means, and how the connector's people come about."""

from __future__ import annotations

from typing import Any

from connector.runs.report import SyncReport
from tests.story.town import Town

LEAD_STATUS, PROSPECT_STATUS, CUSTOMER_STATUS = "6", "8", "13"


def writes(report: SyncReport) -> int:
    return sum(count for _, count in report.writes)


def calm(town: Town, runs: int = 3) -> SyncReport:
    """Within `runs` runs the connector has nothing more to write and looks only once; its last report."""
    reports = [town.sync() for _ in range(runs)]
    assert [writes(report) for report in reports][-1] == 0, [dict(report.counts) for report in reports]
    assert reports[-1].passes == 1
    assert town.store.pending_intents() == []
    return reports[-1]


def told_alike(town: Town) -> None:
    """Calm, equal, and nobody is a lead here and a customer there."""
    calm(town)
    report = town.verify()
    assert report.differences == ()
    assert report.lead_and_customer == 0


def lead_fields(name: str, company: str) -> dict[str, Any]:
    mail = f"{name.lower()}@{company.split()[0].lower()}.example"
    return {"FirstName": "Ann", "LastName": name, "Company": company, "Email": mail, "Phone": "555-0101"}


def customer_fields(name: str, company: str) -> dict[str, Any]:
    mail = f"{name.lower()}@{company.split()[0].lower()}.example"
    fields = {"isPerson": True, "firstName": "Ann", "lastName": name, "companyName": company, "email": mail}
    return {**fields, "entityStatus": {"id": LEAD_STATUS}}


def linked_lead(town: Town, name: str = "Akin", company: str = "Aethna Inc", **more: Any) -> tuple[str, str]:
    """A lead on both sides, made in Salesforce: its ids in Salesforce and NetSuite."""
    lead = town.new_salesforce("Lead", **{**lead_fields(name, company), **more})
    town.sync()
    return lead, counterpart(town, "Lead", lead)


def counterpart(town: Town, type_: str, id_: str) -> str:
    """The NetSuite id that our key on a Salesforce record names."""
    return str(town.row("salesforce", type_, id_)["NetSuite_Id__c"]).rpartition("-")[2]


def linked_account(town: Town, name: str = "Ray Ltd", **more: Any) -> tuple[str, str]:
    account = town.new_salesforce("Account", Name=name, **{"Type": "Prospect", **more})
    town.sync()
    return account, counterpart(town, "Account", account)


def active(town: Town, type_: str) -> list[dict[str, Any]]:
    return [row for row in town.rows("netsuite", type_) if row["isinactive"] == "F"]


def open_holds(town: Town) -> list[tuple[str, str | None]]:
    return sorted((one.hold.kind, one.hold.field) for one in town.store.open_holds())


def live(town: Town, type_: str) -> list[dict[str, Any]]:
    """Salesforce records that are not in the recycle bin."""
    return [row for row in town.rows("salesforce", type_) if not row["IsDeleted"]]
