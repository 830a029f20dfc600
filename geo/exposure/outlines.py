"""Very many polygon zones, as the edges of their rings on a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.exposure.chords import chord_ratio, parametric, ratio_degrees, target_arc
from geo.exposure.discs import METRES_PER_DEGREE, disc_outline, find_ends, find_limit, half_chord
from geo.exposure.polygons import GEOGRAPHIC, project_geometry
from geo.exposure.reach import Reach
from geo.exposure.zones import wrap_geometry
from geo.types import LonLat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.exposure.disc_set import Discs
    from geo.exposure.spans import Frame

_SIDE_POINTS = 91  # on each side of a disc's outline: a polygon of 180 corners
_POLAR_POINTS = 2049  # the same of a disc near a pole
_DISCS_AT_ONCE = 20_000
_TURNED = [2, 3, 0, 1]


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Polygon zones on a frame.

    Attributes
    ----------
    edges
        x0, y0, x1, y1 in units of the frame's CRS, float64 (m, 4), zone by zone; from south to
        north, level ones from west to east.
    sides
        1 for an eastern or northern edge of its zone, -1 for a western or southern one, int64 (m,).
    starts
        Where the edges of each zone begin, and their number, int64 (n + 1,).
    turn
        360 on a geographic frame, where zones come round; else 0.
    """

    edges: NDArray[np.float64]
    sides: NDArray[np.int64]
    starts: NDArray[np.int64]
    turn: float

    @classmethod
    def of(cls, frame: Frame, geometries: Sequence[BaseGeometry]) -> Outlines:
        """Return the outlines of valid polygons or multipolygons, EPSG:4326.

        On a geographic frame their edges are straight in degrees; for any other CRS they are cut
        into short ones and transformed. What can't be transformed has no edges.
        """
        return cls._of_edges(frame, *_walk(frame, geometries), len(geometries))

    @classmethod
    def of_discs(cls, frame: Frame, discs: Discs) -> Outlines:
        """Return geodesic discs as polygons of 180 corners and the disc's area, on any frame.

        A regular polygon whose corners lie a little outside the circle (by a factor of
        1 + (2 pi / 180)^2 / 12) covers the circle's area to 1e-6.
        """
        edges, zones = [], []
        for start in range(0, len(discs), _DISCS_AT_ONCE):
            which = np.arange(start, min(start + _DISCS_AT_ONCE, len(discs)))
            rings = _disc_rings(discs.take(which))
            torn = (np.abs(rings[:, :, 0]).max(axis=1) > 180.0) | ~np.isfinite(rings).all((1, 2))
            rings, plain = rings[~torn], which[~torn]
            x, y = _project(frame, rings[:, :, 0].ravel(), rings[:, :, 1].ravel())
            ring = np.stack([x, y], axis=1).reshape(*rings.shape)
            edges.append(_join_corners(ring).reshape(-1, 4))
            zones.append(np.repeat(plain, rings.shape[1] - 1))
            for number in which[torn].tolist():
                cut, _ = _walk(frame, [_disc_polygon(discs, number)])
                edges.append(cut)
                zones.append(np.full(len(cut), number))
        if not edges:
            return cls._of_edges(frame, np.empty((0, 4)), np.empty(0, np.int64), 0)
        return cls._of_edges(frame, np.concatenate(edges), np.concatenate(zones), len(discs))

    @classmethod
    def of_polar(cls, frame: Frame, discs: Discs) -> Outlines:
        """Return discs that hold a pole or come near to one, on a geographic frame.

        Polygons of 4,096 corners or more, which lack 4e-7 of a circle's area; the parallels at
        their ends are found to the last bits. A pole's disc reaches round it once.
        """
        lon = discs.turn_to(frame)
        rings = [
            _polar_ring(float(lon[number]), float(discs.lat[number]), float(radius))
            for number, radius in enumerate(discs.radius_km)
        ]
        edges = [np.column_stack([ring[:-1], ring[1:]]) for ring in rings]
        zone = np.repeat(np.arange(len(discs)), [len(part) for part in edges])
        return cls._of_edges(frame, np.concatenate(edges), zone, len(discs))

    @classmethod
    def _of_edges(
        cls, frame: Frame, edges: NDArray[np.float64], zone: NDArray[np.int64], count: int
    ) -> Outlines:
        """Sort edges by zone and turn them upwards; a zone with a corner at infinity has none.

        The zones lie to the left of their edges as these come.
        """
        lost = np.zeros(count, dtype=bool)
        lost[zone[~np.isfinite(edges).all(axis=1)]] = True
        x0, y0, x1, y1 = edges.T
        level = y0 == y1
        turned = (y0 > y1) | (level & (x0 > x1))
        sides = np.where(turned != level, -1, 1).astype(np.int64)
        edges = np.where(turned[:, None], edges[:, _TURNED], edges)
        kept = ~(level & (x0 == x1)) & ~lost[zone]
        order = np.flatnonzero(kept)[np.argsort(zone[kept], kind="stable")]
        starts = np.searchsorted(zone[order], np.arange(count + 1)).astype(np.int64)
        turn = 360.0 if frame.crs == GEOGRAPHIC else 0.0
        return cls(np.ascontiguousarray(edges[order]), sides[order], starts, turn)

    def __len__(self) -> int:
        """Return the number of zones."""
        return len(self.starts) - 1

    def take(self, which: NDArray[np.int64]) -> Outlines:
        """Return some of the zones."""
        counts = np.diff(self.starts)[which]
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        taken = np.repeat(self.starts[which], counts) + offset
        starts = np.concatenate([[0], np.cumsum(counts)])
        return Outlines(self.edges[taken], self.sides[taken], starts, self.turn)

    def heights(self) -> NDArray[np.float64]:
        """Return the heights of the zones in units of the CRS; 0 without edges."""
        south, north = np.full(len(self), np.inf), np.full(len(self), -np.inf)
        zone = np.repeat(np.arange(len(self)), np.diff(self.starts))
        np.minimum.at(south, zone, self.edges[:, 1])
        np.maximum.at(north, zone, self.edges[:, 3])
        return np.where(north > south, north - south, 0.0)

    def reach(self, frame: Frame) -> Reach:
        """Return how far the zones reach; those without edges have no scanlines."""
        filled = np.flatnonzero(np.diff(self.starts))
        box = np.full((len(self), 4), np.nan)
        if len(filled):
            low, high = self.edges[:, [0, 2]].min(axis=1), self.edges[:, [0, 2]].max(axis=1)
            at = self.starts[filled]
            box[filled, 0] = np.minimum.reduceat(low, at)
            box[filled, 1] = np.minimum.reduceat(self.edges[:, 1], at)
            box[filled, 2] = np.maximum.reduceat(high, at)
            box[filled, 3] = np.maximum.reduceat(self.edges[:, 3], at)
        box[np.isnan(box)] = frame.north
        west, south, east, north = box.T
        step = frame.cell_height / frame.scanlines
        first = np.floor((frame.north - north) / step - 0.5).astype(np.int64)
        last = np.ceil((frame.north - south) / step - 0.5).astype(np.int64) + 1
        empty = np.diff(self.starts) == 0
        middle = frame.west + frame.cols * frame.cell_width / 2
        turned = self.turn and self.turn * np.rint((middle - (west + east) / 2) / self.turn)
        return Reach(
            np.where(empty, 0, first),
            np.where(empty, 0, last),
            (west + turned - frame.west) / frame.cell_width,
            (east + turned - frame.west) / frame.cell_width,
            self.turn / frame.cell_width,
        )


def _walk(
    frame: Frame, geometries: Sequence[BaseGeometry]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the edges of polygons, which lie to the left of them, and whose each is."""
    shapes: Any = np.asarray(geometries, dtype=object)
    if frame.crs != GEOGRAPHIC:
        shapes = np.array([project_geometry(shape, frame.crs) for shape in shapes])
    parts, of_zone = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    edges = np.column_stack([points[:-1], points[1:]]).reshape(-1, 4)
    same = of_ring[1:] == of_ring[:-1]
    return edges[same], of_zone[of_part[of_ring[:-1][same]]]


def _join_corners(rings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of closed rings, (n, m, 4), which lie to the left of them."""
    x, y = rings[:, :, 0] - rings[:, :1, 0], rings[:, :, 1] - rings[:, :1, 1]
    area = (x[:, :-1] * y[:, 1:] - x[:, 1:] * y[:, :-1]).sum(axis=1)
    edges = np.concatenate([rings[:, :-1], rings[:, 1:]], axis=2)
    clockwise = (area < 0)[:, None, None]
    return np.where(clockwise, edges[:, ::-1][:, :, _TURNED], edges)


def _disc_rings(discs: Discs) -> NDArray[np.float64]:
    """Return closed rings of corners in degrees, (n, 181, 2); longitudes may pass 180.

    Not finite, or out of range, where a disc meets the date line or a pole.
    """
    import pyproj

    corners = 2 * (_SIDE_POINTS - 1)
    radius = discs.radius_km * (1 + (2 * math.pi / corners) ** 2 / 12)
    geod = pyproj.Geod(ellps="WGS84")
    ends = [
        geod.fwd(discs.lon, discs.lat, np.full(len(discs), bearing), radius * 1000.0)[1]
        for bearing in (180.0, 0.0)
    ]
    south, north = (np.asarray(end)[:, None] for end in ends)
    polar = np.abs(discs.lat) + radius * 1000.0 / METRES_PER_DEGREE >= 90.0
    rise = (1 - np.cos(np.linspace(0, np.pi, _SIDE_POINTS))) / 2
    lat = south + (north - south) * rise
    beta, sine, cosine = (each.reshape(lat.shape) for each in parametric(lat.ravel()))
    beta0, sine0, cosine0 = (each[:, None] for each in parametric(discs.lat))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = chord_ratio(beta, sine, cosine, beta0, sine0, cosine0, target_arc(radius)[:, None])
        half = ratio_degrees(ratio)
    half[:, [0, -1]] = 0.0
    right = np.stack([discs.lon[:, None] + half, lat], axis=2)
    left = np.stack([discs.lon[:, None] - half, lat], axis=2)[:, -2::-1]
    rings = np.concatenate([right, left], axis=1)
    rings[polar] = np.nan
    return rings


def _polar_ring(lon: float, lat: float, radius_km: float) -> NDArray[np.float64]:
    """Return the closed ring of a disc, anticlockwise; longitudes run from lon - 180 to lon + 180.

    It is drawn with its pole in the north, and turned over for the southern one.
    """
    center = LonLat(0.0, abs(lat))
    south, north = find_ends(center, radius_km)
    holds_pole = north >= 90.0
    if holds_pole:
        # from here on the disc reaches all round
        north = find_limit(90.0, south, lambda lat: half_chord(center, radius_km, lat) == 180.0)
    heights = south + (north - south) * (1 - np.cos(np.linspace(0, np.pi, _POLAR_POINTS))) / 2
    chord = np.nan_to_num(half_chord(center, radius_km, heights))
    chord[0], chord[-1] = 0.0, 180.0 if holds_pole else 0.0
    if holds_pole:
        heights, chord = np.append(heights, 90.0), np.append(chord, 180.0)
    right = np.column_stack([lon + chord, heights])
    left = np.column_stack([lon - chord, heights])[::-1]
    ring = np.concatenate([right, left])
    if lat < 0:
        ring = ring[::-1] * [1.0, -1.0]
    return np.concatenate([ring, ring[:1]])


def _disc_polygon(discs: Discs, number: int) -> BaseGeometry:
    """Return a disc that meets the date line or a pole as polygons within -180..180."""
    center = LonLat(float(discs.lon[number]), float(discs.lat[number]))
    ring = disc_outline(center, float(discs.radius_km[number]), points=2 * _SIDE_POINTS)
    return wrap_geometry(shapely.Polygon(ring))


def _project(
    frame: Frame, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if frame.crs == GEOGRAPHIC:
        return lon, lat
    import pyproj

    x, y = pyproj.Transformer.from_crs(GEOGRAPHIC, frame.crs, always_xy=True).transform(lon, lat)
    return x, y
