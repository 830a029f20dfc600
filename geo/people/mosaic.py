"""Rasters side by side on one grid, written as one."""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError
from geo.people.geotiff import check_size, open_geotiff, read_layout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.people.geotiff import Layout

_BLOCK = 512
_MISFIT = 0.01  # of a cell


def join_rasters(paths: Sequence[Path], target: Path) -> None:
    """Write rasters of one band that lie on one grid as one raster; where none is, no data.

    Values, type, nodata and CRS are those of the rasters. Where two overlap, the first one counts.

    Raises
    ------
    UnavailableError, RasterError
        As `geo.people.geotiff.open_geotiff`.
    RasterError
        If they differ in grid, type or nodata, or declare no nodata.
    """
    import rasterio
    from rasterio.transform import from_origin

    with ExitStack() as stack:
        rasters = [(path, stack.enter_context(open_geotiff(path))) for path in paths]
        for path, dataset in rasters:
            check_size(path, dataset)
        layouts = [read_layout(path, dataset) for path, dataset in rasters]
        _check_alike(rasters, layouts)
        first = layouts[0]
        west, north = min(each.west for each in layouts), max(each.north for each in layouts)
        cols = round((max(each.east for each in layouts) - west) / first.cell_width)
        rows = round((north - min(each.south for each in layouts)) / first.cell_height)
        dataset = rasters[0][1]
        with rasterio.open(
            target,
            "w",
            driver="GTiff",
            height=rows,
            width=cols,
            count=1,
            dtype=dataset.dtypes[0],
            crs=dataset.crs,
            transform=from_origin(west, north, first.cell_width, first.cell_height),
            nodata=dataset.nodata,
            tiled=True,
            blockxsize=_BLOCK,
            blockysize=_BLOCK,
            compress="deflate",
            zlevel=1,
            bigtiff="if_safer",
            sparse_ok=True,
        ) as joined:
            joined.update_tags(**dataset.tags())
            _copy(rasters, layouts, joined, (west, north))


def _copy(
    rasters: Sequence[tuple[Path, Any]],
    layouts: Sequence[Layout],
    joined: Any,
    corner: tuple[float, float],
) -> None:
    """Write every block of the whole raster that any of the others has a cell of."""
    from rasterio.windows import Window

    places = [
        (
            dataset,
            round((corner[1] - layout.north) / layout.cell_height),
            round((layout.west - corner[0]) / layout.cell_width),
        )
        for (_, dataset), layout in zip(rasters, layouts, strict=True)
    ]
    for _, block in joined.block_windows(1):
        values = np.full((block.height, block.width), joined.nodata, dtype=joined.dtypes[0])
        for dataset, down, across in reversed(places):
            top = max(block.row_off, down)
            left = max(block.col_off, across)
            height = min(block.row_off + block.height, down + dataset.height) - top
            width = min(block.col_off + block.width, across + dataset.width) - left
            if height > 0 and width > 0:
                part = dataset.read(1, window=Window(left - across, top - down, width, height))
                row, col = top - block.row_off, left - block.col_off
                values[row : row + height, col : col + width] = part
        joined.write(values, 1, window=block)


def _check_alike(rasters: Sequence[tuple[Path, Any]], layouts: Sequence[Layout]) -> None:
    (_, dataset), first = rasters[0], layouts[0]
    if dataset.nodata is None:
        raise RasterError(f"{rasters[0][0]}: declares no nodata; expected one, to be joined")
    for (path, other), layout in zip(rasters, layouts, strict=True):
        steps = (
            (layout.west - first.west) / first.cell_width,
            (layout.north - first.north) / first.cell_height,
        )
        alike = (
            other.count == 1
            and other.dtypes == dataset.dtypes
            and str(other.nodata) == str(dataset.nodata)  # NaN too
            and layout.crs == first.crs
            and not layout.flipped
            and math.isclose(layout.cell_width, first.cell_width, rel_tol=1e-9)
            and math.isclose(layout.cell_height, first.cell_height, rel_tol=1e-9)
            and all(abs(each - round(each)) < _MISFIT for each in steps)
        )
        if not alike:
            raise RasterError(
                f"{path}: expected one band of the grid, type and nodata of {rasters[0][0].name}, "
                "to be joined with it"
            )
