"""The compiled loops that cut zones into spans and lay them over each other.

Import through `geo.exposure.compiled`. Spans are rows `line, x0, x1, key` of int64: a scanline of
the frame, first and last step (exclusive) from its west edge, and what the span belongs to. Only
whole numbers are compared, so that parts of a span add up to it exactly.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from geo.exposure.kernels import (
    _BATCH,
    _PERSON,
    _STEPS,
    _ends,
    _missing,
    _people,
    _turned,
    add_steps,
)

_compile: Any = numba.njit(cache=True, nogil=True, error_model="numpy")


@_compile
def _room(spans: Any, used: int, more: int) -> Any:
    """Return an array with room for `more` rows after the first `used`."""
    if used + more <= len(spans):
        return spans
    larger = np.empty((2 * len(spans) + more, spans.shape[1]), dtype=spans.dtype)
    larger[:used] = spans[:used]
    return larger


@_compile
def cut_discs(
    discs: Any, first: Any, last: Any, line0: int, lines: Any, grid: Any, low: int, high: int
) -> Any:
    """Return the spans of discs within a window, disc by disc; keys count from 0.

    Parameters
    ----------
    discs, grid
        As for `kernels.sweep`.
    first, last
        Scanlines of each disc.
    line0, lines
        The first scanline of the table, and the table as for `kernels.sweep`.
    low, high
        The window's steps.
    """
    ratio, left, right = np.empty(_BATCH), np.empty(_BATCH), np.empty(_BATCH)
    spans, used = np.empty((4096, 4), dtype=np.int64), 0
    turn = int(360.0 / grid[1] * _STEPS)
    for disc in range(len(discs)):
        lon = discs[disc, 0]
        for start in range(first[disc], last[disc], _BATCH):
            count = min(_BATCH, last[disc] - start)
            spans = _room(spans, used, 3 * count)
            _ends(discs[disc], start - line0, count, lines, grid, ratio, left, right)
            for at in range(count):
                if ratio[at] < 0.0:
                    continue
                if ratio[at] >= 1.0:
                    left[at], right[at] = low, high
                # no other turn meets the window where this one lies within a turn of both ends
                alone = (ratio[at] >= 1.0) | (
                    (right[at] - turn + 2 <= low) & (left[at] + turn - 2 >= high)
                )
                for each in range(1 if alone else 3):
                    if not alone:
                        left[at], right[at] = _turned(lon + 360.0 * (each - 1), ratio[at], grid)
                    x0: Any = max(np.int64(left[at]), low)
                    x1: Any = min(np.int64(right[at]), high)
                    if x1 > x0:
                        spans[used, 0], spans[used, 1] = start + at, x0
                        spans[used, 2], spans[used, 3] = x1, disc
                        used += 1
    return spans[:used]


@_compile
def cut_outlines(
    edges: Any, starts: Any, zones: Any, line0: int, line1: int, grid: Any, low: int, high: int
) -> Any:
    """Return the spans of polygons within a window, zone by zone; keys count from 0.

    Parameters
    ----------
    edges, starts
        As in `Outlines`.
    zones
        Numbers of the zones to cut.
    line0, line1
        Scanlines of the window (exclusive).
    grid
        West and north edge, cell width, distance of scanlines, a turn round the Earth or 0;
        units of the CRS.
    low, high
        The window's steps.
    """
    west, north, width, step, turn = grid
    top, bottom = north - (line0 - 1) * step, north - (line1 + 1) * step
    crossings, found = np.empty((1024, 2), dtype=np.int64), 0
    counts = np.zeros(line1 - line0 + 1, dtype=np.int64)
    spans, used = np.empty((4096, 4), dtype=np.int64), 0
    for key in range(len(zones)):
        begin, end = starts[zones[key]], starts[zones[key] + 1]
        for each in range(3 if turn > 0.0 else 1):
            shift = turn * (each - 1) if turn > 0.0 else 0.0
            found = 0
            leftmost, rightmost = np.inf, -np.inf
            for at in range(begin, end):
                leftmost = min(leftmost, edges[at, 0], edges[at, 2])
                rightmost = max(rightmost, edges[at, 0], edges[at, 2])
            if (leftmost + shift - west) / width * _STEPS >= high + 1.0:
                continue
            if (rightmost + shift - west) / width * _STEPS <= low - 1.0:
                continue
            for at in range(begin, end):
                y0, y1 = edges[at, 1], edges[at, 3]
                if y1 < bottom or y0 > top:
                    continue
                x0, x1 = edges[at, 0] + shift, edges[at, 2] + shift
                first: Any = max(np.int64(np.ceil((north - y1) / step - 0.5)) - 1, line0)
                last: Any = min(np.int64(np.floor((north - y0) / step - 0.5)) + 1, line1 - 1)
                for line in range(first, last + 1):
                    y = north - (line + 0.5) * step
                    if y0 <= y < y1:
                        x = x0 + (y - y0) * ((x1 - x0) / (y1 - y0))
                        place = np.rint((x - west) / width * _STEPS)
                        crossings = _room(crossings, found, 1)
                        crossings[found, 0] = line
                        crossings[found, 1] = np.int64(min(max(place, low), high))
                        found += 1
            if not found:
                continue
            spans = _room(spans, used, found)
            used = _pair(crossings[:found], counts, line0, key, spans, used)
    return spans[:used]


@_compile
def _pair(crossings: Any, counts: Any, line0: int, key: int, spans: Any, used: int) -> int:
    """Write the spans between crossings, taken two by two from the west along each scanline."""
    counts[:] = 0
    for at in range(len(crossings)):
        counts[crossings[at, 0] - line0 + 1] += 1
    for at in range(1, len(counts)):
        counts[at] += counts[at - 1]
    places = np.empty(len(crossings), dtype=np.int64)
    for at in range(len(crossings)):
        line = crossings[at, 0] - line0
        places[counts[line]] = crossings[at, 1]
        counts[line] += 1
    begin = 0
    for line in range(len(counts) - 1):
        end = counts[line]
        if end > begin:
            here = places[begin:end]
            here.sort()
            for at in range(0, end - begin - 1, 2):
                if here[at + 1] > here[at]:
                    spans[used, 0], spans[used, 1] = line0 + line, here[at]
                    spans[used, 2], spans[used, 3] = here[at + 1], key
                    used += 1
        begin = end
    return used


@_compile
def sort_lines(spans: Any, line0: int, line1: int) -> Any:
    """Return spans by scanline, else in their order, and where each scanline's begin, (n + 1,)."""
    starts = np.zeros(line1 - line0 + 2, dtype=np.int64)
    for at in range(len(spans)):
        starts[spans[at, 0] - line0 + 2] += 1
    for at in range(1, len(starts)):
        starts[at] += starts[at - 1]
    ordered = np.empty_like(spans)
    for at in range(len(spans)):
        line = spans[at, 0] - line0 + 1
        ordered[starts[line]] = spans[at]
        starts[line] += 1
    return ordered, starts[:-1]


@_compile
def settle(spans: Any, starts: Any) -> Any:
    """Return spans sorted along each scanline, disjoint: where keys overlap, the lowest has it."""
    out, used = np.empty((len(spans) + 16, 4), dtype=np.int64), 0
    ends = np.zeros(len(starts), dtype=np.int64)
    for line in range(len(starts) - 1):
        here = spans[starts[line] : starts[line + 1]]
        here = here[np.argsort(here[:, 1], kind="mergesort")]
        clear = True
        for at in range(1, len(here)):
            clear &= here[at, 1] >= here[at - 1, 2]
        if clear:
            out = _room(out, used, len(here))
            out[used : used + len(here)] = here
            used += len(here)
        else:
            points = np.unique(np.concatenate((here[:, 1], here[:, 2])))
            out = _room(out, used, len(points))
            for at in range(len(points) - 1):
                key = np.int64(-1)
                for span in range(len(here)):
                    inside = here[span, 1] <= points[at] and points[at] < here[span, 2]
                    if inside and (key < 0 or here[span, 3] < key):
                        key = here[span, 3]
                if key >= 0:
                    out[used, 0], out[used, 1] = here[0, 0], points[at]
                    out[used, 2], out[used, 3] = points[at + 1], key
                    used += 1
        ends[line + 1] = used
    return out[:used], ends


@_compile
def merge(spans: Any, starts: Any, classes: Any) -> Any:
    """Return the union of the spans of each class; keys become classes."""
    out, used = np.empty((len(spans) + 1, 4), dtype=np.int64), 0
    for line in range(len(starts) - 1):
        here = spans[starts[line] : starts[line + 1]]
        begin = used
        for at in _by_class(here, classes):
            number = classes[here[at, 3]]
            if used > begin and out[used - 1, 3] == number and here[at, 1] <= out[used - 1, 2]:
                out[used - 1, 2] = max(out[used - 1, 2], here[at, 2])
            else:
                out[used, 0], out[used, 1] = here[at, 0], here[at, 1]
                out[used, 2], out[used, 3] = here[at, 2], number
                used += 1
    return out[:used]


@_compile
def _by_class(here: Any, classes: Any) -> Any:
    """Return the order of one scanline's spans by class and start."""
    order = np.argsort(here[:, 1], kind="mergesort")
    number = np.empty(len(here), dtype=np.int64)
    for at in range(len(here)):
        number[at] = classes[here[order[at], 3]]
    if (number == number[:1]).all():  # as mostly
        return order
    return order[np.argsort(number, kind="mergesort")]


@_compile
def share(
    spans: Any, starts: Any, classes: Any, uneven: Any, sites: Any, nodes: Any, node0: int,
    spacing: int,
) -> Any:  # fmt: skip
    """Return the union of each class, split: each part goes to the nearest site that reaches it.

    Parameters
    ----------
    spans, starts
        By scanline, as `sort_lines` gives them; keys are sites.
    classes, uneven
        Class of each site, and whether a class has sites of different radius.
    sites
        Position in space and its square, (n, 4).
    nodes
        Positions in space of nodes on each scanline, (lines, m, 3).
    node0, spacing
        The first of these nodes' number, and the steps between two of them.

    Notes
    -----
    Nearest is meant through the Earth, along a straight line: within reach it orders sites as
    the geodesic does. The square of that distance less what all sites share is linear in the
    position, so between two nodes the nearest of k sites is the lowest of k straight lines: one
    that is lowest at both ends of an interval is lowest all along.
    """
    out, used = np.empty((2 * len(spans) + 64, 4), dtype=np.int64), 0
    for line in range(len(starts) - 1):
        here = spans[starts[line] : starts[line + 1]]
        if not len(here):
            continue
        here = here[_by_class(here, classes)]
        begin = 0
        while begin < len(here):
            number = classes[here[begin, 3]]
            end = begin + 1
            while end < len(here) and classes[here[end, 3]] == number:
                end += 1
            out, used = _share_line(
                here[begin:end], uneven[number], sites, nodes[line], node0, spacing, out, used
            )
            begin = end
    return out[:used]


@_compile
def _share_line(
    here: Any, uneven: bool, sites: Any, nodes: Any, node0: int, spacing: int, out: Any, used: int
) -> Any:
    """Split the union of one class on one scanline; `here` is sorted by start."""
    active = np.empty(len(here), dtype=np.int64)
    count, ahead = 0, 0
    at = here[0, 1]
    while True:
        # drop what ended, take in what has begun
        kept = 0
        for one in range(count):
            if here[active[one], 2] > at:
                active[kept] = active[one]
                kept += 1
        count = kept
        while ahead < len(here) and here[ahead, 1] <= at:
            if here[ahead, 2] > at:
                active[count] = ahead
                count += 1
            ahead += 1
        if not count:
            if ahead >= len(here):
                return out, used
            at = here[ahead, 1]
            continue
        # as far as the same sites compete: to the next node, or the end of the run
        stop = (at // spacing + 1) * spacing
        if uneven:
            for one in range(count):
                stop = min(stop, here[active[one], 2])
            if ahead < len(here):
                stop = min(stop, here[ahead, 1])
        else:
            reach = at
            for one in range(count):
                reach = max(reach, here[active[one], 2])
            while ahead < len(here) and here[ahead, 1] <= min(reach, stop - 1):
                reach = max(reach, here[ahead, 2])
                active[count] = ahead
                count += 1
                ahead += 1
            stop = min(stop, reach)
        out, used = _split(here, active[:count], at, stop, sites, nodes, node0, spacing, out, used)
        at = stop


@_compile
def _split(
    here: Any, active: Any, at: int, stop: int, sites: Any, nodes: Any, node0: int, spacing: int,
    out: Any, used: int,
) -> Any:  # fmt: skip
    """Write the parts of at..stop, between two nodes, each with the nearest of some sites."""
    line = here[0, 0]
    out = _room(out, used, 2 * len(active) + 2)
    if len(active) == 1:
        out[used, 0], out[used, 1], out[used, 2], out[used, 3] = line, at, stop, here[active[0], 3]
        return out, used + 1
    node = at // spacing
    base = node * spacing
    a, b = nodes[node - node0], nodes[node - node0 + 1]
    ends = np.empty((len(active), 2))
    for one in range(len(active)):
        site = sites[here[active[one], 3]]
        ends[one, 0] = site[3] - 2.0 * (a[0] * site[0] + a[1] * site[1] + a[2] * site[2])
        ends[one, 1] = site[3] - 2.0 * (b[0] * site[0] + b[1] * site[1] + b[2] * site[2])
    todo = np.empty((2 * len(active) + 4, 4), dtype=np.int64)  # from, to, nearest at both
    todo[0, 0], todo[0, 1] = at, stop
    todo[0, 2] = _lowest(here, active, ends, (at - base) / spacing)
    todo[0, 3] = _lowest(here, active, ends, (stop - base) / spacing)
    left = 1
    while left:
        left -= 1
        x0, x1, first, last = todo[left]
        middle, between = x1, last
        if first != last and x1 - x0 > 1:
            down, up = ends[first, 0] - ends[last, 0], ends[first, 1] - ends[last, 1]
            crossing = down / (down - up)
            middle = base + np.int64(np.rint(min(max(crossing, 0.0), 1.0) * spacing))
            middle = min(max(middle, x0), x1)
            between = _lowest(here, active, ends, (middle - base) / spacing)
            if between not in (first, last) and x0 < middle < x1:
                todo = _room(todo, left, 2)
                todo[left, 0], todo[left, 1] = middle, x1
                todo[left, 2], todo[left, 3] = between, last
                todo[left + 1, 0], todo[left + 1, 1] = x0, middle
                todo[left + 1, 2], todo[left + 1, 3] = first, between
                left += 2
                continue
        out = _room(out, used, 2)
        if first == last:
            middle = x1
        if middle > x0:
            out[used, 0], out[used, 1] = line, x0
            out[used, 2], out[used, 3] = middle, here[active[first], 3]
            used += 1
        if x1 > middle:
            out[used, 0], out[used, 1] = line, middle
            out[used, 2], out[used, 3] = x1, here[active[last], 3]
            used += 1
    return out, used


@_compile
def _lowest(here: Any, active: Any, ends: Any, part: float) -> int:
    """Return the site that is nearest at a part of the way; of equals, the first in the table."""
    best, value = 0, np.inf
    for one in range(len(active)):
        mine = ends[one, 0] + (ends[one, 1] - ends[one, 0]) * part
        first = here[active[one], 3] < here[active[best], 3]
        if mine < value or (mine == value and first):
            best, value = one, mine
    return best


@_compile
def intersect(
    spans: Any, line0: int, units: Any, starts: Any, first_slot: Any, unit_of: Any
) -> Any:
    """Cut spans along units; keys become slots.

    Parameters
    ----------
    units, starts
        As `settle` gives them; keys are units.
    first_slot, unit_of
        An owner's slots are `first_slot[owner] .. first_slot[owner + 1]`; `unit_of` says, in
        ascending order, which unit each is for; the last one of each is for what lies in none.
    """
    out, used = np.empty((2 * len(spans) + 64, 4), dtype=np.int64), 0
    for span in range(len(spans)):
        line, at, end, owner = spans[span]
        slot0, outside = first_slot[owner], first_slot[owner + 1] - 1
        begin, stop = starts[line - line0], starts[line - line0 + 1]
        unit = begin + np.searchsorted(units[begin:stop, 2], at, side="right")
        while at < end:
            inside = unit < stop and units[unit, 1] <= at
            until = end
            if unit < stop:
                until = min(end, units[unit, 2] if inside else units[unit, 1])
            slot = outside
            if inside:
                slot = slot0 + np.searchsorted(unit_of[slot0:outside], units[unit, 3])
                unit += units[unit, 2] <= end
            out = _room(out, used, 1)
            out[used, 0], out[used, 1], out[used, 2], out[used, 3] = line, at, until, slot
            used += 1
            at = until
    return out[:used]


@_compile
def count(
    spans: Any, row0: int, scanlines: int, low: int, areas: Any, totals: Any, gaps: Any, sums: Any
) -> None:
    """Add the people, area and area without data of spans to `sums`, (slots, 4, 2).

    `areas`, `totals`, `gaps` are those of the tile's rows, from row `row0` and step `low` on.
    """
    for span in range(len(spans)):
        line, x0, x1, slot = spans[span]
        row = line // scanlines - row0
        people, rest = _people(totals[row], x0 - low, x1 - low)
        rest += (people & (_PERSON - 1)) * _STEPS + sums[slot, 0, 1]
        sums[slot, 0, 0] += (people >> 20) + (rest >> 32)
        sums[slot, 0, 1] = rest & 0xFFFFFFFF
        add_steps(sums[slot, 1], areas[row], x1 - x0)
        if gaps[row, -1] > 0:
            add_steps(sums[slot, 2], areas[row], _missing(gaps[row], x0 - low, x1 - low))


@_compile
def measure_spans(spans: Any, row0: int, scanlines: int, areas: Any, sums: Any) -> None:
    """Add the whole area of spans, beyond the grid too, to `sums`; else as `count`."""
    for span in range(len(spans)):
        line, x0, x1, slot = spans[span]
        add_steps(sums[slot, 3], areas[line // scanlines - row0], x1 - x0)
