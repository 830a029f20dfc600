"""CSV: one file a layer, without shapes, for spreadsheets and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.publish.spreadsheet import iterate_table, list_columns
from maps.publish.table import to_cell, write_cells

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from maps.publish.layers import Layer
    from maps.publish.release import Release


def write_csv(release: Release, folder: Path) -> None:
    """Write a CSV file for each layer: UTF-8 with a byte-order mark.

    A cell that a spreadsheet would take for a formula begins with a quote; a figure that is not
    known is empty. P-codes are as written: a spreadsheet that opens the file may take one that is
    made of digits for a number, which XLSX keeps it from.
    """
    for layer in release.layers:
        write_cells(
            _make_rows(layer, hxl=release.hxl), folder / release.name_file(layer.name, "csv")
        )


def _make_rows(layer: Layer, *, hxl: bool) -> Iterator[list[object]]:
    columns = list_columns(layer)
    yield [column.name for column in columns]
    if hxl:
        yield [column.hxl for column in columns]
    positions = len(columns) - len(layer.columns)  # degrees keep all of their digits
    cut = len(columns) - positions
    for row in iterate_table(layer):
        yield [*map(to_cell, row[:cut]), *row[cut:]]
