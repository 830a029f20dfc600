"""What a map shows: a rectangle in web Mercator, which may lie across the date line.

x and y are metres of EPSG:3857 on the sphere (x = R lon, y = R asinh(tan lat), R = 6,378,137 m);
x runs on past the date line, so that what lies on both its sides is one piece on paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry import box

from geo.types import BBox
from maps.extent import find_extent

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from maps.run import RunData

_RADIUS_M = 6_378_137.0
_MAX_LAT = 85.0
_TURNS = (-360.0, 0.0, 360.0)
_WORLD = BBox(-180.0, -58.0, 180.0, 75.0)  # the poles apart
_MARGIN = 0.08  # of the frame, round what it is to show
_POINT_MARGIN_DEGREES = 0.25
_LEAST_DEGREES = 0.02
_BEYOND = 0.02  # of the frame, by which shapes are drawn past its edge
_WINDOW_DEGREES = 0.2  # round the frame, in which coasts are in detail too: the rest is coarse
_DETAIL_DEGREES = 45.0  # on a wider map the finer coasts would not be seen


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the map, metres of EPSG:3857; `right` may lie past the date line."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees; east may pass 180, west -180."""
        west, east = (math.degrees(x / _RADIUS_M) for x in (self.left, self.right))
        south, north = (
            math.degrees(math.atan(math.sinh(y / _RADIUS_M))) for y in (self.bottom, self.top)
        )
        return west, south, east, north

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the point in the middle of the paper, degrees."""
        x, y = (self.left + self.right) / 2, (self.bottom + self.top) / 2
        return math.degrees(x / _RADIUS_M), math.degrees(math.atan(math.sinh(y / _RADIUS_M)))

    @property
    def is_world(self) -> bool:
        """Whether it is too wide for coasts in detail."""
        west, _, east, _ = self.bounds
        return east - west > _DETAIL_DEGREES

    def find_window(self) -> BaseGeometry | None:
        """Return the area in which coasts are drawn in detail, EPSG:4326; None on a wide map."""
        return None if self.is_world else self._find_area(_WINDOW_DEGREES)

    def place(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return what the frame shows of a geometry in degrees, in the frame's metres.

        Parts that touch at the date line are joined. Empty where it shows nothing.
        """
        west, south, east, north = self.bounds
        beyond = _BEYOND * (east - west)
        limits = (west - beyond, max(south - beyond, -90), east + beyond, min(north + beyond, 90))
        shown = []
        first, bottom, last, top = shapely.bounds(geometry).tolist()
        if not (bottom <= limits[3] and limits[1] <= top):  # an empty one too: its bounds are NaN
            return shapely.GeometryCollection()
        for turn in _TURNS:
            if first + turn > limits[2] or last + turn < limits[0]:
                continue
            part = shapely.clip_by_rect(translate(geometry, turn) if turn else geometry, *limits)
            if not part.is_empty:
                shown.append(part)
        if not shown:
            return shapely.GeometryCollection()
        whole = shown[0] if len(shown) == 1 else shapely.union_all(shown)
        return shapely.transform(whole, _project)

    def find_point(self, lon: float, lat: float) -> tuple[float, float] | None:
        """Return where a point lies in the frame's metres; None where it is not in the frame."""
        for turn in _TURNS:
            x, y = project_point(lon + turn, lat)
            if self.left <= x <= self.right and self.bottom <= y <= self.top:
                return x, y
        return None

    def measure_scale(self) -> float:
        """Return the metres on the ground that a metre of the frame stands for in its middle.

        On the sphere that the projection is made on: within 0.7 % of the ellipsoid's.
        """
        return math.cos(math.radians(self.middle[1]))

    def locate(
        self, columns: int, rows: int
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return longitudes (columns,) and latitudes (rows,) of pixels' middles, row 0 on top."""
        x = self.left + (np.arange(columns) + 0.5) / columns * (self.right - self.left)
        y = self.top - (np.arange(rows) + 0.5) / rows * (self.top - self.bottom)
        return np.degrees(x / _RADIUS_M), np.degrees(np.arctan(np.sinh(y / _RADIUS_M)))

    def _find_area(self, margin: float) -> BaseGeometry:
        west, south, east, north = self.bounds
        across = box(west - margin, south - margin, east + margin, north + margin)
        parts = [
            shapely.clip_by_rect(translate(across, turn), -180, -90, 180, 90) for turn in _TURNS
        ]
        return shapely.union_all([part for part in parts if part.area])


def choose_frame(run: RunData, width: float, height: float) -> Frame:
    """Return the frame for a map of this width and height: what the page opens on.

    The zones of the headline's event, else all zones, else the pins, else the places that are
    mentioned, else the world.
    """
    return fit_frame(find_extent(list_shown(run)) or _WORLD, width, height)


def list_shown(run: RunData) -> list[BaseGeometry]:
    """Return what the map must show, EPSG:4326; nothing where the run has no place."""
    if run.focus_zones:
        return [zone["geometry"] for zone in run.focus_zones]
    return surround_points(run)


def surround_points(run: RunData) -> list[BaseGeometry]:
    """Return a box round each pin, else round each place that is mentioned."""
    return [
        shapely.Point(at["lon"], at["lat"]).buffer(_POINT_MARGIN_DEGREES).envelope
        for at in run.pins or run.mentioned
    ]


def fit_frame(extent: BBox, width: float, height: float) -> Frame:
    """Return the frame of a shape (width to height) that holds a box in degrees and a margin."""
    left, bottom = project_point(extent.west, extent.south)
    right, top = project_point(extent.east, extent.north)
    least = math.radians(_LEAST_DEGREES) * _RADIUS_M
    across = max(right - left, least) * (1 + 2 * _MARGIN)
    upward = max(top - bottom, least) * (1 + 2 * _MARGIN)
    across = min(max(across, upward * width / height), 2 * math.pi * _RADIUS_M)
    upward = across * height / width
    x, y = (left + right) / 2, (bottom + top) / 2
    return Frame(x - across / 2, y - upward / 2, x + across / 2, y + upward / 2)


def project_point(lon: float, lat: float) -> tuple[float, float]:
    """Return a point's metres of EPSG:3857; latitudes past 85 degrees are taken for 85."""
    lat = min(max(lat, -_MAX_LAT), _MAX_LAT)
    return math.radians(lon) * _RADIUS_M, math.asinh(math.tan(math.radians(lat))) * _RADIUS_M


def _project(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lat = np.clip(xy[:, 1], -_MAX_LAT, _MAX_LAT)
    y = np.arcsinh(np.tan(np.radians(lat)))
    return np.column_stack((np.radians(xy[:, 0]), y)) * _RADIUS_M
