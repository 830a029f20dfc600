"""Displaced people in units on a day, as a part of everyone who is there.

A figure of displaced people (`displaced_present`) says how many came, not how many residents are
left. The rules:

1. Where figures of everyone present bind in a whole (`selection.py`), they hold the displaced too:
   figures of displaced people are then shown, not used.
2. Of one agency and operation the newest figure for a unit counts, none more than 60 days older
   than the newest in the whole, and none more than a year old: operations end, and their last
   round stays in the tables. Of figures for different units that overlap, the newer, then the one
   for fewer units.
3. Figures of several operations of one agency for the same units may count the same people (as
   "Armed Clashes in Sudan", the same "(Monthly)" and "(Overview)" seem to) or others (in Haiti, an
   earthquake and a hurricane); the tables don't say. There can't be fewer than in the largest of
   them or more than in all together: the largest is the best and the low, the sum the high.
   Figures of different agencies are of the same people; of one day, the range holds them all.
4. The people of a whole are conserved: its displaced people are taken to come from its own units,
   from each in proportion to its static figure. So a unit has its displaced people and its part of
   those who were not displaced, and the units add up to the total.
5. How far that may be wrong, the range says: who left where is drawn (`unit_draws.py`). Residents
   are doubtful as the population source is, displaced people as published or by 15 % each way, and
   with age. Who left for another whole is not seen.
6. With hindsight (rule 8 of `selection.py`), a figure is read together with the next one of the
   same agency, operation and units; it is as old as the nearer of the two.
7. More displaced people than a published total has are set aside, and shown. Where no total was
   published, the population source is too low: the displaced people are the total.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.people.hindsight import find_day, go_between
from geo.people.parts import split_people, widen_with_age
from geo.people.selection import (
    BINDING_DAYS,
    FigureUse,
    Reading,
    describe_figure,
    explain_between,
    explain_later,
    fill_range,
)
from geo.types import Interval

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from geo.people.figures import Figure
    from geo.people.selection import Whole

MOST_DAYS = 365
"""Age in days beyond which a figure of displaced people is not used. A judgement."""

_WHOLE_PERSON = 0.5


@dataclass(frozen=True, slots=True)
class Displaced:
    """Displaced people in some units together, on the day; the readings that say so, best first."""

    pcodes: tuple[str, ...]
    people: Interval
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class UnitDisplaced:
    """Everyone in a unit, and how many of them are displaced; None: no figure for it."""

    everyone: float
    displaced: float | None
    figure_id: str | None


def select_displaced(
    figures: Sequence[Figure], as_of: dt.date, whole: Whole
) -> tuple[list[Displaced], dict[str, FigureUse]]:
    """Return the displaced people in a whole, and the use of each figure that could be read.

    Parameters
    ----------
    figures
        Of any kind; those of displaced people in units of the whole count.
    whole
        One in which no figure of everyone present binds.
    """
    units = set(whole.pcodes)
    readings = [
        _read(figure, as_of)
        for figure in figures
        if figure.kind == "displaced_present"
        and figure.date <= as_of
        and units.issuperset(figure.pcodes)
    ]
    readings.sort(key=lambda reading: (-reading.day.toordinal(), len(reading.pcodes)))
    uses: dict[str, FigureUse] = {}
    groups: list[list[Reading]] = []
    for reading in readings:
        reason = _find_too_old(reading, as_of, readings[0].day) or _place(reading, groups)
        uses[reading.figure.figure_id] = FigureUse(reading.figure, not reason, reason)
    found = [_join(group, as_of) for group in groups]
    if whole.published:
        found = _meet_total(found, whole, uses)
    for group in found:
        for number, reading in enumerate(group.readings):
            reason = (
                f"displaced people in {' + '.join(group.pcodes)}, a part of everyone there"
                if number == 0
                else "may count others than "
                f"{group.readings[0].figure.figure_id}, or the same: added to the high only"
            )
            if uses[reading.figure.figure_id].used:
                _explain(reading, reason, as_of, uses)
    return found, uses


def place_displaced(
    whole: Whole, found: Sequence[Displaced], static: Mapping[str, float]
) -> dict[str, UnitDisplaced]:
    """Return everyone in each unit of a whole, by P-code, by rule 4.

    Parameters
    ----------
    static
        Persons by P-code, of every unit of the whole.
    """
    here: dict[str, float] = {}
    told: dict[str, str] = {}
    for group in found:
        parts = split_people(group.people.best, [static[pcode] for pcode in group.pcodes])
        here |= dict(zip(group.pcodes, parts, strict=True))
        told |= dict.fromkeys(group.pcodes, group.readings[0].figure.figure_id)
    weights = [static[pcode] for pcode in whole.pcodes]
    left = split_people(max(0.0, whole.total - math.fsum(here.values())), weights)
    return {
        pcode: UnitDisplaced(residents + here.get(pcode, 0.0), here.get(pcode), told.get(pcode))
        for pcode, residents in zip(whole.pcodes, left, strict=True)
    }


def _read(figure: Figure, as_of: dt.date) -> Reading:
    low, high = fill_range(figure)
    reading = Reading(figure, find_day(figure, as_of), low, figure.best, high, None)
    if figure.then is None:
        return reading
    return go_between(reading, _read(figure.then, figure.then.date), as_of)


def _explain(reading: Reading, reason: str, as_of: dt.date, uses: dict[str, FigureUse]) -> None:
    """Say how a reading is used, and the later figure that it is drawn towards."""
    figure = reading.figure
    uses[figure.figure_id] = FigureUse(figure, True, reason + explain_between(reading))
    if reading.after is not None:
        later = reading.after.figure
        uses[later.figure_id] = FigureUse(later, True, explain_later(reading, as_of))


def _find_too_old(reading: Reading, as_of: dt.date, newest: dt.date) -> str:
    """Return why a reading is too old; empty: it is not."""
    age, behind = (as_of - reading.day).days, (newest - reading.day).days
    if age > MOST_DAYS:
        return f"{age} days old; displaced people have moved since (limit {MOST_DAYS} days)"
    if behind > BINDING_DAYS:
        return (
            f"{behind} days older than the newest figure of displaced people in force; people "
            f"have moved since (limit {BINDING_DAYS} days)"
        )
    return ""


def _place(reading: Reading, groups: list[list[Reading]]) -> str:
    """Put a reading into its group, or return why it does not count; empty: it does."""
    units = set(reading.pcodes)
    group = next((each for each in groups if units & set(each[0].pcodes)), None)
    if group is None:
        groups.append([reading])
        return ""
    first = group[0]
    same = next((each for each in group if _is_same(each, reading)), None)
    over = same or first
    later = "superseded by" if over.day > reading.day else "of the same day as"
    reason = f"{later} {over.figure.figure_id} ({describe_figure(over.figure)})"
    if same or reading.pcodes != first.pcodes:
        return reason
    if reading.figure.agency == first.figure.agency:
        group.append(reading)
        return ""
    if reading.day == first.day:
        group.append(reading)
        return f"{reason}; the range holds both"
    return reason


def _is_same(one: Reading, other: Reading) -> bool:
    """Return whether two readings are of one agency and operation."""
    ours, theirs = one.figure, other.figure
    return (ours.agency, ours.operation) == (theirs.agency, theirs.operation)


def _join(group: Sequence[Reading], as_of: dt.date) -> Displaced:
    """Join readings for the same units by rule 3."""
    first = group[0]
    own = [each for each in group if each.figure.agency == first.figure.agency]
    ordered = sorted(own, key=lambda reading: -reading.best)
    aged = [_age(reading, as_of) for reading in ordered]
    others = [_age(each, as_of) for each in group if each not in own]
    low = max(each.low for each in aged)
    high = math.fsum(each.high for each in aged)
    best = aged[0].best
    people = Interval(
        min([low, best, *(each.low for each in others)]),
        best,
        max([high, *(each.high for each in others)]),
    )
    return Displaced(first.pcodes, people, tuple(ordered))


def _age(reading: Reading, as_of: dt.date) -> Interval:
    people = Interval(reading.low, reading.best, reading.high)
    return widen_with_age(people, (as_of - reading.day).days)


def _meet_total(
    found: Sequence[Displaced], whole: Whole, uses: dict[str, FigureUse]
) -> list[Displaced]:
    """Return those that a published total has people for; the others are set aside."""
    kept, left = [], whole.total
    for group in found:
        if group.people.best - left < _WHOLE_PERSON:
            kept.append(group)
            left -= group.people.best
            continue
        for reading in group.readings:
            reason = (
                f"more displaced people than the {left:,.0f} who are left of {whole.total:,.0f}"
            )
            uses[reading.figure.figure_id] = FigureUse(reading.figure, False, reason)
    return kept
