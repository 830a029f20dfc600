"""What a reader of the people in units must know: cautions of a surface, each with its reason."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geo.people.accounting import count_of
from geo.people.displaced import MOST_DAYS
from geo.people.selection import describe_figure
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from geo.people.displaced import Displaced
    from geo.people.selection import FigureUse, Reading, Selection, Whole

FAR_SHARE = 0.25
"""A population source this far from a published total, as a part of it, is reported."""

OLD_DAYS = 30
"""From this age on, in days, a figure in use is reported as old."""

_NAMED = 6


def warn_of_source(wholes: Sequence[Whole], people: Mapping[str, float]) -> list[Caution]:
    """Report a population source that has far more or fewer people than were published."""
    cautions = []
    for whole in wholes:
        held = math.fsum(people[pcode] for pcode in whole.pcodes)
        if whole.published and abs(held - whole.total) > FAR_SHARE * whole.total:
            text = (
                f"The population source has {held:,.0f} people in {' + '.join(whole.pcodes)}; "
                f"{whole.total:,.0f} were published. Check that it covers them, and that counts "
                "are not taken for densities (--unit)."
            )
            cautions.append(Caution("population-far", text))
    return cautions


def warn_of_figures(selection: Selection, as_of: date) -> list[Caution]:
    """Report figures in use that are old, and figures that the total has no room for."""
    cautions = [
        Caution(
            "figure-old",
            _describe_age(reading, as_of),
        )
        for reading in selection.binding
        if (as_of - reading.day).days > OLD_DAYS
    ]
    reasons = {use.figure.figure_id: use.reason for use in selection.uses}
    return cautions + [
        Caution(
            "figure-set-aside",
            f"The figure of {reading.best:,.0f} people for {' + '.join(reading.pcodes)} "
            f"({describe_figure(reading.figure)}) is not used: it "
            f"{reasons[reading.figure.figure_id]}.",
        )
        for reading in selection.unmet
    ]


def _describe_age(reading: Reading, as_of: date) -> str:
    """Return how old a reading is on the day; with hindsight, how far the nearer figure is."""
    units, days = " + ".join(reading.pcodes), (as_of - reading.day).days
    said = describe_figure(reading.figure)
    if reading.after is None:
        return (
            f"The figure for {units} ({said}) is {days} days old on {as_of.isoformat()}; people "
            "may have moved since."
        )
    return (
        f"The nearer of the figures for {units} ({said}; {describe_figure(reading.after.figure)}) "
        f"is {days} days from {as_of.isoformat()}; people may have moved between."
    )


def warn_of_displaced(whole: Whole, found: Sequence[Displaced], as_of: date) -> list[Caution]:
    """Say whose displaced people are a part of a whole's, what is assumed, and how old they are."""
    moved = math.fsum(group.people.best for group in found)
    said = sorted({describe_figure(group.readings[0].figure) for group in found})
    units = _name_units([pcode for group in found for pcode in group.pcodes])
    listed = "; ".join(said)
    cautions = [
        Caution(
            "displaced-part",
            f"{moved:,.0f} displaced people in {units} ({listed}) are counted as a part of the "
            f"people there. They are taken to have come from {_name_units(whole.pcodes)}; who left "
            "where is not known, and widens the range.",
        )
    ]
    age = max((as_of - group.readings[0].day).days for group in found)
    between = any(group.readings[0].after is not None for group in found)
    if age > OLD_DAYS:
        cautions.append(
            Caution(
                "figure-old",
                f"The figures of displaced people in {units} ({listed}) are up to {age} days "
                + (f"from {as_of.isoformat()}" if between else f"old on {as_of.isoformat()}")
                + "; people may have moved since.",
            )
        )
    return cautions + ([] if moved <= whole.total else warn_of_sum(whole, moved))


def warn_of_unused(uses: Iterable[FigureUse], as_of: date) -> list[Caution]:
    """Report displaced people that a published total has no room for, and old counts of them."""
    uses = list(uses)
    cautions = [
        Caution(
            "figure-set-aside",
            f"The figure of {use.figure.best:,.0f} displaced people for "
            f"{' + '.join(use.figure.pcodes)} ({describe_figure(use.figure)}) is not used: "
            f"{use.reason}.",
        )
        for use in uses
        if use.reason.startswith("more displaced")
    ]
    old = [use.figure for use in uses if (as_of - use.figure.date).days > MOST_DAYS]
    if old and not any(use.used for use in uses):
        newest = max(old, key=lambda figure: figure.date)
        text = (
            f"{count_of(len(old), 'figure')} of displaced people (the newest: "
            f"{describe_figure(newest)}) not used, as older than {MOST_DAYS} days on "
            f"{as_of.isoformat()}: displaced people are not counted apart."
        )
        cautions.append(Caution("displaced-old", text))
    return cautions


def warn_of_sum(whole: Whole, placed: float) -> list[Caution]:
    """Report figures for all units of a whole that add up to another number than its people."""
    if abs(placed - whole.total) < 1:
        return []
    return [
        Caution(
            "total-from-figures",
            f"The dated figures for {' + '.join(whole.pcodes)} add up to {placed:,.0f} people, "
            f"the population source has {whole.total:,.0f}; the figures are used.",
        )
    ]


def _name_units(pcodes: Sequence[str]) -> str:
    if len(pcodes) <= _NAMED:
        return " + ".join(pcodes)
    return f"{' + '.join(pcodes[:_NAMED])} and {len(pcodes) - _NAMED} more units"
