"""Geodesic discs in closed form: where a scanline enters and leaves the circle.

The half-chord at a latitude is the difference of longitude at which the geodesic distance to
the centre equals the radius. It is solved on parametric latitudes with the Andoyer-Lambert
distance: the spherical arc first, then two corrections (a third would change 1e-7 of it). Against
geodesics found by bisection the area is good to 2e-6 for radii of 1 to 500 km at latitudes 0 to 88
degrees.

References: Andoyer (1932), Lambert (1942), in Thomas, "Spheroidal geodesics, reference systems
and local geometry", US Naval Oceanographic Office SP-138 (1970), first-order formula.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo.exposure.spans import Frame, Spans
from geo.types import BBox

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.types import LonLat

WGS84_A = 6_378_137.0
WGS84_F = 1 / 298.257223563
_CORRECTIONS = 2
METRES_PER_DEGREE = 110_500.0
"""Fewer than a degree of latitude has anywhere on the ellipsoid (110,574 at the equator)."""


def half_chord(center: LonLat, radius_km: float, lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the half-chord of a geodesic disc at each latitude.

    Parameters
    ----------
    radius_km
        Radius in kilometres.
    lat
        Latitudes in degrees, shape (n,).

    Returns
    -------
        Degrees of longitude, shape (n,); NaN where the parallel misses the disc, 180 where it
        lies wholly inside (round a pole).
    """
    lat = np.clip(lat, -90.0, 90.0)
    beta0 = math.atan((1 - WGS84_F) * math.tan(math.radians(center.lat)))
    beta = np.arctan((1 - WGS84_F) * np.tan(np.radians(lat)))
    mean, half = (beta + beta0) / 2, (beta - beta0) / 2
    sin2_half = np.sin(half) ** 2
    p = (np.sin(mean) * np.cos(half)) ** 2
    q = (np.cos(mean) * np.sin(half)) ** 2
    target = radius_km * 1000.0 / WGS84_A
    sigma = np.full_like(lat, target)
    for _ in range(_CORRECTIONS):
        x = (sigma - np.sin(sigma)) * p / np.cos(sigma / 2) ** 2
        y = (sigma + np.sin(sigma)) * q / np.sin(sigma / 2) ** 2
        sigma = target + WGS84_F / 2 * (x + y)
    room = np.sin(sigma / 2) ** 2 - sin2_half
    scale = np.cos(beta0) * np.cos(beta)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(scale > 0, room / scale, np.where(room >= 0, np.inf, -np.inf))
    chord = 2 * np.degrees(np.arcsin(np.sqrt(np.clip(ratio, 0.0, 1.0))))
    return np.where(ratio < 0, np.nan, chord)


def disc_spans(frame: Frame, center: LonLat, radius_km: float) -> Spans:
    """Return the spans of a geodesic disc on a geographic frame.

    Longitudes wrap: a disc across the date line or round a pole is whole wherever the grid
    reaches. Parts outside the grid are not in the spans; compare areas for the coverage.
    """
    reach = radius_km * 1000.0 / METRES_PER_DEGREE
    lines = frame.lines_between(center.lat - reach, center.lat + reach)
    chord = half_chord(center, radius_km, frame.line_y(lines))
    hit = ~np.isnan(chord)
    lines, chord = lines[hit], chord[hit]
    # the centre's column in the turn that the grid's middle lies in, and one turn either way
    middle = frame.west + frame.cols * frame.cell_width / 2
    lon = center.lon + 360.0 * round((middle - center.lon) / 360.0)
    starts, ends = [], []
    for turn in (-360.0, 0.0, 360.0):
        x0 = frame.to_steps(lon + turn - chord)
        x1 = frame.to_steps(lon + turn + chord)
        starts.append(lines * frame.stride + x0)
        ends.append(lines * frame.stride + x1)
    start, end = np.concatenate(starts), np.concatenate(ends)
    return Spans.of(start[end > start], end[end > start])


def disc_area_km2(lat: float, radius_km: float) -> float:
    """Return the area of a geodesic disc on WGS 84, in square kilometres.

    The cap of a sphere with the Gaussian radius of curvature at the centre; good to 1e-5 up to
    500 km.
    """
    e2 = WGS84_F * (2 - WGS84_F)
    radius = WGS84_A * math.sqrt(1 - e2) / (1 - e2 * math.sin(math.radians(lat)) ** 2)
    return 4 * math.pi * (radius / 1000.0) ** 2 * math.sin(radius_km * 500.0 / radius) ** 2


def disc_outline(center: LonLat, radius_km: float, *, points: int = 90) -> NDArray[np.float64]:
    """Return the outline of a geodesic disc as a closed ring, shape (n, 2), degrees.

    Longitudes run on past 180 where the disc crosses the date line; a disc round a pole becomes
    the strip from its outermost parallel to the pole. For drawing; people are counted from spans.
    """
    south, north = find_ends(center, radius_km)
    # denser towards both ends, where the outline turns
    lat = south + (north - south) * (1 - np.cos(np.linspace(0, np.pi, points))) / 2
    chord = np.nan_to_num(half_chord(center, radius_km, lat), nan=0.0)
    if north >= 90 or south <= -90:
        chord = np.where(np.abs(lat) >= 90, 180.0, chord)
    right = np.column_stack([center.lon + chord, lat])
    left = np.column_stack([center.lon - chord, lat])[::-1]
    ring = np.concatenate([right, left])
    return np.concatenate([ring, ring[:1]])


def find_ends(center: LonLat, radius_km: float) -> tuple[float, float]:
    """Return a disc's southernmost and northernmost latitude; a pole's, if it holds one."""
    reach = radius_km * 1000.0 / METRES_PER_DEGREE
    south, north = (_edge_latitude(center, radius_km, side * reach) for side in (-1.0, 1.0))
    return south, north


def disc_box(center: LonLat, radius_km: float) -> BBox:
    """Return the box that holds a disc; `east` passes 180 where it crosses the date line."""
    ring = disc_outline(center, radius_km)
    (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
    turn = 360.0 if west < -180 else 0.0
    return BBox(float(west) + turn, float(south), float(east) + turn, float(north))


def _edge_latitude(center: LonLat, radius_km: float, reach: float) -> float:
    """Return the latitude of the disc's end towards `reach` degrees."""
    inside, outside = center.lat, center.lat + reach
    if abs(outside) >= 90:
        pole = math.copysign(90.0, outside)
        if not np.isnan(half_chord(center, radius_km, np.array([pole]))[0]):
            return pole
        outside = pole
    return find_limit(inside, outside, lambda lat: ~np.isnan(half_chord(center, radius_km, lat)))


def find_limit(
    inside: float, outside: float, holds: Callable[[NDArray[np.float64]], NDArray[np.bool_]]
) -> float:
    """Return the last number on the way to `outside` for which something holds.

    It holds from `inside` on, up to there, and no more beyond.
    """
    for _ in range(9):  # each to a 64th
        steps = np.linspace(inside, outside, 65)
        last = int(np.count_nonzero(holds(steps))) - 1
        if last < 0:
            break
        if last == len(steps) - 1:
            return outside
        inside, outside = float(steps[last]), float(steps[last + 1])
    return inside
