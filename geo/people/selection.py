"""Which dated figures count on a day, and why the others don't.

The rules, for each whole (units whose people add up to one known total):

1. A figure later than the day is never used (but see 8), nor one for units that are not on the
   map. One that counts displaced people only is no figure of everyone; where there is none of
   those, it is used by the rules of `displaced.py`.
2. `left` and `arrived` figures are read against the newest `present` figure for the same units
   at or before their `since` (without one, against the static figure): present - left.
3. A figure's day is the last day on which it was published, at most the day asked for. Newer
   figures go first; of one day, those for fewer units, then in the table's order.
4. A figure supersedes every later-placed one that shares a unit with it. So an old figure for
   one unit does not come back when only its neighbours have newer ones.
5. An older figure for other units still binds if it is at most 60 days older than the newest in
   force: people are known to have moved since.
6. A figure binds only if it can be met together with those before it: not more people than the
   whole has, and, where it would leave no unit to hold the rest, exactly as many. One that
   can't be met is set aside and shown, never averaged in.
7. Where nobody has published the whole's total and figures cover all of its units, their sum is
   the total.
8. With hindsight, which is used only when it is asked for (`--hindsight`), the newest figure at or
   before the day is read together with the oldest later one for the same units. Both are first
   read as people present (rule 2). Best, low and high lie on the lines between the two, in
   proportion to the days. People may have moved early, late, or all at once: so the range also
   holds what the line of the bests gives as many days before and after the day as the nearer of
   the two figures is away (halfway between them: both bests). The reading is as old as the nearer
   one: by that age it is placed among the others (rules 3 to 5) and widened. A later figure with
   none before it is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.people.hindsight import find_day, go_between

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from geo.people.figures import Figure

BINDING_DAYS = 60
"""How much older than the newest figure in force a figure for other units may be. A judgement."""

DEFAULT_SHARE = 0.15
"""Range of a figure without one, each way. Agencies' figures for one place and month differ by
up to 30 % (Rafah, spring 2024: 1.1 to 1.4 million), population models of the Strip as much
(1.90 to 2.23 million)."""

_WHOLE_PERSON = 0.5


@dataclass(frozen=True, slots=True)
class Whole:
    """Units whose people add up to one total.

    `published` tells a total that was published from one that is the sum of static figures.
    """

    pcodes: tuple[str, ...]
    total: float
    published: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a figure says of its units on its day: persons present, `low <= best <= high`.

    `base` is the figure that those who left or arrived were counted from. `after` is the later
    reading that this one was drawn towards, with hindsight only.
    """

    figure: Figure
    day: dt.date
    low: float
    best: float
    high: float
    base: Figure | None
    after: Reading | None = None

    @property
    def pcodes(self) -> tuple[str, ...]:
        """The units it is for, together."""
        return self.figure.pcodes


@dataclass(frozen=True, slots=True)
class FigureUse:
    """A figure, whether it counts on the day, and why or why not."""

    figure: Figure
    used: bool
    reason: str

    def to_record(self) -> dict[str, Any]:
        """Return the figure as a row of table `figures`."""
        figure = self.figure
        return {
            "figure_id": figure.figure_id,
            "pcodes": list(figure.pcodes),
            "date": figure.date,
            "kind": figure.kind,
            "since": figure.since,
            "low": figure.low,
            "best": figure.best,
            "high": figure.high,
            "agency": figure.agency,
            "operation": figure.operation,
            "round": figure.round,
            "note": figure.note,
            "verified": figure.verified,
            "used": self.used,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Selection:
    """Readings that bind, readings that can't be met, and every figure with its reason.

    `rivals` are readings for the same units and day as one that binds.
    """

    binding: tuple[Reading, ...]
    unmet: tuple[Reading, ...]
    rivals: tuple[Reading, ...]
    uses: tuple[FigureUse, ...]


def select_figures(
    figures: Sequence[Figure], as_of: dt.date, wholes: Sequence[Whole], static: Mapping[str, float]
) -> Selection:
    """Return which figures count on a day, by the rules at the top of this module.

    Parameters
    ----------
    figures
        In the order of their table: where nothing else decides, the earlier is trusted more.
    as_of
        The day.
    wholes
        Disjoint; no figure has units of two.
    static
        Persons by P-code, of every unit of the wholes.

    Returns
    -------
        `uses` has one entry a figure, in the order of `figures`.
    """
    reasons: dict[str, tuple[bool, str]] = {}
    readings = []
    for figure in figures:
        reading = read_on(figure, figures, as_of, static)
        if isinstance(reading, Reading):
            readings.append(reading)
        else:
            reasons[figure.figure_id] = (False, reading)
    readings.sort(key=lambda reading: (-reading.day.toordinal(), len(reading.pcodes)))
    binding: list[Reading] = []
    unmet: list[Reading] = []
    rivals: list[Reading] = []
    for whole in wholes:
        own = [reading for reading in readings if set(reading.pcodes) <= set(whole.pcodes)]
        free, shadowed = _drop_superseded(own, reasons)
        kept, spare = _meet_total(free, whole, reasons)
        binding += kept
        unmet += spare
        rivals += [
            reading
            for reading in shadowed
            if any(k.pcodes == reading.pcodes and k.day == reading.day for k in kept)
        ]
    for reading in binding:
        _explain_base(reading, reasons)
        if reading.after is not None:
            later = reading.after.figure.figure_id
            reasons[later] = (True, explain_later(reading, as_of))
            _explain_base(reading.after, reasons)
    uses = tuple(FigureUse(figure, *reasons[figure.figure_id]) for figure in figures)
    return Selection(tuple(binding), tuple(unmet), tuple(rivals), uses)


def describe_figure(figure: Figure) -> str:
    """Return who published a figure and when, for a sentence."""
    return f"{figure.agency}, {figure.date.isoformat()}"


def fill_range(figure: Figure) -> tuple[float, float]:
    """Return a figure's low and high, as published or else `DEFAULT_SHARE` from its best."""
    low = figure.best * (1 - DEFAULT_SHARE) if figure.low is None else figure.low
    high = figure.best * (1 + DEFAULT_SHARE) if figure.high is None else figure.high
    return low, high


def explain_later(reading: Reading, as_of: dt.date) -> str:
    """Return why the later figure that a reading is drawn towards is used."""
    return f"later than {as_of.isoformat()}, used with hindsight: after {reading.figure.figure_id}"


def explain_between(reading: Reading) -> str:
    """Return a clause that says which later figure a reading is drawn towards; empty: none."""
    if reading.after is None:
        return ""
    later = reading.after.figure
    return (
        f"; with hindsight between it and {later.figure_id} ({describe_figure(later)}): "
        f"{reading.best:,.0f} people"
    )


def read_on(
    figure: Figure, figures: Sequence[Figure], as_of: dt.date, static: Mapping[str, float]
) -> Reading | str:
    """Return what a figure says on a day by rules 1, 2 and 8, or why it says nothing.

    Parameters
    ----------
    figures
        All of the table: those who moved are read against one of them.
    static
        Persons by P-code.
    """
    reading = _read_figure(figure, figures, as_of, static)
    if figure.then is None or not isinstance(reading, Reading):
        return reading
    after = _read_figure(figure.then, figures, figure.then.date, static)
    return go_between(reading, after, as_of) if isinstance(after, Reading) else reading


def _explain_base(reading: Reading, reasons: dict[str, tuple[bool, str]]) -> None:
    """Mark the figure that those who moved were counted from as used."""
    if reading.base is not None:
        why = f"people there before those counted by {reading.figure.figure_id}"
        known = reasons.get(reading.base.figure_id, (False, ""))
        reasons[reading.base.figure_id] = known if known[0] else (True, why)


def _read_figure(
    figure: Figure, figures: Sequence[Figure], as_of: dt.date, static: Mapping[str, float]
) -> Reading | str:
    """Return what a figure says on the day, or why it says nothing."""
    strange = [pcode for pcode in figure.pcodes if pcode not in static]
    if strange:
        return f"for units that are not on the map: {', '.join(strange)}"
    if figure.date > as_of:
        return f"later than {as_of.isoformat()}"
    if figure.kind == "displaced_present":
        return "counts displaced people only, not everyone who is there"
    day = find_day(figure, as_of)
    if figure.kind == "present":
        low, high = fill_range(figure)
        return Reading(figure, day, low, figure.best, high, None)
    return _read_movement(figure, day, _find_base(figure, figures), static)


def _read_movement(
    figure: Figure, day: dt.date, base: Figure | None, static: Mapping[str, float]
) -> Reading | str:
    """Return how many are present once those who left or arrived are taken off or added."""
    moved_low, moved_high = fill_range(figure)
    if base is None:
        start = sum(static[pcode] for pcode in figure.pcodes)
        start_low, start_high = start * (1 - DEFAULT_SHARE), start * (1 + DEFAULT_SHARE)
    else:
        start, (start_low, start_high) = base.best, fill_range(base)
    if figure.kind == "arrived":
        low, best, high = start_low + moved_low, start + figure.best, start_high + moved_high
    elif figure.best > start:
        return f"more people left than the {start:,.0f} who were there"
    else:
        low, best, high = start_low - moved_high, start - figure.best, start_high - moved_low
    return Reading(figure, day, max(0.0, low), best, high, base)


def _find_base(moved: Figure, figures: Sequence[Figure]) -> Figure | None:
    """Return the newest figure of people present at or before those who moved are counted from."""
    since = moved.since or moved.date
    before = [
        figure
        for figure in figures
        if figure.kind == "present" and figure.pcodes == moved.pcodes and figure.date <= since
    ]
    return max(before, key=lambda figure: figure.date) if before else None


def _drop_superseded(
    readings: Sequence[Reading], reasons: dict[str, tuple[bool, str]]
) -> tuple[list[Reading], list[Reading]]:
    """Part readings, newest first, into those with units of their own and the others."""
    claimed: dict[str, Reading] = {}
    free: list[Reading] = []
    shadowed: list[Reading] = []
    for reading in readings:
        newest = free[0].day if free else reading.day
        over = next((claimed[pcode] for pcode in reading.pcodes if pcode in claimed), None)
        for pcode in reading.pcodes:
            claimed.setdefault(pcode, reading)
        if over is not None:
            shadowed.append(reading)
            why = "superseded by" if over.day > reading.day else "of the same day as"
            reason = f"{why} {over.figure.figure_id} ({describe_figure(over.figure)})"
        elif (newest - reading.day).days > BINDING_DAYS:
            reason = (
                f"{(newest - reading.day).days} days older than the newest figure in force; "
                f"people have moved since (limit {BINDING_DAYS} days)"
            )
        else:
            free.append(reading)
            continue
        reasons[reading.figure.figure_id] = (False, reason)
    return free, shadowed


def _meet_total(
    readings: Sequence[Reading], whole: Whole, reasons: dict[str, tuple[bool, str]]
) -> tuple[list[Reading], list[Reading]]:
    """Part readings into those that can be met together within the whole's total and the rest."""
    covered = {pcode for reading in readings for pcode in reading.pcodes}
    adds_up = not whole.published and covered == set(whole.pcodes)
    kept: list[Reading] = []
    spare: list[Reading] = []
    left, units_left = whole.total, len(whole.pcodes)
    for reading in readings:
        last = units_left == len(reading.pcodes)
        excess = reading.best - left
        if adds_up or (abs(excess) < _WHOLE_PERSON if last else excess < _WHOLE_PERSON):
            kept.append(reading)
            left -= reading.best
            units_left -= len(reading.pcodes)
            reasons[reading.figure.figure_id] = (True, _explain_use(reading))
        else:
            spare.append(reading)
            others = units_left - len(reading.pcodes)
            reasons[reading.figure.figure_id] = (
                False,
                f"contradicts the total: the figures placed before it leave {left:,.0f} of "
                f"{whole.total:,.0f} people for its units"
                + ("" if last else f" and {others} more"),
            )
    return kept, spare


def _explain_use(reading: Reading) -> str:
    figure = reading.figure
    between = explain_between(reading)
    if figure.kind == "present":
        return f"newest figure for {' + '.join(figure.pcodes)}{between}"
    sign, before = ("less", "left") if figure.kind == "left" else ("plus", "arrived")
    base = "the static figure" if reading.base is None else reading.base.figure_id
    moved = f"{base} {sign} those who {before} since {figure.since}"
    return moved + (between or f": {reading.best:,.0f} present")
