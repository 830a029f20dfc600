"""Administrative units with the people in them, static and on the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from maps.layers.drawing import (
    LOCAL_ZOOMS,
    Label,
    LayerDrawing,
    LegendEntry,
    Popup,
    Shapes,
    ShapeSet,
)
from maps.layers.figures import list_people
from maps.style import UNIT, Style

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording

KEY = "units"
_STYLE = Style(stroke=UNIT, weight=1.3, stroke_opacity=0.9, fill="#ffffff", fill_opacity=0.0)


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the units with their names and figures; None where the run has no units."""
    if not run.units:
        return None
    _ = words.translate
    shapes = ShapeSet({"unit": _STYLE})
    for unit in run.units:
        at = shapely.point_on_surface(unit["geometry"])
        label = Label(unit["name"], 1e6 - unit["area_km2"], "unit", at.x, at.y, LOCAL_ZOOMS)
        shapes.add(unit["geometry"], "unit", popup=_make_popup(unit, run, words), label=label)
    title = _("Administrative units")
    return LayerDrawing(
        KEY, title, "people", Shapes(KEY, shapes), [LegendEntry(title, _STYLE, "line")]
    )


def _make_popup(unit: Record, run: RunData, words: Wording) -> Popup:
    _ = words.translate
    basis = {
        "figure": _("A dated figure for this unit."),
        "displaced": _("A dated figure of displaced people, and the residents who are left."),
        "share": _("No dated figure: a share of what is left of the total."),
        "static": _("No dated figure: the static number."),
    }
    title = f"{unit['name']} · {unit['name_ar']}" if unit["name_ar"] else unit["name"]
    rows = [(_("P-code"), unit["pcode"]), *list_people(unit, run, words)]
    if unit["displaced"] is not None:
        rows.append((_("Of them displaced"), words.people(unit["displaced"])))
    rows.append((_("Area"), words.measure(unit["area_km2"], "km²")))
    notes = [basis[unit["basis"]]] if unit["basis"] in basis else []
    return Popup(title, rows, notes)
