"""Hindsight: figures later than the day, used beside those before it, and only when asked for.

By rule 8 of `selection.py` the people of a day between two figures for the same units lie on the
line from the newest at or before the day to the oldest after it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import TYPE_CHECKING

from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.people.figures import Figure
    from geo.people.selection import FigureUse, Reading


def link_later(figures: Sequence[Figure], as_of: dt.date) -> list[Figure]:
    """Return the figures, each that is read with hindsight linked (`then`) to the one after it.

    Linked is, for each units, the newest figure at or before the day with the oldest later one:
    of everyone there (present, left and arrived figures alike), and of displaced people for each
    agency and operation. Of one day the earlier in the table. A figure that was still published on
    the day is not linked.
    """
    before: dict[tuple[object, ...], Figure] = {}
    after: dict[tuple[object, ...], Figure] = {}
    for figure in figures:
        key = _find_series(figure)
        if figure.date > as_of:
            if key not in after or figure.date < after[key].date:
                after[key] = figure
        elif key not in before or find_day(figure, as_of) > find_day(before[key], as_of):
            before[key] = figure
    linked = {
        figure.figure_id: after[key]
        for key, figure in before.items()
        if key in after and find_day(figure, as_of) < as_of
    }
    return [
        dataclasses.replace(figure, then=linked[figure.figure_id])
        if figure.figure_id in linked
        else figure
        for figure in figures
    ]


def find_day(figure: Figure, as_of: dt.date) -> dt.date:
    """Return the last day on which a figure was published, at most the day asked for."""
    return min(figure.date_end or figure.date, as_of)


def find_age(figure: Figure, as_of: dt.date) -> int:
    """Return how many days a figure is from the day; of linked figures the nearer counts."""
    age = (as_of - find_day(figure, as_of)).days
    return age if figure.then is None else min(age, (figure.then.date - as_of).days)


def go_between(before: Reading, after: Reading, as_of: dt.date) -> Reading:
    """Return the reading of a day between two, by rule 8 of `selection.py`.

    Its day is as far from the day asked for as the nearer of the two, so that it is as old as that
    one. Persons are whole, the range outward.

    Parameters
    ----------
    before, after
        For the same units; `before.day` is before the day, `after.day` after it.
    """
    since, until = (as_of - before.day).days, (after.day - as_of).days
    near = min(since, until)

    def follow(start: float, end: float, days: int) -> float:
        return start + (end - start) * days / (since + until)

    best = float(round(follow(before.best, after.best, since)))
    early = follow(before.best, after.best, since - near)
    late = follow(before.best, after.best, since + near)
    low = min(follow(before.low, after.low, since), early, late, best)
    high = max(follow(before.high, after.high, since), early, late, best)
    return dataclasses.replace(
        before,
        day=as_of - dt.timedelta(near),
        low=float(math.floor(low)),
        best=best,
        high=float(math.ceil(high)),
        after=after,
    )


def warn_of_hindsight(uses: Iterable[FigureUse], as_of: dt.date) -> Caution:
    """Say that later figures were asked for, and which were used."""
    later = [use.figure for use in uses if use.used and use.figure.date > as_of]
    if not later:
        text = (
            f"Figures later than {as_of.isoformat()} were allowed (hindsight), but none is for the "
            "same units as one before: nothing later is used."
        )
        return Caution("hindsight", text)
    named = "; ".join(
        f"{figure.agency}, {figure.date.isoformat()}, for {' + '.join(figure.pcodes)}"
        for figure in sorted(later, key=lambda figure: (figure.date, figure.figure_id))
    )
    text = (
        f"With hindsight: figures later than {as_of.isoformat()} are used ({named}). The people of "
        "the day lie on the line between the figures before and after it. Nobody knew this on the "
        "day."
    )
    return Caution("hindsight", text)


def _find_series(figure: Figure) -> tuple[object, ...]:
    """Return what figures that may be linked have in common."""
    if figure.kind == "displaced_present":
        return figure.pcodes, figure.agency, figure.operation
    return (figure.pcodes,)
