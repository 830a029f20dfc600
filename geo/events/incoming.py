"""An event table of any format, opened: its columns known, its rows to come in batches."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from geo.errors import TableError, UnavailableError
from geo.events.columns import match_columns
from geo.events.encoding import TableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import ExitStack

    import pandas as pd

    from geo.events.columns import Columns
    from geo.events.options import TableOptions
    from geo.types import Caution

BATCH_ROWS = 200_000


class Broken(NamedTuple):
    """A row that has no cells to look at: its number from 1, a reason code, and the reason."""

    number: int
    code: str
    reason: str


@dataclass(slots=True)
class Incoming:
    """A table that is being read.

    Attributes
    ----------
    batches
        Rows in order, without those of `broken`; columns as in the table.
    broken
        Rows that are set aside while reading; it grows with the batches, in order of number.
    decimal_comma
        Whether positions may be written with a decimal comma.
    garbled
        Whether some bytes could not be read: they are U+FFFD now.
    encoding
        Of a text; empty: none.
    verify
        Called with the number of all rows when the last was read; raises TableError if the table
        must have had more.
    """

    name: str
    batches: Iterator[pa.RecordBatch]
    columns: Columns
    broken: list[Broken] = field(default_factory=list)
    decimal_comma: bool = False
    garbled: bool = False
    encoding: str = ""
    verify: Callable[[int], None] | None = None


def describe_fault(error: Exception) -> str:
    """Return in one line why Arrow can't read on."""
    if "straddl" in str(error):
        return "a row is longer than 4 MB; check the quotes near it"
    lines = str(error).splitlines()
    return f"{lines[0]}; expected an event table" if lines else "expected an event table"


def open_table(
    events: Path | TableFile | pd.DataFrame,
    options: TableOptions,
    cautions: list[Caution],
    stack: ExitStack,
    *,
    texts: bool,
) -> Incoming:
    """Open an event table by the ending of its name, or a data frame.

    Parameters
    ----------
    stack
        Closes what stays open while batches are read.
    texts
        Whether names and notes are wanted.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it is empty or broken, or lacks columns.
    UsageError
        If there is no column `options.by`.
    """
    from geo.events.delimited import open_csv
    from geo.events.features import open_features

    file = TableFile(events.name, events) if isinstance(events, Path) else events
    if not isinstance(file, TableFile):
        return _open_frame(file, options, texts=texts)
    suffix = PurePath(file.name).suffix.lower()
    try:
        if suffix == ".parquet":
            return _open_parquet(file, options, stack, texts=texts)
        if suffix in {".geojson", ".json"}:
            return open_features(file, options, cautions, texts=texts)
        return open_csv(file, options, cautions, stack, texts=texts)
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(f"{events} can't be read: {error.strerror or error}") from error


def _open_frame(events: pd.DataFrame, options: TableOptions, *, texts: bool) -> Incoming:
    name = "the events"
    frame = events.reset_index(drop=True)
    broken: list[Broken] = []
    if (geometry := getattr(events, "_geometry_column_name", None)) in frame.columns:
        points = events.geometry if events.crs is None else events.geometry.to_crs(4326)
        usable = (points.geom_type == "Point").to_numpy() & ~points.is_empty.to_numpy()
        kinds = points.geom_type.to_numpy()
        broken = [
            Broken(int(row) + 1, "geometry", f"geometry {kinds[row]!r}: expected a Point")
            for row in np.flatnonzero(~usable)
        ]
        frame = frame.drop(columns=[geometry, *_other_positions(frame.columns)])[usable]
        points = points[usable]
        frame = frame.assign(lon=points.x.to_numpy(), lat=points.y.to_numpy())
    frame = frame.set_axis([str(column) for column in frame.columns], axis=1)
    columns = match_columns(list(frame.columns), name, by=options.by, texts=texts)
    frame = frame[columns.wanted].copy()
    for column in columns.wanted:
        if frame[column].dtype == object:  # may hold numbers and text side by side
            frame[column] = frame[column].map(str, na_action="ignore")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    _refuse_nested(table.schema, columns, name)
    return Incoming(name, iter(table.to_batches(BATCH_ROWS)), columns, broken)


def _other_positions(columns: Iterable[Any]) -> list[Any]:
    """Columns that would be taken for the position, which the geometry gives."""
    names = {"lon", "lat", "longitude", "latitude"}
    return [column for column in columns if str(column).strip().lower() in names]


def _open_parquet(
    file: TableFile, options: TableOptions, stack: ExitStack, *, texts: bool
) -> Incoming:
    import pyarrow.parquet as pq

    stream = stack.enter_context(file.open())
    if not stream.read(1):
        raise TableError(f"{file.name}: the file is empty; expected an event table as .parquet")
    try:
        parquet = pq.ParquetFile(stream)
    except pa.ArrowException as error:
        raise TableError(f"{file.name}: no readable Parquet: {describe_fault(error)}") from error
    schema = parquet.schema_arrow
    columns = match_columns(schema.names, file.name, by=options.by, texts=texts)
    _refuse_nested(schema, columns, file.name)
    batches = parquet.iter_batches(BATCH_ROWS, columns=columns.wanted)
    return Incoming(file.name, batches, columns)


def _refuse_nested(schema: pa.Schema, columns: Columns, name: str) -> None:
    for column in columns.wanted:
        kind = schema.field(column).type
        with suppress(pa.ArrowException):
            pa.nulls(0, kind).cast(pa.string())
            if not pa.types.is_binary(kind):
                continue
        raise TableError(f"{name}: column {column!r} holds {kind}; expected text or numbers")
