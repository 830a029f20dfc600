"""Dated figures left out, one at a time: what do the others say for its units on its day?

`python -m tests.evaluation.held_out` writes the table anew into `docs/displacement.md`;
`python -m tests.evaluation.held_out FILE ...` prints how fast counts per unit moved between the
rounds of tables of IOM DTM or HDX HAPI.
"""

from __future__ import annotations

import dataclasses
import itertools
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geo.people import bundled_figures, unit_people
from geo.people.figures import read_whole
from geo.people.forms import read_published
from geo.people.gaza import GOVERNORATE_PEOPLE
from geo.people.hindsight import link_later
from geo.people.parts import widen_with_age
from geo.people.selection import DEFAULT_SHARE, Reading, read_on
from geo.types import Interval

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from geo.people import Figure
    from geo.people.idp_rows import IdpRow

PAGE = Path(__file__).parents[2] / "docs" / "displacement.md"
START, END = "<!-- held out: begin -->\n", "<!-- held out: end -->\n"
RAFAH = "PS0275"
WAR = bundled_figures()[0].date
STATIC = {pcode: float(people) for pcode, people in GOVERNORATE_PEOPLE.items()}
STRIP = pd.DataFrame(
    {"pcode": sorted(STATIC), "name": sorted(STATIC), "parent_pcode": "PS02"},
)


@dataclasses.dataclass(frozen=True)
class Case:
    """A figure left out: people present by itself, and by the others."""

    figure: Figure
    published: float
    by_default: Interval
    with_hindsight: Interval

    @property
    def held(self) -> bool:
        """Whether what was published lies in the range of the others, by default."""
        return self.by_default.low <= self.published <= self.by_default.high

    @property
    def held_with_hindsight(self) -> bool:
        """Whether it lies in their range with hindsight."""
        return self.with_hindsight.low <= self.published <= self.with_hindsight.high


def list_cases() -> list[Case]:
    """Return a case for each bundled figure, in their order."""
    figures = bundled_figures()
    cases = []
    for figure in figures:
        others = [other for other in figures if other is not figure]
        reading = read_on(figure, figures, figure.date, STATIC)
        assert isinstance(reading, Reading), reading
        answers = [
            ask_others(figure.pcodes, asked, figure.date)
            for asked in (others, link_later(others, figure.date))
        ]
        cases.append(Case(figure, reading.best, *answers))
    return cases


def ask_others(pcodes: tuple[str, ...], figures: Sequence[Figure], day: dt.date) -> Interval:
    """Return the people in units together on a day.

    Units that no figure in use tells apart are counted as one: what is said of all of them is not
    made doubtful by how it is split between them. Otherwise the lows and the highs are added up.
    """
    table = unit_people(STRIP, STATIC, figures, day)
    units = [unit for unit in table.units if unit.pcode in pcodes]
    used = {use.figure.figure_id for use in table.figures if use.used}
    whole = [figure for figure in figures if _keeps_together(figure, pcodes)]
    if len(pcodes) > 1 and used <= {figure.figure_id for figure in whole}:
        static = {pcode: people for pcode, people in STATIC.items() if pcode not in pcodes}
        static[pcodes[0]] = sum(STATIC[pcode] for pcode in pcodes)
        joined = [_join(figure, pcodes) for figure in whole]
        again = unit_people(STRIP[STRIP["pcode"].isin(static)], static, joined, day)
        if used == {use.figure.figure_id for use in again.figures if use.used}:
            units = [unit for unit in again.units if unit.pcode == pcodes[0]]
    low, best, high = (
        sum(getattr(unit, name) for unit in units) for name in ("low", "best", "high")
    )
    return Interval(low, best, high)


def _keeps_together(figure: Figure, pcodes: tuple[str, ...]) -> bool:
    shared = set(figure.pcodes) & set(pcodes)
    return not shared or shared == set(pcodes)


def _join(figure: Figure, pcodes: tuple[str, ...]) -> Figure:
    """Return a figure for the first of some units in place of all of them."""
    return dataclasses.replace(
        figure,
        pcodes=tuple(code for code in figure.pcodes if code not in pcodes[1:]),
        then=None if figure.then is None else _join(figure.then, pcodes),
    )


def list_later(cases: list[Case]) -> list[Case]:
    """Return the cases after the first day, on which only the static figures are dated."""
    return [case for case in cases if case.figure.date > WAR]


def write_table() -> str:
    """Return the table of all cases as Markdown, with the counts below it."""
    cases = list_cases()
    lines = [
        "| left out | units | day | published | the others, by default | | with hindsight | |",
        "|---|---|---|--:|--:|---|--:|---|",
    ]
    lines += [
        f"| {case.figure.figure_id} | {' + '.join(case.figure.pcodes)} | {case.figure.date} | "
        f"{case.published:,.0f} | {_write(case.by_default)} | {_tick(case.held)} | "
        f"{_write(case.with_hindsight)} | {_tick(case.held_with_hindsight)} |"
        for case in cases
    ]
    lines += ["", _count("All", cases), _count(f"After {WAR}", list_later(cases))]
    return "\n".join(lines) + "\n"


def write_paces() -> str:
    """Return how fast the figures of people present in Rafah moved, as a table in Markdown."""
    figures = [each for each in bundled_figures() if each.pcodes == (RAFAH,)]
    readings = [read_on(each, figures, each.date, STATIC) for each in figures]
    lines = ["| from | to | days | people | then | a day |", "|---|---|--:|--:|--:|--:|"]
    paces = []
    for before, after in itertools.pairwise(readings):
        assert isinstance(before, Reading), before
        assert isinstance(after, Reading), after
        start = before.figure.date_end or before.figure.date
        days = (after.day - start).days
        paces.append(abs(after.best / before.best - 1) / days)
        lines.append(
            f"| {start} | {after.day} | {days} | {before.best:,.0f} | {after.best:,.0f} | "
            f"{paces[-1]:.1%} |"
        )
    lines += ["", f"Half of them moved by more than {statistics.median(paces):.1%} a day."]
    return "\n".join(lines) + "\n"


def _count(name: str, cases: list[Case]) -> str:
    off = statistics.median(abs(case.by_default.best / case.published - 1) for case in cases)
    seen = statistics.median(abs(case.with_hindsight.best / case.published - 1) for case in cases)
    return (
        f"- {name}: {sum(case.held for case in cases)} of {len(cases)} held by default, "
        f"{sum(case.held_with_hindsight for case in cases)} with hindsight. The best is off by "
        f"{off:.0%} in the median by default, by {seen:.0%} with hindsight."
    )


def _write(people: Interval) -> str:
    return f"{people.best:,.0f} ({people.low:,.0f} to {people.high:,.0f})"


def _tick(held: bool) -> str:
    return "held" if held else "**missed**"


@dataclasses.dataclass(frozen=True)
class Step:
    """A unit's displaced people in two rounds of one operation, one after the other."""

    country: str
    days: int
    before: int
    after: int

    @property
    def pace(self) -> float:
        """Change a day, as a part of the earlier count."""
        return abs(self.after / self.before - 1) / self.days

    @property
    def held(self) -> bool:
        """Whether the later count lies in the range of the earlier one, aged to its day."""
        low, high = (self.before * (1 + side * DEFAULT_SHARE) for side in (-1, 1))
        people = widen_with_age(Interval(low, self.before, high), self.days)
        return people.low <= self.after <= people.high


def list_steps(rows: Iterable[IdpRow]) -> list[Step]:
    """Return the steps between the rounds of each operation, unit of level 2 and assessment.

    Baselines where a unit has any, else site assessments. Steps from nobody are left out: they
    have no pace.
    """
    counts: dict[tuple[str, ...], dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    for row in dict.fromkeys(dataclasses.replace(row, number=0, link="") for row in rows):
        if row.people is not None and row.level == 2:
            key = (row.country, row.operation, row.pcodes[0], row.assessment)
            counts[key][row.day] += row.people
    steps = []
    for key, by_day in counts.items():
        if key[3] != "BA" and (*key[:3], "BA") in counts:
            continue
        days = sorted(by_day)
        steps += [
            Step(key[0], (after - before).days, by_day[before], by_day[after])
            for before, after in itertools.pairwise(days)
            if by_day[before]
        ]
    return steps


def describe_steps(steps: Sequence[Step]) -> str:
    """Return a row of the page's table of rounds."""
    countries = sorted({step.country for step in steps})
    paces = statistics.quantiles((step.pace for step in steps), n=20)
    days = statistics.median(step.days for step in steps)
    return (
        f"| {', '.join(countries)} | {len(steps):,} | {days:.0f} | {paces[9]:.2%} | "
        f"{paces[17]:.2%} | {paces[18]:.2%} | {sum(step.held for step in steps) / len(steps):.1%} |"
    )


def read_rows(path: Path) -> tuple[IdpRow, ...]:
    """Return the rows of a table of IOM DTM or HDX HAPI."""
    found = read_published(read_whole(path, 50_000_000), path.name)
    return () if found is None else found.rows


def write_block() -> str:
    """Return what stands on the page between its two marks."""
    return f"\n{write_table()}\n{write_paces()}\n"


def main(paths: list[str]) -> int:
    """Write the page's table, or print what tables of rounds say; return the exit status."""
    if not paths:
        before, rest = PAGE.read_text("utf-8").split(START)
        after = rest.split(END)[1]
        PAGE.write_text(before + START + write_block() + END + after, "utf-8")
        return 0
    steps = [step for path in paths for step in list_steps(read_rows(Path(path)))]
    countries = sorted({step.country for step in steps})
    for country in countries:
        some = [step for step in steps if step.country == country]
        sys.stdout.write(describe_steps(some) + "\n")
    if len(countries) > 1:
        sys.stdout.write(describe_steps(steps) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
