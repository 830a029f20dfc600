"""A raster that is read where it lies, opened as one on this machine is."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from geo.ranges import RasterFile


def open_dataset(path: RasterFile) -> Any:
    """Open a GeoTIFF with rasterio; one that is read where it lies by way of `RangedFile` only.

    GDAL has no network of its own here: what it reads are the bytes that `geo.ranges` gives it.
    """
    import rasterio

    if isinstance(path, Path):
        return rasterio.open(path, driver="GTiff")
    # a folder of its own: rasterio knows openers by folder, and threads open it at once
    name = f"{uuid4().hex}/{path.name}"
    return rasterio.open(name, driver="GTiff", opener=path.open_named)


def raise_failure(path: RasterFile) -> None:
    """Raise what failed while a raster was read where it lies; GDAL may have gone on without it."""
    if not isinstance(path, Path):
        path.raise_failure()


def fetch_window(
    path: RasterFile, dataset: Any, band: int, window: tuple[int, int, int, int]
) -> None:
    """Have the blocks of a window at hand, in few requests, before it is read.

    Parameters
    ----------
    window
        First and last row, first and last column of the file, ends exclusive.

    Raises
    ------
    UnavailableError
        If they can't be had.
    """
    if not isinstance(path, Path):
        path.fetch(list_spans(dataset, band, window))
        path.raise_failure()


def list_spans(dataset: Any, band: int, window: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """Return where the blocks of a window lie in a GeoTIFF: offsets and sizes in bytes."""
    height, width = dataset.block_shapes[band - 1]
    row0, row1, col0, col1 = window
    spans = []
    for row in range(row0 // height, math.ceil(row1 / height)):
        for col in range(col0 // width, math.ceil(col1 / width)):
            offset, size = (
                dataset.get_tag_item(f"BLOCK_{what}_{col}_{row}", "TIFF", bidx=band)
                for what in ("OFFSET", "SIZE")
            )
            if offset and size:  # an empty block is not in the file
                spans.append((int(offset), int(size)))
    return spans
