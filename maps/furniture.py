"""What stands round the map: title, headline, tables, sources, cautions and disclaimers."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.boundaries.countries import WORLD_SOURCE
from geo.headline import write_headline, write_title
from maps.cautions import tell_cautions
from maps.event_tables import tabulate_exposed, tell_rest
from maps.layers.figures import find_valid_fraction, name_population, write_people
from maps.layers.mentioned import name_tier
from maps.layers.roles import name_modality, name_role
from maps.profile_table import name_facilities, tabulate_profile
from maps.tables import Table
from maps.wording import English

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.layers.drawing import LayerDrawing
    from maps.run import Record, RunData
    from maps.wording import Wording


_NONE = "\N{EN DASH}"
_GAZETTEER_GROUND = "natural-earth"


def describe_page(run: RunData, drawings: Sequence[LayerDrawing], words: Wording) -> dict[str, Any]:
    """Return the values that the page's template shows."""
    _ = words.translate
    facts = run.facts
    return {
        "title": _tell_title(facts, words),
        "subtitle": _describe_day(facts, words),
        "map_number": facts.get("map_number"),
        "version": facts.get("civmap"),
        "input_line": _describe_input(facts, words),
        "headline": _describe_headline(run, words),
        "groups": _group_layers(drawings, words),
        "tables": [
            table
            for table in (
                tabulate_zones(run, words),
                tabulate_sources(run, words),
                tabulate_profile(run, words),
                tabulate_parts(run, words),
                tabulate_exposed(run, words),
                tabulate_events(run, words),
                tabulate_mentioned(run, words),
                tabulate_figures(run, words),
                tabulate_facilities(run, words),
            )
            if table.rows
        ],
        "sources": [_tell_source(source, words) for source in list_sources(run)],
        "credits": _mark_english(" · ".join(list_credits(run)), words),
        "cautions": tell_cautions(run.cautions, words),
    }


def list_sources(run: RunData) -> list[Record]:
    """Return the run's sources and the one of the ground that the page draws for itself.

    The gazetteer's country points are of that source too: it is listed once.
    """
    ground = {WORLD_SOURCE.source_id, _GAZETTEER_GROUND}
    others = [source for source in run.sources if source["source_id"] not in ground]
    own = [layer.to_source() for layer in run.own_layers]
    return [*others, dataclasses.asdict(WORLD_SOURCE), *own]


def list_credits(run: RunData) -> list[str]:
    """Return the attributions of what is drawn on the map itself, each once."""
    drawn = {record["source_id"] for record in (*run.units, *run.facilities)}
    surfaces = (*run.surfaces, *run.other_surfaces)
    drawn |= {surface.grid["source_id"] for surface in surfaces} | {WORLD_SOURCE.source_id}
    drawn |= {layer.key for layer in run.own_layers}
    due = [source for source in list_sources(run) if source["source_id"] in drawn]
    return list(dict.fromkeys(source["attribution"] or source["name"] for source in due))


def tabulate_zones(run: RunData, words: Wording) -> Table:
    """Return people exposed by zone, the same figures as in `exposure.csv`."""
    _ = words.translate
    rows = [
        (
            zone["label"],
            words.measure(zone["area_km2"], "km²"),
            *(write_people(zone, key, words) for key in ("static", "low", "best", "high")),
            words.measure(zone["density_km2"], "/km²"),
            words.percent(find_valid_fraction(zone)),
            _("no data") if zone["population_source"] is None else name_population(zone, words),
        )
        for zone in run.zones
    ]
    columns = (
        _("Zone"),
        _("Area"),
        _("Static"),
        _("Low"),
        _("Best"),
        _("High"),
        _("Density"),
        _("Area with data"),
        _("Population source"),
    )
    caption = _("People living in each zone on {day}").format(day=words.day(run.facts.get("as_of")))
    return Table(caption, columns, rows, frozenset(range(1, 8)))


def tabulate_sources(run: RunData, words: Wording) -> Table:
    """Return the zones' static people by each population source; no rows where there is one."""
    _ = words.translate
    rows = [
        (
            row["label"],
            name_population(row, words),
            words.people(row["static"]),
            _NONE if row["ratio"] is None else words.write_number(f"{row['ratio']:.2f}"),
            words.percent(find_valid_fraction(row)),
        )
        for row in run.exposure_sources
    ]
    columns = (
        _("Zone"),
        _("Population source"),
        _("Static"),
        _("Ratio to the first"),
        _("Area with data"),
    )
    return Table(
        _("The same zones by each population source"),
        columns,
        rows,
        frozenset({2, 3, 4}),
        " ".join((_("Before any correction to the day."), _tell_ranges(run, words))),
    )


def _tell_ranges(run: RunData, words: Wording) -> str:
    """Return which of several population sources the figures of the zones are from."""
    _ = words.translate
    if "population" in ((run.facts.get("parameters") or {}).get("certain") or ()):
        return _("The ranges and best figures above are from the first source.")
    return _(
        "The best figures above are from the first source; in their ranges every source that has "
        "data for the zone is as likely as the others."
    )


def tabulate_parts(run: RunData, words: Wording) -> Table:
    """Return each zone's people by administrative unit; rows add up to the zone."""
    _ = words.translate
    labels = {zone["zone_id"]: zone["label"] for zone in run.zones}
    order = {zone["zone_id"]: index for index, zone in enumerate(run.zones)}
    parts = sorted(run.parts, key=lambda part: order.get(part["zone_id"], len(order)))
    rows = [
        (
            str(labels.get(part["zone_id"], part["zone_id"])),
            words.look_up(str(part["name"])),
            part["pcode"] or _NONE,
            # a part has a row where it has people: without a figure it is withheld
            *(
                write_people(part | {"withheld": True}, key, words)
                for key in ("static", "low", "best", "high")
            ),
        )
        for part in parts
    ]
    columns = (
        _("Zone"),
        _("Unit"),
        _("P-code"),
        _("Static"),
        _("Low"),
        _("Best"),
        _("High"),
    )
    return Table(
        _("The same people by administrative unit"),
        columns,
        rows,
        frozenset({3, 4, 5, 6}),
    )


def tabulate_events(run: RunData, words: Wording) -> Table:
    """Return every event with its place, role and evidence; countries and regions too."""
    _ = words.translate
    rows = [
        (
            _name_place(event, words),
            name_role(event["role"], words),
            name_modality(event["modality"], words),
            words.day(event["date"]),
            _describe_density(event, words),
            event["evidence"] or _NONE,
        )
        for event in run.events
    ]
    columns = (
        _("Place"),
        _("Role"),
        _("Reported as"),
        _("Date"),
        _("People/km² there"),
        _("Evidence"),
    )
    return Table(
        _("What is reported, and where"), columns, rows, frozenset({4}), tell_rest(run, words)
    )


def tabulate_mentioned(run: RunData, words: Wording) -> Table:
    """Return the places that the text mentions and tells nothing of."""
    _ = words.translate
    rows = [
        (
            _name_place(place, words),
            name_tier(place["tier"], words),
            _describe_density(place, words),
        )
        for place in run.mentioned
    ]
    columns = (_("Place"), _("Reading"), _("People/km² there"))
    return Table(_("Also mentioned"), columns, rows, frozenset({2}))


def tabulate_figures(run: RunData, words: Wording) -> Table:
    """Return the people in each administrative unit on the day, and where that comes from."""
    _ = words.translate
    basis = {
        "figure": _("dated figure"),
        "displaced": _("displaced people and residents"),
        "share": _("share of the rest"),
        "static": _("static"),
    }
    counted = [unit for unit in run.units if unit["best"] is not None or unit["withheld"]]
    shown = {"static": _("Static"), "low": _("Low"), "best": _("Best"), "high": _("High")}
    if any(unit["displaced"] is not None for unit in counted):
        shown["displaced"] = _("Of them displaced")
    rows = [
        (
            unit["name"],
            unit["pcode"],
            *(
                _NONE
                if unit[key] is None and (key == "displaced" or not unit["withheld"])
                else write_people(unit, key, words)
                for key in shown
            ),
            basis.get(unit["basis"], unit["basis"] or _NONE),
        )
        for unit in counted
    ]
    columns = (_("Unit"), _("P-code"), *shown.values(), _("Basis"))
    day = words.day(run.facts.get("as_of"))
    caption = _("People in each administrative unit on {day}").format(day=day)
    return Table(caption, columns, rows, frozenset(range(2, 2 + len(shown))))


def tabulate_facilities(run: RunData, words: Wording) -> Table:
    """Return how many facilities each unit has, where the run has no positions of them."""
    _ = words.translate
    names = name_facilities(words) | {"event": _("Events reported")}
    rows = [
        (
            str(row["name"]),
            str(row["pcode"]),
            names.get(row["kind"], str(row["kind"])),
            words.count(row["total"]),
        )
        for row in run.unit_facilities
    ]
    columns = (_("Unit"), _("P-code"), _("Kind"), _("Number"))
    note = _("Facilities are those that are listed; others may exist. Positions are not given.")
    caption = _("Facilities by administrative unit")
    return Table(caption, columns, rows, frozenset({3}), note)


def _tell_title(facts: Record, words: Wording) -> str:
    title, parts = facts.get("title"), facts.get("headline_parts")
    if words.lang == "en" or not (title and parts):
        return _mark_english(title, words) if title else words.translate("People at risk")
    country = parts["country_name"]
    named = words.country(parts["country"], country) if country else country
    return write_title(parts | {"country_name": named}, words)


def _tell_headline(facts: Record, words: Wording) -> str:
    """Return the headline written anew in the page's language, from its parts; else marked."""
    text = (facts.get("headline") or {}).get("text") or ""
    parts = facts.get("headline_parts")
    if words.lang == "en" or not parts:
        return _mark_english(text, words)
    return write_headline(parts, date.fromisoformat(facts["as_of"]), words)


def _mark_english(text: str, words: Wording) -> str:
    return text if words.lang == "en" else English(text)


def _tell_source(source: Record, words: Wording) -> Record:
    """Return a source with its date and what is said of it in the page's language.

    Attributions stay as their publishers want them, in English.
    """
    keys = ("licence", "note", "attribution")
    told = {key: words.tell(source[key]) for key in keys if source.get(key)}
    day = {"date": words.day(source["date"])} if source["date"] and words.lang != "en" else {}
    return source | told | day


def _describe_day(facts: Record, words: Wording) -> str:
    day = words.day(facts.get("as_of"))
    return words.translate("Situation of {day}").format(day=day)


def _describe_input(facts: Record, words: Wording) -> str | None:
    source = facts.get("input") or {}
    said = [source.get("title"), source.get("publisher"), source.get("name")]
    text = words.join(dict.fromkeys(str(part) for part in said if part))
    return words.translate("Made from: {input}").format(input=text) if text else None


def _describe_headline(run: RunData, words: Wording) -> dict[str, Any]:
    _ = words.translate
    living = _("People living there, not people harmed.")
    text = _tell_headline(run.facts, words)
    described: dict[str, Any] = {
        "text": text,
        "figures": [],
        "reading": None,
    }
    zone = run.headline_zone
    if zone is not None and zone["best"] is not None:
        described["reading"] = None if living in text else living
        described["figures"] = [
            {"name": _("Low"), "value": words.about(zone["low"]), "kind": "bound"},
            {"name": _("Best estimate"), "value": words.about(zone["best"]), "kind": "best"},
            {"name": _("High"), "value": words.about(zone["high"]), "kind": "bound"},
            {
                "name": _("Static map, {day}").format(day=words.day(zone["population_date"])),
                "value": words.about(zone["static"]),
                "kind": "static",
            },
        ]
    return described


def _group_layers(drawings: Sequence[LayerDrawing], words: Wording) -> list[dict[str, Any]]:
    _ = words.translate
    titles = {
        "threat": _("Threat"),
        "events": _("Events"),
        "people": _("People"),
        "places": _("Places"),
        "own": _("Added to this map"),
    }
    groups = []
    for group, title in titles.items():
        # the legend reads from the top of the map down
        layers = [d for d in reversed(drawings) if d.group == group and d.switchable]
        if layers:
            groups.append({"key": group, "title": title, "layers": layers})
    return groups


def _name_place(event: Record, words: Wording) -> str:
    if event["name"] is None:
        return words.translate("no place found")
    return words.join(
        str(part) for part in (event["name"], event["admin1"], event["country"]) if part
    )


def _describe_density(event: Record, words: Wording) -> str:
    return _NONE if event["density_km2"] is None else words.count(event["density_km2"])
