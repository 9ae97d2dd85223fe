"""The reference of the language says what the code says."""

from __future__ import annotations

from connector.core.mapping.reference import reference
from tests.unit.mapping.conftest import ROOT

PAGE = ROOT / "docs" / "mapping-reference.md"


def test_the_reference_is_not_stale() -> None:
    fresh = "python -m connector.core.mapping.reference > docs/mapping-reference.md"
    assert PAGE.read_text() == reference(), f"make it anew: {fresh}"


def test_the_reference_has_no_hole() -> None:
    assert "None" not in reference()
    assert "||" not in reference().replace("| |", "")
