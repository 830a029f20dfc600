"""The rows of a result: figures by label, radius and unit, with rings and honest rounding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from geo.exposure.combination import NO_UNIT
from geo.exposure.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

OUTSIDE = "outside"
"""P-code and name of the rows for what lies in no unit."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Figures of n rows, sorted by label, radius and unit.

    Attributes
    ----------
    label, radius, unit
        Numbers of the label, of the radius (0: the smallest) and of the unit (`NO_UNIT`: in
        none), int64 (n,).
    sums
        What was counted, n rows.
    """

    label: NDArray[np.int64]
    radius: NDArray[np.int64]
    unit: NDArray[np.int64]
    sums: Sums

    @classmethod
    def of(
        cls,
        label: NDArray[np.int64],
        radius: NDArray[np.int64],
        unit: NDArray[np.int64],
        sums: Sums,
    ) -> Rows:
        """Return rows in their order, with the sums of equal keys added up."""
        last = np.where(unit == NO_UNIT, np.iinfo(np.int64).max, unit)
        order = np.lexsort((last, radius, label))
        keys = np.column_stack([label, radius, unit])[order]
        new = np.ones(len(keys), dtype=bool)
        new[1:] = (keys[1:] != keys[:-1]).any(axis=1)
        if new.all():
            return cls(keys[:, 0], keys[:, 1], keys[:, 2], sums.take(order))
        sums = sums.take(order).roll_up(np.cumsum(new) - 1, int(new.sum()))
        keys = keys[new]
        return cls(keys[:, 0], keys[:, 1], keys[:, 2], sums)

    def cut(self, most: int) -> Iterator[slice]:
        """Yield slices of about so many rows that keep each label's rows together."""
        start = 0
        while start < len(self.label):
            end = start + most
            if end < len(self.label):
                end = int(np.searchsorted(self.label, self.label[end - 1], side="right"))
            yield slice(start, end)
            start = end

    def take(self, some: slice) -> Rows:
        """Return some of the rows, which share their memory."""
        sums = Sums(self.sums.words[some], self.sums.scanlines)
        return Rows(self.label[some], self.radius[some], self.unit[some], sums)

    def join(self, other: Rows) -> Rows:
        """Return the rows of both, those with equal keys added up."""
        label, radius, unit = (
            np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("label", "radius", "unit")
        )
        words = np.concatenate([self.sums.words, other.sums.words])
        return Rows.of(label, radius, unit, replace(self.sums, words=words))

    def rings(self) -> Sums:
        """Return what lies between each row's radius and the next smaller one of its label."""
        before = self._before()
        inner = self.sums.take(np.maximum(before, 0))
        inner.words[before < 0] = 0
        return self.sums.minus(inner)

    def settle(self, whole: Rows) -> Rows:
        """Return parts that add up to the whole, exactly: those along units to each zone itself.

        Rings are brought to their totals one by one, so that no part of a ring gets below zero.
        """
        depth = int(whole.radius.max(initial=0)) + 1
        key = whole.label * depth + whole.radius
        index = np.searchsorted(key, self.label * depth + self.radius)
        rings = self.rings().rake(whole.rings(), index)
        order = np.lexsort((self.radius, self.unit, self.label))
        first = self._before()[order] < 0
        running = np.cumsum(rings.words[order], axis=0)
        base = (running - rings.words[order])[first][np.cumsum(first) - 1]
        words = np.empty_like(running)
        words[order] = running - base
        return replace(self, sums=Sums.of(words, rings.scanlines))

    def round(self, *, together: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return people of rows and of rings as whole persons that still add up.

        Rings add to their discs, units to their label, and with `together` the labels to their
        total (which then is the rounded sum of all). Largest remainder, ties to the earlier row.
        """
        parts = np.maximum(self.rings().people, 0.0)
        # the family whose total is rounded first, then its labels, then their units
        family = np.zeros_like(self.label) if together else self.label
        depth = int(self.radius.max(initial=0)) + 1
        totals = np.zeros((int(family.max(initial=-1)) + 1, depth))
        np.add.at(totals, (family, self.radius), parts)
        whole = np.floor(np.cumsum(totals, axis=1) + 0.5)
        target = np.diff(whole, axis=1, prepend=0.0)
        key = self.label * depth + self.radius
        ring_of, index = np.unique(key, return_inverse=True)
        by_label = np.bincount(index, parts).astype(np.float64)
        first = np.unique(key, return_index=True)[1]
        group = family[first] * depth + self.radius[first]
        share = _apportion(by_label, group, target.ravel())
        rounded = _apportion(parts, index, share[: len(ring_of)])
        return self._accumulate(rounded.astype(np.int64)), rounded.astype(np.int64)

    def _before(self) -> NDArray[np.int64]:
        """Return the row of the next smaller radius of the same label and unit, -1: none."""
        order = np.lexsort((self.radius, self.unit, self.label))
        before = np.full(len(order), -1)
        label, unit = self.label[order], self.unit[order]
        same = (label[1:] == label[:-1]) & (unit[1:] == unit[:-1])
        before[order[1:][same]] = order[:-1][same]
        return before

    def _accumulate(self, rings: NDArray[np.int64]) -> NDArray[np.int64]:
        """Add up rings from the inside."""
        order = np.lexsort((self.radius, self.unit, self.label))
        running = np.cumsum(rings[order])
        first = self._before()[order] < 0
        base = np.where(first, running - rings[order], 0)
        people = np.empty_like(rings)
        people[order] = running - np.maximum.accumulate(np.where(first, base, 0))
        return people


def _apportion(
    values: NDArray[np.float64], group: NDArray[np.int64], totals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Round values of 0 or more so that each group adds up to its total (largest remainder)."""
    whole = np.floor(values)
    missing = totals - np.bincount(group, whole, minlength=len(totals))
    order = np.lexsort((-(values - whole), group))
    counts = np.bincount(group, minlength=len(totals))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    more = np.zeros_like(whole)
    more[order] = rank < missing[group[order]]
    return whole + more


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows with what they are called: labels by number, and the radius of each row (NaN: none)."""

    rows: Rows
    labels: pa.Array
    radius_km: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RowFormat:
    """Which columns a result has.

    Attributes
    ----------
    label
        Name of the first column.
    units
        P-codes and names of units, or None.
    rings, whole
        As in `Request`.
    together
        Whether labels are parts of one whole (`Rows.round`).
    """

    label: str
    units: tuple[Sequence[str], Sequence[str]] | None
    rings: bool
    whole: bool
    together: bool

    @property
    def schema(self) -> pa.Schema:
        """Columns, in their order."""
        people = pa.int64() if self.whole else pa.float64()
        fields = [
            (self.label, pa.string()),
            ("radius_km", pa.float64()),
            ("people", people),
            ("coverage_fraction", pa.float64()),
            ("nodata_fraction", pa.float64()),
        ]
        if self.rings:
            fields += [("inner_km", pa.float64()), ("ring_people", people)]
        if self.units:
            fields += [("pcode", pa.string()), ("name", pa.string())]
        return pa.schema(fields)

    def write(self, part: Part, inner: Sequence[float]) -> pa.RecordBatch:
        """Return a part as a batch; `inner`: the next smaller radius, by radius number."""
        rows = part.rows
        sums = rows.sums
        people, ring = (
            rows.round(together=self.together)
            if self.whole
            else (sums.people, rows.rings().people if self.rings else None)
        )
        columns = [
            part.labels.take(pa.array(rows.label)),
            pa.array(part.radius_km, from_pandas=True),
            pa.array(people),
            pa.array(sums.coverage_fraction),
            pa.array(sums.nodata_fraction),
        ]
        if self.rings:
            columns += [pa.array(np.asarray(inner)[rows.radius]), pa.array(ring)]
        if self.units:
            which = pa.array(np.where(rows.unit == NO_UNIT, len(self.units[0]), rows.unit))
            columns += [pa.array([*names, OUTSIDE]).take(which) for names in self.units]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)
