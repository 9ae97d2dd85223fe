"""`connector holds` and `connector review` as a person types them, on a state that a run has left."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from connector.core.flow import Hold, Pair
from connector.core.planning.gone import DELETE_WAITS
from connector.core.ports import Overruled
from connector.core.schema import Entity
from connector.state.store import SqlStore, open_store
from connector.ui.cli import main
from connector.ui.tables import MASK
from tests.contract.store.samples import conflict, lead

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = """
netsuite:
  account: TSTDRV1234567
  auth: {method: token, consumer_key: a, consumer_secret: "${env:SECRET}", token_id: b, token_secret: "${env:SECRET}"}
salesforce:
  domain: aethna
  auth: {method: client_credentials, client_id: c, client_secret: "${env:SECRET}"}
state: connector.db
"""

Type = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    (tmp_path / "config.yaml").write_text(CONFIG)
    store = open_store(tmp_path / "connector.db")
    told = {
        "base": Pair("old", "old"),
        "modified_at": Pair(NOON, NOON),
        "modified_by": Pair("7", "005"),
        "names": Pair("Ann Akin", "Ann Akin"),
    }
    refused = Hold("refused", Entity.LEAD, Pair(None, lead(2)), None, "a rule", code="RULE")
    held = [conflict(1, "job_title", Pair("Owner", "CEO")), conflict(3, "budget", Pair(None, None))]
    store.put_holds([*(_with(one, told) for one in held), refused], 1, NOON)
    store.put_overruled([Overruled(Entity.LEAD, lead(1), "phone", "555-1", "555-2", NOON, "005", "owned", NOON, 1)])
    return store


def _with(hold: Hold, facts: dict[str, Any]) -> Hold:
    return replace(hold, **facts)


@pytest.fixture
def type_(store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    monkeypatch.setenv("SECRET", "x-secret-x")
    monkeypatch.setenv("LOGNAME", "jo")
    monkeypatch.chdir(tmp_path)

    def call(*words: str, input: str | None = None) -> Result:
        return CliRunner().invoke(main, words, input=input)

    return call


def text(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(click.unstyle(result.output).split())


def test_holds_are_a_table_with_what_where_why_since_and_the_next_try(type_: Type) -> None:
    shown = text(type_("holds", "--show-values"))
    assert "On hold (3)" in shown
    assert "1 conflict lead job_title Ann Akin [customer 1 / Lead 00Q000000000001AAA] both sides changed it" in shown
    assert "refused lead Lead 00Q000000000002AAA a rule 2026-03-01 2026-03-01 13:00" in shown
    assert "Ann Akin" not in text(type_("holds"))


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("--kind refused", [3]),
        ("--field budget", [2]),
        ("--entity person", []),
        ("--record netsuite:customer:1", [1]),
        ("--record 00Q000000000002AAA", [3]),
    ],
)
def test_filters_say_which_holds_are_meant(type_: Type, words: str, ids: list[int]) -> None:
    data = json.loads(type_("holds", "--json", *words.split()).output)
    assert [one["id"] for one in data["holds"]] == ids


def test_retry_queues_what_is_named(type_: Type, store: SqlStore) -> None:
    assert "1 queued" in text(type_("holds", "retry", "3"))
    assert [one.tries for one in store.open_holds()] == [1, 1, 0]
    assert "3 queued" in text(type_("holds", "retry", "--all"))


@pytest.mark.parametrize(
    "words", ["holds retry", "review answer --ignore", "review answer 1", "review answer 1 --ignore --value x"]
)
def test_what_is_meant_must_be_said(type_: Type, words: str) -> None:
    assert type_(*words.split()).exit_code == 2


def test_the_list_to_review_shows_both_sides_the_base_who_and_when(type_: Type) -> None:
    shown = text(type_("review", "--show-values"))
    assert "Waiting for an answer (2)" in shown
    assert "NetSuite: Owner, before: old, record changed 2026-03-01 12:00 by 7" in shown
    assert "Salesforce: CEO, before: old, record changed 2026-03-01 12:00 by 005" in shown


def test_values_are_masked_where_no_person_reads(type_: Type) -> None:
    for words in (("review",), ("review", "1"), ("review", "--json"), ("review", "overruled")):
        shown = type_(*words).output
        assert "Owner" not in shown and "555-1" not in shown, words
        assert MASK in shown or json.loads(shown)["holds"][0]["values"] == {"netsuite": MASK, "salesforce": MASK}


def test_one_hold_in_full_tells_what_to_do(type_: Type) -> None:
    shown = text(type_("review", "1", "--show-values"))
    assert "NetSuite record: netsuite:customer:1" in shown
    assert "on hold since 2026-03-01 12:00" in shown
    assert shown == text(type_("review", "show", "1", "--show-values"))


def test_an_answer_is_kept_with_who_gave_it_and_shown_until_a_run_carries_it_out(type_: Type, store: SqlStore) -> None:
    shown = text(type_("review", "answer", "1", "--keep", "netsuite"))
    assert "Answered (1): keep NetSuite, by jo" in shown
    (answer,) = store.open_answers()
    assert (answer.choice, answer.value, answer.seen, answer.by) == ("netsuite", "Owner", Pair("Owner", "CEO"), "jo")
    assert "answered: keep NetSuite, by jo" in text(type_("review"))


def test_a_dry_run_of_an_answer_keeps_nothing(type_: Type, store: SqlStore) -> None:
    assert "Would be answered (2): ignore, by jo" in text(
        type_("review", "answer", "--kind", "conflict", "--ignore", "--dry-run")
    )
    assert store.open_answers() == []


def test_a_value_of_the_wrong_sort_is_not_taken_and_says_what_is_expected(type_: Type, store: SqlStore) -> None:
    wrong = type_("review", "answer", "2", "--value", "lots")
    assert wrong.exit_code == 6
    assert "budget takes a number" in wrong.output
    type_("review", "answer", "2", "--value", "1500.50")
    assert str(store.open_answers()[0].value) == "1500.50"


def test_what_waits_for_no_answer_is_named(type_: Type) -> None:
    refused = type_("review", "answer", "3", "--ignore")
    assert refused.exit_code == 6
    assert "it waits for no answer" in refused.output


def test_one_by_one_asks_until_it_has_an_answer(type_: Type, store: SqlStore) -> None:
    shown = text(type_("review", "--interactive", input="s\nv\nlots\nv\n12\n"))
    assert "budget takes a number" in shown
    assert [str(answer.value) for answer in store.open_answers()] == ["CEO", "12"]
    assert "Answered (1): keep Salesforce, by jo" in shown


def test_one_by_one_skips_and_quits(type_: Type, store: SqlStore) -> None:
    type_("review", "--interactive", input="k\nq\n")
    assert store.open_answers() == []


def test_overruled_values_are_found_by_record_and_field(type_: Type) -> None:
    shown = text(type_("review", "overruled", "--record", "00Q000000000001AAA", "--show-values"))
    assert "Overruled (1)" in shown and "phone 555-1 555-2 2026-03-01 12:00 by 005 owned" in shown
    assert "No value was overruled" in text(type_("review", "overruled", "--field", "email"))


def test_an_unknown_hold_is_told(type_: Type) -> None:
    assert "There is no such open hold" in text(type_("review", "99"))
    assert "No open hold is meant by that" in text(type_("review", "answer", "99", "--ignore"))


@pytest.fixture
def deleted(store: SqlStore) -> int:
    """The id of a hold on a lead that Salesforce lists as deleted."""
    reason = "deleted in Salesforce; the other side is left alone"
    gone = Hold("deleted", Entity.LEAD, conflict(5).refs, None, reason, code=DELETE_WAITS, link_id=None)
    store.put_holds([gone], 1, NOON)
    return store.open_holds()[-1].id


@pytest.mark.parametrize(
    ("option", "says"), [("--again", "make it again, by jo"), ("--follow", "delete the other one too, by jo")]
)
def test_what_was_deleted_is_made_again_or_followed(type_: Type, deleted: int, option: str, says: str) -> None:
    assert f"Answered (1): {says}" in text(type_("review", "answer", str(deleted), option))
    assert f"answered: {says}" in text(type_("review", str(deleted)))
    assert type_("review", "answer", "1", option).exit_code == 6


@pytest.mark.parametrize(("key", "choice"), [("a", "again"), ("f", "follow")])
def test_one_by_one_asks_about_deleted_records_too(
    type_: Type, store: SqlStore, deleted: int, key: str, choice: str
) -> None:
    type_("review", "--interactive", "--kind", "deleted", input=f"n\n{key}\n")
    assert [(answer.choice, answer.value) for answer in store.open_answers()] == [(choice, None)]
