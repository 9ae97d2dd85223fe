"""Every key of the language misspelt by one letter, and every value of a wrong type: each named at its own place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from connector.core.mapping import language
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.yaml_file import Path
from tests.unit.mapping.whole_language import WHOLE, built, write

MODELS = [model for model in vars(language).values() if isinstance(model, type) and issubclass(model, BaseModel)]
KEYS = {info.alias or name for model in MODELS for name, info in model.model_fields.items()}


def walk(node: Any, path: Path = ()) -> Iterator[Path]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, key)
        yield from walk(value, (*path, key))


def is_free(path: Path) -> bool:
    """Whether the last step is a name of the admin's own: a field, a value, a variant."""
    above = path[-2] if len(path) > 1 else ""
    in_record = above in ("netsuite", "salesforce") and bool({"left_out", "given", "expect"} & set(path))
    in_condition = above in ("netsuite", "salesforce") and path[0] == "fields" and "when" in path
    is_field = path[0] == "fields" and len(path) == 2
    return is_field or in_record or in_condition or above in ("create", "demands", "yes_when", "values")


OWN = [path for path in walk(WHOLE) if isinstance(path[-1], str) and not is_free(path)]


def test_the_file_uses_every_key_of_the_language() -> None:
    assert isinstance(built(write(WHOLE).text), EntityMapping)
    assert {path[-1] for path in OWN} == KEYS


def renamed(path: Path, new: str) -> dict[str, Any]:
    """The file with one key called otherwise, in its place."""
    data = copy.deepcopy(WHOLE)
    node: Any = data
    for step in path[:-1]:
        node = node[step]
    items = [(new if key == path[-1] else key, value) for key, value in node.items()]
    node.clear()
    node.update(items)
    return data


def misspelt(key: str, number: int) -> str:
    """One letter exchanged, doubled or lost, by turns."""
    middle = len(key) // 2
    return [key[:middle] + "q" + key[middle + 1 :], key[:middle] + key[middle] + key[middle:], key[:-1]][number % 3]


@pytest.mark.parametrize(("number", "path"), list(enumerate(OWN)), ids=[".".join(map(str, path)) for path in OWN])
def test_a_misspelt_key_is_named_at_its_place_with_the_right_one(number: int, path: Path) -> None:
    right = str(path[-1])
    wrong = misspelt(right, number)
    written = write(renamed(path, wrong))
    found = built(written.text)
    assert not isinstance(found, EntityMapping), wrong
    place = written.keys[*path[:-1], wrong]
    here = [mistake for mistake in found if (mistake.line, mistake.column) == place]
    assert any(mistake.what == f"unknown key `{wrong}`" for mistake in here), [str(one) for one in found]
    assert len(wrong) < 2 or any(mistake.expected == f"did you mean `{right}`?" for mistake in here), wrong


# --- wrong types -----------------------------------------------------------------------------------------

#: A record may hold anything.
TYPED = [path for path in walk(WHOLE) if not ({"given", "expect"} & set(path[:-1])) and isinstance(path[-1], str)]


def wrong_type(value: Any, path: Path, number: int) -> Any:
    """A value that cannot stand there. A cell of a values table may be one value or several."""
    if "values" in path[:-1]:
        return [[["a"]], [{"x": "y"}]][number % 2]
    if isinstance(value, dict):
        return [7, [7], True][number % 3]
    if isinstance(value, list):
        return {"x": {"y": "z"}}
    return [{"x": {"y": "z"}}, [["a"]]][number % 2]


@pytest.mark.parametrize(("number", "path"), list(enumerate(TYPED)), ids=[".".join(map(str, path)) for path in TYPED])
def test_a_value_of_a_wrong_type_is_named_at_its_place(number: int, path: Path) -> None:
    data = copy.deepcopy(WHOLE)
    wrong = wrong_type(at(WHOLE, path), path, number)
    at(data, path[:-1])[path[-1]] = wrong
    written = write(data)
    found = built(written.text)
    assert not isinstance(found, EntityMapping), wrong
    places = {written.values[path], *(place for below, place in written.keys.items() if below[: len(path)] == path)}
    line, column = written.values[path]
    if isinstance(wrong, list):
        places |= {(line, column + 1), (line, column + 2)}
    assert any((mistake.line, mistake.column) in places for mistake in found), [str(one) for one in found]
    assert not any("Input" in str(mistake) or "pydantic" in str(mistake) for mistake in found)


def at(node: Any, path: Path) -> Any:
    for step in path:
        node = node[step]
    return node
