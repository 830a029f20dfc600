"""Zones that the analyst drew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.layers.drawing import LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.layers.figures import list_zone
from maps.style import ZONE, Style

if TYPE_CHECKING:
    from maps.run import RunData
    from maps.wording import Wording

KEY = "drawn"
_STYLE = Style(stroke=ZONE, weight=2.4, dash="12 4 2 4", pattern="hatch-drawn", fill_opacity=0.4)


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the zones of a file; None where there are none."""
    _ = words.translate
    zones = [zone for zone in run.zones if zone["kind"] == "drawn"]
    if not zones:
        return None
    shapes = ShapeSet({"drawn": _STYLE}, decimals=5)
    for zone in zones:
        popup = Popup(
            zone["label"],
            list_zone(zone, run, words),
            [_("Drawn by the analyst."), _("People living there, not people harmed.")],
        )
        shapes.add(zone["geometry"], "drawn", popup=popup)
    title = _("Zones drawn by the analyst")
    return LayerDrawing(
        KEY,
        title,
        "threat",
        Shapes(KEY, shapes),
        [LegendEntry(title, _STYLE)],
    )
