"""What is done with zones that overlap, and what comes of it: owners, units and their sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.exposure.outlines import Outlines
    from geo.exposure.reach import Reach
    from geo.exposure.sums import Sums

NO_UNIT = -1


@dataclass(frozen=True, slots=True, eq=False)
class Combination:
    """How n zones are combined.

    Attributes
    ----------
    mode
        `each`: every zone by itself. `union`: zones of a class as one, counted once. `nearest`:
        that union, split among the zones of the class: to the nearest centre that reaches it.
    classes
        Class of each zone, from 0, int64 (n,); of no meaning for `each`.
    lon, lat
        Centres of the zones, degrees; for `nearest` only.
    radius_km
        Radii of the zones; for `nearest` only.
    units
        Administrative units that everything is cut along; where two overlap, the first has it.
    """

    mode: str
    classes: NDArray[np.int64]
    lon: NDArray[np.float64] | None = None
    lat: NDArray[np.float64] | None = None
    radius_km: NDArray[np.float64] | None = None
    units: Outlines | None = None

    @property
    def owners(self) -> NDArray[np.int64]:
        """To whom each zone's people are counted: its class in a union, else the zone itself."""
        return self.classes if self.mode == "union" else np.arange(len(self.classes))

    def find_uneven(self) -> NDArray[np.bool_]:
        """Tell which classes have zones of different radius."""
        count = int(self.classes.max(initial=-1)) + 1
        radius = np.asarray(self.radius_km)
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(low, self.classes, radius)
        np.maximum.at(high, self.classes, radius)
        return low < high


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What was counted, by owner and unit, in ascending order, `NO_UNIT` last.

    `owner` and `unit` are int64 (m,); `sums` has m rows. Without units each owner has one row.
    """

    owner: NDArray[np.int64]
    unit: NDArray[np.int64]
    sums: Sums


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Where people are counted: an owner's slots are `first[owner] .. first[owner + 1]`.

    `unit` says which unit each is for, ascending; the last one of each owner is for what lies in
    no unit.
    """

    owner: NDArray[np.int64]
    unit: NDArray[np.int64]
    first: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of slots."""
        return len(self.owner)


class UnitIndex:
    """Finds the units that may meet a box of columns and scanlines."""

    def __init__(self, reach: Reach) -> None:
        self._turn = reach.turn
        self._turns = reach.turns
        boxes: Any = shapely.box(*self._grow(reach.west, reach.first, reach.east, reach.last))
        boxes[reach.first >= reach.last] = None
        self._tree = shapely.STRtree(boxes)

    def find(self, west: float, first: int, east: float, last: int) -> NDArray[np.int64]:
        """Return the units that may meet one box, ascending."""
        boxes = [
            shapely.box(
                *self._grow(west + turn * self._turn, first, east + turn * self._turn, last)
            )
            for turn in self._turns
        ]
        return np.unique(self._tree.query(boxes)[1])

    def pair(self, reach: Reach) -> NDArray[np.int64]:
        """Return pairs of a zone and a unit that may meet, (n, 2)."""
        pairs = []
        for turn in self._turns:
            boxes = shapely.box(
                *self._grow(
                    reach.west + turn * self._turn,
                    reach.first,
                    reach.east + turn * self._turn,
                    reach.last,
                )
            )
            pairs.append(self._tree.query(boxes).T)
        return np.concatenate(pairs).astype(np.int64)

    @staticmethod
    def _grow(west: Any, first: Any, east: Any, last: Any) -> tuple[Any, ...]:
        return west - 1.0, first - 1.0, east + 1.0, last + 1.0


def build_slots(owners: NDArray[np.int64], reach: Reach, index: UnitIndex | None) -> Slots:
    """Return the slots of the owners of zones: one each, or one for each unit they may meet.

    Parameters
    ----------
    owners
        Owner of each zone.
    reach
        Boxes of the zones.
    """
    count = int(owners.max(initial=-1)) + 1
    each = np.arange(count)
    if index is None:
        return Slots(each, np.full(count, NO_UNIT), np.arange(count + 1))
    pairs = index.pair(reach)
    pairs[:, 0] = owners[pairs[:, 0]]
    pairs = np.unique(pairs, axis=0)
    owner = np.concatenate([pairs[:, 0], each])
    unit = np.concatenate([pairs[:, 1], np.full(count, np.iinfo(np.int64).max)])
    order = np.lexsort((unit, owner))
    owner, unit = owner[order], unit[order]
    first = np.searchsorted(owner, np.arange(count + 1))
    return Slots(owner, np.where(unit == np.iinfo(np.int64).max, NO_UNIT, unit), first)
