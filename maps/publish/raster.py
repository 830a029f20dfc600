"""Cloud-optimised GeoTIFFs of cells as they are, with overviews that add up.

GDAL has no overviews by sum, so they are made here and given to its COG writer. The raster is
padded with cells without data at its south and east until every overview has whole cells: a cell
of an overview is then two by two cells of the level below, and sums stay sums.
"""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np

from maps.escape import clean_text
from maps.layers.picture import find_transform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from rasterio.io import MemoryFile

    from maps.run import Surface

TILE_CELLS = 256


def halve_sums(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sums of two by two cells; NaN only where all four have no data."""
    rows, cols = cells.shape
    fours = cells.reshape(rows // 2, 2, cols // 2, 2).swapaxes(1, 2)
    empty = np.isnan(fours).all(axis=(2, 3))
    return np.where(empty, np.nan, np.nansum(fours, axis=(2, 3)))


def make_levels(surface: Surface) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return people and area with data (km2) of a grid and of its overviews, finest first.

    Overviews until the coarsest fits one tile. NaN without data in both.
    """
    rows, cols = surface.people.shape
    count = max(0, math.ceil(math.log2(max(rows, cols) / TILE_CELLS)))
    step = 1 << count
    pad = ((0, -rows % step), (0, -cols % step))
    people = np.pad(surface.people, pad, constant_values=np.nan)
    area = np.pad(surface.area_km2, pad, constant_values=np.nan)
    area[np.isnan(people)] = np.nan
    levels = [(people, area)]
    for _ in range(count):
        levels.append((halve_sums(levels[-1][0]), halve_sums(levels[-1][1])))
    return levels


def encode_cog(
    surface: Surface,
    levels: Sequence[NDArray[np.float64]],
    description: str,
    unit: str,
    tags: Mapping[str, str],
) -> bytes:
    """Return a cloud-optimised GeoTIFF, float32, NaN without data; the same input, the same bytes.

    Parameters
    ----------
    surface
        Where the cells lie; CRS and cells as the source has them.
    levels
        The values, and those of the overviews: arrays (rows, cols), each half the one before.
    description, unit
        Of the band.
    tags
        Names and values of what the file says of itself.
    """
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    with contextlib.ExitStack() as stack:
        names = []
        for number, values in enumerate(levels):
            part = stack.enter_context(MemoryFile(ext=".tif"))
            _write_level(part, surface, values, 1 << number)
            names.append(part.name)
        vrt = _describe_levels(surface, levels[0].shape, names, (description, unit), tags)
        source = stack.enter_context(MemoryFile(vrt.encode("utf-8"), ext=".vrt"))
        target = stack.enter_context(MemoryFile(ext=".tif"))
        copy(
            source.name,
            target.name,
            driver="COG",
            COMPRESS="DEFLATE",
            LEVEL="9",
            PREDICTOR="YES",
            BLOCKSIZE=str(TILE_CELLS),
            OVERVIEWS="AUTO" if levels[1:] else "NONE",
            OVERVIEW_COMPRESS="DEFLATE",
            NUM_THREADS="1",
        )
        return bytes(target.read())


def _write_level(
    part: MemoryFile, surface: Surface, values: NDArray[np.float64], step: int
) -> None:
    from affine import Affine

    rows, cols = values.shape
    with part.open(
        driver="GTiff",
        height=rows,
        width=cols,
        count=1,
        dtype="float32",
        nodata=np.nan,
        crs=surface.grid["crs"],
        transform=find_transform(surface) @ Affine.scale(step),
    ) as dataset:
        dataset.write(values.astype(np.float32), 1)


def _describe_levels(
    surface: Surface,
    shape: tuple[int, ...],
    names: Sequence[str],
    band: tuple[str, str],
    tags: Mapping[str, str],
) -> str:
    """Return a virtual raster of the finest level that has the others as its overviews."""
    from rasterio.crs import CRS

    rows, cols = shape
    crs = CRS.from_user_input(surface.grid["crs"]).to_wkt()
    corner = ", ".join(map(repr, find_transform(surface).to_gdal()))
    files = [
        f'<SourceFilename relativeToVRT="0">{escape(name)}</SourceFilename>'
        "<SourceBand>1</SourceBand>"
        for name in names
    ]
    said = "".join(
        f'<MDI key="{name}">{escape(clean_text(text))}</MDI>'
        for name, text in {"AREA_OR_POINT": "Area", **tags}.items()
    )
    description, unit = (escape(clean_text(text)) for text in band)
    return (
        f'<VRTDataset rasterXSize="{cols}" rasterYSize="{rows}"><SRS>{escape(crs)}</SRS>'
        f"<GeoTransform>{corner}</GeoTransform><Metadata>{said}</Metadata>"
        f'<VRTRasterBand dataType="Float32" band="1"><Description>{description}</Description>'
        f"<UnitType>{unit}</UnitType><NoDataValue>nan</NoDataValue>"
        f"<SimpleSource>{files[0]}</SimpleSource>"
        + "".join(f"<Overview>{file}</Overview>" for file in files[1:])
        + "</VRTRasterBand></VRTDataset>"
    )
