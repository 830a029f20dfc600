"""Longitude and latitude in each other's column: stopped, never turned silently."""

import numpy as np
import pytest

from geo.errors import TableError

# Roughly the middle of Ukraine; with the numbers swapped it lies in the Indian Ocean.
INSIDE = (31.0, 49.0)


def write(positions, country="Ukraine", header="lon,lat,country"):
    rows = [f"{lon:.4f},{lat:.4f},{country}" for lon, lat in positions]
    return "\n".join([header, *rows]) + "\n"


def spread(count, centre=INSIDE, seed=4):
    rng = np.random.default_rng(seed)
    return [(centre[0] + x, centre[1] + y) for x, y in rng.uniform(-1, 1, (count, 2))]


@pytest.mark.parametrize(
    "country",
    [
        pytest.param("Ukraine", id="row9-name"),
        pytest.param("UA", id="row9-code"),
        pytest.param("UKR", id="row9-code-of-three"),
        pytest.param("Ukraine (SSR)", id="row9-name-with-brackets"),
    ],
)
def test_swapped_columns_stop_the_run_and_the_swap_is_proposed(load, country):
    turned = [(lat, lon) for lon, lat in spread(50)]
    with pytest.raises(TableError, match=r"look swapped: of 50 rows looked at, 0 lie.* and 50 do"):
        load(write(turned, country))
    assert len(load(write(turned, country, header="lat,lon,country")).list()) == 50


@pytest.mark.parametrize(
    ("turned", "stops"),
    [
        pytest.param(95, True, id="row9-95-of-100"),
        pytest.param(94, False, id="row9-94-of-100"),
        pytest.param(0, False, id="row9-none"),
    ],
)
def test_the_share_of_swapped_rows_decides(load, turned, stops):
    positions = [
        (lat, lon) if n < turned else (lon, lat) for n, (lon, lat) in enumerate(spread(100))
    ]
    if stops:
        with pytest.raises(TableError, match="look swapped"):
            load(write(positions))
    else:
        found = load(write(positions))
        assert found.list("lon, lat") == [(round(x, 4), round(y, 4)) for x, y in positions]


def test_row9_both_readings_in_the_country_are_left_as_they_are(load):
    """Chad lies on both sides of the line where longitude and latitude are equal."""
    positions = [(15.5 + n / 100, 14.5 + n / 100) for n in range(40)]
    assert len(load(write(positions, "Chad")).list()) == 40


def test_row9_latitudes_out_of_range_are_seen_as_swapped(load):
    positions = [(35.0 + n / 100, 138.0 + n / 100) for n in range(30)]  # Japan
    with pytest.raises(TableError, match=r"column 'lon' is the latitude and 'lat' the longitude"):
        load(write(positions, "Japan"))


def test_row9_a_country_that_is_not_known_is_no_ground_to_stop(load):
    turned = [(lat, lon) for lon, lat in spread(30)]
    assert len(load(write(turned, "Ruritania")).list()) == 30


def test_row9_no_outlines_are_read_where_no_country_is_declared(load, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("outlines were read")

    monkeypatch.setattr("geo.boundaries.read_countries", refuse)
    assert load("lon,lat\n49,31\n").list() == ["row-1"]


def test_row9_the_rows_looked_at_are_the_same_each_time(load):
    """Five hundred of many, drawn by a fixed rule: the message is the same again."""
    turned = [(lat, lon) if n % 40 else (lon, lat) for n, (lon, lat) in enumerate(spread(5000))]
    messages = []
    for _ in range(2):
        with pytest.raises(TableError, match="of 500 rows looked at") as caught:
            load(write(turned))
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
