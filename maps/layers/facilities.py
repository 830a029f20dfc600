"""Facilities: hospitals, water points and crossings that civilians depend on.

Schools and other places, where people often seek shelter, are counted in the tables and not drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import Point

from maps.layers.drawing import LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.style import FACILITY, Mark

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording

KEY = "facilities"
_HEALTH = frozenset({"hospital", "clinic", "health"})
_UNDRAWN = frozenset({"school", "other"})
_BUNDLED = "gaza-strip-facilities"
_MARKS = {
    "health": Mark("cross", FACILITY, 15),
    "other": Mark("bar", FACILITY, 15),
    "health-approximate": Mark("cross", "#ffffff", 15, FACILITY, 3.0),
    "other-approximate": Mark("bar", "#ffffff", 15, FACILITY, 3.0),
}


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the facilities; None where the run holds none that is drawn."""
    drawn = [facility for facility in run.facilities if facility["kind"] not in _UNDRAWN]
    if not drawn:
        return None
    _ = words.translate
    quality = {
        "supported": _("Position as its source gives it."),
        "approximate": _("Position approximate."),
    }
    bundled = {
        "supported": _("Position supported by two readings."),
        "approximate": _("Position approximate: sources differ by up to 2 km."),
    }
    shapes = ShapeSet(_MARKS, decimals=5)
    for facility in drawn:
        said = bundled if facility["source_id"] == _BUNDLED else quality
        notes = [said.get(facility["position_quality"], str(facility["position_quality"]))]
        shapes.add(
            Point(facility["lon"], facility["lat"]),
            _find_style(facility),
            popup=Popup(
                facility["name"], [(_("Kind"), _name_kind(facility["kind"], words))], notes
            ),
        )
    used = {_find_style(facility) for facility in drawn}
    names = {
        "health": _("Health facility"),
        "other": _("Crossing or water point"),
        "health-approximate": _("Health facility, position approximate"),
        "other-approximate": _("Crossing or water point, position approximate"),
    }
    legend = [LegendEntry(names[key], mark) for key, mark in _MARKS.items() if key in used]
    element = Shapes(KEY, shapes, shown=False)
    return LayerDrawing(KEY, _("Facilities"), "places", element, legend, shown=False)


def _name_kind(kind: str, words: Wording) -> str:
    _ = words.translate
    names = {
        "hospital": _("hospital"),
        "clinic": _("clinic"),
        "health": _("health facility"),
        "water": _("water point"),
        "crossing": _("crossing"),
    }
    return names.get(kind, kind)


def _find_style(facility: Record) -> str:
    style = "health" if facility["kind"] in _HEALTH else "other"
    return f"{style}-approximate" if facility["position_quality"] == "approximate" else style
