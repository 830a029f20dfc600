"""XLSX: one workbook, a sheet to read first, then a sheet a layer; no macros, no formulas."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from maps.publish.spreadsheet import iterate_table, list_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from maps.publish.layers import Cell, Layer
    from maps.publish.release import Release

MOST_ROWS = 1_048_576
"""That a sheet can hold, the header included: more rows go on in a next sheet."""

_MOST_IN_MEMORY = 200_000  # rows; more are written one by one, which takes longer
_MOST_CHARACTERS = 32_767  # that a cell can hold
_CUT = " [cut: a cell holds no more]"
_WIDTHS = {"text": 24, "number": 14, "people": 14, "day": 12}
_READ_ME_WIDTHS = (24, 40, 40, 60)


def write_xlsx(release: Release, folder: Path) -> None:
    """Write the workbook.

    Text is written as text: P-codes keep their zeros, and what looks like a formula is none, also
    after it was edited. A figure that is not known is an empty cell. The date of creation is the
    day that the figures are for.
    """
    import xlsxwriter

    path = folder / release.name_file("layers", "xlsx")
    many = sum(len(layer.table) for layer in release.layers) > _MOST_IN_MEMORY
    with xlsxwriter.Workbook(path, {"constant_memory": many, "use_zip64": many}) as workbook:
        workbook.set_properties(
            {
                "title": release.title,
                "subject": release.headline,
                "comments": release.marking,
                "created": datetime.fromisoformat(release.as_of),
            }
        )
        formats = {
            "text": workbook.add_format({"quote_prefix": True}),
            "people": workbook.add_format({"num_format": "#,##0"}),
            "head": workbook.add_format({"bold": True, "bottom": 1}),
            "plain": workbook.add_format(),
            "wrap": workbook.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
        }
        _write_read_me(workbook.add_worksheet("read me"), release, formats)
        for layer in release.layers:
            _write_layer(workbook, layer, formats, hxl=release.hxl)


def _write_read_me(sheet: Worksheet, release: Release, formats: dict[str, Any]) -> None:
    for number, width in enumerate(_READ_ME_WIDTHS):
        sheet.set_column(number, number, width)
    for number, line in enumerate(_tell_release(release)):
        style = formats["head"] if len(line) == 1 or not number else formats["wrap"]
        for place, text in enumerate(line):
            _write_text(sheet, number, place, text, style, formats["plain"])


def _tell_release(release: Release) -> Iterator[Sequence[str]]:
    """Yield the lines of the sheet to read first; a line of one cell is a heading."""
    yield "title", release.title
    yield "headline", release.headline
    yield "as of", release.as_of
    yield "map number", release.number
    yield "marking", release.marking
    if release.released_by:
        yield "released by", release.released_by
    yield ()
    yield ("Columns",)
    for layer in release.layers:
        for column in list_columns(layer):
            yield layer.name, column.name, column.text
    yield ()
    yield ("Sources and licences",)
    for source in release.sources:
        parts = ("name", "date", "url", "attribution", "note")
        told = [str(source[part]) for part in parts if source.get(part)]
        yield source["source_id"], source["licence"], "; ".join(told)
    yield ()
    yield ("Cautions",)
    for caution in release.cautions:
        yield caution["code"], caution["text"]


def _write_layer(workbook: Any, layer: Layer, formats: dict[str, Any], *, hxl: bool) -> None:
    columns = list_columns(layer)
    heads = [[column.name for column in columns], *([[c.hxl for c in columns]] if hxl else [])]
    numbers = [formats["people"] if each.kind == "people" else None for each in columns]
    rows = iterate_table(layer)
    row, part = next(rows, None), 1
    while row is not None or part == 1:
        sheet = workbook.add_worksheet(layer.name if part == 1 else f"{layer.name} {part}")
        sheet.freeze_panes(len(heads), 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS[column.kind])
        for number, head in enumerate(heads):
            for place, text in enumerate(head):
                sheet.write_string(number, place, text, formats["head"])
        number = len(heads)
        while row is not None and number < MOST_ROWS:
            _write_row(sheet, number, row, numbers, formats)
            row, number = next(rows, None), number + 1
        part += 1


def _write_row(
    sheet: Worksheet,
    number: int,
    row: tuple[Cell, ...],
    numbers: Sequence[Any],
    formats: dict[str, Any],
) -> None:
    for place, (value, style) in enumerate(zip(row, numbers, strict=True)):
        if isinstance(value, str):
            # a quote keeps digits and signs text when the cell is edited; letters need none
            quoted = None if value[:1].isalpha() else formats["text"]
            _write_text(sheet, number, place, value, quoted, formats["plain"])
        elif value is not None:
            sheet.write_number(number, place, value, style)


def _write_text(
    sheet: Worksheet, number: int, place: int, text: str, style: Any, plain: Any
) -> None:
    text = _fit_cell(text)
    if text.startswith("<r>") and text.endswith("</r>"):
        # the writer takes this for XML of its own and would not escape it: in two parts it does
        sheet.write_rich_string(number, place, text[:1], plain, text[1:], style)
    else:
        sheet.write_string(number, place, text, style)


def _fit_cell(text: str) -> str:
    if len(text) <= _MOST_CHARACTERS // 2:  # a character takes two places at the most
        return text
    if len(text.encode("utf-16-le")) // 2 <= _MOST_CHARACTERS:
        return text
    kept = text.encode("utf-16-le")[: 2 * (_MOST_CHARACTERS - len(_CUT))]
    return kept.decode("utf-16-le", "ignore") + _CUT
