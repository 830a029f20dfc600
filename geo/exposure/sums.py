"""What is counted in discs: exact sums in two words, and the figures that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PEOPLE_BITS, _AREA_BITS = 32, 22
_AREA_UNITS = 1e9 * 4096  # a thousandth of a square metre, by steps of a column


@dataclass(frozen=True, slots=True, eq=False)
class DiscSums:
    """Exact sums of discs, and their figures.

    Attributes
    ----------
    people_whole, people_part
        Persons x K and 2^-32 of them, int64 (n,): whole x 2^32 + part is what the join sums up.
    valid_km2, nodata_km2
        Area with data, and inside the grid without, square kilometres.
    area_km2
        The whole disc's area, counted along the same scanlines; 0 where the grid has none of it.
    scanlines
        K.
    """

    people_whole: NDArray[np.int64]
    people_part: NDArray[np.int64]
    valid_km2: NDArray[np.float64]
    nodata_km2: NDArray[np.float64]
    area_km2: NDArray[np.float64]
    scanlines: int

    @property
    def people(self) -> NDArray[np.float64]:
        """Persons: one rounding of the exact sum, one division."""
        whole = self.people_whole.astype(np.float64)
        total = whole * 2.0**_PEOPLE_BITS + self.people_part
        return total / (2.0**_PEOPLE_BITS * self.scanlines)

    @property
    def coverage_fraction(self) -> NDArray[np.float64]:
        """Part of the disc that the grid reaches, 0 to 1."""
        return _part(self.valid_km2 + self.nodata_km2, self.area_km2)

    @property
    def nodata_fraction(self) -> NDArray[np.float64]:
        """Part of the disc that lies in the grid on cells without data, 0 to 1."""
        return _part(self.nodata_km2, self.area_km2)


def to_km2(
    whole: NDArray[np.int64], part: NDArray[np.int64], scanlines: int
) -> NDArray[np.float64]:
    """Return areas in square kilometres from their two words, rounded as DuckDB's HUGEINT is.

    That is, its upper and lower 64 bits each to a double, then their sum.
    """
    whole = whole + (part >> _AREA_BITS)
    rest = part & ((1 << _AREA_BITS) - 1)
    lower = (whole.astype(np.uint64) << np.uint64(_AREA_BITS)) + rest.astype(np.uint64)
    total = lower.astype(np.float64) + (whole >> (64 - _AREA_BITS)) * 2.0**64
    return total / (_AREA_UNITS * scanlines)


def _part(some: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = np.divide(some, whole, out=np.zeros_like(some), where=whole > 0)
    return np.minimum(ratio, 1.0)
