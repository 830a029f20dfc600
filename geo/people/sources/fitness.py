"""Whether a raster from the network is whole, and reaches the places that it is for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import RasterError, UnavailableError
from geo.people.geotiff import open_geotiff, read_layout
from geo.people.grid import WGS84

if TYPE_CHECKING:
    from geo.people.geotiff import Layout
    from geo.ranges import RasterFile
    from geo.types import BBox


def check_raster(path: RasterFile, bbox: BBox | None, title: str) -> None:
    """Raise if a raster can't be read to its last block, or does not reach a box.

    Parameters
    ----------
    bbox
        EPSG:4326; None: it need reach nowhere.
    title
        What messages call it: its source and title.

    Raises
    ------
    UnavailableError
        See above.
    """
    from rasterio.errors import RasterioError
    from rasterio.windows import Window

    try:
        with open_geotiff(path) as dataset:
            layout = read_layout(path, dataset)
            rows, cols = dataset.height, dataset.width
            for row, col in ((0, 0), (rows - 1, 0), (rows - 1, cols - 1)):
                dataset.read(1, window=Window(col, row, 1, 1))
    except (RasterError, RasterioError) as error:
        if not isinstance(path, Path):
            path.reject()
        raise UnavailableError(f"{title}: the file is cut off or no raster") from error
    if bbox is None or _holds(layout, bbox):
        return
    ends = (layout.west, layout.south, layout.east, layout.north)
    digits = 2 if layout.is_geographic else 0
    raise UnavailableError(
        f"{title}: the raster does not reach the places of this run (it ends at "
        f"{', '.join(f'{each:.{digits}f}' for each in ends)}"
        f"{'' if layout.is_geographic else ' in its projection'}; they lie in "
        f"{bbox.west:.2f}, {bbox.south:.2f}, {bbox.east:.2f}, {bbox.north:.2f})"
    )


def _holds(layout: Layout, bbox: BBox) -> bool:
    """Whether a raster reaches over a whole box."""
    west, south, east, north = bbox.west, bbox.south, bbox.east, bbox.north
    if not layout.is_geographic:
        import pyproj

        forth = pyproj.Transformer.from_crs(WGS84, layout.crs, always_xy=True)
        west, south, east, north = forth.transform_bounds(west, south, east, north)
    return (
        layout.west <= west
        and east <= layout.east
        and layout.south <= south
        and north <= layout.north
    )
