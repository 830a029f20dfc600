"""Cells of a raster lie in their place on the screen, from the equator to the far north and south.

The oracle is Leaflet's own projection of a cell's true corners; what is compared with it are the
edges of the cell's colour in a picture of the screen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from maps import RiskMap
from tests.maps.conftest import RunWriter
from tests.maps.pictures import take_picture
from tests.maps.test_keyboard import MAP
from tests.maps.vision import find_luminance

pytestmark = pytest.mark.browser

CELL, ROWS, COLS = 0.05, 160, 40  # 8 by 2 degrees: a picture that is not warped is off by cells
MARKED = ((0, 0), (3, 36), (79, 19), (120, 5), (159, 39))
LOOK = f"""([west, south, east, north]) => {{
    const map = {MAP};
    map.setView([(south + north) / 2, (west + east) / 2], 10, {{ animate: false }});
    const frame = map.getContainer().getBoundingClientRect();
    const [low, high] = [[south, west], [north, east]].map((at) => map.latLngToContainerPoint(at));
    return [low.x + frame.x, high.y + frame.y, high.x + frame.x, low.y + frame.y];
}}"""


@dataclass
class MarkedRun(RunWriter):
    """A run whose grid has few people but in some cells, which are of the darkest class."""

    def _make_grid(self):
        tables = super()._make_grid()
        (grid,) = tables["grids"]
        lon, lat = self.rafah
        west, north = lon - CELL * COLS / 2, lat + CELL * ROWS / 2
        grid |= {"west": west, "north": north, "cell_width": CELL, "cell_height": CELL}
        grid |= {"rows": ROWS, "cols": COLS}
        plain = tables["cells"][0] | {"area_km2": 10.0}
        cells = [
            plain | {"row": row, "col": col, "people_fp": self.count(row, col) << 20}
            for row in range(ROWS)
            for col in range(COLS)
        ]
        return {"grids": [grid], "cells": cells}

    def count(self, row, col):
        return 1_000_000 if (row, col) in MARKED else 50


def find_dark_box(picture, near, margin):
    """Return left, top, right and bottom of the dark pixels round a box."""
    left, top, right, bottom = (round(edge) for edge in near)
    left, top = left - margin, top - margin
    part = picture[top : bottom + margin, left : right + margin]
    rows, cols = np.nonzero(find_luminance(part) < 0.06)
    assert len(rows), "no dark cell near its place"
    return left + cols.min(), top + rows.min(), left + cols.max() + 1, top + rows.max() + 1


@pytest.mark.parametrize("lat", [0, 15, 33, 50, 65, -45])
def test_corners_of_cells_lie_within_half_a_cell(open_page, tmp_path, lat):
    run = MarkedRun(rafah=(34.0, float(lat)), units={}).write(tmp_path / "run.duckdb")
    RiskMap(run).save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html", 1280, 1000, reduced_motion="reduce").page
    for box in page.locator("input[type=checkbox]").all():
        box.uncheck()
    for row, col in MARKED:
        west, north = 34.0 + CELL * (col - COLS / 2), lat + CELL * (ROWS / 2 - row)
        truth = page.evaluate(LOOK, [west, north - CELL, west + CELL, north])
        width, height = truth[2] - truth[0], truth[3] - truth[1]
        assert width > 30
        seen = find_dark_box(take_picture(page), truth, round(max(width, height)))
        half = np.array([width, height, width, height]) / 2
        assert (np.abs(np.subtract(seen, truth)) < half).all(), (row, col, seen, truth)
