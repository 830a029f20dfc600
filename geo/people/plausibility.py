"""Plausibility: whether a raster has about as many people as were published where it is used.

A density that is taken for a count makes a hundred times too many people on cells of 100 m, and
nothing else shows it. What is compared is towns of 100,000 people and more that lie in no larger
one, with the populations that GeoNames has for them:

- Too many: within the town's reach (`geo.people.settlements`) there are more than four times the
  people of all towns near it. That is more than three times the town's mean density by rule.
- Too few: within three times its reach there is less than a quarter of its people.

The median of a few towns near where people are counted decides, so that neither one outdated
figure nor one town of strange bounds does. On cells of about 1 km a density and a count are alike,
and nothing is found: nothing is far off then, either. Parts of the people, such as an age group,
are reported as too few, which they are.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geo.errors import RasterError
from geo.people.grid import band_areas_km2
from geo.people.settlements import SettlementFact, grow_box, settlement_reach_km
from geo.people.windows import find_windows
from geo.types import BBox, Caution

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.people.tiles import PopulationTiles
    from geo.types import LonLat

FAR_FACTOR = 4.0
"""A raster with so many times more or fewer people than were published is reported."""

LEAST_PEOPLE = 100_000
"""Smallest towns that are compared."""

_TOWNS = 7
_POSITIONS = 7
_NEAR_DEGREES = 1.0
_WIDEST_DEGREES = 0.7  # that three times the reach of a town comes to, up to 60 degrees north
_FEW_REACH = 3.0  # times the reach of a town
_LEAST_CELLS = 9  # in the reach of a town: in fewer, its people are not told from others
_MOST_CELLS = 4_000_000
_COVERED = 0.9
_LEAST_DATA = 0.25


class Town(SettlementFact, Protocol):
    """A settlement with a name; a gazetteer's place is one."""

    @property
    def name(self) -> str:
        """Any of its names."""


class TownIndex(Protocol):
    """Where towns are looked up; a gazetteer is one."""

    def settlements_in(self, bbox: BBox, /) -> Sequence[Town]:
        """Return the settlements of a box with their populations, largest first."""


@dataclass(frozen=True, slots=True)
class _Count:
    """People of a box, and the part of its cells that have data."""

    people: float
    data: float


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A raster's people in a town, within its reach and wider, and as parts of the published."""

    name: str
    published: int
    reach_km: float
    people: float
    wider_people: float
    many: float
    few: float


def doubt_people(
    raster: PopulationTiles, near: Sequence[LonLat], settlements: TownIndex
) -> Caution | None:
    """Return a caution (`population-far`) if a raster's people are far from the published ones.

    Parameters
    ----------
    raster
        An open raster; up to 14 windows of it are read, 2 to 75 km round towns.
    near
        Where people are counted, such as the positions of events: up to 7 of them, evenly taken,
        are looked round, a degree each way.
    settlements
        A gazetteer.

    Returns
    -------
        None where there is no doubt, and where nothing can be compared: no town of that size is
        near and on the raster, or cells are too large to tell a town from what is around it.

    Raises
    ------
    RasterError
        If the file is damaged. Values that can't be people make no error here: where they count,
        they are found.
    """
    found = [
        comparison
        for town, around in _choose_towns(near, settlements)
        if (comparison := _compare(raster, town, around)) is not None
    ]
    if not found:
        return None
    many = statistics.median(each.many for each in found)
    few = statistics.median(each.few for each in found)
    if many <= FAR_FACTOR and few >= 1 / FAR_FACTOR:
        return None
    return Caution("population-far", _describe(raster, found, many, few))


def _describe(
    raster: PopulationTiles, found: Sequence[_Comparison], many: float, few: float
) -> str:
    """Say what is far off, and what may be the reason."""
    town = max(found, key=lambda each: each.published)
    other = "density" if raster.unit == "count" else "count"
    if many > FAR_FACTOR:
        people, within_km = town.people, town.reach_km
        ratio, cause = f"{many:,.0f} times", "or the scale wrong"
    else:
        people, within_km = town.wider_people, _FEW_REACH * town.reach_km
        ratio = f"1/{1 / few:,.0f} of" if few > 0 else "nothing of"
        cause = "the scale wrong, or are these a part of the people, such as an age group"
    who = f"in {len(found)} towns near here, the median is" if len(found) > 1 else "that is"
    return (
        f"{raster.path.name}, read as {raster.unit}, has {people:,.0f} people within "
        f"{within_km:.0f} km of {town.name}, for which GeoNames has {town.published:,}; {who} "
        f"{ratio} what was published. Is it a {other} (--unit {other}), {cause}?"
    )


def _choose_towns(
    near: Sequence[LonLat], settlements: TownIndex
) -> list[tuple[Town, Sequence[Town]]]:
    """Return the largest towns near some positions, each with all settlements around it."""
    step = max(1, -(-len(near) // _POSITIONS))
    taken = near[::step]
    each = -(-_TOWNS // max(1, len(taken)))
    chosen: dict[tuple[float, float], tuple[Town, Sequence[Town]]] = {}
    for spot in taken:
        box = BBox(spot.lon, spot.lat, spot.lon, spot.lat)
        found = settlements.settlements_in(box.expand(_NEAR_DEGREES + _WIDEST_DEGREES))
        inner = box.expand(_NEAR_DEGREES)
        towns = [place for place in _drop_parts(found) if _lies_in(place, inner)]
        for town in towns[:each]:
            chosen[town.lon, town.lat] = (town, found)
    return list(chosen.values())


def _drop_parts(places: Sequence[Town]) -> list[Town]:
    """Return towns of the size that is compared, largest first, which lie in no larger one."""
    kept: list[Town] = []
    reaches: list[BBox] = []
    for place in places:
        if (place.population or 0) < LEAST_PEOPLE:
            break
        if not any(_lies_in(place, box) for box in reaches):
            kept.append(place)
        spot = BBox(place.lon, place.lat, place.lon, place.lat)
        reaches.append(grow_box(spot, settlement_reach_km(place.population or 0)))
    return kept


def _lies_in(place: Town, box: BBox) -> bool:
    lon = place.lon + 360.0 * round(((box.west + box.east) / 2 - place.lon) / 360.0)
    return box.west <= lon <= box.east and box.south <= place.lat <= box.north


def _compare(raster: PopulationTiles, town: Town, around: Iterable[Town]) -> _Comparison | None:
    """Return how a raster's people in a town compare, None if they can't be."""
    published = town.population or 0
    reach = settlement_reach_km(published)
    spot = BBox(town.lon, town.lat, town.lon, town.lat)
    inner, outer = grow_box(spot, reach), grow_box(spot, _FEW_REACH * reach)
    near = sum(place.population or 0 for place in around if _lies_in(place, outer))
    within, wider = _count_box(raster, inner), _count_box(raster, outer)
    if within is None or wider is None or within.data < _LEAST_DATA:
        return None
    return _Comparison(
        name=town.name,
        published=published,
        reach_km=reach,
        people=within.people,
        wider_people=wider.people,
        many=within.people / near,
        few=wider.people / published,
    )


def _count_box(raster: PopulationTiles, box: BBox) -> _Count | None:
    """Return the people of a box; None where the raster does not cover it, or can't say."""
    layout = raster.layout
    try:
        windows = find_windows(raster.path, layout, box)
    except RasterError:  # out of its reach
        return None
    cells = sum((each.row1 - each.row0) * (each.col1 - each.col0) for each in windows)
    row, col = windows[0].row0, windows[0].col0
    cell_km2 = float(layout.true_areas_km2(row, row + 1, col, col + 1)[0, 0])
    box_km2 = float(band_areas_km2(np.array([box.north, box.south]), box.east - box.west)[0])
    covers = cells * cell_km2 > _COVERED * box_km2
    if not covers or not _LEAST_CELLS <= cells <= _MOST_CELLS:
        return None
    try:
        people = [raster.read_people(*each.window) for each in windows]
    except RasterError:  # values that can't be people
        return None
    return _Count(
        people=sum(float(np.nansum(each)) for each in people)
        * min(1, box_km2 / (cells * cell_km2)),
        data=sum(int(np.count_nonzero(~np.isnan(each))) for each in people) / cells,
    )
