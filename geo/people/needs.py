"""What people need a day at the least, by the Sphere Handbook of 2018.

Minimum standards for the first days and weeks of a crisis, for everyone in a zone: not what is
lacking there. Things that are counted (toilets, health units) are rounded up to whole ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.types import Source

SPHERE_SOURCE = Source(
    source_id="sphere-2018",
    name="The Sphere Handbook: minimum standards in humanitarian response",
    licence="published standards, cited",
    date="2018",
    note="Cited, to be verified.",
)


@dataclass(frozen=True, slots=True)
class Standard:
    """A minimum standard.

    Attributes
    ----------
    amount, people
        So much of it for so many people.
    counts
        Whether it is counted in whole things.
    """

    need: str
    amount: float
    people: int
    unit: str
    counts: bool
    text: str


STANDARDS = (
    Standard("water", 15, 1, "litres a day", False, "15 litres of water a person a day"),
    Standard("food", 2_100, 1, "kcal a day", False, "2,100 kcal a person a day"),
    Standard("toilets_first_days", 1, 50, "toilets", True, "1 toilet for 50 people, first days"),
    Standard("toilets", 1, 20, "toilets", True, "1 toilet for at most 20 people"),
    Standard("covered_space", 3.5, 1, "m2", False, "3.5 m2 of covered living space a person"),
    Standard(
        "health_units",
        1,
        10_000,
        "basic health units",
        True,
        "1 basic health unit for 10,000 people",
    ),
)
"""In the order of every output."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the people of a zone need; a row of table `needs`. None where nobody can be counted."""

    zone_id: str
    need: str
    low: float | None
    best: float | None
    high: float | None
    unit: str
    standard: str


def list_needs(zone_id: str, people: tuple[int, int, int] | None) -> list[Need]:
    """Return the needs of a zone.

    Parameters
    ----------
    people
        Persons: low, best, high; None: nobody can be counted, and needs are unknown, not none.
    """
    needs = []
    for standard in STANDARDS:
        low, best, high = (
            (None, None, None)
            if people is None
            else (measure_need(standard, persons) for persons in people)
        )
        cited = f"Sphere Handbook 2018: {standard.text}"
        needs.append(Need(zone_id, standard.need, low, best, high, standard.unit, cited))
    return needs


def measure_need(standard: Standard, people: int) -> float:
    """Return how much of something people need, in the standard's unit.

    Examples
    --------
    >>> measure_need(STANDARDS[3], 41)
    3
    """
    if standard.counts:
        return -(-people // standard.people) * int(standard.amount)
    return people * standard.amount
