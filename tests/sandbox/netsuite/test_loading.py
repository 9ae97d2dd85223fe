"""Filling an account: lead lists, made-up data, a database file that outlives the process."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from connector.sandbox.netsuite.lead_list import FIELDS, Refused
from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.world import World
from tests.sandbox.netsuite.caller import Caller

_ROW = {
    "Index": "1",
    "Account Id": "A1",
    "Lead Owner": "Rosa",
    "First Name": "Ann",
    "Last Name": "Lee",
    "Company": "Acme",
    "Phone 1": "555 123 4567x12",
    "Phone 2": "",
    "Email 1": "ann@acme.example",
    "Email 2": "a2@acme.example",
    "Website": "http://acme.example/",
    "Source": "Podcast",
    "Deal Stage": "New Lead",
    "Notes": "Hello.",
    "Shoe Size": "42",
}


def test_a_lead_list_loads_and_every_column_is_accounted_for(account: Caller) -> None:
    report = account.brain.load_leads([_ROW])
    assert (report.loaded, report.refused, report.added_sources) == (1, [], ["Podcast"])
    assert set(report.columns) | set(report.left_out) == set(_ROW)
    assert set(report.left_out) == {"Index", "Shoe Size"}
    shown = account.get(f"/customer/{report.ids[0]}")
    assert (shown["isPerson"], shown["searchStage"], shown["leadSource"]["refName"]) == (True, "Lead", "Podcast")
    assert (shown["custentity_import_stage"], shown["custentity_import_owner"]) == ("New Lead", "Rosa")
    assert (shown["phone"], shown["altEmail"], shown["comments"]) == ("555 123 4567x12", "a2@acme.example", "Hello.")


def test_a_refused_row_is_named_and_leaves_nothing(account: Caller) -> None:
    report = account.brain.load_leads([{**_ROW, "Email 1": "none"}, {**_ROW, "Last Name": ""}, {**_ROW, "Source": ""}])
    assert report.loaded == 1
    assert [(refused.row, refused.field) for refused in report.refused] == [(1, "Email 1"), (2, "")]
    assert "Last Name" in report.refused[1].reason
    assert report.added_sources == []
    assert account.rows("SELECT id FROM leadsource WHERE name = 'Podcast'") == []
    assert isinstance(report.refused[0], Refused)


def test_the_sample_lead_list_loads_whole(account: Caller, lead_list: Path) -> None:
    with lead_list.open(newline="") as file:
        rows = list(csv.DictReader(file))
    report = account.brain.load_leads(rows)
    assert (report.loaded, report.refused) == (len(rows), [])
    assert set(report.columns) == set(FIELDS)
    assert set(report.left_out) == {"Index"}
    read = account.rows(
        "SELECT accountnumber, firstname, lastname, companyname, phone, altphone, email, altemail, url, "
        "BUILTIN.DF(leadsource) AS source, comments, custentity_import_stage AS stage, "
        "custentity_import_owner AS owner FROM customer"
    )
    wanted = {tuple(row[column] for column in sorted(FIELDS)) for row in rows}
    names = dict(
        zip(
            ["Account Id", "First Name", "Last Name", "Company", "Phone 1", "Phone 2", "Email 1", "Email 2", "Website"],
            ["accountnumber", "firstname", "lastname", "companyname", "phone", "altphone", "email", "altemail", "url"],
            strict=True,
        )
    )
    names |= {"Source": "source", "Notes": "comments", "Deal Stage": "stage", "Lead Owner": "owner"}
    assert {tuple(row[names[column]] for column in sorted(FIELDS)) for row in read} == wanted


def test_made_up_data_is_the_same_for_the_same_seed(start: Callable[..., Caller]) -> None:
    digests = []
    for _ in range(2):
        account = start()
        made = account.brain.seed(leads=20, prospects=5, customers=3, opportunities=4)
        assert made == {"customer": 28, "contact": 8, "opportunity": 4}
        digests.append(account.brain.digest())
    assert digests[0] == digests[1]
    stages = account.rows("SELECT searchstage, COUNT(*) n FROM customer GROUP BY searchstage ORDER BY searchstage")
    assert stages == [
        {"searchstage": "Customer", "n": "3"},
        {"searchstage": "Lead", "n": "20"},
        {"searchstage": "Prospect", "n": "5"},
    ]


def test_made_up_data_comes_into_one_world_too(start: Callable[..., Caller]) -> None:
    account = start(one_world=True)
    assert account.brain.seed(leads=2, prospects=1)["customer"] == 3


def test_a_database_file_keeps_the_account(tmp_path: Path) -> None:
    path = str(tmp_path / "account.db")
    first = NetSuite(World(7), database=path)
    made = Caller(first).lead()
    digest = first.digest()
    first.close()
    second = NetSuite(World(7), database=path)
    caller = Caller(second)
    assert second.digest() == digest
    assert caller.get(f"/customer/{made}")["firstName"] == "Ann"
    assert int(caller.lead(firstName="Bob")) == int(made) + 1
    second.close()
