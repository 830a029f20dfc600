"""People in one administrative unit on a day, and how they stay in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LAND_SHARE = (0.2, 0.5, 0.8)
"""Part of the displaced people who stay evenly over a unit's land: low, best, high. A judgement."""


@dataclass(frozen=True, slots=True)
class UnitPeople:
    """People in one unit on the day, in persons.

    Attributes
    ----------
    basis
        `figure` (a figure for the unit, or its part of a joint one), `displaced` (displaced people
        and a part of the residents), `share` (its part of the rest) or `static`.
    figure_id
        The figure that it was taken from.
    came
        How many of `best` do not stay as residents do: the displaced where they are counted, else
        those beyond the static figure.
    displaced
        How many of `best` are displaced people; None: no figure of them is in use.
    gathered
        Numbers of gatherings in the unit, and how many of `came` are there.
    """

    pcode: str
    name: str
    static: float
    low: float
    best: float
    high: float
    basis: str
    figure_id: str | None
    came: float = 0.0
    displaced: float | None = None
    gathered: tuple[tuple[int, float], ...] = ()

    @property
    def on_land(self) -> float:
        """How many of `best` stay evenly over the unit's land."""
        gathered = sum(people for _, people in self.gathered)
        if self.static <= 0:
            return self.best - gathered
        return max(0.0, self.came - gathered) * LAND_SHARE[1]

    @property
    def factor(self) -> float:
        """What each cell of the unit is scaled by, for those who stay as residents do."""
        if self.static <= 0:
            return 1.0
        gathered = sum(people for _, people in self.gathered)
        return (self.best - gathered - self.on_land) / self.static

    def to_record(self) -> dict[str, Any]:
        """Return the unit as a row of table `unit_people`, but for its land."""
        return {
            "pcode": self.pcode,
            "name": self.name,
            "static": self.static,
            "low": self.low,
            "best": self.best,
            "high": self.high,
            "factor": self.factor,
            "on_land": self.on_land,
            "displaced": self.displaced,
            "basis": self.basis,
        }
