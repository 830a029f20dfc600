"""Bulk exposure: an event table and a population raster in, people within reach out."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.database.store import create_scratch
from geo.errors import RasterError, UnavailableError, UsageError
from geo.events.bulk import load_events
from geo.exposure.bulk import count_discs
from geo.exposure.discs import METRES_PER_DEGREE
from geo.exposure.plan import Discs
from geo.exposure.spans import Frame, choose_scanlines
from geo.people.grid import WGS84
from geo.people.tiles import open_tiles
from geo.settings import MAX_RADIUS_KM
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb
    import pandas as pd
    from numpy.typing import NDArray

MODES = ("each",)
_DISCS_AT_ONCE = 8_000_000  # 150 bytes each; a larger table goes over the raster again
_EVENTS = """
SELECT event_id, lon, lat, radius_km, precision_km FROM events ORDER BY number LIMIT ? OFFSET ?
"""
_FORMULA = r"^[=+\-@\t\r]"
_SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("radius_km", pa.float64()),
        ("people", pa.float64()),
        ("coverage_fraction", pa.float64()),
        ("nodata_fraction", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    population
        GeoTIFF of people on a geographic grid.
    radii_km
        Ascending, different; an event with a radius of its own is counted with that one only.
    mode
        `each`: every event by itself.
    unit, band
        As for `geo.people.read_population`.
    workers
        Threads; None: one a processor.

    Raises
    ------
    UsageError
        If a radius is not in 0..500 km, or the mode or the number of workers is none.
    """

    population: Path
    radii_km: tuple[float, ...]
    mode: str = "each"
    unit: str | None = None
    band: int | None = None
    workers: int | None = None
    cautions: list[Caution] = field(default_factory=list)

    def __post_init__(self) -> None:
        radii = self.radii_km
        if not radii or not all(0 < radius <= MAX_RADIUS_KM for radius in radii):
            raise UsageError(
                f"radius {radii!r}: expected one or more of more than 0 and at most "
                f"{MAX_RADIUS_KM:g} km, such as 1,2,5"
            )
        if list(radii) != sorted(set(radii)):
            raise UsageError(f"radius {radii!r}: expected ascending, different radii in km")
        if self.mode not in MODES:
            raise UsageError(f"mode {self.mode!r}: expected {' or '.join(MODES)}")
        if self.workers is not None and self.workers < 1:
            raise UsageError(f"workers {self.workers!r}: expected 1 or more")


def expose(
    events: str | Path | pd.DataFrame,
    *,
    population: str | Path,
    radius_km: float | Sequence[float],
    mode: str = "each",
    unit: str | None = None,
    band: int | None = None,
    workers: int | None = None,
) -> pd.DataFrame:
    """Return the people within reach of events.

    Parameters
    ----------
    events
        A CSV, GeoJSON or Parquet file, or a data frame, with `lon`, `lat` and optionally
        `event_id`, `radius_km`, `geo_precision`; a GeoDataFrame of points.
    population
        GeoTIFF of people, EPSG:4326.
    radius_km
        Radii in kilometres. An event with a `radius_km` of its own gets that one instead.
    mode
        `each`: every event by itself.
    unit
        `count` or `density` (persons per square kilometre); None: as the file says.
    band
        From 1; None: the only one.
    workers
        Threads; None: one a processor.

    Returns
    -------
        `event_id`, `radius_km`, `people` (persons), `coverage_fraction` (part of the disc that
        the raster reaches) and `nodata_fraction` (part on cells without data), a row for each
        event and radius in the table's order. What was set aside is in `attrs["cautions"]`.

    Raises
    ------
    UsageError
        If an option is wrong.
    InputError
        If the table or the raster is bad.
    UnavailableError
        If a file can't be read.

    Notes
    -----
    An event whose position is coarse (`geo_precision` 2 and more) is counted within the radius
    that its code stands for, if that is larger than the one asked for; the row keeps the latter.
    """
    radii = (radius_km,) if isinstance(radius_km, int | float) else tuple(radius_km)
    request = Request(Path(population), radii, mode, unit, band, workers)
    source = Path(events) if isinstance(events, str) else events
    with tempfile.TemporaryDirectory() as folder, create_scratch(Path(folder)) as con:
        tables = list(_expose(con, source, request))
    frame: pd.DataFrame = pa.Table.from_batches(tables, schema=_SCHEMA).to_pandas()
    frame.attrs["cautions"] = [(caution.code, caution.text) for caution in request.cautions]
    return frame


def write_exposure(
    events: Path, out: Path, request: Request, progress: Callable[[float], None] | None = None
) -> list[Caution]:
    """Write the people within reach of events to a `.csv` or `.parquet` file.

    The file is new and whole, or as it was. Events and results are never all in memory.

    Returns
    -------
        What was set aside and what is doubtful.

    Raises
    ------
    UsageError, InputError, UnavailableError
        As `expose`.
    """
    if out.suffix.lower() not in {".csv", ".parquet"}:
        raise UsageError(f"--out {str(out)!r}: expected a name that ends in .csv or .parquet")
    if not out.parent.is_dir():
        raise UnavailableError(f"{out}: there is no folder {out.parent}; make it first")
    with tempfile.TemporaryDirectory() as folder, create_scratch(Path(folder)) as con:
        batches = _expose(con, events, request, progress)
        with _open_writer(out) as write:
            for batch in batches:
                write(batch)
    return request.cautions


def _expose(
    con: duckdb.DuckDBPyConnection,
    events: Path | pd.DataFrame,
    request: Request,
    progress: Callable[[float], None] | None = None,
) -> Iterator[pa.RecordBatch]:
    with open_tiles(request.population, unit=request.unit, band=request.band) as raster:
        layout = raster.layout
    if layout.crs != WGS84:
        raise RasterError(
            f"{request.population}: its CRS is {layout.crs[:60]!r}; expected EPSG:4326. Warp it, "
            "with people kept: gdalwarp -r sum -t_srs EPSG:4326 (counts; -r average for density)"
        )
    request.cautions.extend(load_events(con, events))
    total, smallest = _survey(con, request)
    scanlines = choose_scanlines(2 * smallest * 1000.0 / METRES_PER_DEGREE, layout.cell_height)
    frame = Frame(
        layout.crs,
        layout.west,
        layout.north,
        layout.cell_width,
        layout.cell_height,
        layout.rows,
        layout.cols,
        scanlines,
    )
    size = max(1, _DISCS_AT_ONCE // len(request.radii_km))
    for start in range(0, total, size):
        rows: Any = con.sql(_EVENTS, params=[size, start]).to_arrow_table()

        def tell(part: float, start: int = start, count: int = rows.num_rows) -> None:
            if progress:
                progress((start + part * count) / total)

        ids, shown, discs = _make_discs(rows, request.radii_km)
        sums = count_discs(
            request.population,
            frame,
            discs,
            unit=request.unit,
            band=request.band,
            workers=request.workers,
            progress=tell,
        )
        figures = [shown, sums.people, sums.coverage_fraction, sums.nodata_fraction]
        yield pa.RecordBatch.from_arrays([ids, *map(pa.array, figures)], schema=_SCHEMA)


def _survey(con: duckdb.DuckDBPyConnection, request: Request) -> tuple[int, float]:
    """Return the number of events and the smallest radius; note what is counted more widely."""
    ((total, own, smallest, coarse),) = con.execute(
        "SELECT count(*), count(radius_km), min(radius_km), "
        "count(*) FILTER (precision_km > 0) FROM events"
    ).fetchall()
    if coarse:
        request.cautions.append(
            Caution(
                "positions-coarse",
                f"{coarse} of {total} events are at coarse positions: they are counted within the "
                "radius that their geo_precision stands for (2: 25 km, 3: 75, 4 and 5: 150, "
                "6: 500, 7: 1000), where that is larger.",
            )
        )
    radii = [request.radii_km[0]] if own < total else []
    return total, min([*radii, *([smallest] if own else [])])


def _make_discs(
    rows: pa.Table, radii: Sequence[float]
) -> tuple[pa.Array, NDArray[np.float64], Discs]:
    """Return identifiers, radii asked for, and discs: an event's together, in ascending radius."""
    own = rows["radius_km"].to_numpy()
    counts = np.where(np.isnan(own), len(radii), 1)
    event = np.repeat(np.arange(rows.num_rows), counts)
    rank = np.arange(len(event)) - np.repeat(np.cumsum(counts) - counts, counts)
    shown = np.where(np.isnan(own[event]), np.array(radii)[rank], own[event])
    footprint = rows["precision_km"].to_numpy()
    discs = Discs(
        rows["lon"].to_numpy()[event],
        rows["lat"].to_numpy()[event],
        np.maximum(shown, footprint[event]),
    )
    return rows["event_id"].combine_chunks().take(pa.array(event)), shown, discs


@contextmanager
def _open_writer(out: Path) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """Write batches to a file that takes the place of `out` only when it is whole."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            with _make_writer(out, stream) as writer:
                yield lambda batch: writer.write_batch(_prepare(out, batch))
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(out)
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(f"{out} can't be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _make_writer(out: Path, stream: Any) -> Any:
    if out.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        return pq.ParquetWriter(stream, _SCHEMA, compression="zstd")
    import pyarrow.csv

    return pyarrow.csv.CSVWriter(stream, _SCHEMA)


def _prepare(out: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Keep a spreadsheet from taking an identifier for a formula."""
    if out.suffix.lower() == ".parquet":
        return batch
    ids = batch.column("event_id")
    risky = pc.match_substring_regex(ids, _FORMULA)
    safe = pc.if_else(risky, pc.binary_join_element_wise("'", ids, ""), ids)
    return batch.set_column(0, "event_id", safe)
