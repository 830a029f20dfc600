"""How far zones reach on a frame: scanlines and columns, before anything is cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.exposure.spans import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """The box of each of n zones, also off the grid.

    Attributes
    ----------
    first, last
        Scanlines (exclusive), int64 (n,); a zone without area has none.
    west, east
        Columns, real-valued, float64 (n,), in the turn of the grid's middle.
    turn
        Columns of a turn round the Earth; 0 on a projected grid, where nothing comes round.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    west: NDArray[np.float64]
    east: NDArray[np.float64]
    turn: float

    def take(self, which: NDArray[np.int64]) -> Reach:
        """Return the boxes of some of the zones."""
        return Reach(
            self.first[which], self.last[which], self.west[which], self.east[which], self.turn
        )

    @property
    def turns(self) -> tuple[int, ...]:
        """The turns in which a zone may meet the grid."""
        return (-1, 0, 1) if self.turn else (0,)

    def columns(self, turn: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return first and last column (exclusive), one more each side, `turn` turns further."""
        west = np.floor(self.west + turn * self.turn) - 1
        east = np.ceil(self.east + turn * self.turn) + 1
        return west.astype(np.int64), east.astype(np.int64)

    def crosses(self, frame: Frame, *, wraps: bool) -> NDArray[np.bool_]:
        """Tell which zones may reach beyond the grid's edges; a grid that wraps has two of them."""
        beyond: NDArray[np.bool_] = (self.first < 0) | (self.last > frame.lines)
        if wraps:
            return beyond
        west, east = self.columns()
        return beyond | (west < 0) | (east > frame.cols)
