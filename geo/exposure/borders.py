"""Borders: where the edge of a zone passes through the cells of a grid, in closed form.

Take a row of cells and count its people from the west. Those of a zone in that row are, for each
height within it, the people before the zone's eastern edge less those before its western one. As
an edge passes through one cell, the people before it are those of all cells further west and a
part of the cell's own; so over its whole way through that cell the edge brings

    lines x (people before the cell) + part x (people of the cell)

where `lines` is the height of that way (in 1/4096 of a row: as many scanlines) and `part` the area
between it and the cell's western side (in 1/4096^2 of a cell); positive for an eastern edge,
negative for a western one. The people of a zone are the sum over its borders, in whole numbers.

A border is a row of int64: row, column, lines, part. Nothing is sampled: a disc's edge is an arc
whose area is taken as that of an ellipse's segment, a polygon's edge is straight.

Only sums, products, quotients and square roots are used: the functions are run as they stand for
few zones (`geo.exposure.join`) and compiled for many (`geo.exposure.kernels`), to the same bits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.exposure.chords import chord_ratio, lengthen, ratio_degrees
from geo.exposure.discs import WGS84_F

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINES = 4096
"""Lines a row: heights are rounded to as many, areas to a 4096th of that."""

_PARTS = 1.0 * LINES * LINES
_N = WGS84_F / (2 - WGS84_F)  # third flattening
_DEGREES = 180.0 / math.pi
_STEPS = 8  # of Newton's, on the way to a height
_ARC = 2.2  # square of a chord of the unit circle
_SMALL_DISC = 1.5  # rows or columns: of a smaller one, cells hold longer arcs
_FLAT = 1e-3  # so near to the widest height the edge runs straight up

POINT_ROWS = 12
"""Numbers of a point, those that the walk gives (to `_AT`) and those that are found from them.

Half-width; the heights between which it lies, both the same where its height is known; the way to
the wider end, 1 down and -1 up; rows from its own to the middle; columns from that of the piece
after it to the centre. Height, sqrt(1 - height^2), width; lines, and what rounding to lines adds;
area of the piece after it, in parts of a cell.
"""

_H, _LOW, _HIGH, _WAY, _OFF, _AT, _T, _X, _S, _LINES, _MORE, _PART = range(POINT_ROWS)
_NO_SIDE = 2  # of a walk's last point, after which there is no piece

WIDEST = 0.6
"""Of a disc that is traced, the radius is at most this part of the distance to the nearer pole."""


def _place_nodes(count: int) -> NDArray[np.float64]:
    """Return the Chebyshev nodes of -1..1."""
    return np.cos((np.arange(count) + 0.5) * np.pi / count)


FEW = 3
"""Coefficients of a disc that needs no more."""

_TWO, _FEW, _SOME, _MANY = (_place_nodes(count) for count in (2, FEW, 6, 12))


def shape_disc(disc: Any, grid: Any, coefficients: Any) -> Any:
    """Describe a disc on a geographic grid: an ellipse whose width changes slowly with height.

    Parameters
    ----------
    disc
        Longitude in the grid's turn (degrees), parametric latitude, its sine and cosine, radius
        as an arc; float64.
    grid
        West and north edge, cell width and height in degrees.
    coefficients
        Room for 24 float64; filled: each coefficient and the height that it stands for.

    Returns
    -------
        Column of the centre, row of the middle, half the height in rows, the height at which it is
        widest (-1 top, 1 bottom), its half-width there in columns, and how many of the
        coefficients count: the half-width at a height t is `sqrt(1 - t^2)` times the polynomial
        through them (`_widen`), exact to about 1e-6.
    """
    lon, beta0, sine0, cosine0, arc = disc
    west, north, width, height = grid
    top, bottom = arc, arc
    for _ in range(2):  # the ends on the meridian: a step leaves 1/300, squared, cubed
        top = _reach(sine0, cosine0, arc, top)
        bottom = _reach(sine0, cosine0, arc, -bottom)
    sine, cosine = _turn(sine0, cosine0, top)
    v0 = (north - _latitude(beta0 + top, sine, cosine)) / height
    sine, cosine = _turn(sine0, cosine0, -bottom)
    v1 = (north - _latitude(beta0 - bottom, sine, cosine)) / height
    middle, half = (v0 + v1) * 0.5, (v1 - v0) * 0.5
    slim = arc / cosine0  # to the pole it is at least this part
    nodes = _TWO if slim < 0.001 else _FEW if slim < 0.004 else _SOME if slim < 0.15 else _MANY
    count = len(nodes)
    for at in range(count):
        # nodes are heights of parametric latitude; their own heights follow from the latitude
        change = (top - bottom) * 0.5 - nodes[at] * (top + bottom) * 0.5
        sine, cosine = _turn(sine0, cosine0, change)
        ratio = chord_ratio(beta0 + change, sine, cosine, beta0, sine0, cosine0, arc)
        t = ((north - _latitude(beta0 + change, sine, cosine)) / height - middle) / half
        chord = ratio_degrees(ratio) / width
        coefficients[2 * at] = chord / math.sqrt((1.0 - t) * (1.0 + t))
        coefficients[2 * at + 1] = t
    for order in range(1, count):  # Newton's divided differences
        for at in range(count - 1, order - 1, -1):
            rise = coefficients[2 * at] - coefficients[2 * at - 2]
            away = coefficients[2 * at + 1] - coefficients[2 * (at - order) + 1]
            coefficients[2 * at] = rise / away
    if count < FEW:
        coefficients[2 * count], count = 0.0, FEW
    widest = 0.0
    for _ in range(30):
        value, slope = _widen(coefficients, count, widest)
        before, widest = widest, slope / value * (1.0 - widest * widest)
        if abs(widest - before) < 1e-9:
            break
    value, _ = _widen(coefficients, count, widest)
    reach = value * math.sqrt((1.0 - widest) * (1.0 + widest))
    return (lon - west) / width, middle, half, widest, reach, count


def _reach(sine0: float, cosine0: float, arc: float, change: float) -> Any:
    """Return how long a radius is along the meridian, towards a place about as far away."""
    sine, _ = _turn(sine0, cosine0, change)
    total, less = (sine + sine0) * 0.5, (sine - sine0) * 0.5
    return lengthen(arc, total * total, less * less)


def _sine(x: float) -> float:
    """Return the sine of a small arc (below 0.2)."""
    s = x * x
    return x * (1.0 - s * (1 / 6 - s * (1 / 120 - s * (1 / 5040 - s * (1 / 362880)))))


def _turn(sine0: float, cosine0: float, change: float) -> Any:
    """Return the sine and cosine of an arc and a small change."""
    half = _sine(change * 0.5)
    less = 2.0 * half * half
    sine = _sine(change)
    return (
        sine0 - sine0 * less + cosine0 * sine,
        cosine0 - cosine0 * less - sine0 * sine,
    )


def _latitude(beta: float, sine: float, cosine: float) -> Any:
    """Return the latitude (degrees) of a parametric latitude, its sine and cosine."""
    double = 2.0 * sine * cosine
    cosine_double = 1.0 - 2.0 * sine * sine
    triple = double * (3.0 - 4.0 * double * double)
    series = double + _N * (double * cosine_double + _N * triple * (1 / 3))
    return (beta + _N * series) * _DEGREES


def _widen(coefficients: Any, count: int, t: float) -> Any:
    """Return the polynomial through the coefficients, and its slope, at a height."""
    if count == FEW:
        a, b = t - coefficients[1], t - coefficients[3]
        slope = coefficients[2] + b * coefficients[4]
        return coefficients[0] + a * slope, slope + a * coefficients[4]
    value, slope = coefficients[2 * count - 2], 0.0
    for at in range(count - 2, -1, -1):
        away = t - coefficients[2 * at + 1]
        slope = slope * away + value
        value = value * away + coefficients[2 * at]
    return value, slope


def trace_disc(
    shape: Any, coefficients: Any, turn: float, window: Any, borders: Any, points: Any
) -> Any:
    """Write the borders of a disc within a window.

    Each edge is walked row by row, from the row's narrower end to its wider one, and in the row
    where it is widest in two parts. The points of a walk are its ends and where it passes from
    column to column; between two points lies the piece that a border is made of. Points are
    numbers in rows of their own, so that many of them are worked on at once.

    Parameters
    ----------
    shape, coefficients
        As `shape_disc` gives them.
    turn
        Columns that the disc is moved to the east by.
    window
        First and last row and column (exclusive). What lies further east is written at the
        column that follows the last, as if that had no people; what lies further west, not.
    borders, points
        Room for the result, int64 (n, 4), and for what leads to it, float64 (POINT_ROWS, n);
        replaced by more where that is not enough.

    Returns
    -------
        Borders and points, with room for more, and how many borders there are.
    """
    center, middle, half, widest, reach, count = shape
    center = center + turn
    row0, row1, col0, col1 = window
    first = max(math.floor(middle - half), row0)
    last = min(math.ceil(middle + half), row1)
    if first >= last or center + reach <= col0 or center - reach >= col1:
        return borders, points, 0
    across = min(reach + 2.0, float(col1 - col0 + 2))
    most = 4 * (last - first + 2) + int(4.0 * across) + 8
    borders = _make_room(borders, 0, most)
    if most > points.shape[1]:
        points = np.empty((POINT_ROWS, 2 * most))
    width, _ = _widen(coefficients, count, widest)
    x_widest = math.sqrt((1.0 - widest) * (1.0 + widest))
    h_widest = width * x_widest
    per_row = 1.0 / half
    t0 = max((first - middle) * per_row, -1.0)
    s0, _ = _widen(coefficients, count, t0)
    h0 = s0 * math.sqrt((1.0 - t0) * (1.0 + t0))
    used = 0
    for row in range(first, last):
        t1 = min((row + 1 - middle) * per_row, 1.0)
        s1, _ = _widen(coefficients, count, t1)
        h1 = s1 * math.sqrt((1.0 - t1) * (1.0 + t1))
        off = middle - row
        both = t0 < widest < t1
        for part in range(4 if both else 2):
            if both:
                t, h = (t0, h0) if part < 2 else (t1, h1)
                t_end, h_end = widest, h_widest
            elif t1 <= widest:
                t, h, t_end, h_end = t0, h0, t1, h1
            else:
                t, h, t_end, h_end = t1, h1, t0, h0
            # the western edge is an eastern one seen from behind: columns count from the east
            side = part & 1
            place = -center if side else center
            low, high = (-col1, -col0) if side else (col0, col1)
            used = _walk(
                place, off, t, h, t_end, h_end, row, low, high, side, borders, points, used
            )
        t0, h0 = t1, h1
    per_reach = 1.0 / reach
    _solve_all(points, used, coefficients, count, widest, per_reach, per_reach / x_widest)
    _round_all(points, used, half)
    _measure_all(points, used, half, half < _SMALL_DISC or reach < _SMALL_DISC)
    return borders, points, _gather(borders, points, used, col0, col1)


def _walk(
    place: float, off: float, t: float, h: float, t_end: float, h_end: float, row: int,
    low: int, high: int, side: int, borders: Any, points: Any, used: int,
) -> int:  # fmt: skip
    """Write the points of one edge in a row, from the narrower height t to t_end.

    Columns `low..high` (exclusive) count from behind for the western edge. What lies beyond them is
    one piece. Each point's row, column and side stand in `borders`.
    """
    col, last = math.floor(place + h), math.floor(place + h_end)
    if side == 0 and last < low:
        return used  # west of the window
    if col < low:
        col = min(low - 1, last)
    last = max(min(last, high), col)
    way = 1.0 if t_end >= t else -1.0
    lower, upper = min(t, t_end), max(t, t_end)
    points[_H, used], points[_LOW, used], points[_HIGH, used] = h, t, t
    while True:
        points[_WAY, used], points[_OFF, used], points[_AT, used] = way, off, place - col
        borders[used, 0], borders[used, 1], borders[used, 2] = row, col, side
        used += 1
        if col == last:
            break
        col += 1
        points[_H, used], points[_LOW, used], points[_HIGH, used] = col - place, lower, upper
    points[_H, used], points[_LOW, used], points[_HIGH, used] = h_end, t_end, t_end
    points[_WAY, used], points[_OFF, used], points[_AT, used] = way, off, 0.0
    borders[used, 2] = _NO_SIDE
    return used + 1


def _solve_all(
    points: Any, used: int, coefficients: Any, count: int, widest: float, per_reach: float,
    per_width: float,
) -> None:  # fmt: skip
    """Find the heights of points, and what follows from them."""
    h = points[_H, :used]
    u = _climb(h, points[_WAY, :used], per_reach)
    points[_T, :used], points[_S, :used] = _find_height(
        coefficients, count, widest, per_reach, per_width, u, h,
        points[_LOW, :used], points[_HIGH, :used],
    )  # fmt: skip
    points[_X, :used] = h / points[_S, :used]


def _round_all(points: Any, used: int, half: float) -> None:
    """Round the heights of points to lines."""
    points[_LINES, :used], points[_MORE, :used] = _round_height(
        points[_T, :used], points[_OFF, :used], points[_WAY, :used], half
    )


def _measure_all(points: Any, used: int, half: float, small: bool) -> None:
    """Find the area of the piece after each point, in parts of a cell."""
    a, b = points[:, : used - 1], points[:, 1:used]
    area = _find_area(a[_T], a[_X], a[_S], a[_H], b[_T], b[_X], b[_S], b[_H], small)
    dt = abs(b[_T] - a[_T])
    area = _find_part(area, dt, a[_AT], a[_H], b[_H], a[_MORE], b[_MORE], half)
    points[_PART, : used - 1] = area


def _gather(borders: Any, points: Any, used: int, col0: int, col1: int) -> int:
    """Make borders of the pieces, in the place of their points; return how many."""
    found = 0
    for at in range(used):
        side = borders[at, 2]
        if side == _NO_SIDE:
            continue
        tall = abs(int(points[_LINES, at + 1] - points[_LINES, at]))
        if tall == 0:
            continue  # less than a line, and its area with it
        row, col = borders[at, 0], borders[at, 1]
        part = min(max(int(points[_PART, at]), 0), tall * LINES)
        if side:
            col, tall, part = -col - 1, -tall, part - tall * LINES
        if col >= col1:
            col, part = col1, 0
        elif col < col0:
            continue
        found = _write(borders, found, row, col, tall, part)
    return found


def _make_room(borders: Any, used: int, more: int) -> Any:
    """Return an array with room for `more` borders after those that are used."""
    if used + more <= len(borders):
        return borders
    larger = np.empty((2 * len(borders) + more, 4), dtype=np.int64)
    larger[:used] = borders[:used]
    return larger


def _round(x: float) -> int:
    return math.floor(x + 0.5)


def _write(borders: Any, used: int, row: int, col: int, lines: int, part: int) -> int:
    borders[used, 0], borders[used, 1] = row, col
    borders[used, 2], borders[used, 3] = lines, part
    return used + 1


def _climb(h: Any, way: Any, per_reach: float) -> Any:
    """Return the height of a half-width on a circle of the largest one."""
    q = h * per_reach
    return np.sqrt(np.maximum((1.0 - q) * (1.0 + q), 0.0)) * -way


def _find_height(
    coefficients: Any, count: int, widest: float, per_reach: float, per_width: float, u: Any,
    h: Any, low: Any, high: Any,
) -> Any:  # fmt: skip
    """Return the height between two at which the half-width is h, and the width there.

    A disc is nearly an ellipse, but widest a little off its middle. At heights u = (t - widest) /
    (1 - widest t) the half-width is r sqrt(1 - u^2), where r is s (1 - widest t) / sqrt(1 -
    widest^2): the largest half-width, but for the square of what makes the disc no ellipse. With
    the r of where this leads, it leads to the height; a wide disc takes Newton's steps from there.
    """
    q = h * per_reach
    t = _lift(u, widest)
    s, slope = _widen(coefficients, count, t)
    more = s * (1.0 - widest * t) * per_width - 1.0
    flat = (abs(u) <= _FLAT) * 1.0
    after = _lift(u + (1.0 - flat) * more * q * q / (u + flat), widest)
    after = np.minimum(np.maximum(after, low), high)
    s = s + slope * (after - t)
    t = after
    if count > FEW:
        for _ in range(_STEPS):
            s, slope = _widen(coefficients, count, t)
            room = (1.0 - t) * (1.0 + t)
            steep = 2.0 * s * (slope * room - s * t)
            level = (steep == 0.0) * 1.0
            step = (1.0 - level) * (h * h - s * s * room) / (steep + level)
            t = np.minimum(np.maximum(t + step, low), high)
        s, _ = _widen(coefficients, count, t)
    return t, s


def _lift(u: Any, widest: float) -> Any:
    """Return (u + widest) / (1 + widest u), where `widest` is small or little is asked."""
    z = widest * u
    return (u + widest) * (1.0 - z * (1.0 - z * (1.0 - z)))


def _round_height(t: Any, off: Any, way: Any, half: float) -> Any:
    """Return a height in whole lines of its row, and what that adds to its way or takes."""
    height = off + half * t
    lines = np.floor(height * LINES + 0.5)
    return lines, way * (lines * (1.0 / LINES) - height)


def _find_area(
    t0: Any, x0: Any, s0: Any, h0: Any, t1: Any, x1: Any, s1: Any, h1: Any, small: bool
) -> Any:
    """Return the area between the middle and the edge from one height to another."""
    dt, dx = abs(t1 - t0), x1 - x0
    square = dt * dt + dx * dx
    bulge = _bulge(square)
    if small:
        near = (square <= _ARC) * 1.0
        bulge = near * bulge + (1.0 - near) * _bulge_far(square)
    area = (h0 + h1) * 0.5 * dt - (s1 - s0) * dx * dt * (1 / 6)
    return area + (s0 + s1) * 0.5 * bulge


def _find_part(
    area: Any, dt: Any, col: Any, h0: Any, h1: Any, more0: Any, more1: Any, half: float
) -> Any:
    """Return what lies between an edge and a cell's western side, in parts of the cell.

    `col`: columns from the cell's western side to the middle.
    Rows are whole where heights are rounded to lines: with what that adds or takes at both ends.
    """
    whole = half * (area + col * dt) + more1 * (col + h1) - more0 * (col + h0)
    return np.floor(whole * _PARTS + 0.5)


def _bulge(square: Any) -> Any:
    """Return the area between an arc of the unit circle and its chord, whose square is given.

    That is asin s - s sqrt(1 - s^2), with s half the chord. Up to an arc of 96 degrees it is s^3
    times a polynomial in s^2, fitted to it at Chebyshev's nodes and good to 3e-8.
    """
    z = square * 0.25
    s = np.sqrt(z)
    a = -0.47111033 + z * 0.33811999
    a = -0.08949394 + z * (0.37219183 + z * a)
    a = 0.06636615 + z * (0.0764631 + z * a)
    a = 0.19999624 + z * (0.10731732 + z * a)
    return s * z * (0.66666668 + z * a)


def _bulge_far(square: Any) -> Any:
    """Return what `_bulge` does, for any arc."""
    z = square * 0.25
    angle = ratio_degrees(z) / _DEGREES
    return angle * 0.5 - np.sqrt(z * np.maximum(1.0 - z, 0.0))


def trace_outline(
    edges: Any, sides: Any, begin: int, end: int, shift: float, grid: Any, window: Any, borders: Any
) -> Any:
    """Write the borders of a polygon within a window; return what `trace_disc` does.

    Parameters
    ----------
    edges, sides, begin, end
        As in `Outlines`, and which of them are the polygon's.
    shift
        What the polygon is moved to the east by, units of the CRS.
    grid
        West and north edge, cell width and height, units of the CRS.
    window, borders
        As for `trace_disc`.
    """
    west, north, width, height = grid
    row0, row1, col0, col1 = window
    used = 0
    for edge in range(begin, end):
        x_top, x_low = edges[edge][2] + shift, edges[edge][0] + shift
        x_top, x_low = (x_top - west) / width, (x_low - west) / width
        top, low = (north - edges[edge][3]) / height, (north - edges[edge][1]) / height
        if max(x_top, x_low) < col0 or top >= row1 or low < row0:
            continue
        first, last = max(math.floor(top), row0), min(math.ceil(low), row1)
        last = max(last, first + 1)
        across = min(abs(x_top - x_low), float(col1 - col0)) + 3.0
        borders = _make_room(borders, used, last - first + int(across))
        if top == low:
            used = _trace_level(x_low, x_top, top, first, sides[edge], col0, col1, borders, used)
            continue
        slope = (x_low - x_top) / (low - top)
        for row in range(first, last):
            y0, y1 = max(top, float(row)), min(low, row + 1.0)
            x0 = x_top if y0 == top else x_top + slope * (y0 - top)
            x1 = x_low if y1 == low else x_top + slope * (y1 - top)
            used = _trace_line(row, x0, y0, x1, y1, sides[edge], col0, col1, borders, used)
    return borders, used


def _trace_line(
    row: int, x0: float, y0: float, x1: float, y1: float, side: int,
    col0: int, col1: int, borders: Any, used: int,
) -> int:  # fmt: skip
    """Write what a straight edge brings in a row."""
    way = 1.0
    if x1 < x0:
        x0, y0, x1, y1, way = x1, y1, x0, y0, -1.0
    col, last = math.floor(x0), math.floor(x1)
    if last < col0:
        return used
    x, y, lines = x0, y0, _round((y0 - row) * LINES)
    if col < col0:
        col = col0 - 1
    while True:
        final = col >= last or col >= col1
        if final:
            x_next, y_next = x1, y1
        else:
            x_next = col + 1.0
            y_next = y0 + (y1 - y0) * ((x_next - x0) / (x1 - x0))
        lines_next = _round((y_next - row) * LINES)
        tall = abs(lines_next - lines)
        if col >= col1:
            if tall:
                used = _write(borders, used, row, col1, side * tall, 0)
        elif col >= col0:
            at, at_next = x - col, x_next - col
            more_next = way * (lines_next / LINES - (y_next - row))
            more = way * (lines / LINES - (y - row))
            whole = (at + at_next) * 0.5 * abs(y_next - y) + more_next * at_next - more * at
            part = min(max(_round(whole * _PARTS), 0), tall * LINES)
            if tall:
                used = _write(borders, used, row, col, side * tall, side * part)
        if final:
            return used
        x, y, lines = x_next, y_next, lines_next
        col += 1


def _trace_level(
    x0: float, x1: float, y: float, row: int, side: int, col0: int, col1: int, borders: Any,
    used: int,
) -> int:  # fmt: skip
    """Write what a level edge brings: its height was rounded to a line where its ends are."""
    more = _round((y - row) * LINES) / LINES - (y - row)
    for col in range(max(math.floor(x0), col0), min(math.ceil(x1), col1)):
        part = _round(more * (min(x1, col + 1.0) - max(x0, float(col))) * _PARTS)
        if part:
            used = _write(borders, used, row, col, 0, side * part)
    return used
