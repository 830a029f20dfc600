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
_ARC = 0.55  # squared sine of half of it
_FLAT = 1e-3  # so near to the widest height the edge runs straight up

WIDEST = 0.6
"""Of a disc that is traced, the radius is at most this part of the distance to the nearer pole."""


def _place_nodes(count: int) -> NDArray[np.float64]:
    """Return the Chebyshev nodes of -1..1."""
    return np.cos((np.arange(count) + 0.5) * np.pi / count)


_TWO, _FEW, _SOME, _MANY = (_place_nodes(count) for count in (2, 3, 6, 12))


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
        Room for 24 float64; filled: the coefficients, and from 12 on the heights they stand for.

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
        coefficients[at] = chord / math.sqrt((1.0 - t) * (1.0 + t))
        coefficients[12 + at] = t
    for order in range(1, count):  # Newton's divided differences
        for at in range(count - 1, order - 1, -1):
            rise = coefficients[at] - coefficients[at - 1]
            coefficients[at] = rise / (coefficients[12 + at] - coefficients[12 + at - order])
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
    if count == 3:
        a, b = t - coefficients[12], t - coefficients[13]
        slope = coefficients[1] + b * coefficients[2]
        return coefficients[0] + a * slope, slope + a * coefficients[2]
    value, slope = coefficients[count - 1], 0.0
    for at in range(count - 2, -1, -1):
        away = t - coefficients[12 + at]
        slope = slope * away + value
        value = value * away + coefficients[at]
    return value, slope


def trace_disc(shape: Any, coefficients: Any, turn: float, window: Any, borders: Any) -> Any:
    """Write the borders of a disc within a window; return them, with room for more, and how many.

    Parameters
    ----------
    shape, coefficients
        As `shape_disc` gives them.
    turn
        Columns that the disc is moved to the east by.
    window
        First and last row and column (exclusive). What lies further east is written at the
        column that follows the last, as if that had no people; what lies further west, not.
    borders
        Room for the result, int64 (n, 4); replaced by more where that is not enough.
    """
    center, middle, half, widest, reach, count = shape
    center = center + turn
    row0, row1, col0, col1 = window
    first = max(math.floor(middle - half), row0)
    last = min(math.ceil(middle + half), row1)
    if first >= last or center + reach <= col0 or center - reach >= col1:
        return borders, 0
    across = min(reach + 2.0, float(col1 - col0 + 2))
    borders = _make_room(borders, 0, 2 * (last - first + 2) + int(4.0 * across) + 8)
    used = 0
    value, _ = _widen(coefficients, count, widest)
    x_widest = math.sqrt((1.0 - widest) * (1.0 + widest))
    per_row, per_reach = 1.0 / half, 1.0 / reach
    per_width = per_reach / x_widest
    t0 = max((first - middle) * per_row, -1.0)
    value0, _ = _widen(coefficients, count, t0)
    x0 = math.sqrt((1.0 - t0) * (1.0 + t0))
    for row in range(first, last):
        t1 = min((row + 1 - middle) * per_row, 1.0)
        value1, _ = _widen(coefficients, count, t1)
        x1 = math.sqrt((1.0 - t1) * (1.0 + t1))
        lines0 = _round((middle - half - row) * LINES) if t0 == -1.0 else 0
        lines1 = _round((middle + half - row) * LINES) if t1 == 1.0 else LINES
        off = middle - row
        # from the narrower end to the wider one; where it is widest, in two parts
        both = t0 < widest < t1
        for part in range(4 if both else 2):
            if both:
                t, x, s, lines = (t0, x0, value0, lines0) if part < 2 else (t1, x1, value1, lines1)
                t_end, x_end, s_end = widest, x_widest, value
                lines_end = _round((off + half * widest) * LINES)
            elif t1 <= widest:
                t, x, s, lines = t0, x0, value0, lines0
                t_end, x_end, s_end, lines_end = t1, x1, value1, lines1
            else:
                t, x, s, lines = t1, x1, value1, lines1
                t_end, x_end, s_end, lines_end = t0, x0, value0, lines0
            # the western edge is an eastern one seen from behind: columns count from the east
            side = part & 1
            used = _trace_arc(
                -center if side else center, off, half, coefficients, count,
                t, x, s, lines, t_end, x_end, s_end, lines_end, widest, per_reach, per_width, row,
                -col1 if side else col0, -col0 if side else col1, side, borders, used,
            )  # fmt: skip
        t0, value0, x0 = t1, value1, x1
    return borders, used


def _make_room(borders: Any, used: int, more: int) -> Any:
    """Return an array with room for `more` borders after those that are used."""
    if used + more <= len(borders):
        return borders
    larger = np.empty((2 * len(borders) + more, 4), dtype=np.int64)
    larger[:used] = borders[:used]
    return larger


def _round(x: float) -> int:
    return math.floor(x + 0.5)


def _trace_arc(
    place: float, off: float, half: float, coefficients: Any, count: int,
    t: float, x: float, s: float, lines: int, t_end: float, x_end: float, s_end: float,
    lines_end: int, widest: float, per_reach: float, per_width: float, row: int, low: int,
    high: int, side: int, borders: Any, used: int,
) -> int:  # fmt: skip
    """Write what one edge of a disc brings in a row, from the narrower height t to t_end.

    `x` is sqrt(1 - t^2), `s` the width there, the half-width `s x`; `off` is the row of the middle
    from this row on; columns `low..high` (exclusive) count from behind for the western edge.
    """
    h, h_end = s * x, s_end * x_end
    col, last = math.floor(place + h), math.floor(place + h_end)
    if side == 0 and last < low:
        return used  # west of the window
    if col < low <= last:
        col = low - 1
    elif last < low:
        last = col
    way = 1.0 if t_end >= t else -1.0
    more = way * (lines * (1.0 / LINES) - (off + half * t))
    while True:
        final = col >= last or col >= high
        if final:
            t_next, x_next, s_next, h_next, lines_next = t_end, x_end, s_end, h_end, lines_end
        else:
            h_next = col + 1 - place
            t_next, x_next, s_next = _find_height(
                coefficients, count, widest, per_reach, per_width, way, h_next, t, t_end
            )
            lines_next = _round((off + half * t_next) * LINES)
        # rows are whole where heights are rounded to lines: what that adds or takes
        more_next = way * (lines_next * (1.0 / LINES) - (off + half * t_next))
        tall = abs(lines_next - lines)
        if tall == 0:
            pass  # less than a line, and its area with it
        elif col < low:
            if side == 1:
                used = _write(borders, used, row, -low, -tall, 0)
        elif col >= high:
            if side == 0:
                used = _write(borders, used, row, high, tall, 0)
        else:
            dt, dx = abs(t_next - t), x_next - x
            area = (h + h_next) * 0.5 * dt - (s_next - s) * dx * dt * (1 / 6)
            area += (s + s_next) * 0.5 * _bulge(dt * dt + dx * dx)
            at = place - col
            whole = half * (area + at * dt) + more_next * (at + h_next) - more * (at + h)
            part = min(max(_round(whole * _PARTS), 0), tall * LINES)
            if side == 0:
                used = _write(borders, used, row, col, tall, part)
            else:
                used = _write(borders, used, row, -col - 1, -tall, part - tall * LINES)
        if final:
            return used
        t, x, s, h, lines, more = t_next, x_next, s_next, h_next, lines_next, more_next
        col += 1


def _write(borders: Any, used: int, row: int, col: int, lines: int, part: int) -> int:
    borders[used, 0], borders[used, 1] = row, col
    borders[used, 2], borders[used, 3] = lines, part
    return used + 1


def _find_height(
    coefficients: Any, count: int, widest: float, per_reach: float, per_width: float, way: float,
    h: float, t0: float, t1: float,
) -> Any:  # fmt: skip
    """Return the height between t0 and t1 at which the half-width is h, `x` and the width there.

    A disc is nearly an ellipse, but widest a little off its middle. At heights u = (t - widest) /
    (1 - widest t) the half-width is r sqrt(1 - u^2), where r is s (1 - widest t) / sqrt(1 -
    widest^2): the largest half-width, but for the square of what makes the disc no ellipse. With
    the r of where this leads, it leads to the height; a wide disc takes Newton's steps from there.
    """
    low, high = min(t0, t1), max(t0, t1)
    q = h * per_reach
    u = math.sqrt(max((1.0 - q) * (1.0 + q), 0.0)) * -way
    t = _lift(u, widest)
    s, slope = _widen(coefficients, count, t)
    more = s * (1.0 - widest * t) * per_width - 1.0
    if abs(u) > _FLAT:
        after = min(max(_lift(u + more * q * q / u, widest), low), high)
        s += slope * (after - t)
        t = after
    if count > len(_FEW):
        for _ in range(_STEPS):
            s, slope = _widen(coefficients, count, t)
            room = (1.0 - t) * (1.0 + t)
            steep = 2.0 * s * (slope * room - s * t)
            if steep != 0.0:
                t = min(max(t + (h * h - s * s * room) / steep, low), high)
        s, _ = _widen(coefficients, count, t)
    return t, h / s, s


def _lift(u: float, widest: float) -> float:
    """Return (u + widest) / (1 + widest u), where `widest` is small or little is asked."""
    z = widest * u
    return (u + widest) * (1.0 - z * (1.0 - z * (1.0 - z)))


def _bulge(square: float) -> float:
    """Return the area between an arc of the unit circle and its chord, whose square is given.

    That is asin s - s sqrt(1 - s^2), with s half the chord. Up to an arc of 96 degrees it is s^3
    times a polynomial in s^2, fitted to it at Chebyshev's nodes and good to 3e-8.
    """
    z = square * 0.25
    s = math.sqrt(z)
    if z > _ARC:
        angle: float = ratio_degrees(z) / _DEGREES
        return angle * 0.5 - s * math.sqrt(max(1.0 - z, 0.0))
    a = -0.47111033 + z * 0.33811999
    a = -0.08949394 + z * (0.37219183 + z * a)
    a = 0.06636615 + z * (0.0764631 + z * a)
    a = 0.19999624 + z * (0.10731732 + z * a)
    return s * z * (0.66666668 + z * a)


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
