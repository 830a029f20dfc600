"""Results: rows of `exposure` and `exposure_admin`, rounded so that all parts add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.exposure.ranges import SHIFT_BEARINGS, combine_parts, round_family
from geo.types import Caution, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geo.exposure.count import Piece
    from geo.exposure.tally import Tally
    from geo.exposure.zones import Zone

_GAP = 0.02  # a zone with more than this part without data gets a caution
_KNOWN = 0.01  # with data for less than this part, a zone's people are unknown; an islet has more
_MOVED = 1.5  # a unit with this many times its residents, or as many times fewer


def build_rows(
    zones: Sequence[Zone], tally: Tally, names: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of `exposure` and `exposure_admin` for the zones whose people are known.

    Parameters
    ----------
    names
        Of units, by P-code.
    """
    known = [zone for zone in zones if _is_known(zone, tally)]
    best = round_family(zones, {z.zone_id: _by_unit(tally, z, tally.best) for z in known})
    static = round_family(
        zones, {z.zone_id: _by_unit(tally, z, lambda piece: piece.static) for z in known}
    )
    rows, parts = [], []
    for zone in known:
        here, before = best[zone.zone_id], static[zone.zone_id]
        row = _exposure_row(zone, tally, sum(here.values()))
        rows.append(row | {"static": sum(before.values())})
        parts += _admin_rows(zone, tally, here, before, names)
    return rows, parts


def _is_known(zone: Zone, tally: Tally) -> bool:
    return tally.valid_km2(zone.zone_id) > _KNOWN * zone.area_km2


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
        if zone.kind in ("disc", "drawn")
        for piece in tally.pieces.get(zone.zone_id, ())
    }
    moved = [
        unit.name
        for pcode, unit in sorted(tally.units.items())
        if pcode in parts and not 1 / _MOVED < unit.factor < _MOVED
    ]
    if not moved:
        return []
    return [
        Caution(
            "spread-inside-unit",
            f"{', '.join(moved)}: the number of people has changed much, and inside the unit they "
            "are placed as its residents were. Displaced people also stay on open land, so the "
            "unit's total is surer than the figures of discs and drawn areas.",
        )
    ]


def _by_unit(tally: Tally, zone: Zone, value: Callable[[Piece], float]) -> dict[str | None, float]:
    return {piece.pcode: value(piece) for piece in tally.pieces[zone.zone_id]}


def _exposure_row(zone: Zone, tally: Tally, best: int) -> dict[str, Any]:
    pieces = tally.pieces[zone.zone_id]
    people = tally.people(zone.zone_id)
    parts = {source: tally.extremes(pieces, source) for source in ("displacement", "population")}
    if zone.precision_km:
        shifts = [f"{zone.zone_id}@{bearing}" for bearing in SHIFT_BEARINGS]
        shifted = [tally.people(shift) for shift in shifts if shift in tally.pieces]
        parts["place"] = Interval(min([*shifted, people]), people, max([*shifted, people]))
    interval = combine_parts(people, parts)
    valid = sum(piece.valid_km2 for piece in pieces)
    nodata = sum(piece.nodata_km2 for piece in pieces)
    return {
        "zone_id": zone.zone_id,
        "low": min(round(interval.low), best),
        "best": best,
        "high": max(round(interval.high), best),
        "density_km2": people / valid,
        "population_source": tally.grid.label,
        "population_date": tally.grid.population_date,
        "coverage_fraction": min(1.0, (valid + nodata) / zone.area_km2),
        "nodata_fraction": min(1.0, nodata / zone.area_km2),
        "parts": {
            name: {"low": round(part.low), "high": round(part.high)}
            for name, part in parts.items()
            if part.high > part.low
        },
    }


def _admin_rows(
    zone: Zone,
    tally: Tally,
    best: Mapping[str | None, int],
    static: Mapping[str | None, int],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    rows = []
    for piece in tally.pieces[zone.zone_id]:
        parts = {
            source: tally.extremes([piece], source) for source in ("displacement", "population")
        }
        interval = combine_parts(tally.best(piece), parts)
        here = best[piece.pcode]
        if piece.pcode is None and not here and not static[None] and len(best) > 1:
            continue
        rows.append(
            {
                "zone_id": zone.zone_id,
                "pcode": piece.pcode,
                "name": names[piece.pcode] if piece.pcode else "outside",
                "low": min(round(interval.low), here),
                "best": here,
                "high": max(round(interval.high), here),
                "static": static[piece.pcode],
            }
        )
    return rows
