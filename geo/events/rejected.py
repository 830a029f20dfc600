"""The rows of an event table that can't be used, as a file for whoever has to mend them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

_FORMULA = r"^[=+\-@\t\r]"
_BATCH_ROWS = 100_000


def write_rejected(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the table `rejected` as CSV: `number`, `code`, `reason`, in order of number.

    The file is new and whole, or as it was. Text that a spreadsheet would take for a formula gets
    an apostrophe in front.

    Parameters
    ----------
    con
        Where `geo.events.bulk.load_events` has read a table.

    Returns
    -------
        The number of rows written; a file without rows is written too.

    Raises
    ------
    UnavailableError
        If the file can't be written.
    """
    import pyarrow.csv

    query = "SELECT number, code, reason FROM rejected ORDER BY number"
    batches = con.sql(query).to_arrow_reader(_BATCH_ROWS)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    rows = 0
    try:
        with part.open("wb") as stream:
            with pyarrow.csv.CSVWriter(stream, batches.schema) as writer:
                for batch in batches:
                    writer.write_batch(_make_safe(batch))
                    rows += batch.num_rows
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise UnavailableError(f"{path} can't be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def _make_safe(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Keep a spreadsheet from taking text for a formula."""
    columns = []
    for column in batch.columns:
        if pa.types.is_string(column.type):
            risky = pc.match_substring_regex(column, _FORMULA)
            quoted = pc.binary_join_element_wise("'", column, "")
            columns.append(pc.if_else(risky, quoted, column))
        else:
            columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
