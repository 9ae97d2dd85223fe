"""The account's clock: local text and instants, on every night of the year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.systems.netsuite import zone

ZONES = (
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "America/St_Johns",
    "UTC",
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))
NEAR_A_CHANGE = st.tuples(
    st.sampled_from([datetime(2026, 11, 1, 9), datetime(2026, 3, 8, 10), datetime(2026, 10, 25, 1)]),
    st.integers(-6 * 3600, 6 * 3600),
).map(lambda parts: parts[0].replace(tzinfo=UTC) + timedelta(seconds=parts[1]))


@given(MOMENTS | NEAR_A_CHANGE, st.sampled_from(ZONES), st.integers(0, 12 * 3600))
def test_nothing_from_the_start_on_is_before_the_bound(start_at: datetime, name: str, later: int) -> None:
    """Compared as local texts."""
    where = zone.zone(name)
    bound = zone.lower_bound(start_at, where)
    assert zone.local_text(start_at + timedelta(seconds=later), where) >= bound


@given(MOMENTS | NEAR_A_CHANGE, st.sampled_from(ZONES), st.integers(0, 1))
def test_the_bound_is_no_later_moment_whichever_way_it_is_read(start_at: datetime, name: str, fold: int) -> None:
    """Compared as instants, the second of two possible ones included."""
    where = zone.zone(name)
    bound = datetime.fromisoformat(zone.lower_bound(start_at, where)).replace(tzinfo=where, fold=fold)
    assert bound.astimezone(UTC) <= start_at


@given(MOMENTS | NEAR_A_CHANGE, st.sampled_from(ZONES))
def test_text_and_moment_turn_into_each_other_or_the_earlier_one(at: datetime, name: str) -> None:
    where = zone.zone(name)
    back = zone.utc(zone.local_text(at, where), where)
    assert back == at or (back < at and zone.clock_changes_near(at, at, where))


@given(MOMENTS)
def test_the_bound_is_tight_on_ordinary_days(at: datetime) -> None:
    where = ZoneInfo("America/Los_Angeles")
    if not zone.clock_changes_near(at, at, where):
        assert zone.utc(zone.lower_bound(at, where), where) == at


@pytest.mark.parametrize(("name", "hour"), [("+02:00", 10), ("-07:30", 19), ("UTC", 12), ("Asia/Tokyo", 3)])
def test_zones_come_by_name_or_offset(name: str, hour: int) -> None:
    assert zone.utc("2026-06-01 12:00:00", zone.zone(name)).hour == hour


@pytest.mark.parametrize("name", ["", "Mars/Base", "../../etc/passwd", "+2", "\0"])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="zone"):
        zone.zone(name)


def test_the_accounts_clock_in_a_repeated_hour_is_the_earlier_moment() -> None:
    clock = zone.AccountClock("America/Los_Angeles", "2026-11-01 01:30:00")
    assert clock.now_at == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
