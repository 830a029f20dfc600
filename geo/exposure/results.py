"""Results: rows of `exposure` and `exposure_admin`, rounded so that all parts add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.draws import find_interval, to_persons
from geo.exposure.rounding import round_family, round_parts
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from geo.exposure.count import Piece
    from geo.exposure.simulation import ZoneRange
    from geo.exposure.tally import Tally
    from geo.exposure.zones import Zone
    from geo.types import Interval

_GAP = 0.02  # a zone with more than this part without data gets a caution
_KNOWN = 0.01  # with data for less than this part, a zone's people are unknown; an islet has more
_MOVED = 1.5  # a unit with this many times its residents, or as many times fewer


def find_known(zones: Sequence[Zone], tally: Tally) -> list[Zone]:
    """Return the zones that have population data for more than a speck of their area."""
    return [zone for zone in zones if tally.valid_km2(zone.zone_id) > _KNOWN * zone.area_km2]


def build_rows(
    zones: Sequence[Zone],
    tally: Tally,
    names: Mapping[str, str],
    ranges: Mapping[str, ZoneRange],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of `exposure` and `exposure_admin` for the zones whose people are known.

    Parameters
    ----------
    names
        Of units, by P-code.
    ranges
        Of every zone whose people are known.
    """
    known = find_known(zones, tally)
    best = round_bests(zones, tally)
    static = round_family(
        zones, {z.zone_id: _by_unit(tally, z, lambda piece: piece.static) for z in known}
    )
    rows, parts = [], []
    for zone in known:
        here, before = best[zone.zone_id], static[zone.zone_id]
        found = ranges[zone.zone_id]
        row = _exposure_row(zone, tally, sum(here.values()), found)
        rows.append(row | {"static": sum(before.values())})
        parts += _admin_rows(zone, tally, here, before, names, found.units)
    return rows, parts


def build_dated_rows(
    zones: Sequence[Zone], tally: Tally, people: Mapping[str, NDArray[np.float64]]
) -> list[dict[str, Any]]:
    """Return low, best, high and static for the zones whose people are known.

    Parameters
    ----------
    people
        In every draw, by zone.
    """
    best = round_bests(zones, tally)
    static = round_family(
        zones,
        {
            zone_id: {piece.pcode: piece.static for piece in tally.pieces[zone_id]}
            for zone_id in best
        },
    )
    rows = []
    for zone_id, here in best.items():
        total = sum(here.values())
        low, high = _round_range(find_interval(people[zone_id], total), total)
        rows.append(
            {
                "zone_id": zone_id,
                "low": low,
                "best": total,
                "high": high,
                "static": sum(static[zone_id].values()),
            }
        )
    return rows


def round_bests(zones: Sequence[Zone], tally: Tally) -> dict[str, dict[str | None, int]]:
    """Return the best figures by zone and unit, in whole persons that add up."""
    known = find_known(zones, tally)
    return round_family(zones, {z.zone_id: find_bests(z, tally) for z in known})


def find_bests(zone: Zone, tally: Tally) -> dict[str | None, float]:
    """Return the best figures of a zone by unit."""
    return _by_unit(tally, zone, tally.best)


def warn_of_gaps(
    zones: Sequence[Zone], rows: Sequence[Mapping[str, Any]], tally: Tally
) -> list[Caution]:
    """Say which zones have no population data, wholly or in part."""
    by_id = {row["zone_id"]: row for row in rows}
    cautions = [
        Caution(
            "no-population-data",
            f"{zone.label}: there is no population data for it, or for less than "
            f"{_KNOWN:.0%} of it, so the number of people is unknown, not zero. Give a raster "
            "that reaches it with --population FILE.",
        )
        for zone in zones
        if zone.zone_id not in by_id
    ]
    gaps = {
        zone.label: by_id[zone.zone_id]["nodata_fraction"]
        + 1
        - by_id[zone.zone_id]["coverage_fraction"]
        for zone in zones
        if zone.zone_id in by_id and zone.kind != "ring"
    }
    listed = "; ".join(f"{label} {gap:.0%}" for label, gap in gaps.items() if gap > _GAP)
    if listed:
        cautions.append(
            Caution(
                "population-gap",
                "Part of the area has no population data (it is sea, or lies beyond the surface "
                f"{tally.grid.label!r}), and anyone there is not counted: {listed}.",
            )
        )
    return cautions


def warn_of_spread(zones: Sequence[Zone], tally: Tally) -> list[Caution]:
    """Say where many more or fewer people than residents are spread as the residents were."""
    parts = {
        piece.pcode
        for zone in zones
        if zone.kind in ("disc", "drawn", "union")
        for piece in tally.pieces.get(zone.zone_id, ())
    }
    moved = [
        unit.name
        for pcode, unit in sorted(tally.units.items())
        if pcode in parts and not 1 / _MOVED < unit.best / max(unit.static, 1.0) < _MOVED
    ]
    if not moved:
        return []
    return [
        Caution(
            "spread-inside-unit",
            f"{', '.join(moved)}: the number of people has changed much. Of those who came, half "
            "are placed as the residents were and half evenly over the unit's land, since where "
            "they stay is not known; the range says how much that matters. The unit's total is "
            "surer than the figures of discs and drawn areas.",
        )
    ]


def _by_unit(tally: Tally, zone: Zone, value: Callable[[Piece], float]) -> dict[str | None, float]:
    return {piece.pcode: value(piece) for piece in tally.pieces[zone.zone_id]}


def _exposure_row(zone: Zone, tally: Tally, best: int, found: ZoneRange) -> dict[str, Any]:
    pieces = tally.pieces[zone.zone_id]
    valid = sum(piece.valid_km2 for piece in pieces)
    nodata = sum(piece.nodata_km2 for piece in pieces)
    low, high = _round_range(found.people, best)
    return {
        "zone_id": zone.zone_id,
        "low": low,
        "best": best,
        "high": high,
        "density_km2": tally.people(zone.zone_id) / valid,
        "population_source": tally.grid.label,
        "population_date": tally.grid.population_date,
        "coverage_fraction": min(1.0, (valid + nodata) / zone.area_km2),
        "nodata_fraction": min(1.0, nodata / zone.area_km2),
        "parts": _describe_parts(found, low, high),
    }


def _describe_parts(found: ZoneRange, low: int, high: int) -> dict[str, dict[str, Any]]:
    """Return what each source of doubt adds: its part of the width, and the range by it alone."""
    widths = round_parts([share * (high - low) for share in found.shares.values()], high - low)
    alone = {doubt: to_persons(people) for doubt, people in found.alone.items()}
    return {
        doubt: {
            "low": round(alone[doubt].low),
            "high": round(alone[doubt].high),
            "width": width,
            "share": round(found.shares[doubt], 4),
        }
        for doubt, width in zip(found.shares, widths, strict=True)
    }


def _round_range(people: Interval, best: int) -> tuple[int, int]:
    whole = to_persons(people)
    return min(round(whole.low), best), max(round(whole.high), best)


def _admin_rows(
    zone: Zone,
    tally: Tally,
    best: Mapping[str | None, int],
    static: Mapping[str | None, int],
    names: Mapping[str, str],
    ranges: Mapping[str | None, Interval],
) -> list[dict[str, Any]]:
    rows = []
    for piece in tally.pieces[zone.zone_id]:
        here = best[piece.pcode]
        if piece.pcode is None and not here and not static[None] and len(best) > 1:
            continue
        low, high = _round_range(ranges[piece.pcode], here)
        rows.append(
            {
                "zone_id": zone.zone_id,
                "pcode": piece.pcode,
                "name": names[piece.pcode] if piece.pcode else "outside",
                "low": low,
                "best": here,
                "high": high,
                "static": static[piece.pcode],
            }
        )
    return rows
