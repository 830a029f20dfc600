"""A population grid: persons in each cell of a box, and how large the cells are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import RasterError
from geo.types import BBox, Caution, LonLat, Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

WGS84 = "EPSG:4326"

_EQUAL_AREA = "+proj=cea +ellps=WGS84 +units=m +no_defs"

# WGS 84: semi-major axis in km, first eccentricity
_A_KM = 6378.137
_E = 0.0818191908426215


@dataclass(frozen=True, slots=True, eq=False)
class PopulationGrid:
    """Persons per cell of a north-up grid.

    Attributes
    ----------
    grid_id
        Unique within a run: the source and where the window lies.
    label
        What every output calls the population source.
    population_date
        Year or period of the data as text; None: undated.
    modelled
        `no` (a raster of the user's), `embedded` or `coarse`.
    crs
        `EPSG:4326`, or the raster's own CRS as PROJ reads it.
    west, north
        Outer edges of column 0 and row 0 in CRS units; `west` may be below -180 or the east edge
        above 180 where the box crosses the date line.
    cell_width, cell_height
        CRS units, positive.
    people
        Persons, float64 (rows, cols), row 0 northernmost, NaN: no data.
    cautions
        What a reader of figures from this grid must know.

    Raises
    ------
    RasterError
        If a size is not positive, the array is not 2D, or a value is negative or infinite.
    """

    grid_id: str
    label: str
    source: Source
    population_date: str | None
    modelled: str
    crs: str
    west: float
    north: float
    cell_width: float
    cell_height: float
    people: NDArray[np.float64]
    cautions: tuple[Caution, ...] = field(default=())

    def __post_init__(self) -> None:
        if not (self.cell_width > 0 and self.cell_height > 0):
            raise RasterError(
                f"{self.label}: cells of {self.cell_width} by {self.cell_height}: expected "
                "positive sizes"
            )
        if self.people.ndim != 2 or not self.people.size or self.people.dtype != np.float64:
            raise RasterError(
                f"{self.label}: array of {self.people.shape} {self.people.dtype}: expected rows "
                "and columns of float64"
            )
        if not (np.isnan(self.people) | ((self.people >= 0) & (self.people < np.inf))).all():
            raise RasterError(f"{self.label}: expected people of 0 or more in each cell, or NaN")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, cols = self.people.shape
        return rows, cols

    @property
    def bounds(self) -> BBox:
        """Outer edges, in units of `crs`."""
        rows, cols = self.people.shape
        return BBox(
            self.west,
            self.north - rows * self.cell_height,
            self.west + cols * self.cell_width,
            self.north,
        )

    @property
    def total(self) -> float:
        """All people of the grid; cells without data hold none."""
        return float(np.nansum(self.people))

    def has_data(self, position: LonLat) -> bool:
        """Tell whether the cell at a position (degrees, EPSG:4326) is in the grid and has data."""
        x, y = position.lon, position.lat
        if self.crs == WGS84:
            middle = (self.bounds.west + self.bounds.east) / 2
            x += 360.0 * round((middle - x) / 360.0)
        else:
            import pyproj

            x, y = pyproj.Transformer.from_crs(WGS84, self.crs, always_xy=True).transform(x, y)
        if not (math.isfinite(x) and math.isfinite(y)):
            return False
        row = math.floor((self.north - y) / self.cell_height)
        col = math.floor((x - self.west) / self.cell_width)
        rows, cols = self.shape
        return 0 <= row < rows and 0 <= col < cols and not math.isnan(self.people[row, col])


def cell_areas_km2(grid: PopulationGrid) -> NDArray[np.float64]:
    """Return the true area of each cell on its ellipsoid, square kilometres.

    Geographic grids: closed form (areas between two parallels of WGS 84), shape (rows, 1).
    Projected ones: that of the quadrangle of the cell's corners in an equal-area projection, shape
    (rows, cols); NaN where the grid's projection does not reach.
    """
    rows, cols = grid.people.shape
    y = grid.north - np.arange(rows + 1) * grid.cell_height
    if grid.crs == WGS84 or is_geographic(grid.crs):
        return band_areas_km2(y, grid.cell_width)[:, None]
    return quadrangle_areas_km2(grid.crs, grid.west + np.arange(cols + 1) * grid.cell_width, y)


def quadrangle_areas_km2(
    crs: str, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the true areas of a projected grid's cells, square kilometres, (rows, cols).

    Parameters
    ----------
    x, y
        Edges of the columns, and of the rows from the north, in units of `crs`.

    Returns
    -------
        As `cell_areas_km2`; NaN where the projection does not reach.
    """
    import pyproj

    to_plane = pyproj.Transformer.from_crs(crs, _EQUAL_AREA, always_xy=True)
    east, north = to_plane.transform(*np.meshgrid(x, y))
    turn = 2 * pyproj.Proj(_EQUAL_AREA)(180.0, 0.0)[0]
    # the corners, clockwise; then their places as seen from the first
    corners = (slice(None, -1), slice(1, None))
    ring = [(0, 0), (0, 1), (1, 1), (1, 0)]
    at = [(east[corners[i], corners[j]], north[corners[i], corners[j]]) for i, j in ring]
    with np.errstate(invalid="ignore"):  # corners beyond the projection are infinite
        across = [u - at[0][0] for u, _ in at]
        across = [u - turn * np.round(u / turn) for u in across]
        down = [v - at[0][1] for _, v in at]
        twice = sum(across[k - 1] * down[k] - across[k] * down[k - 1] for k in range(4))
        areas: NDArray[np.float64] = np.abs(twice) / 2e6
    return np.where(np.isfinite(areas) & (areas > 0), areas, np.nan)


def band_areas_km2(edges: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Return areas on WGS 84 between consecutive parallels, for a width in degrees.

    Parameters
    ----------
    edges
        Latitudes in degrees, from north to south; beyond a pole they count as the pole.

    Notes
    -----
    Authalic formula: Snyder, Map Projections - A Working Manual (1987), equation 3-12.
    """
    sine = np.sin(np.radians(np.clip(edges, -90.0, 90.0)))
    q = (1 - _E**2) * (
        sine / (1 - (_E * sine) ** 2) - np.log((1 - _E * sine) / (1 + _E * sine)) / (2 * _E)
    )
    return _A_KM**2 * math.radians(width) * (q[:-1] - q[1:]) / 2


def is_geographic(crs: str) -> bool:
    """Tell whether a CRS has degrees of longitude and latitude as its coordinates."""
    import pyproj

    return bool(pyproj.CRS.from_user_input(crs).is_geographic)
