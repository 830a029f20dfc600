"""Gaps of grids that are not in degrees, and facilities whose position is not sure."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import box

from maps.layers import facilities, gaps
from maps.run import Surface, read_run
from maps.wording import Wording

WORDS = Wording()


def test_gaps_of_a_projected_grid_lie_over_its_empty_cells():
    people = np.ones((20, 30))
    people[5:9, 10:16] = np.nan
    west, north, side = 620_000.0, 3_470_000.0, 1_000.0
    grid = {
        "crs": "EPSG:32636",
        "west": west,
        "north": north,
        "cell_width": side,
        "cell_height": side,
        "rows": 20,
        "cols": 30,
    }
    surface = Surface(grid, people, np.ones_like(people), west, north, side, side)
    empty = box(west + 10 * side, north - 9 * side, west + 16 * side, north - 5 * side)
    zone = box(west + 12 * side, north - 12 * side, west + 20 * side, north - 6 * side)
    shapes = gpd.GeoSeries([empty, zone], crs="EPSG:32636").segmentize(200)  # geopandas: the oracle
    hole, drawn = shapes.to_crs(4326)
    gap = gaps._find_gap(surface, drawn)
    expected = shapely.intersection(hole, drawn)
    assert shapely.symmetric_difference(gap, expected).area < 0.01 * expected.area


def test_approximate_positions_are_hollow_and_say_so(run_path):
    drawing = facilities.draw(read_run(run_path), WORDS)
    block = json.loads(drawing.element.block)
    marks = {
        feature["properties"]["popup"]["title"]: block["styles"][feature["properties"]["style"]]
        for feature in block["features"]
    }
    assert marks["Nasser hospital"]["fill"] != "#ffffff"
    crossing = marks["Rafah crossing"]
    assert (crossing["fill"], crossing["stroke"]) == ("#ffffff", marks["Nasser hospital"]["fill"])
    assert [entry.label for entry in drawing.legend] == [
        "Health facility",
        "Crossing or water point, position approximate",
    ]


@pytest.mark.parametrize("turn", [False, True])
def test_no_gap_where_all_cells_have_data(turn):
    people = np.ones((4, 4))
    crs, side = ("EPSG:32636", 1_000.0) if turn else ("EPSG:4326", 0.01)
    west, north = (620_000.0, 3_470_000.0) if turn else (34.0, 31.0)
    grid = {
        "crs": crs,
        "west": west,
        "north": north,
        "cell_width": side,
        "cell_height": side,
        "rows": 4,
        "cols": 4,
    }
    surface = Surface(grid, people, np.ones_like(people), west, north, side, side)
    inside = box(west + side, north - 3 * side, west + 3 * side, north - side)
    zone = gpd.GeoSeries([inside], crs=crs).to_crs(4326).iloc[0]
    assert gaps._find_gap(surface, zone).is_empty
