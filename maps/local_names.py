"""Names in the reader's language, as far as they are had.

Arabic names are had of administrative units, of towns (`name_ar`) and of countries (Unicode CLDR,
through Babel); French names of countries only, since the gazetteer's Latin spellings carry no
language. A town takes first the Arabic name of a unit that is called as it is and that it lies in.
All other names stay as the gazetteer has them. Names of units, zones and places are changed in the
records, so that all that is drawn and listed has them.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.run import Record, RunData
    from maps.wording import Wording


_NAMELESS = re.compile(r"Drawn zone (\d{1,6})")  # of the public profile


def localise_names(run: RunData, words: Wording) -> RunData:
    """Return the run with its names in the language of a page; English: as it is."""
    if words.lang == "en":
        return run
    units = _name_units(run.units, words)
    names = {unit["pcode"]: unit["name"] for unit in units}
    towns = _TownNames(run.units, names, words)
    places = _name_places(run.places, towns, words)
    by_place = {place["place_id"]: place["name"] for place in places}
    events = _name_places(run.events, towns, words)
    origins = {event["event_id"]: by_place.get(event["place_id"]) for event in events}
    zones = [
        zone | {"label": _name_zone(zone, names, origins, words)}
        for zone in _tell_sources(run.zones, words)
    ]
    labels = {zone["zone_id"]: zone["label"] for zone in zones}
    english = {zone["zone_id"]: zone["label"] for zone in run.zones}
    by_name = {str(zone["label"]): labels[zone["zone_id"]] for zone in run.zones}
    by_name |= {unit["name"]: names[unit["pcode"]] for unit in run.units}
    by_name |= {old["name"]: new["name"] for old, new in zip(run.places, places, strict=True)}
    return dataclasses.replace(
        run,
        facts=_name_facts(run, towns, by_name, labels),
        places=places,
        mentioned=_name_places(run.mentioned, towns, words),
        events=events,
        units=units,
        zones=zones,
        parts=[
            part | {"name": names.get(part["pcode"]) or words.look_up(str(part["name"]))}
            for part in run.parts
        ],
        surfaces=[_name_surface(surface, words) for surface in run.surfaces],
        other_surfaces=[_name_surface(surface, words) for surface in run.other_surfaces],
        scenario_units=[
            row | {"name": names.get(row["pcode"], row["name"])} for row in run.scenario_units
        ],
        exposure_sources=[
            row | {"label": labels.get(row["zone_id"], english.get(row["zone_id"], row["label"]))}
            for row in _tell_sources(run.exposure_sources, words)
        ],
    )


class _TownNames:
    """Names of towns: of a unit that they have the name of and lie in, else their own."""

    def __init__(self, units: Sequence[Record], names: Mapping[str, str], words: Wording) -> None:
        self._units = units
        self._names = names
        self._is_arabic = words.lang == "ar"

    def find(self, town: Record) -> str | None:
        """Return a town's name in the page's language, else as it is."""
        name: str | None = town["name"]
        lon, lat = town["lon"], town["lat"]
        if name is None or lon is None or lat is None:
            return name
        for unit in self._units:
            if unit["name"] == name and shapely.intersects_xy(unit["geometry"], lon, lat):
                return self._names[unit["pcode"]]
        own: str | None = town.get("name_ar") if self._is_arabic else None
        return own or name


def _name_units(units: Sequence[Record], words: Wording) -> list[Record]:
    """Return units with their Arabic name first, and the other one in its place."""
    if words.lang != "ar":
        return list(units)
    return [
        unit | {"name": unit["name_ar"], "name_ar": unit["name"]} if unit["name_ar"] else unit
        for unit in units
    ]


def _name_places(places: Sequence[Record], towns: _TownNames, words: Wording) -> list[Record]:
    named = []
    for place in places:
        own = towns.find(place)
        code = place["country"]
        if code and place.get("place_kind", place["kind"]) == "country":
            own = words.country(code, str(own))
        changed = {"name": own, "country": words.country(code, code) if code else code}
        named.append(place | changed | _tell_source(place, words))
    return named


def _name_zone(
    zone: Record,
    units: Mapping[str, str],
    origins: Mapping[str, str | None],
    words: Wording,
) -> str:
    """Return a zone's label anew, as `geo` and the public profile write it in English."""
    _ = words.translate
    label, place = str(zone["label"]), origins.get(zone["event_id"])
    if zone["kind"] == "admin" and zone["pcode"] in units:
        return _("{name} (administrative unit {pcode})").format(
            name=units[zone["pcode"]], pcode=zone["pcode"]
        )
    if zone["kind"] == "disc" and place:
        distance = words.measure(zone["radius_km"], "km")
        return _("Within {distance} of {place}").format(distance=distance, place=place)
    if zone["kind"] == "ring" and place:
        return _("{inner} to {outer} from {place}").format(
            inner=words.measure(zone["inner_km"], "km"),
            outer=words.measure(zone["radius_km"], "km"),
            place=place,
        )
    if zone["kind"] == "union":
        distance = words.measure(zone["radius_km"], "km")
        return _("Within {distance} of any event").format(distance=distance)
    if nameless := _NAMELESS.fullmatch(label):
        return _("Drawn zone {number}").format(number=words.count(int(nameless[1])))
    return label


def _name_facts(
    run: RunData,
    towns: _TownNames,
    names: Mapping[str, str | None],
    labels: Mapping[str, str],
) -> Record:
    facts: dict[str, Any] = dict(run.facts)
    facts["towns"] = [town | {"name": towns.find(town)} for town in facts.get("towns") or []]
    facts["moves"] = [
        move
        | {
            "from": names.get(move["from"], move["from"]),
            "to": [names.get(name, name) for name in move["to"]],
        }
        for move in facts.get("moves") or []
    ]
    parts = facts.get("headline_parts")
    if parts:
        zone_id = str((facts.get("headline") or {}).get("zone_id"))
        named = {"place": names.get(parts["place"], parts["place"])}
        if "label" in parts:
            named["label"] = labels.get(zone_id, parts["label"])
        if "names" in parts:
            named["names"] = [names.get(name, name) for name in parts["names"]]
        facts["headline_parts"] = parts | named
    return facts


def _tell_sources(records: Sequence[Record], words: Wording) -> list[Record]:
    return [record | _tell_source(record, words) for record in records]


def _tell_source(record: Record, words: Wording) -> Record:
    source = record.get("population_source")
    return {"population_source": words.look_up(source)} if source else {}


def _name_surface(surface: Any, words: Wording) -> Any:
    label = words.look_up(str(surface.grid["label"]))
    return dataclasses.replace(surface, grid=surface.grid | {"label": label})
