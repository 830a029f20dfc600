"""The graticule: meridians and parallels, as a frame of reference where there are no tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import LineString

from maps.layers.drawing import LayerDrawing, LegendEntry, Shapes, ShapeSet
from maps.style import Style

if TYPE_CHECKING:
    from maps.run import RunData
    from maps.wording import Wording

KEY = "graticule"
_STYLE = Style(stroke="#7f9bb0", weight=0.6, stroke_opacity=0.35)
_STEP_DEGREES = 10
_MAX_LAT = 80


def draw(_run: RunData, words: Wording) -> LayerDrawing:
    """Draw meridians and parallels every ten degrees."""
    _ = words.translate
    shapes = ShapeSet({"line": _STYLE}, decimals=0)
    for lon in range(-180, 181, _STEP_DEGREES):
        shapes.add(LineString([(lon, -_MAX_LAT), (lon, _MAX_LAT)]), "line")
    for lat in range(-_MAX_LAT, _MAX_LAT + 1, _STEP_DEGREES):
        shapes.add(LineString([(-180, lat), (180, lat)]), "line")
    title = _("Graticule, every 10 degrees")
    return LayerDrawing(
        KEY, title, "places", Shapes(KEY, shapes), [LegendEntry(title, _STYLE, "line")]
    )
