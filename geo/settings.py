"""What a run is asked to do, passed by argument from room to room; no module-level state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.days import MOST_DAYS
from geo.doubts import COUNT
from geo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.days import DayRange
    from geo.ranges import RasterFile

POPULATION_MODELS = ("embedded", "coarse")
"""Population sources that come along, by name; a file of such a name is given as `./embedded`."""

SOURCE_NAMES: dict[str, tuple[str, ...]] = {
    "population": ("worldpop", "ghs-pop", "hrsl"),
    "ages": ("worldpop",),
    "boundaries": ("cod-ab", "geoboundaries", "natural-earth", "overture"),
    "demography": ("cod-ps",),
    "displacement": ("dtm", "hapi"),
    "facilities": ("hot", "overpass", "healthsites"),
    "events": ("acled", "ucdp", "gdelt"),
}
"""Sources that take the place of a file, by part: see `geo.sources`; a file of such a name is given
as `./worldpop`."""

MOST_POPULATIONS = 10

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
class PopulationChoice:
    """A population source and how it is read.

    Attributes
    ----------
    source
        A GeoTIFF, or polygons with people; or the name of one that comes along: `embedded`,
        `coarse`; or of one to fetch, by its source's name or its own address.
    unit, band, nodata
        Of a GeoTIFF, as in `Settings`.
    """

    source: RasterFile | str
    unit: str | None = None
    band: int | str | None = None
    nodata: float | None = None

    def to_record(self) -> dict[str, Any]:
        """Return plain values; a file by its name, never its folder."""
        is_nan = self.nodata is not None and self.nodata != self.nodata
        return {
            "population": self.source if isinstance(self.source, str) else self.source.name,
            "unit": self.unit,
            "band": self.band,
            "nodata": str(self.nodata) if is_nan else self.nodata,  # JSON has no NaN
        }


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of one run.

    Attributes
    ----------
    as_of
        The day that the figures are for; None: the article's own date or the table's newest.
    population
        A GeoTIFF of counts or density, or a GeoPackage of polygons with people; None: the embedded
        surface where it reaches, else the coarse settlement model.
    population_unit
        `count` or `density` (persons per square kilometre); None: read from the file's tags.
    population_band
        Band of the raster, by its number from 1 or its name; None: its only one.
    population_nodata
        The raster's value of cells without data, NaN too, beside the one that it declares.
    population_fetched
        Whether it came from a source that was named: then it is of some countries only, by choice
        of civmap, and the coarse model stands in for it elsewhere.
    displacement
        `auto` (the bundled figures where they apply), `none` (static only), or a table: dated
        figures (CSV), IOM DTM (API v3 JSON, or its CSV) or HDX HAPI idps (CSV, or API v2 JSON).
        Several tables, and `auto` beside them, as a tuple.
    boundaries
        A file of administrative units that is used beside the embedded ones; None: embedded only.
    further_boundaries
        Such files of further countries.
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
    draws, seed
        How many draws the ranges are made from, and their seed.
    certain
        Sources of doubt that are taken as certain, of `geo.draws.DOUBTS`.
    sites
        A table of known sites where displaced people stay; None: none are known.
    moves
        What is supposed: `FROM=TO[+TO...]:SHARE`, see `geo.scenario`.
    population_model
        Where `population` is None: `embedded` or `coarse`, and no other; None: whichever reaches.
    other_populations
        Sources that are compared with the first one, which the figures are from.
    days
        All days of the series, ascending, unique, at most 400; empty: no series, or its days are
        still to be chosen from `day_ranges`. `as_of` stays the run's own day.
    day_ranges
        Ranges whose days are those on which dated figures appear, see `geo.days.choose_days`.
    ages
        Rasters of people by age: the shares of groups are counted from them.
    demography
        A table of populations by age and P-code; None: only what comes with civmap.
    household_size
        Persons a household; None: from the table, or what comes with civmap.
    facilities
        A file of facilities, which takes the place of those that come with civmap.
    hindsight
        Use figures later than the day too, beside those before it (`geo/people/hindsight.py`).
    stale_days
        From how many days on a dated figure in use is stale, and said to be; from twice as many on
        it is refused (`geo/people/stop_rules.py`).
    accept_stale
        Give numbers all the same that rest on what is refused as stale; the run says so.
    named
        Sources that stand for files, of `SOURCE_NAMES`: pairs of part and name. They are fetched
        when the run's places are known (`geo/named_data.py`).

    Raises
    ------
    UsageError
        If a radius is not in 0.01..500 km or the radii are not ascending and different; if other
        populations stand without a first one, one is named twice, or there are more than ten; if
        the days are not ascending, different and at most 400; if a household has not 1 to 30
        persons; if displacement is `none` together with others, nothing, or the same twice, or
        `stale_days` is less than 1.
    """

    as_of: date | None = None
    population: RasterFile | None = None
    population_unit: str | None = None
    population_band: int | str | None = None
    population_nodata: float | None = None
    population_fetched: bool = False
    displacement: str | Path | tuple[str | Path, ...] = "auto"
    boundaries: Path | None = None
    further_boundaries: tuple[Path, ...] = ()
    zone: Path | None = None
    radii_km: tuple[float, ...] = (2.0, 5.0, 10.0)
    recogniser: str = "rules"
    geocoder: str = "gazetteer"
    offline: bool = False
    text_limit_bytes: int = 10_000_000
    raster_limit_cells: int = 50_000_000
    draws: int = COUNT
    seed: int = 0
    certain: tuple[str, ...] = ()
    sites: Path | None = None
    moves: tuple[str, ...] = ()
    population_model: str | None = None
    other_populations: tuple[PopulationChoice, ...] = ()
    days: tuple[date, ...] = ()
    day_ranges: tuple[DayRange, ...] = ()
    ages: tuple[AgeFile, ...] = ()
    demography: Path | None = None
    household_size: float | None = None
    facilities: Path | None = None
    hindsight: bool = False
    stale_days: int = 90
    accept_stale: bool = False
    named: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        radii = self.radii_km
        if not radii or not all(MIN_RADIUS_KM <= r <= MAX_RADIUS_KM for r in radii):
            raise UsageError(
                f"radius {radii!r}: expected one or more of {MIN_RADIUS_KM:g} to "
                f"{MAX_RADIUS_KM:g} km, such as 2,5,10"
            )
        if list(radii) != sorted(set(radii)):
            raise UsageError(f"radius {radii!r}: expected ascending, different radii in km")
        self._check_populations()
        if list(self.days) != sorted(set(self.days)) or len(self.days) > MOST_DAYS:
            raise UsageError(
                f"{len(self.days)} days: expected at most {MOST_DAYS}, ascending and different"
            )
        _check_displacement(self.displacements)
        if self.stale_days < 1:
            raise UsageError(f"stale days {self.stale_days}: expected 1 or more")
        size = self.household_size
        if size is not None and not 1 <= size <= MAX_HOUSEHOLD:
            raise UsageError(
                f"household size {size!r}: expected persons, 1 to {MAX_HOUSEHOLD:g}, such as 5.6"
            )

    @property
    def populations(self) -> tuple[PopulationChoice, ...]:
        """All population sources that were named, the main one first; none: whichever reaches."""
        main = self.population or self.population_model
        if main is None:
            return ()
        if isinstance(main, str) and not is_address(main):
            return PopulationChoice(main), *self.other_populations
        first = PopulationChoice(
            main, self.population_unit, self.population_band, self.population_nodata
        )
        return first, *self.other_populations

    @property
    def named_sources(self) -> list[tuple[str, str]]:
        """What is named in place of files: pairs of part and source, each once."""
        parts: dict[str, tuple[object, ...]] = {
            "population": tuple(choice.source for choice in self.populations),
            "displacement": self.displacements,
        }
        named = [
            (part, str(each))
            for part, given in parts.items()
            for each in given
            if isinstance(each, str) and (each in SOURCE_NAMES[part] or is_address(each))
        ]
        return list(dict.fromkeys([*named, *self.named]))

    def _check_populations(self) -> None:
        named = self.populations
        if self.other_populations and not named:
            raise UsageError("other populations, but no first one that they are compared with")
        if self.population and self.population_model:
            raise UsageError("a population file and a model, but one source is the first")
        if len(named) > MOST_POPULATIONS:
            raise UsageError(f"{len(named)} populations: expected at most {MOST_POPULATIONS}")
        for number, choice in enumerate(named):
            known = (*POPULATION_MODELS, *SOURCE_NAMES["population"])
            if isinstance(choice.source, str) and not _is_known(choice.source):
                listed = ", ".join(known)
                raise UsageError(f"population {choice.source!r}: expected a file, {listed}")
            if choice in named[:number]:
                raise UsageError(f"population {str(choice.source)!r} is named twice")
        for unit in (self.population_unit, *(choice.unit for choice in named)):
            if unit not in (None, "count", "density"):
                raise UsageError(f"unit {unit!r}: expected count or density")

    @property
    def displacements(self) -> tuple[str | Path, ...]:
        """What `displacement` names, one or more."""
        given = self.displacement
        return given if isinstance(given, tuple) else (given,)

    @property
    def displacement_files(self) -> tuple[Path, ...]:
        """The tables among them, in their order."""
        return tuple(each for each in self.displacements if isinstance(each, Path))


def choose_named(
    boundaries: str | Path | None = None,
    demography: str | Path | None = None,
    facilities: str | Path | None = None,
    ages: Sequence[str | Path] = (),
) -> dict[str, Any]:
    """Return the fields of `Settings` for what may be a file or the name of a source."""
    single = {"boundaries": boundaries, "demography": demography, "facilities": facilities}
    named = [(part, str(name)) for part, name in single.items() if name in SOURCE_NAMES[part]]
    files = [name for name in ages if name not in SOURCE_NAMES["ages"]]
    named += [("ages", str(name)) for name in ages if name in SOURCE_NAMES["ages"]]
    parts = dict(named)
    return {
        **{
            part: Path(name) if name and part not in parts else None
            for part, name in single.items()
        },
        "ages": tuple(AgeFile.of(each) for each in files),
        "named": tuple(named),
    }


def choose_displacement(given: Sequence[str | Path]) -> str | Path | tuple[str | Path, ...]:
    """Return what `Settings.displacement` takes from names: `auto`, `none`, sources or paths."""
    names = ("auto", "none", *SOURCE_NAMES["displacement"])
    chosen = tuple(each if each in names else Path(each) for each in given)
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


def choose_populations(
    names: Sequence[str | Path],
    units: Sequence[str | None] = (),
    bands: Sequence[int | str | None] = (),
    nodata: Sequence[float | None] = (),
) -> dict[str, Any]:
    """Return the fields of `Settings` for population sources in their order, the main one first.

    Parameters
    ----------
    names
        Files, or `embedded`, `coarse`, the name of a source such as `worldpop`, or an https
        address (as text; a `Path` is always a file).
    units, bands, nodata
        None; one, which holds for all files; or one for each file, in their order. A unit of
        `auto` is that of the file's tags.

    Raises
    ------
    UsageError
        If there are several and not as many as files; if a name is empty.
    """
    if "" in names:
        raise UsageError("population '': expected a file, or embedded, coarse")
    sources = [name if _is_known(name) else Path(name) for name in names]
    files = [source for source in sources if _is_raster(source)]
    read_as = [None if unit == "auto" else unit for unit in _share("unit", units, len(files))]
    read_band, gaps = _share("band", bands, len(files)), _share("nodata", nodata, len(files))
    ways = zip(read_as, read_band, gaps, strict=True)
    choices = [
        PopulationChoice(source, *next(ways)) if _is_raster(source) else PopulationChoice(source)
        for source in sources
    ]
    if not choices:
        given = {"unit": units, "band": bands, "nodata": nodata}
        return {f"population_{name}": values[0] for name, values in given.items() if values}
    first, *others = choices
    is_file = not isinstance(first.source, str)
    return {
        "population": first.source if is_file else None,
        "population_unit": first.unit,
        "population_band": first.band,
        "population_nodata": first.nodata,
        "population_model": None if is_file else first.source,
        "other_populations": tuple(others),
    }


def is_address(name: object) -> bool:
    """Tell whether a name is the address of a file on a server."""
    return isinstance(name, str) and name.lower().startswith(("https://", "http://"))


def _is_known(name: object) -> bool:
    return name in (*POPULATION_MODELS, *SOURCE_NAMES["population"]) or is_address(name)


def _is_raster(source: RasterFile | str) -> bool:
    """Whether a source is read as its options say: a file or an address, no model and no name."""
    return not isinstance(source, str) or is_address(source)


def _share(option: str, given: Sequence[Any], files: int) -> list[Any]:
    """Return a value for each file: the only one, or each its own."""
    if len(given) <= 1:
        return [given[0] if given else None] * files
    if len(given) != files:
        raise UsageError(
            f"--{option} {len(given)} times for {files} population files: give it once for all, or "
            "once for each, in their order"
        )
    return list(given)
