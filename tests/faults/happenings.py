"""Faults that are other people's deeds, or an account's own rules: reactions with a scene of their own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connector.errors import StateLocked
from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from connector.sandbox.salesforce.settings import DuplicateRule
from connector.sandbox.salesforce.settings import Settings as SalesforceSandbox
from connector.state.store import open_store
from tests.faults.calls import Call, named
from tests.faults.laboratory import Laboratory
from tests.faults.reactions import Reaction, assert_no_write_after, struck, working
from tests.faults.scene import assert_nothing_lost, settle
from tests.story.people import counterpart, linked_lead, live, told_alike
from tests.story.town import MAPPINGS


@contextmanager
def laboratory(**options: Any) -> Iterator[Laboratory]:
    lab = Laboratory(**options)
    try:
        yield lab
    finally:
        lab.close()


# --- somebody was quicker -------------------------------------------------------------------------------------------


def _made_meanwhile(call: Call) -> None:
    """Another process makes the very record, with our key, between our look and our write."""

    def beat(request: Any) -> None:
        body = json.loads(request.body)
        if call.side == "salesforce":
            type_, fields = body["records"][0].pop("attributes")["type"], body["records"][0]
        else:
            type_, fields = request.url.rpartition("/")[2], body
        lab.front(call.side).act({"do": "create", "type": type_, "fields": fields})

    with working(call) as lab:
        lab.once(call, "before", beat)
        ending = lab.attempt()
        assert ending.error is None
        assert_nothing_lost(lab, call)


def _edited_meanwhile(call: Call) -> None:
    """A person types into the same field between our read and our write: theirs stays, ours is held."""
    with laboratory() as lab:
        lead, customer = linked_lead(lab, Title="CFO")
        ours, theirs = (lead, customer) if call.side == "netsuite" else (customer, lead)
        edit(lab, call.side == "netsuite", ours, "Ours")
        lab.restart()
        reading = named("Salesforce read" if call.side == "salesforce" else "NetSuite query")
        lab.once(reading, "before", lambda _: edit(lab, call.side != "netsuite", theirs, "Theirs"))
        lab.attempt()
        settle(lab)
        assert lab.row("salesforce", "Lead", lead)["Title"] == ("Theirs" if call.side == "salesforce" else "Ours")
        assert lab.row("netsuite", "customer", customer)["title"] == ("Theirs" if call.side == "netsuite" else "Ours")
        assert [one.hold.kind for one in lab.store.open_holds()] == ["conflict"]


def edit(lab: Laboratory, in_salesforce: bool, id_: str, title: str) -> None:
    type_, field = ("Lead", "Title") if in_salesforce else ("customer", "title")
    deed = {"do": "update", "type": type_, "id": id_, "fields": {field: title}}
    lab.front("salesforce" if in_salesforce else "netsuite").act(deed)


def _deleted_meanwhile(call: Call) -> None:
    """The record goes to the recycle bin while we work on it: it is held, and nothing is made or deleted for it."""
    with laboratory() as lab:
        lead, customer = linked_lead(lab)
        if call.name == "convert":
            lab.netsuite("set_status", id=customer, status="8")
        else:
            edit(lab, call.side == "netsuite", lead if call.side == "netsuite" else customer, "New")
        lab.restart()
        lab.once(call, "before", lambda _: _delete(lab, call.side, lead, customer))
        lab.attempt()
        settle(lab)
        assert len(live(lab, "Lead")) == (0 if call.side == "salesforce" else 1)
        assert len(lab.rows("netsuite", "customer")) == (1 if call.side == "salesforce" else 0)
        assert "deleted" in {one.hold.kind for one in lab.store.open_holds()}


def _delete(lab: Laboratory, side: str, lead: str, customer: str) -> None:
    type_, id_ = ("Lead", lead) if side == "salesforce" else ("customer", customer)
    lab.front(side).act({"do": "delete", "type": type_, "id": id_})


def _converted_meanwhile(call: Call) -> None:
    """A salesperson converts the lead just before our write: we follow the conversion. Where we had made an account
    to convert it into, two people have converted one lead, and both their accounts stay."""
    with laboratory() as lab:
        lead, customer = linked_lead(lab)
        if call.name == "convert":
            lab.netsuite("set_status", id=customer, status="8")
        else:
            edit(lab, False, customer, "New")
        lab.restart()
        lab.once(call, "before", lambda _: lab.front("salesforce").act({"do": "convert", "id": lead}))
        assert lab.attempt().error is None
        told_alike(lab)
        assert [row["IsConverted"] for row in lab.rows("salesforce", "Lead")] == [True]
        assert len(live(lab, "Account")) == (2 if call.name == "convert" else 1)


MADE_MEANWHILE = Reaction("adopted by key", _made_meanwhile)
EDITED_MEANWHILE = Reaction("theirs stays, ours held", _edited_meanwhile)
DELETED_MEANWHILE = Reaction("held, nothing made anew", _deleted_meanwhile)
CONVERTED_MEANWHILE = Reaction("follows the conversion", _converted_meanwhile)


# --- rules of the account -------------------------------------------------------------------------------------------


def _one_of_a_batch(call: Call) -> None:
    """A duplicate rule blocks two records in a batch of twelve: ten and one arrive, the other waits until mended."""
    rule = DuplicateRule("Lead", "Email", "Block")
    with laboratory(salesforce=SalesforceSandbox(duplicate_rules=(rule,))) as lab:
        ids = [_person(lab, n, f"l{n}@c.example" if call.name == "update" else _mail(n)) for n in range(12)]
        if call.name == "update":
            lab.sync()
            for n, id_ in enumerate(ids):
                fields = {"email": "same@c.example" if n in (4, 5) else f"m{n}@c.example"}
                lab.netsuite("update", type="customer", id=id_, fields=fields)
        ending = lab.attempt()
        assert (ending.exit_code, ending.hold_kinds, ending.codes) == (6, ["refused"], {"DUPLICATES_DETECTED"})
        assert len({row["Email"] for row in live(lab, "Lead")} - {"l5@c.example"}) == 11
        lab.netsuite("update", type="customer", id=ids[5], fields={"email": "other@c.example"})
        told_alike(lab)
        assert len({row["Email"] for row in live(lab, "Lead")}) == 12


def _mail(n: int) -> str:
    return "same@c.example" if n in (4, 5) else f"l{n}@c.example"


def _person(lab: Laboratory, n: int, mail: str) -> str:
    names = {"isPerson": True, "firstName": "Bob", "lastName": f"L{n}", "companyName": f"C{n}", "email": mail}
    return lab.new_netsuite("customer", **names, entityStatus={"id": "6"})


def _queue_owned(call: Call) -> None:
    """A lead that a queue owns cannot be converted: held, until a user owns it."""
    with laboratory() as lab:
        lead, customer = linked_lead(lab)
        people = lab.stand.salesforce.org.people
        lab.salesforce("update", type="Lead", id=lead, fields={"OwnerId": people.queue})
        lab.netsuite("set_status", id=customer, status="8")
        assert lab.attempt().hold_kinds == ["refused"]
        lab.salesforce("update", type="Lead", id=lead, fields={"OwnerId": people.humans[0]})
        told_alike(lab)
        assert len(live(lab, "Contact")) == 1


def _rewritten(call: Call) -> None:
    """Automation rewrites what we write: what was read back is the base, and the next run is quiet."""
    with laboratory() as lab:
        for type_, field in (("Lead", "Company"), ("Account", "Name"), ("Contact", "LastName"), ("Lead", "Title")):
            lab.salesforce("automation", type=type_, field=field, kind="upper")
        customer = _person(lab, 1, "one@c.example")
        settle(lab)
        if call.name == "update":
            lab.netsuite("update", type="customer", id=customer, fields={"title": "Buyer"})
        if call.name == "convert":
            lab.netsuite("set_status", id=customer, status="8")
        lab.attempt()
        settle(lab)
        _quiet(lab)


def _rewritten_in_netsuite(call: Call) -> None:
    """A workflow sets another value right after our save: read back, it is the base or their edit, never a loop."""
    with laboratory() as lab:
        lead, customer = linked_lead(lab, Title="Buyer")
        lab.salesforce("update", type="Lead", id=lead, fields={"Title": "Buyer in chief"})
        lab.restart()
        lab.once(call, "after", lambda _: edit(lab, False, customer, "BUYER IN CHIEF"))
        lab.attempt()
        settle(lab)
        _quiet(lab)


def _quiet(lab: Laboratory) -> None:
    lab.sent.clear()
    lab.attempt()
    assert [one.url for one in lab.sent if one.writes] == []


ONE_OF_A_BATCH = Reaction("that one held, the others arrive", _one_of_a_batch)
QUEUE_OWNED = Reaction("held, follows when mended", _queue_owned)
REWRITTEN = Reaction("base is what was read back", _rewritten)
REWRITTEN_IN_NETSUITE = Reaction("base is what was read back", _rewritten_in_netsuite)


# --- accounts that are not what they were ---------------------------------------------------------------------------


def _field_removed(call: Call) -> None:
    """A mapped field is gone from the metadata: the run stops before it writes anything."""
    side, field, lost = ("netsuite", "title", "titel")
    if call.side == "salesforce":
        side, field, lost = ("salesforce", "Title", "Titel__c")
    with TemporaryDirectory() as folder, laboratory() as lab:
        for shipped in MAPPINGS.glob("*.yaml"):
            text = shipped.read_text().replace(f"{side}: {field},", f"{side}: {lost},")
            (Path(folder) / shipped.name).write_text(text.replace(f"{side}: {field}}}", f"{side}: {lost}}}"))
        linked_lead(lab)
        lab.mappings_folder = Path(folder)
        lab.reload()
        lab.sent.clear()
        ending = lab.attempt()
        assert ending.exit_code == 2, ending
        assert lost in str(ending.error)
        assert not any(one.writes for one in lab.sent)


def _other_account(call: Call) -> None:
    """The credentials lead to another account than the state knows: nothing is written there."""
    other: dict[str, Any] = {"seed": 99}
    if call.side == "netsuite":
        other = {"seed": 1, "netsuite": NetSuiteSandbox(account_id="TSTDRV7654321")}
    with laboratory() as lab, laboratory(**other) as wrong:
        linked_lead(lab)
        wrong.new_salesforce("Lead", LastName="Wrong", Company="Wrong Inc")
        own, wrong.store = wrong.store, lab.store
        wrong.restart()
        ending = wrong.attempt()
        assert ending.exit_code == 5, ending
        assert not any(one.writes for one in wrong.sent)
        wrong.store = own


def _fewer_rows(call: Call) -> None:
    """A role that suddenly sees no customers, with 200: nothing is deleted for it, and nothing made twice."""
    empty = {"links": [], "count": 0, "hasMore": False, "items": [], "offset": 0, "totalResults": 0}
    with laboratory() as lab:
        leads = [linked_lead(lab, name, f"{name} Inc")[0] for name in ("Akin", "Moss", "Stone")]
        edit(lab, True, leads[0], "New")
        lab.restart()
        fault = {"kind": "reply", "status": 200, "content": json.dumps(empty), "match": {"body": "FROM customer "}}
        struck(lab, call, {**fault, "times": None})
        settle(lab)
        told_alike(lab)
        assert {row["Id"] for row in live(lab, "Lead")} == set(leads)
        assert len(lab.rows("netsuite", "customer")) == len(leads)
        assert lab.store.open_holds() == []


def _fewer_columns(call: Call) -> None:
    """A column that our role no longer sees is absent, which is not empty: the other side keeps its value."""
    detail = "Invalid search query. Field 'title' for record 'customer' was not found."
    content = json.dumps({"o:errorDetails": [{"detail": detail, "o:errorCode": "INVALID_PARAMETER"}], "status": 400})
    with laboratory() as lab:
        lead, customer = linked_lead(lab, Title="Buyer")
        lab.netsuite("update", type="customer", id=customer, fields={"phone": "555-0199"})
        lab.restart()
        fault = {"kind": "reply", "status": 400, "content": content, "match": {"body": ".title"}, "times": None}
        struck(lab, call, fault)
        assert lab.row("salesforce", "Lead", lead)["Title"] == "Buyer"
        assert lab.row("salesforce", "Lead", lead)["Phone"] == "555-0199"
        lab.restart()
        settle(lab)
        assert lab.verify().differences == ()


def _merged(call: Call) -> None:
    """Two linked NetSuite leads become one: the link moves to the winner, nothing is made or deleted."""
    with laboratory() as lab:
        first, winner = linked_lead(lab, "Akin", "Aethna Inc")
        second, loser = linked_lead(lab, "Moss", "Moss Inc")
        lab.netsuite("merge", type="customer", winner=winner, losers=[loser])
        lab.attempt()
        settle(lab)
        assert len(lab.rows("netsuite", "customer")) == 1
        assert {row["Id"] for row in live(lab, "Lead")} == {first, second}
        assert counterpart(lab, "Lead", first) == winner


FIELD_REMOVED = Reaction("stop before any write, exit 2", _field_removed)
OTHER_ACCOUNT = Reaction("stop before any write, exit 5", _other_account)
FEWER_ROWS = Reaction("no verdict from absence", _fewer_rows)
FEWER_COLUMNS = Reaction("absent is not empty", _fewer_columns)
MERGED = Reaction("link moves, nothing deleted", _merged)


def no_such_field(reply: dict[str, Any]) -> Reaction:
    """The org refuses a query for a field that it had a moment ago: the run stops, no value is taken for empty."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {"kind": "reply", **reply, "times": None})
            assert ending.exit_code in (1, 2), ending
            assert_no_write_after(lab, call)
            assert_nothing_lost(lab, call)

    return Reaction("stop, no value is taken for empty", check)


# --- our own state --------------------------------------------------------------------------------------------------


@contextmanager
def stored() -> Iterator[tuple[Laboratory, Path]]:
    """A laboratory whose state lies in a file, with one linked lead and one edit to carry."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "state.db"
        with laboratory(state=str(place)) as lab:
            lead, _ = linked_lead(lab)
            edit(lab, True, lead, "New")
            lab.sent.clear()
            yield lab, place


def _second_runner(_call: Call) -> None:
    """Another run holds the lock: exit 4, not a single write."""
    with stored() as (lab, place), closing(open_store(place)) as other, other.lock():
        ending = lab.attempt()
        assert isinstance(ending.error, StateLocked)
        assert ending.exit_code == 4
        assert not any(one.writes for one in lab.sent)


def _full_disk(_call: Call) -> None:
    """No page more fits: the run stops before it sends, and goes on when there is room."""
    with stored() as (lab, _):
        limit = _pragma(lab, "max_page_count")
        _pragma(lab, f"max_page_count = {_pragma(lab, 'page_count')}")
        for n in range(200):
            lab.new_salesforce("Lead", FirstName="Ann", LastName=f"L{n}", Company=f"C{n}" * 20)
        error = _error_of(lab)
        assert error is not None
        writes = [one for one in lab.sent if one.writes]
        _pragma(lab, f"max_page_count = {limit}")
        settle(lab)
        told_alike(lab)
        assert len(writes) <= 200, "sent on without being able to remember"


def _pragma(lab: Laboratory, words: str) -> Any:
    connection: Any = lab.store._connection.connection.driver_connection
    return connection.execute(f"PRAGMA {words}").fetchone()[0]


def _error_of(lab: Laboratory) -> BaseException | None:
    try:
        return lab.attempt().error
    except Exception as error:
        return error


def _restored(_call: Call) -> None:
    """Yesterday's copy comes back: found again by key, nothing made twice, nothing deleted."""
    with stored() as (lab, place):
        with closing(sqlite3.connect(place)) as source, closing(sqlite3.connect(f"{place}.old")) as copy:
            source.backup(copy)
        lab.new_salesforce("Lead", FirstName="New", LastName="Comer", Company="Comer Inc")
        _person(lab, 1, "one@c.example")
        settle(lab)
        before = (len(lab.rows("netsuite", "customer")), len(live(lab, "Lead")))
        lab.store.close()
        for ending in ("-wal", "-shm"):
            Path(f"{place}{ending}").unlink(missing_ok=True)
        Path(f"{place}.old").replace(place)
        lab.store = open_store(place)
        lab.restart()
        settle(lab)
        assert (len(lab.rows("netsuite", "customer")), len(live(lab, "Lead"))) == before
        told_alike(lab)


def _damaged(_call: Call) -> None:
    """A page that is not ours any more: an error of ours, before any write."""
    with stored() as (lab, place):
        lab.store.close()
        size = place.stat().st_size
        with place.open("r+b") as file:
            file.write(b"not a database at all" * 20)
            file.truncate(size)
        ending = _reopened(lab, place)
        assert ending is not None
        assert not any(one.writes for one in lab.sent)
        place.unlink()
        lab.store = open_store(place)
        lab.restart()


def _reopened(lab: Laboratory, place: Path) -> BaseException | None:
    try:
        lab.store = open_store(place)
        return lab.attempt().error
    except Exception as error:
        return error


def _state_trouble(call: Call) -> None:
    for check in (_full_disk, _restored, _damaged):
        check(call)


SECOND_RUNNER = Reaction("stop before any write, exit 4", _second_runner)
STATE_TROUBLE = Reaction("stop before sending; a restored copy is found again by key", _state_trouble)
