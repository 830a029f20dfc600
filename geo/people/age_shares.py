"""What part of the people each group is: where shares are from, how sure they are, what they give.

A group's people are the zone's people times the group's share. Low is the zone's low times the
share's low, high likewise: the two doubts are taken as if they went together, which is on the safe
side. The doubt of a share (a judgement):

- 10 % of it where it is counted in the zone itself, or in the unit that people live in, or given by
  the user;
- 20 % of it where it is of a larger area: the unit above, the nation or the territory;
- and what split age bands add (`age_bands.py`).

Shares come from censuses and projections before a crisis; those who have left are seldom a
cross-section of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.people.age_bands import HOUSEHOLDS, Part
from geo.types import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

DOUBTS: Mapping[str, float] = {
    "zone": 0.10,
    "given": 0.10,
    "unit": 0.10,
    "parent": 0.20,
    "nation": 0.20,
    "territory": 0.20,
}
"""By what a share is of: what part of the share is in doubt, either way."""

_PCBS = "Palestinian Central Bureau of Statistics (PCBS)"

GAZA_AGES = Source(
    source_id="age-structure-gaza-strip",
    name="Age structure of the Gaza Strip",
    licence="published figures, cited",
    date="before October 2023",
    attribution=_PCBS,
    note="Of the whole Strip: about 47 % under 18, 15 % under 5, 24 % women of 15 to 49, 3 % of 65 "
    "and over. Cited, to be verified.",
)

GAZA_HOUSEHOLDS = Source(
    source_id="household-size-gaza-strip",
    name="Household size of the Gaza Strip",
    licence="published figures, cited",
    date="2017",
    attribution=_PCBS,
    note="Of the whole Strip: 5.6 persons a household, census of 2017. Cited, to be verified.",
)

BUNDLED_PARTS: Mapping[str, Mapping[str, tuple[Part, Source]]] = {
    "PS02": {
        "under_5": (Part(0.15), GAZA_AGES),
        "under_18": (Part(0.47), GAZA_AGES),
        "women_15_49": (Part(0.24), GAZA_AGES),
        "over_64": (Part(0.03), GAZA_AGES),
        HOUSEHOLDS: (Part(1 / 5.6), GAZA_HOUSEHOLDS),
    }
}
"""Shares that come with civmap, by the P-code of their territory; nowhere else is any known."""


@dataclass(frozen=True, slots=True)
class Share:
    """A group as a part of everyone, with its range and where it is from.

    Attributes
    ----------
    low, best, high
        0 to 1; of households: households a person.
    basis
        What it is of: `zone`, `unit`, `parent` (the unit above), `nation`, `territory`, or `given`.
    date
        Of the data: a year or period as text; None: undated.
    """

    low: float
    best: float
    high: float
    basis: str
    source_id: str
    date: str | None

    @classmethod
    def of(cls, part: Part, basis: str, source_id: str, date: str | None) -> Share:
        """Return a share with the doubt that its basis has."""
        doubt = DOUBTS[basis] * part.best + part.doubt
        return cls(
            max(0.0, part.best - doubt),
            part.best,
            min(1.0, part.best + doubt),
            basis,
            source_id,
            date,
        )


@dataclass(frozen=True, slots=True)
class GroupPeople:
    """People of a group in a zone; a row of table `people_groups`.

    All figures are None where the group is unknown; `basis` is then `unknown`.
    """

    zone_id: str
    grp: str
    low: int | None
    best: int | None
    high: int | None
    share: float | None
    source_id: str | None
    basis: str
    share_low: float | None
    share_high: float | None
    share_date: str | None


def apply_share(
    zone_id: str, grp: str, people: tuple[int, int, int] | None, share: Share | None
) -> GroupPeople:
    """Return the people (or households) of a group in a zone, rounded to whole ones.

    Parameters
    ----------
    people
        Persons in the zone: low, best, high; None: nobody can be counted.
    share
        None: unknown.
    """
    if people is None or share is None:
        return GroupPeople(zone_id, grp, None, None, None, None, None, "unknown", None, None, None)
    low, best, high = people
    return GroupPeople(
        zone_id=zone_id,
        grp=grp,
        low=round(low * share.low),
        best=round(best * share.best),
        high=round(high * share.high),
        share=share.best,
        source_id=share.source_id,
        basis=share.basis,
        share_low=share.low,
        share_high=share.high,
        share_date=share.date,
    )


def average_parts(parts: list[tuple[float, Part | None]], least: float) -> Part | None:
    """Return the mean of the shares of a zone's parts, weighted by their people.

    Parameters
    ----------
    parts
        People of each part, and its share; None: not known.
    least
        What part of the people must have a share: those without are taken to be like the others.

    Returns
    -------
        None where fewer have one. Where nobody lives, all parts weigh the same.
    """
    everyone = sum(people for people, _ in parts)
    weighted = parts if everyone > 0 else [(1.0, part) for _, part in parts]
    everyone = sum(people for people, _ in weighted)
    known = [(people, part) for people, part in weighted if part is not None]
    told = sum(people for people, _ in known)
    if not known or told < least * everyone or told <= 0:
        return None
    return Part(
        sum(people * part.best for people, part in known) / told,
        sum(people * part.doubt for people, part in known) / told,
    )
