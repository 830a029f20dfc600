"""Small frozen types that every room shares: positions, boxes, intervals, sources, notices."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.errors import InputError


@dataclass(frozen=True, slots=True)
class LonLat:
    """A position in degrees, EPSG:4326, longitude first.

    Raises
    ------
    InputError
        If a coordinate is not finite or out of range (longitude -180..180, latitude -90..90).
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lon) and -180 <= self.lon <= 180):
            raise InputError(f"longitude {self.lon!r}: expected degrees from -180 to 180")
        if not (math.isfinite(self.lat) and -90 <= self.lat <= 90):
            raise InputError(f"latitude {self.lat!r}: expected degrees from -90 to 90")


@dataclass(frozen=True, slots=True)
class BBox:
    """A box in degrees, EPSG:4326; `east` may pass 180 where the box crosses the date line."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (self.west <= self.east and self.south <= self.north):
            raise InputError(
                f"box {self.west, self.south, self.east, self.north}: expected west <= east "
                "and south <= north (add 360 to east across the date line)"
            )

    def union(self, other: BBox) -> BBox:
        """Return the smallest box that holds both."""
        return BBox(
            min(self.west, other.west),
            min(self.south, other.south),
            max(self.east, other.east),
            max(self.north, other.north),
        )

    def intersects(self, other: BBox) -> bool:
        """Tell whether the boxes share a point (edges count; no wrap at the date line)."""
        return (
            self.west <= other.east
            and other.west <= self.east
            and self.south <= other.north
            and other.south <= self.north
        )

    def expand(self, degrees: float) -> BBox:
        """Return the box grown by `degrees` on each side; latitudes stay within the poles."""
        return BBox(
            self.west - degrees,
            max(-90.0, self.south - degrees),
            self.east + degrees,
            min(90.0, self.north + degrees),
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its range, in persons unless said otherwise: `low <= best <= high`."""

    low: float
    best: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.best <= self.high:
            raise InputError(
                f"range {self.low, self.best, self.high}: expected low <= best <= high"
            )


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure, a shape or a name comes from.

    `date` is the data's own date or period as text (`2023-10-19`, `mid-2023`), None if undated;
    `licence` as its publisher names it.
    """

    source_id: str
    name: str
    licence: str
    date: str | None = None
    url: str | None = None
    attribution: str | None = None
    note: str | None = None


def mark(message: str) -> str:
    """Return a text as it is; it is marked for the catalogues of the page's other languages."""
    return message


def mark_plural(singular: str, plural: str) -> tuple[str, str]:
    """Return two forms of a text with a `{count}`; they are marked as `mark` does."""
    return singular, plural


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that a reader of the figures must know: a stable `code` and plain `text`."""

    code: str
    text: str
