"""The map of a sheet and its inset: the page's layers on a frame."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import shapely
from shapely.geometry import box as make_box

from geo.types import BBox
from maps.extent import find_extent
from maps.layers import LAYERS, borders, events, graticule, land, precision
from maps.layers.drawing import find_shapes
from maps.sheet.cells import draw_cells
from maps.sheet.frame import fit_frame, list_shown, surround_points
from maps.sheet.furniture import draw_graticule, draw_north, draw_scale
from maps.sheet.ink import draw_geometry, draw_shapes
from maps.sheet.names import Names, list_points
from maps.style import INK, SEA, ZONE, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from maps.layers.drawing import LayerDrawing
    from maps.run import RunData
    from maps.sheet.canvas import Canvas
    from maps.sheet.frame import Frame
    from maps.sheet.furniture import Box
    from maps.wording import Wording

DPI = 200
"""Pixels an inch of the PNG, and of the cells in the PDF."""

_MM_PER_INCH = 25.4
_ALWAYS = frozenset({precision.KEY})  # shown on paper, where nothing can be switched on
_INSET_TIMES = 14.0  # as wide as the map's own frame, at the least
_INSET_LEAST_DEGREES = 20.0
_NAMED_DEGREES = 140.0  # on a wider inset names of countries would hide it
_FRAME_STYLE = Style(stroke=ZONE, weight=2.2, fill=ZONE, fill_opacity=0.15)
_CROWD = 60  # events on a map; more have smaller marks, and no names
_LEAST_MARK = 0.3
_FRAME_MARK = 0.02  # of the inset's width, below which the frame is drawn larger than it is


def draw_sheet_layers(run: RunData, words: Wording, frame: Frame) -> list[LayerDrawing]:
    """Return the layers of a printed map, in the order of drawing.

    Those that the page opens with and the uncertainty of positions. Land and borders are in
    detail where the frame is; the graticule is the sheet's own.
    """
    window = frame.find_window()
    own: dict[Callable[..., LayerDrawing | None], Callable[[], LayerDrawing | None]] = {
        land.draw: lambda: land.draw_ground(run, words, window),
        borders.draw: lambda: borders.draw_lines(run, words, window, window),
        graticule.draw: lambda: None,
    }
    drawings = [own[layer]() if layer in own else layer(run, words) for layer in LAYERS]
    return [
        drawing
        for drawing in drawings
        if drawing is not None and (drawing.shown or drawing.key in _ALWAYS)
    ]


def draw_map(
    canvas: Canvas,
    box: Box,
    run: RunData,
    drawings: Sequence[LayerDrawing],
    frame: Frame,
    words: Wording,
) -> None:
    """Draw the map in a box of the paper, with its names, scale bar and north arrow."""
    axes = canvas.add_map(box, frame, SEA)
    letters = canvas.paper.letters
    pixels = (round(box[2] / _MM_PER_INCH * DPI), round(box[3] / _MM_PER_INCH * DPI))
    crowd = shrink_crowd(drawings, frame)
    names = Names(canvas, axes, frame, box[2], letters)
    for order, drawing in enumerate(drawings, 1):
        if drawing.exclusive:
            draw_cells(axes, run, frame, pixels, order=order)
        else:
            size = letters * (crowd if drawing.key == events.KEY else 1.0)
            draw_layer(axes, drawing, frame, letters=size, order=order)
        if drawing.key == borders.KEY:
            for x, y, text in draw_graticule(canvas, axes, frame, words, order=order - 0.5):
                names.keep_text_free(x, y, text)
    over = [draw_scale(canvas, box, frame, words), draw_north(canvas, box, words)]
    for left, bottom, width, height in over:
        names.keep_free((left, bottom, left + width, bottom + height))
    names.keep_marks_free(drawings, crowd)
    arabic = {unit["name"]: unit["name_ar"] for unit in run.units if unit["name_ar"]}
    names.draw(_list_named(drawings, crowd), arabic, wide=frame.is_world)
    _draw_edge(canvas, box)
    _raise_page(canvas, axes)


def draw_inset(
    canvas: Canvas,
    box: Box,
    run: RunData,
    drawings: Sequence[LayerDrawing],
    frame: Frame,
    words: Wording,
) -> None:
    """Draw where the map lies: a wider map that holds all events, with the map's frame."""
    inset = _choose_inset(run, frame, box)
    axes = canvas.add_map(box, inset, SEA)
    letters = 0.78 * canvas.paper.letters
    window = inset.find_window()
    ground = land.draw_ground(run, words, window)
    lines = borders.draw_lines(run, words, window, window)
    for order, drawing in enumerate((ground, lines)):
        draw_layer(axes, drawing, inset, letters=letters, order=order)
    _draw_frame(axes, frame, inset, letters)
    pins = [drawing for drawing in drawings if drawing.key == events.KEY]
    crowd = shrink_crowd(drawings, inset)
    for drawing in pins:
        draw_layer(axes, drawing, inset, letters=0.7 * letters * crowd, order=5)
    names = Names(canvas, axes, inset, box[2], letters)
    names.keep_marks_free(pins, crowd)
    west, _, east, _ = inset.bounds
    named = pins if east - west > _NAMED_DEGREES else [*pins, lines]
    names.draw(_list_named(named, crowd), {}, wide=inset.is_world)
    _draw_edge(canvas, box)


def shrink_crowd(drawings: Sequence[LayerDrawing], frame: Frame) -> float:
    """Return what marks of events are multiplied by, so that many leave room for the map."""
    count = sum(
        frame.find_point(lon, lat) is not None
        for drawing in drawings
        if drawing.key == events.KEY
        for _said, lon, lat in list_points(drawing)
    )
    return min(1.0, max(_LEAST_MARK, math.sqrt(_CROWD / max(count, 1))))


def _list_named(drawings: Sequence[LayerDrawing], crowd: float) -> list[LayerDrawing]:
    """Return the layers whose names are set: those of a crowd of events would hide the map."""
    return [drawing for drawing in drawings if drawing.key != events.KEY or crowd == 1.0]


def draw_layer(
    axes: Axes, drawing: LayerDrawing, frame: Frame, *, letters: float, order: float
) -> None:
    """Draw a layer of shapes; nothing of a layer of pictures."""
    shapes = find_shapes(drawing)
    if shapes is not None:
        draw_shapes(axes, shapes, frame, letters=letters, order=order)


def _choose_inset(run: RunData, frame: Frame, box: Box) -> Frame:
    lon, lat = frame.middle
    west, _, east, _ = frame.bounds
    half = max(_INSET_TIMES * (east - west), _INSET_LEAST_DEGREES) / 2
    shown = [*list_shown(run), *surround_points(run)]
    shown = [part for part in shown if not part.is_empty]
    around = shapely.box(lon - half, max(lat - half / 2, -80), lon + half, min(lat + half / 2, 80))
    return fit_frame(find_extent([around, *shown]) or BBox(*around.bounds), box[2], box[3])


def _draw_frame(axes: Axes, frame: Frame, inset: Frame, letters: float) -> None:
    least = _FRAME_MARK * (inset.right - inset.left)
    across = max(frame.right - frame.left, least) / 2
    upward = max(frame.top - frame.bottom, least) / 2
    at = inset.find_point(*frame.middle)
    if at is not None:
        x, y = at
        shape = make_box(x - across, y - upward, x + across, y + upward)
        draw_geometry(axes, shape, _FRAME_STYLE, letters=letters, order=4)


def list_beyond(drawings: Sequence[LayerDrawing], frame: Frame) -> list[str]:
    """Return the names of events that have a mark but lie outside the frame."""
    return list(
        dict.fromkeys(
            said["popup"]["title"]
            for drawing in drawings
            if drawing.key == events.KEY
            for said, lon, lat in list_points(drawing)
            if frame.find_point(lon, lat) is None
        )
    )


def _draw_edge(canvas: Canvas, box: Box) -> None:
    x, y, width, height = box
    canvas.fill(x, y, width, height, "none", edge=INK)


def _raise_page(canvas: Canvas, axes: Axes) -> None:
    """Draw the paper's own lines over the maps: scale bars and edges stand on them."""
    axes.set_zorder(-1)
    canvas.page.set_zorder(1)
