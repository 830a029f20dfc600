"""Layers that the page's maker added: points, lines and polygons from anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from maps.layers.drawing import Label, LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.style import Mark, Style

if TYPE_CHECKING:
    from maps.own_layer import OwnFeature, OwnLayer
    from maps.run import RunData
    from maps.wording import Wording

_SHAPES = ("pentagon", "star", "hexagon")  # no other layer's; each added layer has its own
_DASHES = (None, "8 4", "2 4")
_MARK_PX = 18
_DECIMALS = 5
_LABEL_RANK = 500.0


def draw_all(run: RunData, words: Wording) -> list[LayerDrawing]:
    """Draw each layer that was added, in their order."""
    return [draw(layer, words) for layer in run.own_layers]


def draw(layer: OwnLayer, words: Wording) -> LayerDrawing:
    """Draw a layer: points as marks, lines, and polygons that let see through."""
    _ = words.translate
    turn = (layer.number - 1) % len(_SHAPES)
    dash, colour = _DASHES[turn], layer.colour
    styles: dict[str, Style | Mark] = {
        "point": Mark(_SHAPES[turn], colour, _MARK_PX),
        "line": Style(stroke=colour, weight=3.0, dash=dash),
        "area": Style(stroke=colour, weight=2.0, dash=dash, fill=colour, fill_opacity=0.25),
    }
    shapes = ShapeSet(styles, decimals=_DECIMALS)
    for number, feature in enumerate(layer.features):
        rows = [(name, _("no data") if text is None else text) for name, text in feature.rows]
        popup = Popup(feature.title or layer.name, rows, [f"{layer.name}. {layer.source}"])
        label = _make_label(feature, number) if feature.title else None
        shapes.add(feature.geometry, feature.kind, popup=popup, label=label)
    used = [kind for kind in styles if any(each.kind == kind for each in layer.features)]
    note = None
    if layer.left_out:
        note = words.translate_plural(
            "{count} row without a geometry is left out.",
            "{count} rows without a geometry are left out.",
            layer.left_out,
        )
    legend = [
        LegendEntry(
            _name_kind(kind, used, layer, words), styles[kind], "line" if kind == "line" else "area"
        )
        for kind in used
    ]
    return LayerDrawing(layer.key, layer.name, "own", Shapes(layer.key, shapes), legend, note=note)


def _make_label(feature: OwnFeature, number: int) -> Label:
    at = shapely.point_on_surface(feature.geometry)
    rank = _LABEL_RANK + number / 1e6
    if feature.kind == "point":
        return Label(str(feature.title), rank, "mention", at.x, at.y)
    return Label(str(feature.title), rank, "unit", at.x, at.y)


def _name_kind(kind: str, used: list[str], layer: OwnLayer, words: Wording) -> str:
    if len(used) == 1:
        return layer.name
    _ = words.translate
    return {"point": _("Points"), "line": _("Lines"), "area": _("Areas")}[kind]
