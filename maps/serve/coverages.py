"""A raster of a release as pygeoapi asks for it: cells as they are, whole, never resampled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from pygeoapi.provider.base import BaseProvider, ProviderInvalidQueryError
from rasterio.io import MemoryFile
from rasterio.warp import transform_bounds
from rasterio.windows import Window, from_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_GEOGRAPHIC = ("Long", "Lat")
_PROJECTED = ("x", "y")
_CLOSE = 1e-6  # of a cell: an edge that is asked for is an edge, whatever its last digit


class RasterProvider(BaseProvider):  # type: ignore[misc]
    """A provider of pygeoapi over a GeoTIFF of one band."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self.band = provider_def["band"]
        with rasterio.open(self.data, driver="GTiff") as raster:
            projected = raster.crs.is_projected
            code = raster.crs.to_epsg()
            self.axes = list(_PROJECTED if projected else _GEOGRAPHIC)
            self.crs = f"http://www.opengis.net/def/crs/EPSG/0/{code}" if projected else _CRS84
            self._kind = "ProjectedCRS" if projected else "GeographicCRS"
            self._text, self._unit = raster.descriptions[0] or self.band, raster.units[0] or ""
            self._coverage_properties = {
                "width": raster.width,
                "height": raster.height,
                "resx": raster.res[0],
                "resy": raster.res[1],
            }
        self._fields: dict[str, dict[str, str]] = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, str]]:
        """Return the one field: the band."""
        field = {"title": self._text, "type": "number", "x-ogc-unit": self._unit}
        return {self.band: field}

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
        with rasterio.open(self.data, driver="GTiff") as raster:
            window = _find_window(raster, self._find_bounds(raster, bbox, subsets))
            cells = raster.read(1, window=window)
            transform = raster.window_transform(window)
            if format_ == "json":
                return self._describe(cells, transform)
            profile = {"driver": "GTiff", "compress": "deflate", "count": 1, "dtype": cells.dtype}
            with MemoryFile() as file:
                with file.open(
                    **profile,
                    height=window.height,
                    width=window.width,
                    crs=raster.crs,
                    transform=transform,
                    nodata=raster.nodata,
                ) as part:
                    part.write(cells, 1)
                    part.set_band_description(1, self._text)
                    part.set_band_unit(1, self._unit)
                    part.update_tags(**raster.tags())
                return bytes(file.read())

    def _find_bounds(
        self, raster: Any, bbox: Sequence[float], subsets: Mapping[str, Sequence[Any]] | None
    ) -> tuple[float, ...]:
        west, south, east, north = raster.bounds
        if bbox and subsets:
            raise _refuse("bbox and subset: expected one of them")
        if bbox:
            given = tuple(bbox) if len(bbox) == 4 else (*bbox[:2], *bbox[3:5])
            if given[0] > given[2]:
                raise _refuse("bbox: west lies beyond east")
            return tuple(transform_bounds("OGC:CRS84", raster.crs, *given))
        x, y = self.axes
        west, east = _read_range(subsets, x, (west, east))
        south, north = _read_range(subsets, y, (south, north))
        return west, south, east, north

    def _describe(self, cells: Any, transform: Any) -> dict[str, Any]:
        """Return cells as CoverageJSON: axes are the centres of cells, no data is null."""
        rows, cols = cells.shape
        first_x, first_y = transform @ (0.5, 0.5)
        last_x, last_y = transform @ (cols - 0.5, rows - 0.5)
        values = cells.astype(float).ravel().tolist()
        return {
            "type": "Coverage",
            "domain": {
                "type": "Domain",
                "domainType": "Grid",
                "axes": {
                    "x": {"start": first_x, "stop": last_x, "num": cols},
                    "y": {"start": first_y, "stop": last_y, "num": rows},
                },
                "referencing": [
                    {"coordinates": ["x", "y"], "system": {"type": self._kind, "id": self.crs}}
                ],
            },
            "parameters": {
                self.band: {
                    "type": "Parameter",
                    "description": {"en": self._text},
                    "unit": {"label": {"en": self._unit}},
                    "observedProperty": {"label": {"en": self._text}},
                }
            },
            "ranges": {
                self.band: {
                    "type": "NdArray",
                    "dataType": "float",
                    "axisNames": ["y", "x"],
                    "shape": [rows, cols],
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


def _find_window(raster: Any, bounds: tuple[float, ...]) -> Window:
    """Return the cells that meet a box, whole; those that only touch it are left out."""
    if not np.isfinite(bounds).all():
        raise _refuse("the box lies outside of what the coverage's CRS can say")
    asked = from_bounds(*bounds, transform=raster.transform)
    left = max(0, math.floor(asked.col_off + _CLOSE))
    top = max(0, math.floor(asked.row_off + _CLOSE))
    right = min(raster.width, math.ceil(asked.col_off + asked.width - _CLOSE))
    bottom = min(raster.height, math.ceil(asked.row_off + asked.height - _CLOSE))
    if right <= left or bottom <= top:
        raise _refuse("the box lies outside of the coverage")
    return Window(left, top, right - left, bottom - top)
