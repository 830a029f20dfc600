"""Groups of people by age and sex, counted from published age bands.

A population by age comes in bands: so many girls from 5 to 9, so many people of 60 and over. A
group is counted from bands that lie end to end from its first year to its last. Where a limit of
the group falls inside a band, the band is split evenly over its years, if three quarters of it or
more lie in the group, or if it is no wider than five years; a quarter of the smaller part is then a
doubt of the count. A band without an upper end is never split. Where no such row of
bands is published, the group is unknown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NARROW_YEARS = 5
"""Bands of at most so many years may be split anywhere: 15-19 at 18."""

LEAST_PART = 0.75
"""Of a wider band at least this part must lie in the group."""

SPLIT_DOUBT = 0.25
"""How much of the smaller part of a split band is in doubt (a judgement)."""

ENDLESS = math.inf
"""The end of a band such as 80+, in years."""


class Band(NamedTuple):
    """A published band: `sex` is `t` (everyone), `f` or `m`; years from `start` up to `end`.

    `end` is exclusive, `ENDLESS` for a band such as 80+. Everyone of any age is 0 to `ENDLESS`.
    """

    sex: str
    start: float
    end: float


AGE_GROUPS = {
    "under_5": Band("t", 0, 5),
    "under_18": Band("t", 0, 18),
    "women_15_49": Band("f", 15, 50),
    "over_64": Band("t", 65, ENDLESS),
}
"""Groups of persons, as bands of their own."""

HOUSEHOLDS = "households"
"""The group that counts households, not persons."""

GROUPS = (*AGE_GROUPS, HOUSEHOLDS)
"""All groups, in the order of every output."""

EVERYONE = Band("t", 0, ENDLESS)


@dataclass(frozen=True, slots=True)
class Count:
    """Persons of a group, and how many of them a split band leaves in doubt, either way."""

    people: float
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """A group as a part of everyone, 0 to 1, and the doubt that split bands add, either way.

    Of households: households a person.
    """

    best: float
    doubt: float = 0.0


def count_band(bands: Mapping[Band, float], group: Band) -> Count | None:
    """Return the persons of a group, from published bands; None where these don't tell.

    Parameters
    ----------
    bands
        Persons of each band of one place; bands may overlap (0-4 beside 0-17).
    group
        What is counted.
    """
    if group.sex != "t":
        return _count_sex(bands, group)
    counts = [_count_sex(bands, group), _add_sexes(bands, group)]
    found = [count for count in counts if count is not None]
    return min(found, key=lambda count: count.doubt, default=None)


def find_parts(bands: Mapping[Band, float], everyone: float | None = None) -> dict[str, Part]:
    """Return each group that the bands of a place tell, as a part of everyone there.

    Parameters
    ----------
    everyone
        All persons; None: from the bands themselves.

    Returns
    -------
        By group, those of `AGE_GROUPS` that are told; nothing where nobody lives.
    """
    if everyone is None:
        total = count_band(bands, EVERYONE)
        everyone = None if total is None else total.people
    if not everyone or everyone <= 0:
        return {}
    parts = {}
    for name, group in AGE_GROUPS.items():
        count = count_band(bands, group)
        if count is not None:
            parts[name] = Part(count.people / everyone, count.doubt / everyone)
    return parts


def _add_sexes(bands: Mapping[Band, float], group: Band) -> Count | None:
    women, men = (_count_sex(bands, group._replace(sex=sex)) for sex in "fm")
    if women is None or men is None:
        return None
    return Count(women.people + men.people, women.doubt + men.doubt)


def _count_sex(bands: Mapping[Band, float], group: Band) -> Count | None:
    """Count a group from bands of one sex: the fewest in doubt, then the fewest bands."""
    own = [band for band in bands if band.sex == group.sex]
    best: dict[float, tuple[float, int, float]] = {group.start: (0.0, 0, 0.0)}
    # from each age reached so far, the youngest first, go on by every band that begins there
    todo = [group.start]
    while todo:
        age = min(todo)
        todo.remove(age)
        doubt, steps, people = best[age]
        for band in own:
            piece = _take_piece(band, age, group)
            if piece is None:
                continue
            end, part, split = piece
            smaller = min(part, 1 - part) if split else 0.0
            reached = (
                doubt + SPLIT_DOUBT * smaller * bands[band],
                steps + 1,
                people + part * bands[band],
            )
            if end not in best or reached[:2] < best[end][:2]:
                best[end] = reached
                if end < group.end and end not in todo:
                    todo.append(end)
    if group.end not in best:
        return None
    doubt, _, people = best[group.end]
    return Count(people, doubt)


def _take_piece(band: Band, age: float, group: Band) -> tuple[float, float, bool] | None:
    """Return the age up to which a band counts from `age` on, what part of it, and if it is split.

    None: it does not count there.
    """
    is_whole = band.start == age and band.end <= group.end
    if is_whole:
        return band.end, 1.0, False
    begins_inside = band.start < age < band.end and age == group.start
    ends_beyond = band.start == age and band.end > group.end
    if not (begins_inside or ends_beyond) or band.end == ENDLESS:
        return None
    end = min(band.end, group.end)
    years = band.end - band.start
    part = (end - age) / years
    if years > NARROW_YEARS and part < LEAST_PART:
        return None
    return end, part, True
