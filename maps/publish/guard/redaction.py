"""The public copy of a run: written table by table from what is named here, never cut out of the
run's own file, in which deleted rows may linger.
"""  # noqa: D205 - one sentence

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from geo.database.store import create_run, fetch_records, get_facts, insert_records, set_facts
from maps.publish.guard.cells import write_cells
from maps.publish.guard.counts import count_by_unit
from maps.publish.guard.licences import find_forbidden
from maps.publish.guard.origins import redact_sources
from maps.publish.guard.people import (
    list_exposure,
    list_groups,
    list_parts,
    list_series,
    list_told_needs,
    list_unit_series,
    tell_exposure,
    tell_units,
)
from maps.publish.guard.places import (
    Unit,
    number_events,
    outline_by_units,
    redact_places,
    redact_zones,
)
from maps.publish.guard.summary import tell_facts
from maps.publish.guard.told_cautions import tell_cautions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import duckdb

    from maps.publish.guard.figures import Figure, Told
    from maps.publish.guard.origins import Origins
    from maps.publish.guard.protocol import Protocol
    from maps.run import Record

_TABLES = Path(__file__).with_name("tables.sql")
_ZONES = """
    SELECT zones.*, events.place_id FROM zones LEFT JOIN events USING (event_id)
    ORDER BY zones.rowid
"""
_EVENTS = """
    SELECT events.*, places.lon, places.lat, places.kind AS place_kind
    FROM events LEFT JOIN places USING (place_id) ORDER BY events.rowid
"""
_TYPES = """
    SELECT min(event_id) AS event_id, event_type, NULL AS place_id FROM events
    GROUP BY event_type ORDER BY event_type LIMIT 10000
"""
_GRIDS = "SELECT * FROM grids WHERE role = 'main' ORDER BY grid_id"
_UNITS = "SELECT * FROM admin_units ORDER BY pcode"
_ROLES = frozenset({"venue", "threatened", "site", "actor", "mentioned"})
_MODALITIES = frozenset({"actual", "threatened", "planned", "past", "denied"})
_KINDS = frozenset({"talks", "attack", "violence", "evacuation"})
_AREAS = ("country", "region")


@dataclass(frozen=True, slots=True)
class Redacted:
    """What of a run is told, before it is written.

    Attributes
    ----------
    by_unit
        Why single events are left out: `licence`, `large` or `protocol`; None: they are not.
    all_zones
        Rows of the run's table `zones`.
    zones
        Those that are told, as they are told, by their id in the run.
    events
        Rows of the run's events; of a large run one of each type.
    told, units
        What is told of zones and of units.
    """

    facts: dict[str, Any]
    by_unit: str | None
    shapes: list[Unit]
    all_zones: list[Record]
    zones: dict[str, Record]
    events: list[Record]
    places: dict[str, Record]
    told: dict[str, Told]
    units: dict[str, Figure | None]
    unit_rows: list[Record]
    origins: Origins


def redact_run(source: duckdb.DuckDBPyConnection, target: Path, protocol: Protocol) -> Redacted:
    """Write the public copy of a run, and return what it tells."""
    found = _redact(source, protocol)
    with create_run(target) as con:
        con.execute(_TABLES.read_text(encoding="utf-8"))
        con.begin()
        for table, rows in _list_tables(source, found, protocol).items():
            insert_records(con, table, rows)
        if protocol.is_whole("density"):
            _write_cells(source, con, found)
        set_facts(con, _list_facts(found))
        con.commit()
    return found


def _redact(source: duckdb.DuckDBPyConnection, protocol: Protocol) -> Redacted:
    facts = get_facts(source)
    events = fetch_records(source, _TYPES if facts.get("large") else _EVENTS)
    sources = fetch_records(source, "SELECT * FROM sources ORDER BY source_id")
    shapes = [
        Unit(row["pcode"], row["name"], shapely.from_wkb(bytes(row["geometry"])))
        for row in fetch_records(source, _UNITS)
    ]
    by_unit = None
    if find_forbidden(sources, events, (facts.get("input") or {}).get("name")):
        by_unit = "licence"
    elif facts.get("large"):
        by_unit = "large"
    elif not protocol.is_whole("zones"):
        by_unit = "protocol"
    all_zones = fetch_records(source, _ZONES)
    unit_rows, units = tell_units(source)
    told = tell_exposure(source, all_zones, units)
    shown = [zone for zone in all_zones if _is_told(zone, by_unit, protocol)]
    is_single = by_unit is None and protocol.is_told("events")
    with_zones = {zone["place_id"] for zone in shown}
    ids = [event["place_id"] for event in events if event["place_id"] and by_unit is None]
    places = redact_places(
        fetch_records(
            source,
            "SELECT * FROM places WHERE place_id IN (SELECT unnest(?)) ORDER BY rowid",
            [[each for each in ids if is_single or each in with_zones]],
        ),
        shapes,
        facts.get("towns") or [],
    )
    numbers = number_events(events) if by_unit != "large" else {}
    zones = redact_zones(shown, numbers, places, shapes)
    return Redacted(
        facts=facts,
        by_unit=by_unit,
        shapes=shapes,
        all_zones=all_zones,
        zones=zones,
        events=[event | {"number": numbers.get(event["event_id"])} for event in events],
        places=places,
        told=told,
        units=units,
        unit_rows=unit_rows,
        origins=redact_sources(sources, facts),
    )


def _is_told(zone: Record, by_unit: str | None, protocol: Protocol) -> bool:
    """Tell whether a zone is told: by unit only, units and unions, of which the parts are."""
    if not protocol.is_told("zones"):
        return False
    if by_unit is None:
        return True
    if zone["kind"] == "union":
        return True
    return bool(zone["kind"] == "drawn" if by_unit != "protocol" else zone["kind"] == "admin")


def _list_tables(
    source: duckdb.DuckDBPyConnection, found: Redacted, protocol: Protocol
) -> dict[str, list[Any]]:
    """Return the rows of every table that a public run holds, but for its cells and facts."""
    as_of = found.facts["as_of"]
    grids = fetch_records(source, _GRIDS)
    labels = {grid["label"]: found.origins.name_grid(grid) for grid in grids}
    ids = found.origins.ids
    parts = list_parts(source, found.zones, found.told)
    outline_by_units(
        {zone["zone_id"]: zone for zone in found.zones.values()},
        _list_held(source, found),
        found.shapes,
    )
    for place in found.places.values():
        place["population_source"] = labels.get(place["population_source"])
    told_events = found.by_unit is None and protocol.is_whole("events")
    tables: dict[str, list[Any]] = {
        "sources": found.origins.sources,
        "cautions": tell_cautions(source, found, protocol),
        "places": list(found.places.values()),
        "events": [_redact_event(each, found.places) for each in found.events]
        if told_events
        else [],
        "admin_units": [
            unit | {"source_id": ids.get(unit["source_id"], unit["source_id"])}
            for unit in fetch_records(source, _UNITS)
        ],
        "zones": list(found.zones.values()),
        "exposure": list_exposure(source, found.zones, found.told, labels),
        "exposure_admin": parts,
        "grids": [
            grid | {"label": labels[grid["label"]], "source_id": ids[grid["source_id"]]}
            for grid in grids
        ],
        "unit_facilities": _count(source, found, protocol),
    }
    if protocol.is_told("units"):
        tables["unit_people"] = found.unit_rows
    if protocol.is_whole("groups"):
        tables["people_groups"] = list_groups(source, found.all_zones, found.zones, found.told, ids)
    if protocol.is_whole("needs"):
        tables["needs"] = list_told_needs(found.zones, found.told)
    if protocol.is_whole("series"):
        tables["series"] = list_series(source, found.all_zones, found.zones, found.told, as_of)
        tables["series_units"] = list_unit_series(source, found.units, as_of)
    return tables


def _list_held(source: duckdb.DuckDBPyConnection, found: Redacted) -> list[Record]:
    """Return which units each union has people in."""
    return [
        row | {"zone_id": found.zones[row["zone_id"]]["zone_id"]}
        for row in fetch_records(source, "SELECT * FROM exposure_admin")
        if row["zone_id"] in found.zones
    ]


def _redact_event(event: Record, places: Mapping[str, Record]) -> Record:
    place = places.get(event["place_id"])
    return {
        "event_id": event["number"],
        "kind": event["kind"] if event["kind"] in _KINDS else "event",
        "role": event["role"] if event["role"] in _ROLES else "mentioned",
        "modality": event["modality"] if event["modality"] in _MODALITIES else "actual",
        "date": event["date"],
        "place_id": place["place_id"] if place else None,
        "evidence": None,
        "radius_km": None,
        "fatalities": None,
        "event_type": None,
    }


def _count(source: duckdb.DuckDBPyConnection, found: Redacted, protocol: Protocol) -> list[Record]:
    facilities: Sequence[Record] = ()
    if protocol.is_told("facilities"):
        facilities = fetch_records(source, "SELECT * FROM facilities ORDER BY facility_id")
    events: Sequence[Record] = ()
    if protocol.is_told("events") and not protocol.is_whole("events") and not found.by_unit:
        events = [event for event in found.events if event["place_kind"] not in _AREAS]
    return count_by_unit(facilities, events, found.shapes)


def _write_cells(
    source: duckdb.DuckDBPyConnection, con: duckdb.DuckDBPyConnection, found: Redacted
) -> None:
    rows = source.execute("SELECT pcode, static FROM unit_people").fetchall()
    counted = {}
    for pcode, static in rows:
        figure = found.units[pcode]
        counted[pcode] = (static, None if figure is None else float(figure.static))
    areas = [shapely.from_wkb(bytes(zone["geometry"])) for zone in found.zones.values()]
    write_cells(source, con, found.shapes, counted, areas)


def _list_facts(found: Redacted) -> dict[str, Any]:
    zone_id = str((found.facts.get("headline") or {}).get("zone_id"))
    zone = found.zones.get(zone_id)
    if zone is None and found.by_unit:
        unions = [each for each in found.zones if found.zones[each]["kind"] == "union"]
        zone_id = unions[len(unions) // 2] if unions else zone_id
        zone = found.zones.get(zone_id)
    figure = found.told[zone_id].total if zone is not None and zone_id in found.told else None
    return tell_facts(
        found.facts,
        zone,
        figure,
        _name_zone(zone, found),
        names={place["name"] for place in found.places.values()},
        is_by_unit=found.by_unit is not None,
    )


def _name_zone(zone: Record | None, found: Redacted) -> str | None:
    """Return what a title calls a zone."""
    if zone is None or zone["kind"] == "union":
        return None
    names = {unit.pcode: unit.name for unit in found.shapes}
    place = found.places.get(zone["place_id"])
    return str(names.get(zone["pcode"]) or (place["name"] if place else zone["label"]))
