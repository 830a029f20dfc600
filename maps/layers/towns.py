"""Towns of the gazetteer, for orientation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import Point

from maps.layers.drawing import LOCAL_ZOOMS, Label, LayerDrawing, LegendEntry, Shapes, ShapeSet
from maps.style import INK, Style

if TYPE_CHECKING:
    from maps.run import RunData
    from maps.wording import Wording

KEY = "towns"
_STYLE = Style(stroke=INK, weight=1.2, fill="#ffffff", fill_opacity=1.0)
_DOT_PX = 2.5
_MAX_TOWNS = 120
_LABEL_RANK = 1e8  # names of units and distances come first


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the most populous towns near the focus; None where the run names none."""
    towns = sorted(
        run.facts.get("towns") or [], key=lambda town: (-(town["population"] or 0), town["name"])
    )[:_MAX_TOWNS]
    if not towns:
        return None
    shapes = ShapeSet({"town": _STYLE})
    for town in towns:
        rank = _LABEL_RANK - (town["population"] or 0)
        label = Label(town["name"], rank, "town", town["lon"], town["lat"], LOCAL_ZOOMS)
        shapes.add(Point(town["lon"], town["lat"]), "town", label=label, dot_px=_DOT_PX)
    title = words.translate("Towns")
    return LayerDrawing(
        KEY, title, "places", Shapes(KEY, shapes), [LegendEntry(title, _STYLE, "dot")]
    )
