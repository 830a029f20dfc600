"""Coverage: how often 90 % intervals hold the truth of made-up worlds, counted point by point.

A world has three districts side by side, people in cells of a kilometre or so, and one threatened
place. What is true is made from what is told by errors of the sizes that `civmap` assumes, but of
another form where that can be (lognormal, not even), and people within reach are counted here by
geodesic distance from points, with none of the engine's own geometry.
"""

import datetime as dt
import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod
from shapely import box

from geo.boundaries import UNIT_COLUMNS
from geo.database.store import create_run, fetch_records
from geo.draws import Draws
from geo.events import Event, EventSet
from geo.exposure.estimate import Inputs, estimate_exposure
from geo.exposure.zones import build_zones
from geo.people import Figure, PopulationGrid, unit_people
from geo.people.static_doubt import years_since
from geo.places import Place
from geo.types import Source

WORLDS = 500
AS_OF = dt.date(2024, 7, 1)
CELL = 0.01
ROWS, COLS = 24, 60
EDGES = (0, 18, 40, 60)  # columns of the three districts
PARTS = 6  # points a side in a cell
NINETY = 1.6449  # standard deviations to the 95 % point
CELL_KM2 = 1.2309
GEOD = Geod(ellps="WGS84")


def lognormal(rng, factor):
    """Return an error that is within `factor`, up or down, in nine cases of ten."""
    return float(np.exp(rng.normal() * np.log(factor) / NINETY))


def uneven(rng, low, best, high):
    """Return a quantity even on either side of its best, with these 5 % and 95 % points."""
    u = rng.random()
    return best + (u - 0.5) / 0.45 * ((best - low) if u < 0.5 else (high - best))


def make_units():
    shapes = [box(a * CELL, 0, b * CELL, ROWS * CELL) for a, b in itertools.pairwise(EDGES)]
    areas = [(b - a) * ROWS * CELL_KM2 for a, b in itertools.pairwise(EDGES)]
    columns = {
        "pcode": ["A", "B", "C"],
        "name": ["A", "B", "C"],
        "name_ar": None,
        "admin_level": 2,
        "parent_pcode": "P",
        "country": "XX",
        "area_km2": areas,
        "source_id": "s",
    }
    assert set(columns) == set(UNIT_COLUMNS) - {"geometry"}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


UNITS = make_units()
DISTRICT = np.repeat([0, 1, 2], np.diff(EDGES))


class World:
    """What is told of a world, and what is true."""

    def __init__(self, rng, kind):
        self.kind = kind
        self.static = rng.gamma(0.4, 300.0, (ROWS, COLS))
        self.told = np.array([rng.uniform(0.16, 0.44), rng.uniform(0.06, 0.18)])
        self.precision_km = float(rng.choice([0.5, 2.0, 4.0]))
        self.radius_km = float(rng.choice([2.5, 5.0]))
        self.at = self._move(rng)
        self.reach_km = self.radius_km * uneven(rng, 0.9, 1.0, 1.1)
        near = self._points_within(self.at, self.reach_km)
        self.figures = []
        self.truth = (self._settle(rng, near) * near).sum()

    def _move(self, rng):
        lon, lat, _ = GEOD.fwd(
            *self.told,
            rng.uniform(0, 360),
            1000 * self.precision_km * np.sqrt(rng.random()),
        )
        return lon, lat

    def _points_within(self, at, reach_km):
        """Return the part of every cell that is within reach."""
        steps = (np.arange(PARTS) + 0.5) / PARTS
        lon = ((np.arange(COLS)[:, None] + steps) * CELL).ravel()
        lat = ((ROWS - np.arange(ROWS)[:, None] - steps) * CELL).ravel()
        x, y = np.meshgrid(lon, lat)
        _, _, metres = GEOD.inv(np.full(x.shape, at[0]), np.full(x.shape, at[1]), x, y)
        inside = metres <= reach_km * 1000
        return inside.reshape(ROWS, PARTS, COLS, PARTS).mean(axis=(1, 3))

    def _settle(self, rng, near):
        """Return the true people per cell."""
        totals = np.array([self.static[:, d == DISTRICT].sum() for d in range(3)])
        true_totals, land_part = self._move_people(rng, totals)
        # the source is wrong about how many of a district's people live where the zone is
        odds, clusters = lognormal(rng, 1.5), lognormal(rng, 3.0)
        true = np.zeros_like(self.static)
        for district in range(3):
            own = district == DISTRICT
            static, part = self.static[:, own], near[:, own]
            settled = static * (part * odds + (1 - part))
            settled *= true_totals[district] * (1 - land_part[district]) / settled.sum()
            camped = part * clusters + (1 - part)
            camped *= true_totals[district] * land_part[district] / camped.sum()
            true[:, own] = settled + camped
        return true

    def _move_people(self, rng, totals):
        """Return the true people of each district, and the part of them on open land."""
        none = np.zeros(3)
        if self.kind == "static":
            grown = uneven(rng, 0.99, 1.0, 1.03) ** 3
            return totals * lognormal(rng, 1.15) * grown, none
        # people fled from A and C to B, or from B: the agency's figure of B is off by 15 %
        said = totals[1] * rng.choice([0.5, 1.8])
        self.figures = [make_figure("f", "B", said)]
        true = np.array([0.0, said * lognormal(rng, 1.15), 0.0])
        shares = np.array([totals[d] * uneven(rng, 0.85, 1.0, 1.15) for d in (0, 2)])
        true[[0, 2]] = (totals.sum() - true[1]) * shares / shares.sum()
        came = np.maximum(true - totals, 0.0)
        on_land = np.array([uneven(rng, 0.2, 0.5, 0.8) for _ in range(3)])
        return true, came * on_land / true

    def estimate(self, con, draws):
        place = Place("p", "Town", "XX", "point", *self.told, self.precision_km, None, None,
                      None, None, "made up")  # fmt: skip
        event = Event("E1", "attack", "threatened", "threatened", None, "p", None)
        events = EventSet(
            [], [event], [place], [], [], None, "none", None, None, "article", "a.txt", ""
        )
        zones, _ = build_zones(events, UNITS, None, (self.radius_km,))
        grid = PopulationGrid("g", "made up", Source("s", "made up", "none"), "2021", "no",
                              "EPSG:4326", 0.0, ROWS * CELL, CELL, CELL, self.static)  # fmt: skip

        def find_people(static, doubt, day, *, telling):  # noqa: ARG001
            return unit_people(
                pd.DataFrame(UNITS[["pcode", "name", "parent_pcode"]]),
                static, self.figures, day, doubt=doubt, draws=draws,
            )  # fmt: skip

        inputs = Inputs(
            zones=zones,
            places=[],
            units=UNITS,
            groups=[UNITS],
            population_at=lambda _bbox, *, must_reach: grid,  # noqa: ARG005
            people_in_units=find_people,
            as_of=AS_OF,
            draws=draws,
        )
        con.begin()
        estimate_exposure(con, inputs)
        (row,) = fetch_records(con, "SELECT * FROM exposure")
        con.rollback()  # the next world finds the tables empty
        return row


def make_figure(figure_id, pcode, people):
    return Figure(figure_id, (pcode,), AS_OF, None, "present", None, None, float(people), None,
                  "UN", True, None, None)  # fmt: skip


def test_ninety_per_cent_intervals_hold_the_truth_of_nine_worlds_in_ten(tmp_path):
    assert years_since("2021", AS_OF) == pytest.approx(3.0, abs=0.01)
    rng = np.random.default_rng(20_241_128)
    held, above, below = [], 0, 0
    with create_run(tmp_path / "run.duckdb") as con:
        for number in range(WORLDS):
            world = World(rng, "static" if number % 2 else "figure")
            row = world.estimate(con, Draws(1000))
            held.append(row["low"] <= world.truth <= row["high"])
            above += world.truth > row["high"]
            below += world.truth < row["low"]
    assert 0.86 <= np.mean(held) <= 0.94
    for kind in (0, 1):  # within three standard errors by itself
        assert 0.84 <= np.mean(held[kind::2]) <= 0.96
    # misses on either side, or a range would only be shifted
    assert min(above, below) > 0.02 * WORLDS
