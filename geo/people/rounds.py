"""The rounds of displacement operations: which rows count on a day, and the figures they make.

Several tables of one publisher (pages of an answer, levels of units) are settled together.

An operation counts its displaced people again in every round. The rules:

1. Rows later than the day are not used.
2. In each unit the last round of each operation counts, and no other: rounds are never added up.
   (HDX: "only the most recent reporting round per operation should be aggregated".) A unit that
   the last round does not list keeps its older, dated figure if that is at most 60 days older than
   the last round; beyond, it has none. Missing is not zero.
3. A baseline assessment (BA) counts everyone displaced in an area, a site assessment (SA) those in
   sites: the same people. Where a round has both, the baseline counts.
4. Within one round and assessment, rows that differ in reason or origin are different people and
   are added up. Rows that differ in nothing are one row; where only their numbers differ, the
   range holds both, and the best is the first. Where one of them has no number, the figure's note
   says that a part is missing.
5. Level 2 goes before level 1. A row of level 1 counts, for all its units together, where no unit
   of it has a row of the same operation that is as new. Rows of whole countries are not used, but
   the rows of units are checked against them.
6. Operations are not added up: each gives a figure of its own (see `displaced.py`).
7. With hindsight, the first round of each operation after the day gives figures too, later ones,
   by the same rules; rounds after that are not used.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from geo.people.accounting import RowFate
from geo.people.figures import Figure
from geo.people.selection import BINDING_DAYS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from geo.people.idp_rows import IdpRow

_ASSESSMENTS = {"BA": "baseline assessment", "SA": "site assessment, people in sites only"}
_UNITS_LEVEL = 2

Cell = tuple[int, tuple[str, ...]]
"""A level, and the units that a row of it is for."""

Cells = dict[Cell, list["IdpRow"]]
"""Rows of one operation."""


class Rounds:
    """Rows of one table, settled.

    Attributes
    ----------
    figures
        Figures of kind `displaced_present`, one for each operation and unit that has one.
    tables
        For each figure, the table that its first row is in.
    fates
        What became of each row that was given.
    checks
        Where the rows of units don't add up to the published total, in words.
    """

    def __init__(
        self,
        rows: Sequence[IdpRow],
        agency: str,
        *,
        units: Mapping[str, str | None] | None,
        as_of: dt.date | None,
        hindsight: bool = False,
        ids: Counter[str] | None = None,
    ) -> None:
        """Settle rows.

        Parameters
        ----------
        units
            Units in use, and the P-code of the unit above each; None: any.
        as_of
            The day; None: the newest rounds.
        hindsight
            Whether the next round after the day gives figures too.
        ids
            How often each id was given to a figure of other rows; new ones are added.
        """
        self.figures: list[Figure] = []
        self.tables: list[int] = []
        self.fates: list[RowFate] = []
        self._agency = agency
        self._units = units
        self._children = _list_children(units or {})
        self._ids: Counter[str] = Counter() if ids is None else ids
        self._gaps = {_find_place(row) for row in rows if row.fault}
        current: list[IdpRow] = []
        later: list[IdpRow] = []
        for row in rows:
            if row.fault:
                self._settle([row], "set aside", row.fault)
            else:
                (later if as_of is not None and row.day > as_of else current).append(row)
        operations = _part_operations(current)
        for _, found in sorted(operations.items()):
            self._settle_operation(found, "last round of its operation")
        for _, found in sorted(_part_operations(later).items()):
            first = min(_find_time(row) for row in found) if hindsight else None
            following = [row for row in found if _find_time(row) == first]
            self._settle(
                (row for row in found if _find_time(row) != first), "later", f"than {as_of}"
            )
            if following:
                self._settle_operation(following, f"first round after {as_of}")
        self.checks = tuple(
            check for _, found in sorted(operations.items()) for check in _check_totals(found)
        )
        self.fates.sort(key=lambda fate: (fate.table, fate.number))

    def _settle_operation(self, rows: list[IdpRow], reason: str) -> None:
        """Settle the rows of one operation in one country; `reason` is that of its last round."""
        cells: Cells = defaultdict(list)
        for row in rows:
            target = self._find_target(row)
            if target:
                cells[row.level, target].append(row)
        newest = {cell: self._take_last_round(found) for cell, found in cells.items()}
        self._explain_finer(rows, newest)
        last = max(_find_time(row) for row in rows)
        for cell in self._drop_other_level(newest):
            self._add_figure(cell, newest[cell], last, reason)

    def _settle(
        self, rows: Iterable[IdpRow], fate: str, reason: str, *, code: bool = False
    ) -> None:
        self.fates += [
            RowFate(
                row.number,
                fate,
                reason,
                row.pcodes[0] if code and row.pcodes else None,
                row.table,
            )
            for row in rows
        ]

    def _find_target(self, row: IdpRow) -> tuple[str, ...]:
        """Return the units that a row is for; empty: none that is in use."""
        if not row.level:
            self._settle([row], "beside", "total of a country, checked against its units")
            return ()
        if self._units is None:
            return row.pcodes[:1]
        for code in row.pcodes:
            if code in self._units:
                return (code,)
            if row.level < _UNITS_LEVEL and code in self._children:
                return self._children[code]
        if not any(code in self._units for code in row.parents):
            self._settle([row], "set aside", "for a unit that is not in use", code=True)
        return ()

    def _take_last_round(self, rows: list[IdpRow]) -> list[IdpRow]:
        """Return the rows of the last round, of the assessment that counts most people."""
        last = max(_find_time(row) for row in rows)
        self._settle(
            (row for row in rows if _find_time(row) < last), "superseded", "by a later round"
        )
        latest = [row for row in rows if _find_time(row) == last]
        chosen = min((row.assessment for row in latest), key=lambda code: (code != "BA", code))
        self._settle(
            (row for row in latest if row.assessment != chosen),
            "beside",
            f"the same people as in assessment {chosen} of the same round",
        )
        return [row for row in latest if row.assessment == chosen]

    def _explain_finer(self, rows: list[IdpRow], newest: Cells) -> None:
        """Settle rows of level 2 where the units in use are of level 1."""
        units = self._units or {}
        for row in rows:
            if row.level < _UNITS_LEVEL or any(code in units for code in row.pcodes):
                continue
            parent = next((code for code in row.parents if code in units), None)
            if parent is None:
                continue
            if (row.level - 1, (parent,)) in newest:
                self._settle([row], "beside", "the same people as in the rows of level 1")
            else:
                self._settle([row], "set aside", "finer than the units in use", code=True)

    def _drop_other_level(self, newest: Cells) -> list[Cell]:
        """Return cells that count nobody twice: of two levels the newer, and level 2 if as new."""
        dropped: set[Cell] = set()
        for cell, rows in newest.items():
            finer = [each for each in _find_finer(cell, rows[0], newest) if each not in dropped]
            if any(_find_time(newest[each][0]) >= _find_time(rows[0]) for each in finer):
                dropped.add(cell)
                self._settle(rows, "beside", "the same people as in the rows of level 2")
            else:
                dropped.update(finer)
                for each in finer:
                    self._settle(newest[each], "superseded", "by a later round of level 1")
        return [cell for cell in newest if cell not in dropped]

    def _add_figure(
        self, cell: Cell, rows: list[IdpRow], last: tuple[dt.date, int], reason: str
    ) -> None:
        """Add the figure that the rows of one round and assessment make, if it is of these days.

        Parameters
        ----------
        last
            Day and number of the operation's last round.
        reason
            Why rows of that round are used.
        """
        first = rows[0]
        listed = _find_time(first) == last
        if (last[0] - first.day).days > BINDING_DAYS:
            self._settle(rows, "superseded", "by later rounds that do not list its unit")
            return
        numbers = self._list_numbers(rows, reason if listed else "last round that lists its unit")
        low, best, high = (sum(pick(each) for each in numbers) for pick in (min, _first, max))
        note = [
            f"{first.operation}" + ("" if first.round is None else f", round {first.round}"),
            _ASSESSMENTS.get(first.assessment, f"assessment {first.assessment}"),
            *(["rows contradict each other, the range holds both"] if low < high else []),
            *(["a part of this round is missing"] if _find_place(first) in self._gaps else []),
            *([] if listed else ["not in the operation's last round"]),
        ]
        figure = Figure(
            figure_id=self._make_id(cell, first),
            pcodes=cell[1],
            date=first.day,
            date_end=None,
            kind="displaced_present",
            since=None,
            low=float(low) if low < high else None,
            best=float(best),
            high=float(high) if low < high else None,
            agency=self._agency,
            verified=True,
            note="; ".join(note),
            link=first.link,
            operation=first.operation,
            round=first.round,
        )
        self.figures.append(figure)
        self.tables.append(first.table)

    def _make_id(self, cell: Cell, row: IdpRow) -> str:
        """Return an id that no other figure of the table has."""
        slug = re.sub(r"\W+", "-", row.operation.lower()).strip("-")
        part = "" if row.round is None else f"round-{row.round}-"
        unit = row.pcodes[0] if len(cell[1]) > 1 else cell[1][0]
        made = f"dtm-{row.country}-{slug}-{part}{row.day.isoformat()}-{unit}"
        self._ids[made] += 1
        alike = self._ids[made]
        return made if alike == 1 else f"{made}+{alike}"

    def _list_numbers(self, rows: list[IdpRow], reason: str) -> list[list[int]]:
        """Return, for each reason and origin, the numbers of persons that rows give for it."""
        numbers: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row in rows:
            people = row.people or 0  # rows without a number are set aside before
            if people in numbers[row.split]:
                self._settle([row], "set aside", "the same row again")
            else:
                numbers[row.split].append(people)
                self._settle([row], "used", reason)
        return list(numbers.values())


def _find_finer(cell: Cell, row: IdpRow, newest: Cells) -> list[Cell]:
    """Return the cells of level 2 that lie in a cell of level 1."""
    if row.level == _UNITS_LEVEL:
        return []
    return [
        other
        for other, (first, *_) in newest.items()
        if first.level == _UNITS_LEVEL
        and (set(other[1]) <= set(cell[1]) or set(first.parents) & set(row.pcodes))
    ]


def _part_operations(rows: Iterable[IdpRow]) -> dict[tuple[str, str], list[IdpRow]]:
    operations: dict[tuple[str, str], list[IdpRow]] = defaultdict(list)
    for row in rows:
        operations[row.country, row.operation].append(row)
    return operations


def _first(numbers: list[int]) -> int:
    return numbers[0]


def _find_place(row: IdpRow) -> tuple[object, ...]:
    """Return what rows that are added up have in common."""
    return row.country, row.operation, row.level, row.pcodes, row.day, row.round, row.assessment


def _find_time(row: IdpRow) -> tuple[dt.date, int]:
    """Return what puts rounds in order: their day, then their number."""
    return row.day, -1 if row.round is None else row.round


def _list_children(units: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    children: dict[str, list[str]] = defaultdict(list)
    for code, parent in sorted(units.items()):
        if parent:
            children[parent].append(code)
    return {parent: tuple(codes) for parent, codes in children.items()}


def _check_totals(rows: Sequence[IdpRow]) -> list[str]:
    """Compare, in an operation's last round, the sums of each level with the coarser one."""
    last = max(_find_time(row) for row in rows)
    latest = [row for row in rows if _find_time(row) == last]
    once = {(row.assessment, row.level, row.pcodes, row.split, row.people) for row in latest}
    sums: Counter[tuple[str, int]] = Counter()
    for assessment, level, _, _, people in once:
        sums[assessment, level] += people or 0
    first = latest[0]
    return [
        f"{first.country}, {first.operation}, {first.day.isoformat()} ({assessment}): the rows of "
        f"level {level} add up to {people:,} people, those of level {level - up} to "
        f"{sums[assessment, level - up]:,}"
        for (assessment, level), people in sorted(sums.items())
        for up in range(1, level + 1)
        if sums.get((assessment, level - up), people) != people
    ]
