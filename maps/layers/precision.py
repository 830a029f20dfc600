"""Uncertainty of position: the circle within which an event's place lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import Point

from maps.layers.drawing import LayerDrawing, LegendEntry, Shapes, ShapeSet
from maps.style import INK, Style

if TYPE_CHECKING:
    from maps.run import RunData
    from maps.wording import Wording

KEY = "precision"
_STYLE = Style(stroke=INK, weight=1.0, stroke_opacity=0.8, dash="1 4")


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw a circle of the place's precision round each pin; None if all are exact, or many."""
    _ = words.translate
    if run.large is not None:
        return None
    places = {pin["place_id"]: pin for pin in run.pins if pin["precision_km"]}
    if not places:
        return None
    shapes = ShapeSet({"circle": _STYLE})
    for pin in places.values():
        shapes.add(Point(pin["lon"], pin["lat"]), "circle", radius_m=1000 * pin["precision_km"])
    title = _("Uncertainty of position")
    return LayerDrawing(
        KEY,
        title,
        "events",
        Shapes(KEY, shapes, shown=False),
        [LegendEntry(title, _STYLE, "ring")],
        shown=False,
    )
