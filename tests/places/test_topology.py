from __future__ import annotations

import pytest

from geo.places.topology import area_km2, contains, label_point, read_outlines

SQUARE = [[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]]
HOLE = [(1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0), (1.0, 1.0)]


def test_arcs_are_unscaled_joined_and_run_backwards() -> None:
    topology = {
        "transform": {"scale": [2.0, 1.0], "translate": [10.0, 0.0]},
        "arcs": [[[0, 0], [1, 0], [0, 1]], [[0, 0], [0, 1], [1, 0]]],
        "objects": {
            "countries": {
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, -2]], "properties": {"name": "Nowhere"}}
                ]
            }
        },
    }
    (ring,) = read_outlines(topology)["name:Nowhere"][0]
    assert ring == [(10, 0), (12, 0), (12, 1), (10, 1), (10, 0)]


def test_area_of_a_small_square_at_the_equator() -> None:
    side = 0.01
    ring = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side), (0.0, 0.0)]
    assert area_km2([ring]) == pytest.approx((side * 111.195) ** 2, rel=1e-4)


def test_area_leaves_out_holes() -> None:
    assert area_km2([*SQUARE, HOLE]) == pytest.approx(area_km2(SQUARE) * 0.75, rel=1e-2)


@pytest.mark.parametrize(
    ("spot", "inside"),
    [((0.5, 0.5), True), ((2.0, 2.0), False), ((5.0, 2.0), False)],
    ids=["land", "hole", "outside"],
)
def test_contains(spot: tuple[float, float], inside: bool) -> None:
    assert contains([*SQUARE, HOLE], *spot) is inside


def test_label_point_lies_in_the_largest_part() -> None:
    small = [[(10.0, 0.0), (11.0, 0.0), (11.0, 1.0), (10.0, 1.0), (10.0, 0.0)]]
    lon, lat = label_point([small, SQUARE])
    assert (lon, lat) == (pytest.approx(2, abs=0.3), pytest.approx(2, abs=0.3))


def test_country_across_the_date_line_is_labelled_inside_itself() -> None:
    """As Russia is: from 120 east to 170 west."""
    topology = {
        "transform": {"scale": [0.1, 0.1], "translate": [-180.0, 0.0]},
        "arcs": [[[3000, 500], [500, 0], [-3400, 0], [0, 100], [3400, 0], [-500, 0], [0, -100]]],
        "objects": {"countries": {"geometries": [{"type": "Polygon", "arcs": [[0]], "id": "643"}]}},
    }
    (polygon,) = read_outlines(topology)["643"]
    lon, lat = label_point([polygon])
    assert lon >= 120 or lon <= -170
    assert 50 <= lat <= 60
    assert area_km2(polygon) == pytest.approx(area_km2([_box(120, 190, 50, 60)]), rel=1e-6)


def _box(west: float, east: float, south: float, north: float) -> list[tuple[float, float]]:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]
