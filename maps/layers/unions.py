"""What lies within reach of any of very many events: an outline for each radius."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.large.outline import simplify_outline
from maps.layers.drawing import LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.layers.figures import list_zone
from maps.style import ZONE, Style

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from maps.run import RunData
    from maps.wording import Wording

KEY = "unions"
_LINES = ((1.6, None), (1.3, "6 4"), (1.1, "2 4"))
_MOST_CORNERS = 12_000
_LEAST_DEGREES = 5e-4
_LEAST_PART = 1 / 2000  # of what is drawn, where it has too many corners


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the outlines, the widest first; None where the run has none."""
    unions = [zone for zone in run.zones if zone["kind"] == "union"]
    if not unions:
        return None
    _ = words.translate
    radii = sorted({zone["radius_km"] for zone in unions})
    styles = {f"r{rank}": _style_rank(rank) for rank in range(len(radii))}
    shapes = ShapeSet(styles, decimals=4)
    for zone in sorted(unions, key=lambda zone: -zone["radius_km"]):
        notes = [_("People living there, not people harmed.")]
        shapes.add(
            _simplify(zone["geometry"]),
            f"r{radii.index(zone['radius_km'])}",
            popup=Popup(zone["label"], list_zone(zone, run, words), notes),
        )
    legend = [
        LegendEntry(
            _("Within {distance} of any event").format(distance=words.measure(radius, "km")),
            styles[f"r{rank}"],
            "line",
        )
        for rank, radius in enumerate(radii)
    ]
    note = _("Outlines are simplified for drawing; people are counted within exact discs.")
    title = _("Within reach of any event")
    return LayerDrawing(KEY, title, "threat", Shapes(KEY, shapes), legend, note=note)


def _simplify(outline: BaseGeometry) -> BaseGeometry:
    degrees = _LEAST_DEGREES
    if shapely.get_num_coordinates(outline) > _MOST_CORNERS:
        west, south, east, north = outline.bounds
        degrees = max(degrees, (east - west) * _LEAST_PART, (north - south) * _LEAST_PART)
    return simplify_outline(outline, degrees, _MOST_CORNERS)[0]


def _style_rank(rank: int) -> Style:
    weight, dash = _LINES[min(rank, len(_LINES) - 1)]
    return Style(stroke=ZONE, weight=weight, dash=dash, fill=ZONE, fill_opacity=0.05)
