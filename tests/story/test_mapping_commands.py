"""`connector mapping ...` as an admin has it: what it prints, and how it ends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.stand import Stand
from connector.ui.sandbox_config import write_config
from connector.ui.tables import MASK
from tests.story.command_line import ROOT, connector

SHIPPED = ROOT / "mappings"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a configuration for two sandboxes that were synced once, and mapping files of one's own."""
    folder = tmp_path_factory.mktemp("mapping")
    stand = Stand(seed=5, directory=folder / "keys", running_clocks=True)
    stand.netsuite.seed(leads=2, prospects=1)
    shutil.copytree(SHIPPED, folder / "mine")
    with stand.serving() as at:
        write_config(folder / "config.yaml", stand, at)
        with (folder / "config.yaml").open("a") as config:
            config.write("mappings: mine\n")
        assert connector("sync", folder=folder).code == 0
        yield folder


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A folder of mapping files of which one says something else."""
    copy = shutil.copytree(folder / "mine", folder / name)
    text = (copy / "lead.yaml").read_text()
    assert old in text
    (copy / "lead.yaml").write_text(text.replace(old, new))
    return copy


def test_a_check_of_sound_files_ends_well(folder: Path) -> None:
    ended = connector("mapping", "check", folder=folder)

    assert ended.code == 0, ended.err
    assert "nothing wrong, and no value is damaged." in ended.out


def test_a_check_names_the_damage_its_place_and_the_repair(folder: Path) -> None:
    files = changed(folder, "rounding", "as: money, decimals: 0}", "as: money}")

    ended = connector("mapping", "check", str(files / "lead.yaml"), folder=folder)

    assert ended.code == 2
    assert "annual_revenue: 0.1 in NetSuite becomes 0 in Salesforce" in ended.out
    assert "-> decimals: 0" in ended.out
    assert "organization.yaml" not in ended.out


def test_a_check_names_a_field_that_does_not_exist(folder: Path) -> None:
    files = changed(folder, "misspelt", "netsuite: title", "netsuite: titel")

    ended = connector("mapping", "check", str(files), folder=folder)

    assert ended.code == 2
    assert "`titel` is not a field of customer in NetSuite" in ended.out
    assert "did you mean `title`?" in ended.out


def test_a_check_names_an_owner_that_cannot_own(folder: Path) -> None:
    line = "employees:      {netsuite: custentity_employees, salesforce: NumberOfEmployees, as: integer"
    files = changed(folder, "owner", line, f"{line}, owner: salesforce, direction: to_salesforce")

    ended = connector("mapping", "check", str(files), "--offline", folder=folder)

    assert ended.code == 2
    assert "`salesforce` owns the field, but values only flow to it" in ended.out


def test_an_offline_check_says_how_old_its_knowledge_is(folder: Path) -> None:
    ended = connector("mapping", "check", "--offline", "--json", folder=folder)

    assert ended.code == 0
    assert ended.data["metadata"]["age_seconds"]["netsuite"] > 0


def test_an_offline_check_without_a_configuration_says_what_it_could_not_check(tmp_path: Path) -> None:
    ended = connector("mapping", "check", str(SHIPPED), "--offline", folder=tmp_path)

    assert ended.code == 0, ended.err
    assert "Not checked, because nothing is remembered of the accounts" in ended.out


def test_a_broken_file_is_told_with_its_place(folder: Path) -> None:
    files = changed(folder, "broken", "entity: lead", "entty: lead")

    connector("mapping", "check", str(files), folder=folder).complains(2, "lead.yaml:", "did you mean `entity`?")


def test_the_examples_run_and_what_they_leave_out_is_named(tmp_path: Path) -> None:
    ended = connector("mapping", "test", folder=tmp_path)

    assert ended.code == 0, ended.err
    assert "all come out as they say" in ended.out
    assert "Rows that no example touches" in ended.out


def test_an_example_that_fails_is_named_and_fails_the_command(folder: Path) -> None:
    files = changed(folder, "example", 'leadSource: "9"', 'leadSource: "8"')

    ended = connector("mapping", "test", str(files), "--json", folder=folder)

    assert ended.code == 2
    assert [one["what"] for one in ended.data["failed"]] == ["`leadSource` came out as '9'"]
    lead = next(one for one in ended.data["files"] if one["file"] == "lead.yaml")
    assert 0 < lead["lines_touched"] < lead["lines"]


def test_a_preview_masks_values_unless_asked(folder: Path) -> None:
    masked = connector("mapping", "preview", "--sample", "1", folder=folder)
    shown = connector("mapping", "preview", "--sample", "1", "--show-values", folder=folder)

    assert (masked.code, shown.code) == (0, 0), masked.err
    assert MASK in masked.out
    assert "lastName=" in shown.out
    assert "lastName=" not in masked.out


def test_a_preview_of_what_is_no_record(folder: Path) -> None:
    ended = connector("mapping", "preview", "--record", "customer 7", folder=folder)

    assert ended.code == 2
    assert "is no record; one is named like `netsuite:customer:647`" in ended.err


def test_a_diff_of_one_file(folder: Path) -> None:
    files = changed(folder, "wider", "as: money, decimals: 0}", "as: money, decimals: 0, owner: newest}")

    ended = connector("mapping", "diff", "mine/lead.yaml", str(files / "lead.yaml"), "--json", folder=folder)

    assert ended.code == 0, ended.err
    assert ended.data["lines"] == {"lead.annual_revenue": "changed"}
    assert (ended.data["compared"], ended.data["records"]) == (4, 0)


def test_the_schema_is_printed_or_written(folder: Path, tmp_path: Path) -> None:
    printed = connector("mapping", "schema", folder=tmp_path)
    written = connector("mapping", "schema", "--out", "schema.json", folder=folder)

    assert (printed.code, written.code) == (0, 0), written.err
    assert printed.data["$schema"] == "http://json-schema.org/draft-07/schema#"
    offered = json.loads((folder / "schema.json").read_text())["$defs"]["LeadLine"]
    assert "custentity_rating" in json.dumps(offered)


def test_nothing_to_suggest(folder: Path) -> None:
    ended = connector("mapping", "suggest", folder=folder)

    assert ended.code == 0
    assert ended.out.startswith("Nothing to suggest")


def test_the_files_that_come_with_the_product_are_not_written(folder: Path) -> None:
    config = (folder / "config.yaml").read_text().replace("mappings: mine\n", "")
    (folder / "plain.yaml").write_text(config)

    ended = connector("mapping", "suggest", "--write", "--config", "plain.yaml", folder=folder)

    ended.complains(2, "the mapping files are those that come with the connector")
