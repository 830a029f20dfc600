"""The classes of each published layer and how each is drawn: every style sheet is made from these.

Every class of zones and events differs by dash, pattern or shape as well as by colour.
"""

from __future__ import annotations

from dataclasses import dataclass

from maps.style import MENTIONED_MARK, OTHER_MARK, ROLE_MARKS, UNIT, ZONE, Mark, Style


@dataclass(frozen=True, slots=True)
class ShapeClass:
    """Rows with a value in the column that a layer is classed by; value "": all other rows."""

    value: str
    label: str
    style: Style


@dataclass(frozen=True, slots=True)
class MarkClass:
    """The same, for points."""

    value: str
    label: str
    style: Mark


@dataclass(frozen=True, slots=True)
class PeopleClass:
    """Rows with so many people, both ends included; `most` None: no upper end."""

    least: int
    most: int | None
    label: str
    style: Style


STYLE_NAMES = {
    "zones": "zones by kind",
    "admin": "exposure by unit",
    "units": "people by unit",
    "events": "events by role",
    "facilities": "facilities by unit",
}
"""Of each layer of `maps.publish.layers.LAYERS`."""

_OTHER_ZONE = ShapeClass("", "other", Style(stroke=ZONE, weight=1.2, dash="1 6"))
ZONE_CLASSES = (
    ShapeClass(
        "admin",
        "named administrative unit",
        Style(stroke=ZONE, weight=3.0, pattern="hatch-zone", fill_opacity=0.55),
    ),
    ShapeClass("disc", "within a distance of the place", Style(stroke=ZONE, weight=2.2)),
    ShapeClass(
        "ring",
        "between two distances",
        Style(stroke=ZONE, weight=1.0, dash="2 5", fill=ZONE, fill_opacity=0.04),
    ),
    ShapeClass(
        "drawn",
        "drawn by the analyst",
        Style(stroke=ZONE, weight=2.4, dash="12 4 2 4", pattern="hatch-drawn", fill_opacity=0.4),
    ),
    ShapeClass(
        "union",
        "within a distance of any event",
        Style(stroke=ZONE, weight=1.6, fill=ZONE, fill_opacity=0.05),
    ),
    _OTHER_ZONE,
)
"""Zones by `kind`; in the colour that the page has for places of concern."""

ADMIN_STYLE = Style(stroke=UNIT, weight=1.0, dash="5 3", fill="#ffffff", fill_opacity=0.25)
"""Parts of zones by unit: neutral, since they lie on each other."""

NO_FIGURE = Style(stroke=UNIT, weight=1.0, pattern="hatch-gap", fill_opacity=0.6)
"""Units whose people are not known, which is not nobody."""

# Steps of one hue round OCHA's blue, dark is many.
_BLUES = ("#edf4fb", "#cfe2f5", "#a6ccef", "#74aee4", "#418fde", "#1f5fa8")
_LEAST = (0, 10_000, 50_000, 100_000, 500_000, 1_000_000)


def _make_people_classes() -> tuple[PeopleClass, ...]:
    classes = []
    for least, beyond, colour in zip(_LEAST, (*_LEAST[1:], None), _BLUES, strict=True):
        label = f"{least:,} and more" if beyond is None else f"{least:,} to {beyond - 1:,}"
        most = None if beyond is None else beyond - 1
        style = Style(stroke=UNIT, weight=1.3, fill=colour, fill_opacity=0.85)
        classes.append(PeopleClass(least, most, label, style))
    return tuple(classes)


PEOPLE_CLASSES = _make_people_classes()
"""Units by their people, best estimate; the same classes on every map."""

EVENT_CLASSES = (
    MarkClass("threatened", "threatened place", ROLE_MARKS["threatened"]),
    MarkClass("site", "place of reported violence", ROLE_MARKS["site"]),
    MarkClass("venue", "venue of talks", ROLE_MARKS["venue"]),
    MarkClass("mentioned", "mentioned", MENTIONED_MARK),
    MarkClass("", "other", OTHER_MARK),
)
"""Events by `role`."""
