"""Values of records stay out of what is printed and logged, unless --show-values asks for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.security.canary import leaks
from tests.security.office import ARGUMENTS, Office, account_commands, office

PERSON = {
    "LastName": "Zanarylastname",
    "Company": "Zanarycompany",
    "Email": "zanary@person.example",
    "Phone": "+1 555 010 7788",
    "Title": "Zanarytitle",
}
SAYS = 'The value "Zanarylastname" of zanary@person.example, +1 555 010 7788, is refused.'
LATER = ("Zanaryours", "Zanarytheirs")


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Office]:
    """An office with a conflict in a linked lead, and a newcomer whose refusal repeats all about him."""
    with office(tmp_path) as tapped:
        config = ("--config", str(tapped.folder / "config.yaml"))
        lead = tapped.stand.salesforce_front.act({"do": "create", "type": "Lead", "fields": PERSON})["id"]
        assert tapped.call("sync", *config)[0] == 0
        (customer,) = tapped.stand.netsuite.rows("customer")
        edit(tapped.stand.salesforce_front, "Lead", lead, {"Title": LATER[0]})
        edit(tapped.stand.netsuite_front, "customer", str(customer["id"]), {"title": LATER[1]})
        other = {**PERSON, "LastName": "Zanaryother", "Email": "zanary.other@person.example"}
        tapped.stand.salesforce_front.act({"do": "create", "type": "Lead", "fields": other})
        body = {"status": 400, "o:errorDetails": [{"detail": SAYS, "o:errorCode": "USER_ERROR"}]}
        refusal = {"kind": "reply", "status": 400, "content": json.dumps(body), "times": None}
        tapped.stand.netsuite_front.arm([{**refusal, "match": {"path": "/record/v1/customer$"}}])
        yield tapped


def edit(front: Any, type_: str, id_: str, fields: dict[str, str]) -> None:
    front.act({"do": "update", "type": type_, "id": id_, "fields": fields})


def test_no_command_prints_a_value_unasked(telling: Office) -> None:
    config = ("--config", str(telling.folder / "config.yaml"))
    values = {*PERSON.values(), *LATER, "Zanaryother", "zanary.other@person.example"}
    telling.call("sync", *config)
    telling.call("plan", "--out", str(telling.folder / "plan.json"), *config)
    for command in account_commands():
        words = [word.format(folder=telling.folder) for word in ARGUMENTS.get(command, ())]
        for loud in ((), ("--json", "-vv", "--debug")):
            _, printed = telling.call(*command, *words, *config, *loud)
            assert leaks(values, printed) == [], command


def test_values_are_shown_to_who_asks_for_them(telling: Office) -> None:
    config = ("--config", str(telling.folder / "config.yaml"))
    telling.call("sync", *config)
    assert leaks(LATER, telling.call("status", "--show-values", *config)[1])
