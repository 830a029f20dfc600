"""The agreement of a table's figures with each other: faults that no row has by itself."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.people.figures import Figure
    from geo.people.selection import Whole

ROUNDING = 0.05
"""How far published figures may be above a published total, as a part of it: both are rounded
(2.237 million in the two halves of the Strip, of 2.227 million). A judgement."""

_HERE = ("present", "displaced_present")


def check_together(figures: Sequence[Figure], wholes: Sequence[Whole] = ()) -> list[str]:
    """Return faults between figures, each in one line.

    One id twice; a unit twice, by itself or through a group, in figures of one day, kind and
    agency; more displaced people than people; more people than the units are known to have.

    Parameters
    ----------
    wholes
        Units with a published total.
    """
    faults = _check_ids(figures)
    statements: dict[tuple[object, ...], list[Figure]] = defaultdict(list)
    for figure in figures:
        statements[figure.date, figure.kind, figure.agency, figure.since].append(figure)
    for said in statements.values():
        faults += _check_units(said)
        faults += [fault for whole in wholes for fault in _check_whole(said, whole)]
    return faults + _check_displaced(figures)


def _check_ids(figures: Sequence[Figure]) -> list[str]:
    ids = [figure.figure_id for figure in figures]
    return [
        f"figure_id {each!r} stands {ids.count(each)} times"
        for each in sorted({each for each in ids if ids.count(each) > 1})
    ]


def _check_units(said: Sequence[Figure]) -> list[str]:
    """Return units that one agency speaks of twice."""
    faults = []
    by_unit: dict[str, Figure] = {}
    told: set[tuple[str, str]] = set()
    for figure in said:
        for pcode in figure.pcodes:
            other = by_unit.setdefault(pcode, figure)
            pair = (figure.figure_id, other.figure_id)
            if figure is other or pair in told or pair[0] == pair[1]:
                continue
            told.add(pair)
            shared = [each for each in figure.pcodes if each in other.pcodes]
            what = (
                "for the same units, day, kind and agency"
                if figure.pcodes == other.pcodes
                else f"both for unit {', '.join(shared)}, with the same day, kind and agency"
            )
            faults.append(f"{figure.figure_id!r} and {other.figure_id!r} are {what}; keep one")
    return faults


def _check_whole(said: Sequence[Figure], whole: Whole) -> list[str]:
    """Return figures of one day, kind and agency that are above a published total."""
    units = set(whole.pcodes)
    inside = [each for each in said if each.kind in _HERE and units.issuperset(each.pcodes)]
    most = whole.total * (1 + ROUNDING)
    above = [each for each in inside if each.best > most]
    known = f"the {whole.total:,.0f} people of {' + '.join(whole.pcodes)} together"
    if above:
        return [f"{each.figure_id!r}: best {each.best:.0f} is above {known}" for each in above]
    total = math.fsum(each.best for each in inside)
    if total <= most:
        return []
    names = ", ".join(repr(each.figure_id) for each in inside)
    return [f"{names}: they add up to {total:.0f}, above {known}"]


def _check_displaced(figures: Sequence[Figure]) -> list[str]:
    """Return figures of displaced people above their agency's figure of everyone present."""
    present = {
        (each.pcodes, each.date, each.agency): each for each in figures if each.kind == "present"
    }
    faults = []
    for figure in figures:
        everyone = present.get((figure.pcodes, figure.date, figure.agency))
        if figure.kind == "displaced_present" and everyone and figure.best > everyone.best:
            faults.append(
                f"{figure.figure_id!r}: {figure.best:.0f} displaced people are above the "
                f"{everyone.best:.0f} present of {everyone.figure_id!r}"
            )
    return faults
