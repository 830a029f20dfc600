"""A raster of a release as pygeoapi asks for it: cells as they are, whole, never resampled."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pygeoapi.provider.base import BaseProvider, ProviderInvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from maps.publish.release import Release
    from maps.run import Surface

_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_GEOGRAPHIC = ("Long", "Lat")
_PROJECTED = ("x", "y")
_CLOSE = 1e-6  # of a cell: an edge that is asked for is an edge, whatever its last digit
_GDAL = threading.Lock()  # its settings are the process's: one thread at a time


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """A raster of one band, in memory: requests touch no file.

    Attributes
    ----------
    cells
        Array (rows, cols), row 0 northernmost, NaN without data.
    crs, transform
        rasterio's; the transform is from columns and rows to the CRS.
    box
        West, south, east, north in degrees.
    """

    band: str
    text: str
    unit: str
    cells: NDArray[np.float32]
    crs: Any
    transform: Any
    tags: Mapping[str, str]
    box: tuple[float, ...]

    def __deepcopy__(self, _: Any) -> Raster:
        """Return itself: pygeoapi copies its configuration, and data is not to be copied."""
        return self

    def find_bounds(self, bbox: Sequence[float]) -> tuple[float, ...]:
        """Return a box of degrees in the raster's CRS."""
        if not self.crs.is_projected:
            return tuple(bbox)
        from rasterio.warp import transform_bounds

        with _GDAL:
            return tuple(transform_bounds("OGC:CRS84", self.crs, *bbox))

    def encode(self, rows: slice, cols: slice) -> bytes:
        """Return a part of it as a GeoTIFF."""
        from affine import Affine
        from rasterio.io import MemoryFile

        cells = self.cells[rows, cols]
        with _GDAL, MemoryFile() as file:
            with file.open(
                driver="GTiff",
                compress="deflate",
                count=1,
                dtype=cells.dtype,
                height=cells.shape[0],
                width=cells.shape[1],
                crs=self.crs,
                transform=self.transform @ Affine.translation(cols.start, rows.start),
                nodata=math.nan,
            ) as part:
                part.write(cells, 1)
                part.set_band_description(1, self.text)
                part.set_band_unit(1, self.unit)
                part.update_tags(**self.tags)
            return bytes(file.read())


def make_rasters(release: Release) -> dict[str, Raster]:
    """Return people and density on the day of each main grid, named as the files of a bundle.

    Cells are the population source's, never resampled. Grids may overlap: they are not added.
    """
    from maps.publish.surfaces import date_surfaces
    from maps.run import read_run

    rasters = {}
    for number, dated in enumerate(date_surfaces(read_run(release.run.path)), 1):
        surface, ending = dated.surface, "" if number == 1 else f"_{number}"
        with np.errstate(invalid="ignore", divide="ignore"):
            density = surface.people / surface.area_km2
        for band, text, unit, cells in (
            ("people", "People", "persons per cell", surface.people),
            ("density", "People a square kilometre", "persons per km2", density),
        ):
            told = f"{text} on {release.as_of}"
            rasters[f"{band}{ending}"] = _make_raster(
                surface, cells, (band, told, unit), _make_tags(release, surface.grid)
            )
    return rasters


def _make_raster(
    surface: Surface,
    cells: NDArray[np.float64],
    said: tuple[str, str, str],
    tags: Mapping[str, str],
) -> Raster:
    from rasterio.crs import CRS
    from rasterio.transform import array_bounds
    from rasterio.warp import transform_bounds

    from maps.layers.picture import find_transform

    crs, transform = CRS.from_user_input(surface.grid["crs"]), find_transform(surface)
    bounds = array_bounds(*cells.shape, transform)
    box = tuple(transform_bounds(crs, "OGC:CRS84", *bounds))
    return Raster(*said, cells.astype(np.float32), crs, transform, tags, box)


def _make_tags(release: Release, grid: Mapping[str, Any]) -> dict[str, str]:
    source = next((each for each in release.sources if each["source_id"] == grid["source_id"]), {})
    tags = {
        "AS_OF": release.as_of,
        "SOURCE": grid["label"],
        "LICENCE": source.get("licence"),
        "ATTRIBUTION": source.get("attribution"),
        "MARKING": release.marking,
    }
    return {name: text for name, text in tags.items() if text}


class RasterProvider(BaseProvider):  # type: ignore[misc]
    """A provider of pygeoapi over a `Raster`."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        raster: Raster = self.data
        projected = raster.crs.is_projected
        self.axes = list(_PROJECTED if projected else _GEOGRAPHIC)
        self._kind = "ProjectedCRS" if projected else "GeographicCRS"
        code = provider_def["epsg"]
        self.crs = f"http://www.opengis.net/def/crs/EPSG/0/{code}" if projected else _CRS84
        height, width = raster.cells.shape
        self._coverage_properties = {
            "width": width,
            "height": height,
            "resx": raster.transform.a,
            "resy": -raster.transform.e,
        }
        self._fields: dict[str, dict[str, str]] = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, str]]:
        """Return the one field: the band."""
        raster = self.data
        return {raster.band: {"title": raster.text, "type": "number", "x-ogc-unit": raster.unit}}

    def query(
        self,
        *,
        bbox: Sequence[float] = (),
        subsets: Mapping[str, Sequence[Any]] | None = None,
        format_: str = "json",
        bbox_crs: str | None = None,
        **_: Any,
    ) -> Any:
        """Return the cells that meet a box: CoverageJSON (dict) or GeoTIFF (bytes).

        Parameters
        ----------
        bbox
            West, south, east, north in degrees; west beyond east is refused.
        subsets
            Ranges by axis, in the raster's CRS.
        format_
            `json` or `GTiff`.
        """
        if bbox_crs not in {None, _CRS84}:
            raise _refuse("bbox-crs: expected CRS84")
        rows, cols = _find_cells(self.data, self._find_bounds(bbox, subsets))
        return self._describe(rows, cols) if format_ == "json" else self.data.encode(rows, cols)

    def _find_bounds(
        self, bbox: Sequence[float], subsets: Mapping[str, Sequence[Any]] | None
    ) -> tuple[float, ...]:
        raster: Raster = self.data
        if bbox and subsets:
            raise _refuse("bbox and subset: expected one of them")
        if bbox:
            given = tuple(bbox) if len(bbox) == 4 else (*bbox[:2], *bbox[3:5])
            if given[0] > given[2]:
                raise _refuse("bbox: west lies beyond east")
            return raster.find_bounds(given)
        height, width = raster.cells.shape
        west, north = raster.transform @ (0, 0)
        east, south = raster.transform @ (width, height)
        x, y = self.axes
        west, east = _read_range(subsets, x, (west, east))
        south, north = _read_range(subsets, y, (south, north))
        return west, south, east, north

    def _describe(self, rows: slice, cols: slice) -> dict[str, Any]:
        """Return cells as CoverageJSON: axes are the centres of cells, no data is null."""
        raster, cells = self.data, self.data.cells[rows, cols]
        first_x, first_y = raster.transform @ (cols.start + 0.5, rows.start + 0.5)
        last_x, last_y = raster.transform @ (cols.stop - 0.5, rows.stop - 0.5)
        height, width = cells.shape
        values = cells.astype(float).ravel().tolist()
        return {
            "type": "Coverage",
            "domain": {
                "type": "Domain",
                "domainType": "Grid",
                "axes": {
                    "x": {"start": first_x, "stop": last_x, "num": width},
                    "y": {"start": first_y, "stop": last_y, "num": height},
                },
                "referencing": [
                    {"coordinates": ["x", "y"], "system": {"type": self._kind, "id": self.crs}}
                ],
            },
            "parameters": {
                raster.band: {
                    "type": "Parameter",
                    "description": {"en": raster.text},
                    "unit": {"label": {"en": raster.unit}},
                    "observedProperty": {"label": {"en": raster.text}},
                }
            },
            "ranges": {
                raster.band: {
                    "type": "NdArray",
                    "dataType": "float",
                    "axisNames": ["y", "x"],
                    "shape": [height, width],
                    "values": [None if math.isnan(value) else value for value in values],
                }
            },
        }


def _refuse(text: str) -> ProviderInvalidQueryError:
    return ProviderInvalidQueryError(text, user_msg=text)


def _read_range(
    subsets: Mapping[str, Sequence[Any]] | None, axis: str, whole: tuple[float, float]
) -> tuple[float, float]:
    if not subsets or axis not in subsets:
        return whole
    try:
        low, high = (float(value) for value in subsets[axis])
    except (TypeError, ValueError):
        raise _refuse(f"subset: expected {axis}(low:high), numbers") from None
    if not low <= high:
        raise _refuse(f"subset: {axis} begins beyond its end")
    return low, high


def _find_cells(raster: Raster, bounds: tuple[float, ...]) -> tuple[slice, slice]:
    """Return the rows and columns that meet a box, whole; those that only touch it are left out."""
    if not np.isfinite(bounds).all():
        raise _refuse("the box lies outside of what the coverage's CRS can say")
    west, south, east, north = bounds
    left, top = ~raster.transform @ (west, north)
    right, bottom = ~raster.transform @ (east, south)
    height, width = raster.cells.shape
    rows = slice(max(0, math.floor(top + _CLOSE)), min(height, math.ceil(bottom - _CLOSE)))
    cols = slice(max(0, math.floor(left + _CLOSE)), min(width, math.ceil(right - _CLOSE)))
    if rows.start >= rows.stop or cols.start >= cols.stop:
        raise _refuse("the box lies outside of the coverage")
    return rows, cols
