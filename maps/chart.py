"""Where the marks of a chart over time lie: people on a scale from zero, days on a real one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Point: TypeAlias = tuple[date, float | None]
"""A day and its people; None: nobody can be counted."""

_MOST_ROWS = 5  # of grid lines above zero
_STEPS = (1, 2, 2.5, 5, 10)
_MONTHS = 12
# Days of the month that are round, in rising distance; then months apart, then years.
_ROUND_DAYS = (frozenset(range(1, 32)), frozenset({1, 6, 11, 16, 21, 26}), frozenset({1, 11, 21}))
_MONTH_STEPS = (1, 2, 3, 6)
_YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100, 500)


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart's outer size and margins, CSS pixels, and how many ticks of days fit."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    most_ticks: int


@dataclass(frozen=True, slots=True)
class Scales:
    """From days and people to pixels of a frame; x to the right, y down.

    Attributes
    ----------
    first, last
        Ends of the time axis, which differ.
    most
        People at the upper end of the other axis, above zero.
    """

    frame: Frame
    first: date
    last: date
    most: float

    def x(self, day: date) -> float:
        """Return where a day lies."""
        width = self.frame.width - self.frame.left - self.frame.right
        return self.frame.left + width * ((day - self.first).days / (self.last - self.first).days)

    def y(self, people: float) -> float:
        """Return where a number of people lies."""
        height = self.frame.height - self.frame.top - self.frame.bottom
        return self.frame.height - self.frame.bottom - height * (people / self.most)

    def trace(self, points: Sequence[Point]) -> str:
        """Return an SVG path of steps: each value holds until the next day; gaps stay open."""
        return " ".join(
            _step(ends[0], [(self.x(day), self.y(people)) for day, people in run])
            for run, ends in self._find_runs(points)
        )

    def trace_band(self, low: Sequence[Point], high: Sequence[Point]) -> str:
        """Return an SVG path of the areas between two traces of the same days."""
        areas = []
        runs = zip(self._find_runs(low), self._find_runs(high), strict=True)
        for (lower, ends), (upper, _) in runs:
            there = _step(ends[0], [(self.x(day), self.y(people)) for day, people in upper])
            back = [
                f"V{_write(self.y(people))} H{_write(self.x(day))}"
                for day, people in reversed(lower)
            ]
            areas.append(f"{there} {' '.join(back)} Z")
        return " ".join(areas)

    def _find_runs(
        self, points: Sequence[Point]
    ) -> Iterator[tuple[list[tuple[date, float]], tuple[float]]]:
        """Yield stretches of known values, each with the x at which its last value ends."""
        run: list[tuple[date, float]] = []
        for day, people in points:
            if people is not None:
                run.append((day, people))
            elif run:
                yield run, (self.x(day),)
                run = []
        if run:
            yield run, (self.x(run[-1][0]),)


def make_scales(frame: Frame, days: Iterable[date], people: Iterable[float]) -> Scales:
    """Return scales that hold all days and people; the upper end is a round number.

    Parameters
    ----------
    days
        Two or more different ones.
    """
    days, most = sorted(days), max(people, default=0.0)
    step = choose_step(most)
    return Scales(frame, days[0], days[-1], step * max(1, math.ceil(most / step)))


def choose_step(most: float) -> float:
    """Return the distance of grid lines: 1, 2, 2.5 or 5 times a power of ten, whole persons."""
    rough = max(most / _MOST_ROWS, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    fitting = (factor * power for factor in _STEPS if factor * power >= rough)
    return next(step for step in fitting if step == int(step))


def choose_ticks(first: date, last: date, most: int) -> list[date]:
    """Return round days between two days, both with them, at most `most`.

    Every day, else the 1st, 6th, 11th, ... or the 1st, 11th and 21st of each month, else first
    days of months, of every second, third, sixth month, of years.
    """
    span = [first + timedelta(days=passed) for passed in range((last - first).days + 1)]
    for chosen in _ROUND_DAYS:
        ticks = [day for day in span if day.day in chosen]
        if len(ticks) <= most:
            return ticks
    starts = [day for day in span if day.day == 1]
    for months in (*_MONTH_STEPS, *(_MONTHS * years for years in _YEAR_STEPS)):
        ticks = [day for day in starts if (_MONTHS * day.year + day.month - 1) % months == 0]
        if len(ticks) <= most:
            return ticks
    return []


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Return positions as near to the wanted ones as can be, in their order, `apart` or more.

    Parameters
    ----------
    wanted
        Positions, in any order.
    low, high
        Where the first may lie at least and the last at most; if they don't all fit, the last
        ones pass `high`.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    floor = low
    for index in order:
        placed[index] = max(wanted[index], floor)
        floor = placed[index] + apart
    ceiling = high
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - apart
    shift = max(0.0, low - min(placed, default=low))
    return [at + shift for at in placed]


def _step(end: float, points: Sequence[tuple[float, float]]) -> str:
    (x, y), *others = points
    parts = [f"M{_write(x)} {_write(y)}"]
    parts += [f"H{_write(x)} V{_write(y)}" for x, y in others]
    return " ".join(parts) + f" H{_write(end)}"


def _write(pixels: float) -> str:
    return f"{pixels:.1f}".removesuffix(".0")
