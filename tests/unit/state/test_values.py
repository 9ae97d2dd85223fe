"""Canonical values survive being kept."""

import json
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.schema import Address, Value
from connector.state.values import dump_value, dump_values, load_value, load_values

texts = st.text(st.characters(codec=None))  # surrogates and NUL included
parts = st.none() | texts
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    texts,
    st.decimals(allow_nan=False),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.builds(Address, parts, parts, parts, parts, parts),
    st.lists(texts).map(tuple),
)


@given(values)
def test_a_value_comes_back_equal_in_value_and_type(value: Value) -> None:
    back = load_value(dump_value(value))
    assert (back, type(back)) == (value, type(value))
    assert str(back) == str(value)  # 1.10 is not 1.1, -0 is not 0


@given(st.dictionaries(texts | st.sampled_from(["decimal", "date", "address"]), values))
def test_values_by_field_come_back_whatever_the_fields_are_called(mapping: dict[str, Value]) -> None:
    text = dump_values(mapping)
    assert load_values(text) == mapping
    assert text.isascii()


@given(st.dictionaries(texts, values, max_size=5), st.randoms())
def test_equal_mappings_give_equal_text(mapping: dict[str, Value], random: Random) -> None:
    names = list(mapping)
    random.shuffle(names)
    assert dump_values(mapping) == dump_values({name: mapping[name] for name in names})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 3, 1), '{"date":"2026-03-01"}'),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), '{"datetime":"2026-03-01T12:00:00+00:00"}'),
        (Address(city="Aachen"), '{"address":{"city":"Aachen"}}'),
        (("a", "b"), '["a","b"]'),
        (None, "null"),
    ],
)
def test_the_text_is_as_stores_of_this_version_hold_it(value: object, text: str) -> None:
    assert dump_value(value) == text  # type: ignore[arg-type]


def test_what_is_no_canonical_value_is_refused() -> None:
    with pytest.raises(TypeError, match="set is not a canonical value"):
        dump_value({"a", "b"})  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        load_value(json.dumps({"strange": 1}))
