from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.exposure.rounding import round_family, round_parts


@pytest.mark.parametrize(
    ("values", "rounded"),
    [
        pytest.param([1.5, 1.5], [2, 1], id="tie goes to the first"),
        pytest.param([0.4, 0.4, 0.4], [1, 0, 0], id="the total is rounded, not each"),
        pytest.param([3.0, 4.0], [3, 4], id="whole already"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_largest_remainder(values, rounded):
    assert round_parts(values) == rounded


@given(st.lists(st.floats(0, 1e6), max_size=20))
def test_rounded_parts_add_up_and_stay_within_one(values):
    rounded = round_parts(values)
    assert sum(rounded) == round(sum(values))
    assert all(abs(a - b) < 1 + 1e-6 for a, b in zip(rounded, values, strict=True))


def zone(zone_id, kind, radius_km):
    return SimpleNamespace(
        zone_id=zone_id, kind=kind, event_id="E1", lon=1.0, lat=2.0, radius_km=radius_km
    )


FAMILY = [zone("d2", "disc", 2.0), zone("d5", "disc", 5.0), zone("r", "ring", 5.0)]


@given(st.lists(st.floats(0, 1e5), min_size=4, max_size=4))
def test_rounded_rings_add_to_discs_in_every_unit(people):
    a, b, c, d = people
    values = {
        "d2": {"P1": a, None: b},
        "r": {"P1": c, None: d},
        "d5": {"P1": a + c, None: b + d},
    }
    rounded = round_family(FAMILY, values)
    for unit in ("P1", None):
        assert rounded["d5"][unit] == rounded["d2"][unit] + rounded["r"][unit]
    assert sum(rounded["d5"].values()) == pytest.approx(sum(people), abs=0.5001)


def test_inner_disc_without_data_leaves_the_others_right():
    rounded = round_family(FAMILY, {"r": {None: 7.2}, "d5": {None: 7.2}})
    assert rounded == {"r": {None: 7}, "d5": {None: 7}}
