"""The rows of an event table that can't be used, as a file for whoever has to mend them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.table_file import open_writer

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

_ROWS = "SELECT number, code, reason FROM rejected ORDER BY number"
_BATCH_ROWS = 100_000


def write_rejected(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the table `rejected` as CSV or Parquet: `number`, `code`, `reason`, in order of number.

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
    batches = con.sql(_ROWS).to_arrow_reader(_BATCH_ROWS)
    rows = 0
    with open_writer(path, batches.schema) as write:
        for batch in batches:
            write(batch)
            rows += batch.num_rows
    return rows
