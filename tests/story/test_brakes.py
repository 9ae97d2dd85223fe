"""Each brake pulled by a run of the whole line: nothing is written, the message says how to go on, `--allow` does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from connector.core.brakes import Limits
from connector.errors import BrakePulled
from connector.runs.parts import RunSettings
from connector.runs.sync import make_plan
from connector.sandbox.salesforce.settings import DuplicateRule
from connector.sandbox.salesforce.settings import Settings as SalesforceSandbox
from tests.story.people import active, calm, lead_fields, live, open_holds, writes
from tests.story.town import MAPPINGS, Town

LIMITS = Limits(mass_change_min=4, vanished_min=3, mapping_change=2, refusals_min=4)
SETTINGS = RunSettings(limits=LIMITS)

MakeTown = Callable[..., Town]


def braked(make_town: MakeTown, mappings: Path = MAPPINGS) -> Town:
    return make_town(settings=SETTINGS, mappings=mappings)


def with_leads(town: Town, count: int = 6) -> list[str]:
    leads = [town.new_salesforce("Lead", **lead_fields(f"Akin{n}", f"Aethna{n} Inc")) for n in range(count)]
    town.sync()
    return leads


def release(town: Town, name: str) -> None:
    town.settings = replace(SETTINGS, allow=frozenset({name}))
    town.reload()


def stopped(town: Town, name: str) -> None:
    """The plan shows the brake, and a run stops at it without a write; the run's record says why."""
    assert f"--allow {name}" in make_plan(town.parts).brake
    before = town.rows("netsuite", "customer"), town.rows("salesforce", "Lead")
    with pytest.raises(BrakePulled, match=f"--allow {name}"):
        town.sync()
    assert (town.rows("netsuite", "customer"), town.rows("salesforce", "Lead")) == before
    assert "stopped by a brake" in town.store.runs()[0].ended


def test_a_mass_change_waits_for_a_word(make_town: MakeTown) -> None:
    town = braked(make_town)
    for lead in with_leads(town):
        town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    stopped(town, "mass-change")
    release(town, "mass-change")
    report = town.sync()
    assert report.counts["netsuite.lead.updated"] == 6
    assert town.store.runs()[0].counts["brakes.mass-change.released"] == 1
    assert report.released[0].startswith("released by --allow mass-change: the plan changes 6 of 6")
    calm(town)


# --- vanished ------------------------------------------------------------------------------------------------


def vanish(town: Town, leads: list[str]) -> None:
    """Not deleted: not there, as for a user who lost the right to see them."""
    org = town.stand.salesforce.org
    for lead in leads:
        org.store.remove(org.sobject("Lead"), lead)


def test_a_complete_read_that_shows_too_little_is_not_believed(make_town: MakeTown, tmp_path: Path) -> None:
    mappings = Path(shutil.copytree(MAPPINGS, tmp_path / "mappings"))
    town = braked(make_town, mappings)
    leads = with_leads(town)
    vanish(town, leads[:4])
    touch(mappings)
    town.reload()
    stopped(town, "vanished")
    release(town, "vanished")
    report = town.sync()
    assert writes(report) == 0
    assert len(active(town, "customer")) == 6


def test_a_read_in_which_many_are_gone_is_not_believed(make_town: MakeTown) -> None:
    town = braked(make_town)
    leads = with_leads(town)
    for lead in leads[:4]:
        town.salesforce("delete", type="Lead", id=lead)
    stopped(town, "vanished")
    assert open_holds(town) == []
    release(town, "vanished")
    town.sync()
    assert open_holds(town) == [("deleted", None)] * 4
    town.settings = SETTINGS
    town.reload()
    calm(town)


def test_a_few_deletes_are_a_days_work(make_town: MakeTown) -> None:
    town = braked(make_town)
    for lead in with_leads(town)[:2]:
        town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    assert open_holds(town) == [("deleted", None)] * 2


def test_an_empty_system_beside_a_lost_state_is_not_filled_anew(make_town: MakeTown) -> None:
    """Both at once: our state is gone, and a login sees no lead although the customers carry our keys."""
    town = braked(make_town)
    leads = with_leads(town)
    vanish(town, leads)
    town.forget()
    stopped(town, "vanished")
    assert live(town, "Lead") == []


# --- mapping -------------------------------------------------------------------------------------------------


def touch(mappings: Path) -> None:
    """Change the files in a way that changes no value."""
    file = mappings / "lead.yaml"
    line = "  job_title:     {netsuite: title, salesforce: Title,"
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, f"{line} owner: newest,"))


def test_a_changed_mapping_may_not_rewrite_what_was_in_step(make_town: MakeTown, tmp_path: Path) -> None:
    mappings = Path(shutil.copytree(MAPPINGS, tmp_path / "mappings"))
    file = mappings / "lead.yaml"
    whole = file.read_text()
    without = "\n".join(line for line in whole.splitlines() if not line.strip().startswith("job_title:"))
    file.write_text(without + "\n")
    town = braked(make_town, mappings)
    for lead in with_leads(town, 3):
        town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.sync()
    assert all(row["title"] is None for row in town.rows("netsuite", "customer"))
    file.write_text(whole)
    town.reload()
    stopped(town, "mapping")
    release(town, "mapping")
    report = town.sync()
    assert report.counts["netsuite.lead.updated"] == 3
    town.settings = SETTINGS
    town.reload()
    calm(town)


# --- refusals ------------------------------------------------------------------------------------------------


def test_a_rule_that_refuses_nearly_everything_fills_no_holds(make_town: MakeTown) -> None:
    """Somebody made companies unique in Salesforce: of six leads of one company it takes one."""
    settings = SalesforceSandbox(duplicate_rules=(DuplicateRule("Lead", "Company", "Block"),))
    town = make_town(settings=SETTINGS, salesforce=settings)
    fields = {"isPerson": True, "firstName": "N", "companyName": "Ray Inc", "entityStatus": {"id": "6"}}
    customers = [town.new_netsuite("customer", **fields, lastName=f"Ray{n}") for n in range(6)]
    with pytest.raises(BrakePulled, match="--allow refusals"):
        town.sync()
    assert open_holds(town) == []
    assert len(live(town, "Lead")) == 1
    release(town, "refusals")
    report = town.sync()
    assert report.counts["salesforce.lead.refused"] == 5
    assert town.store.runs()[0].counts["brakes.refusals.released"] == 1
    assert [kind for kind, _ in open_holds(town)] == ["refused"] * 5
    town.settings = SETTINGS
    town.reload()
    town.wait(2 * 3600)
    assert town.sync().counts["salesforce.lead.refused"] == 5, "what is held as refused already says nothing new"
    for n, customer in enumerate(customers):
        town.netsuite("update", type="customer", id=customer, fields={"companyName": f"Ray{n} Inc"})
    town.sync()
    assert len(live(town, "Lead")) == 6
    calm(town)
