"""Styles, marks and circles as matplotlib draws them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, box

from geo.types import BBox
from maps.extent import find_extent
from maps.sheet.frame import fit_frame
from maps.sheet.furniture import list_steps, name_degrees
from maps.sheet.ink import outline_mark, surround, to_dashes, to_patch, trace
from maps.sheet.paper import PAPERS, SHEET_FILES, find_paper
from maps.style import PATTERNS, SHAPES, Style
from maps.wording import Wording

WORDS = Wording()
CORNERS = {  # read by hand from the outlines in a box of 24 x 24
    "square": [(4, 4), (20, 4), (20, 20), (4, 20)],
    "triangle": [(12, 2.5), (22.5, 21), (1.5, 21)],
    "diamond": [(12, 1.5), (22.5, 12), (12, 22.5), (1.5, 12)],
    "bar": [(3, 9), (21, 9), (21, 15), (3, 15)],
    "cross": [
        (9, 3), (15, 3), (15, 9), (21, 9), (21, 15), (15, 15),
        (15, 21), (9, 21), (9, 15), (3, 15), (3, 9), (9, 9),
    ],
    "pentagon": [(12, 2), (22, 9.5), (18, 21), (6, 21), (2, 9.5)],
    "star": [
        (12, 1.5), (15.2, 8.5), (22.5, 9.3), (17, 14.3), (18.6, 21.7), (12, 18), (5.4, 21.7),
        (7, 14.3), (1.5, 9.3), (8.8, 8.5),
    ],
    "hexagon": [(7, 3.3), (17, 3.3), (22, 12), (17, 20.7), (7, 20.7), (2, 12)],
    "up": [(12, 2.5), (22.5, 21), (1.5, 21)],
    "down": [(12, 21.5), (1.5, 3), (22.5, 3)],
}  # fmt: skip
SIGNS = {"up": [(8.5, 16), (15.5, 16), (12, 12.5), (12, 19.5)], "down": [(8.5, 8), (15.5, 8)]}


@pytest.mark.parametrize("name", SHAPES)
def test_marks_have_the_pages_shapes(name):
    outline = outline_mark(name)
    if name == "circle":
        bounds = outline.get_extents()
        assert (bounds.x0, bounds.y0, bounds.x1, bounds.y1) == pytest.approx((3, 3, 21, 21))
        return
    corners = [tuple(corner) for corner in outline.vertices.round(9).tolist()]
    assert corners[: len(CORNERS[name])] == CORNERS[name]
    assert set(corners) == {*CORNERS[name], *SIGNS.get(name, [])}


def test_every_pattern_has_a_hatch():
    hatches = {
        to_patch(Style(stroke="#000000", pattern=pattern.name, fill_opacity=0.5), 1.0)["hatch"]
        for pattern in PATTERNS
    }
    assert len(hatches) == len(PATTERNS)


def test_dashes_are_in_widths_of_the_line():
    assert to_dashes(Style(stroke="#000000", weight=2.0, dash="10 5")) == (0, [5.0, 2.5])
    assert to_dashes(Style(stroke="#000000")) == "solid"


def test_a_hole_stays_a_hole():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    outline = trace(ring)
    assert outline.contains_point((1, 1))
    turns = [shapely.LinearRing(part).is_ccw for part in outline.to_polygons()]
    assert sorted(turns) == [False, True]  # drawn against each other's direction
    assert trace(shapely.GeometryCollection()) is None
    assert len(trace(LineString([(0, 0), (1, 1)])).vertices) == 2


@pytest.mark.parametrize("lat", [0.0, 31.3, 78.2])
def test_circle_of_uncertainty_has_its_radius(lat):
    lon, radius_m = 179.9, 3000.0
    corners = np.asarray(surround((lon, lat), radius_m).exterior.coords)
    geod = Geod(ellps="WGS84")
    metres = geod.inv(
        np.full(len(corners), lon), np.full(len(corners), lat), corners[:, 0], corners[:, 1]
    )[2]
    assert np.abs(metres / radius_m - 1).max() < 0.006  # a sphere for the ellipsoid


def test_extent_leaves_out_the_widest_empty_arc():
    across = MultiPolygon([box(179, -17, 180, -16), box(-180, -17, -179.5, -16)])
    assert find_extent([across]) == BBox(179, -17, 180.5, -16)
    assert find_extent([box(2, 48, 3, 49), box(34, 31, 35, 32)]) == BBox(2, 31, 35, 49)
    assert find_extent([box(-180, 80, 180, 90)]) == BBox(-180, 80, 180, 90)
    assert find_extent([box(-179, 0, -178, 1), box(170, 0, 171, 1)]) == BBox(170, 0, 182, 1)
    assert find_extent([]) is None


def test_frame_has_the_papers_shape_and_holds_its_extent():
    for width, height in ((200, 110), (196, 140), (50, 300)):
        frame = fit_frame(BBox(34.1, 31.1, 34.5, 31.4), width, height)
        across, upward = frame.right - frame.left, frame.top - frame.bottom
        assert across / upward == pytest.approx(width / height)
        west, south, east, north = frame.bounds
        assert west < 34.1 < 34.5 < east  # noqa: PLR0133
        assert south < 31.1 < 31.4 < north  # noqa: PLR0133


def test_degrees_are_named_with_the_decimals_of_their_step():
    assert name_degrees(34.25, 0.05, WORDS, east_west=True) == "34.25°E"
    assert name_degrees(-0.5, 0.1, WORDS, east_west=False) == "0.5°S"
    assert name_degrees(0.0, 10.0, WORDS, east_west=False) == "0°"
    assert name_degrees(-180.0, 30.0, WORDS, east_west=True) == "180°"
    assert list_steps(34.07, 34.43, 0.1) == pytest.approx([34.1, 34.2, 34.3, 34.4])


def test_papers_have_files_of_their_own():
    assert len(SHEET_FILES) == 2 * len(PAPERS)
    assert {"map.pdf", "map.png", "map_a3_portrait.pdf"} < SHEET_FILES
    assert find_paper("A3_Portrait") is PAPERS["a3-portrait"]
    assert find_paper("a4-landscape") is PAPERS["a4"]
