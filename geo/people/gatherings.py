"""Gatherings: areas in which some of a unit's people stay evenly, known sites or supposed ones.

And moves, which suppose that a part of a unit's people go elsewhere: to other units, where they
stay as displaced people do, or to gatherings. Nobody is lost: in the best figures and in every draw
as many arrive as left.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.draws import spread_out
from geo.people.parts import split_people
from geo.people.unit_draws import Drawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.draws import Draws
    from geo.people.unit_people import UnitPeople
    from geo.types import Interval


@dataclass(frozen=True, slots=True, eq=False)
class Gathering:
    """An area within one unit, EPSG:4326; `people` None: nobody, unless a move says so."""

    number: int
    name: str
    pcode: str
    geometry: BaseGeometry
    people: Interval | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A part of a unit's people who go elsewhere, in equal parts to each target.

    Attributes
    ----------
    origin
        P-code of the unit.
    targets
        P-codes of units and numbers of gatherings.
    share
        Part of the people, above 0 and at most 1.
    """

    origin: str
    targets: tuple[str | int, ...]
    share: float


def gather_people(
    drawn: Mapping[str, Drawn], gatherings: Sequence[Gathering], draws: Draws
) -> dict[str, Drawn]:
    """Return people in each draw with those at known sites; never more than the unit has."""
    result = dict(drawn)
    for pcode in dict.fromkeys(each.pcode for each in gatherings if each.people is not None):
        unit = drawn.get(pcode)
        if unit is None:
            continue
        here = {}
        for each in gatherings:
            if each.pcode == pcode and each.people is not None:
                uniform = draws.uniform("displacement", f"site:{each.name}")
                here[each.number] = spread_out(
                    uniform, each.people.low, each.people.best, each.people.high
                )
        total = sum(here.values(), start=np.zeros(1))
        scale = np.minimum(1.0, unit.everyone / np.maximum(total, 1e-9))
        gathered = {number: people * scale for number, people in here.items()}
        displaced = np.maximum(unit.displaced, total * scale)
        result[pcode] = Drawn(unit.everyone, displaced, gathered)
    return result


def gather_best(unit: UnitPeople, gatherings: Sequence[Gathering]) -> UnitPeople:
    """Return a unit with the best figures of its known sites; never more than it has."""
    here = {
        each.number: each.people.best
        for each in gatherings
        if each.pcode == unit.pcode and each.people is not None
    }
    total = sum(here.values())
    if total <= 0:
        return unit
    scale = min(1.0, unit.best / total)
    gathered = {number: people * scale for number, people in here.items()}
    came = max(unit.came, total * scale)
    return dataclasses.replace(unit, came=came, gathered=tuple(sorted(gathered.items())))


def move_best(
    units: Mapping[str, UnitPeople], moves: Sequence[Move], places: Mapping[int, str]
) -> dict[str, UnitPeople]:
    """Return the units after some moves, one after the other, in whole persons.

    Parameters
    ----------
    places
        P-code of the unit of each gathering.
    """
    moved = dict(units)
    for move in moves:
        origin = moved[move.origin]
        leaving = round(origin.best * move.share)
        kept = 1 - leaving / origin.best if origin.best > 0 else 1.0
        moved[move.origin] = dataclasses.replace(
            origin,
            best=origin.best - leaving,
            came=origin.came * kept,
            gathered=tuple((number, people * kept) for number, people in origin.gathered),
        )
        shares = split_people(float(leaving), [1.0] * len(move.targets))
        for target, people in zip(move.targets, shares, strict=True):
            pcode = places[target] if isinstance(target, int) else target
            unit = moved[pcode]
            gathered = dict(unit.gathered)
            if isinstance(target, int):
                gathered[target] = gathered.get(target, 0.0) + people
            moved[pcode] = dataclasses.replace(
                unit,
                best=unit.best + people,
                came=unit.came + people,
                gathered=tuple(sorted(gathered.items())),
            )
    return moved


def move_drawn(
    drawn: Mapping[str, Drawn], moves: Sequence[Move], places: Mapping[int, str]
) -> dict[str, Drawn]:
    """Return people in each draw after some moves; as `move_best`, not in whole persons."""
    moved = dict(drawn)
    for move in moves:
        origin = moved[move.origin]
        leaving = origin.everyone * move.share
        kept = 1 - move.share
        moved[move.origin] = Drawn(
            origin.everyone * kept, origin.displaced * kept, _scale(origin.gathered, kept)
        )
        arriving = leaving / len(move.targets)
        for target in move.targets:
            pcode = places[target] if isinstance(target, int) else target
            unit = moved[pcode]
            gathered = dict(unit.gathered)
            if isinstance(target, int):
                gathered[target] = gathered.get(target, np.zeros(1)) + arriving
            moved[pcode] = Drawn(unit.everyone + arriving, unit.displaced + arriving, gathered)
    return moved


def _scale(
    gathered: Mapping[int, NDArray[np.float64]], factor: float
) -> dict[int, NDArray[np.float64]]:
    return {number: people * factor for number, people in gathered.items()}
