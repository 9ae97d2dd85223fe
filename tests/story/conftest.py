from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.story.town import Town


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
