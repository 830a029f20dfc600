"""Event tables of any length into DuckDB: what is counted and drawn, every row accounted for."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, NoReturn

import duckdb
import pyarrow as pa

from geo.database.store import read_statement
from geo.errors import TableError, UnavailableError
from geo.events.cells import list_schema, read_cells
from geo.events.columns import FIELDS
from geo.events.countries import find_centres
from geo.events.findings import describe_events, describe_rejected
from geo.events.incoming import describe_fault, open_table
from geo.events.options import TableOptions
from geo.events.orientation import refuse_swapped
from geo.events.precision import PRECISION_KM, WHOLE_COUNTRY
from geo.settings import MAX_RADIUS_KM
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from geo.events.encoding import TableFile
    from geo.events.incoming import Incoming

_NEAR_CENTRE_DEGREES = 0.01  # about a kilometre
_NOWHERE_KM = PRECISION_KM["ucdp"][7]
_COUNTRY_KM = PRECISION_KM["ucdp"][WHOLE_COUNTRY]
_TEMPORARY = ("checked_rows", "superseded", "central", "centres")
_SHOWN = ("name", "notes", "role", "modality")  # on a map
_REJECTED = pa.schema([("number", pa.int64()), ("code", pa.string()), ("reason", pa.string())])
_CENTRES = pa.schema([("iso2", pa.string()), ("lon", pa.float64()), ("lat", pa.float64())])
# What checked.sql reads, with its type.
_CELLS = {
    **dict.fromkeys(FIELDS, "VARCHAR"),
    "day": "DATE",
    "date_fault": "VARCHAR",
    "iso2": "VARCHAR",
    "level": "INTEGER",
    "level_km": "DOUBLE",
    "type_radius_km": "DOUBLE",
}
# What it gives, where that hangs on a column that a table may lack: that column, and its type.
_CHECKED = {
    "updated": ("updated", "DOUBLE"),
    "radius_km": ("radius_km", "DOUBLE"),
    "type_radius_km": ("event_type", "DOUBLE"),
    "level": ("geo_precision", "INTEGER"),
    "level_km": ("geo_precision", "DOUBLE"),
    "by_group": ("by_group", "VARCHAR"),
    "event_type": ("event_type", "VARCHAR"),
    "event_date": ("event_date", "DATE"),
    "zoned": ("event_date", "BOOLEAN"),
    "fatalities": ("fatalities", "BIGINT"),
    "country": ("country", "VARCHAR"),
    "name": ("name", "VARCHAR"),
    "notes": ("notes", "VARCHAR"),
    "role": ("role", "VARCHAR"),
    "modality": ("modality", "VARCHAR"),
}


_LEADS = Caution(
    "leads-only",
    "The events are GDELT's: leads that a machine read out of news, none of them checked. One "
    "happening may stand there several times, at wrong places too. Look into them before you rely "
    "on any; they say nothing of casualties.",
)


def load_events(
    con: duckdb.DuckDBPyConnection,
    events: Path | TableFile | pd.DataFrame,
    *,
    options: TableOptions | None = None,
    for_map: bool = False,
) -> tuple[list[Caution], str]:
    """Read an event table into `events` and `rejected`.

    Makes two tables; each row of the input is in `rejected`, or in `events`, or gave way to a later
    version of its event there, which a caution counts.

    `events`, to be ordered by `number`: `number` (of the row, from 1; the header and blank lines
    don't count), `event_id` (`row-<number>` where the table gives none), `lon`, `lat` (degrees,
    EPSG:4326), `radius_km` (the row's own; NULL: none), `type_radius_km` (of its event type; NULL:
    not listed), `precision_km` (the position is known within this radius; 0: exactly), `by_group`,
    `event_type`, `event_date`, `fatalities` (persons), `country` (ISO 3166-1 alpha-2),
    `place_kind` (`point`, `country`, `region`); NULL where not given.

    `rejected`: `number`, `code`, `reason`.

    Parameters
    ----------
    con
        A scratch database without tables of these names.
    events
        CSV, GeoJSON or Parquet, or a data frame (a GeoDataFrame of points gives its own positions).
        ACLED's and UCDP's exports are known by their columns.
    options
        How to read it; None: as it is found.
    for_map
        Keep what a map shows and counting doesn't need: the columns `name`, `notes`, `role` and
        `modality`, and events at 0, 0, whose `place_kind` is `region`: they are listed, and have no
        place.

    Returns
    -------
        What was set aside or repaired and why, and what is doubtful; and whose export it is, see
        `geo.events.columns.Columns`.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it is empty or broken, lacks columns, has longitude and latitude swapped, or no row can
        be used.
    UsageError
        If there is no column `options.by`.
    """
    options = options or TableOptions()
    cautions: list[Caution] = []
    con.execute(read_statement("events", "macros"))
    with ExitStack() as stack:
        incoming = open_table(events, options, cautions, stack, texts=for_map)
        _check_rows(con, incoming, options, for_map=for_map)
    if "country" in incoming.columns.fields:
        refuse_swapped(con, incoming)
    _reject_rows(con, incoming)
    cautions += describe_rejected(con, incoming.name)
    _store_centres(con, incoming)
    _keep_events(con, for_map=for_map)
    cautions += describe_events(con)
    con.execute("DROP VIEW checked")
    for table in _TEMPORARY:
        con.execute(f"DROP TABLE {table}")
    scheme = incoming.columns.scheme
    return [_LEADS, *cautions] if scheme == "gdelt" else cautions, scheme


def _check_rows(
    con: duckdb.DuckDBPyConnection, incoming: Incoming, options: TableOptions, *, for_map: bool
) -> None:
    """Stream the rows into `checked`. What the table lacks is NULL there, and takes no space."""
    schema = list_schema(incoming)
    failures: list[Exception] = []
    batches = _keep_failure(read_cells(incoming, options), failures)
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    con.register("incoming_rows", reader)
    _add_nulls(con, "incoming", "incoming_rows", _find_lacking(_CELLS, schema.names))
    lacking = [name for name, (cell, _) in _CHECKED.items() if cell not in schema.names]
    excluded = f"EXCLUDE ({', '.join(lacking)})" if lacking else ""
    select = read_statement("events", "checked")
    try:
        con.execute(
            f"CREATE TEMP TABLE checked_rows AS SELECT * {excluded} FROM ({select})",  # noqa: S608
            {
                "decimal_comma": incoming.decimal_comma,
                "garbled": incoming.garbled,
                "encoding": incoming.encoding,
                "keep_unplaced": for_map,
                "most_km": MAX_RADIUS_KM,
                "coarsest": max(PRECISION_KM[incoming.columns.scheme]),
                "date_format": options.date_format,
            },
        )
    except duckdb.Error as error:
        _explain(error, failures, incoming.name)
    finally:
        con.execute("DROP VIEW incoming")
        con.unregister("incoming_rows")
    _add_nulls(con, "checked", "checked_rows", {name: _CHECKED[name][1] for name in lacking})


def _keep_failure(
    batches: Iterator[pa.RecordBatch], failures: list[Exception]
) -> Iterator[pa.RecordBatch]:
    """Note what ends the reading: DuckDB would only hand on its text, with a traceback."""
    try:
        yield from batches
    except Exception as error:
        failures.append(error)
        raise


def _explain(error: duckdb.Error, failures: Sequence[Exception], name: str) -> NoReturn:
    """Raise what stopped the reading of a table as one of our errors; a bug stays what it is."""
    if not failures:
        if isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException):
            reason = str(error).splitlines()[0]
            raise UnavailableError(f"{name} can't be stored: {reason}") from error
        raise error
    (failure,) = failures
    broken = isinstance(failure, OSError) and failure.errno is None  # Arrow's, of a torn file
    if broken or isinstance(failure, pa.ArrowException):
        raise TableError(f"{name}: {describe_fault(failure)}") from failure
    if isinstance(failure, OSError):
        raise UnavailableError(f"{name} can't be read: {failure.strerror}") from failure
    raise failure


def _find_lacking(cells: Mapping[str, str], present: Collection[str]) -> dict[str, str]:
    return {name: kind for name, kind in cells.items() if name not in present}


def _add_nulls(
    con: duckdb.DuckDBPyConnection, view: str, table: str, columns: Mapping[str, str]
) -> None:
    nulls = "".join(f", CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
    con.execute(f"CREATE TEMP VIEW {view} AS SELECT *{nulls} FROM {table}")  # noqa: S608


def _reject_rows(con: duckdb.DuckDBPyConnection, incoming: Incoming) -> None:
    columns = list(zip(*incoming.broken, strict=True)) or [(), (), ()]
    arrays = [pa.array(cells, kind) for cells, kind in zip(columns, _REJECTED.types, strict=True)]
    con.register("incoming_rows", pa.Table.from_arrays(arrays, schema=_REJECTED))
    con.execute(read_statement("events", "rejected"))
    con.unregister("incoming_rows")


def _store_centres(con: duckdb.DuckDBPyConnection, incoming: Incoming) -> None:
    """Store the centres of the countries that occur, degrees."""
    found: list[tuple[str, float, float]] = []
    if "country" in incoming.columns.fields:
        codes = con.execute(
            "SELECT DISTINCT country FROM checked WHERE code IS NULL AND country IS NOT NULL"
        ).fetchall()
        found = list(find_centres(code for (code,) in codes))
    columns = list(zip(*found, strict=True)) or [(), (), ()]
    arrays = [pa.array(cells, kind) for cells, kind in zip(columns, _CENTRES.types, strict=True)]
    con.register("incoming_rows", pa.Table.from_arrays(arrays, schema=_CENTRES))
    con.execute("CREATE TEMP TABLE centres AS SELECT * FROM incoming_rows")
    con.unregister("incoming_rows")


def _keep_events(con: duckdb.DuckDBPyConnection, *, for_map: bool) -> None:
    con.execute(read_statement("events", "superseded"))
    near = {"country_km": _COUNTRY_KM, "near_degrees": _NEAR_CENTRE_DEGREES}
    con.execute(read_statement("events", "central"), near)
    wide = {"country_km": _COUNTRY_KM, "country_level": WHOLE_COUNTRY, "nowhere_km": _NOWHERE_KM}
    select = read_statement("events", "events")
    left_out = "" if for_map else f"EXCLUDE ({', '.join(_SHOWN)})"
    con.execute(f"CREATE TABLE events AS SELECT * {left_out} FROM ({select})", wide)  # noqa: S608
