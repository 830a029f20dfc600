"""What an expression of time means, seen from the article's date: a day, or no single day.

What spans more than a day (`last month`, `since Monday`, `3-5 May`) or could be either of two days
(`overnight`, `next Friday` said on a Wednesday) is read, so that it is taken for nothing else, but
means no day: an event without a day is better than one with a wrong day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

_FAR_DAYS = 270  # beyond this a day and month would have been given their year


@dataclass(frozen=True, slots=True)
class View:
    """From where a time is looked at.

    Attributes
    ----------
    anchor
        The article's date.
    ahead
        Whether something to come is told, so that `Friday` is the next one.
    base
        The day that was told last, for `a day earlier`.
    """

    anchor: date | None
    ahead: bool = False
    base: date | None = None


class Sense(Protocol):
    """What an expression means."""

    def day(self, view: View) -> date | None:
        """Return the day that is meant, None where that can't be told."""


@dataclass(frozen=True, slots=True)
class Span:
    """More than a day, or a day that can't be told; the year that it lies in, where given."""

    year: int | None = None

    def day(self, view: View) -> date | None:  # noqa: ARG002 - no day, from wherever
        """Return None."""
        return None


@dataclass(frozen=True, slots=True)
class Night(Span):
    """`overnight`: the night that began yesterday, of whatever day it is told."""


@dataclass(frozen=True, slots=True)
class FullDate:
    """`3 May 2024`."""

    value: date

    def day(self, view: View) -> date | None:  # noqa: ARG002 - the same from everywhere
        """Return the date."""
        return self.value


@dataclass(frozen=True, slots=True)
class YearDay:
    """`3 May`, `3 May last year` (`turn` -1), `Friday, 3 May`; `year` of a day that is a name."""

    month: int
    number: int
    turn: int = 0
    year: int | None = None
    weekday: int | None = None

    def day(self, view: View) -> date | None:
        """Return the nearest such day on the side that is told of; None if it is far or none."""
        if view.anchor is None:
            return None
        step = 1 if view.ahead else -1
        if self.year or self.turn:
            days = [to_day(self.year or view.anchor.year + self.turn, self.month, self.number)]
        else:
            years = (view.anchor.year, view.anchor.year + step)
            days = [to_day(year, self.month, self.number) for year in years]
            days = [d for d in days if d and 0 <= (d - view.anchor).days * step <= _FAR_DAYS]
        found = days[0] if days else None
        return found if found and self.weekday in {None, found.weekday()} else None


@dataclass(frozen=True, slots=True)
class Weekday:
    """`Friday`, `last Friday`, `Friday of next week`; weeks begin on Monday.

    `which`: `this`, `last`, `past`, `next`, `coming`, `last week`, `this week` or `next week`.
    `last` and `next` mean the nearest such day or that of the neighbouring week: a day only where
    both are the same.
    """

    number: int
    which: str = "this"

    def day(self, view: View) -> date | None:
        """Return the day; the article's own weekday is its own day."""
        if view.anchor is None:
            return None
        monday = view.anchor - timedelta(days=view.anchor.weekday())
        if self.which.endswith(" week"):
            turn = {"last week": -7, "this week": 0, "next week": 7}[self.which]
            return monday + timedelta(days=self.number + turn)
        ahead = view.ahead if self.which == "this" else self.which in {"next", "coming"}
        step = 1 if ahead else -1
        away = (self.number - view.anchor.weekday()) * step % 7
        if not away and self.which != "this":
            away = 7
        found = view.anchor + timedelta(days=away * step)
        this_week = monday <= found < monday + timedelta(days=7)
        return None if this_week and self.which in {"last", "next"} else found


@dataclass(frozen=True, slots=True)
class Feast:
    """`Palm Sunday`: a weekday that lies some days from Easter, Western or Orthodox."""

    weekday: int
    from_easter: int

    def day(self, view: View) -> date | None:
        """Return the nearest such weekday, if it is the feast; others would have been dated."""
        found = Weekday(self.weekday).day(view)
        if found is None:
            return None
        easter = found - timedelta(days=self.from_easter)
        return found if easter in _find_easters(easter.year) else None


@dataclass(frozen=True, slots=True)
class Offset:
    """`yesterday`, `two days ago`: days from the article's date."""

    days: int

    def day(self, view: View) -> date | None:
        """Return the day."""
        return view.anchor + timedelta(days=self.days) if view.anchor else None


@dataclass(frozen=True, slots=True)
class Step:
    """`a day earlier`, `the next morning`: days from the day that was told last."""

    days: int

    def day(self, view: View) -> date | None:
        """Return the day."""
        return view.base + timedelta(days=self.days) if view.base else None


@dataclass(frozen=True, slots=True)
class Apart(Step):
    """`two days after`: from a day of the same sentence to that of what follows."""


@dataclass(frozen=True, slots=True)
class Time:
    """An expression of time: code points into the text, end exclusive, and what it means."""

    start: int
    end: int
    sense: Sense


def _find_easters(year: int) -> tuple[date, date]:
    """Return Easter by the Gregorian and by the Julian reckoning (Meeus), in today's calendar."""
    cycle, century = year % 19, year // 100
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * cycle + 15) % 30
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - cycle) // 11))
    west = moon - (year + year // 4 + moon + 2 - century + century // 4) % 7
    east = (19 * cycle + 15) % 30
    east += (2 * (year % 4) + 4 * (year % 7) - east + 34) % 7
    shift = century - century // 4 - 2  # days that the calendars are apart
    return date(year, 3, 28) + timedelta(days=west), date(year, 3, 22) + timedelta(
        days=east + shift
    )


def to_day(year: int, month: int, day: int) -> date | None:
    """Return a day, None if the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
