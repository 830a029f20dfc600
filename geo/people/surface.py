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

Ranges are 90 % intervals of draws (`unit_draws.py`) in which every figure has its own range:

- As published; without one, 15 % each way. Published figures of the same day that disagree widen
  it to hold them all.
- With age: 2 % of the best figure a day each way, at most 60 %. A judgement: figures for Rafah
  moved by 0.4 % to 8.2 % a day from October 2023 to June 2024, half of them by more than 2.2 %;
  with 2 %, 12 of the 15 figures after the first day lie in the range that the others give, with 1 %
  11 (`docs/displacement.md`).
- A share of a figure or of the rest is doubtful by a further 15 % of itself each way.

Where they stay inside a unit: residents as the population source has them; of the displaced people
half so (with hosts, in schools, in the streets of the towns), half evenly over the unit's land
(camps on open ground). What is beyond the static figure counts as displaced where no figure says
how many are. Those at known sites (`gatherings.py`) stay there. `LAND_SHARE` gives the range of
that half; nobody has measured it for any unit here.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.draws import Draws, find_interval, to_persons
from geo.errors import UsageError
from geo.people.displaced import UnitDisplaced, place_displaced, select_displaced
from geo.people.gatherings import (
    Gathering,
    Move,
    gather_best,
    gather_people,
    move_best,
    move_drawn,
)
from geo.people.gaza import STRIP_PEOPLE
from geo.people.parts import split_people, widen_with_age
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
from geo.people.unit_draws import (
    DisplacedPeople,
    FiguredPeople,
    Group,
    StaticDoubt,
    StaticPeople,
)
from geo.people.unit_people import UnitPeople
from geo.types import Caution, Interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd

    from geo.people.figures import Figure
    from geo.people.unit_draws import Drawn, People

PUBLISHED_TOTALS: Mapping[str, float] = MappingProxyType({"PS02": float(STRIP_PEOPLE)})
"""Published totals by parent P-code, in persons."""

STATIC_RANGE = (1 - DEFAULT_SHARE, 1 + DEFAULT_SHARE)
"""How far a static figure may be off: factors for low and high."""

_FEW_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class UnitTable:
    """People in every unit on a day; units sorted by P-code, figures in their table's order.

    `wholes` are the people of each whole as they can be drawn, `doubt` that of the static figures.
    `gatherings` are areas within units where some of their people stay, `moves` what is supposed.
    """

    as_of: date
    units: tuple[UnitPeople, ...]
    figures: tuple[FigureUse, ...]
    cautions: tuple[Caution, ...]
    wholes: tuple[People, ...]
    doubt: StaticDoubt
    gatherings: tuple[Gathering, ...] = ()
    moves: tuple[Move, ...] = ()

    def by_pcode(self) -> dict[str, UnitPeople]:
        """Return the units by P-code."""
        return {unit.pcode: unit for unit in self.units}

    def draw(self, draws: Draws) -> dict[str, Drawn]:
        """Return the people in each unit in every draw, by P-code."""
        static = {unit.pcode: unit.static for unit in self.units}
        drawn = {
            pcode: people
            for whole in self.wholes
            for pcode, people in whole.draw(draws, static, self.doubt).items()
        }
        return move_drawn(gather_people(drawn, self.gatherings, draws), self.moves, self._places())

    def gather(self, gatherings: Sequence[Gathering]) -> UnitTable:
        """Return the table with people at known sites; gatherings of other units are left out."""
        own = tuple(each for each in gatherings if each.pcode in self.by_pcode())
        units = tuple(gather_best(unit, own) for unit in self.units)
        return dataclasses.replace(self, units=units, gatherings=own)

    def can_move(self, moves: Sequence[Move]) -> bool:
        """Tell whether there are moves, and all of their units and gatherings are here."""
        here = {*self.by_pcode(), *self._places()}
        return bool(moves) and all({move.origin, *move.targets} <= here for move in moves)

    def move(self, moves: Sequence[Move], draws: Draws) -> UnitTable:
        """Return the table after some moves, with the ranges of the units."""
        units = move_best(self.by_pcode(), moves, self._places())
        moved = dataclasses.replace(self, units=tuple(units.values()), moves=tuple(moves))
        return moved.with_ranges(draws)

    def _places(self) -> dict[int, str]:
        return {each.number: each.pcode for each in self.gatherings}

    def with_ranges(self, draws: Draws) -> UnitTable:
        """Return the table with the range of every unit, in whole persons, ends outward."""
        drawn = self.draw(draws)
        units = []
        for unit in self.units:
            people = to_persons(find_interval(drawn[unit.pcode].everyone, unit.best))
            units.append(dataclasses.replace(unit, low=people.low, high=people.high))
        return dataclasses.replace(self, units=tuple(units))


def unit_people(
    units: pd.DataFrame,
    static: Mapping[str, float],
    figures: Sequence[Figure],
    as_of: date,
    *,
    totals: Mapping[str, float] = PUBLISHED_TOTALS,
    doubt: StaticDoubt | None = None,
    draws: Draws | None = None,
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
    doubt
        How far the static figures may be off; None: 15 % each way, no growth.
    draws
        For the ranges; None: a thousand.

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
    drawable: list[People] = []
    displaced_uses: dict[str, FigureUse] = {}
    for whole in wholes:
        if any(reading.pcodes[0] in whole.pcodes for reading in selection.binding):
            placed, caution = _place_people(whole, selection, as_of)
            rows += [row for group in placed.groups for row in _split_group(group, people, names)]
            drawable.append(placed)
            cautions += caution
            continue
        found, uses = select_displaced(figures, as_of, whole)
        displaced_uses |= uses
        if found:
            units_ = place_displaced(whole, found, people)
            rows += [_make_displaced_row(pcode, names, people, units_[pcode]) for pcode in units_]
            drawable.append(DisplacedPeople(whole, tuple(found)))
            cautions += warn_of_displaced(whole, found, as_of)
        else:
            rows += [
                _make_row(pcode, names, people, people[pcode], "static", None)
                for pcode in whole.pcodes
            ]
            drawable.append(StaticPeople(whole.pcodes))
    cautions += warn_of_unused(displaced_uses.values(), as_of)
    cautions += [
        Caution(
            "unit-empty",
            f"{row.name}: {row.best:,.0f} people are reported there, but the population source "
            "has nobody in it, so they are placed evenly over its land.",
        )
        for row in rows
        if row.static <= 0 < row.best
    ]
    rows.sort(key=lambda row: row.pcode)
    uses_ = tuple(displaced_uses.get(use.figure.figure_id, use) for use in selection.uses)
    table = UnitTable(
        as_of,
        tuple(rows),
        uses_,
        tuple(cautions),
        tuple(drawable),
        doubt or StaticDoubt("", *STATIC_RANGE),
    )
    return table.with_ranges(draws or Draws(_FEW_DRAWS))


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
    whole: Whole, selection: Selection, as_of: date
) -> tuple[FiguredPeople, list[Caution]]:
    """Return the groups of a whole: one for each figure that binds, one for the rest."""
    binding = [reading for reading in selection.binding if reading.pcodes[0] in whole.pcodes]
    groups = [
        Group(
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
        return FiguredPeople(whole, tuple(groups), None), warn_of_sum(whole, placed)
    rivals = [
        widen_with_age(Interval(each.low, each.best, each.high), (as_of - each.day).days)
        for each in selection.unmet
        if each.pcodes == rest and each.day == binding[0].day
    ]
    best = max(0.0, whole.total - placed)
    groups.append(Group(rest, Interval(best, best, best), "share", None))
    return FiguredPeople(whole, tuple(groups), rivals[0] if rivals else None), []


def _make_displaced_row(
    pcode: str, names: Mapping[str, str], people: Mapping[str, float], unit: UnitDisplaced
) -> UnitPeople:
    basis = "share" if unit.displaced is None else "displaced"
    return _make_row(
        pcode, names, people, unit.everyone, basis, unit.figure_id, displaced=unit.displaced or 0.0
    )


def _widen_range(reading: Reading, rivals: Sequence[Reading], as_of: date) -> Interval:
    """Return a reading's range on the day: rivals of its day held, widened with age."""
    same = [each for each in rivals if each.pcodes == reading.pcodes]
    low = min([reading.low, *(each.low for each in same)])
    high = max([reading.high, *(each.high for each in same)])
    return widen_with_age(Interval(low, reading.best, high), (as_of - reading.day).days)


def _split_group(
    group: Group, people: Mapping[str, float], names: Mapping[str, str]
) -> list[UnitPeople]:
    """Split a group's people between its units in proportion to their static figures."""
    parts = split_people(group.people.best, [people[pcode] for pcode in group.pcodes])
    return [
        _make_row(pcode, names, people, best, group.basis, group.figure_id)
        for pcode, best in zip(group.pcodes, parts, strict=True)
    ]


def _make_row(
    pcode: str,
    names: Mapping[str, str],
    static: Mapping[str, float],
    best: float,
    basis: str,
    figure_id: str | None,
    *,
    displaced: float | None = None,
) -> UnitPeople:
    """Return a row, its range still to be drawn."""
    before = static[pcode]
    came = max(0.0, best - before) if displaced is None else displaced
    return UnitPeople(
        pcode=pcode,
        name=str(names[pcode]),
        static=before,
        low=best,
        best=best,
        high=best,
        basis=basis,
        figure_id=figure_id,
        came=0.0 if basis == "static" else came,
        displaced=displaced if basis == "displaced" else None,
    )
