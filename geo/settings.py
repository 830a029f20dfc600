"""What a run is asked to do, passed by argument from room to room; no module-level state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        figures (CSV), IOM DTM (API v3 JSON, or its CSV) or HDX HAPI idps (CSV, or API v2 JSON).
        Several tables, and `auto` beside them, as a tuple.
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
    stale_days
        From how many days on a dated figure in use is stale, and said to be; from twice as many on
        it is refused (`geo/people/stop_rules.py`).
    accept_stale
        Give numbers all the same that rest on what is refused as stale; the run says so.

    Raises
    ------
    UsageError
        If a radius is not in 0.01..500 km, the radii are not ascending and different,
        displacement is `none` together with others, nothing, or the same twice, or `stale_days` is
        less than 1.
    """

    as_of: date | None = None
    population: Path | None = None
    population_unit: str | None = None
    population_band: int | str | None = None
    population_nodata: float | None = None
    displacement: str | Path | tuple[str | Path, ...] = "auto"
    boundaries: Path | None = None
    zone: Path | None = None
    radii_km: tuple[float, ...] = (2.0, 5.0, 10.0)
    recogniser: str = "rules"
    geocoder: str = "gazetteer"
    offline: bool = False
    text_limit_bytes: int = 10_000_000
    raster_limit_cells: int = 50_000_000
    hindsight: bool = False
    stale_days: int = 90
    accept_stale: bool = False

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
        _check_displacement(self.displacements)
        if self.stale_days < 1:
            raise UsageError(f"stale days {self.stale_days}: expected 1 or more")

    @property
    def displacements(self) -> tuple[str | Path, ...]:
        """What `displacement` names, one or more."""
        given = self.displacement
        return given if isinstance(given, tuple) else (given,)

    @property
    def displacement_files(self) -> tuple[Path, ...]:
        """The tables among them, in their order."""
        return tuple(each for each in self.displacements if isinstance(each, Path))


def choose_displacement(given: Sequence[str | Path]) -> str | Path | tuple[str | Path, ...]:
    """Return what `Settings.displacement` takes from names: `auto`, `none` or paths."""
    chosen = tuple(each if each in ("auto", "none") else Path(each) for each in given)
    return chosen[0] if len(chosen) == 1 else chosen


def _check_displacement(given: tuple[str | Path, ...]) -> None:
    if not given:
        raise UsageError("displacement (): expected auto, none, or one or more tables")
    if "none" in given and len(given) > 1:
        others = ", ".join(str(each) for each in given if each != "none")
        raise UsageError(f"displacement none together with {others}: none means no figures at all")
    twice = sorted({str(each) for each in given if given.count(each) > 1})
    if twice:
        raise UsageError(f"displacement {', '.join(twice)} is given twice")


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
