"""Sample folders: what goes to which vendor, and that nothing disappears without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.loading import load
from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.salesforce.routes import Salesforce
from connector.sandbox.world import World

HEADER = "Index,Account Id,Lead Owner,First Name,Last Name,Company,Phone 1,Source"


@pytest.fixture
def brains() -> Iterator[tuple[NetSuite, Salesforce]]:
    netsuite, salesforce = NetSuite(World()), Salesforce(World())
    yield netsuite, salesforce
    netsuite.close()
    salesforce.close()


def test_trees_go_to_salesforce_together_and_lists_to_netsuite_one_by_one(
    tmp_path: Path, brains: tuple[NetSuite, Salesforce]
) -> None:
    (tmp_path / "org").mkdir()
    person = {"attributes": {"type": "Contact", "referenceId": "C"}, "LastName": "Å", "AccountId": "@A"}
    company = {"attributes": {"type": "Account", "referenceId": "A"}, "Name": "Grimes", "Nonsense": 1}
    (tmp_path / "org" / "2.json").write_text(json.dumps({"records": [person]}))
    (tmp_path / "org" / "1.json").write_text(json.dumps({"records": [company]}))
    (tmp_path / "a.csv").write_text(
        f'\ufeff{HEADER}\r\n1,x,Ann,Zoë,Ång,"Grimes, Huff",+1-532-344-1362,Web,x\r\n', "utf-8"
    )
    (tmp_path / "b.csv").write_text(HEADER + "\n")
    netsuite, salesforce = brains
    report = load(tmp_path, netsuite, salesforce)
    [account], [contact] = salesforce.rows("Account"), salesforce.rows("Contact")
    assert contact["AccountId"] == account["Id"]
    assert report.salesforce is not None
    assert report.salesforce["loaded"] == {"Account": 1, "Contact": 1}
    assert report.salesforce["lacking"] == {"Account": {"Nonsense": 1}}
    assert {name: told["loaded"] for name, told in report.netsuite.items()} == {"a.csv": 1, "b.csv": 0}
    assert "(beyond the last column)" in report.netsuite["a.csv"]["left_out"]
    assert "Index" in report.netsuite["a.csv"]["left_out"]
    [lead] = netsuite.rows("customer")
    assert (lead["firstname"], lead["companyname"]) == ("Zoë", "Grimes, Huff")
    assert report.skipped == {}
    json.dumps([report.salesforce, report.netsuite])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("notes.txt", b"hello", "neither .json nor .csv"),
        ("broken.json", b"{", "Expecting"),
        ("list.json", b"[]", "not in tree format"),
        ("untyped.json", b'{"records": [{"Name": "x"}]}', "not in tree format"),
        ("people.csv", b"Index,First Name,Last Name\n", "not a list of leads: no column 'Company'"),
        ("empty.csv", b"", "not a list of leads"),
        ("latin.csv", HEADER.encode() + b"\n\xe9\n", "decode"),
    ],
)
def test_a_file_for_neither_is_named_with_why(
    tmp_path: Path, brains: tuple[NetSuite, Salesforce], name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    report = load(tmp_path, *brains)
    assert list(report.skipped) == [name]
    assert why in report.skipped[name]
    assert (report.salesforce, report.netsuite) == (None, {})


def test_no_folder_is_an_error(tmp_path: Path, brains: tuple[NetSuite, Salesforce]) -> None:
    with pytest.raises(NotADirectoryError):
        load(tmp_path / "absent", *brains)
