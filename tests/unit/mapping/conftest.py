"""Mapping files for tests: the shipped ones, and copies of them that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connector.core.flow import Ref
from connector.core.mapping.document import Mappings, load_mappings
from connector.core.schema import SystemName

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "mappings"
RECORDINGS = ROOT.parent / "shared" / "reference"


class FakeLinks:
    """Link 7: NetSuite customer 42 and Salesforce account 001A."""

    LINKED = {
        Ref(SystemName.NETSUITE, "customer", "42"): 7,
        Ref(SystemName.SALESFORCE, "Account", "001A"): 7,
    }

    def link_of(self, ref: Ref) -> int | None:
        return self.LINKED.get(ref)

    def ref_of(self, link_id: int, system: SystemName) -> Ref | None:
        return next((ref for ref, known in self.LINKED.items() if known == link_id and ref.system is system), None)


@pytest.fixture(scope="session")
def shipped() -> Mappings:
    return load_mappings(SHIPPED)


@pytest.fixture
def links() -> FakeLinks:
    return FakeLinks()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files."""
    copy = tmp_path / "mappings"
    shutil.copytree(SHIPPED, copy)
    return copy


@pytest.fixture
def recordings() -> Path:
    if not RECORDINGS.is_dir():
        pytest.skip("the vendors' recordings are not beside the project")
    return RECORDINGS
