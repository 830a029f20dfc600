"""Which people are counted where: a grid for each area, and the people of its units on the day."""

from __future__ import annotations

import dataclasses
import string
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.days import choose_days
from geo.errors import CivmapError, RasterError
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
from geo.people.embedded import LABEL as EMBEDDED_LABEL
from geo.people.embedded import is_embedded
from geo.people.gaza import SURFACE_SOURCE
from geo.people.hindsight import link_later, warn_of_hindsight
from geo.people.published_totals import choose_compared, doubt_totals
from geo.people.rough_count import count_roughly
from geo.people.settlements import CELLS_PER_DEGREE, COARSE_LABEL
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
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    import geopandas as gpd

    from geo.draws import Draws
    from geo.exposure.zones import Zone
    from geo.people import (
        Accounting,
        Facility,
        Figure,
        Gathering,
        PopulationGrid,
        StaticDoubt,
        UnitPeople,
        UnitTable,
    )
    from geo.people.demography import Demography
    from geo.people.selection import FigureUse
    from geo.people.stop_rules import Stale
    from geo.people.tiles import PopulationTiles
    from geo.places import Gazetteer
    from geo.ranges import RasterFile
    from geo.settings import PopulationChoice, Settings
    from geo.territory import Territory

DTM_CREDIT = "International Organization for Migration (IOM), Displacement Tracking Matrix (DTM)"
"""How IOM asks to be named as the source of its figures of displaced people."""


_LETTERS = string.ascii_lowercase


class PopulationFinder:
    """Finds the population of an area, and remembers what it used.

    Attributes
    ----------
    groups
        Groups of units whose people are known together.
    accountings
        What became of the rows of each displacement table of the user's.
    other_labels
        What outputs call the sources that are compared, in their order; no two are alike.
    sources, cautions, uses
        What was used so far: sources, what to know of them, and dated figures.
    """

    def __init__(
        self,
        settings: Settings,
        gazetteer: Gazetteer,
        territory: Territory,
        as_of: date,
        *,
        draws: Draws,
        gatherings: Sequence[Gathering] = (),
        held: Collection[str] = (),
    ) -> None:
        self._settings = settings
        self._gazetteer = gazetteer
        self._units = territory.units
        self._as_of = as_of
        self._gatherings = gatherings
        self._draws = draws
        self._territory = territory
        self._by_day: dict[date, list[Figure]] = {}
        self._known, self.accountings = _read_displacement(settings, territory, as_of)
        self._figures = self._find_figures(as_of)
        self._static: dict[str, float] = {}
        self._placed: dict[str, UnitPeople] = {}
        self._stale: list[Stale] = []
        touched = {pcode for figure in self._figures for pcode in figure.pcodes}
        self.groups = _group_units(self._units, touched.union(held))
        self.sources: list[Source] = []
        self.cautions: list[Caution] = _tell_accountings(self.accountings)
        self.uses: dict[str, FigureUse] = {}
        self.other_labels = label_others(settings)
        _check_files(settings)

    def _find_figures(self, day: date) -> list[Figure]:
        """Return the figures that may count on a day: of a table of rounds, that day's."""
        if day not in self._by_day:
            figures = self._known
            if self._settings.displacement_files and day != self._as_of:
                figures, _ = _read_displacement(self._settings, self._territory, day)
            hindsight = self._settings.hindsight
            self._by_day[day] = link_later(figures, day) if hindsight else figures
        return self._by_day[day]

    def read_grid(self, bbox: BBox, *, must_reach: bool) -> PopulationGrid:
        """Return the grid for a box: the user's raster, the embedded surface, or the coarse model.

        Parameters
        ----------
        must_reach
            Whether zones are counted here: then a raster of the user's that does not reach the
            box is an error (one that was fetched makes room for the coarse model, as it is of few
            countries), and the coarse model comes with a caution. Without zones, where only
            the density at a place is wanted, the coarse model serves silently; its label says
            what it is.

        Raises
        ------
        RasterError
            If the user's raster is bad.
        """
        return self._use(self._find_grid(bbox, must_reach=must_reach), bbox, must_reach=must_reach)

    def read_large(self, bbox: BBox) -> PopulationGrid:
        """Return the grid for the zones of very many events, from no file of the user's.

        The embedded surface only where the box of all events lies within or round it: it knows
        nobody anywhere else.
        """
        if self._main is None and not is_embedded(bbox):
            grid = self._make_coarse(bbox)
        else:
            grid = self._find_grid(bbox, must_reach=True)
        return self._use(grid, bbox, must_reach=True)

    def use_large(self, grid: PopulationGrid, bbox: BBox) -> None:
        """Take account of a raster of the user's that is counted by tiles."""
        self._use(grid, bbox, must_reach=True)

    def _use(self, grid: PopulationGrid, bbox: BBox, *, must_reach: bool) -> PopulationGrid:
        """Remember a grid as one of the run's."""
        self.sources.append(grid.source)
        if must_reach:
            self.cautions += [*grid.cautions, *self._warn_of_unit(grid, bbox, self._main)]
            self._stale += judge_population(grid.label, grid.population_date, self._as_of)
            if not find_years(grid.population_date):
                self.cautions.append(warn_of_undated(grid.label))
        return grid

    def read_others(self, bbox: BBox) -> list[PopulationGrid]:
        """Return the grids for a box of the sources that are compared with the main one.

        Returns
        -------
            One for each source that reaches the box, in their order, by its label of
            `other_labels`; their ids are `b`, `c`, ... by that order, the main source being the
            first. A source that does not reach has no grid, and a caution says so.

        Raises
        ------
        RasterError
            If a raster is bad.
        """
        grids = []
        others = zip(self._settings.other_populations, self.other_labels, strict=True)
        for number, (choice, label) in enumerate(others, 1):
            try:
                found = self._read_choice(choice, bbox)
            except OutOfReachError:
                text = (
                    f"{label} does not reach the surroundings of every zone; where it doesn't, it "
                    "has no figure, and nothing is compared."
                )
                self.cautions.append(Caution("source-out-of-reach", text))
                continue
            grid = dataclasses.replace(found, label=label, grid_id=_LETTERS[number])
            text = f"{label}, for comparison: "
            told = [Caution(each.code, text + each.text) for each in grid.cautions]
            self.sources.append(grid.source)
            old = judge_population(label, grid.population_date, self._as_of)
            # it is only compared: said, never refused
            self._stale += [dataclasses.replace(each, refused=False) for each in old]
            if not find_years(grid.population_date):
                told.append(warn_of_undated(label))
            self.cautions += told
            self.cautions += self._warn_of_unit(grid, bbox, choice)
            grids.append(grid)
        return grids

    @property
    def _main(self) -> PopulationChoice | None:
        return next(iter(self._settings.populations), None)

    def place_people(
        self, static: Mapping[str, float], doubt: StaticDoubt, as_of: date, *, telling: bool
    ) -> UnitTable | None:
        """Return people on a day in the units whose whole is counted; None: there are none.

        Parameters
        ----------
        static
            Static persons by P-code; units of a parent that is not wholly here are left out.
        doubt
            How far they may be off.
        telling
            Whether the figures and cautions are those of the run's own day.
        """
        if telling:
            self._static |= static
        parents = self._units["parent_pcode"].fillna("")
        here = self._units["pcode"].isin(list(static))
        partial = set(parents[~here])
        whole = self._units[here & ~parents.isin(partial)]
        if whole.empty:
            return None
        table = unit_people(
            whole, static, self._find_figures(as_of), as_of, doubt=doubt, draws=self._draws
        )
        table = table.gather(self._gatherings)
        if telling:
            self.cautions += table.cautions
            self._placed |= table.by_pcode()
            touched = set(whole["pcode"])
            self.uses |= {
                use.figure.figure_id: use
                for use in table.figures
                if touched & set(use.figure.pcodes)
            }
        return table

    def choose_days(self, zones: Sequence[Zone]) -> tuple[date, ...]:
        """Return the days of the series; of a range without a step those of figures near zones."""
        boxes = [BBox(*group.total_bounds) for group in self.groups]
        near = {
            pcode
            for group, box in zip(self.groups, boxes, strict=True)
            if any(box.intersects(zone.bbox) for zone in zones)
            for pcode in group["pcode"]
        }
        figures = [figure for figure in self._figures if near.intersection(figure.pcodes)]
        return choose_days((*self._settings.days, *self._settings.day_ranges), figures)

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

    def compare_totals(self, pcodes: set[str], table: Demography | None) -> list[Caution]:
        """Compare a raster of the user's with published populations of units that zones touch.

        One that is read where it lies is not: whole units would have to be fetched.
        """
        main = self._main
        if table is None or main is None or not isinstance(main.source, Path):
            return []
        counted: dict[str, float] = {}
        for code in choose_compared(pcodes, table):
            unit = self._units[self._units["pcode"] == code]
            people = self._static.get(code)
            if people is None and not unit.empty:
                people = self._count_choice(main, unit)
            if people is not None:
                counted[code] = people
        if not counted:
            return []
        doubt = doubt_totals(main.source.name, counted, table)
        self.sources += [table.source]
        return [doubt] if doubt else []

    def _count_choice(self, choice: PopulationChoice, unit: gpd.GeoDataFrame) -> float | None:
        """Return the people that one source has in a unit; None: it can't be counted there."""
        try:
            grid = self._read_choice(choice, BBox(*map(float, unit.total_bounds)))
        except RasterError:  # out of reach or too large
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

    def _warn_of_unit(
        self, grid: PopulationGrid, bbox: BBox, choice: PopulationChoice | None
    ) -> list[Caution]:
        """Report a raster of the user's with far more or fewer people than were published."""
        if choice is None or isinstance(choice.source, str) or grid.modelled != "no":
            return []
        lon = (bbox.west + bbox.east) / 2
        middle = LonLat(lon - 360.0 if lon > 180 else lon, (bbox.south + bbox.north) / 2)
        with _open_choice(choice.source, choice) as raster:
            doubt = doubt_people(raster, [middle], self._gazetteer)
        return [doubt] if doubt else []

    def _find_grid(self, bbox: BBox, *, must_reach: bool) -> PopulationGrid:
        if self._main is not None:
            try:
                return self._read_choice(self._main, bbox)
            except OutOfReachError:
                if must_reach and not self._settings.population_fetched:
                    raise
        return embedded_population(bbox) or self._make_coarse(bbox)

    def _read_choice(self, choice: PopulationChoice, bbox: BBox) -> PopulationGrid:
        """Return the grid of one source; raise OutOfReachError where it has none."""
        if not isinstance(choice.source, str):
            return read_population(
                choice.source,
                bbox,
                unit=choice.unit,
                band=choice.band,
                nodata=choice.nodata,
                limit_cells=self._settings.raster_limit_cells,
            )
        if choice.source == "coarse":
            return self._make_coarse(bbox)
        grid = embedded_population(bbox)
        if grid is None:
            raise OutOfReachError(
                "the embedded population has the Gaza Strip only, none of the area of interest "
                f"{bbox.west:g}, {bbox.south:g}, {bbox.east:g}, {bbox.north:g}; give a raster that "
                "covers it, or --population coarse"
            )
        return grid

    def _make_coarse(self, bbox: BBox) -> PopulationGrid:
        cells = (bbox.east - bbox.west) * (bbox.north - bbox.south) * CELLS_PER_DEGREE**2
        limit = self._settings.raster_limit_cells
        if cells > limit:
            raise RasterError(
                f"an area of {bbox.east - bbox.west:.0f} by {bbox.north - bbox.south:.0f} degrees "
                f"has {cells:,.0f} cells of the coarse model; at most {limit:,} are made. Draw a "
                "smaller zone."
            )
        return coarse_population(bbox, self._gazetteer)


def label_others(settings: Settings) -> list[str]:
    """Return what outputs call the sources that are compared; no two sources are called alike.

    A file is called by its name; if another source has that name, also by its band, or a number.
    """
    labels: list[str] = []
    for choice in settings.populations:
        source = choice.source
        if not isinstance(source, str):
            label = source.name
            if label in labels and choice.band is not None:
                label = f"{source.name}, band {choice.band}"
            number = 1
            while label in labels:
                number += 1
                label = f"{source.name} ({number})"
        else:
            label = COARSE_LABEL if source == "coarse" else EMBEDDED_LABEL
        labels.append(label)
    return labels[1:]


def _open_choice(
    path: RasterFile, choice: PopulationChoice
) -> AbstractContextManager[PopulationTiles]:
    return open_tiles(path, unit=choice.unit, band=choice.band, nodata=choice.nodata)


def _check_files(settings: Settings) -> None:
    """Open every raster where there are several, so that all bad ones are told of at once.

    Raises
    ------
    CivmapError
        Of the first bad file's kind, with what is wrong with each.
    """
    faults: list[CivmapError] = []
    for choice in settings.populations if settings.other_populations else ():
        if not isinstance(choice.source, str):
            try:
                with _open_choice(choice.source, choice):
                    pass
            except CivmapError as error:
                faults.append(error)
    if faults:
        raise type(faults[0])("\n".join(str(fault) for fault in faults)) from faults[0]


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


def _group_units(units: gpd.GeoDataFrame, touched: set[str]) -> list[gpd.GeoDataFrame]:
    """Return the units under each parent of a unit that figures, sites or moves are about."""
    parents = units["parent_pcode"].fillna("")
    wanted = sorted(set(parents[units["pcode"].isin(touched)]))
    return [units[parents == parent] for parent in wanted]
