"""Colours, patterns and shapes, declared once for the map and its legend.

Every class differs by shape, pattern or dash as well as by colour; classes of density and of
disagreement, which are cells, by luminance, so that they hold in grey and for colour-blind readers:
dark is many. Colours name no party. The chrome is OCHA blue.
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
BORDER = "#727a82"
UNIT = "#4b5560"
GAP = "#6b7280"
FACILITY = "#00695c"
MORE = "#1f5fa8"  # net change: blue and orange, apart for colour-blind readers
FEWER = "#b34700"
MOVE = "#3d348b"  # what is supposed


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
    size_px: float = 20
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
    "pentagon": "M12 2L22 9.5L18 21H6L2 9.5z",
    "star": "M12 1.5l3.2 7l7.3 .8l-5.5 5l1.6 7.4L12 18l-6.6 3.7l1.6-7.4l-5.5-5l7.3-.8z",
    "hexagon": "M7 3.3h10l5 8.7l-5 8.7H7L2 12z",
    "up": "M12 2.5L22.5 21h-21zM8.5 16h7M12 12.5v7",  # with a plus, and with a minus
    "down": "M12 21.5L1.5 3h21zM8.5 8h7",
}

PATTERNS = (
    Pattern("hatch-zone", "M-2 2L2 -2M0 8L8 0M6 10L10 6", ZONE),
    Pattern("hatch-drawn", "M2 0V8M6 0V8", ZONE),
    Pattern("hatch-gap", "M0 0L8 8M8 0L0 8", GAP, weight=0.8),
)

# Upper ends of the density classes, people a square kilometre; the last class has none.
DENSITY_BREAKS = (100, 500, 1_000, 5_000, 10_000, 25_000, 50_000)
# After ColorBrewer's YlOrBr (Cynthia Brewer, Apache-2.0), with its steps set anew: on the land, at
# this opacity, neighbours are equally far apart in grey, and the first is as far from bare land.
DENSITY_COLOURS = (
    "#fecb5e",
    "#fe9e2d",
    "#f07919",
    "#da5c0a",
    "#c14702",
    "#a13804",
    "#7b2b05",
    "#521d04",
)
DENSITY_OPACITY = 0.9

# Ratio of two population sources: the classes' lower ends but for the first. Colours after
# ColorBrewer's PuOr (Cynthia Brewer, Apache-2.0), in steps that can be told apart in grey too.
DISAGREEMENT_BREAKS = (0.5, 0.8, 1.25, 2.0)
DISAGREEMENT_COLOURS = ("#8a3d00", "#f1a340", "#dadad4", "#9a8fc6", "#43177a")
DISAGREEMENT_OPACITY = 0.9
NOBODY_IN_ONE = "#050505"
NODATA_IN_ONE = "#73858f"

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
