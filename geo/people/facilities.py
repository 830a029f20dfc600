"""Facilities that people depend on: hospitals and crossings that come with civmap."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from geo.resources import find_resource
from geo.types import Source

FACILITIES_FILE = "population/gaza_strip_facilities.csv"

FACILITIES_SOURCE = Source(
    source_id="gaza-strip-facilities",
    name="Hospitals and crossings of the Gaza Strip",
    licence="facts, collected from published maps",
    note="Only facilities whose position two published sources agree on; not complete.",
)


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility; a row of table `facilities`.

    `kind` is `hospital` or `crossing` (bundled), or one of `facility_kinds.KINDS` (a file of the
    user's); degrees in EPSG:4326; `position_quality` is `supported` (bundled: two sources agree; of
    a file: a point, or a point inside an outline less than 1 km across) or `approximate` (larger
    outlines, lines, points given to a hundredth of a degree, or said so by the file).
    """

    facility_id: str
    name: str
    kind: str
    lon: float
    lat: float
    position_quality: str
    source_id: str


def bundled_facilities() -> list[Facility]:
    """Return the facilities that come with civmap, for the Gaza Strip, in their file's order.

    Raises
    ------
    UnavailableError
        If the bundled file is missing.
    """
    text = find_resource(FACILITIES_FILE).read_text(encoding="utf-8")
    return [
        Facility(
            facility_id=row["facility_id"],
            name=row["name"],
            kind=row["kind"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            position_quality=row["position_quality"],
            source_id=FACILITIES_SOURCE.source_id,
        )
        for row in csv.DictReader(text.splitlines())
    ]
