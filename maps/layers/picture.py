"""A grid of classes as a palette PNG in the map's own projection, for looking only.

A picture in degrees laid on a web-Mercator map is misplaced by kilometres (20 km across
Ukraine), so the classes are warped to EPSG:3857 first, by nearest neighbour.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from affine import Affine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from maps.run import Surface

    Warped: TypeAlias = tuple[npt.NDArray[np.uint8], tuple[float, float, float, float]]

OUTSIDE, NODATA, NO_PEOPLE = 0, 1, 2  # classes below the density classes
_MERCATOR = "EPSG:3857"
_DEGREES = "EPSG:4326"
_MAX_MERCATOR_LAT = 85.0
_MAX_PIXELS_A_SIDE = 2000
_OVERSAMPLING = 4  # pixels a cell's side, so that a picture's step is small beside a cell


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG as a `data:` address, and where it lies: west, south, east, north in degrees."""

    url: str
    bounds: tuple[float, float, float, float]

    @property
    def leaflet_bounds(self) -> list[list[float]]:
        """The corners as Leaflet wants them: south-west and north-east, latitude first."""
        west, south, east, north = self.bounds
        return [[south, west], [north, east]]


def classify_density(
    density_km2: npt.NDArray[np.float64], breaks: Sequence[float], surface: Surface
) -> npt.NDArray[np.uint8]:
    """Return the class of each cell.

    Returns
    -------
        `OUTSIDE` where the run holds no cell, `NODATA` where the source has no data,
        `NO_PEOPLE` where it says zero, and above that 3, 4, ... for densities up to each break.
    """
    classes = np.searchsorted(np.asarray(breaks), density_km2, side="left") + NO_PEOPLE + 1
    classes[density_km2 == 0] = NO_PEOPLE
    classes[np.isnan(density_km2)] = NODATA
    classes[np.isnan(surface.area_km2)] = OUTSIDE
    return classes.astype(np.uint8)


def find_cell_centres(
    surface: Surface,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return longitudes and latitudes of the cells' centres, arrays (rows, cols)."""
    rows, cols = surface.people.shape
    x = surface.west + (np.arange(cols) + 0.5) * surface.cell_width
    y = surface.north - (np.arange(rows) + 0.5) * surface.cell_height
    grid_x, grid_y = np.meshgrid(x, y)
    if is_degrees(surface.grid["crs"]):
        return grid_x, grid_y
    from rasterio.warp import transform

    lon, lat = transform(surface.grid["crs"], _DEGREES, grid_x.ravel(), grid_y.ravel())
    return np.reshape(lon, (rows, cols)), np.reshape(lat, (rows, cols))


def make_picture(
    surface: Surface, classes: npt.NDArray[np.uint8], palette: Mapping[int, str]
) -> Picture:
    """Return the classes as a picture in EPSG:3857.

    Parameters
    ----------
    palette
        Colour (`#rrggbb`) of each class that is to be seen; the others are transparent.
    """
    if is_degrees(surface.grid["crs"]):
        warped, bounds = _warp_degrees(surface, classes)
    else:
        warped, bounds = _warp_projected(surface, classes)
    png = encode_png(warped, palette)
    return Picture(f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}", bounds)


def encode_png(classes: npt.NDArray[np.uint8], palette: Mapping[int, str]) -> bytes:
    """Return an 8-bit palette PNG; classes without a colour are transparent."""
    height, width = classes.shape
    colours, alphas = bytearray(), bytearray()
    for index in range(max(palette, default=0) + 1):
        colours += bytes.fromhex(palette.get(index, "#000000").removeprefix("#"))
        alphas.append(255 if index in palette else 0)
    seen = np.where(np.isin(classes, list(palette)), classes, 0).astype(np.uint8)
    lines = np.zeros((height, width + 1), dtype=np.uint8)  # each line starts with filter type 0
    lines[:, 1:] = seen
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", bytes(colours)),
        (b"tRNS", bytes(alphas)),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_make_chunk(kind, data) for kind, data in chunks)


def _warp_degrees(surface: Surface, classes: npt.NDArray[np.uint8]) -> Warped:
    """Stretch rows: a meridian's degrees grow towards the poles, a parallel's stay equal."""
    rows, cols = classes.shape
    north = min(surface.north, _MAX_MERCATOR_LAT)
    south = max(surface.north - rows * surface.cell_height, -_MAX_MERCATOR_LAT)
    height = min(rows * _OVERSAMPLING, max(rows, _MAX_PIXELS_A_SIDE))
    top, bottom = _to_mercator(north), _to_mercator(south)
    y = top + (np.arange(height) + 0.5) / height * (bottom - top)
    lat = np.degrees(np.arctan(np.sinh(y)))
    source = np.floor((surface.north - lat) / surface.cell_height).astype(np.int64)
    east = surface.west + cols * surface.cell_width
    return classes[np.clip(source, 0, rows - 1)], (surface.west, south, east, north)


def _to_mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))


def _warp_projected(surface: Surface, classes: npt.NDArray[np.uint8]) -> Warped:
    from rasterio.enums import Resampling
    from rasterio.warp import reproject, transform_bounds

    rows, cols = classes.shape
    crs = surface.grid["crs"]
    box = (
        surface.west,
        surface.north - rows * surface.cell_height,
        surface.west + cols * surface.cell_width,
        surface.north,
    )
    west, south, east, north = transform_bounds(crs, _MERCATOR, *box)
    factor = max(1, min(_OVERSAMPLING, _MAX_PIXELS_A_SIDE // max(rows, cols)))
    warped = np.zeros((rows * factor, cols * factor), dtype=np.uint8)
    reproject(
        classes,
        warped,
        src_transform=find_transform(surface),
        src_crs=crs,
        dst_transform=Affine(
            (east - west) / (cols * factor), 0, west, 0, (south - north) / (rows * factor), north
        ),
        dst_crs=_MERCATOR,
        resampling=Resampling.nearest,
        tolerance=0.0,
    )
    return warped, transform_bounds(_MERCATOR, _DEGREES, west, south, east, north)


def find_transform(surface: Surface) -> Affine:
    """Return the affine transform from (col, row) to the grid's coordinates."""
    return Affine(surface.cell_width, 0, surface.west, 0, -surface.cell_height, surface.north)


def is_degrees(crs: str) -> bool:
    """Tell whether a grid's coordinates are degrees of longitude and latitude, WGS 84."""
    return crs.upper() in {_DEGREES, "OGC:CRS84"}


def _make_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
