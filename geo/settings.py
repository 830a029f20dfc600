"""What a run is asked to do, passed by argument from room to room; no module-level state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.errors import UsageError

MIN_RADIUS_KM = 0.01
MAX_RADIUS_KM = 500.0

MAX_HOUSEHOLD = 30.0
"""Persons: several times the largest mean of any country."""


@dataclass(frozen=True, slots=True)
class AgeFile:
    """A raster of people by age, or a folder of such rasters.

    `group` is the group that it holds, or `total`; None: its name says so, as WorldPop's does.
    """

    path: Path
    group: str | None = None

    @classmethod
    def of(cls, text: str | Path) -> AgeFile:
        """Return what `FILE` or `GROUP=FILE` means."""
        group, sign, path = str(text).partition("=")
        if not sign or Path(str(text)).exists():
            return cls(Path(text))
        return cls(Path(path), group.strip())


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
    ages
        Rasters of people by age: the shares of groups are counted from them.
    demography
        A table of populations by age and P-code; None: only what comes with civmap.
    household_size
        Persons a household; None: from the table, or what comes with civmap.
    facilities
        A file of facilities, which takes the place of those that come with civmap.

    Raises
    ------
    UsageError
        If a radius is not in 0.01..500 km, the radii are not ascending and different, a unit is
        not known, or a household has not 1 to 30 persons.
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
    ages: tuple[AgeFile, ...] = ()
    demography: Path | None = None
    household_size: float | None = None
    facilities: Path | None = None

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
        size = self.household_size
        if size is not None and not 1 <= size <= MAX_HOUSEHOLD:
            raise UsageError(
                f"household size {size!r}: expected persons, 1 to {MAX_HOUSEHOLD:g}, such as 5.6"
            )


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
