"""The density of people as a picture on the source's cells, with a legend: for looking only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from maps.layers.picture import NO_PEOPLE, is_degrees
from maps.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from maps.publish.release import Release
    from maps.run import Surface
    from maps.sheet.canvas import Canvas
    from maps.sheet.furniture import Box

_WIDTH_MM, _HEIGHT_MM = 190.0, 130.0
_MARGIN_MM = 6.0
_LEGEND_MM = 58.0
_HEADER_MM = 17.0
_SMALL = 6.0
_HATCH_POINTS = 0.4


def draw_density(release: Release, surface: Surface) -> bytes:
    """Return a PNG of people a square kilometre, in the classes and colours of the page.

    Parameters
    ----------
    surface
        People on the day; cells without data are hatched.
    """
    from maps.layers.density import CLASSES, classify_people, make_legend
    from maps.sheet.blocks import Entry, Paragraph, make_heading
    from maps.sheet.canvas import Canvas
    from maps.sheet.columns import Column, set_columns
    from maps.sheet.output import save, settle
    from maps.sheet.paper import Paper
    from maps.wording import Wording

    words = Wording()
    classes = classify_people(surface.people, surface)
    counts = np.bincount(classes.ravel(), minlength=CLASSES)
    day = words.day(release.as_of)
    source = Paragraph(
        f"Population source: {surface.grid['label']}, {words.day(surface.grid['population_date'])}",
        _SMALL,
        above=1.5,
    )
    blocks = [
        make_heading(f"People a square kilometre on {day}"),
        *map(Entry, make_legend(counts, words)),
        source,
        Paragraph(release.marking, _SMALL, bold=True, above=1.5),
    ]
    left, top = _MARGIN_MM, _MARGIN_MM + _HEADER_MM
    width = _WIDTH_MM - _LEGEND_MM - 3 * _MARGIN_MM
    height = _HEIGHT_MM - _HEADER_MM - 2 * _MARGIN_MM
    with settle():
        canvas = Canvas(Paper("picture", _WIDTH_MM, _HEIGHT_MM, 1.0))
        header = [Paragraph(release.title, 11.0, bold=True), Paragraph(release.number, _SMALL)]
        head = Column(left, _MARGIN_MM, _WIDTH_MM - 2 * _MARGIN_MM, _HEADER_MM)
        set_columns(canvas, header, [head], header[0])
        seen = _draw_cells(canvas, (left, top, width, height), surface, classes)
        side = Column(left + seen + _MARGIN_MM, top, _LEGEND_MM, height)
        set_columns(canvas, blocks, [side], source)
        return save(canvas.figure, "png", release.title)


def _draw_cells(canvas: Canvas, box: Box, surface: Surface, classes: NDArray[np.uint8]) -> float:
    """Draw classes of cells, in their shape on the ground, in the upper left of a box.

    Returns
    -------
        How wide they are on the paper, millimetres.
    """
    from matplotlib.patches import Rectangle

    from maps.sheet.cells import colour_cells

    rows, cols = classes.shape
    across, down = cols * surface.cell_width, rows * surface.cell_height
    if is_degrees(surface.grid["crs"]):
        across *= math.cos(math.radians(surface.north - down / 2))
    width = min(box[2], box[3] * across / down)
    axes = _add_axes(canvas, (*box[:2], width, width * down / across))
    axes.set(xlim=(0, cols), ylim=(rows, 0))
    hatched = Rectangle((0, 0), cols, rows, hatch="xxxx", facecolor="white", edgecolor=INK)
    hatched.set_hatch_linewidth(_HATCH_POINTS)
    axes.add_artist(hatched)
    white = np.zeros((rows, cols, 4), dtype=np.uint8)
    white[classes >= NO_PEOPLE] = 255
    for layer in (white, colour_cells(classes)):
        axes.imshow(
            layer, extent=(0, cols, rows, 0), interpolation="nearest", aspect="auto", zorder=2
        )
    return width


def _add_axes(canvas: Canvas, box: Box) -> Axes:
    x, y, width, height = box
    across, down = canvas.paper.width_mm, canvas.paper.height_mm
    axes = canvas.figure.add_axes(
        (x / across, 1 - (y + height) / down, width / across, height / down)
    )
    axes.set(xticks=[], yticks=[])
    return axes
