"""The people of zones in every draw: their ranges, and what the ranges are made of.

In each draw a zone gets of every unit the part of the unit's people that lies in it: of those who
are spread as the population source has them, the source's part there; of those who stay on open
land, the part of the unit's land; of those at a known site, the part of the site's land. Who is in
no unit, or in one that the grid does not hold whole, is static people times the doubt of the
source; a whole unit without a total for the day has its static people, doubtful likewise.

Both parts are doubtful in themselves, the source's (`SPREAD`) and that of the land, where people
stay in clusters (`CLUSTERS`): a part p becomes p e / (1 - p + p e), so that a whole unit stays
whole, a zone within another stays within it, and rings add up to their disc.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from geo.doubts import DOUBTS
from geo.draws import Draws, find_interval, spread_out
from geo.people import LAND_SHARE, Drawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.people import StaticDoubt
    from geo.types import Interval

SPREAD: Mapping[str, float] = MappingProxyType({"no": 1.5, "embedded": 2.0, "coarse": 2.0})
"""How far a source's part in a zone may be off, by the grid's `modelled`: this many times more or
less, in odds. A judgement: populations gridded by models are off by 40 to 70 % (root mean square)
in the smallest census units that were held out (Stevens et al., 2015, PLoS ONE 10(2), cited, to be
verified), of which a zone averages several. Surfaces made from settlements alone know less: of the
two that come along one has 58 % of Rafah governorate's people within 2 km of the town, the other
85 %, four times the odds."""

CLUSTERS = 3.0
"""How far the part of those on open land who are in a zone may be from its part of the land: this
many times more or less, in odds. A judgement; nobody counts tents by the square kilometre."""


@dataclass(frozen=True, slots=True, eq=False)
class ZoneParts:
    """A zone on one grid.

    Attributes
    ----------
    name
        What the zone's own doubts are drawn by: the centre of a disc, which all of its discs and
        rings share, else the zone.
    pcodes
        Of the units that it touches; None: in no unit.
    layers
        Persons, square kilometres with data, and of these those in each gathering; shape (layers,
        places, reaches, units). Place 0 and reach 0 are the zone as it is.
    inner
        For a ring, the layers of the disc that it surrounds.
    source
        Number of the population source.
    """

    zone_id: str
    name: str
    pcodes: tuple[str | None, ...]
    layers: NDArray[np.float64]
    inner: NDArray[np.float64] | None = None
    source: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class SourceDay:
    """One population source on one day, in some draws.

    Attributes
    ----------
    doubt
        Of the source's static people.
    spread
        How far the source's part in a zone may be off, a factor above 1.
    static, land
        Of whole units, by P-code: persons, square kilometres with data.
    people
        Everyone and the displaced in each unit, by P-code.
    gatherings
        Square kilometres with data of each gathering.
    """

    doubt: StaticDoubt
    spread: float
    static: Mapping[str, float]
    land: Mapping[str, float]
    people: Mapping[str, Drawn]
    gatherings: Sequence[float] = ()

    def draw_zone(self, zone: ZoneParts, draws: Draws) -> dict[str | None, NDArray[np.float64]]:
        """Return the people of a zone in each draw, by unit."""
        place = _pick(draws, "place", zone.name, zone.layers.shape[1])
        reach = _pick(draws, "radius", zone.name, zone.layers.shape[2])
        error = spread_out(draws.uniform("spread", zone.name), 1 / self.spread, 1.0, self.spread)
        clusters = spread_out(
            draws.uniform("spread", f"clusters:{zone.name}"), 1 / CLUSTERS, 1.0, CLUSTERS
        )
        drawn: dict[str | None, NDArray[np.float64]] = {}
        for column, pcode in enumerate(zone.pcodes):
            layers = zone.layers[:, place, reach, column]
            if pcode is None or pcode not in self.static:
                drawn[pcode] = layers[0] * self.doubt.draw(draws) * error
                continue
            unit = self.people.get(pcode)
            if unit is None:
                unit = Drawn(self.static[pcode] * self.doubt.draw(draws), np.zeros(1))
            inner = None if zone.inner is None else zone.inner[:, place, reach, column]
            settled = _find_part(layers, inner, 0, self.static[pcode], error)
            ground = _find_part(layers, inner, 1, self.land[pcode], clusters)
            drawn[pcode] = self._draw_part(pcode, unit, settled, ground, draws)
            for number, there in unit.gathered.items():
                part = _find_part(layers, None, 2 + number, self.gatherings[number], np.ones(1))
                drawn[pcode] = drawn[pcode] + there * part
        return drawn

    def _draw_part(
        self,
        pcode: str,
        unit: Drawn,
        settled: NDArray[np.float64],
        ground: NDArray[np.float64],
        draws: Draws,
    ) -> NDArray[np.float64]:
        """Return a unit's people in a zone with such parts of its settled people and its land.

        Without those at gatherings.
        """
        gathered = sum(unit.gathered.values(), start=np.zeros(1))
        rest = unit.everyone - gathered
        if self.static[pcode] <= 0:
            return rest * ground
        part = spread_out(draws.uniform("spread", f"land:{pcode}"), *LAND_SHARE)
        on_land = np.maximum(unit.displaced - gathered, 0.0) * part
        return (rest - on_land) * settled + on_land * ground


@dataclass(frozen=True, slots=True)
class ZoneRange:
    """A zone's range, that of each of its parts by unit, and what each source of doubt adds.

    `alone` is the range with one source of doubt only, `shares` its share of the width; the shares
    add up to 1. Sources that change nothing are left out.
    """

    people: Interval
    units: Mapping[str | None, Interval]
    alone: Mapping[str, Interval]
    shares: Mapping[str, float]


def draw_zone(
    zones: Sequence[ZoneParts], days: Sequence[SourceDay], draws: Draws
) -> dict[str | None, NDArray[np.float64]]:
    """Return the people of a zone in each draw, by unit, from sources that are equally likely.

    Parameters
    ----------
    zones
        The zone by each source that has data for it; the first is the main one.
    days
        The day by all sources.
    """
    found = [days[zone.source].draw_zone(zone, draws) for zone in zones]
    if len(found) == 1:
        return found[0]
    chosen = draws.pick("population", "source", len(found))
    nobody = np.zeros(1)
    return {
        pcode: np.choose(chosen, np.broadcast_arrays(*(each.get(pcode, nobody) for each in found)))
        for pcode in dict.fromkeys(pcode for each in found for pcode in each)
    }


def find_ranges(
    zones: Sequence[Sequence[ZoneParts]],
    days: Mapping[frozenset[str], Sequence[SourceDay]],
    draws: Draws,
    bests: Mapping[str, Mapping[str | None, float]],
) -> dict[str, ZoneRange]:
    """Return the ranges of zones and what they are made of.

    Parameters
    ----------
    zones
        Each by source.
    days
        The people of the units by the sources of doubt that are taken as certain: for those of
        `draws`, and for every set that `list_certain` names.
    bests
        Best figures by zone and unit.
    """
    ranges = {}
    for sources in zones:
        zone_id = sources[0].zone_id
        best = bests[zone_id]
        total = sum(best.values())
        whole = draw_zone(sources, days[draws.certain], draws)
        everyone = _add(whole)
        alone: dict[str, Interval] = {}
        weights: dict[str, float] = {}
        spread = float(np.var(everyone))
        for doubt in DOUBTS:
            if doubt in draws.certain:
                continue
            only, rest = draws.only(doubt), draws.without(doubt)
            first = _add(draw_zone(sources, days[only.certain], only))
            last = _add(draw_zone(sources, days[rest.certain], rest))
            if np.ptp(first) <= 0 and np.allclose(last, everyone, rtol=1e-12, atol=1e-9):
                continue
            weights[doubt] = max(0.0, (float(np.var(first)) + spread - float(np.var(last))) / 2)
            alone[doubt] = find_interval(first, total)
        sum_ = sum(weights.values())
        shares = {doubt: weight / sum_ if sum_ > 0 else 0.0 for doubt, weight in weights.items()}
        ranges[zone_id] = ZoneRange(
            find_interval(everyone, total),
            {pcode: find_interval(people, best.get(pcode, 0.0)) for pcode, people in whole.items()},
            alone,
            shares,
        )
    return ranges


def list_certain(draws: Draws) -> list[Draws]:
    """Return the draws that `find_ranges` needs: all, each doubt alone, all but each."""
    doubts = [doubt for doubt in DOUBTS if doubt not in draws.certain]
    wanted = [draws]
    for doubt in doubts:
        wanted += [draws.only(doubt), draws.without(doubt)]
    return list({each.certain: each for each in wanted}.values())


def _pick(draws: Draws, doubt: str, name: str, choices: int) -> NDArray[np.int64]:
    """Return the number of a place or reach in each draw; 0 where there is no other."""
    if choices == 1 or doubt in draws.certain:
        return np.zeros(1, dtype=np.int64)
    return draws.pick(doubt, name, choices - 1) + 1


def _find_part(
    layers: NDArray[np.float64],
    inner: NDArray[np.float64] | None,
    layer: int,
    whole: float,
    error: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the part of a unit's layer in a zone, of a ring that of its disc less the inner."""
    if whole <= 0:
        return np.zeros(1)
    own = layers[layer] / whole
    if inner is None:
        return _distort(own, error)
    return _distort(own + inner[layer] / whole, error) - _distort(inner[layer] / whole, error)


def _distort(part: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    part = np.minimum(part, 1.0)
    return part * error / (1 - part + part * error)


def _add(parts: Mapping[str | None, NDArray[np.float64]]) -> NDArray[np.float64]:
    total = np.zeros(1)
    for part in parts.values():
        total = total + part
    return total
