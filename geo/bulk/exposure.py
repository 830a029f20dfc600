"""The whole way in bulk: from events or polygons and a raster to a table or a file."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import shapely

from geo.bulk.discs import count_combined, count_each, list_few_places, prepare_discs
from geo.bulk.doubts import Doubts
from geo.bulk.polygons import count_polygons, holds_polygons, read_zone_table
from geo.bulk.request import Request
from geo.bulk.rows import RowFormat
from geo.database.store import create_scratch
from geo.errors import UsageError
from geo.events import TableOptions, read_type_radii
from geo.events.bulk import load_events
from geo.events.rejected import write_rejected
from geo.exposure.bulk import count_zones
from geo.exposure.outlines import Outlines
from geo.exposure.polygons import metres_per_unit
from geo.exposure.spans import choose_fine_scanlines, make_frame
from geo.people import doubt_people
from geo.people.tiles import PopulationFile
from geo.places import open_gazetteer
from geo.table_file import check_out, open_writer
from geo.types import LonLat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb
    import geopandas as gpd
    import pandas as pd

    from geo.bulk.rows import Part
    from geo.exposure.combination import Combination, Counted
    from geo.exposure.disc_set import Discs
    from geo.exposure.spans import Frame
    from geo.people.geotiff import Layout
    from geo.types import Caution

    Progress = Callable[[float], None] | None


def expose(
    events: str | Path | pd.DataFrame,
    *,
    population: str | Path,
    radius_km: float | Sequence[float] | str | None = None,
    mode: str = "each",
    by: str | None = None,
    admin: str | Path | gpd.GeoDataFrame | None = None,
    rings: bool = False,
    whole: bool = False,
    unit: str | None = None,
    band: int | str | None = None,
    nodata: float | None = None,
    workers: int | None = None,
    encoding: str | None = None,
    date_format: str | None = None,
    precision_km: Mapping[int, float] | None = None,
    type_radii_km: Mapping[str, float] | str | Path | None = None,
) -> pd.DataFrame:
    """Return the people within reach of events, or within polygons.

    Parameters
    ----------
    events
        A CSV, GeoJSON or Parquet file, or a data frame, with `lon`, `lat` and optionally
        `event_id`, `radius_km`, `geo_precision`; a GeoDataFrame of points. Or polygons, which are
        zones themselves: GeoJSON, GeoPackage, GeoParquet or a GeoDataFrame.
    population
        GeoTIFF of people, in any CRS; or a GeoPackage of polygons with people, such as Kontur's.
    radius_km
        Radii in kilometres; `auto`: by the event's type. An event with a `radius_km` of its own
        gets that one instead. Left out for polygons.
    mode
        `each`: every event by itself. `union`: people within reach of any event, counted once.
        `nearest`: the union, split among events so that shares add up to it.
    by
        A column: figures are for its values, and the first column of the result bears its name.
    admin
        Administrative units to cut everything along: a file or a GeoDataFrame.
    rings
        Add `inner_km` and `ring_people`: people between this radius and the next smaller one.
    whole
        Round to whole persons, so that parts still add up.
    unit
        `count` or `density` (persons per square kilometre); None: as the file says.
    band
        Number, from 1, or name; None: the only one.
    nodata
        A value of cells without data that the file does not declare.
    workers
        Threads; None: one a processor.
    encoding, date_format, precision_km, type_radii_km
        How the event table is to be read (`geo.events.TableOptions`); a table of radii by type may
        be a file (`geo.events.read_type_radii`).

    Returns
    -------
        `event_id` (or the group), `radius_km`, `people` (persons), `coverage_fraction` (part of
        the zone that the raster reaches) and `nodata_fraction` (part on cells without data); with
        units also `pcode` and `name`, and rows `outside` for what lies in none. In the table's
        order. What was set aside or is doubtful is in `attrs["cautions"]`.

    Raises
    ------
    UsageError
        If an option is wrong.
    InputError
        If the table, the units or the raster is bad.
    UnavailableError
        If a file can't be read.

    Notes
    -----
    An event whose position is coarse (`geo_precision`) is counted within the radius that its code
    stands for, if that is larger than the one asked for; the row keeps the latter.
    """
    radii = (float(radius_km),) if isinstance(radius_km, int | float) else radius_km
    type_radii = (
        read_type_radii(type_radii_km) if isinstance(type_radii_km, str | Path) else type_radii_km
    )
    request = Request(
        population=Path(population),
        radii_km=radii if radii is None or isinstance(radii, str) else tuple(map(float, radii)),
        mode=mode,
        table=TableOptions(by, encoding, date_format, precision_km, type_radii),
        admin=Path(admin) if isinstance(admin, str) else admin,
        rings=rings,
        whole=whole,
        unit=unit,
        band=band,
        nodata=nodata,
        workers=workers,
    )
    source = Path(events) if isinstance(events, str) else events
    with _open_work(request, None) as work:
        batches = list(work.run(source))
        frame: pd.DataFrame = pa.Table.from_batches(batches, work.format.schema).to_pandas()
    frame.attrs["cautions"] = [(caution.code, caution.text) for caution in work.list_cautions()]
    return frame


def write_exposure(
    events: Path, out: Path, request: Request, progress: Progress = None
) -> list[Caution]:
    """Write the people within reach of events, or within polygons, to a `.csv` or `.parquet` file.

    The file is new and whole, or as it was. Events and results are never all in memory.

    Returns
    -------
        What was set aside and what is doubtful.

    Raises
    ------
    UsageError, InputError, UnavailableError
        As `expose`.
    """
    check_out(out)
    if request.rejected is not None:
        check_out(request.rejected)
    with _open_work(request, progress) as work:
        batches = work.run(events)
        with open_writer(out, work.format.schema) as write:
            for batch in batches:
                write(batch)
        return work.list_cautions()


@contextmanager
def _open_work(request: Request, progress: Progress) -> Iterator[_Work]:
    population = PopulationFile(request.population, request.unit, request.band, request.nodata)
    with population.open() as raster:
        layout, cautions = raster.layout, list(raster.cautions)
    units, told = _read_admin(request.admin)
    cautions += told
    with tempfile.TemporaryDirectory() as folder, create_scratch(Path(folder)) as con:
        yield _Work(request, population, layout, units, con, progress, cautions)


def _read_admin(
    admin: Path | gpd.GeoDataFrame | None,
) -> tuple[gpd.GeoDataFrame | None, list[Caution]]:
    if admin is None:
        return None, []
    from geo.boundaries import read_units

    return read_units(admin)


@dataclass(slots=True)
class _Work:
    """One request at work, on a scratch database."""

    request: Request
    population: PopulationFile
    layout: Layout
    units: gpd.GeoDataFrame | None
    con: duckdb.DuckDBPyConnection
    progress: Progress
    cautions: list[Caution]
    doubts: Doubts = field(default_factory=Doubts)

    @property
    def format(self) -> RowFormat:
        """The columns of the result."""
        request, units = self.request, self.units
        return RowFormat(
            label=request.by or "event_id",
            units=None if units is None else (units["pcode"].tolist(), units["name"].tolist()),
            rings=request.rings,
            whole=request.whole,
            together=request.mode == "nearest",
        )

    def run(self, events: Path | pd.DataFrame) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the result."""
        classes = self.request.classes
        inner = [0.0, *classes[:-1]]
        polygons = holds_polygons(events)
        self._check(polygons=polygons)
        for part in self._count_polygons(events) if polygons else self._count_discs(events):
            batch = self.format.write(part, inner)
            self.doubts.add(batch)
            yield batch

    def list_cautions(self) -> list[Caution]:
        """Return what was set aside and what is doubtful."""
        return [*self.cautions, *self.doubts.list_cautions()]

    def _check(self, *, polygons: bool) -> None:
        request = self.request
        if not polygons and request.radii_km is None:
            raise UsageError("no radius; expected --radius with kilometres such as 1,2,5, or auto")
        if polygons and request.radii_km is not None:
            raise UsageError("the table holds polygons, which are zones; leave --radius out")
        if polygons and (request.mode == "nearest" or request.rings):
            raise UsageError(
                "the table holds polygons; rings and the mode nearest need points with a radius"
            )

    def _count_polygons(self, events: Any) -> Iterator[Part]:
        table, cautions = read_zone_table(events, self.request.by)
        inside = shapely.get_coordinates(shapely.point_on_surface(table.geometries)).tolist()
        self.cautions += [*cautions, *self._doubt_people(inside)]
        frame = make_frame(self.layout, 1)
        yield count_polygons(table, self.request, frame, self._cut_units(frame), self._count)

    def _count_discs(self, events: Path | pd.DataFrame) -> Iterator[Part]:
        told, _ = load_events(self.con, events, options=self.request.table)
        self.cautions += told
        if self.request.rejected is not None:
            write_rejected(self.con, self.request.rejected)
        smallest, cautions = prepare_discs(self.con, self.request)
        self.cautions += [*cautions, *self._doubt_people(list_few_places(self.con))]
        frame = make_frame(self.layout, 1)
        height = 2000.0 * smallest / metres_per_unit(frame.crs)
        frame = replace(frame, scanlines=choose_fine_scanlines(height, frame.cell_height))
        units = self._cut_units(frame)

        def count(
            discs: Discs | Outlines, combination: Combination, overall: Callable[[float], float]
        ) -> Counted:
            return self._count(frame, discs, combination, overall)

        if self.request.mode == "each":
            yield from count_each(self.con, self.request, units, count)
        else:
            yield count_combined(self.con, self.request, units, count)

    def _doubt_people(self, places: Sequence[Sequence[float]]) -> list[Caution]:
        """Compare the raster with what was published of towns near some places."""
        near = [LonLat((lon + 180.0) % 360.0 - 180.0, lat) for lon, lat in places]
        with self.population.open() as raster, open_gazetteer() as gazetteer:
            doubt = doubt_people(raster, near, gazetteer)
        return [] if doubt is None else [doubt]

    def _cut_units(self, frame: Frame) -> Outlines | None:
        return None if self.units is None else Outlines.of(frame, list(self.units.geometry))

    def _count(
        self,
        frame: Frame,
        zones: Discs | Outlines,
        combination: Combination,
        overall: Callable[[float], float],
    ) -> Counted:
        progress = self.progress
        return count_zones(
            self.population,
            frame,
            zones,
            combination,
            workers=self.request.workers,
            progress=None if progress is None else lambda part: progress(overall(part)),
        )
