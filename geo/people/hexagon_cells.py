"""People of polygons in the cells of a raster: all of a polygon's people, spread evenly over it.

A cell of 3 arc-seconds belongs to the polygon that holds its centre. A polygon's people are shared
by its cells in proportion to their true areas on WGS 84; what overlaps adds up. Cells of no
polygon have no data. Work goes by batches of polygons and blocks of cells, with what lies between
in files, so that a country needs no more memory than a town.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError
from geo.people.grid import WGS84, band_areas_km2
from geo.people.hexagon_spans import (
    CELLS_PER_DEGREE,
    EARTH_COLS,
    EARTH_ROWS,
    count_up,
    find_spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.people.hexagon_file import PolygonBatch, PolygonLayer
    from geo.people.hexagon_spans import Spans

_RECORD = np.dtype([("row", "i4"), ("col0", "i4"), ("col1", "i4"), ("people", "f8")])
_TILE = 256
_BLOCK_ROWS, _BLOCK_COLS = 4 * _TILE, 8 * _TILE
_CHUNK = 500_000  # spans
_PAINTED = 4_000_000  # cells at once
_MOST_CELLS = 5_000_000_000
_CACHE_MB = 64


@dataclass(slots=True)
class _Extent:
    """Rows and columns of the Earth's grid that hold spans, ends exclusive; how many cells."""

    row0: int = EARTH_ROWS
    row1: int = 0
    col0: int = EARTH_COLS
    col1: int = 0
    cells: int = 0
    polygons: int = 0

    def add(self, records: NDArray[Any]) -> None:
        self.row0 = min(self.row0, int(records["row"].min()))
        self.row1 = max(self.row1, int(records["row"].max()) + 1)
        self.col0 = min(self.col0, int(records["col0"].min()))
        self.col1 = max(self.col1, int(records["col1"].max()))
        self.cells += int((records["col1"] - records["col0"]).sum(dtype=np.int64))


def write_cells(layer: PolygonLayer, target: Path, folder: Path) -> None:
    """Write the people of polygons to a GeoTIFF of persons a cell.

    Parameters
    ----------
    target
        The GeoTIFF: EPSG:4326, cells of 3 arc-seconds, float32, NaN: no data; tiled, tiles without
        data left out. Tag `POLYGONS`: how many there were.
    folder
        For what lies between.

    Raises
    ------
    RasterError
        As `PolygonLayer.read_batches` and `geo.people.hexagon_spans.find_spans`, or if polygons
        overlap so much that they take up far more than the Earth's land.
    """
    spans = folder / "spans"
    extent = _Extent()
    areas = band_areas_km2(
        90.0 - np.arange(EARTH_ROWS + 1) / CELLS_PER_DEGREE, 1 / CELLS_PER_DEGREE
    )
    with spans.open("wb") as stream:
        for batch in layer.read_batches():
            records = _share_people(batch, find_spans(layer.path, batch, layer.crs), areas)
            extent.add(records)
            extent.polygons += len(batch.people)
            if extent.cells > _MOST_CELLS:
                raise RasterError(
                    f"{layer.path}: polygons that take up more than {_MOST_CELLS:,} cells of 3 "
                    "arc-seconds; expected people of one country. Is the CRS right?"
                )
            records.tofile(stream)
    blocks = _sort_by_blocks(spans, extent, folder)
    _write_blocks(target, extent, blocks)


def _share_people(batch: PolygonBatch, spans: Spans, areas: NDArray[np.float64]) -> NDArray[Any]:
    """Return spans with the people of each of their cells."""
    area = areas[spans.row]
    sizes = (spans.col1 - spans.col0) * area
    totals = np.bincount(spans.polygon, weights=sizes, minlength=len(batch.people))
    records = np.empty(len(area), dtype=_RECORD)
    records["row"], records["col0"], records["col1"] = spans.row, spans.col0, spans.col1
    records["people"] = batch.people[spans.polygon] * area / totals[spans.polygon]
    return records


def _sort_by_blocks(spans: Path, extent: _Extent, folder: Path) -> dict[tuple[int, int], Path]:
    """Write spans to a file for each block of cells, in their order, from its corner."""
    blocks: dict[tuple[int, int], Path] = {}
    with spans.open("rb") as stream:
        while len(records := np.fromfile(stream, dtype=_RECORD, count=_CHUNK)):
            records["row"] -= extent.row0
            records["col0"] -= extent.col0
            records["col1"] -= extent.col0
            for at, part in _split(records):
                path = blocks.setdefault(at, folder / f"block_{at[0]}_{at[1]}")
                with path.open("ab") as block:
                    part.tofile(block)
    return blocks


def _split(records: NDArray[Any]) -> Iterator[tuple[tuple[int, int], NDArray[Any]]]:
    """Yield blocks and their parts of spans, cut where they go from one block into the next."""
    first = records["col0"] // _BLOCK_COLS
    count = (records["col1"] - 1) // _BLOCK_COLS - first + 1
    across = np.repeat(first, count) + count_up(count)
    records = np.repeat(records, count)
    west = across * _BLOCK_COLS
    records["col0"] = np.maximum(records["col0"] - west, 0)
    records["col1"] = np.minimum(records["col1"] - west, _BLOCK_COLS)
    down = records["row"] // _BLOCK_ROWS
    records["row"] -= down * _BLOCK_ROWS
    order = np.lexsort((across, down))  # keeps the order within a block
    down, across, records = down[order], across[order], records[order]
    new = (np.diff(down, prepend=-1) != 0) | (np.diff(across, prepend=-1) != 0)
    starts = np.flatnonzero(new)
    for start, end in zip(starts, [*starts[1:], len(records)], strict=True):
        yield (int(down[start]), int(across[start])), records[start:end]


def _write_blocks(target: Path, extent: _Extent, blocks: dict[tuple[int, int], Path]) -> None:
    import rasterio
    from rasterio.transform import from_origin
    from rasterio.windows import Window

    rows, cols = extent.row1 - extent.row0, extent.col1 - extent.col0
    cell = 1 / CELLS_PER_DEGREE
    corner = (extent.col0 / CELLS_PER_DEGREE - 180.0, 90.0 - extent.row0 / CELLS_PER_DEGREE)
    # tiles that nobody writes to are left out, and those that hold NaN alone
    with (
        rasterio.Env(GDAL_PAM_ENABLED="NO", GDAL_CACHEMAX=_CACHE_MB),
        rasterio.open(
            target,
            "w",
            driver="GTiff",
            width=cols,
            height=rows,
            count=1,
            dtype="float32",
            nodata=np.nan,
            crs=WGS84,
            transform=from_origin(*corner, cell, cell),
            tiled=True,
            blockxsize=_TILE,
            blockysize=_TILE,
            compress="deflate",
            predictor=3,
            sparse_ok=True,
            bigtiff="if_safer",
        ) as dataset,
    ):
        dataset.update_tags(POLYGONS=str(extent.polygons))
        dataset.units = ("persons per cell",)
        for (down, across), path in sorted(blocks.items()):
            top, left = down * _BLOCK_ROWS, across * _BLOCK_COLS
            height, width = min(_BLOCK_ROWS, rows - top), min(_BLOCK_COLS, cols - left)
            people = _paint(np.fromfile(path, dtype=_RECORD))[:height, :width]
            dataset.write(people, 1, window=Window(left, top, width, height))


def _paint(records: NDArray[Any]) -> NDArray[np.float32]:
    """Return the people of a block's cells; NaN where no span is."""
    size = _BLOCK_ROWS * _BLOCK_COLS
    people, taken = np.zeros(size), np.zeros(size, dtype=bool)
    counts = (records["col1"] - records["col0"]).astype(np.int64)
    starts = records["row"].astype(np.int64) * _BLOCK_COLS + records["col0"]
    ends = np.cumsum(counts)
    groups = np.searchsorted(ends, np.arange(_PAINTED, ends[-1] + _PAINTED, _PAINTED))
    for part in np.split(np.arange(len(counts)), np.unique(groups)):
        cells = np.repeat(starts[part], counts[part]) + count_up(counts[part])
        people += np.bincount(cells, np.repeat(records["people"][part], counts[part]), size)
        taken[cells] = True
    whole = np.where(taken, people, np.nan).astype(np.float32)
    return whole.reshape(_BLOCK_ROWS, _BLOCK_COLS)
