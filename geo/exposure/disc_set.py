"""Very many geodesic discs, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.exposure.borders import WIDEST
from geo.exposure.chords import parametric, target_arc
from geo.exposure.discs import METRES_PER_DEGREE
from geo.exposure.reach import Reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.exposure.spans import Frame

_POLE = 89.99  # a disc that comes nearer to a pole may lie at any longitude


@dataclass(frozen=True, slots=True, eq=False)
class Discs:
    """Geodesic discs: centres in degrees (EPSG:4326) and radii in kilometres, float64 (n,)."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    radius_km: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of discs."""
        return len(self.lon)

    def take(self, which: NDArray[np.int64]) -> Discs:
        """Return some of the discs."""
        return Discs(self.lon[which], self.lat[which], self.radius_km[which])

    def find_places(self) -> NDArray[np.int64]:
        """Return where runs of discs with one centre begin, and the number of discs."""
        new = np.ones(len(self) + 1, dtype=bool)
        new[1:-1] = (self.lon[1:] != self.lon[:-1]) | (self.lat[1:] != self.lat[:-1])
        return np.flatnonzero(new)

    def largest(self, starts: NDArray[np.int64]) -> Discs:
        """Return the largest disc of each run."""
        if not len(self):
            return self
        first = starts[:-1]
        return Discs(self.lon[first], self.lat[first], np.maximum.reduceat(self.radius_km, first))

    def on_frame(self, frame: Frame) -> NDArray[np.float64]:
        """Return what the chords on a geographic frame need, (n, 5).

        The longitude in the turn of the grid's middle, the parametric latitude, its sine and
        cosine, the radius as an arc.
        """
        arc = target_arc(self.radius_km)
        return np.column_stack([self.turn_to(frame), *parametric(self.lat), arc])

    def turn_to(self, frame: Frame) -> NDArray[np.float64]:
        """Return longitudes in the turn of the grid's middle."""
        middle = frame.west + frame.cols * frame.cell_width / 2
        turned: NDArray[np.float64] = self.lon + 360.0 * np.rint((middle - self.lon) / 360.0)
        return turned

    def reach(self, frame: Frame) -> Reach:
        """Return how far the discs reach on a geographic frame."""
        reach = self.radius_km * 1000.0 / METRES_PER_DEGREE
        step = frame.cell_height / frame.scanlines
        first = np.floor((frame.north - (self.lat + reach)) / step) - 1
        last = np.ceil((frame.north - (self.lat - reach)) / step) + 1
        lon, half = self.turn_to(frame), self.half_widths()
        return Reach(
            first.astype(np.int64),
            last.astype(np.int64),
            (lon - half - frame.west) / frame.cell_width,
            (lon + half - frame.west) / frame.cell_width,
            360.0 / frame.cell_width,
        )

    def near_poles(self) -> NDArray[np.bool_]:
        """Tell which discs hold a pole, or are too wide for its nearness to be traced exactly."""
        cosine = np.maximum(np.cos(np.radians(self.lat)), 1e-12)
        near: NDArray[np.bool_] = target_arc(self.radius_km) > WIDEST * cosine
        return near

    def half_widths(self) -> NDArray[np.float64]:
        """Return degrees of longitude that no disc's half-chord exceeds."""
        reach = self.radius_km * 1000.0 / METRES_PER_DEGREE
        farthest = np.abs(self.lat) + reach
        sine = np.sin(np.radians(1.01 * reach)) / np.cos(np.radians(np.minimum(farthest, _POLE)))
        width = np.degrees(np.arcsin(np.minimum(sine, 1.0)))
        return np.where((farthest >= _POLE) | (sine >= 1.0), 180.0, width)
