"""Event tables of any length into DuckDB: what counting needs, every row accounted for."""

from __future__ import annotations

import codecs
import csv
import io
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from geo.database.store import read_statement
from geo.errors import TableError, UnavailableError, UsageError
from geo.events.columns import match_columns
from geo.events.table import decode_table, doubt_encoding, find_delimiter, read_features
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

_FIELDS = ("lon", "lat", "event_id", "radius_km", "geo_precision", "fatalities", "event_date")
_GROUP = "by_group"
_HEAD = 1 << 16
_CHUNK = 1 << 22
_NAMED = 5
_BATCH_ROWS = 200_000


@dataclass(slots=True)
class _Incoming:
    """Batches with the columns of `_FIELDS` and the group; `broken`: rows with a wrong shape."""

    name: str
    batches: Iterator[pa.RecordBatch]
    columns: dict[str, str]
    broken: list[str] = field(default_factory=list)
    rows: int = 0


def load_events(
    con: duckdb.DuckDBPyConnection, events: Path | pd.DataFrame, by: str | None = None
) -> list[Caution]:
    """Read an event table into `events` (`bulk.sql`), in the table's order.

    Parameters
    ----------
    events
        CSV, GeoJSON or Parquet, or a data frame (a GeoDataFrame of points gives its own positions).
    by
        A column whose value is kept as the event's group.

    Returns
    -------
        What was set aside and why, and what is doubtful.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it is empty or broken, lacks columns, or no row can be used.
    UsageError
        If there is no column `by`.
    """
    cautions: list[Caution] = []
    with ExitStack() as stack:
        incoming = _open(events, by, cautions, stack)
        reader = pa.RecordBatchReader.from_batches(_schema(), _number(incoming))
        con.register("incoming_rows", reader)
        stack.callback(con.unregister, "incoming_rows")
        try:
            con.execute("CREATE TABLE incoming AS SELECT * FROM incoming_rows")
        except (pa.ArrowException, duckdb.Error) as error:
            raise TableError(f"{incoming.name}: {error}; expected an event table") from error
    con.execute(read_statement("events", "bulk"))
    con.execute("DROP TABLE incoming")
    return cautions + _account(con, incoming)


def _account(con: duckdb.DuckDBPyConnection, incoming: _Incoming) -> list[Caution]:
    reasons = con.execute(
        "SELECT 'row ' || number || ': ' || reason FROM checked WHERE reason IS NOT NULL "
        "ORDER BY number LIMIT ?",
        [_NAMED],
    ).fetchall()
    first = [reason for (reason,) in reasons]
    ((total, rejected, kept),) = con.execute(
        "SELECT count(*), count(reason), (SELECT count(*) FROM events) FROM checked"
    ).fetchall()
    total, rejected = total + len(incoming.broken), rejected + len(incoming.broken)
    named = [*incoming.broken, *first][:_NAMED]
    listed = "; ".join(named) + (f" and {rejected - len(named)} more" if rejected > _NAMED else "")
    if not kept:
        raise TableError(
            f"{incoming.name}: none of {total} rows can be used" + (f": {listed}" if listed else "")
        )
    cautions = []
    if rejected:
        cautions.append(
            Caution("rows-rejected", f"{rejected} of {total} rows were set aside: {listed}.")
        )
    if repeated := total - rejected - kept:
        cautions.append(
            Caution("events-repeated", f"{repeated} rows repeat an event_id; its last row counts.")
        )
    return cautions


def _schema() -> pa.Schema:
    text = [pa.field(name, pa.string()) for name in (*_FIELDS, _GROUP)]
    return pa.schema([pa.field("number", pa.int64()), *text])


def _number(incoming: _Incoming) -> Iterator[pa.RecordBatch]:
    """Give rows their numbers, from 1, and bring the columns into one order, as text."""
    for batch in incoming.batches:
        size = batch.num_rows
        numbers = pa.array(range(incoming.rows + 1, incoming.rows + size + 1), pa.int64())
        incoming.rows += size
        arrays = [numbers]
        for name in (*_FIELDS, _GROUP):
            column = incoming.columns.get(name)
            found = batch.column(column) if column else pa.nulls(size, pa.string())
            arrays.append(found.cast(pa.string()))
        yield pa.RecordBatch.from_arrays(arrays, schema=_schema())


def _match(header: Sequence[str], name: str, by: str | None) -> dict[str, str]:
    matched = match_columns(header, name)
    columns = {field: matched[field] for field in _FIELDS if field in matched}
    if by is not None:
        if by not in header:
            raise UsageError(f"{name}: no column {by!r}; the columns are: {', '.join(header[:20])}")
        columns[_GROUP] = by
    return columns


def _open(
    events: Path | pd.DataFrame, by: str | None, cautions: list[Caution], stack: ExitStack
) -> _Incoming:
    if not isinstance(events, Path):
        return _open_frame(events, by)
    suffix = events.suffix.lower()
    try:
        if suffix == ".parquet":
            return _open_parquet(events, by, stack)
        if suffix in {".geojson", ".json"}:
            return _open_features(events, by)
        return _open_csv(events, by, cautions, stack)
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(f"{events} can't be read: {error.strerror or error}") from error


def _open_frame(events: pd.DataFrame, by: str | None) -> _Incoming:
    frame = events.reset_index(drop=True)
    geometry = getattr(events, "_geometry_column_name", None)
    if geometry in frame.columns:
        points = events.geometry if events.crs is None else events.geometry.to_crs(4326)
        frame = frame.drop(columns=geometry).drop(columns=["lon", "lat"], errors="ignore")
        frame = frame.assign(lon=points.x.to_numpy(), lat=points.y.to_numpy())
    columns = _match([str(column) for column in frame.columns], "the events", by)
    table = pa.Table.from_pandas(frame[list(dict.fromkeys(columns.values()))], preserve_index=False)
    return _Incoming("the events", iter(table.to_batches(_BATCH_ROWS)), columns)


def _open_parquet(path: Path, by: str | None, stack: ExitStack) -> _Incoming:
    import pyarrow.parquet as pq

    stream = stack.enter_context(path.open("rb"))
    if not stream.read(1):
        raise TableError(f"{path.name}: the file is empty; expected an event table as .parquet")
    try:
        file = pq.ParquetFile(stream)
    except pa.ArrowException as error:
        raise TableError(f"{path.name}: no readable Parquet: {error}") from error
    columns = _match(file.schema_arrow.names, path.name, by)
    wanted = list(dict.fromkeys(columns.values()))
    return _Incoming(path.name, file.iter_batches(_BATCH_ROWS, columns=wanted), columns)


def _open_features(path: Path, by: str | None) -> _Incoming:
    header, rows = read_features(path.read_bytes(), path.name)
    columns = _match(header, path.name, by)
    wanted = list(dict.fromkeys(columns.values()))
    broken: list[str] = []
    found: dict[str, list[str | None]] = {column: [] for column in wanted}
    for number, cells in rows:
        if isinstance(cells, str):
            broken.append(f"row {number}: {cells}")
            continue
        for column in wanted:
            value = cells.get(column)
            found[column].append(None if value is None else str(value))
    table = pa.table({column: pa.array(values, pa.string()) for column, values in found.items()})
    return _Incoming(path.name, iter(table.to_batches(_BATCH_ROWS)), columns, broken)


def _open_csv(path: Path, by: str | None, cautions: list[Caution], stack: ExitStack) -> _Incoming:
    import pyarrow.csv as pc

    stream, head = _open_text(path, cautions)
    stack.enter_context(stream)
    if head.lstrip()[:1] == "<":
        raise TableError(f"{path.name}: an HTML or XML page, not a table; expected CSV")
    delimiter = find_delimiter(head, path.name, cautions)
    header = next((row for row in csv.reader(io.StringIO(head), delimiter=delimiter) if row), [])
    header = [column.strip() for column in header]
    columns = _match(header, path.name, by)
    broken: list[str] = []

    def refuse(row: Any) -> str:
        broken.append(
            f"{row.actual_columns} cells, expected {row.expected_columns} as in the header: "
            f"{row.text[:60]!r}"
        )
        return "skip"

    try:
        batches = pc.open_csv(
            stream,
            read_options=pc.ReadOptions(column_names=header, skip_rows=_skipped(head)),
            parse_options=pc.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse
            ),
            convert_options=pc.ConvertOptions(
                include_columns=list(dict.fromkeys(columns.values())),
                column_types=dict.fromkeys(columns.values(), pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return _Incoming(path.name, iter(()), columns, broken)
        raise TableError(f"{path.name}: {error}; expected an event table as CSV") from error
    return _Incoming(path.name, batches, columns, broken)


def _skipped(head: str) -> int:
    """Return the number of lines before the first row: empty ones and the header."""
    lines = head.split("\n")
    return next((n for n, line in enumerate(lines) if line.strip()), 0) + 1


def _open_text(path: Path, cautions: list[Caution]) -> tuple[Any, str]:
    """Return a stream of UTF-8 and the beginning of its text.

    The file is read once to see that it is UTF-8 and that its quotes are closed; any other
    encoding is decoded in memory.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
    quotes, head, plain = 0, b"", True
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            head = head or chunk[:_HEAD]
            quotes += chunk.count(b'"')
            plain = plain and b"\0" not in chunk
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                plain = False
            if not plain:
                break
    if plain and head:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            plain = False
    if plain and head:
        if quotes % 2:
            raise TableError(f"{path.name}: a quote is not closed; check the quotes in the file")
        bom = head.startswith(codecs.BOM_UTF8)
        source = path.open("rb")
        source.seek(len(codecs.BOM_UTF8) if bom else 0)
        return source, head.decode("utf-8-sig", errors="ignore")
    data = path.read_bytes()
    text = decode_table(data, path.name)
    cautions += doubt_encoding(data, path.name)
    return io.BytesIO(text.encode()), text[:_HEAD]
