"""Fill values: what stands in a raster's cells without data, declared or not.

A value that can't be people, or looks like a fill value that nobody declared, stops the run:

1. Negative or not finite: it is no number of people, whatever else is declared (-99999, -9999,
   -200, -3.4e38, NaN; also where a declared value misses it by a rounding).
2. The largest number of an integer type (255, 65535, 2147483647, ...) where no other value is
   declared: a fill value, or a count that was cut off there.
3. 255, 32767, 65535, 2147483647, 4294967295 in a wider or floating type, where they got by
   conversion, also beside a declared value: if the value stands in more cells of a window than
   all other values from half to twice of it together. People thin out, so that around a true
   value there are others: 60,000 and 70,000 round a true 65,535. 255 has to stand in 4 cells at
   least, as one cell of 255 people is nothing strange.

Rules 2 and 3 hold until the caller names the fill value: then it is known which cells have no
data. NaN names none of an integer type's values.

A window is what is read at once: the area of interest, or a tile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.ranges import RasterFile

_OFTEN_FILL = (255, 32767, 65535, 2147483647, 2147483648, 4294967295, 4294967296)
"""Largest numbers of types, and what they become when float32 holds them."""

_COMMON = 1000
_COMMON_CELLS = 4
"""Below `_COMMON` people, so many cells of one value at least are looked at."""


@dataclass(frozen=True, slots=True)
class FillValues:
    """Which raw values of a band stand for no data, and which may without being declared.

    Attributes
    ----------
    kind
        Type of the band.
    numbers
        Declared in the file, or named by the caller, as the band's type holds them.
    has_nan
        Whether NaN is declared or named.
    suspects
        Ascending: values that rule 3 looks for.
    largest
        The type's largest number, if rule 2 holds; None: it does not.
    """

    kind: np.dtype[Any]
    numbers: tuple[float, ...]
    has_nan: bool
    suspects: tuple[float, ...]
    largest: float | None

    def find(self, raw: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which cells hold what is declared or named."""
        missing = np.isnan(raw) if self.has_nan else np.zeros(raw.shape, dtype=bool)
        for value in self.numbers:
            missing |= raw == value
        return missing

    def check_people(self, path: RasterFile, raw: NDArray[Any], missing: NDArray[np.bool_]) -> None:
        """Stop on values that can't be people (rules 1 to 3).

        Raises
        ------
        RasterError
            If there are any beside `missing`.
        """
        strange = raw < 0
        if self.kind.kind == "f":
            strange |= ~np.isfinite(raw)
        if self.largest is not None:
            strange |= raw == self.largest
        strange &= ~missing
        if strange.any():
            text = show_value(raw[strange][0])
            raise RasterError(
                f"{path}: value {text} in {int(strange.sum()):,} cells of the area of interest; "
                f"expected people, 0 or more. {self._advise(path, text)}"
            )
        self.check_fill(path, raw[~missing] if missing.any() else raw)

    def check_fill(self, path: RasterFile, raw: NDArray[Any]) -> None:
        """Stop on what looks like a fill value that was not declared (rule 3).

        Cheap where there is none: one look for the largest value.

        Raises
        ------
        RasterError
            If there is one.
        """
        if not self.suspects or not raw.size:
            return
        highest = raw.max()  # NaN where there is any: then all suspects are looked for
        for value in self.suspects:
            if highest < value:
                return
            same = int(np.count_nonzero(raw == value))
            if same < (_COMMON_CELLS if value < _COMMON else 1):
                continue
            near = int(np.count_nonzero((raw >= value / 2) & (raw <= value * 2))) - same
            near -= sum(
                int(np.count_nonzero(raw == known))
                for known in self.numbers
                if value / 2 <= known <= value * 2
            )
            if same > near:
                text = show_value(value)
                raise RasterError(
                    f"{path}: value {text} in {same:,} cells of the area of interest, and only "
                    f"{near:,} with something from half to twice of it; expected people, who thin "
                    f"out. {self._advise(path, text)}"
                )

    def _advise(self, path: RasterFile, text: str) -> str:
        advice = (
            "If it stands for no data, declare that in the file: gdal_edit.py -a_nodata "
            f"{text} {path.name}, or say --nodata={text}"
        )
        if not text.startswith("-") and text not in {"nan", "inf"}:
            advice += "; if it is people, --nodata=nan"
        return advice


def read_fill_values(path: RasterFile, dataset: Any, band: int, given: float | None) -> FillValues:
    """Return the fill values of a band.

    Parameters
    ----------
    given
        What the caller says stands for no data, beside what the file declares; NaN: NaN.

    Raises
    ------
    UsageError
        If the band's type can't hold the given value.
    """
    kind = np.dtype(dataset.dtypes[band - 1])
    declared = dataset.nodatavals[band - 1]  # None also where the type can't hold it
    known = [] if declared is None else [_hold(declared, kind)]
    if given is not None:
        held = _hold(given, kind)
        if held is None:
            raise UsageError(
                f"{path}: nodata {given:g}: expected a value that the band's type, {kind}, can "
                "hold; or nan: none of its values stands for no data"
            )
        known.append(held)
    numbers = tuple(sorted({value for value in known if value is not None and value == value}))  # noqa: PLR0124 - not NaN
    has_nan = any(value is not None and math.isnan(value) for value in known)
    largest = None
    if given is None and not numbers and kind.kind in "iu":
        largest = int(np.iinfo(kind).max)
    suspects = [_hold(value, kind) for value in _OFTEN_FILL if given is None]
    return FillValues(
        kind,
        numbers,
        has_nan=has_nan and kind.kind == "f",
        suspects=tuple(
            value
            for value, often in zip(suspects, _OFTEN_FILL, strict=False)
            if value == often and value not in {*numbers, largest}
        ),
        largest=largest,
    )


def _hold(value: float, kind: np.dtype[Any]) -> float | None:
    """Return a value as a type holds it, None if it can't; integer types hold NaN as nothing."""
    if math.isnan(value):
        return value
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return float(kind.type(value))
    limits = np.iinfo(kind)
    if value == float(limits.max):  # of 64 bits, it is rounded up where it is written as a float
        return int(limits.max)
    fits = float(value).is_integer() and limits.min <= value <= limits.max
    return int(value) if fits else None


def show_value(value: Any) -> str:
    """Return a value so that it can be typed again: the shortest text, without a bare `.0`."""
    return str(value).removesuffix(".0")
