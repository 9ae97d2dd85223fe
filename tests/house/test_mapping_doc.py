"""The tutorial for mappings is typed into a shell from its first to its last command, and prints what it shows."""

from __future__ import annotations

import json
import shutil

from tests.house.documents import ROOT, blocks
from tests.house.test_docs import Desk, desk, follow, needs_a_shell
from tests.story.command_line import connector

__all__ = ["desk"]

TUTORIAL = (ROOT / "docs/mapping.md").read_text()


@needs_a_shell
def test_the_tutorial_prints_what_it_shows(desk: Desk) -> None:
    shutil.copytree(ROOT / "mappings", desk.folder / "mappings")

    follow(desk, [block for block in blocks(TUTORIAL) if block.language in ("sh", "text")])

    schema = json.loads((desk.folder / "my-mappings/mapping.schema.json").read_text())
    assert "Sales_Region__c" in json.dumps(schema["$defs"]["LeadLine"])
    assert desk.stop_serving() == 0


def test_the_tutorial_uses_every_command_of_the_group() -> None:
    ended = connector("mapping", "--help", folder=ROOT)
    listed = ended.out.partition("Commands:")[2].split("\n")
    names = [line.split()[0] for line in listed if line.startswith("  ") and not line.startswith("   ")]

    assert len(names) == 6
    assert all(f"connector mapping {name}" in TUTORIAL for name in names)
