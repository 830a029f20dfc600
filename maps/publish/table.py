"""exposure.csv: one row a zone, for a spreadsheet."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from geo.database.store import fetch_records, get_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geo.run import Assessment

_STATEMENT = """
SELECT zones.zone_id, event_id, label, kind, pcode, area_km2, low, best, high, static,
    density_km2, population_source, population_date, coverage_fraction, nodata_fraction
FROM zones LEFT JOIN exposure USING (zone_id)
ORDER BY zones.rowid
"""
# Spreadsheets take the wide signs of East Asian scripts for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def write_table(run: Assessment, path: Path) -> None:
    """Write exposure.csv: UTF-8 with a byte-order mark, so that spreadsheets read Arabic names.

    A zone without population data has empty figures, never zeros. Rings are parts of the discs
    round the same place: rows of different kinds are not to be added.
    """
    with run.connect() as con:
        rows = fetch_records(con, _STATEMENT)
        columns = [column[0] for column in con.execute(_STATEMENT).description or []]
        as_of = get_facts(con)["as_of"]
    cells = ([*(to_cell(row[column]) for column in columns), as_of] for row in rows)
    write_cells([[*columns, "as_of"], *cells], path)


def write_cells(rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write a CSV file of cells as they are: UTF-8 with a byte-order mark; None is empty."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\r\n").writerows(rows)


def to_cell(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.1f}"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
