"""Maps across the date line: one view, one turn of the globe."""

from __future__ import annotations

import json
import re

import pytest
import shapely
from shapely.geometry import box, shape

from geo.assessment import run_assessment
from geo.settings import Settings
from geo.types import BBox
from maps import RiskMap
from maps.extent import find_extent, find_seam, turn_box, turn_geometry, turn_lon

_FIJI = (
    "event_id,role,lat,lon,event_date\n"
    "E1,threatened,-16.8,179.98,2024-03-01\n"
    "E2,site,-16.9,-179.95,2024-03-01\n"
)


def test_box_of_shapes_crosses_the_date_line_where_it_is_narrower_so():
    east, west = box(179.9, -17, 180, -16), box(-180, -17, -179.9, -16)
    assert find_extent([east, west]) == BBox(179.9, -17, 180.1, -16)
    assert find_extent([box(-180.2, -17, -179.7, -16)]) == BBox(179.8, -17, 180.3, -16)
    assert find_extent([box(2, 48, 3, 49), box(34, 31, 35, 32)]) == BBox(2, 31, 35, 49)
    assert find_extent([]) is None


@pytest.mark.parametrize(
    ("area", "seam"),
    [
        (None, None),
        (BBox(34, 31, 35, 32), None),
        (BBox(-170, -20, 169, 20), None),
        (BBox(179.9, -17, 180.1, -16), 0.0),
        (BBox(-176, -22, -174, -18), 5.0),
        (BBox(174, -42, 176, -40), -5.0),
    ],
)
def test_globe_is_cut_across_from_an_area_near_the_date_line(area, seam):
    assert find_seam(area) == seam


def test_turned_shapes_keep_their_area_and_lie_on_one_turn():
    shapes = box(-20, 0, 30, 10)
    turned = turn_geometry(shapes, 5.0)
    assert turned.area == pytest.approx(shapes.area, rel=1e-12)
    assert turned.bounds == (5.0, 0.0, 365.0, 10.0)
    assert turn_geometry(shapes, None) is shapes
    assert turn_geometry(box(6, 0, 7, 1), 5.0).bounds == (6, 0, 7, 1)
    assert turn_geometry(box(-176, 0, -175, 1), 5.0).bounds == (184, 0, 185, 1)
    assert (turn_lon(-176, 5.0), turn_lon(6, 5.0), turn_lon(-176, None)) == (184, 6, -176)
    assert turn_box(BBox(-176, 0, -175, 1), 5.0) == BBox(184, 0, 185, 1)


@pytest.fixture(scope="module")
def fiji(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fiji")
    (folder / "fiji.csv").write_text(_FIJI, encoding="utf-8")
    run = run_assessment(folder / "fiji.csv", Settings(), folder / "run.duckdb")
    RiskMap(run).save(folder / "map.html")
    return folder / "map.html"


def read_layer(page, key):
    found = re.search(rf'<script type="application/json" id="data-{key}">(.*?)</script>', page)
    return json.loads(found[1])["features"]


def test_page_draws_both_sides_of_the_date_line_side_by_side(fiji):
    page = fiji.read_text(encoding="utf-8")
    pins = [shape(feature["geometry"]) for feature in read_layer(page, "events")]
    assert sorted(pin.x for pin in pins) == [pytest.approx(179.98), pytest.approx(180.05)]
    rings = shapely.union_all(
        [shape(feature["geometry"]) for feature in read_layer(page, "distances")]
    )
    assert rings.bounds[0] > 179.8
    assert rings.bounds[2] < 180.2
    view = json.loads(re.search(r'"views":(\[.*?\]),"views_name"', page)[1])[0]["bounds"]
    (south, west), (north, east) = view
    assert 179 < west < 180 < east < 181
    assert -18 < south < north < -16


@pytest.mark.browser
def test_page_opens_near_enough_to_tell_the_rings_apart(fiji, open_page):
    page = open_page(fiji).page
    marks = [mark.bounding_box() for mark in page.locator(".civmap-mark").all()]
    across = max(mark["x"] for mark in marks) - min(mark["x"] for mark in marks)
    assert 20 < across < 400
