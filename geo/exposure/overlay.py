"""Zones on a frame, cut into spans, combined, and cut along units, one band of scanlines a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.exposure.chords import parametric
from geo.exposure.combination import (
    NO_UNIT,
    Combination,
    Counted,
    Slots,
    UnitIndex,
    build_slots,
)
from geo.exposure.compiled import load_kernels
from geo.exposure.disc_set import Discs
from geo.exposure.discs import WGS84_A, WGS84_F
from geo.exposure.polygons import GEOGRAPHIC
from geo.exposure.spans import X_STEPS
from geo.exposure.sums import area_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.exposure.outlines import Outlines
    from geo.exposure.spans import Frame
    from geo.exposure.sums import Sums
    from geo.people.tiles import PopulationTiles

_SPANS_AT_ONCE = 400_000  # a band has about as many; 32 bytes each, some copies of them
_NODES_AT_ONCE = 2_000_000
_NODE_KM = 2.0
_NODE_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class Window:
    """Scanlines and steps of a frame (ends are exclusive), on the grid or beyond it."""

    line0: int
    line1: int
    low: int
    high: int


class Overlay:
    """Zones that are cut and combined on a frame.

    Its spans are int64 (n, 4): scanline, first and last step (exclusive), slot. They are
    disjoint within each class (`union`, `nearest`) or zone (`each`).
    """

    def __init__(self, frame: Frame, zones: Discs | Outlines, combination: Combination) -> None:
        self.frame = frame
        self.zones = zones
        self.combination = combination
        self.reach = zones.reach(frame)
        self._kernels: Any = load_kernels("overlay_kernels")
        units = combination.units
        self._units = units
        self._index = None if units is None else UnitIndex(units.reach(frame))
        self.slots: Slots = build_slots(combination.owners, self.reach, self._index)
        self._chords = zones.on_frame(frame) if isinstance(zones, Discs) else np.empty((0, 5))
        if combination.mode == "nearest":
            self._uneven = combination.find_uneven()
            self._sites = _locate_sites(combination)
            self._spacing = _space_nodes(frame) * X_STEPS

    def cut(
        self,
        zones: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
        low: int,
        high: int,
    ) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield bands of whole rows: the first row and the spans of some zones in it.

        Parameters
        ----------
        zones
            Numbers of the zones.
        first, last
            Scanlines along which each is cut.
        low, high
            Steps of the window.
        """
        if not len(zones):
            return
        scanlines = self.frame.scanlines
        row0, row1 = int(first.min()) // scanlines, -(-int(last.max()) // scanlines)
        bands = -(-int((last - first).sum()) // _SPANS_AT_ONCE)
        rows = max(1, (row1 - row0) // max(1, bands))
        if self.combination.mode == "nearest":
            nodes = (high - low) // self._spacing + 3
            rows = max(1, min(rows, _NODES_AT_ONCE // (nodes * scanlines)))
        for row in range(row0, row1, rows):
            window = Window(row * scanlines, min(row + rows, row1) * scanlines, low, high)
            hit = np.flatnonzero((first < window.line1) & (last > window.line0))
            if len(hit):
                begin = np.maximum(first[hit], window.line0)
                end = np.minimum(last[hit], window.line1)
                yield row, self._lay(zones[hit], begin, end, window)

    def empty_words(self) -> NDArray[np.int64]:
        """Return words for the sums of all slots, as `Sums` takes them."""
        return np.zeros((len(self.slots), 4, 2), dtype=np.int64)

    def measure(self, raster: PopulationTiles, words: NDArray[np.int64]) -> None:
        """Fill in the whole area of each slot: what lies in the grid, or more where zones go on.

        Parameters
        ----------
        raster
            What knows the cells' areas, on the grid and beyond.
        words
            Counted words of all slots.
        """
        words[:, 3] = words[:, 1]
        beyond = self.reach.crosses(self.frame, wraps=raster.layout.wraps)
        if self.combination.mode != "each":  # neighbours decide what a zone gets
            classes = self.combination.classes
            beyond = np.isin(classes, classes[beyond])
        zones = np.flatnonzero(beyond & (self.reach.first < self.reach.last))
        if not len(zones):
            return
        slots = np.isin(self.slots.owner, self.combination.owners[zones])
        words[slots, 3] = 0
        scanlines = self.frame.scanlines
        low, high = self._find_edges(zones)
        for row, spans in self.cut(
            zones, self.reach.first[zones], self.reach.last[zones], low, high
        ):
            rows = (int(spans[:, 0].max(initial=0)) // scanlines + 1) if len(spans) else row
            areas = area_units(raster.cell_areas_km2(row, rows))
            self._kernels.measure_spans(spans, row, scanlines, areas, words)

    def _find_edges(self, zones: NDArray[np.int64]) -> tuple[int, int]:
        """Return the steps that hold zones: once round the Earth, or as far as they reach."""
        if self.reach.turn:
            return 0, round(self.reach.turn * X_STEPS)
        west, east = self.reach.take(zones).columns()
        return int(west.min()) * X_STEPS, int(east.max()) * X_STEPS

    def gather(self, sums: Sums) -> Counted:
        """Return the sums of the slots that have any area; every owner keeps at least one."""
        slots = self.slots
        kept = (sums.words[:, 3] > 0).any(axis=1)
        filled = np.zeros(len(slots.first) - 1, dtype=bool)
        filled[slots.owner[kept]] = True
        kept |= (slots.unit == NO_UNIT) & ~filled[slots.owner]
        return Counted(slots.owner[kept], slots.unit[kept], sums.take(kept))

    def _lay(
        self,
        zones: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
        window: Window,
    ) -> NDArray[np.int64]:
        spans = self._cut_zones(zones, first, last, window)
        spans[:, 3] = zones[spans[:, 3]]
        kernels, classes = self._kernels, self.combination.classes
        if self.combination.mode != "each":
            spans, starts = kernels.sort_lines(spans, window.line0, window.line1)
            if self.combination.mode == "union":
                spans = kernels.merge(spans, starts, classes)
            else:
                node0 = window.low // self._spacing
                nodes = _place_nodes(self.frame, window, self._spacing)
                spans = kernels.share(
                    spans, starts, classes, self._uneven, self._sites, nodes, node0, self._spacing
                )
        if self._units is None:
            return spans
        cut: NDArray[np.int64] = kernels.intersect(
            spans,
            window.line0,
            *self._cut_units(self._units, window),
            self.slots.first,
            self.slots.unit,
        )
        return cut

    def _cut_zones(
        self,
        zones: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
        window: Window,
    ) -> NDArray[np.int64]:
        frame = self.frame
        if not isinstance(self.zones, Discs):
            return self._cut_outlines(self.zones, zones, window)
        lines = np.stack(parametric(frame.line_y(np.arange(window.line0, window.line1))))
        grid = np.array([frame.west, frame.cell_width])
        spans: NDArray[np.int64] = self._kernels.cut_discs(
            self._chords[zones], first, last, window.line0, lines, grid, window.low, window.high
        )
        return spans

    def _cut_units(
        self, units: Outlines, window: Window
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        assert self._index is not None  # noqa: S101 - there are units
        found = self._index.find(
            window.low / X_STEPS, window.line0, window.high / X_STEPS, window.line1
        )
        spans = self._cut_outlines(units, found, window)
        spans[:, 3] = found[spans[:, 3]]
        ordered = self._kernels.sort_lines(spans, window.line0, window.line1)
        settled: tuple[NDArray[np.int64], NDArray[np.int64]] = self._kernels.settle(*ordered)
        return settled

    def _cut_outlines(
        self, outlines: Outlines, which: NDArray[np.int64], window: Window
    ) -> NDArray[np.int64]:
        frame = self.frame
        step = frame.cell_height / frame.scanlines
        grid = np.array([frame.west, frame.north, frame.cell_width, step, outlines.turn])
        spans: NDArray[np.int64] = self._kernels.cut_outlines(
            outlines.edges,
            outlines.starts,
            which,
            window.line0,
            window.line1,
            grid,
            window.low,
            window.high,
        )
        return spans


def _locate_sites(combination: Combination) -> NDArray[np.float64]:
    """Return positions in space in units of the Earth's major axis, and their square, (n, 4)."""
    position = _to_space(np.asarray(combination.lon), np.asarray(combination.lat))
    return np.column_stack([position, (position**2).sum(axis=1)])


def _to_space(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return geocentric positions of points on WGS 84, units of its major axis, (..., 3)."""
    e2 = WGS84_F * (2 - WGS84_F)
    sine, cosine = np.sin(np.radians(lat)), np.cos(np.radians(lat))
    normal = 1 / np.sqrt(1 - e2 * sine * sine)
    flat = normal * cosine
    x, y = flat * np.cos(np.radians(lon)), flat * np.sin(np.radians(lon))
    return np.stack(np.broadcast_arrays(x, y, normal * (1 - e2) * sine), axis=-1)


def _space_nodes(frame: Frame) -> int:
    """Return the columns between nodes: at most 16, at most about two kilometres."""
    width = frame.cell_width
    km = width * math.radians(1) * WGS84_A / 1000 if frame.crs == GEOGRAPHIC else width / 1000
    return max(1, min(_NODE_COLUMNS, int(_NODE_KM / km)))


def _place_nodes(frame: Frame, window: Window, spacing: int) -> NDArray[np.float64]:
    """Return the positions in space of the nodes that hold a window, (lines, m, 3)."""
    numbers = np.arange(window.low // spacing, -(-window.high // spacing) + 2)
    x = frame.west + (numbers * (spacing // X_STEPS)).astype(np.float64) * frame.cell_width
    y = frame.line_y(np.arange(window.line0, window.line1))
    if frame.crs == GEOGRAPHIC:
        return _to_space(x[None, :], y[:, None])
    import pyproj

    to_degrees = pyproj.Transformer.from_crs(frame.crs, GEOGRAPHIC, always_xy=True)
    lon, lat = to_degrees.transform(*np.meshgrid(x, y))
    # beyond the projection nobody is near: the site that comes first has it
    return np.nan_to_num(_to_space(lon, lat), nan=0.0, posinf=0.0, neginf=0.0)
