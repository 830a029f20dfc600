"""People in units in each draw: the same rules as for the best figures, on doubtful numbers.

In every draw the people of a whole are conserved, as they are in the best figures:

- A figure is drawn from its range (`spread_out`), which is wider the older it is. The rest has what
  is left of the total; where the figures drawn add up to more than the total, or leave no unit to
  hold the rest, they are scaled to it. Nobody knows which of two figures that contradict each other
  is wrong: where one was set aside for the rest's own units on the same day, it holds in half of
  the draws, and the others are scaled.
- A unit's part of a joint figure or of the rest is its static part, doubtful by 15 %.
- Where only displaced people were counted, they are drawn from their figures. Who left where is not
  known: a unit's share among those from whom they came is its static people times u / (1 - u), u
  anything between 0 and 1 - a fifth of the draws have one unit give more than four times its part.
- A static figure is drawn from the range of its source, and from growth since its year.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geo.draws import spread_out
from geo.people.parts import SPLIT_SHARE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.draws import Draws
    from geo.people.displaced import Displaced
    from geo.people.selection import Whole
    from geo.types import Interval

GROWTH_PER_YEAR = (0.99, 1.0, 1.03)
"""Factor of growth a year since the static figure's own: low, best, high. Countries grew by -1 % to
3.5 % a year in 2010-2020 (UN World Population Prospects, cited, to be verified); no growth is
applied to the best figure, which is the source's own."""

ONE_SHARE = (1 - SPLIT_SHARE, 1.0, 1 + SPLIT_SHARE)

_MIDDLE = 0.5


@dataclass(frozen=True, slots=True)
class StaticDoubt:
    """How far static people may be off: factors for low and high, and years of growth since.

    `source` names the population source: units of one source are off together.
    """

    source: str
    low: float
    high: float
    years: float = 0.0

    def draw(self, draws: Draws) -> NDArray[np.float64]:
        """Return the factor on static people in each draw."""
        level = spread_out(draws.uniform("population", self.source), self.low, 1.0, self.high)
        return level * self._draw_growth(draws)

    def _draw_growth(self, draws: Draws) -> NDArray[np.float64]:
        rate = spread_out(draws.uniform("growth", ""), *GROWTH_PER_YEAR)
        growth = np.ones_like(rate)
        for _ in range(int(self.years)):  # not a power: multiplication is the same everywhere
            growth = growth * rate
        return growth * (1 + (rate - 1) * (self.years - int(self.years)))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everyone in a unit in each draw, and how many of them are displaced; shapes that broadcast.

    Where displaced people are not counted apart, those beyond the static people are taken as such.
    `gathered` are those at each gathering (`gatherings.py`) in the unit, by its number, a part of
    everyone.
    """

    everyone: NDArray[np.float64]
    displaced: NDArray[np.float64]
    gathered: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)


class People(Protocol):
    """The people of a whole, as they can be drawn."""

    def draw(
        self, draws: Draws, static: Mapping[str, float], doubt: StaticDoubt
    ) -> dict[str, Drawn]:
        """Return the people in each of its units, by P-code."""
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """Units that one figure, or the rest, is for together; `basis` as in `UnitPeople`."""

    pcodes: tuple[str, ...]
    people: Interval
    basis: str
    figure_id: str | None


@dataclass(frozen=True, slots=True)
class StaticPeople:
    """Units for which the static figures hold."""

    pcodes: tuple[str, ...]

    def draw(
        self, draws: Draws, static: Mapping[str, float], doubt: StaticDoubt
    ) -> dict[str, Drawn]:
        """Return static people times one factor."""
        factor, nobody = doubt.draw(draws), np.zeros(1)
        return {pcode: Drawn(static[pcode] * factor, nobody) for pcode in self.pcodes}


@dataclass(frozen=True, slots=True)
class FiguredPeople:
    """A whole with figures of everyone present.

    Attributes
    ----------
    groups
        One for each figure; of the rest, `basis` is `share`.
    rival
        A figure for the rest that contradicts the others; None: there is none.
    """

    whole: Whole
    groups: tuple[Group, ...]
    rival: Interval | None

    def draw(
        self,
        draws: Draws,
        static: Mapping[str, float],
        doubt: StaticDoubt,  # noqa: ARG002 - static people only share out what the figures say
    ) -> dict[str, Drawn]:
        """Return the figures' people, shared out, and the rest's."""
        told = [group for group in self.groups if group.figure_id is not None]
        rest = [group for group in self.groups if group.figure_id is None]
        amounts = [_draw_figure(draws, group) for group in told]
        if rest:
            amounts.append(np.maximum(self.whole.total - _add(amounts), 0.0))
            if self.rival is not None:
                self._set_rival(draws, rest[0], amounts)
        if rest or self.whole.published:
            scale = self.whole.total / np.maximum(_add(amounts), 1e-9)
            amounts = [amount * scale for amount in amounts]
        units: dict[str, Drawn] = {}
        for group, amount in zip([*told, *rest], amounts, strict=True):
            for pcode, people in _share_out(draws, group.pcodes, amount, static).items():
                units[pcode] = Drawn(people, np.maximum(people - static[pcode], 0.0))
        return units

    def _set_rival(self, draws: Draws, rest: Group, amounts: list[NDArray[np.float64]]) -> None:
        """Let the contradicting figure hold in half of the draws, the others scaled to it."""
        assert self.rival is not None  # noqa: S101 - for the type checker; its caller asks
        name = "|".join(rest.pcodes)
        holds = draws.uniform("displacement", f"rival:{name}") > _MIDDLE
        said = spread_out(
            draws.uniform("displacement", f"rival people:{name}"),
            self.rival.low,
            self.rival.best,
            self.rival.high,
        )
        said = np.minimum(said, self.whole.total)
        others = np.maximum(_add(amounts[:-1]), 1e-9)
        scale = np.where(holds, (self.whole.total - said) / others, 1.0)
        amounts[:-1] = [amount * scale for amount in amounts[:-1]]
        amounts[-1] = np.where(holds, said, amounts[-1])


@dataclass(frozen=True, slots=True)
class DisplacedPeople:
    """A whole where only displaced people were counted."""

    whole: Whole
    found: tuple[Displaced, ...]

    def draw(
        self, draws: Draws, static: Mapping[str, float], doubt: StaticDoubt
    ) -> dict[str, Drawn]:
        """Return in each unit its displaced people and the residents who are left."""
        came: dict[str, NDArray[np.float64]] = {}
        for group in self.found:
            people = group.people
            name = group.readings[0].figure.figure_id
            amount = spread_out(
                draws.uniform("displacement", name), people.low, people.best, people.high
            )
            came |= _share_out(draws, group.pcodes, amount, static)
        moved = _add([*came.values()])
        total = np.maximum(self.whole.total * doubt.draw(draws), moved)
        homes = _in_proportion(self.whole.pcodes, total, static)
        odds = {pcode: _draw_odds(draws, pcode) for pcode in self.whole.pcodes}
        gave = _add([homes[pcode] * odds[pcode] for pcode in homes])
        left = {
            pcode: np.maximum(
                homes[pcode] - moved * homes[pcode] * odds[pcode] / np.maximum(gave, 1e-9), 0.0
            )
            for pcode in homes
        }
        scale = (total - moved) / np.maximum(_add([*left.values()]), 1e-9)
        nobody = np.zeros(1)
        return {
            pcode: Drawn(left[pcode] * scale + came.get(pcode, nobody), came.get(pcode, nobody))
            for pcode in left
        }


def _draw_odds(draws: Draws, pcode: str) -> NDArray[np.float64]:
    share = draws.uniform("displacement", f"origin:{pcode}")
    return share / (1 - share)


def _draw_figure(draws: Draws, group: Group) -> NDArray[np.float64]:
    people = group.people
    uniform = draws.uniform("displacement", str(group.figure_id))
    return spread_out(uniform, people.low, people.best, people.high)


def _share_out(
    draws: Draws,
    pcodes: Sequence[str],
    amount: NDArray[np.float64],
    static: Mapping[str, float],
) -> dict[str, NDArray[np.float64]]:
    """Share people out between units by their static people, each share doubtful."""
    if len(pcodes) == 1:
        return {pcodes[0]: amount}
    doubtful = {
        pcode: static[pcode]
        * spread_out(draws.uniform("displacement", f"share:{pcode}"), *ONE_SHARE)
        for pcode in pcodes
    }
    return _in_proportion(pcodes, amount, doubtful)


def _in_proportion(
    pcodes: Sequence[str],
    amount: NDArray[np.float64],
    weights: Mapping[str, NDArray[np.float64] | float],
) -> dict[str, NDArray[np.float64]]:
    """Share people out in proportion to weights; equally where all weights are 0."""
    given = {pcode: np.asarray(weights[pcode], dtype=np.float64) for pcode in pcodes}
    whole = _add([*given.values()])
    even = 1.0 / len(pcodes)
    return {
        pcode: amount * np.where(whole > 0, given[pcode] / np.where(whole > 0, whole, 1.0), even)
        for pcode in pcodes
    }


def _add(arrays: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Add arrays one by one, so that the order of adding is always the same."""
    total = np.zeros(1)
    for array in arrays:
        total = total + array
    return total
