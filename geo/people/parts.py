"""The parts of people: shares of a number that add up to it, and ranges that widen with age."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geo.types import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

AGE_SHARE_PER_DAY = 0.02
AGE_SHARE_MOST = 0.60
SPLIT_SHARE = 0.15


def widen_with_age(people: Interval, days: int) -> Interval:
    """Return a range widened for the days since it was published; see `surface.py`."""
    doubt = people.best * min(AGE_SHARE_MOST, AGE_SHARE_PER_DAY * days)
    return Interval(max(0.0, people.low - doubt), people.best, people.high + doubt)


def split_people(total: float, weights: Sequence[float]) -> list[float]:
    """Split persons in proportion to weights so that the parts add up exactly.

    A whole number is split into whole numbers by largest remainder, ties to the earlier part;
    otherwise they add up within the rounding of floats. Weights that are all 0 count as equal.
    """
    whole = math.fsum(weights)
    if whole <= 0:
        weights, whole = [1.0] * len(weights), float(len(weights))
    parts = [total * weight / whole for weight in weights]
    if not float(total).is_integer():
        return parts
    floors = [math.floor(part) for part in parts]
    missing = int(total) - sum(floors)
    order = sorted(range(len(parts)), key=lambda at: (floors[at] - parts[at], at))
    for at in order[:missing]:
        floors[at] += 1
    return [float(part) for part in floors]
