"""CSV, or cells parted by semicolons, tabs or bars, as an event table; read as a stream."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from geo.errors import TableError
from geo.events.columns import REQUIRED, match_columns
from geo.events.encoding import find_open_quote, read_script
from geo.events.incoming import Broken, Incoming, describe_fault
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from geo.events.columns import Columns
    from geo.events.encoding import Script, TableFile
    from geo.events.options import TableOptions

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_DECLARED = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)  # Excel's way to declare it
_BLOCK = 1 << 22  # bytes; also the longest row
_SHOWN = 1_000  # rows with a wrong number of cells of which the text is kept
_SHOWN_TEXT = 60


@dataclass(frozen=True, slots=True)
class _Header:
    """Columns as written, what parts cells, and the lines down to the header's last."""

    columns: list[str]
    delimiter: str
    lines: int


def open_csv(
    file: TableFile,
    options: TableOptions,
    cautions: list[Caution],
    stack: ExitStack,
    *,
    texts: bool,
) -> Incoming:
    """Open a table of text; a row with a wrong number of cells is set aside.

    Raises
    ------
    OSError
        If the file can't be read.
    TableError
        If it is empty, no text, a web page, has a quote that is not closed, or lacks columns.
    """
    import pyarrow.csv as pc

    script = read_script(file, options.encoding, cautions)
    if script.head.lstrip()[:1] == "<":
        raise TableError(f"{file.name}: an HTML or XML page, not a table; expected CSV")
    header = _read_header(script.head, file.name, cautions)
    columns = match_columns(header.columns, file.name, by=options.by, texts=texts)
    if script.quotes % 2:
        line = find_open_quote(file, script, header.delimiter)
        raise TableError(
            f"{file.name}: a quote is not closed, or in a wrong place, in the row that begins on "
            f"line {line}; check the quotes near it"
        )
    broken: list[Broken] = []

    def refuse(row: Any) -> str:
        reason = f"{row.actual_columns} cells, expected {row.expected_columns} as in the header"
        if len(broken) < _SHOWN:
            reason += f": {row.text[:_SHOWN_TEXT]!r}"
        broken.append(Broken(row.number - header.lines, "ragged", reason))
        return "skip"

    stream = stack.enter_context(script.open(file))
    batches: Iterator[pa.RecordBatch] = iter(())
    try:
        batches = pc.open_csv(
            stream,
            # one thread: only then does a row that is set aside have its number
            read_options=pc.ReadOptions(
                column_names=header.columns,
                skip_rows=header.lines,
                use_threads=False,
                block_size=_BLOCK,
            ),
            parse_options=pc.ParseOptions(
                delimiter=header.delimiter, newlines_in_values=True, invalid_row_handler=refuse
            ),
            convert_options=pc.ConvertOptions(
                include_columns=columns.wanted,
                column_types=dict.fromkeys(columns.wanted, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise TableError(f"{file.name}: {describe_fault(error)}") from error
    return Incoming(
        file.name,
        batches,
        columns,
        broken,
        decimal_comma=header.delimiter != ",",
        garbled=script.broken,
        encoding=script.encoding,
        verify=lambda rows: _refuse_swallowed(file, script, header, columns, rows),
    )


def _refuse_swallowed(
    file: TableFile, script: Script, header: _Header, columns: Columns, rows: int
) -> None:
    """Stop if a cell of several lines holds what looks like rows: its quote was never meant.

    Raises
    ------
    TableError
        If a line inside a cell has as many cells as the header, two of them a position.
    """
    if not script.quotes or script.lines - header.lines <= rows:
        return  # no cell goes over several lines
    places = [header.columns.index(columns.fields[name]) for name in REQUIRED]
    opened, commas = 0, len(header.columns) - 1
    with io.TextIOWrapper(script.open(file), encoding="utf-8", newline="\n") as text:
        for number, line in enumerate(text, start=1):
            odd = line.count('"') % 2
            if opened and not odd and line.count(header.delimiter) >= commas:
                cells = next(csv.reader([line], delimiter=header.delimiter), [])
                if len(cells) == commas + 1 and all(_is_number(cells[n]) for n in places):
                    raise TableError(
                        f"{file.name}: the quote that opens on line {opened} is not closed there, "
                        f"and line {number} looks like a row of its own; check the quotes"
                    )
            if odd:
                opened = 0 if opened else number


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _read_header(head: str, name: str, cautions: list[Caution]) -> _Header:
    declared = _DECLARED.match(head)
    body = head[declared.end() :] if declared else head
    line = body.lstrip("\r\n").split("\n", 1)[0]
    delimiter = declared.group(1) if declared else max(_DELIMITERS, key=line.count)
    if delimiter != "," and line.count(delimiter):
        shown = _DELIMITERS.get(delimiter, repr(delimiter))
        cautions.append(Caution("delimiter", f"{name}: cells are parted by a {shown}."))
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    cells = next((row for row in reader if row), [])
    lines = reader.line_num + bool(declared)
    return _Header([cell.strip() for cell in cells], delimiter, lines)
