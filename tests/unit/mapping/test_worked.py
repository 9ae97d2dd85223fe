"""The worked examples of the language come out as they say, and nothing of the language is without one."""

from __future__ import annotations

from typing import get_args

import pytest

from connector.core.mapping.codecs import CODECS, WORKED
from connector.core.mapping.examples import run_worked
from connector.core.mapping.expressions import parse
from connector.core.mapping.functions import FUNCTIONS
from connector.core.mapping.language import FORMS, CodecName, FieldLine, ListName
from connector.core.mapping.language_examples import FORM_EXAMPLES, KEY_EXAMPLES
from connector.core.mapping.lookup import LISTS
from connector.core.mapping.worked import Worked

EXAMPLES = [
    pytest.param(worked, id=f"{name}-{number}")
    for group in (WORKED, FORM_EXAMPLES, KEY_EXAMPLES)
    for name, several in group.items()
    for number, worked in enumerate(several)
]
#: Keys that a codec's example shows, or that speak of more than one crossing.
SHOWN_ELSEWHERE = {"netsuite", "salesforce", "as", "country", "currency", "decimals", "scale", "zone", "markup"}
MORE_THAN_A_CROSSING = {"owner", "create_only", "on_too_long"}


@pytest.mark.parametrize("worked", EXAMPLES)
def test_a_worked_example_comes_out_as_it_says(worked: Worked) -> None:
    assert run_worked(worked) == []


def test_a_worked_example_that_is_wrong_is_found() -> None:
    line = "job_title: {netsuite: title, salesforce: Title}"
    assert run_worked(Worked(line, {"title": "CEO"}, {"Title": "CFO"})) == [
        "Title came out as 'CEO', not 'CFO'",
        "title came out as 'CFO', not 'CEO'",
    ]
    assert run_worked(Worked(line, {"title": "CEO"}, {}, "to_salesforce", "too long")) == ["held: nothing"]


def test_every_codec_has_examples_and_a_description() -> None:
    assert set(CODECS) == set(WORKED) == set(get_args(CodecName)) - {"address", "link", "lookup"}
    assert all(WORKED.values())
    assert all(len(make.__doc__ or "") > 10 for make in CODECS.values())


def test_every_form_and_every_key_has_examples() -> None:
    assert set(FORM_EXAMPLES) == set(FORMS)
    keys = {info.alias or name for name, info in FieldLine.model_fields.items()}
    assert set(KEY_EXAMPLES) == keys - SHOWN_ELSEWHERE - MORE_THAN_A_CROSSING
    shown = " ".join(worked.lines for several in WORKED.values() for worked in several)
    assert all(f"{key}: " in shown for key in SHOWN_ELSEWHERE)


def test_every_list_can_be_named() -> None:
    assert set(LISTS) == set(get_args(ListName))


@pytest.mark.parametrize(
    ("expression", "wanted"), [one for function in FUNCTIONS.values() for one in function.worked], ids=str
)
def test_a_function_gives_what_its_example_says(expression: str, wanted: object) -> None:
    assert parse(expression).value({}) == wanted


def test_every_function_has_examples_and_a_description() -> None:
    for name, function in FUNCTIONS.items():
        assert function.worked and function.description.endswith("."), name
        assert all(name in expression for expression, _ in function.worked)
