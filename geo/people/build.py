"""Build the embedded boundary and population files: `python -m geo.people.build [DATA_FOLDER]`.

The same bytes every time, with the same version of GDAL; `data/*/SOURCE.md` holds their sha256.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import numpy as np

from geo.boundaries.gaza import OUTLINES_FILE, write_outlines
from geo.people.gaza import (
    CELLS_PER_DEGREE,
    NORTH,
    SURFACE_DATE,
    SURFACE_FILE,
    SURFACE_SOURCE,
    WEST,
    model_surface,
)

_log = logging.getLogger(__name__)

NODATA = -1.0


def build_data(folder: Path) -> list[Path]:
    """Write the governorates' outlines and the modelled surface below a data folder.

    Returns
    -------
        The paths of the files.
    """
    outlines, surface = folder / OUTLINES_FILE, folder / SURFACE_FILE
    for path in (outlines, surface):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_outlines(outlines)
    write_surface(surface)
    return [outlines, surface]


def write_surface(path: Path) -> None:
    """Write the modelled surface of the Gaza Strip as a GeoTIFF of counts."""
    import rasterio
    from rasterio.transform import Affine

    people = model_surface()
    size = 1 / CELLS_PER_DEGREE
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=people.shape[0],
        width=people.shape[1],
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=Affine(size, 0, WEST / CELLS_PER_DEGREE, 0, -size, NORTH / CELLS_PER_DEGREE),
        nodata=NODATA,
        compress="deflate",
        zlevel=9,
        predictor=3,
        num_threads=1,
    ) as dataset:
        dataset.write(np.where(np.isnan(people), NODATA, people).astype(np.float32), 1)
        dataset.update_tags(
            UNIT="persons per cell",
            SOURCE=SURFACE_SOURCE.name,
            LICENCE=SURFACE_SOURCE.licence,
            ATTRIBUTION=SURFACE_SOURCE.attribution,
            POPULATION_DATE=SURFACE_DATE,
            METHOD="civmap geo/people/gaza.py",
        )
        dataset.set_band_description(1, "persons per cell")


def main(arguments: list[str]) -> None:
    """Build into the folder given, or the checkout's `data`."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2] / "data"
    for path in build_data(folder):
        _log.info("%s  %d bytes", path, path.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])
