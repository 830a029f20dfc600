"""People in each administrative unit on a day, from static figures and dated ones.

How the people of a whole are placed (`selection.py` says which figures bind):

- Before the first figure, and in a whole that no figure touches, the static figure holds.
- Where only displaced people were counted, they are a part of the unit's people, and the residents
  are what is left (`displaced.py`).
- A figure for several units together is split between them in proportion to the static figures.
- Units with no figure share what is left of the whole's total, in proportion likewise. So the
  units' best figures always add up to the total. The total is the published one where there is
  one, also beside another population raster; else the sum of the static figures of all units
  under the same parent.

Ranges:

- As published; without one, 15 % each way. Published figures of the same day that disagree widen
  it to hold them all.
- With age: 2 % of the best figure a day each way, at most 60 %. A judgement: figures for Rafah
  moved by 0.4 % to 8.2 % a day from October 2023 to June 2024, half of them by more than 2.2 %;
  with 2 %, 12 of the 15 figures after the first day lie in the range that the others give, with 1 %
  11 (`docs/displacement.md`).
- Units that share: what is left at the other figures' high and low.
- A share of a figure or of the rest is doubtful by a further 15 % of itself each way.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.errors import UsageError
from geo.people.displaced import (
    Displaced,
    UnitDisplaced,
    place_displaced,
    select_displaced,
)
from geo.people.gaza import STRIP_PEOPLE
from geo.people.parts import split_range, widen_with_age
from geo.people.selection import (
    DEFAULT_SHARE,
    FigureUse,
    Reading,
    Selection,
    Whole,
    select_figures,
)
from geo.people.surface_cautions import (
    warn_of_displaced,
    warn_of_figures,
    warn_of_source,
    warn_of_sum,
    warn_of_unused,
)
from geo.types import Caution, Interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd

    from geo.people.figures import Figure

PUBLISHED_TOTALS: Mapping[str, float] = MappingProxyType({"PS02": float(STRIP_PEOPLE)})
"""Published totals by parent P-code, in persons."""

STATIC_RANGE = (1 - DEFAULT_SHARE, 1 + DEFAULT_SHARE)
"""How far a static figure may be off: factors for low and high."""


@dataclass(frozen=True, slots=True)
class UnitPeople:
    """People in one unit on the day, in persons; a row of table `unit_people`.

    `factor` is what each cell of the unit is scaled by. `basis` is `figure` (a figure for the
    unit, or its part of a joint one), `displaced` (displaced people and a part of the residents),
    `share` (its part of the rest) or `static`. `figure_id` is the figure that it was taken from.
    `displaced` is how many of `best` are displaced people; None: no figure of them is in use.
    """

    pcode: str
    name: str
    static: float
    low: float
    best: float
    high: float
    factor: float
    basis: str
    figure_id: str | None
    displaced: float | None = None


@dataclass(frozen=True, slots=True)
class UnitTable:
    """People in every unit on a day; units sorted by P-code, figures in their table's order."""

    as_of: date
    units: tuple[UnitPeople, ...]
    figures: tuple[FigureUse, ...]
    cautions: tuple[Caution, ...]

    def by_pcode(self) -> dict[str, UnitPeople]:
        """Return the units by P-code."""
        return {unit.pcode: unit for unit in self.units}


@dataclass(frozen=True, slots=True)
class _Group:
    """Units that one figure, or the rest, is for together."""

    pcodes: tuple[str, ...]
    people: Interval
    basis: str
    figure_id: str | None


def unit_people(
    units: pd.DataFrame,
    static: Mapping[str, float],
    figures: Sequence[Figure],
    as_of: date,
    *,
    totals: Mapping[str, float] = PUBLISHED_TOTALS,
    static_range: tuple[float, float] = STATIC_RANGE,
) -> UnitTable:
    """Return the people in each unit on a day.

    Parameters
    ----------
    units
        Columns `pcode`, `name`, `parent_pcode`: all units of every parent that is in it.
    static
        Persons by P-code from the population source, of every unit.
    figures
        Dated figures; empty: every unit is static.
    as_of
        The day; later figures are not used.
    totals
        Published totals by parent P-code; they hold whatever the static figures add up to.
    static_range
        How far the static figures may be off: factors for low and high.

    Raises
    ------
    UsageError
        If a unit has no static figure.
    """
    missing = sorted(set(units["pcode"]) - set(static))
    if missing:
        raise UsageError(f"units {', '.join(missing)} have no static figure; count them first")
    people = {pcode: float(static[pcode]) for pcode in sorted(units["pcode"])}
    wholes = _build_wholes(units, people, figures, totals)
    selection = select_figures(figures, as_of, wholes, people)
    cautions = [*warn_of_source(wholes, people), *warn_of_figures(selection, as_of)]
    names = dict(zip(units["pcode"], units["name"], strict=True))
    rows: list[UnitPeople] = []
    displaced_uses: dict[str, FigureUse] = {}
    for whole in wholes:
        if any(reading.pcodes[0] in whole.pcodes for reading in selection.binding):
            found: list[Displaced] = []
        else:
            found, uses = select_displaced(figures, as_of, whole)
            displaced_uses |= uses
        if found:
            placed = place_displaced(whole, found, people, static_range)
            rows += [_make_displaced_row(pcode, names, people, placed[pcode]) for pcode in placed]
            cautions += warn_of_displaced(whole, found, as_of)
            continue
        groups, caution = _place_people(whole, selection, people, as_of, static_range)
        rows += [row for group in groups for row in _split_group(group, people, names)]
        cautions += caution
    cautions += warn_of_unused(displaced_uses.values(), as_of)
    cautions += [
        Caution(
            "unit-empty",
            f"{row.name}: {row.best:,.0f} people are reported there, but the population source "
            "has nobody in it, so the map can't place them.",
        )
        for row in rows
        if row.static <= 0 < row.best
    ]
    rows.sort(key=lambda row: row.pcode)
    uses_ = tuple(displaced_uses.get(use.figure.figure_id, use) for use in selection.uses)
    return UnitTable(as_of, tuple(rows), uses_, tuple(cautions))


def list_published(
    parents: Mapping[str, str | None], totals: Mapping[str, float] = PUBLISHED_TOTALS
) -> list[Whole]:
    """Return the wholes with a published total, from the parents of units by P-code."""
    return [
        Whole(tuple(sorted(code for code in parents if parents[code] == parent)), total, True)
        for parent, total in sorted(totals.items())
        if parent in parents.values()
    ]


def _build_wholes(
    units: pd.DataFrame,
    people: Mapping[str, float],
    figures: Sequence[Figure],
    totals: Mapping[str, float],
) -> list[Whole]:
    """Group units by parent; parents that share a figure are one whole."""
    parents = {
        str(pcode): parent if isinstance(parent, str) else ""
        for pcode, parent in zip(units["pcode"], units["parent_pcode"], strict=True)
    }
    joined = {parent: {parent} for parent in parents.values()}
    for figure in figures:
        touched = {parents[pcode] for pcode in figure.pcodes if pcode in parents}
        merged = set().union(*(joined[parent] for parent in touched)) if touched else set()
        for parent in merged:
            joined[parent] = merged
    wholes = []
    for group in sorted({tuple(sorted(group)) for group in joined.values()}):
        pcodes = tuple(sorted(pcode for pcode, parent in parents.items() if parent in group))
        published = all(parent in totals for parent in group)
        total = (
            sum(totals[parent] for parent in group)
            if published
            else math.fsum(people[pcode] for pcode in pcodes)
        )
        wholes.append(Whole(pcodes, float(total), published))
    return wholes


def _place_people(
    whole: Whole,
    selection: Selection,
    people: Mapping[str, float],
    as_of: date,
    static_range: tuple[float, float],
) -> tuple[list[_Group], list[Caution]]:
    """Return the groups of a whole: one for each figure that binds, one for the rest."""
    binding = [reading for reading in selection.binding if reading.pcodes[0] in whole.pcodes]
    if not binding:
        return [_static_group(pcode, people[pcode], static_range) for pcode in whole.pcodes], []
    groups = [
        _Group(
            reading.pcodes,
            _widen_range(reading, selection.rivals, as_of),
            "figure",
            reading.figure.figure_id,
        )
        for reading in binding
    ]
    placed = math.fsum(group.people.best for group in groups)
    covered = {pcode for group in groups for pcode in group.pcodes}
    rest = tuple(pcode for pcode in whole.pcodes if pcode not in covered)
    if not rest:
        return groups, warn_of_sum(whole, placed)
    low = max(0.0, whole.total - math.fsum(group.people.high for group in groups))
    high = whole.total - math.fsum(group.people.low for group in groups)
    best = max(0.0, whole.total - placed)
    for reading in selection.unmet:
        if reading.pcodes == rest and reading.day == binding[0].day:
            low, high = min(low, reading.low), max(high, reading.high)
    groups.append(_Group(rest, Interval(min(low, best), best, max(high, best)), "share", None))
    return groups, []


def _make_displaced_row(
    pcode: str, names: Mapping[str, str], people: Mapping[str, float], unit: UnitDisplaced
) -> UnitPeople:
    basis = "share" if unit.displaced is None else "displaced"
    row = _make_row(pcode, names, people, unit.everyone, basis, unit.figure_id)
    return dataclasses.replace(row, displaced=unit.displaced)


def _static_group(pcode: str, best: float, static_range: tuple[float, float]) -> _Group:
    people = Interval(best * static_range[0], best, best * static_range[1])
    return _Group((pcode,), people, "static", None)


def _widen_range(reading: Reading, rivals: Sequence[Reading], as_of: date) -> Interval:
    """Return a reading's range on the day: rivals of its day held, widened with age."""
    same = [each for each in rivals if each.pcodes == reading.pcodes]
    low = min([reading.low, *(each.low for each in same)])
    high = max([reading.high, *(each.high for each in same)])
    return widen_with_age(Interval(low, reading.best, high), (as_of - reading.day).days)


def _split_group(
    group: _Group, people: Mapping[str, float], names: Mapping[str, str]
) -> list[UnitPeople]:
    """Split a group's people between its units in proportion to their static figures."""
    ranges = split_range(group.people, [people[pcode] for pcode in group.pcodes])
    return [
        _make_row(pcode, names, people, each, group.basis, group.figure_id)
        for pcode, each in zip(group.pcodes, ranges, strict=True)
    ]


def _make_row(
    pcode: str,
    names: Mapping[str, str],
    static: Mapping[str, float],
    people: Interval,
    basis: str,
    figure_id: str | None,
) -> UnitPeople:
    return UnitPeople(
        pcode=pcode,
        name=str(names[pcode]),
        static=static[pcode],
        low=people.low,
        best=people.best,
        high=people.high,
        factor=people.best / static[pcode] if static[pcode] > 0 else 1.0,
        basis=basis,
        figure_id=figure_id,
    )
