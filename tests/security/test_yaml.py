"""Configuration and mapping files that would blow up, run or hide something: each is one mistake, soon told."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.config import load_config
from connector.core.mapping.document import load_mappings
from connector.core.mapping.yaml_file import SIZE_CAP, parse
from connector.errors import ConfigError, MappingError, Mistake

LONGEST_SECONDS = 20
"""Generous: what is meant is seconds, not hours, on a busy machine."""

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)
BAD = {
    "alias bomb": BOMB,
    "merge keys": "a: &a {x: 1}\nb: {<<: *a}\n",
    "alias": "a: &a 1\nb: *a\n",
    "alias of itself": "a: &a [*a]\n",
    "duplicate key": "netsuite: 1\nnetsuite: 2\n",
    "duplicate key below": "a: {x: 1, x: 2}\n",
    "deep list": "a: " + "[" * 5000 + "]" * 5000,
    "deep mapping": "".join(f"{' ' * n}a:\n" for n in range(900)),
    "huge": "a: " + "x" * SIZE_CAP,
    "python object": "a: !!python/object/apply:os.system ['touch ran']\n",
    "python name": "a: !!python/name:os.system\n",
    "own tag": "a: !secret x\n",
    "binary": "a: !!binary aGVsbG8=\n",
    "set": "a: !!set {x, y}\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "not utf-8": "a: \udcff",
    "nul": "a: \0b\n",
    "tab": "a:\n\tb: 1\n",
    "open quote": 'a: "x\n',
    "open list": "a: [x\n",
    "unprintable": "a: \x07\n",
    "many digits": "a: " + "9" * 100_000 + "\n",
    "many hex digits": "a: 0x" + "f" * 100_000 + "\n",
    "a list": "- a\n- b\n",
    "a word": "a\n",
    "nothing": "",
}


def written(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def refused(read: Callable[[], object]) -> str:
    since = time.monotonic()
    with pytest.raises((ConfigError, MappingError)) as told:
        read()
    assert time.monotonic() - since < LONGEST_SECONDS
    return str(told.value)


@pytest.mark.parametrize("name", BAD)
def test_a_configuration_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.yaml"
    path.write_bytes(written(BAD[name]))
    message = refused(lambda: load_config(path))
    assert len(message) < 4000
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", BAD)
def test_a_mapping_file_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lead.yaml").write_bytes(written(BAD[name]))
    message = refused(lambda: load_mappings(tmp_path))
    assert "lead.yaml" in message
    assert len(message) < 20_000
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["alias bomb", "duplicate key", "deep list", "huge", "python object", "open quote"])
def test_a_mistake_names_its_place(name: str) -> None:
    mistake = parse(written(BAD[name]), "file.yaml")
    assert isinstance(mistake, Mistake)
    assert mistake.line >= 1
    assert mistake.column >= 1


def test_a_file_that_never_ends_is_not_read_to_its_end(tmp_path: Path) -> None:
    assert "1048576" in refused(lambda: load_config(Path("/dev/zero"))).replace(",", "")
