"""Where a source writes about: what it wrote before speaks for the same country and unit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CAUTION = 5.0  # places that a new source is thought to have named elsewhere


class Profile:
    """Countries and first-level units of the places that a source has named so far.

    Codes are ISO 3166-1 alpha-2 (`US`) and GeoNames' (`US.TX`).
    """

    def __init__(self, codes: Iterable[str] = ()) -> None:
        self._counts: Counter[str] = Counter(codes)
        self._places = self._counts.total()

    def __bool__(self) -> bool:
        """Tell whether the source has named any place yet."""
        return bool(self._counts)

    def add_place(self, *codes: str | None) -> None:
        """Count a place by its country and its unit; None: it has none."""
        self._counts.update(code for code in codes if code)
        self._places += 1

    def share(self, code: str | None) -> float:
        """Return how much of what the source names lies there, 0..1; 0 for None."""
        return self._counts[code] / (self._places + _CAUTION) if code else 0.0
