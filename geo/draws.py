"""Seeded draws of what is in doubt, the same on any machine.

Every doubtful quantity has a variable: a number between 0 and 1 for each draw, made from the seed,
the source of doubt and a name taken from the content (a figure's id, a place's id), never from the
order of work. A variable holds the middles of n equal strata, each once, in an order that the
generator Philox shuffles (Latin hypercube sampling: McKay, Beckman and Conover, 1979), so that a
quantity with one doubt has exactly its own 5 % and 95 % points. From there on there is only
arithmetic that IEEE 754 fixes to the last bit.

A source of doubt can be taken as certain: its variables are then 1/2 in every draw, which stands
for the best figure.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo.doubts import COUNT, DOUBTS
from geo.errors import UsageError
from geo.types import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

TAIL = 0.05
"""Part of the draws beyond each end of a range: ranges are 90 % intervals."""

_MANY_ZONES = 100
_LEAST = 1000
_MIDDLE = 0.5
_SLACK = 1e-6  # persons: a range's end is not moved by a whole person for the rounding of floats


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Draws of every variable.

    Attributes
    ----------
    count
        How many, 20 or more.
    seed
        Other seeds give other draws of the same ranges.
    certain
        Sources of doubt that are taken as certain.

    Raises
    ------
    UsageError
        If there are fewer than 20 draws, or a source of doubt is not known.
    """

    count: int = COUNT
    seed: int = 0
    certain: frozenset[str] = frozenset()
    _made: dict[tuple[str, str], NDArray[np.float64]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.count < 1 / TAIL:
            raise UsageError(f"{self.count} draws: expected {1 / TAIL:.0f} or more")
        unknown = sorted(self.certain - set(DOUBTS))
        if unknown:
            raise UsageError(
                f"{', '.join(unknown)}: no source of doubt; there are {', '.join(DOUBTS)}"
            )

    def for_zones(self, zones: int) -> Draws:
        """Return the draws for so many zones: of a hundred or more a tenth, but a thousand.

        So a map of very many zones stays a matter of seconds.
        """
        if zones <= _MANY_ZONES or self.count <= _LEAST:
            return self
        return Draws(max(_LEAST, self.count // 10), self.seed, self.certain)

    def without(self, *doubts: str) -> Draws:
        """Return the same draws with more sources of doubt taken as certain."""
        return Draws(self.count, self.seed, self.certain | set(doubts), self._made)

    def only(self, doubt: str) -> Draws:
        """Return the same draws with every other source of doubt taken as certain."""
        return self.without(*(each for each in DOUBTS if each != doubt))

    def uniform(self, doubt: str, name: str) -> NDArray[np.float64]:
        """Return a variable, shape (count,), in (0, 1); (1,) of 1/2 where the doubt is certain."""
        if doubt in self.certain:
            return np.array([_MIDDLE])
        key = (doubt, name)
        if key not in self._made:
            digest = hashlib.sha256(f"{self.seed}\n{doubt}\n{name}".encode()).digest()
            words = np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)
            keys = np.random.Philox(key=words).random_raw(self.count)
            order = np.argsort(keys, kind="stable")
            self._made[key] = (order + _MIDDLE) / self.count
        return self._made[key]

    def pick(self, doubt: str, name: str, choices: int) -> NDArray[np.int64]:
        """Return which of some equally likely choices holds in each draw; 0 where certain."""
        if doubt in self.certain:
            return np.zeros(1, dtype=np.int64)
        picked = np.floor(self.uniform(doubt, name) * choices).astype(np.int64)
        return np.minimum(picked, choices - 1)


def spread_out(
    uniform: NDArray[np.float64], low: float, best: float, high: float
) -> NDArray[np.float64]:
    """Return a quantity in each draw: at 1/20 its low, at 1/2 its best, at 19/20 its high.

    In between, and on to 0 and 1, in straight lines (even on either side of the best), never
    below 0.
    """
    side = np.where(uniform < _MIDDLE, best - low, high - best)
    values: NDArray[np.float64] = best + (uniform - _MIDDLE) / (_MIDDLE - TAIL) * side
    return np.maximum(values, 0.0)


def find_interval(values: NDArray[np.float64], best: float) -> Interval:
    """Return the 5 % and 95 % points of draws, round a best figure that is never outside.

    Between two draws the point is taken in proportion (Hazen's rule).
    """
    if len(values) == 1:
        return Interval(min(float(values[0]), best), best, max(float(values[0]), best))
    at = len(values) * TAIL - _MIDDLE
    below = math.floor(at)
    part = at - below
    ends = (below, below + 1, len(values) - 2 - below, len(values) - 1 - below)
    ordered = np.partition(values, ends)
    first, second, third, fourth = (float(ordered[end]) for end in ends)
    low, high = first + part * (second - first), fourth - part * (fourth - third)
    return Interval(min(low, best), best, max(high, best))


def to_persons(people: Interval) -> Interval:
    """Return a range in whole persons, its ends outward; the best as it is."""
    low, high = math.floor(people.low + _SLACK), math.ceil(people.high - _SLACK)
    return Interval(float(min(low, people.best)), people.best, float(max(high, people.best)))
