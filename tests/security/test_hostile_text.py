"""Texts that would end a quote, begin a formula or turn the line around: each arrives as it is, or is held with its
field; none breaks a query, holds up another record, or reaches a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connector.sandbox.broken import Broken
from connector.sandbox.front import Caller, Front
from connector.sandbox.stand import SALESFORCE_INSTANCE_URL
from connector.sandbox.transport import SandboxAdapter
from connector.sandbox.wire import Answer, Request
from connector.systems.netsuite import suiteql
from connector.systems.salesforce import soql
from connector.ui import reports
from connector.ui.tables import cell, printable
from tests.story.people import calm, lead_fields, live
from tests.story.town import Town

HOSTILE = {
    "quote": "O'Hara",
    "double quote": 'the "big" one',
    "backslash": "C:\\new\\table\\",
    "backslash quote": "\\'; x",
    "soql": "x' OR Id != null OR Name = 'y",
    "suiteql": "x'' UNION SELECT 1 --",
    "comment": "a -- b /* c */",
    "semicolon": "x; DROP TABLE customer",
    "template": "{{7*7}} ${env:HOME} {0} %s %(x)s",
    "formula": '=cmd|" /C calc"!A0',
    "plus": "+1+1",
    "at": "@SUM(A1)",
    "percent": "100%25 %00 %_",
    "markup": "<script>alert(1)</script>&amp;",
    "right to left": "abc\u202egnp.exe",
    "zero width": "ad\u200bmin\ufeff",
    "four bytes": "\U0001f600 \U00020bb7",
    "combining": "Zoe\u0308 \u1e9e \u0130",
    "null word": "null",
    "none word": "None",
    "number": "0012",
    "date": "2026-02-30",
    "boolean": "false",
    "pipe": "a|b;c,d",
    "key": "ns-customer-1",
}
CONTROL = {"escape": "\x1b[31mred\x1b[0m", "bell": "a\x07b", "lone surrogate": "x\ud800y", "nul": "a\0b"}
LONG = "x" * 100_000


@pytest.fixture
def town() -> Iterator[Town]:
    one = Town()
    yield one
    one.close()


def test_hostile_texts_cross_from_salesforce_as_they_are(town: Town) -> None:
    for number, text in enumerate(HOSTILE.values()):
        names = {"FirstName": "Ann", "LastName": f"L{number}", "Company": f"{text} {number}"}
        town.new_salesforce("Lead", **names, Title=text, Description=text)
    town.sync()
    calm(town)
    rows = {row["lastname"]: row for row in town.rows("netsuite", "customer")}
    for number, text in enumerate(HOSTILE.values()):
        row = rows[f"L{number}"]
        assert (row["title"], row["comments"], row["companyname"]) == (text, text, f"{text} {number}")
    assert town.store.open_holds() == []
    assert town.verify().differences == ()


def test_hostile_texts_cross_from_netsuite_as_they_are(town: Town) -> None:
    for number, text in enumerate(HOSTILE.values()):
        town.new_netsuite("customer", **person(number, text), title=text, comments=text)
    town.sync()
    calm(town)
    rows = {row["LastName"]: row for row in live(town, "Lead")}
    for number, text in enumerate(HOSTILE.values()):
        row = rows[f"N{number}"]
        assert (row["Title"], row["Description"], row["Company"]) == (text, text, f"{text} {number}")
    assert town.store.open_holds() == []
    assert town.verify().differences == ()


def person(number: int, text: str) -> dict[str, Any]:
    names = {"isPerson": True, "firstName": "Bob", "lastName": f"N{number}", "companyName": f"{text} {number}"}
    return {**names, "entityStatus": {"id": "6"}}


def test_hostile_names_survive_a_conversion(town: Town) -> None:
    texts = [text for name, text in HOSTILE.items() if name not in ("null word", "none word", "key")]
    leads = [town.new_salesforce("Lead", LastName=text, Company=f"{text} & Co", FirstName="=Ann") for text in texts]
    town.sync()
    for lead in leads:
        town.salesforce("convert", id=lead, opportunity="'); --")
    town.sync()
    calm(town)
    assert {row["lastname"] for row in town.rows("netsuite", "contact")} >= set(texts)
    assert town.verify().differences == ()


@pytest.mark.parametrize("text", [*HOSTILE.values(), *(CONTROL[name] for name in ("escape", "bell"))])
@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_a_hostile_key_of_somebody_else_is_only_a_text(town: Town, side: str, text: str) -> None:
    """What another program wrote into our key field names no record of ours, whatever it looks like."""
    if side == "salesforce":
        town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"), NetSuite_Id__c=text)
    else:
        try:
            town.new_netsuite("customer", **person(1, "Aethna"), externalId=text)
        except ValueError:
            pytest.skip("NetSuite takes no such external id")
    town.new_salesforce("Lead", **lead_fields("Bystander", "Bystander Inc"))
    town.sync()
    calm(town)
    assert len(town.rows("netsuite", "customer")) + len(town.store.open_holds()) >= 2
    assert [row["lastname"] for row in town.rows("netsuite", "customer")].count("Bystander") == 1


def test_what_does_not_fit_is_held_and_holds_up_nobody(town: Town) -> None:
    for number, text in enumerate((*(CONTROL[name] for name in ("escape", "bell")), LONG[:30_000])):
        town.new_salesforce("Lead", **lead_fields(f"L{number}", f"C{number}"), Description=text)
    town.new_salesforce("Lead", **lead_fields("Bystander", "Bystander Inc"))
    town.sync()
    calm(town)
    assert "Bystander" in {row["lastname"] for row in town.rows("netsuite", "customer")}
    arrived = {row["lastname"] for row in town.rows("netsuite", "customer")}
    held = {str(ref) for one in town.store.open_holds() for _, ref in one.hold.refs if ref}
    assert len(arrived) + len(held) >= 4


@pytest.mark.parametrize("text", HOSTILE.values())
def test_a_quoted_text_finds_exactly_its_record(town: Town, text: str) -> None:
    """Our literals, read by the two query languages: the record with that text, and no other."""
    town.new_salesforce("Lead", LastName="Other", Company="Other Inc", Title="other")
    lead = town.new_salesforce("Lead", LastName="This", Company="This Inc", Title=text)
    client = town.parts.systems.salesforce._client  # type: ignore[attr-defined]
    found = client.every_row(soql.select(("Id",), "Lead", soql.one_of("Title", [text])))
    assert [row["Id"] for row in found] == [lead]
    town.new_netsuite("customer", **person(1, "other"), title="other")
    customer = town.new_netsuite("customer", **person(2, "this"), title=text)
    netsuite = town.parts.systems.netsuite._client  # type: ignore[attr-defined]
    where = f"title IN {suiteql.in_list([suiteql.text(text)])}"
    assert [row["id"] for row in netsuite.all_rows(f"SELECT id FROM customer WHERE {where}")] == [customer]


@pytest.mark.parametrize("text", CONTROL.values())
def test_control_characters_never_enter_a_suiteql_text(text: str) -> None:
    if text == CONTROL["lone surrogate"]:
        pytest.skip("not a control character")
    with pytest.raises(ValueError, match="control character"):
        suiteql.text(text)


@pytest.mark.parametrize("text", [*HOSTILE.values(), *CONTROL.values()])
def test_no_text_steers_a_terminal(text: str) -> None:
    for shown in (printable(text), cell(text)):
        assert not set(shown) & set("\x1b\x07\x00\u202e\u200b\ufeff\ud800")
        shown.encode()


@pytest.mark.parametrize("text", [*HOSTILE.values(), *CONTROL.values(), LONG])
def test_reports_stay_whole(text: str) -> None:
    data = {"holds": [{"reason": text, "values": {"netsuite": text, "salesforce": text}}], text: text}
    shown = json.dumps(reports.harmless(data), ensure_ascii=False)
    assert not set(shown) & set("\x1b\x07\x00\u202e\ud800")
    assert json.loads(json.dumps(data)) == data


def test_a_lone_surrogate_from_a_server_holds_up_nobody(town: Town) -> None:
    """JSON can spell half a character; neither our state nor the other system can hold it."""
    town.new_salesforce("Lead", **lead_fields("Bystander", "Bystander Inc"))
    town.new_salesforce("Lead", **lead_fields("Half", "Half Inc"), Title="MARK")
    spoilt: Any = Spoilt(town.stand.salesforce_front)
    town.salesforce_session.mount(SALESFORCE_INSTANCE_URL, SandboxAdapter(spoilt))
    town.sync()
    assert spoilt.times > 0
    assert "Bystander" in {row["lastname"] for row in town.rows("netsuite", "customer")}
    town.stand.mount(town.salesforce_session)
    town.salesforce("update", type="Lead", id=live(town, "Lead")[1]["Id"], fields={"Title": "Whole"})
    calm(town)
    assert town.verify().differences == ()


class Spoilt:
    """A front that answers with half a character where a record says MARK."""

    def __init__(self, front: Front) -> None:
        self.brain, self._front, self.times = front.brain, front, 0

    def handle(self, request: Request, caller: Caller) -> Answer | Broken:
        answer = self._front.handle(request, caller)
        if not isinstance(answer, Answer) or b"MARK" not in answer.body:
            return answer
        self.times += 1
        return replace(answer, body=answer.body.replace(b"MARK", b"\\ud800"))
