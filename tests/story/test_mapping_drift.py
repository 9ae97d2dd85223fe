"""An account changes under our feet: one line waits, all others go on, and nothing is lost when it is settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connector.core.flow import Pair, Ref
from connector.core.mapping.document import load_mappings
from connector.core.mapping.translate import EntityMapping
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, SystemName
from connector.errors import MappingError
from connector.runs.advice import NO_ADVICE
from connector.runs.mapping_diff import diff
from connector.runs.mapping_suggest import suggest
from connector.runs.parts import Parts
from connector.runs.report import SyncReport
from connector.runs.status import status
from connector.runs.sync import make_plan, sync
from connector.runs.verify import verify
from connector.state.store import open_store
from tests.doubles.memory_system import MemorySystem
from tests.story.town import MAPPINGS, TestClock

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE


class Accounts:
    """Both vendors in memory, described as the shipped mappings want them, and the connector between them."""

    def __init__(self) -> None:
        self.clock = TestClock()
        self.store = open_store(":memory:")
        self.infos = Pair(self._infos(NETSUITE), self._infos(SALESFORCE))
        self.netsuite = MemorySystem(NETSUITE, self.clock, list(self.infos.netsuite.values()))
        self.salesforce = MemorySystem(SALESFORCE, self.clock, list(self.infos.salesforce.values()))
        self.parts = Parts(Pair(self.netsuite, self.salesforce), self.store, load_mappings(MAPPINGS), self.clock)

    def _infos(self, system: SystemName) -> dict[str, RecordInfo]:
        found: dict[str, RecordInfo] = {}
        for mapping in load_mappings(MAPPINGS).entities.values():
            type_ = mapping.record_type(system)
            names = {*mapping.vendor_fields(system), *mapping.sides.of(system).create}
            old = found[type_].fields if type_ in found else {}
            key = "externalId" if system is NETSUITE else "NetSuite_Id__c"
            found[type_] = RecordInfo(system, type_, {**old, **{n: FieldInfo(n, "text", n) for n in names}}, key)
        return found

    def hide(self, system: SystemName, type_: str, *names: str, renamed: FieldInfo | None = None) -> None:
        """An admin takes fields away."""
        old = self.infos.of(system)[type_]
        kept = {name: info for name, info in old.fields.items() if name not in names}
        kept |= {renamed.name: renamed} if renamed else {}
        memory = self.netsuite if system is NETSUITE else self.salesforce
        memory.redescribe(replace(old, fields=kept))

    def bring_back(self) -> None:
        self.netsuite.redescribe(*self.infos.netsuite.values())
        self.salesforce.redescribe(*self.infos.salesforce.values())

    def sync(self) -> SyncReport:
        self.clock.sleep(60)
        return sync(self.parts)

    def lead(self, number: int, **fields: str) -> Ref:
        self.clock.sleep(1)
        person = {"LastName": f"Lead{number}", "Email": f"lead{number}@a.example", "Company": f"Company {number}"}
        return self.salesforce.add("Lead", {**person, "Status": "Open - Not Contacted", **fields})

    def counterpart(self, lead: Ref) -> Ref:
        return self.store.links([lead])[lead].refs.netsuite

    def in_netsuite(self, lead: Ref, field: str) -> object:
        return self.netsuite.now_in(self.counterpart(lead)).fields.get(field)


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    made = Accounts()
    yield made
    made.store.close()


def test_a_field_that_vanished_is_held_alone_and_crosses_when_it_is_back(accounts: Accounts) -> None:
    lead = accounts.lead(1, Rating="Hot", Title="CEO")
    accounts.sync()
    accounts.hide(SALESFORCE, "Lead", "Rating")
    accounts.salesforce.edit(lead, {"Title": "CFO", "Rating": "Cold"})

    held = accounts.sync()

    assert [(one.field, one.file) for one in held.advice.drift.held] == [("rating", "lead.yaml")]
    assert accounts.in_netsuite(lead, "title") == "CFO"
    assert accounts.in_netsuite(lead, "custentity_rating") == "1"
    assert held.ended == "done"

    accounts.bring_back()
    settled = accounts.sync()

    assert settled.advice.drift.held == ()
    assert accounts.in_netsuite(lead, "custentity_rating") == "3"


def test_the_line_stays_held_run_after_run_and_the_others_stay_quiet(accounts: Accounts) -> None:
    accounts.lead(1, Rating="Hot")
    accounts.sync()
    accounts.hide(SALESFORCE, "Lead", "Rating")

    reports = [accounts.sync() for _ in range(3)]

    assert [[one.field for one in report.advice.drift.held] for report in reports] == [["rating"]] * 3
    assert [report.writes for report in reports] == [Pair(0, 0)] * 3


def test_new_records_are_made_without_the_held_field(accounts: Accounts) -> None:
    accounts.lead(1)
    accounts.sync()
    accounts.hide(SALESFORCE, "Lead", "Rating")
    lead = accounts.lead(2, Title="CEO")

    accounts.sync()

    assert accounts.in_netsuite(lead, "title") == "CEO"


def test_new_records_wait_while_doubles_could_not_be_told(accounts: Accounts) -> None:
    accounts.lead(1)
    accounts.sync()
    accounts.hide(SALESFORCE, "Lead", "Email")
    lead = accounts.lead(2)

    held = accounts.sync()

    assert held.writes == Pair(0, 0)
    assert ["a double could not be told" in hold.reason for hold in held.holds] == [True]

    accounts.bring_back()
    accounts.sync()

    assert accounts.in_netsuite(lead, "email") == "lead2@a.example"


def test_new_records_wait_while_something_is_demanded_that_nothing_gives(accounts: Accounts) -> None:
    accounts.lead(1)
    accounts.sync()
    demanded = FieldInfo("custentity_tax", "text", "Tax number", required=True)
    accounts.hide(NETSUITE, "customer", renamed=demanded)
    lead = accounts.lead(2)

    held = accounts.sync()

    assert held.writes == Pair(0, 0)
    assert "demands `custentity_tax`" in held.holds[0].reason

    accounts.bring_back()
    accounts.sync()

    assert accounts.in_netsuite(lead, "email") == "lead2@a.example"


def test_a_renamed_field_crosses_once_the_proposed_line_stands_in_the_file(accounts: Accounts, tmp_path: Path) -> None:
    lead = accounts.lead(1, Rating="Hot")
    accounts.sync()
    accounts.hide(SALESFORCE, "Lead", "Rating", renamed=FieldInfo("Heat__c", "text", "Rating"))
    accounts.salesforce.edit(lead, {"Heat__c": "Cold"})
    (held,) = accounts.sync().advice.drift.held
    assert held.settle == "salesforce: Heat__c"
    assert accounts.sync().advice.drift.held == (held,)

    text = (MAPPINGS / "lead.yaml").read_text().replace("salesforce: Rating", held.settle)
    for path in MAPPINGS.glob("*.yaml"):
        (tmp_path / path.name).write_text(text if path.name == "lead.yaml" else path.read_text())
    accounts.parts = replace(accounts.parts, mappings=load_mappings(tmp_path))
    report = accounts.sync()

    assert report.advice.drift.held == ()
    assert accounts.in_netsuite(lead, "custentity_rating") == "3"


def test_a_field_that_never_was_there_still_stops_the_run(accounts: Accounts) -> None:
    accounts.hide(SALESFORCE, "Lead", "Rating")

    with pytest.raises(MappingError, match="`Rating` is not a field of Lead in Salesforce"):
        accounts.sync()


def test_suggestions_and_differences_do_not_stumble_over_a_field_that_is_gone(accounts: Accounts) -> None:
    accounts.lead(1, Rating="Hot")
    accounts.sync()
    accounts.hide(SALESFORCE, "Lead", "Rating")
    left = replace(accounts.parts.mappings, entities=without_rating(accounts))

    assert [one.field for one in suggest(accounts.parts).drift.held] == ["rating"]
    assert diff(accounts.parts, left).records == 0


def without_rating(accounts: Accounts) -> dict[Entity, EntityMapping]:
    entities = dict(accounts.parts.mappings.entities)
    lead = entities[Entity.LEAD]
    fields = {name: line for name, line in lead.fields.items() if name != "rating"}
    return {**entities, Entity.LEAD: replace(lead, fields=fields)}


def test_a_plan_and_a_verification_see_the_same_and_remember_nothing(accounts: Accounts) -> None:
    accounts.lead(1, Rating="Hot")
    accounts.sync()
    accounts.hide(SALESFORCE, "Lead", "Rating")

    planned = make_plan(accounts.parts)
    verified = verify(accounts.parts)

    assert [one.field for one in planned.advice.drift.held] == ["rating"]
    assert verified.differences == ()
    assert [one.kind for one in accounts.sync().advice.drift.changes] == ["field vanished"]


def test_the_status_tells_what_changed_and_what_would_settle_it_and_asks_nobody(accounts: Accounts) -> None:
    accounts.lead(1, Rating="Hot")
    accounts.sync()
    assert status(accounts.parts).advice == NO_ADVICE
    accounts.hide(SALESFORCE, "Lead", "Rating", renamed=FieldInfo("Heat__c", "text", "Rating"))
    accounts.lead(2)
    accounts.sync()
    fresh = FieldInfo("custentity_new", "text", "New")
    accounts.netsuite.redescribe(with_field(accounts.infos.netsuite["customer"], fresh))
    accounts.sync()
    calls = [system.calls_made() for _, system in accounts.parts.systems]

    told = status(accounts.parts).advice

    assert [one.what for one in told.drift.changes] == [
        "field appeared: (none) -> New",
        "field renamed: Rating -> Heat__c",
    ]
    assert [(one.file, one.settle) for one in told.drift.held] == [("lead.yaml", "salesforce: Heat__c")]
    assert [system.calls_made() for _, system in accounts.parts.systems] == calls
    accounts.clock.sleep(31 * 24 * 3600)
    assert status(accounts.parts).advice.drift.changes == ()


def with_field(info: RecordInfo, field: FieldInfo) -> RecordInfo:
    return replace(info, fields={**info.fields, field.name: field})


def test_the_status_tells_the_row_for_a_value_that_appeared(accounts: Accounts) -> None:
    listed = replace(accounts.infos.salesforce["Lead"].fields["Rating"], kind="picklist", options={"Hot": "Hot"})
    lead = accounts.infos.salesforce["Lead"]
    accounts.salesforce.redescribe(with_field(lead, listed))
    accounts.netsuite.redescribe(
        with_field(
            accounts.infos.netsuite["customer"],
            FieldInfo("custentity_rating", "reference", options={"1": "Hot", "4": "Frozen"}),
        )
    )
    accounts.sync()
    more = replace(listed, options={"Hot": "Hot", "Frozen": "Frozen"})
    accounts.salesforce.redescribe(with_field(lead, more))
    accounts.lead(1)
    accounts.sync()

    told = status(accounts.parts).advice

    assert [one.what for one in told.drift.changes] == ["value appeared: (none) -> Frozen"]
    assert [(one.file, one.yaml) for one in told.proposals] == [("lead.yaml", 'Frozen: "4"')]


def test_a_value_that_an_account_lacked_crosses_once_it_is_there_though_nobody_touches_the_record(
    accounts: Accounts,
) -> None:
    lead = accounts.infos.salesforce["Lead"]
    listed = replace(lead.fields["Rating"], kind="picklist", restricted=True, options={"Hot": "Hot", "Warm": "Warm"})
    accounts.salesforce.redescribe(with_field(lead, listed))
    ref = accounts.lead(1, Rating="Hot")
    accounts.sync()
    accounts.netsuite.edit(accounts.counterpart(ref), {"custentity_rating": "3"})
    assert [hold.reason for hold in accounts.sync().holds] == ["'Cold' is not a value of Rating in Salesforce"]

    accounts.salesforce.redescribe(with_field(lead, replace(listed, options={"Hot": "Hot", "Cold": "Cold"})))
    accounts.clock.sleep(2 * 24 * 3600)

    assert accounts.sync().holds == ()
    assert accounts.salesforce.now_in(ref).fields["Rating"] == "Cold"
