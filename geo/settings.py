"""What a run is asked to do, passed by argument from room to room; no module-level state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from geo.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

MIN_RADIUS_KM = 0.01
MAX_RADIUS_KM = 500.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of one run.

    Attributes
    ----------
    as_of
        The day that the figures are for; None: the article's own date or the table's newest.
    population
        A GeoTIFF of counts or density; None: the embedded surface where it reaches, else the
        coarse settlement model.
    population_unit
        `count` or `density` (persons per square kilometre); None: read from the file's tags.
    population_band
        Band of the raster, by its number from 1 or its name; None: its only one.
    population_nodata
        The raster's value of cells without data, NaN too, beside the one that it declares.
    displacement
        `auto` (the bundled figures where they apply), `none` (static only), or a table: dated
        figures (CSV), IOM DTM (API v3 JSON, or its CSV) or HDX HAPI idps (CSV).
    boundaries
        A file of administrative units that is used beside the embedded ones; None: embedded only.
    zone
        A file with polygons drawn by the analyst: a zone of its own.
    radii_km
        Radii of the discs round a place, ascending, kilometres.
    recogniser
        Who finds the names of an article: `rules` (built in), `spacy`, `spacy:MODEL`.
    geocoder
        Who is asked for names that the gazetteer does not know: `gazetteer` (nobody else),
        `nominatim`, `nominatim:URL`.
    offline
        Never touch the network.
    text_limit_bytes
        Largest article that is read.
    raster_limit_cells
        Most cells of a raster that are loaded for one area of interest.
    hindsight
        Use figures later than the day too, beside those before it (`geo/people/hindsight.py`).

    Raises
    ------
    UsageError
        If a radius is not in 0.01..500 km or the radii are not ascending and different.
    """

    as_of: date | None = None
    population: Path | None = None
    population_unit: str | None = None
    population_band: int | str | None = None
    population_nodata: float | None = None
    displacement: str | Path = "auto"
    boundaries: Path | None = None
    zone: Path | None = None
    radii_km: tuple[float, ...] = (2.0, 5.0, 10.0)
    recogniser: str = "rules"
    geocoder: str = "gazetteer"
    offline: bool = False
    text_limit_bytes: int = 10_000_000
    raster_limit_cells: int = 50_000_000
    hindsight: bool = False

    def __post_init__(self) -> None:
        radii = self.radii_km
        if not radii or not all(MIN_RADIUS_KM <= r <= MAX_RADIUS_KM for r in radii):
            raise UsageError(
                f"radius {radii!r}: expected one or more of {MIN_RADIUS_KM:g} to "
                f"{MAX_RADIUS_KM:g} km, such as 2,5,10"
            )
        if list(radii) != sorted(set(radii)):
            raise UsageError(f"radius {radii!r}: expected ascending, different radii in km")
        if self.population_unit not in (None, "count", "density"):
            raise UsageError(f"unit {self.population_unit!r}: expected count or density")


def parse_day(text: str) -> date:
    """Return a day from `YYYY-MM-DD`.

    Raises
    ------
    UsageError
        If it is written otherwise.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"day {text!r}: expected YYYY-MM-DD") from None
