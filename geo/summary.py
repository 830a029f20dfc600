"""A run in a few words: its headline, title, map number, and the towns round its zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.database.store import fetch_records
from geo.headline import write_headline, write_title
from geo.people.stop_rules import pick_clauses
from geo.types import BBox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from geo.events import EventSet
    from geo.people.stop_rules import Stale
    from geo.places import Gazetteer, Place

_TOWNS = 60
_TOWNS_MARGIN_DEGREES = 0.25
_APART_DEGREES = 0.015  # nearer ones are the same town twice, or parts of it

# The zone that a run is about: what the analyst drew, else the first threatened place, else the
# first site; of its zones the administrative unit, else the middle disc. Never the largest figure.
_HEADLINE_ZONES = """
    SELECT zones.*, low, best, high, static, modelled, events.role, exposure.population_source,
        places.name AS place, places.country AS country
    FROM zones
    LEFT JOIN exposure USING (zone_id)
    LEFT JOIN grids USING (grid_id)
    LEFT JOIN events USING (event_id)
    LEFT JOIN places USING (place_id)
    WHERE zones.kind != 'ring'
    ORDER BY zones.event_id IS NOT NULL, events.role IS DISTINCT FROM 'threatened',
        events.rowid, zones.kind != 'admin', abs(zones.radius_km - 5), zones.rowid
"""

_ZONE_UNITS = """
    SELECT DISTINCT pcode FROM pieces WHERE zone_id = ? AND pcode IS NOT NULL AND static > 0
"""

_ZONELESS = """
    SELECT DISTINCT places.name, min(events.rowid) AS number
    FROM events JOIN places USING (place_id)
    WHERE role IN ('threatened', 'site') AND modality IN ('actual', 'threatened', 'planned')
    GROUP BY places.name
    ORDER BY number
"""


def summarise_run(
    con: duckdb.DuckDBPyConnection,
    events: EventSet,
    gazetteer: Gazetteer,
    as_of: date,
    stale: Sequence[Stale] = (),
) -> dict[str, Any]:
    """Return the facts that a reader sees first: `title`, `headline` with its parts, `map_number`,
    `input`, `towns` and the version.

    Parameters
    ----------
    stale
        What the numbers rest on and is too old for the day.
    """  # noqa: D205 - the list is the summary
    zones = fetch_records(con, _HEADLINE_ZONES)
    # a table tells of many places, none of which stands for the others
    many = events.kind == "table" and len({zone["event_id"] for zone in zones}) > 1
    zone = zones[0] if zones and (zones[0]["event_id"] is None or not many) else None
    country = gazetteer.country(zone["country"]) if zone and zone["country"] else None
    name = (zone["place"] or zone["label"]) if zone else None
    code = country.iso3 if country else "WLD"
    parts = {
        "place": name,
        "country": country.iso2 if country else None,
        "country_name": country.name if country else None,
        **_find_parts(con, events, zone, len(zones), stale),
    }
    return {
        "civmap": __version__,
        "title": write_title(parts),
        "headline": {
            "zone_id": zone["zone_id"] if zone else None,
            "text": write_headline(parts, as_of),
        },
        "headline_parts": parts,
        "map_number": f"{code}001_exposure_{_slug(name or 'events')}_{as_of:%Y%m%d}",
        "input": {
            "name": events.name,
            "kind": events.kind,
            "title": events.title,
            "publisher": events.publisher,
            "sha256": events.sha256,
        },
        "towns": _choose_towns(con, gazetteer),
    }


def _find_parts(
    con: duckdb.DuckDBPyConnection,
    events: EventSet,
    zone: dict[str, Any] | None,
    zones: int,
    stale: Sequence[Stale],
) -> dict[str, Any]:
    """Return what a headline is written from, plain values only."""
    if zone is not None:
        concerned = _choose_stale(con, zone, stale)
        kind = "unknown" if zone["best"] is None else "zone"
        columns = ("label", "low", "best", "high", "static", "modelled")
        return {"kind": kind, **{key: zone[key] for key in columns}, "stale": concerned}
    if zones:
        told = [clause.to_parts() for clause in pick_clauses(stale)]
        return {"kind": "many", "events": len(events.events), "stale": told}
    if "roles-not-read" in {caution.code for caution in events.cautions}:
        return {"kind": "unread"}
    names = [row["name"] for row in fetch_records(con, _ZONELESS)]
    return {"kind": "named", "names": names} if names else {"kind": "none"}


def _choose_stale(
    con: duckdb.DuckDBPyConnection, zone: dict[str, Any], stale: Sequence[Stale]
) -> list[dict[str, Any]]:
    """Return the clauses on what the people of a zone rest on and is too old."""
    rows = con.execute(_ZONE_UNITS, [zone["zone_id"]]).fetchall()
    pcodes = {code for (code,) in rows}
    label = zone["population_source"]
    clauses = pick_clauses([each for each in stale if each.concerns(pcodes, label)])
    return [clause.to_parts() for clause in clauses]


def _choose_towns(con: duckdb.DuckDBPyConnection, gazetteer: Gazetteer) -> list[dict[str, Any]]:
    """Return the largest towns round the zones, for the map's orientation."""
    import shapely

    shapes = [row["geometry"] for row in fetch_records(con, "SELECT geometry FROM zones")]
    if not shapes:
        return []
    bounds = shapely.total_bounds(shapely.from_wkb([bytes(shape) for shape in shapes]))
    box = BBox(*map(float, bounds)).expand(_TOWNS_MARGIN_DEGREES)
    towns = [place for place in gazetteer.settlements_in(box) if place.population]
    towns.sort(key=lambda place: (-(place.population or 0), place.place_id))
    chosen: list[Place] = []
    for town in towns:
        if len(chosen) == _TOWNS:
            break
        if all(
            abs(town.lon - other.lon) + abs(town.lat - other.lat) > _APART_DEGREES
            for other in chosen
        ):
            chosen.append(town)
    return [
        {
            "name": town.name,
            "name_ar": town.name_ar,
            "lon": town.lon,
            "lat": town.lat,
            "population": town.population,
        }
        for town in chosen
    ]


def _slug(name: str) -> str:
    kept = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    return "-".join(part for part in kept.split("-") if part)[:40]
