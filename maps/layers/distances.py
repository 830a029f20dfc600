"""Distances from a place: the people within each radius, and in the ring between two radii."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.layers.drawing import (
    LOCAL_ZOOMS,
    Label,
    LayerDrawing,
    LegendEntry,
    Popup,
    Shapes,
    ShapeSet,
)
from maps.layers.figures import list_zone
from maps.style import ZONE, Style

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording

KEY = "distances"
# The nearer, the heavier; a dash for each rank, so that colour is not needed to tell them apart.
_LINES = ((2.2, None), (1.8, "10 5"), (1.6, "5 5"), (1.6, "2 5"), (1.2, "1 6"))
_LABEL_RANK = 100.0
_KM_PER_DEGREE = 110.574


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the discs as rings round their place; None where there are none."""
    discs = [zone for zone in run.zones if zone["kind"] == "disc"]
    if not discs:
        return None
    _ = words.translate
    radii = sorted({disc["radius_km"] for disc in discs})
    filled = not run.units  # units below must stay within reach of a click
    styles = {f"r{rank}": _style_rank(rank, filled=filled) for rank in range(len(radii))}
    shapes = ShapeSet(styles)
    for disc in sorted(discs, key=lambda zone: (-zone["radius_km"], zone["zone_id"])):
        name = words.measure(disc["radius_km"], "km")
        top = disc["lat"] + disc["radius_km"] / _KM_PER_DEGREE
        shapes.add(
            disc["geometry"],
            f"r{radii.index(disc['radius_km'])}",
            popup=_make_popup(disc, run, words),
            label=Label(name, _LABEL_RANK, "ring", disc["lon"], top, LOCAL_ZOOMS),
        )
    legend = [
        LegendEntry(
            _("Within {distance}").format(distance=words.measure(radius, "km")),
            styles[f"r{rank}"],
            "ring",
        )
        for rank, radius in enumerate(radii)
    ]
    return LayerDrawing(KEY, _("Distance from the place"), "threat", Shapes(KEY, shapes), legend)


def _style_rank(rank: int, *, filled: bool) -> Style:
    weight, dash = _LINES[min(rank, len(_LINES) - 1)]
    return Style(stroke=ZONE, weight=weight, dash=dash, fill="#ffffff" if filled else None)


def _make_popup(disc: Record, run: RunData, words: Wording) -> Popup:
    _ = words.translate
    rows = list_zone(disc, run, words)
    for ring in run.zones:
        if (
            ring["kind"] == "ring"
            and (ring["event_id"], ring["radius_km"]) == (disc["event_id"], disc["radius_km"])
            and ring["inner_km"]
        ):
            between = _("In the ring from {inner} to {outer}").format(
                inner=words.measure(ring["inner_km"], "km"),
                outer=words.measure(ring["radius_km"], "km"),
            )
            rows.append((between, words.people(ring["best"])))
    return Popup(disc["label"], rows, [_("People living there, not people harmed.")])
