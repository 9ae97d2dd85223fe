"""Faults of time and of long answers, as reactions: small versions of what `crossing` does at full size."""

from __future__ import annotations

from typing import Any

from connector.core.ports import Wanted
from connector.systems.netsuite.settings import NetSuiteSettings, TokenLogin
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from tests.faults.calls import Call
from tests.faults.crossing import (
    AUTUMN,
    SPRING,
    Figures,
    clocks_apart,
    daylight_saving,
    equal_stamps,
    late_commits,
)
from tests.faults.laboratory import Laboratory
from tests.faults.reactions import Reaction, struck, working
from tests.faults.scene import assert_nothing_lost

FEW = 12


def _clean(*found: Figures) -> None:
    for figures in found:
        assert figures.clean, str(figures)


def dead_locator(reply: dict[str, Any]) -> Reaction:
    """The rest of a long answer cannot be fetched: asked anew from behind the last row."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {**reply, "times": 1})
            assert ending.exit_code == 0, ending
            assert_nothing_lost(lab, call)

    return Reaction("asked anew from the last row", check)


def _shifting_pages(_: Call) -> None:
    """Records change behind and before the page that is being read: each is read once, and again by the next run."""
    lab = Laboratory()
    try:
        ids = [_company(lab, f"C{n:02}") for n in range(12)]
        system = _in_small_pages(lab)
        found = system.changes([Wanted("customer", ("companyName",), None)])["customer"]
        seen = [record.ref.id for record in next(found.pages)]
        for id_ in (ids[1], ids[10]):
            lab.netsuite("update", type="customer", id=id_, fields={"comments": "changed meanwhile"})
        seen += [record.ref.id for page in found.pages for record in page]
        lab.wait(60)
        later = system.changes([Wanted("customer", ("companyName",), found.cursor)])["customer"]
        again = {record.ref.id for page in later.pages for record in page}
        system.session.close()
        assert seen == ids
        assert {ids[1], ids[10]} <= again
    finally:
        lab.close()


def _company(lab: Laboratory, name: str) -> str:
    return lab.new_netsuite("customer", companyName=name, entityStatus={"id": "6"})


def _in_small_pages(lab: Laboratory) -> NetSuiteSystem:
    ours = lab.stand.netsuite_login
    token = TokenLogin(ours.consumer_key, ours.consumer_secret, ours.token_id, ours.token_secret)
    settings = NetSuiteSettings(ours.account_id, token, concurrency=1, page_size=5)
    session = netsuite_session(settings, sleep=lab.clock.sleep)
    lab.stand.mount(session)
    return NetSuiteSystem(settings, session)


LATE_IN_SALESFORCE = Reaction("seen when it commits", lambda _: _clean(late_commits(FEW)))
EQUAL_STAMPS = Reaction("none skipped", lambda _: _clean(equal_stamps(2 * FEW)))
SHIFTING_PAGES = Reaction("read by growing id, none skipped", _shifting_pages)
DAYLIGHT_SAVING = Reaction("none skipped", lambda _: _clean(daylight_saving(FEW, AUTUMN), daylight_saving(FEW, SPRING)))
TWO_DAYS_APART = Reaction("never in a query bound", lambda call: _clean(clocks_apart(FEW, call.side)))
