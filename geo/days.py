"""The days of a run: one, or a series of them, as the user gives them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias

from geo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_DAYS = 400
"""Most days of one series."""

_RANGE = re.compile(r"(?P<first>.*?)\.\.(?P<last>[^/]*)(?:/(?P<step>.*))?", re.DOTALL)
_STEP = re.compile("[0-9]{1,7}")  # more than any calendar has
_EXPECTED = "expected FIRST..LAST or FIRST..LAST/STEP, such as 2023-10-07..2024-06-20/7"


class Dated(Protocol):
    """What has a day of its own, such as a published figure."""

    @property
    def date(self) -> date:
        """The day from which it counts."""
        ...


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days from `first` to `last`, both with it.

    Attributes
    ----------
    step_days
        Every so many days from the first, and the last; None: the days on which dated figures
        appear, and both ends.
    """

    first: date
    last: date
    step_days: int | None = None

    def __str__(self) -> str:
        step = "" if self.step_days is None else f"/{self.step_days}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}{step}"

    def choose(self, figures: Iterable[Dated]) -> set[date]:
        """Return the days of the range."""
        ends = {self.first, self.last}
        if self.step_days is None:
            return ends | {f.date for f in figures if self.first <= f.date <= self.last}
        whole = (self.last - self.first).days
        return ends | {
            self.first + timedelta(days=passed) for passed in range(0, whole, self.step_days)
        }


GivenDays: TypeAlias = "str | date | DayRange | Sequence[str | date | DayRange] | None"


@dataclass(frozen=True, slots=True)
class RunDays:
    """The days that a run is asked for.

    Attributes
    ----------
    as_of
        The run's own day: the last one given, a range's end; None: none was given.
    days
        Days of the series that are known, ascending, unique; empty: no series, or all of it is in
        `day_ranges`.
    day_ranges
        Ranges without a step: their days are known where the figures are.
    """

    as_of: date | None = None
    days: tuple[date, ...] = ()
    day_ranges: tuple[DayRange, ...] = ()


def parse_day(text: str) -> date:
    """Return a day from `YYYY-MM-DD`.

    Raises
    ------
    UsageError
        If it is written otherwise.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"day {text!r}: expected YYYY-MM-DD") from None


def read_days(given: GivenDays) -> RunDays:
    """Return a run's days from what the user gives: days, ranges, or several of them.

    One day, however often it is given, is no series.

    Parameters
    ----------
    given
        `YYYY-MM-DD`, `FIRST..LAST` (the days on which dated figures appear, and both ends),
        `FIRST..LAST/STEP` (every so many days, and the last), days, or a list of these.

    Raises
    ------
    UsageError
        If a day or a range is written otherwise, a range runs backwards, or there are more than
        400 days.

    Examples
    --------
    >>> read_days("2024-02-20..2024-02-24/3").days
    (datetime.date(2024, 2, 20), datetime.date(2024, 2, 23), datetime.date(2024, 2, 24))
    """
    parts = _parse_parts(given)
    if not parts:
        return RunDays()
    last = parts[-1]
    as_of = last.last if isinstance(last, DayRange) else last
    open_ranges = tuple(
        dict.fromkeys(
            part
            for part in parts
            if isinstance(part, DayRange) and part.step_days is None and part.first < part.last
        )
    )
    known = _gather([part for part in parts if part not in open_ranges], ())
    if open_ranges:
        return RunDays(as_of, known, open_ranges)
    return RunDays(as_of, known if len(known) > 1 else ())


def choose_days(given: GivenDays, figures: Iterable[Dated]) -> tuple[date, ...]:
    """Return the days of a series, ascending, unique.

    Parameters
    ----------
    given
        As in `read_days`; of a run, `(*settings.days, *settings.day_ranges)`.
    figures
        Dated figures, each of which adds its day to the ranges without a step that it lies in.

    Raises
    ------
    UsageError
        As in `read_days`.
    """
    return _gather(_parse_parts(given), list(figures))


def _parse_parts(given: GivenDays) -> list[date | DayRange]:
    if given is None:
        return []
    parts = [given] if isinstance(given, str | date | DayRange) else list(given)
    return [_check(_parse_part(part) if isinstance(part, str) else part) for part in parts]


def _parse_part(text: str) -> date | DayRange:
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return parse_day(text.strip())
    try:
        first, last = (parse_day(found[name].strip()) for name in ("first", "last"))
    except UsageError as error:
        raise UsageError(f"days {text!r}: {error}; {_EXPECTED}") from None
    step = found["step"]
    if step is None:
        return DayRange(first, last)
    if not _STEP.fullmatch(step) or int(step) < 1:
        raise UsageError(f"days {text!r}: step {step!r}: expected whole days, 1 or more")
    return DayRange(first, last, int(step))


def _check(part: date | DayRange) -> date | DayRange:
    if isinstance(part, DayRange):
        if part.last < part.first:
            raise UsageError(f"days '{part}': the last is before the first; {_EXPECTED}")
        if part.step_days is not None and part.step_days < 1:
            raise UsageError(f"days '{part}': expected a step of 1 day or more")
    return part.date() if isinstance(part, datetime) else part


def _gather(parts: Iterable[date | DayRange], figures: Iterable[Dated]) -> tuple[date, ...]:
    days: set[date] = set()
    for part in parts:
        days |= part.choose(figures) if isinstance(part, DayRange) else {part}
    if len(days) > MOST_DAYS:
        raise UsageError(
            f"{len(days):,} days, {min(days)} to {max(days)}: at most {MOST_DAYS} are counted in "
            "one run; give a step in days, such as "
            f"{min(days)}..{max(days)}/{(max(days) - min(days)).days // MOST_DAYS + 1}"
        )
    return tuple(sorted(days))
