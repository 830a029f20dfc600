"""The threatened zone: the unit that is named, or the disc that the headline speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.layers.drawing import LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.layers.figures import list_zone
from maps.style import ZONE, Style

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording

KEY = "zone"
_STYLE = Style(stroke=ZONE, weight=3.0, pattern="hatch-zone", fill_opacity=0.55)


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the zones that are named units, and the headline's; None where there are none."""
    _ = words.translate
    zones = [zone for zone in run.zones if is_main_zone(zone, run)]
    if not zones:
        return None
    shapes = ShapeSet({"zone": _STYLE}, decimals=5)
    for zone in zones:
        notes = [_("People living there, not people harmed.")]
        shapes.add(
            zone["geometry"], "zone", popup=Popup(zone["label"], list_zone(zone, run, words), notes)
        )
    title = _("Zone of concern")
    return LayerDrawing(
        KEY,
        title,
        "threat",
        Shapes(KEY, shapes),
        [
            LegendEntry(_("Zone of concern: {name}").format(name=zone["label"]), _STYLE)
            for zone in zones
        ],
    )


def is_main_zone(zone: Record, run: RunData) -> bool:
    """Tell whether a zone is drawn as the zone of concern rather than as a distance."""
    headline = run.headline_zone
    is_headline = headline is not None and zone["zone_id"] == headline["zone_id"]
    return zone["kind"] == "admin" or (is_headline and zone["kind"] == "disc")
