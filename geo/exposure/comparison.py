"""Comparison: zones counted on other population sources too, beside the main one.

Each other source is counted by the very same join as the main one, on scanlines of its own grid.
Only static people are compared: a figure of the day is the same for every source.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

from geo.database.store import fetch_records, insert_records
from geo.exposure.rounding import round_family
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from geo.exposure.zones import Zone

    _Figures: TypeAlias = Sequence[tuple[str, Sequence[Mapping[str, Any]]]]

FAR_FACTOR = 1.25
"""Sources of which one has more than so many times another's people are reported. A judgement."""

_KNOWN = 0.01  # with data for less than this part, a zone's people are unknown, as in the main one
_WHOLE = 0.98  # with data for less than this part, it is said beside a figure
_NAMED = 5  # zones in a caution

_PIECES = """
    SELECT p.zone_id, p.pcode, p.static, p.valid_km2, p.nodata_km2
    FROM pieces p JOIN grids g USING (grid_id)
    WHERE g.role = 'other' AND g.label = ?
    ORDER BY p.grid_id, p.zone_id, p.pcode NULLS LAST
"""
_MAIN = """
    SELECT z.zone_id, g.grid_id, g.label AS population_source, g.population_date, x.static,
        coalesce(x.coverage_fraction, 0.0) AS coverage_fraction,
        coalesce(x.nodata_fraction, 0.0) AS nodata_fraction
    FROM zones z JOIN grids g USING (grid_id) LEFT JOIN exposure x USING (zone_id)
"""


def compare_sources(
    con: duckdb.DuckDBPyConnection, zones: Sequence[Zone], labels: Sequence[str]
) -> list[Caution]:
    """Fill `exposure_sources` from what was counted on every source, and tell where they differ.

    Parameters
    ----------
    labels
        Of the other sources, in their order, as in `grids`; none: nothing is done.

    Returns
    -------
        Cautions: sources that differ by more than a quarter, or have no data for a zone.
    """
    if not labels:
        return []
    main = {row["zone_id"]: row for row in fetch_records(con, _MAIN)}
    others = {label: _read_source(con, label, main, zones) for label in labels}
    rows: dict[str, list[dict[str, Any]]] = {
        zone.zone_id: [
            _add_ratio(row, main[zone.zone_id]["static"])
            for row in (main[zone.zone_id], *(found[zone.zone_id] for found in others.values()))
        ]
        for zone in zones
    }
    insert_records(con, "exposure_sources", [row for group in rows.values() for row in group])
    whole = [(zone.label, rows[zone.zone_id]) for zone in zones if zone.kind != "ring"]
    return [*_warn_of_difference(whole), *_warn_of_missing(whole, labels)]


def _read_source(
    con: duckdb.DuckDBPyConnection,
    label: str,
    main: Mapping[str, Mapping[str, Any]],
    zones: Sequence[Zone],
) -> dict[str, dict[str, Any]]:
    """Return a row for each zone from the pieces of one source; without people where unknown."""
    grids = {
        row["grid_id"]: row
        for row in fetch_records(
            con, "SELECT * FROM grids WHERE role = 'other' AND label = ?", [label]
        )
    }
    pieces: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for piece in fetch_records(con, _PIECES, [label]):
        pieces[piece["zone_id"]].append(piece)
    valid = {zone_id: sum(p["valid_km2"] for p in found) for zone_id, found in pieces.items()}
    nodata = {zone_id: sum(p["nodata_km2"] for p in found) for zone_id, found in pieces.items()}
    known = {z.zone_id for z in zones if valid.get(z.zone_id, 0.0) > _KNOWN * z.area_km2}
    rounded = round_family(
        zones, {zone_id: {p["pcode"]: p["static"] for p in pieces[zone_id]} for zone_id in known}
    )
    by_main = {grid_id.rsplit("-", 1)[0]: row for grid_id, row in grids.items()}
    rows = {}
    for zone in zones:
        grid = by_main.get(main[zone.zone_id]["grid_id"])
        seen = valid.get(zone.zone_id, 0.0) + nodata.get(zone.zone_id, 0.0)
        rows[zone.zone_id] = {
            "zone_id": zone.zone_id,
            "grid_id": grid["grid_id"] if grid else None,
            "population_source": label,
            "population_date": grid["population_date"] if grid else None,
            "static": sum(rounded[zone.zone_id].values()) if zone.zone_id in known else None,
            "coverage_fraction": min(1.0, seen / zone.area_km2),
            "nodata_fraction": min(1.0, nodata.get(zone.zone_id, 0.0) / zone.area_km2),
        }
    return rows


def _add_ratio(row: Mapping[str, Any], main: int | None) -> dict[str, Any]:
    known = row["static"] is not None and main
    return {**row, "ratio": row["static"] / main if known else None}


def _warn_of_difference(zones: _Figures) -> list[Caution]:
    """Name the zones whose sources are more than a quarter apart, and each source's figure."""
    told = []
    for label, rows in zones:
        known = [row for row in rows if row["static"] is not None]
        people = [row["static"] for row in known]
        if len(known) > 1 and max(people) > FAR_FACTOR * min(people):
            told.append(f"{label}: {', '.join(_tell_figure(row) for row in known)}")
    if not told:
        return []
    return [
        Caution(
            "sources-disagree",
            f"Population sources differ by more than {FAR_FACTOR - 1:.0%} (people before any "
            f"correction to the day): {_shorten(told)}.",
        )
    ]


def _warn_of_missing(zones: _Figures, labels: Sequence[str]) -> list[Caution]:
    """Name the zones that another source reaches the surroundings of, but has no data for."""
    cautions = []
    for number, source in enumerate(labels, 1):
        missing = [
            label
            for label, rows in zones
            if rows[number]["static"] is None and rows[number]["grid_id"] is not None
        ]
        if missing:
            cautions.append(
                Caution(
                    "source-gap",
                    f"{source} has no population data for {_shorten(missing)}; there it has no "
                    "figure, and nothing is compared.",
                )
            )
    return cautions


def _tell_figure(row: Mapping[str, Any]) -> str:
    valid = row["coverage_fraction"] - row["nodata_fraction"]
    part = "" if valid >= _WHOLE else f" (with data for {valid:.0%} of it)"
    return f"{row['static']:,}{part} by {row['population_source']}"


def _shorten(told: Sequence[str]) -> str:
    more = len(told) - _NAMED
    return "; ".join(told[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
