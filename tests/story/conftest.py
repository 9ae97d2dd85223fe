from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.edited import Make
from tests.story.town import MAPPINGS, Town


@pytest.fixture
def make_town() -> Iterator[Callable[..., Town]]:
    towns: list[Town] = []

    def make(**options: Any) -> Town:
        towns.append(Town(**options))
        return towns[-1]

    yield make
    for town in towns:
        town.close()


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    return make_town()


@pytest.fixture
def towns(make_town: Callable[..., Town], tmp_path: Path) -> Make:
    """Makes a town whose mapping files were edited: file -> what is done to its text."""

    def make(edits: dict[str, Callable[[str], str]], **settings: Any) -> Town:
        folder = tmp_path / "mappings"
        shutil.copytree(MAPPINGS, folder)
        for name, edit in edits.items():
            file = folder / name
            file.write_text(edit(file.read_text()) if file.exists() else edit(""))
        return make_town(mappings=folder, **settings)

    return make
