"""Colours, patterns and shapes, declared once for the map and its legend.

Every class differs by shape, pattern or dash as well as by colour. Colours name no party. The
density ramp is ColorBrewer's YlOrBr (Cynthia Brewer, Apache-2.0): luminance falls steadily, so
it holds in grey and for colour-blind readers; dark is many. The chrome is OCHA blue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SEA = "#dce8f1"
LAND = "#f7f5f0"
ZONE = "#8a1253"  # threatened places and what lies round them
VENUE = "#005fa3"
SITE = "#1f2933"
OTHER = "#5b6770"
INK = "#1f2933"
BORDER = "#8b9298"
UNIT = "#4b5560"
GAP = "#6b7280"
FACILITY = "#00695c"


@dataclass(frozen=True, slots=True)
class Style:
    """How a line or an area is drawn; widths in CSS pixels, opacities 0..1.

    `pattern` names a pattern of `PATTERNS`, which takes the fill's place.
    """

    stroke: str | None = None
    weight: float = 1.0
    stroke_opacity: float = 1.0
    dash: str | None = None
    fill: str | None = None
    fill_opacity: float = 0.0
    pattern: str | None = None

    @property
    def paint(self) -> str:
        """What SVG's `fill` says: a colour, a pattern's address, or `none`."""
        return f"url(#{self.pattern})" if self.pattern else (self.fill or "none")

    def to_leaflet(self) -> dict[str, Any]:
        """Return Leaflet's path options."""
        options: dict[str, Any] = {
            "stroke": self.stroke is not None,
            "color": self.stroke or "none",
            "weight": self.weight,
            "opacity": self.stroke_opacity,
            "fill": self.paint != "none",
            "fillColor": self.paint,
            "fillOpacity": self.fill_opacity,
        }
        if self.dash:
            options["dashArray"] = self.dash
        return options


@dataclass(frozen=True, slots=True)
class Mark:
    """A symbol for a point: a shape of `SHAPES`, its colours and width in CSS pixels.

    `stroke_width` is in units of the shape's box of 24 x 24.
    """

    shape: str
    fill: str
    size_px: int = 20
    stroke: str = "#ffffff"
    stroke_width: float = 2.0

    @property
    def path(self) -> str:
        """The shape's outline in a box of 24 x 24."""
        return SHAPES[self.shape]

    def to_script(self) -> dict[str, Any]:
        """Return what the page's script draws the symbol from."""
        return {
            "path": self.path,
            "fill": self.fill,
            "stroke": self.stroke,
            "stroke_width": self.stroke_width,
            "size": self.size_px,
        }


@dataclass(frozen=True, slots=True)
class Pattern:
    """An SVG pattern: a repeated stroke in a square of `size_px`."""

    name: str
    path: str
    stroke: str
    size_px: int = 8
    weight: float = 1.2


SHAPES = {
    "circle": "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18z",
    "square": "M4 4h16v16H4z",
    "triangle": "M12 2.5L22.5 21h-21z",
    "diamond": "M12 1.5L22.5 12L12 22.5L1.5 12z",
    "cross": "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z",
    "bar": "M3 9h18v6H3z",
}

PATTERNS = (
    Pattern("hatch-zone", "M-2 2L2 -2M0 8L8 0M6 10L10 6", ZONE),
    Pattern("hatch-drawn", "M2 0V8M6 0V8", ZONE),
    Pattern("hatch-gap", "M0 0L8 8M8 0L0 8", GAP, weight=0.8),
)

# Upper ends of the density classes, people a square kilometre; the last class has none.
DENSITY_BREAKS = (100, 500, 1_000, 5_000, 10_000, 25_000, 50_000)
DENSITY_COLOURS = (
    "#fff7bc",
    "#fee391",
    "#fec44f",
    "#fe9929",
    "#ec7014",
    "#cc4c02",
    "#993404",
    "#662506",
)
DENSITY_OPACITY = 0.8

# Ratio of two population sources: the classes' lower ends but for the first, and ColorBrewer's
# PuOr (Cynthia Brewer, Apache-2.0), which colour-blind readers tell apart; its middle is darker,
# to be seen on the land.
DISAGREEMENT_BREAKS = (0.5, 0.8, 1.25, 2.0)
DISAGREEMENT_COLOURS = ("#b35806", "#f1a340", "#d6d6d0", "#998ec3", "#542788")
DISAGREEMENT_OPACITY = 0.85
NOBODY_IN_ONE = "#2b2b2b"
NODATA_IN_ONE = "#b4c3cb"

# Numbers of events, few to many: ColorBrewer's BuPu (Cynthia Brewer, Apache-2.0), another hue than
# the density of people.
COUNT_COLOURS = ("#e0ecf4", "#9ebcda", "#8c96c6", "#8856a7", "#4d004b")
COUNT_OPACITY = 0.75

ROLE_MARKS = {
    "threatened": Mark("triangle", ZONE, 24),
    "site": Mark("diamond", SITE, 20),
    "venue": Mark("square", VENUE, 18),
}
OTHER_MARK = Mark("circle", OTHER, 16)
MENTIONED_MARK = Mark("circle", "#ffffff", 12, stroke=OTHER, stroke_width=4.0)  # hollow
