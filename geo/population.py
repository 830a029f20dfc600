"""Which people are counted where: a grid for each area, and the people of its units on the day."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from geo.errors import RasterError
from geo.people import (
    FACILITIES_SOURCE,
    OutOfReachError,
    bundled_facilities,
    bundled_figures,
    coarse_population,
    doubt_people,
    embedded_population,
    list_published,
    read_population,
    unit_people,
)
from geo.people.displacement import ReadingOptions, read_displacements
from geo.people.gaza import SURFACE_SOURCE
from geo.people.hindsight import link_later, warn_of_hindsight
from geo.people.rough_count import count_roughly
from geo.people.settlements import CELLS_PER_DEGREE
from geo.people.stop_rules import (
    find_known,
    find_years,
    judge_figures,
    judge_population,
    judge_static,
    warn_of_undated,
)
from geo.people.tiles import open_tiles
from geo.types import BBox, Caution, LonLat, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd

    from geo.people import Accounting, Facility, Figure, PopulationGrid, UnitPeople
    from geo.people.selection import FigureUse
    from geo.people.stop_rules import Stale
    from geo.places import Gazetteer
    from geo.settings import Settings
    from geo.territory import Territory

DTM_CREDIT = "International Organization for Migration (IOM), Displacement Tracking Matrix (DTM)"
"""How IOM asks to be named as the source of its figures of displaced people."""


class PopulationFinder:
    """Finds the population of an area, and remembers what it used.

    Attributes
    ----------
    groups
        Groups of units whose people are known together.
    accountings
        What became of the rows of each displacement table of the user's.
    sources, cautions, uses
        What was used so far: sources, what to know of them, and dated figures.
    """

    def __init__(
        self, settings: Settings, gazetteer: Gazetteer, territory: Territory, as_of: date
    ) -> None:
        self._settings = settings
        self._gazetteer = gazetteer
        self._units = territory.units
        self._as_of = as_of
        figures, self.accountings = _read_displacement(settings, territory, as_of)
        self._figures = link_later(figures, as_of) if settings.hindsight else figures
        self._static: dict[str, float] = {}
        self._placed: dict[str, UnitPeople] = {}
        self._stale: list[Stale] = []
        self.groups = _group_units(self._units, self._figures)
        self.sources: list[Source] = []
        self.cautions: list[Caution] = _tell_accountings(self.accountings)
        self.uses: dict[str, FigureUse] = {}

    def read_grid(self, bbox: BBox, *, must_reach: bool) -> PopulationGrid:
        """Return the grid for a box: the user's raster, the embedded surface, or the coarse model.

        Parameters
        ----------
        must_reach
            Whether zones are counted here: then a raster of the user's that does not reach the
            box is an error, and the coarse model comes with a caution. Without zones, where only
            the density at a place is wanted, the coarse model serves silently; its label says
            what it is.

        Raises
        ------
        RasterError
            If the user's raster is bad.
        """
        grid = self._find_grid(bbox, must_reach=must_reach)
        self.sources.append(grid.source)
        if must_reach:
            self.cautions += [*grid.cautions, *self._warn_of_unit(grid, bbox)]
            self._stale += judge_population(grid.label, grid.population_date, self._as_of)
            if not find_years(grid.population_date):
                self.cautions.append(warn_of_undated(grid.label))
        return grid

    def place_people(
        self, static: Mapping[str, float], static_range: tuple[float, float]
    ) -> list[UnitPeople]:
        """Return people on the day for the units whose whole is counted.

        Parameters
        ----------
        static
            Static persons by P-code; units of a parent that is not wholly here are left out.
        static_range
            How far they may be off: factors for low and high.
        """
        self._static |= static
        parents = self._units["parent_pcode"].fillna("")
        here = self._units["pcode"].isin(list(static))
        partial = set(parents[~here])
        whole = self._units[here & ~parents.isin(partial)]
        if whole.empty:
            return []
        table = unit_people(whole, static, self._figures, self._as_of, static_range=static_range)
        self.cautions += table.cautions
        self._placed |= table.by_pcode()
        touched = set(whole["pcode"])
        self.uses |= {
            use.figure.figure_id: use for use in table.figures if touched & set(use.figure.pcodes)
        }
        return list(table.units)

    def figure_records(self) -> list[dict[str, Any]]:
        """Return rows of table `figures`: the dated figures, used or set aside, with the reason."""
        return [use.to_record() for _, use in sorted(self.uses.items())]

    def tell_hindsight(self) -> list[Caution]:
        """Say that the run was allowed to use later figures, and which it used; else nothing."""
        if not self._settings.hindsight:
            return []
        return [warn_of_hindsight(self.uses.values(), self._as_of)]

    def find_stale(self, pcodes: set[str]) -> list[Stale]:
        """Return what the people of some units rest on and is too old for the day.

        Parameters
        ----------
        pcodes
            Units that hold people of a zone.
        """
        as_of, days = self._as_of, self._settings.stale_days
        stale = judge_figures(self._list_in_use(pcodes), self._figures, as_of, days)
        moved = {code for code, unit in self._placed.items() if unit.basis != "static"}
        figures = _add_bundled(self._figures)
        unmoved = set(self._units["pcode"]) - moved
        known = find_known(figures, as_of, unmoved, pcodes)
        static = {code: self._count_static(code) for each in known for code in each.pcodes}
        counted = {code: people for code, people in static.items() if people is not None}
        known = [each for each in known if counted.keys() >= set(each.pcodes)]
        stale += judge_static(known, figures, as_of, counted)
        return [*dict.fromkeys(self._stale), *stale]

    def _list_in_use(self, pcodes: set[str]) -> dict[str, frozenset[str]]:
        """Return the figures that the people of units rest on, and for each these units.

        Those of a unit that shares what others leave rest on the figures of them all.
        """
        parents = dict(
            zip(self._units["pcode"], self._units["parent_pcode"].fillna(""), strict=True)
        )
        sharing: dict[str, set[str]] = defaultdict(set)
        for unit in self._placed.values():
            if unit.basis == "share" and unit.pcode in pcodes:
                sharing[parents[unit.pcode]].add(unit.pcode)
        in_use: dict[str, set[str]] = defaultdict(set)
        for unit in self._placed.values():
            if unit.figure_id is not None:
                in_use[unit.figure_id] |= (pcodes & {unit.pcode}) | sharing[parents[unit.pcode]]
        return {figure_id: frozenset(units) for figure_id, units in in_use.items() if units}

    def _count_static(self, pcode: str) -> float | None:
        """Return the static people of a unit, roughly if no grid held it whole; None: unknown."""
        if pcode in self._static:
            return self._static[pcode]
        unit = self._units[self._units["pcode"] == pcode]
        try:
            grid = self._find_grid(BBox(*map(float, unit.total_bounds)), must_reach=False)
        except RasterError:  # too large
            return None
        return count_roughly(grid, unit.geometry)

    def find_facilities(self) -> list[Facility]:
        """Return the facilities that come with the embedded surface, where that was used."""
        if SURFACE_SOURCE not in self.sources:
            return []
        self.sources.append(FACILITIES_SOURCE)
        return bundled_facilities()

    def figure_sources(self) -> list[Source]:
        """Return the agencies' figures that were used, as sources."""
        used = [use.figure for use in self.uses.values() if use.used]
        tracked = {
            (figure.agency, figure.operation, figure.round, figure.date): figure
            for figure in used
            if figure.operation
        }
        return [
            *(_describe_round(figure) for figure in tracked.values()),
            *(_describe_figure(figure) for figure in used if not figure.operation),
        ]

    def _warn_of_unit(self, grid: PopulationGrid, bbox: BBox) -> list[Caution]:
        """Report a raster of the user's with far more or fewer people than were published."""
        settings = self._settings
        if settings.population is None or grid.modelled != "no":
            return []
        lon = (bbox.west + bbox.east) / 2
        middle = LonLat(lon - 360.0 if lon > 180 else lon, (bbox.south + bbox.north) / 2)
        with open_tiles(
            settings.population,
            unit=settings.population_unit,
            band=settings.population_band,
            nodata=settings.population_nodata,
        ) as raster:
            doubt = doubt_people(raster, [middle], self._gazetteer)
        return [doubt] if doubt else []

    def _find_grid(self, bbox: BBox, *, must_reach: bool) -> PopulationGrid:
        settings = self._settings
        if settings.population:
            try:
                return read_population(
                    settings.population,
                    bbox,
                    unit=settings.population_unit,
                    band=settings.population_band,
                    nodata=settings.population_nodata,
                    limit_cells=settings.raster_limit_cells,
                )
            except OutOfReachError:
                if must_reach:
                    raise
        grid = embedded_population(bbox)
        if grid is not None:
            return grid
        cells = (bbox.east - bbox.west) * (bbox.north - bbox.south) * CELLS_PER_DEGREE**2
        if cells > settings.raster_limit_cells:
            raise RasterError(
                f"an area of {bbox.east - bbox.west:.0f} by {bbox.north - bbox.south:.0f} degrees "
                f"has {cells:,.0f} cells of the coarse model; at most "
                f"{settings.raster_limit_cells:,} are made. Draw a smaller zone."
            )
        return coarse_population(bbox, self._gazetteer)


def _describe_figure(figure: Figure) -> Source:
    return Source(
        source_id=f"figure:{figure.figure_id}",
        name=f"{figure.agency}: people in {' + '.join(figure.pcodes)}",
        licence="published figure, cited",
        date=figure.date.isoformat(),
        url=figure.link,
        note=None if figure.verified else "cited, to be verified",
    )


def _describe_round(figure: Figure) -> Source:
    """Return a round of an operation as one source, however many units it counts."""
    number = "" if figure.round is None else f", round {figure.round}"
    return Source(
        source_id=f"figure:{figure.agency}:{figure.operation}:{figure.round}:{figure.date}",
        name=f"{figure.agency}: displaced people, {figure.operation}{number}",
        licence="terms of use of IOM DTM",
        date=figure.date.isoformat(),
        url=figure.link,
        attribution=DTM_CREDIT,
    )


def _read_displacement(
    settings: Settings, territory: Territory, as_of: date
) -> tuple[list[Figure], tuple[Accounting, ...]]:
    """Return the dated figures, and of each table of the user's what became of its rows."""
    units = territory.units
    parents = {
        str(pcode): parent if isinstance(parent, str) else None
        for pcode, parent in zip(units["pcode"], units["parent_pcode"], strict=True)
    }
    bundled = bundled_figures() if "auto" in settings.displacements else []
    bundled = [each for each in bundled if parents.keys() >= set(each.pcodes)]
    options = ReadingOptions(parents, as_of, list_published(parents), settings.hindsight)
    tables = read_displacements(settings.displacement_files, options, bundled)
    return [*bundled, *tables.figures], tables.accountings


def _add_bundled(figures: list[Figure]) -> list[Figure]:
    """Return figures with those that come with civmap, which are known if they are used or not."""
    ids = {figure.figure_id for figure in figures}
    return [*figures, *(each for each in bundled_figures() if each.figure_id not in ids)]


def _tell_accountings(accountings: tuple[Accounting, ...]) -> list[Caution]:
    """Say what became of the rows of tables, and which of their sums differ from their totals."""
    return [
        caution
        for accounting in accountings
        if accounting.needs_telling
        for caution in (
            Caution("displacement-rows", accounting.describe()),
            *(Caution("displacement-total", f"{check}.") for check in accounting.checks),
        )
    ]


def _group_units(units: gpd.GeoDataFrame, figures: list[Figure]) -> list[gpd.GeoDataFrame]:
    """Return the units under each parent that a figure touches."""
    touched = {pcode for figure in figures for pcode in figure.pcodes}
    parents = units["parent_pcode"].fillna("")
    wanted = sorted(set(parents[units["pcode"].isin(touched)]))
    return [units[parents == parent] for parent in wanted]
