"""A coarse population for any place on Earth, modelled from settlements and their populations.

For where there is neither the user's raster nor an embedded surface. The rule:

1. A settlement of P people has a mean density of 5,000 x (P / 100,000)^0.2 people a square
   kilometre. That towns grow denser as they grow is settlement scaling (Bettencourt, Science 340,
   2013: area goes with P^2/3 to P^5/6, so density with P^1/6 to P^1/3); 5,000 at 100,000 people
   is a judgement.
2. Its people thin out from its centre as 1 - (d/R)^2, to nothing at R, on land only; R follows
   from its people and mean density.
3. One that lies within R of a larger one and has less than 30 % of its people is a part of it
   and not counted again: city districts are listed beside their city. A judgement.
4. What is left of a country's people, once all its settlements' are taken off, is spread evenly
   over its land.
5. The sea, by Natural Earth at 1:50 million, is no data, but for cells that a settlement stands in.

No more than the size of the number is to be read from it: a factor of two each way, by judgement
(`POPULATION_RANGE`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geo.boundaries import measure_area_km2, read_countries
from geo.people.grid import WGS84, PopulationGrid, band_areas_km2
from geo.types import BBox, Caution, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

COARSE_LABEL = "modelled, coarse (GeoNames settlement populations)"

COARSE_SOURCE = Source(
    source_id="coarse-settlements",
    name="Coarse settlement model from GeoNames populations and Natural Earth land",
    licence="CC BY 4.0 (GeoNames); public domain (Natural Earth)",
    url="https://www.geonames.org",
    attribution="Settlement populations: GeoNames (CC BY 4.0)",
    note="Undated populations, spread by rule: a factor of two each way.",
)

COARSE_CAUTION = Caution(
    "population-coarse",
    "People here are modelled from the populations of settlements (GeoNames, undated) and may be "
    "off by a factor of two each way. Give a population raster with --population FILE, such as "
    "WorldPop's for the country, to do better.",
)

CELLS_PER_DEGREE = 120
"""30 arc-seconds a cell."""

DENSITY_KM2 = 5000.0
DENSITY_PEOPLE = 100_000.0
DENSITY_EXPONENT = 0.2

PART_SHARE = 0.3

REACH_KM = 25.0
"""No settlement reaches further than this from its centre."""

_KM_PER_DEGREE = 111.2
_POLAR_COSINE = 0.05  # nearer to a pole than 87 degrees there are no settlements
_SAMPLES = 3  # a side of a cell
_EDGE = 1e-6  # of a cell


class SettlementFact(Protocol):
    """A settlement; a gazetteer's place is one. Degrees in EPSG:4326, persons."""

    @property
    def lon(self) -> float:
        """Degrees."""

    @property
    def lat(self) -> float:
        """Degrees."""

    @property
    def population(self) -> int | None:
        """Persons; None: not known."""


class CountryPeople(Protocol):
    """A country's people."""

    @property
    def population(self) -> int:
        """Persons."""


class SettlementIndex(Protocol):
    """Where settlements are looked up; a gazetteer is one."""

    def settlements_in(self, bbox: BBox, /) -> Sequence[SettlementFact]:
        """Return the settlements of a box with their populations."""

    def country(self, iso2: str, /) -> CountryPeople | None:
        """Return a country by its ISO 3166-1 alpha-2 code, None if it is not known."""

    def settled_people(self, iso2: str, /) -> int:
        """Return the sum of the populations of a country's settlements."""


@dataclass(frozen=True, slots=True)
class _Disc:
    """A settlement as it is spread: `lon` in the box's own turn, `reach_km` its R."""

    lon: float
    lat: float
    people: float
    reach_km: float


@dataclass(frozen=True, slots=True)
class _Lattice:
    """Cells of 30 arc-seconds, counted from the prime meridian and the equator."""

    west: int
    south: int
    east: int
    north: int

    @classmethod
    def cover(cls, box: BBox) -> _Lattice:
        west = math.floor(box.west * CELLS_PER_DEGREE + _EDGE)
        south = math.floor(box.south * CELLS_PER_DEGREE + _EDGE)
        east = math.ceil(box.east * CELLS_PER_DEGREE - _EDGE)
        north = math.ceil(box.north * CELLS_PER_DEGREE - _EDGE)
        return cls(west, south, max(east, west + 1), max(north, south + 1))

    @property
    def box(self) -> BBox:
        return BBox(
            *(edge / CELLS_PER_DEGREE for edge in (self.west, self.south, self.east, self.north))
        )

    @property
    def shape(self) -> tuple[int, int]:
        return self.north - self.south, self.east - self.west

    def inside(self, outer: _Lattice) -> tuple[slice, slice]:
        """Return the rows and columns that this one has in a larger one."""
        return (
            slice(outer.north - self.north, outer.north - self.south),
            slice(self.west - outer.west, self.east - outer.west),
        )


def coarse_population(bbox: BBox, settlements: SettlementIndex) -> PopulationGrid:
    """Model the people of a box from settlements, by the rule at the top of this module.

    Parameters
    ----------
    bbox
        EPSG:4326; `east` may pass 180.
    settlements
        Settlements outside the box are looked up too, as far as their people reach into it.

    Returns
    -------
        Cells of 30 arc-seconds that cover the box; NaN: sea.
    """
    box = _Lattice.cover(bbox)
    discs = _find_discs(box.box, settlements)
    widest = max((disc.reach_km for disc in discs), default=0.0)
    outer = _Lattice.cover(grow_box(box.box, 2 * widest))
    land, people = _spread_rest(outer, box, settlements)
    for disc in discs:
        _add_disc(disc, outer, land, people)
    window = box.inside(outer)
    held = np.where(land[window], people[window], np.nan)
    return PopulationGrid(
        grid_id=f"{COARSE_SOURCE.source_id}:{box.west},{box.north}",
        label=COARSE_LABEL,
        source=COARSE_SOURCE,
        population_date=None,
        modelled="coarse",
        crs=WGS84,
        west=box.west / CELLS_PER_DEGREE,
        north=box.north / CELLS_PER_DEGREE,
        cell_width=1 / CELLS_PER_DEGREE,
        cell_height=1 / CELLS_PER_DEGREE,
        people=held,
        cautions=(COARSE_CAUTION,),
    )


def settlement_density_km2(population: float) -> float:
    """Return the mean density of a settlement, people a square kilometre (rule 1)."""
    return DENSITY_KM2 * math.pow(population / DENSITY_PEOPLE, DENSITY_EXPONENT)


def settlement_reach_km(population: float) -> float:
    """Return how far from its centre a settlement's people live, kilometres (rule 2)."""
    area = population / settlement_density_km2(population)
    return min(REACH_KM, math.sqrt(area / math.pi))


def grow_box(box: BBox, km: float) -> BBox:
    """Return a box grown by a distance on every side."""
    north_south = km / _KM_PER_DEGREE
    tallest = max(abs(box.north), abs(box.south)) + north_south
    cosine = max(_POLAR_COSINE, math.cos(math.radians(min(90.0, tallest))))
    return BBox(
        box.west - north_south / cosine,
        max(-90.0, box.south - north_south),
        box.east + north_south / cosine,
        min(90.0, box.north + north_south),
    )


def _find_discs(box: BBox, settlements: SettlementIndex) -> list[_Disc]:
    """Return the settlements whose people may reach into a box, without parts of larger ones."""
    # twice the reach: what a settlement that reaches the box may itself be a part of
    around = grow_box(box, 2 * REACH_KM)
    found = [
        _Disc(
            lon=_turn(place.lon, around),
            lat=place.lat,
            people=float(place.population),
            reach_km=settlement_reach_km(place.population),
        )
        for place in settlements.settlements_in(around)
        if place.population
    ]
    found.sort(key=lambda disc: (-disc.people, disc.lon, disc.lat))
    return [
        disc for disc in _drop_parts(found) if grow_box(box, disc.reach_km).intersects(_spot(disc))
    ]


def _turn(lon: float, box: BBox) -> float:
    """Return a longitude in the turn of a box that crosses the date line."""
    if lon < box.west:
        return lon + 360.0
    return lon - 360.0 if lon > box.east else lon


def _spot(disc: _Disc) -> BBox:
    return BBox(disc.lon, disc.lat, disc.lon, disc.lat)


def _drop_parts(discs: Sequence[_Disc]) -> list[_Disc]:
    """Return settlements, largest first, without those that are parts of a larger one (rule 3)."""
    import shapely

    if not discs:
        return []
    boxes = [grow_box(_spot(disc), disc.reach_km) for disc in discs]
    tree = shapely.STRtree(
        shapely.box(
            [box.west for box in boxes],
            [box.south for box in boxes],
            [box.east for box in boxes],
            [box.north for box in boxes],
        )
    )
    spots = shapely.points([disc.lon for disc in discs], [disc.lat for disc in discs])
    near: dict[int, list[int]] = {}
    for inner, outer in tree.query(spots).T.tolist():
        near.setdefault(inner, []).append(outer)
    dropped: set[int] = set()
    for at, disc in enumerate(discs):
        if any(_is_part(disc, discs[other]) for other in near[at] if other not in dropped):
            dropped.add(at)
    return [disc for at, disc in enumerate(discs) if at not in dropped]


def _is_part(disc: _Disc, larger: _Disc) -> bool:
    east = (disc.lon - larger.lon) * math.cos(math.radians(disc.lat))
    apart_km = math.hypot(east, disc.lat - larger.lat) * _KM_PER_DEGREE
    return disc.people < PART_SHARE * larger.people and apart_km < larger.reach_km


def _spread_rest(
    outer: _Lattice, box: _Lattice, settlements: SettlementIndex
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which cells are land, and the people who live in no settlement (rule 4)."""
    rows, _ = outer.shape
    edges = (outer.north - np.arange(rows + 1)) / CELLS_PER_DEGREE
    areas = band_areas_km2(edges, 1 / CELLS_PER_DEGREE)
    land = np.zeros(outer.shape, dtype=bool)
    people = np.zeros(outer.shape)
    countries = read_countries(bbox=outer.box)
    inner = box.inside(outer)
    for iso2, geometry in zip(countries["country"], countries.geometry, strict=True):
        own = _rasterise(geometry, outer)
        land |= own
        if iso2 is None or not own[inner].any():
            continue
        fact = settlements.country(iso2)
        if fact is None:
            continue
        rest = max(0, fact.population - settlements.settled_people(iso2))
        people += own * (rest / measure_area_km2(geometry) * areas)[:, None]
    return land, people


def _rasterise(geometry: BaseGeometry, lattice: _Lattice) -> NDArray[np.bool_]:
    """Return the cells whose centre lies in polygons within -180..180.

    Along each row of centres, every outline that is crossed changes inside to outside or back.
    """
    import shapely

    rows, cols = lattice.shape
    crossings = np.zeros((rows, cols + 1), dtype=np.int64)
    parts = shapely.get_parts(geometry)
    for ring in shapely.get_rings(parts):
        points = shapely.get_coordinates(ring) * CELLS_PER_DEGREE
        v = lattice.north - points[:, 1] - 0.5  # rows, whole at centres
        if v.max() < 0 or v.min() > rows:
            continue
        u = points[:, 0] - lattice.west - 0.5  # columns likewise
        row, at = _cross_rows(u, v, rows)
        for turn in (-360 * CELLS_PER_DEGREE, 0, 360 * CELLS_PER_DEGREE):
            col = np.clip(np.ceil(at + turn), 0, cols).astype(np.int64)
            np.add.at(crossings, (row, col), 1)
    inside: NDArray[np.bool_] = np.cumsum(crossings, axis=1)[:, :cols] % 2 == 1
    return inside


def _cross_rows(
    u: NDArray[np.float64], v: NDArray[np.float64], rows: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return where a closed line crosses the rows: their numbers, and the columns there."""
    low, high = np.minimum(v[:-1], v[1:]), np.maximum(v[:-1], v[1:])
    first = np.clip(np.ceil(low), 0, rows).astype(np.int64)
    counts = np.clip(np.ceil(high), 0, rows).astype(np.int64) - first
    edge = np.repeat(np.arange(len(low)), counts)
    row = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    slope = (u[edge + 1] - u[edge]) / (v[edge + 1] - v[edge])
    return row, u[edge] + (row - v[edge]) * slope


def _add_disc(
    disc: _Disc, lattice: _Lattice, land: NDArray[np.bool_], people: NDArray[np.float64]
) -> None:
    """Spread a settlement over the land that it reaches; all in its own cell if it has none."""
    window = _Lattice.cover(grow_box(_spot(disc), disc.reach_km)).inside(lattice)
    reached = tuple(
        slice(max(0, part.start), min(part.stop, size))
        for part, size in zip(window, lattice.shape, strict=True)
    )
    rows, cols = (np.arange(part.start, part.stop) for part in reached)
    home = (
        min(max(math.floor(lattice.north - disc.lat * CELLS_PER_DEGREE), 0), lattice.shape[0] - 1),
        min(max(math.floor(disc.lon * CELLS_PER_DEGREE) - lattice.west, 0), lattice.shape[1] - 1),
    )
    land[home] = True
    weights = _weigh_cells(disc, lattice, rows, cols) * land[reached]
    total = weights.sum()
    if total > 0:
        people[reached] += disc.people * weights / total
    else:
        people[home] += disc.people


def _weigh_cells(
    disc: _Disc, lattice: _Lattice, rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how dense a settlement is in some cells, relative, by samples in each."""
    steps = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    lon = (lattice.west + cols[:, None] + steps) / CELLS_PER_DEGREE
    lat = (lattice.north - rows[:, None] - steps) / CELLS_PER_DEGREE
    east = (lon.ravel() - disc.lon) * _KM_PER_DEGREE * math.cos(math.radians(disc.lat))
    north = (lat.ravel() - disc.lat) * _KM_PER_DEGREE
    nearness = 1 - (north[:, None] ** 2 + east**2) / disc.reach_km**2
    samples = np.maximum(nearness, 0.0).reshape(len(rows), _SAMPLES, len(cols), _SAMPLES)
    weights: NDArray[np.float64] = samples.sum(axis=(1, 3))
    return weights
