"""The examples in the docstrings of `core` are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from connector import core

MODULES = sorted(found.name for found in pkgutil.walk_packages(core.__path__, "connector.core."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_there_are_examples() -> None:
    tests = [test for name in MODULES for test in doctest.DocTestFinder().find(importlib.import_module(name))]
    assert sum(bool(test.examples) for test in tests) >= 5
