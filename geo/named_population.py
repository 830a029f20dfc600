"""A source's name, or an address, in place of the raster that a table's events are counted on."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from geo.areas_at_risk import CORNER, Spot
from geo.bulk.discs import DEFAULT_KM
from geo.bulk.polygons import holds_polygons, read_zone_table
from geo.database.store import create_scratch
from geo.errors import InputError
from geo.events.bulk import load_events
from geo.named_data import obtain_all

if TYPE_CHECKING:
    from geo.events import TableOptions
    from geo.named_data import Agree
    from geo.obtained import Obtained
    from geo.types import Caution
    from geo.wanted import Way

_SAMPLE = 2_000  # events that tell which country most lie in
_EXTENT = "SELECT min(lon), min(lat), max(lon), max(lat), max(event_date) FROM events"
_REACH = """
SELECT max(greatest(coalesce(radius_km, $radius_km, type_radius_km, $default_km), precision_km))
FROM events
"""
_SPOTS = """
SELECT lon, lat, country FROM events
WHERE number % greatest(1, (SELECT count(*) FROM events) // $few) = 0 ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class _Whereabouts:
    """Where a table's zones lie, on what day the last was, and how far they reach beyond."""

    spots: list[Spot]
    day: date | None
    reach_km: float


def obtain_population(
    name: str,
    events: Path,
    table: TableOptions,
    radii_km: tuple[float, ...] | str | None,
    way: Way,
    agree: Agree | None = None,
) -> tuple[Obtained, list[Caution]]:
    """Fetch a raster for the events or polygons of a table, of the year of its last event.

    Parameters
    ----------
    name
        Of a source, or an https address.
    radii_km
        As in `geo.bulk.Request`.

    Returns
    -------
        The raster, of the countries in which they lie, and what to know of it.

    Raises
    ------
    InputError
        If nothing of the table lies in a country, or it is bad.
    UnavailableError
        As `geo.named_data.obtain_named`.
    """
    if holds_polygons(events):
        found = _survey_polygons(events)
    else:
        found = _survey_events(events, table, radii_km)
    if not found.spots:
        raise InputError(f"{events}: no event has a position, so {name} can't be asked")
    day = found.day or datetime.now(tz=UTC).date()
    obtained, cautions = obtain_all(
        [("population", name)], found.spots, day, way, agree, reach_km=found.reach_km
    )
    return obtained[0], cautions


def _survey_polygons(path: Path) -> _Whereabouts:
    table, _ = read_zone_table(path, None)
    inside = shapely.get_coordinates(shapely.point_on_surface(table.geometries)).tolist()
    west, south, east, north = shapely.total_bounds(table.geometries).tolist()
    corners = [Spot(west, south, kind=CORNER), Spot(east, north, kind=CORNER)]
    return _Whereabouts([*(Spot(lon, lat) for lon, lat in inside), *corners], None, 0.0)


def _survey_events(
    path: Path, table: TableOptions, radii_km: tuple[float, ...] | str | None
) -> _Whereabouts:
    with tempfile.TemporaryDirectory() as folder, create_scratch(Path(folder)) as con:
        load_events(con, path, options=table)
        ((west, south, east, north, day),) = con.execute(_EXTENT).fetchall()
        if west is None:
            return _Whereabouts([], None, 0.0)
        radius = max(radii_km) if isinstance(radii_km, tuple) else None
        parameters = {"radius_km": radius, "default_km": DEFAULT_KM}
        ((reach,),) = con.execute(_REACH, parameters).fetchall()
        rows = con.execute(_SPOTS, {"few": _SAMPLE}).fetchall()
    spots = [Spot(lon, lat, country) for lon, lat, country in rows]
    corners = [Spot(west, south, kind=CORNER), Spot(east, north, kind=CORNER)]
    return _Whereabouts([*spots, *corners], day, float(reach))
