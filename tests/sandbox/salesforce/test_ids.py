"""Record ids: the checksum of real ones, and what is no id."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.ids import IdMaker, widen

# Ids of recorded answers.
REAL = ("003ak00000luKU1AAM", "001ak00000OQTieAAH", "0019H00000H1RMDQA3", "00Q2x00000AH981EAD", "0062x0000053r8FAAQ")


@pytest.mark.parametrize("real", REAL)
def test_fifteen_characters_widen_to_the_real_eighteen(real: str) -> None:
    assert widen(real[:15]) == widen(real) == widen(real[:15] + real[15:].lower()) == real


@pytest.mark.parametrize(
    "text", ["", "003ak00000luKU1AAA", "003ak00000luKU", "003ak00000luKU1A", "003-k00000luKU1", "é" * 15]
)
def test_a_wrong_checksum_or_shape_is_no_id(text: str) -> None:
    assert widen(text) is None


def test_ids_ascend_and_go_on_after_a_known_one() -> None:
    maker, other = IdMaker(1), IdMaker(1)
    made = [maker.make("00Q") for _ in range(100)]
    assert made == sorted(made)
    other.continue_after(made[-1])
    assert other.make("00Q") == maker.make("00Q")
