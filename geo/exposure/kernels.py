"""The compiled inner loops of the sweep. Import through `geo.exposure.compiled`.

Whole numbers only from the ends of borders and spans on. A sum is kept in two words so that nothing
can overflow, whatever the number of lines or of people:

- people, in persons x 2^32 (2^20 of a person by 4096 of a column): `whole` persons and `part`,
  the rest. A running total of a row is at most 2^63 / 2^20 = 8.8e12 persons, a cell is checked to
  be below 2^30 persons, and `part` is brought below 2^32 after each span and each row of borders.
- areas, in 1e-9 square kilometres by 4096 of a column: steps times the upper bits of a cell's area
  (`whole`) and its lower 22 (`part`), which is brought below 2^22 (`_weigh`). The Earth is 2^60 for
  `whole` along each line.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from geo.exposure import borders, chords
from geo.exposure.compiled import compile_functions

_compile: Any = numba.njit(cache=True, nogil=True, error_model="numpy")
# inlined, so that loops over lines run on several of them at once: a third of the time of a sweep
_inlined: Any = numba.njit(nogil=True, error_model="numpy", inline="always")
_chords = compile_functions(chords, _inlined, {})
_ratio, _degrees = _chords["chord_ratio"], _chords["ratio_degrees"]
_H, _LOW, _HIGH, _WAY, _OFF, _AT, _T, _X, _S, _LINES, _MORE, _PART = range(borders.POINT_ROWS)


@_compile
def _solve_all(
    points: Any, used: int, coefficients: Any, count: int, widest: float, per_reach: float,
    per_width: float,
) -> None:  # fmt: skip
    """Do what `borders._solve_all` does. Short loops: with more arrays none would be vectorised."""
    h, low, high, way = points[_H], points[_LOW], points[_HIGH], points[_WAY]
    t, x, s = points[_T], points[_X], points[_S]
    for at in range(used):
        t[at] = _climb(h[at], way[at], per_reach)
    if count > borders.FEW:
        for at in range(used):
            t[at], s[at] = _find_height(
                coefficients, count, widest, per_reach, per_width, t[at], h[at], low[at], high[at]
            )
    else:
        c = coefficients
        few = (c[0], c[1], c[2], c[3], c[4], c[5])
        for at in range(used):
            t[at], s[at] = _find_height(
                few, borders.FEW, widest, per_reach, per_width, t[at], h[at], low[at], high[at]
            )
    for at in range(used):
        x[at] = h[at] / s[at]


@_compile
def _round_all(points: Any, used: int, half: float) -> None:
    """Do what `borders._round_all` does."""
    t, off, way, lines, more = (
        points[_T], points[_OFF], points[_WAY], points[_LINES], points[_MORE]
    )  # fmt: skip
    for at in range(used):
        lines[at], more[at] = _round_height(t[at], off[at], way[at], half)


@_compile
def _measure_all(points: Any, used: int, half: float, small: bool) -> None:
    """Do what `borders._measure_all` does."""
    _find_areas(points, used, small)
    h, t, place = points[_H], points[_T], points[_AT]
    more, area = points[_MORE], points[_PART]
    for at in range(used - 1):
        to = at + 1
        area[at] = _find_part(
            area[at], abs(t[to] - t[at]), place[at], h[at], h[to], more[at], more[to], half
        )


@_compile
def _find_areas(points: Any, used: int, small: bool) -> None:
    h, t, x, s, area = points[_H], points[_T], points[_X], points[_S], points[_PART]
    for at in range(used - 1):
        to = at + 1
        area[at] = _find_area(t[at], x[at], s[at], h[at], t[to], x[to], s[to], h[to], small)


# half of the time were calls, but what is seldom needed is not worth its size
_SMALL = (
    "_round", "_write", "_walk", "_gather", "_widen", "_lift", "_climb", "_find_height",
    "_round_height", "_find_area", "_find_part", "_bulge", "_bulge_far",
)  # fmt: skip
_loops = {"_solve_all": _solve_all, "_round_all": _round_all, "_measure_all": _measure_all}
_traced = compile_functions(
    borders,
    lambda function: (_inlined if function.__name__ in _SMALL else _compile)(function),
    {**_chords, **_loops},
)
_climb, _find_height, _round_height = (
    _traced[name] for name in ("_climb", "_find_height", "_round_height")
)
_find_area, _find_part = _traced["_find_area"], _traced["_find_part"]
shape_disc, trace_disc = _traced["shape_disc"], _traced["trace_disc"]
trace_outline = _traced["trace_outline"]

_FAR = 1 << 30  # columns
_STEPS = 4096
_PERSON = 1 << 20
_AREA = 1 << 22
_BATCH = 512


@_compile
def add_up(people: Any, totals: Any, gaps: Any) -> int:
    """Fill the running totals of people (fixed point) and of cells without data along each row.

    `people` is float64 with NaN for no data, (rows, cols); `totals` and `gaps` int64 and int32,
    (rows, cols + 2): the last total stands twice. Returns the number of cells that hold too many
    people to be counted.
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
        totals[row, cols + 1], gaps[row, cols + 1] = total, gap
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
    units, empty = np.empty(cols), np.empty(cols, dtype=np.int32)
    for row in range(rows):
        factor, limit = factors[row], most[row]
        values = raw[row]
        for col in range(cols):  # without branches, so that it runs on several cells at once
            value = np.float64(values[col])
            people = (value * scale + offset) * factor
            gap = (value == nodata) | (nan_is_gap & (value != value))  # noqa: PLR0124 - NaN
            plain = (value >= 0.0) & (value < top) & (people >= 0.0) & (people < limit)
            strange += int(not (gap | plain))
            empty[col] = np.int32(gap)
            units[col] = np.rint(people * _PERSON) if plain & (not gap) else 0.0
        total, gaps_so_far = np.int64(0), np.int32(0)
        totals[row, 0], gaps[row, 0] = 0, 0
        for col in range(cols):
            total += np.int64(units[col])
            gaps_so_far += empty[col]
            totals[row, col + 1], gaps[row, col + 1] = total, gaps_so_far
        totals[row, cols + 1], gaps[row, cols + 1] = total, gaps_so_far
    return strange


@_compile
def _ends(
    disc: Any, start: int, count: int, lines: Any, grid: Any, ratio: Any, x0: Any, x1: Any
) -> None:
    """Cut scanlines start..start+count with a disc: ratios (negative: missed) and ends, in steps.

    Two loops, and ends as floats: both are what lets the second one run on several lines at once.
    """
    lon, beta, sine, cosine, arc = disc
    west, width = grid
    betas, sines, cosines = lines[0, start:], lines[1, start:], lines[2, start:]
    for at in range(count):
        ratio[at] = _ratio(betas[at], sines[at], cosines[at], beta, sine, cosine, arc)
    for at in range(count):
        half = _degrees(ratio[at])
        x0[at] = np.rint((lon - half - west) / width * _STEPS)
        x1[at] = np.rint((lon + half - west) / width * _STEPS)


@_compile
def _turned(lon: float, ratio: float, grid: Any) -> Any:
    """Return the ends of a chord round a longitude, in steps."""
    half = _degrees(ratio)
    x0 = np.rint((lon - half - grid[0]) / grid[1] * _STEPS)
    return x0, np.rint((lon + half - grid[0]) / grid[1] * _STEPS)


@_compile
def _people(totals: Any, x0: int, x1: int) -> Any:
    """Return the people of a span in one row's totals.

    In 2^-20 persons those between the beginnings of its first and last cells; in 2^-32 persons
    what the parts of these two cells add. `x0`, `x1` from the row's first column.
    """
    c0, c1 = np.uint64(x0) >> np.uint64(12), np.uint64(x1) >> np.uint64(12)
    f0, f1 = x0 & (_STEPS - 1), x1 & (_STEPS - 1)
    a, b = totals[c0], totals[c1]
    rest = (totals[c1 + np.uint64(1)] - b) * f1 - (totals[c0 + np.uint64(1)] - a) * f0
    return b - a, rest


@_compile
def _missing(gaps: Any, x0: int, x1: int) -> Any:
    """Return the steps of a span that lie on cells without data, in one row's totals of them."""
    c0, c1 = np.uint64(x0) >> np.uint64(12), np.uint64(x1) >> np.uint64(12)
    f0, f1 = x0 & (_STEPS - 1), x1 & (_STEPS - 1)
    a, b = np.int64(gaps[c0]), np.int64(gaps[c1])
    steps = (b - a) * _STEPS
    return (
        steps
        + (np.int64(gaps[c1 + np.uint64(1)]) - b) * f1
        - (np.int64(gaps[c0 + np.uint64(1)]) - a) * f0
    )


@_compile
def _weigh(area: int, steps: int) -> Any:
    """Return the two words of steps of cells of an area; the lower one is below 2^43.

    Of a border alone there are many steps, counted from the tile's west: they are taken in two.
    """
    lower = area & (_AREA - 1)
    high = (steps >> 20) * lower
    return steps * (area >> 22) + (high >> 2), ((high & 3) << 20) + (steps & 0xFFFFF) * lower


@_compile
def _add_area(out: Any, zone: int, area: int, steps: int, missing: int) -> None:
    """Add steps of a row's cells, and those of them without data, to a zone's areas."""
    whole, part = _weigh(area, steps)
    part += out[zone, 1, 1]
    out[zone, 1, 0] += whole + (part >> 22)
    out[zone, 1, 1] = part & (_AREA - 1)
    if missing:
        whole, part = _weigh(area, missing)
        part += out[zone, 2, 1]
        out[zone, 2, 0] += whole + (part >> 22)
        out[zone, 2, 1] = part & (_AREA - 1)


@_compile
def _count(
    borders: Any, used: int, row0: int, col0: int, areas: Any, totals: Any, gaps: Any,
    some_gaps: Any, sums: Any, zone: int,
) -> None:  # fmt: skip
    """Add what borders bring to one zone's sums; they are in the order of their rows or nearly.

    `row0`, `col0` are the first of the tile; the rest is as for `sweep_discs`.
    """
    whole, part, steps, missing = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    row = np.uint64(borders[0, 0] - row0)
    for at in range(used):
        here = np.uint64(borders[at, 0] - row0)
        if here != row:
            _add_area(sums, zone, areas[row], steps, missing)
            steps, missing = np.int64(0), np.int64(0)
            row = here
            whole, part = whole + (part >> 32), part & 0xFFFFFFFF
        lines, inside = borders[at, 2], borders[at, 3]
        col = np.uint64(borders[at, 1] - col0)
        before = totals[row, col]
        own = totals[row, col + np.uint64(1)] - before
        upper = (own >> 20) * inside
        whole += (before >> 20) * lines + (upper >> 12)
        part += (before & (_PERSON - 1)) * lines * _STEPS
        part += ((upper & (_STEPS - 1)) << 20) + (own & (_PERSON - 1)) * inside
        steps += np.int64(col) * _STEPS * lines + inside
        if some_gaps[row]:
            before = np.int64(gaps[row, col])
            own = np.int64(gaps[row, col + np.uint64(1)]) - before
            missing += before * _STEPS * lines + own * inside
    _add_area(sums, zone, areas[row], steps, missing)
    sums[zone, 0, 0] += whole + (part >> 32)
    sums[zone, 0, 1] += part & 0xFFFFFFFF


@_compile
def add_steps(words: Any, area: int, steps: int) -> None:
    """Add steps of cells of an area to two words."""
    whole, part = _weigh(area, steps)
    part += words[1]
    words[0] += whole + (part >> 22)
    words[1] = part & (_AREA - 1)


@_compile
def _measure(borders: Any, row0: int, col0: int, areas: Any, sums: Any) -> None:
    """Add the area that borders enclose, of cells of any kind, to two words."""
    for at in range(len(borders)):
        area = areas[borders[at, 0] - row0]
        steps = (borders[at, 1] - col0) * _STEPS * borders[at, 2] + borders[at, 3]
        add_steps(sums, area, steps)


@_compile
def sweep_discs(
    discs: Any, grid: Any, window: Any, areas: Any, totals: Any, gaps: Any, sums: Any
) -> None:
    """Add the people of one tile to its discs.

    Parameters
    ----------
    discs
        (n, 5): longitude in the grid's turn, parametric latitude, its sine and cosine, radius as
        an arc; float64.
    grid
        West and north edge, cell width and height in degrees, float64.
    window
        First and last row and column (exclusive) of the tile, int64.
    areas
        Area of a cell of each row, int64.
    totals, gaps
        As `add_up` fills them.
    sums
        (n, 4, 2), int64, added to: whole and part of the people, of the area, of the area without
        data; the last two stay.
    """
    rows = (window[0], window[1], window[2], window[3])
    turn = 360.0 / grid[2]
    some_gaps = gaps[:, -1] > 0
    coefficients, room = np.empty(24), np.empty((1024, 4), dtype=np.int64)
    points = np.empty((borders.POINT_ROWS, 1024))
    for disc in range(len(discs)):
        one = (discs[disc, 0], discs[disc, 1], discs[disc, 2], discs[disc, 3], discs[disc, 4])
        shape = shape_disc(one, (grid[0], grid[1], grid[2], grid[3]), coefficients)
        for each in range(-1, 2):
            place = shape[0] + each * turn
            if place + shape[4] <= window[2] or place - shape[4] >= window[3]:
                continue
            room, points, used = trace_disc(shape, coefficients, each * turn, rows, room, points)
            if used > 0:
                _count(room, used, window[0], window[2], areas, totals, gaps, some_gaps, sums, disc)


@_compile
def measure_discs(discs: Any, grid: Any, row0: int, areas: Any, sums: Any) -> None:
    """Add the whole area of discs, beyond the grid's edges too, to `sums`: (n, 2), int64.

    `areas` are those of the rows from `row0` on, also above and below the grid.
    """
    coefficients, room = np.empty(24), np.empty((1024, 4), dtype=np.int64)
    points = np.empty((borders.POINT_ROWS, 1024))
    for disc in range(len(discs)):
        one = (discs[disc, 0], discs[disc, 1], discs[disc, 2], discs[disc, 3], discs[disc, 4])
        shape = shape_disc(one, (grid[0], grid[1], grid[2], grid[3]), coefficients)
        rows = (row0, row0 + len(areas), -_FAR, _FAR)
        room, points, used = trace_disc(shape, coefficients, 0.0, rows, room, points)
        _measure(room[:used], row0, np.int64(shape[0]), areas, sums[disc])


@_compile
def sweep_outlines(
    edges: Any, sides: Any, starts: Any, zones: Any, turn: float, grid: Any, window: Any,
    areas: Any, totals: Any, gaps: Any, sums: Any,
) -> None:  # fmt: skip
    """Add the people of one tile to its polygons.

    Parameters
    ----------
    edges, sides, starts, turn
        As in `Outlines`.
    zones
        Numbers of the polygons.
    grid
        West and north edge, cell width and height in units of the CRS, float64.
    window, areas, totals, gaps, sums
        As for `sweep_discs`.
    """
    rows = (window[0], window[1], window[2], window[3])
    place = (grid[0], grid[1], grid[2], grid[3])
    some_gaps = gaps[:, -1] > 0
    room = np.empty((1024, 4), dtype=np.int64)
    for at in range(len(zones)):
        begin, end = starts[zones[at]], starts[zones[at] + 1]
        for each in range(-1, 2) if turn > 0.0 else range(1):
            room, used = trace_outline(edges, sides, begin, end, each * turn, place, rows, room)
            if used > 0:
                _count(room, used, window[0], window[2], areas, totals, gaps, some_gaps, sums, at)


@_compile
def measure_outlines(
    edges: Any, sides: Any, starts: Any, zones: Any, grid: Any, row0: int, areas: Any, sums: Any
) -> None:
    """Add the whole area of polygons, as `measure_discs`."""
    rows = (row0, row0 + len(areas), -_FAR, _FAR)
    place = (grid[0], grid[1], grid[2], grid[3])
    room = np.empty((1024, 4), dtype=np.int64)
    for at in range(len(zones)):
        begin, end = starts[zones[at]], starts[zones[at] + 1]
        room, used = trace_outline(edges, sides, begin, end, 0.0, place, rows, room)
        if used > 0:
            _measure(room[:used], row0, room[0, 1], areas, sums[at])


@_compile
def gather(sums: Any, numbers: Any, found: Any) -> None:
    """Add what was found for some zones in a tile to the sums of all, (n, 4, 2)."""
    for at in range(len(numbers)):
        for figure in range(3):
            sums[numbers[at], figure, 0] += found[at, figure, 0]
            sums[numbers[at], figure, 1] += found[at, figure, 1]
