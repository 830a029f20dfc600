"""What is counted in zones: exact sums in two words each, and the figures that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BITS = np.array([32, 22, 22, 22])  # of the lower word of each sum
_PEOPLE, _COVERED, _GAP, _AREA = range(4)
_AREA_UNITS = 1e9 * 4096  # a thousandth of a square metre, by steps of a column


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Exact sums of n zones or parts of zones, and their figures.

    Attributes
    ----------
    words
        Upper and lower words, int64 (n, 4, 2): people (persons x K, and 2^-32 of them), area
        within the grid, that of it without data, and the whole area, beyond the grid too (all in
        2^22 x 1e-9 square kilometres x 4096 x K, and 2^-22 of that). The lower word is never
        negative and below its limit.
    scanlines
        K.
    """

    words: NDArray[np.int64]
    scanlines: int

    @classmethod
    def of(cls, words: NDArray[np.int64], scanlines: int) -> Sums:
        """Return sums from words whose lower parts may have grown beyond their limits.

        The words are taken over, and changed.
        """
        upper, lower = words[..., 0], words[..., 1]
        upper += lower >> _BITS
        lower &= (1 << _BITS) - 1
        return cls(words, scanlines)

    @classmethod
    def zero(cls, count: int, scanlines: int) -> Sums:
        """Return sums of nothing."""
        return cls(np.zeros((count, 4, 2), dtype=np.int64), scanlines)

    @classmethod
    def of_integers(cls, sums: Sequence[Sequence[int]], scanlines: int) -> Sums:
        """Return sums from whole numbers of any size: rows of people, covered, gap, area."""
        words = [
            [
                (value >> bits, value & ((1 << bits) - 1))
                for value, bits in zip(row, bits, strict=True)
            ]
            for bits in [_BITS.tolist()]
            for row in sums
        ]
        return cls(np.array(words, dtype=np.int64).reshape(-1, 4, 2), scanlines)

    def __len__(self) -> int:
        """Return the number of zones or parts."""
        return len(self.words)

    def integers(self) -> list[int]:
        """Return persons x 2^32 x K as Python's own whole numbers."""
        people = self.words[:, _PEOPLE].tolist()
        return [(upper << 32) + lower for upper, lower in people]

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Sums:
        """Return some of the sums."""
        return Sums(self.words[which], self.scanlines)

    def roll_up(self, group: NDArray[np.int64], count: int) -> Sums:
        """Add up the sums of each of `count` groups; `group` (n,) says which each belongs to."""
        words = np.zeros((count, 4, 2), dtype=np.int64)
        np.add.at(words, group, self.words)
        return Sums.of(words, self.scanlines)

    def rescale(self, scanlines: int) -> Sums:
        """Return the same figures for a multiple of K."""
        return Sums.of(self.words * (scanlines // self.scanlines), scanlines)

    def minus(self, other: Sums) -> Sums:
        """Return the differences, row by row."""
        return Sums.of(self.words - other.words, self.scanlines)

    def split(self, counts: NDArray[np.int64]) -> Sums:
        """Return each sum as `counts` nearly equal parts that add up to it, in one sequence.

        The first parts are larger by one of the lower word's units where it does not divide.
        """
        source = np.repeat(np.arange(len(self)), counts)
        rank = np.arange(len(source)) - np.repeat(np.cumsum(counts) - counts, counts)
        number = counts[source][:, None]
        upper, lower = self.words[source, :, 0], self.words[source, :, 1]
        rest = ((upper % number) << _BITS) + lower
        share = rest // number + (rank[:, None] < rest % number)
        return Sums.of(np.stack([upper // number, share], axis=-1), self.scanlines)

    def rake(self, totals: Sums, group: NDArray[np.int64]) -> Sums:
        """Return parts in the same proportions that add up to given totals, exactly.

        Parameters
        ----------
        totals
            What the parts of each of m groups are to add up to.
        group
            To which of them each part belongs, int64 (n,); each has one at least. What is left by
            rounding goes to the group's largest part; all of it, where no part has anything.
        """
        count = len(totals)
        missing = totals.minus(self.roll_up(group, count))
        parts = self.values()
        sums = np.zeros((count, 4))
        np.add.at(sums, group, parts)
        share = np.divide(parts, sums[group], out=np.zeros_like(parts), where=sums[group] > 0)
        change = missing.values()[group] * share
        upper = np.floor(change / 2.0**_BITS)
        lower = np.floor(change - upper * 2.0**_BITS)
        more = np.stack([upper, lower], axis=-1).astype(np.int64)
        words = self.words + more
        rest = missing.words - Sums(more, self.scanlines).roll_up(group, count).words
        for figure in range(4):
            order = np.lexsort((parts[:, figure], group))
            largest = order[np.searchsorted(group[order], np.arange(count), side="right") - 1]
            words[largest, figure] += rest[:, figure]
        return Sums.of(words, self.scanlines)

    def raise_to(self, others: Sums) -> Sums:
        """Return for each row and figure the larger one of two."""
        (upper, lower), (other_upper, other_lower) = (
            np.moveaxis(sums.words, -1, 0) for sums in (self, others)
        )
        less = (upper < other_upper) | ((upper == other_upper) & (lower < other_lower))
        return Sums(np.where(less[..., None], others.words, self.words), self.scanlines)

    @property
    def people(self) -> NDArray[np.float64]:
        """Persons: one rounding of the exact sum, one division."""
        return self._value(_PEOPLE) / (2.0**32 * self.scanlines)

    @property
    def nodata_km2(self) -> NDArray[np.float64]:
        """Area inside the grid without data, square kilometres."""
        return self._value(_GAP) / (_AREA_UNITS * self.scanlines)

    @property
    def covered_km2(self) -> NDArray[np.float64]:
        """Area inside the grid, square kilometres."""
        return self._value(_COVERED) / (_AREA_UNITS * self.scanlines)

    @property
    def area_km2(self) -> NDArray[np.float64]:
        """Whole area, counted along the same scanlines, square kilometres."""
        return self._value(_AREA) / (_AREA_UNITS * self.scanlines)

    @property
    def coverage_fraction(self) -> NDArray[np.float64]:
        """Part of the area that the grid reaches, 0 to 1; 0 where there is no area."""
        return self._part(_COVERED)

    @property
    def nodata_fraction(self) -> NDArray[np.float64]:
        """Part of the area that lies in the grid on cells without data, 0 to 1."""
        return self._part(_GAP)

    def _value(self, which: int) -> NDArray[np.float64]:
        upper, lower = self.words[:, which, 0], self.words[:, which, 1]
        value: NDArray[np.float64] = upper * 2.0 ** _BITS[which] + lower
        return value

    def values(self) -> NDArray[np.float64]:
        """Return all figures as they are counted, (n, 4)."""
        return np.column_stack([self._value(figure) for figure in range(self.words.shape[1])])

    def _part(self, which: int) -> NDArray[np.float64]:
        some, whole = self._value(which), self._value(_AREA)
        ratio = np.divide(some, whole, out=np.zeros_like(some), where=whole > 0)
        return np.minimum(ratio, 1.0)


def area_units(areas_km2: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return areas as whole thousandths of a square metre."""
    return np.rint(areas_km2 * 1e9).astype(np.int64)
