"""The embedded modelled surface of the Gaza Strip: published totals spread by a stated rule.

The rule:

1. A governorate's total is its PCBS projection for mid-2023 (cited, to be verified).
2. 4 % of it is spread evenly over the governorate: farms, hamlets, roads.
3. The rest goes to its settlements in proportion to area x a density class. The area is the
   published municipal one where there is one, else that of its class. The classes are a
   judgement: city 1; camp 2, which is denser; town 0.4 and village 0.15, whose municipal area is
   mostly farmland.
4. A settlement's people thin out from its centre as (1 - (d/R)^2)^2, to nothing at R. R is that
   of a circle of 1.25 times its area; of towns and villages, of 0.9 times theirs.
5. People stand only in cells that lie wholly inside one governorate, so that the sum over a
   governorate's outline is its total. Every other cell that touches the Strip is a true 0; the
   rest is no data.
6. Cells hold whole multiples of 1/1024 person, exact in float32, that add up exactly to the
   governorate's total (largest remainder).

It is a model: right for each governorate, plausible for each town, and nothing at all for a
single block of houses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.boundaries.gaza import GOVERNORATES
from geo.types import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import Polygon

SURFACE_FILE = "population/gaza_strip_2023.tif"
SURFACE_DATE = "mid-2023"
SURFACE_SOURCE = Source(
    source_id="gaza-strip-2023",
    name="Gaza Strip, modelled surface from PCBS mid-2023 governorate projections",
    licence="CC BY 4.0",
    date=SURFACE_DATE,
    attribution=(
        "Modelled by civmap from PCBS projections (cited, to be verified); settlement positions: "
        "OpenStreetMap contributors (ODbL), GeoNames (CC BY 4.0)"
    ),
    note="Totals are met in each governorate; the spread inside one is modelled.",
)

GOVERNORATE_PEOPLE = {
    "PS0255": 444_412,
    "PS0260": 749_100,
    "PS0265": 319_208,
    "PS0270": 438_557,
    "PS0275": 275_267,
}
"""PCBS projection for mid-2023, persons."""

STRIP_PEOPLE = 2_226_544
"""PCBS projection for mid-2023, persons; the sum of the governorates."""

EVEN_PERCENT = 4
SHARES_PER_PERSON = 1024

CELLS_PER_DEGREE = 1200
"""3 arc-seconds a cell."""

# Outer edges in cells from the prime meridian and the equator: 34 deg 05' to 34 deg 42' E,
# 31 deg 05' to 31 deg 43' N, at least 0.12 degrees round the Strip.
WEST, EAST = 40_900, 41_640
SOUTH, NORTH = 37_300, 38_060

_KM_PER_DEGREE = 110.9
_COSINE = 0.854  # of 31.4 degrees north: east to west, a degree is this much shorter
_WEIGHT_STEPS = 1 << 30


@dataclass(frozen=True, slots=True)
class SettlementClass:
    """How people of a kind of settlement live: relative density, area and spread."""

    density: float
    default_area_km2: float
    spread: float


CLASSES = {
    "city": SettlementClass(density=1.0, default_area_km2=20.0, spread=1.25),
    "camp": SettlementClass(density=2.0, default_area_km2=4.0, spread=1.25),
    "town": SettlementClass(density=0.4, default_area_km2=10.0, spread=0.9),
    "village": SettlementClass(density=0.15, default_area_km2=6.0, spread=0.9),
}


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement of the Strip; `area_km2` None: none was published."""

    pcode: str
    name: str
    lat: float
    lon: float
    kind: str
    area_km2: float | None = None

    @property
    def weight(self) -> float:
        """Its part of the governorate's settled people, relative."""
        return self._area * CLASSES[self.kind].density

    @property
    def reach_km(self) -> float:
        """Where its people end, in kilometres from its centre."""
        return math.sqrt(self._area * CLASSES[self.kind].spread / math.pi)

    @property
    def _area(self) -> float:
        return CLASSES[self.kind].default_area_km2 if self.area_km2 is None else self.area_km2


# Positions: OpenStreetMap (ODbL), but Beit Hanoun, Az-Zawayda, Abasan al-Kabira and Khuza'a:
# GeoNames (CC BY 4.0). Areas: the municipalities'.
SETTLEMENTS = (
    Settlement("PS0255", "Jabalia", 31.5282, 34.4832, "city", 18.84),
    Settlement("PS0255", "Beit Lahiya", 31.5498, 34.5025, "town", 23.42),
    Settlement("PS0255", "Beit Hanoun", 31.5353, 34.5358, "town", 17.01),
    Settlement("PS0260", "Gaza", 31.5129, 34.4581, "city", 55.71),
    Settlement("PS0265", "Deir al-Balah", 31.4184, 34.3503, "town", 19.84),
    Settlement("PS0265", "Nuseirat", 31.4491, 34.3931, "camp"),
    Settlement("PS0265", "Bureij", 31.4419, 34.4032, "camp"),
    Settlement("PS0265", "Al-Maghazi", 31.4217, 34.3847, "camp"),
    Settlement("PS0265", "Az-Zawayda", 31.4395, 34.3805, "village"),
    Settlement("PS0270", "Khan Younis", 31.3443, 34.3096, "city", 59.63),
    Settlement("PS0270", "Bani Suheila", 31.3401, 34.3223, "town"),
    Settlement("PS0270", "Al-Qarara", 31.3783, 34.3355, "town"),
    Settlement("PS0270", "Abasan al-Kabira", 31.3191, 34.3401, "town"),
    Settlement("PS0270", "Khuza'a", 31.3068, 34.3611, "village"),
    Settlement("PS0270", "Al-Fukhari", 31.2978, 34.3203, "village"),
    Settlement("PS0270", "Al-Mawasi", 31.3551, 34.2611, "village"),
    Settlement("PS0275", "Rafah", 31.2752, 34.2558, "city", 37.24),
    Settlement("PS0275", "Shokat as-Sufi", 31.2589, 34.2821, "village", 21.45),
    Settlement("PS0275", "Al-Nasr", 31.2822, 34.3058, "village", 4.66),
)


def model_surface() -> NDArray[np.float64]:
    """Return persons per cell of the Strip's grid by the rule above.

    Returns
    -------
        float64 (760, 740), row 0 northernmost; NaN: no data.
    """
    rows, cols = NORTH - SOUTH, EAST - WEST
    people = np.full((rows, cols), np.nan)
    outlines = {unit.pcode: _outline(unit.vertices()) for unit in GOVERNORATES}
    cells = _cell_boxes()
    for outline in outlines.values():
        people[_select(cells, outline, "intersects")] = 0.0
    for pcode, outline in outlines.items():
        inside = _select(cells, outline, "covers")
        own = [each for each in SETTLEMENTS if each.pcode == pcode]
        people[inside] = _spread_people(GOVERNORATE_PEOPLE[pcode], own, inside)
    return people


def _outline(vertices: Sequence[tuple[float, float]]) -> Polygon:
    import shapely

    polygon = shapely.Polygon(vertices)
    shapely.prepare(polygon)
    return polygon


def _cell_boxes() -> NDArray[np.object_]:
    """Return the outlines of all cells."""
    import shapely

    west = np.arange(WEST, EAST)[None, :]
    north = np.arange(NORTH, SOUTH, -1)[:, None]
    return np.asarray(
        shapely.box(
            west / CELLS_PER_DEGREE,
            (north - 1) / CELLS_PER_DEGREE,
            (west + 1) / CELLS_PER_DEGREE,
            north / CELLS_PER_DEGREE,
        )
    )


def _select(cells: NDArray[np.object_], outline: Polygon, predicate: str) -> NDArray[np.bool_]:
    import shapely

    test = {"intersects": shapely.intersects, "covers": shapely.covers}[predicate]
    return np.asarray(test(outline, cells), dtype=bool)


def _spread_people(
    people: int, settlements: Sequence[Settlement], inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the persons of the cells inside a governorate; they add up to `people` exactly."""
    row, col = np.nonzero(inside)
    lon = (WEST + col + 0.5) / CELLS_PER_DEGREE
    lat = (NORTH - row - 0.5) / CELLS_PER_DEGREE
    shares = people * SHARES_PER_PERSON
    even = shares * EVEN_PERCENT // 100
    parts = apportion(shares - even, np.array([each.weight for each in settlements]))
    held = apportion(even, np.ones(len(row)))
    for settlement, part in zip(settlements, parts.tolist(), strict=True):
        held += apportion(part, _density_at(settlement, lon, lat))
    return held / SHARES_PER_PERSON


def _density_at(
    settlement: Settlement, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return relative densities of a settlement's people at positions."""
    east = (lon - settlement.lon) * (_KM_PER_DEGREE * _COSINE)
    north = (lat - settlement.lat) * _KM_PER_DEGREE
    nearness = 1 - (east * east + north * north) / settlement.reach_km**2
    positive = np.maximum(nearness, 0.0)
    return positive * positive


def apportion(total: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Split a whole number in proportion to weights of 0 or more by largest remainder.

    Weights are taken to 1/2^30 of the largest, and the rest is whole numbers: the result does
    not hang on the last bit of a float. Ties go to the earlier part.
    """
    steps = np.rint(weights / weights.max() * _WEIGHT_STEPS).astype(np.int64)
    whole = int(steps.sum())
    products = [total * step for step in steps.tolist()]
    floors = np.array([product // whole for product in products], dtype=np.int64)
    remainders = np.array([product % whole for product in products], dtype=np.int64)
    order = np.argsort(-remainders, kind="stable")
    floors[order[: total - int(floors.sum())]] += 1
    return floors
