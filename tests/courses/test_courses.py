"""A few of the courses; `python -m tests.courses` takes more."""

from __future__ import annotations

import pytest

from tests.courses.course import take


@pytest.mark.parametrize("seed", range(25))
def test_a_course_ends_in_calm_without_loss_or_double(seed: int) -> None:
    told, complaints = take(seed)
    assert complaints == [], told
