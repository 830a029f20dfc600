"""Density by administrative unit on the day that the page's slider is at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from folium.map import Layer as FoliumLayer
from folium.template import Template

from maps.escape import dump_json
from maps.layers import governorates, zones
from maps.layers.density import name_class
from maps.layers.drawing import LOCAL_ZOOMS, Label, LayerDrawing, LegendEntry
from maps.style import DENSITY_BREAKS, DENSITY_COLOURS, DENSITY_OPACITY, INK, UNIT, Style
from maps.timeline import describe_day, find_timeline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from maps.run import Record, RunData
    from maps.timeline import Timeline
    from maps.wording import Wording

KEY = "density-days"
_EMPTY, _UNKNOWN = len(DENSITY_COLOURS), len(DENSITY_COLOURS) + 1
_STYLES = [
    *(
        Style(stroke=UNIT, weight=1.0, fill=colour, fill_opacity=DENSITY_OPACITY)
        for colour in DENSITY_COLOURS
    ),
    Style(stroke=UNIT, weight=1.0, fill="#ffffff", fill_opacity=0.0),
    Style(stroke=INK, weight=1.0, pattern="hatch-gap", fill_opacity=1.0),
]


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the units with people by square kilometre on each day; None without several days."""
    timeline = find_timeline(run)
    if timeline is None:
        return None
    _ = words.translate
    classes = {
        unit["pcode"]: [
            classify(timeline.by_unit[unit["pcode"]].get(day), unit) for day in timeline.days
        ]
        for _number, unit in timeline.units
    }
    block = {
        "styles": [style.to_leaflet() for style in _STYLES],
        "own": timeline.own,
        "days": [
            {
                "name": words.day(day),
                "shown": _("Shown: {day}").format(day=words.day(day)),
                "text": describe_day(day, timeline, run, words),
            }
            for day in timeline.days
        ],
        "units": [
            _describe_unit(number, unit, classes[unit["pcode"]], timeline, words)
            for number, unit in timeline.units
        ],
        "popups": _describe_popups(timeline, run, words),
    }
    return LayerDrawing(
        KEY,
        _("Density by unit on the day chosen"),
        "people",
        Days(KEY, block),
        _make_legend({each for of_unit in classes.values() for each in of_unit}, words),
        note=_("Best figure by the unit's area. The slider above the map chooses the day."),
        exclusive=True,
        shown=False,
    )


def classify(row: Record | None, unit: Record) -> int:
    """Return a unit's density class on a day, from 0; then: nobody, and nobody can be counted."""
    if row is None:
        return _UNKNOWN
    if row["best"] == 0:
        return _EMPTY
    return int(np.searchsorted(DENSITY_BREAKS, row["best"] / unit["area_km2"], side="left"))


class Days(FoliumLayer):
    """A folium layer of units that are filled by day; `maps/web/days.js` draws it.

    The shapes are those of the layer of administrative units, by their number there.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <script type="application/json" id="data-{{ this.key }}">{{ this.block }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = civmap.days({{ this.key|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, key: str, block: dict[str, Any]) -> None:
        super().__init__(name=key, overlay=True, control=False, show=False)
        self._name = "Days"
        self.key = key
        self.block = dump_json(block)


def _describe_unit(
    number: int, unit: Record, classes: list[int], timeline: Timeline, words: Wording
) -> dict[str, Any]:
    rows = timeline.by_unit[unit["pcode"]]
    at = shapely.point_on_surface(unit["geometry"])
    label = Label(unit["name"], unit["area_km2"] / 1e9, "unit", at.x, at.y, LOCAL_ZOOMS)
    return {
        "shape": number,
        "classes": classes,
        "label": label.to_script(),
        "labels": [
            words.translate("{place}: {people}").format(
                place=unit["name"], people=words.about(rows[day]["best"]) if day in rows else "?"
            )
            for day in timeline.days
        ],
    }


def _describe_popups(timeline: Timeline, run: RunData, words: Wording) -> dict[str, Any]:
    """Return what popups say on each day, by layer and number of the feature there."""
    _ = words.translate
    main_zones = [zone for zone in run.zones if zones.is_main_zone(zone, run)]
    of_units = {
        str(number): _list_values(unit, timeline.by_unit[unit["pcode"]], timeline.days, words)
        for number, unit in timeline.units
    }
    of_zones = {
        str(number): _list_values(zone, timeline.by_zone[zone["zone_id"]], timeline.days, words)
        for number, zone in enumerate(main_zones)
        if zone["zone_id"] in timeline.by_zone
    }
    return {
        "day": _("On"),
        "names": [_("Low"), _("Best"), _("High"), _("Static"), _("Density")],
        "gap": [_("People"), words.people(None)],
        "notes": [_("People living there, not people harmed.")],
        "layers": {governorates.KEY: of_units, zones.KEY: of_zones},
    }


def _list_values(
    place: Record, rows: Mapping[date, Record], days: Sequence[date], words: Wording
) -> dict[str, Any]:
    """Return a place's figures on each day as texts; None where nobody can be counted."""
    unit = words.translate("people/km²")
    values: list[list[str] | None] = []
    for day in days:
        row = rows.get(day)
        if row is None:
            values.append(None)
            continue
        people = [words.people(row[key]) for key in ("low", "best", "high", "static")]
        values.append([*people, words.measure(row["best"] / place["area_km2"], unit)])
    return {"title": str(place.get("label") or place["name"]), "days": values}


def _make_legend(used: set[int], words: Wording) -> list[LegendEntry]:
    _ = words.translate
    last = max((each for each in used if each < _EMPTY), default=0)
    entries = [LegendEntry(name_class(index, words), _STYLES[index]) for index in range(last + 1)]
    if _EMPTY in used:
        name = _("No people modelled (this does not mean safe)")
        entries.append(LegendEntry(name, _STYLES[_EMPTY]))
    entries.append(LegendEntry(_("No data"), _STYLES[_UNKNOWN]))
    return entries
