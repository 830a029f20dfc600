"""Samples of the legend, with the opacity and the pattern seen on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.path import Path

from maps.sheet.ink import fit_mark, to_patch
from maps.style import LAND, Mark

if TYPE_CHECKING:
    from maps.layers.drawing import LegendEntry
    from maps.sheet.canvas import Canvas

SWATCH_MM = (6.4, 2.7)  # width and height, at letters of 1
_DOT_MM = 0.6
_RING_MM = 1.3


def draw_swatch(
    canvas: Canvas, entry: LegendEntry, at: tuple[float, float], letters: float
) -> None:
    """Draw a sample with its top left corner at a place of the paper."""
    x, y = at
    width, height = (side * letters for side in SWATCH_MM)
    middle = (x + width / 2, y + height / 2)
    if isinstance(entry.swatch, Mark):
        size = height * 1.12 * min(1.0, entry.swatch.size_px / 18)
        outline = fit_mark(entry.swatch.shape, size)
        start = (middle[0] - size / 2, middle[1] + size / 2)
        placed = np.asarray(outline.vertices) * [1, -1] + start
        canvas.trace(
            Path(placed, outline.codes),
            facecolor=entry.swatch.fill,
            edgecolor=entry.swatch.stroke,
            linewidth=entry.swatch.stroke_width * size / 24 * 2.83,
        )
        return
    options = to_patch(entry.swatch, letters)
    if entry.form == "line":
        canvas.trace(
            Path([(x, middle[1]), (x + width, middle[1])]), **options | {"facecolor": "none"}
        )
    elif entry.form in ("ring", "dot"):
        radius = (_RING_MM if entry.form == "ring" else _DOT_MM) * letters
        canvas.trace(Path.circle(middle, radius), **options)
    else:
        canvas.fill(x, y, width, height, LAND)
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
        canvas.trace(Path(corners, closed=True), **options)
