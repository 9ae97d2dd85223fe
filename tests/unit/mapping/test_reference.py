"""The reference of the language says what the code says."""

from __future__ import annotations

import re
import textwrap

import pytest

from connector.core.mapping.document import build_source
from connector.core.mapping.reference import reference
from connector.core.mapping.yaml_file import Source, parse
from tests.unit.mapping.conftest import ROOT

PAGE = ROOT / "docs" / "mapping-reference.md"


def test_the_reference_is_not_stale() -> None:
    fresh = "python -m connector.core.mapping.reference > docs/mapping-reference.md"
    assert PAGE.read_text() == reference(), f"make it anew: {fresh}"


def test_the_reference_has_no_hole() -> None:
    assert "None" not in reference()
    assert "||" not in reference().replace("| |", "")


EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "mapping.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_lines_of_the_tutorial_are_lines(example: str) -> None:
    header = "" if "record:" in example else "netsuite: {record: customer}\nfields:\n"
    lines = example if "record:" in example else textwrap.indent(example, "  ")
    source = parse(f"entity: lead\nsalesforce: {{record: Lead}}\n{header}{lines}".encode(), "lead.yaml")
    assert isinstance(source, Source), source
    build_source(source, lambda name: b"")


def test_the_tutorial_has_lines() -> None:
    assert len(EXAMPLES) > 3
