"""The population density as coloured cells, on the very pixels of the sheet.

For looking only: people are counted from the cells, never from the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgba_array

from maps.layers.density import PALETTE, classify_cells, is_scaled
from maps.layers.picture import OUTSIDE, is_degrees
from maps.style import DENSITY_OPACITY

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from maps.run import RunData, Surface
    from maps.sheet.frame import Frame

_DEGREES = "EPSG:4326"


def draw_cells(
    axes: Axes, run: RunData, frame: Frame, pixels: tuple[int, int], *, order: float
) -> None:
    """Draw the density that the page opens with: on the day where it differs from the static one.

    Parameters
    ----------
    pixels
        Columns and rows of the picture that covers the frame.
    """
    for surface in run.surfaces:
        classes = classify_cells(surface, run, dated=is_scaled(run))
        seen = sample_cells(surface, classes, frame, pixels)
        if not np.isin(seen, list(PALETTE)).any():
            continue
        axes.imshow(
            colour_cells(seen),
            extent=(frame.left, frame.right, frame.bottom, frame.top),
            interpolation="none",
            aspect="auto",
            zorder=order,
            origin="upper",
        )


def sample_cells(
    surface: Surface,
    classes: npt.NDArray[np.uint8],
    frame: Frame,
    pixels: tuple[int, int],
) -> npt.NDArray[np.uint8]:
    """Return the class of the cell that the middle of each pixel lies in, shape (rows, columns).

    `OUTSIDE` where there is no cell.
    """
    columns, rows = pixels
    lon, lat = frame.locate(columns, rows)
    height, width = classes.shape
    if is_degrees(surface.grid["crs"]):
        turned = (lon - surface.west) % 360.0  # a grid in degrees may lie across the date line
        col = np.floor(turned / surface.cell_width)
        row = np.floor((surface.north - lat) / surface.cell_height)
        row, col = np.meshgrid(row, col, indexing="ij")
    else:
        row, col = _find_projected(surface, lon, lat)
    inside = (row >= 0) & (row < height) & (col >= 0) & (col < width)
    seen = np.full((rows, columns), OUTSIDE, dtype=np.uint8)
    seen[inside] = classes[row[inside].astype(np.int64), col[inside].astype(np.int64)]
    return seen


def _find_projected(
    surface: Surface, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    from pyproj import Transformer

    to_grid = Transformer.from_crs(_DEGREES, surface.grid["crs"], always_xy=True)
    grid_lat, grid_lon = np.meshgrid(lat, (lon + 180.0) % 360.0 - 180.0, indexing="ij")
    x, y = to_grid.transform(grid_lon, grid_lat)
    col = np.floor((np.asarray(x) - surface.west) / surface.cell_width)
    row = np.floor((surface.north - np.asarray(y)) / surface.cell_height)
    return row, col


def colour_cells(classes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the classes' colours, shape (rows, columns, 4); what has none is transparent."""
    table = np.zeros((256, 4), dtype=np.uint8)
    for index, colour in PALETTE.items():
        table[index] = np.round(255 * to_rgba_array(colour, DENSITY_OPACITY)[0])
    return table[classes]
