"""A run in a few words: its headline, title, map number, and the towns round its zones."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.database.store import fetch_records
from geo.people.stop_rules import pick_words
from geo.types import BBox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from geo.events import EventSet
    from geo.people.stop_rules import Stale
    from geo.places import Gazetteer, Place

_MILLION = 1_000_000
_FIGURES = 3  # significant
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
    """Return the facts that a reader sees first: `title`, `headline`, `map_number`, `input`,
    `towns` and the version.

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
    where = ", ".join(part for part in (name, country.name if country else None) if part)
    code = country.iso3 if country else "WLD"
    return {
        "civmap": __version__,
        "title": f"People at risk: {where}" if where else "Places in the news",
        "headline": {
            "zone_id": zone["zone_id"] if zone else None,
            "text": write_headline(zone, as_of, _list_stale(con, zone, stale))
            if zone
            else _write_without_zone(con, events, len(zones), as_of, stale),
        },
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


def format_people(people: float) -> str:
    """Return a number of people with three significant figures.

    Examples
    --------
    >>> format_people(1_403_000), format_people(275_267), format_people(64)
    ('1.4 million', '275,000', '64')
    """
    if people >= _MILLION:
        return f"{people / _MILLION:.{_FIGURES - 1}f}".rstrip("0").rstrip(".") + " million"
    step = 10 ** max(0, len(str(int(people))) - _FIGURES)
    return f"{round(people / step) * step:,}"


def write_headline(zone: dict[str, Any], as_of: date, stale: Sequence[str] = ()) -> str:
    """Return the headline: one plain statement with a range, a day, the static figure beside.

    Parameters
    ----------
    zone
        Columns `label`, `low`, `best`, `high`, `static`, `modelled` of the zone that the run is
        about; figures None where nobody can be counted.
    stale
        Clauses that say what is too old in what the figures rest on.
    """
    day = _write_day(as_of)
    if zone["best"] is None:
        return f"As of {day}: {zone['label']}: the number of people there is unknown."
    low, best, high, static = (
        format_people(zone[key]) for key in ("low", "best", "high", "static")
    )
    text = f"As of {day}: {zone['label']}: about {best} people ({low} to {high})"
    text += ", a coarse model" if zone["modelled"] == "coarse" else ""
    text += "".join(f", {words}" for words in stale)
    text += f"; a static population map says {static}." if static != best else "."
    return text + " People living there, not people harmed."


def _write_without_zone(
    con: duckdb.DuckDBPyConnection,
    events: EventSet,
    zones: int,
    as_of: date,
    stale: Sequence[Stale],
) -> str:
    """Return the headline of a run that is about no one zone: never that nothing is threatened
    where that is not known.
    """  # noqa: D205 - one sentence
    day = _write_day(as_of)
    if zones:
        return (
            f"As of {day}: {len(events.events)} events. The people round each are in the table; "
            "they are not to be added, since zones overlap."
            + "".join(f" Some numbers are {words}." for words in pick_words(stale))
        )
    if "roles-not-read" in {caution.code for caution in events.cautions}:
        return (
            f"As of {day}: what is threatened here is not known, since civmap does not read this "
            "language; the places that were found are shown."
        )
    names = [row["name"] for row in fetch_records(con, _ZONELESS)]
    if names:
        return (
            f"As of {day}: reported as threatened or under attack: {', '.join(names)}. The number "
            "of people there is unknown: it is a whole region, or its outline is not known."
        )
    return f"As of {day}: no place here is reported as threatened or under attack."


def _list_stale(
    con: duckdb.DuckDBPyConnection, zone: dict[str, Any], stale: Sequence[Stale]
) -> list[str]:
    """Return the clauses on what the people of a zone rest on and is too old."""
    rows = con.execute(_ZONE_UNITS, [zone["zone_id"]]).fetchall()
    pcodes = {code for (code,) in rows}
    label = zone["population_source"]
    return pick_words([each for each in stale if each.concerns(pcodes, label)])


def _write_day(day: date) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


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
        apart = all(
            abs(town.lon - other.lon) + abs(town.lat - other.lat) > _APART_DEGREES
            for other in chosen
        )
        if apart and len(chosen) < _TOWNS:
            chosen.append(town)
    return [
        {"name": town.name, "lon": town.lon, "lat": town.lat, "population": town.population}
        for town in chosen
    ]


def _slug(name: str) -> str:
    kept = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    return "-".join(part for part in kept.split("-") if part)[:40]
