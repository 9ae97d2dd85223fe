"""The benchmark of the mapping works, and all contestants translate alike. How fast anything is, is not tested here."""

from __future__ import annotations

import pytest

from bench import mapping as bench


def test_the_hand_written_functions_do_what_the_mapping_does() -> None:
    keys = [(vendor, name) for name, vendor, _ in bench.NAMES]
    reading = bench.plain_mapping().read(bench.NETSUITE, bench.RAW, bench.LINKS)
    assert reading.values == bench.by_hand(keys)(bench.RAW)
    assert (reading.values, reading.problems) == bench.by_hand_with_promises(keys)(bench.RAW)


@pytest.mark.parametrize("name", bench.LIBRARIES)
def test_the_libraries_do_what_the_mapping_does(name: str) -> None:
    pytest.importorskip(name)
    keys = [(vendor, name) for name, vendor, _ in bench.NAMES]
    make, records = bench.LIBRARIES[name]
    found = make(keys)(bench.RAW)
    assert (found[0] if records > 1 else found) == bench.by_hand(keys)(bench.RAW)
    assert records == 1 or len(found) == records


def test_the_cost_of_every_codec_can_be_told() -> None:
    assert len(list(bench.codec_costs(rounds=1, seconds=0.0001))) > 20


def test_both_directions_are_measured() -> None:
    for _, contestants in bench.both_ways():
        found = bench.rates(contestants, rounds=1, seconds=0.0001)
        assert all(rate > 0 for rate in found.values())
