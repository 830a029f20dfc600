"""Places and zones as they may be told: positions as coarse as they are known, names not the
input's own.
"""  # noqa: D205 - one sentence

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from geo.exposure.zones import make_disc
from geo.types import LonLat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from maps.run import Record

LEAST_KM = 1.0
"""The finest grid that a position is put on."""

_KM_PER_DEGREE = 111.32
_NEAR_DEGREES = 0.25
_KNOWN = re.compile(r"(gn|a1|a2|co|cm):")  # ids of the gazetteer, see `geo.places.place`
_OURS = re.compile(r"E\d+")
_CODE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit: what names a place that only the input named."""

    pcode: str
    name: str
    geometry: BaseGeometry


def snap_position(lon: float, lat: float, precision_km: float) -> LonLat:
    """Return a position on a grid of its precision, `LEAST_KM` at the finest.

    With two decimals of a degree (about a kilometre), fewer where the grid is coarser.
    """
    step_km = max(precision_km, LEAST_KM)
    decimals = 2 if step_km < 10 else 1
    step = step_km / _KM_PER_DEGREE
    snapped = max(-90.0, min(90.0, round(round(lat / step) * step, decimals)))
    across = step / max(math.cos(math.radians(snapped)), 0.01)
    east = round(lon / across) * across
    if not -180 <= east <= 180:
        east = (east + 180.0) % 360.0 - 180.0
    return LonLat(round(east, decimals), snapped)


def find_unit(lon: float, lat: float, units: Sequence[Unit]) -> Unit | None:
    """Return the unit that holds a position; of several the first."""
    at = shapely.Point(lon, lat)
    return next((unit for unit in units if unit.geometry.covers(at)), None)


def redact_places(
    places: Sequence[Record], units: Sequence[Unit], towns: Sequence[Record]
) -> dict[str, Record]:
    """Return places by their old id: coarse, and named by the gazetteer or the units only.

    A place that the input named is called after the unit that holds it, else after the nearest of
    the towns, else `A place`.
    """
    redacted = {}
    for number, place in enumerate(places, 1):
        is_known = bool(_KNOWN.match(place["place_id"]))
        at = snap_position(place["lon"], place["lat"], place["precision_km"])
        country = place["country"]
        density = place["density_km2"]
        redacted[place["place_id"]] = {
            "place_id": place["place_id"] if is_known else f"place-{number}",
            "name": place["name"] if is_known else _name_place(place, units, towns),
            "country": country if country and _CODE.fullmatch(country) else None,
            "kind": place["kind"],
            "lon": at.lon,
            "lat": at.lat,
            "precision_km": max(place["precision_km"], LEAST_KM),
            "geoname_id": place["geoname_id"] if is_known else None,
            "pcode": place["pcode"] if is_known else None,
            "admin1": place["admin1"] if is_known else None,
            "population": place["population"] if is_known else None,
            "source": "gazetteer" if is_known else "input",
            "confidence": place["confidence"],
            "alternatives": [],
            "density_km2": None if density is None else float(f"{density:.2g}"),
            "population_source": place["population_source"],
        }
    return redacted


def _name_place(place: Record, units: Sequence[Unit], towns: Sequence[Record]) -> str:
    unit = find_unit(place["lon"], place["lat"], units)
    if unit is not None:
        return unit.name
    near = min(towns, key=lambda town: _measure(town, place), default=None)
    if near is not None and _measure(near, place) < _NEAR_DEGREES:
        return str(near["name"])
    return "A place"


def _measure(town: Record, place: Record) -> float:
    return math.hypot(town["lon"] - place["lon"], town["lat"] - place["lat"])


def number_events(events: Sequence[Record]) -> dict[str, str]:
    """Return what each event is called: a table's own ids are not kept."""
    ids = [event["event_id"] for event in events]
    if all(_OURS.fullmatch(each) for each in ids):
        return {each: each for each in ids}
    return {each: f"E{number}" for number, each in enumerate(ids, 1)}


def redact_zones(
    zones: Sequence[Record],
    events: Mapping[str, str],
    places: Mapping[str, Record],
    units: Sequence[Unit],
) -> dict[str, Record]:
    """Return zones by their old id, with ids, labels and outlines made anew.

    Parameters
    ----------
    zones
        Rows of table `zones` with `place_id`; geometry as WKB.
    events
        What each event is called.
    """
    by_code = {unit.pcode: unit for unit in units}
    drawn = 0
    redacted = {}
    for zone in zones:
        made = dict(zone)
        event = made["event_id"] = events.get(zone["event_id"]) if zone["event_id"] else None
        if zone["kind"] in ("disc", "ring"):
            _place_disc(made, event, places[zone["place_id"]])
        elif zone["kind"] == "admin":
            unit = by_code[zone["pcode"]]
            made["zone_id"] = f"{event}-admin-{unit.pcode}"
            made["label"] = f"{unit.name} (administrative unit {unit.pcode})"
            made["geometry"] = shapely.to_wkb(unit.geometry)
        elif zone["kind"] == "union":
            made["zone_id"] = f"union-{zone['radius_km']:g}km"
            made["label"] = f"Within {zone['radius_km']:g} km of any event"
        else:
            drawn += 1
            made["zone_id"], made["label"] = f"drawn-{drawn}", f"Drawn zone {drawn}"
        redacted[zone["zone_id"]] = made
    return redacted


def _place_disc(zone: Record, event: str | None, place: Record) -> None:
    """Lay a disc or ring round the coarse position of its place."""
    inner, outer = zone["inner_km"] or 0.0, zone["radius_km"]
    at = LonLat(place["lon"], place["lat"])
    shape = make_disc(at, outer)
    if inner:
        shape = shape.difference(make_disc(at, inner))
    slug = f"ring-{inner:g}-{outer:g}" if inner else f"disc-{outer:g}"
    zone["zone_id"] = f"{event}-{slug}km"
    zone["label"] = (
        f"{inner:g} to {outer:g} km from {place['name']}"
        if inner
        else f"Within {outer:g} km of {place['name']}"
    )
    zone["lon"], zone["lat"] = at.lon, at.lat
    zone["geometry"] = shapely.to_wkb(shape)


def outline_by_units(
    zones: Mapping[str, Record], parts: Sequence[Record], units: Sequence[Unit]
) -> None:
    """Give unions the outlines of the units in which they have people: events can't be read off."""
    by_code = {unit.pcode: unit.geometry for unit in units}
    for zone in zones.values():
        if zone["kind"] != "union":
            continue
        held = [
            by_code[part["pcode"]]
            for part in parts
            if part["zone_id"] == zone["zone_id"]
            and part["pcode"] in by_code
            and (part["best"] or part["static"])
        ]
        shape = shapely.union_all(held) if held else shapely.Polygon()
        zone["geometry"] = shapely.to_wkb(shape)
