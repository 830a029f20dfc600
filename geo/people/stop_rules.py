"""When numbers are too old to be given without a word, and when they are not given at all.

| What is stale | said from | refused from |
|---|---|---|
| a population | more than 10 years before the day | more than 20 years |
| a dated figure in use | more than 90 days old (`--stale-days`) | more than twice that |
| a static figure where people moved | half as many more or fewer are there | a factor of 2 |

The last is of units for which no dated figure is in use (none was wanted, or it was set aside), but
one within the year before the day says that many more or fewer people are there; of displaced
people: more than a quarter of the static figure, refused if there are as many as in it.

What is said stands in the headline and in a caution. What is refused is only given with
`--accept-stale`, and says so. The limits are judgements: in Rafah the number of people changed
fourfold within 90 days, twice (`docs/displacement.md`); a population that grows by 3 % a year is
35 % larger after ten years and 80 % after twenty.
"""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import StaleError
from geo.people.accounting import count_of
from geo.people.hindsight import find_age, find_day
from geo.people.selection import Reading, describe_figure, read_on
from geo.types import Caution, mark, mark_plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from geo.people.figures import Figure

OLD_YEARS = 10
REFUSED_YEARS = 20
REFUSED_TIMES = 2
"""A figure is refused when it is older than this many times the days from which it is stale."""

KNOWN_DAYS = 365
MOVED_SHARE = 0.5
REFUSED_FACTOR = 2.0
DISPLACED_SHARE = 0.25

ACCEPTED = "Given all the same, as asked for (--accept-stale)."
_NAMED = 6
_WRONG = "static-known-wrong"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a headline, in a form that can be written in other languages too.

    Attributes
    ----------
    form
        English, with the names of `values` in braces.
    plural
        The form for a `count` other than one, where it depends on one.
    values
        `people`, `age`, `count` are numbers, `date` a day (ISO) or a population's own date.
    """

    form: str
    values: Mapping[str, float | str]
    plural: str | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """Something that numbers rest on and that is too old for the day.

    Attributes
    ----------
    code
        Of the caution.
    text
        What is stale and by how much, one sentence without its stop.
    clause
        The same for a headline, after a comma.
    degree
        How stale, to compare with others of its code: years, days, or how many times as many people
        are there, or were (with displaced people: as if no resident had left).
    refused
        Whether numbers that rest on it are not given unless that is asked for.
    pcodes
        Units whose people rest on it.
    label
        The population that it is; then `pcodes` is empty.
    """

    code: str
    text: str
    clause: Clause
    degree: float
    refused: bool
    pcodes: frozenset[str] = frozenset()
    label: str | None = None

    def concerns(self, pcodes: Iterable[str], label: str | None) -> bool:
        """Tell whether people of some units on some population rest on it."""
        return self.label == label if self.label else not self.pcodes.isdisjoint(pcodes)


def judge_population(label: str, population_date: str | None, as_of: dt.date) -> list[Stale]:
    """Return whether a population is too old for a day; an undated one can't be judged."""
    years = find_years(population_date)
    age = as_of.year - max(years) if years else 0
    if age <= OLD_YEARS:
        return []
    text = (
        f"{label} is from {population_date}, {age} years before {as_of.isoformat()}: the "
        f"population has changed since (limit {REFUSED_YEARS} years)"
    )
    clause = Clause(
        mark("based on a population of {date}, {age} years old"),
        {"date": str(population_date), "age": age},
    )
    return [Stale("population-old", text, clause, age, age > REFUSED_YEARS, label=label)]


def find_years(population_date: str | None) -> list[int]:
    """Return the years that a population's date names; empty: it is undated."""
    return [int(year) for year in re.findall(r"(?:19|20)\d\d", population_date or "")]


def warn_of_undated(label: str) -> Caution:
    """Say that nobody knows how old a population is."""
    text = f"{label} has no date: how old it is, is not known, and it may be out of date."
    return Caution("population-undated", text)


def judge_figures(
    in_use: Mapping[str, frozenset[str]],
    figures: Sequence[Figure],
    as_of: dt.date,
    stale_days: int,
) -> list[Stale]:
    """Return the dated figures in use that are too old for a day.

    Parameters
    ----------
    in_use
        By figure, the units whose people rest on it.
    stale_days
        Days from which a figure is stale.
    """
    found = []
    for figure in figures:
        age = find_age(figure, as_of)
        if figure.figure_id not in in_use or age <= stale_days:
            continue
        limit = REFUSED_TIMES * stale_days
        later = f"; {describe_figure(figure.then)}" if figure.then else ""
        text = (
            f"The figure for {_name(figure)} ({describe_figure(figure)}{later}) is "
            f"{count_of(age, 'day')} {'from' if later else 'old on'} {as_of.isoformat()} "
            f"(limit {limit:,} days)"
        )
        units = in_use[figure.figure_id]
        found.append(Stale("figure-stale", text, _tell_age(age), age, age > limit, units))
    return found


def find_known(
    figures: Iterable[Figure], as_of: dt.date, unmoved: Iterable[str], touched: Iterable[str]
) -> list[Figure]:
    """Return the newest figures of the last year for units that no figure is in use for.

    Parameters
    ----------
    unmoved
        Units with their static people.
    touched
        Units that are asked for: figures for others don't matter.
    """
    still, asked = set(unmoved), set(touched)
    newest: dict[tuple[object, ...], Figure] = {}
    for figure in figures:
        days = (as_of - find_day(figure, as_of)).days
        if figure.date > as_of or days >= KNOWN_DAYS:
            continue
        if not still.issuperset(figure.pcodes) or asked.isdisjoint(figure.pcodes):
            continue
        key = (figure.pcodes, figure.kind == "displaced_present")
        if key not in newest or find_day(figure, as_of) > find_day(newest[key], as_of):
            newest[key] = figure
    return list(newest.values())


def judge_static(
    known: Sequence[Figure],
    figures: Sequence[Figure],
    as_of: dt.date,
    static: Mapping[str, float],
) -> list[Stale]:
    """Return the units whose static people are known to be far from those who are there.

    Parameters
    ----------
    known
        Figures that are not in use, as `find_known` returns them.
    figures
        All figures: those who moved are read against one of them.
    static
        Persons by P-code, of the units of `known`.
    """
    found = []
    for figure in known:
        here = math.fsum(static[pcode] for pcode in figure.pcodes)
        if figure.kind == "displaced_present":
            found += _judge_displaced(figure, here)
            continue
        reading = read_on(dataclasses.replace(figure, then=None), figures, as_of, static)
        if isinstance(reading, Reading):
            found += _judge_present(figure, reading.best, here)
    return found


def refuse_stale(stale: Sequence[Stale], as_of: dt.date) -> None:
    """Refuse numbers that rest on what is too stale.

    Raises
    ------
    StaleError
        If anything is; the message names all of it, and what to do.
    """
    refused = dict.fromkeys(each.text for each in stale if each.refused)
    if not refused:
        return
    listed = "\n".join(f"  {text}" for text in refused)
    raise StaleError(
        f"what is known is too old for {as_of.isoformat()}:\n{listed}\n"
        "Use dated figures (--displacement auto, or a FILE of newer ones), a newer population "
        "(--population FILE) or another day (--as-of); or take it as it is with --accept-stale, "
        "and the map says so."
    )


def pick_clauses(stale: Iterable[Stale]) -> list[Clause]:
    """Return the clauses for a headline, of each code the worst."""
    worst: dict[str, Stale] = {}
    for each in stale:
        if each.code not in worst or each.degree > worst[each.code].degree:
            worst[each.code] = each
    return [each.clause for each in worst.values()]


def warn_of_stale(stale: Sequence[Stale]) -> list[Caution]:
    """Say what is stale, and that it was accepted where it would have been refused."""
    return [
        Caution(
            each.code,
            f"{each.text}." + (f" {ACCEPTED}" if each.refused else ""),
        )
        for each in stale
    ]


def _judge_present(figure: Figure, best: float, static: float) -> list[Stale]:
    if abs(best - static) <= MOVED_SHARE * static:
        return []
    few, many = sorted((best, static))
    factor = many / few if few > 0 else math.inf
    text = (
        f"{_name(figure)}: {best:,.0f} people were there ({describe_figure(figure)}), the static "
        f"figure is {static:,.0f}, and no dated figure is in use"
    )
    clause = Clause(
        mark("static although a figure of {date} counts {people} people there"),
        {"date": figure.date.isoformat(), "people": best},
    )
    return [Stale(_WRONG, text, clause, factor, factor >= REFUSED_FACTOR, _units(figure))]


def _judge_displaced(figure: Figure, static: float) -> list[Stale]:
    if figure.best <= DISPLACED_SHARE * static:
        return []
    text = (
        f"{_name(figure)}: {figure.best:,.0f} displaced people were there "
        f"({describe_figure(figure)}), the static figure of everyone is {static:,.0f}, and no "
        "dated figure is in use"
    )
    clause = Clause(
        mark("static although a figure of {date} counts {people} displaced people there"),
        {"date": figure.date.isoformat(), "people": figure.best},
    )
    factor = 1 + figure.best / static if static > 0 else math.inf
    return [Stale(_WRONG, text, clause, factor, factor >= REFUSED_FACTOR, _units(figure))]


def _tell_age(days: int) -> Clause:
    form, plural = mark_plural(
        "based on figures {count} day old", "based on figures {count} days old"
    )
    return Clause(form, {"count": days}, plural)


def _units(figure: Figure) -> frozenset[str]:
    return frozenset(figure.pcodes)


def _name(figure: Figure) -> str:
    named = " + ".join(figure.pcodes[:_NAMED])
    more = len(figure.pcodes) - _NAMED
    return f"{named} and {count_of(more, 'more unit')}" if more > 0 else named
