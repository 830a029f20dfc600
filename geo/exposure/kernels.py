"""The compiled inner loops of the sweep. Import through `geo.exposure.compiled`.

Whole numbers only from the chord's ends on. A sum is kept in two words so that nothing can
overflow, whatever the number of scanlines or of people:

- people, in persons x 2^32 (2^20 of a person by 4096 of a column): `whole` persons and `part`,
  the rest. A running total of a row is at most 2^63 / 2^20 = 8.8e12 persons, a cell is checked to
  be below 2^30 persons, and `part` is brought below 2^32 after each span.
- areas, in 1e-9 square kilometres by 4096 of a column: steps times the upper (`whole`, 2^22 apart)
  and lower (`part`) bits of the cell's area. A strip round the Earth one degree high is below
  2^43 for `whole`, and 2^22 x 4096 x columns below 2^55 for `part`, which is carried row by row.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from geo.exposure import chords

_compile: Any = numba.njit(cache=True, nogil=True, error_model="numpy")
_ratio = numba.njit(nogil=True, error_model="numpy")(chords.chord_ratio)
_degrees = numba.njit(nogil=True, error_model="numpy")(chords.ratio_degrees)

_STEPS = 4096
_PERSON = 1 << 20
_AREA = 1 << 22
_BATCH = 512


@_compile
def add_up(people: Any, totals: Any, gaps: Any) -> int:
    """Fill the running totals of people (fixed point) and of cells without data along each row.

    `people` is float64 with NaN for no data, (rows, cols); `totals` and `gaps` int64 and int32,
    (rows, cols + 1). Returns the number of cells that hold too many people to be counted.
    """
    rows, cols = people.shape
    bad = 0
    for row in range(rows):
        total, gap = np.int64(0), np.int32(0)
        totals[row, 0], gaps[row, 0] = 0, 0
        for col in range(cols):
            value = people[row, col]
            if value == value:  # noqa: PLR0124 - not NaN
                if value >= 1073741824.0:
                    bad += 1
                else:
                    total += np.int64(np.rint(value * _PERSON))
            else:
                gap += np.int32(1)
            totals[row, col + 1], gaps[row, col + 1] = total, gap
    return bad


@_compile
def add_up_raw(  # the rules of `PopulationTiles`, in one pass
    raw: Any, nodata: float, top: float, nan_is_gap: bool, scale: float, offset: float,
    factors: Any, most: Any, totals: Any, gaps: Any,
) -> int:  # fmt: skip
    """Do what `add_up` does from a raster's own values.

    `nodata` is the declared value as the raster's type holds it (NaN: none, or NaN if
    `nan_is_gap`); values from `top` on are not plainly people; `factors` turns a row's values into
    persons, `most` is what a cell of a row stays below. Returns the number of values that are not
    plainly people: where there are any, the tile has to be looked at closely.
    """
    rows, cols = raw.shape
    strange = 0
    for row in range(rows):
        total, gap = np.int64(0), np.int32(0)
        totals[row, 0], gaps[row, 0] = 0, 0
        factor, limit = factors[row], most[row]
        for col in range(cols):
            value = np.float64(raw[row, col])
            if value == nodata or (nan_is_gap and value != value):  # noqa: PLR0124 - NaN
                gap += np.int32(1)
            else:
                people = (value * scale + offset) * factor
                if 0.0 <= value < top and 0.0 <= people < limit:
                    total += np.int64(np.rint(people * _PERSON))
                else:
                    strange += 1
            totals[row, col + 1], gaps[row, col + 1] = total, gap
    return strange


@_compile
def _count(
    row: int, x0: int, x1: int, col0: int, areas: Any, totals: Any, gaps: Any, out: Any
) -> None:
    """Add the people and areas of the span x0..x1 of one scanline."""
    if x1 <= x0:
        return
    c0, f0 = x0 // _STEPS - col0, x0 % _STEPS
    c1, f1 = x1 // _STEPS - col0, x1 % _STEPS
    a, b = totals[row, c0], totals[row, c1]
    whole = b - a
    part = (whole & (_PERSON - 1)) * _STEPS + out[1]
    if f1:
        part += (totals[row, c1 + 1] - b) * f1
    if f0:
        part -= (totals[row, c0 + 1] - a) * f0
    out[0] += (whole >> 20) + (part >> 32)
    out[1] = part & 0xFFFFFFFF
    area = areas[row]
    out[2] += (x1 - x0) * (area >> 22)
    out[3] += (x1 - x0) * (area & (_AREA - 1))
    g0, g1 = gaps[row, c0], gaps[row, c1]
    missing = np.int64(g1 - g0) * _STEPS
    if f1:
        missing += np.int64(gaps[row, c1 + 1] - g1) * f1
    if f0:
        missing -= np.int64(gaps[row, c0 + 1] - g0) * f0
    if missing:
        out[4] += missing * (area >> 22)
        out[5] += missing * (area & (_AREA - 1))


@_compile
def sweep(
    discs: Any, first: Any, last: Any, lines: Any, grid: Any, window: Any, areas: Any,
    totals: Any, gaps: Any, sums: Any,
) -> None:  # fmt: skip
    """Add the people of one tile to its discs.

    Parameters
    ----------
    discs
        (n, 5): longitude in the grid's turn, parametric latitude, its sine and cosine, radius as
        an arc; float64.
    first, last
        Scanlines of each disc within the tile, counted from the tile's first.
    lines
        (3, n): parametric latitude, sine and cosine of the tile's scanlines.
    grid
        West edge and cell width in degrees, float64.
    window
        First and last column (exclusive) of the tile, columns of the grid, scanlines a row.
    areas
        Area of a cell of each row, int64.
    sums
        (n, 6), int64, added to: whole and part of the people, of the area, of the area without
        data.
    """
    col0, col1, cols, scanlines = window[0], window[1], window[2], window[3]
    low, high, width = col0 * _STEPS, col1 * _STEPS, cols * _STEPS
    # where a span lies this far inside, no other turn of it can meet the grid
    edge = max(np.int64(0), width - np.int64(360.0 / grid[1] * _STEPS)) + 2
    chord = np.empty(_BATCH)
    x0, x1 = np.empty(_BATCH, dtype=np.int64), np.empty(_BATCH, dtype=np.int64)
    for disc in range(len(discs)):
        lon, beta, sine, cosine, arc = discs[disc]
        for start in range(first[disc], last[disc], _BATCH):
            stop = min(start + _BATCH, last[disc])
            for at in range(stop - start):
                line = start + at
                ratio = _ratio(
                    lines[0, line], lines[1, line], lines[2, line], beta, sine, cosine, arc
                )
                half = _degrees(ratio)
                chord[at] = half if ratio >= 0.0 else -1.0
                x0[at] = np.int64(np.rint((lon - half - grid[0]) / grid[1] * _STEPS))
                x1[at] = np.int64(np.rint((lon + half - grid[0]) / grid[1] * _STEPS))
            for at in range(stop - start):
                if chord[at] < 0.0:
                    continue
                row = (start + at) // scanlines
                if chord[at] >= 180.0:
                    _count(row, low, high, col0, areas, totals, gaps, sums[disc])
                elif x0[at] >= edge and x1[at] <= width - edge:
                    _count(
                        row, max(x0[at], low), min(x1[at], high), col0, areas, totals, gaps,
                        sums[disc],
                    )  # fmt: skip
                else:
                    for turn in range(-1, 2):
                        a = lon + 360.0 * turn
                        u = np.int64(np.rint((a - chord[at] - grid[0]) / grid[1] * _STEPS))
                        v = np.int64(np.rint((a + chord[at] - grid[0]) / grid[1] * _STEPS))
                        _count(
                            row, max(u, low), min(v, high), col0, areas, totals, gaps, sums[disc]
                        )


@_compile
def measure(
    discs: Any, first: Any, last: Any, lines: Any, grid: Any, scanlines: int, areas: Any, sums: Any
) -> None:
    """Add the whole area of discs, beyond the grid's edges too, to `sums`: (n, 2), int64.

    `lines` and `areas` go on above and below the grid; the rest is as for `sweep`.
    """
    turn = np.int64(np.rint(360.0 / grid[1] * _STEPS))
    for disc in range(len(discs)):
        lon, beta, sine, cosine, arc = discs[disc]
        for line in range(first[disc], last[disc]):
            ratio = _ratio(lines[0, line], lines[1, line], lines[2, line], beta, sine, cosine, arc)
            if ratio < 0.0:
                continue
            half = _degrees(ratio)
            x0 = np.int64(np.rint((lon - half - grid[0]) / grid[1] * _STEPS))
            x1 = np.int64(np.rint((lon + half - grid[0]) / grid[1] * _STEPS))
            steps = turn if half >= 180.0 else x1 - x0
            area = areas[line // scanlines]
            sums[disc, 0] += steps * (area >> 22)
            sums[disc, 1] += steps * (area & (_AREA - 1))
