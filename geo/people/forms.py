"""The forms that a table of displacement may have, told apart by content: its records as rows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.errors import TableError
from geo.people import dtm, hapi
from geo.people.accounting import RowFate
from geo.people.idp_rows import CellError, IdpRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MOST_ROWS = 300_000

_LISTED = 6
_FORMS = "civmap's figures (CSV), IOM DTM (API v3 JSON, or its CSV) or HDX HAPI idps (CSV, JSON)"


@dataclass(frozen=True, slots=True)
class PublishedRows:
    """The rows of one table of IOM's or HAPI's.

    Attributes
    ----------
    name
        Of the file, for messages.
    agency, form
        Whose it is, and in which form.
    unread
        The fate of each record that is no row.
    """

    name: str
    agency: str
    form: str
    rows: tuple[IdpRow, ...]
    unread: tuple[RowFate, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """The form of an API's answers.

    Attributes
    ----------
    key
        Under which its records stand.
    columns
        That each record has.
    origin
        What to ask for.
    """

    key: str
    agency: str
    form: str
    columns: tuple[str, ...]
    origin: str
    read: Callable[[int, Mapping[str, Any]], IdpRow]


_ANSWERS = (
    _Answer(
        "result",
        dtm.NAME,
        "API v3 JSON",
        dtm.COLUMNS,
        "displacement/admin1 or displacement/admin2",
        dtm.read_dtm_row,
    ),
    _Answer(
        "data",
        hapi.NAME,
        "API v2 JSON",
        hapi.COLUMNS,
        "affected-people/idps (API v2)",
        hapi.read_hapi_row,
    ),
)


def read_published(data: bytes, name: str) -> PublishedRows | None:
    """Return the rows of a table of IOM's or HAPI's; None: it is of another form.

    Parameters
    ----------
    data
        CSV or JSON in UTF-8.
    name
        For messages.

    Raises
    ------
    TableError
        If it is JSON of another form, or a table of theirs that is not whole.
    """
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start in (b"{", b"["):
        answer, records = _read_json(data, name)
        return _read_rows(enumerate(records, 1), answer.read, name, answer.agency, answer.form)
    header = _read_header(data)
    for form, read in ((dtm, dtm.read_dtm_row), (hapi, hapi.read_hapi_row)):
        if _is_of(header, form.COLUMNS):
            lines = _read_lines(data, name, form.COLUMNS, form.NAME)
            return _read_rows(lines, read, name, form.NAME, "CSV")
    return None


def _read_rows(
    records: Iterable[tuple[int, Any]],
    read: Callable[[int, Mapping[str, Any]], IdpRow],
    name: str,
    agency: str,
    form: str,
) -> PublishedRows:
    """Read records; each becomes a row or gets the fate of one that can't be read."""
    rows: list[IdpRow] = []
    unread: list[RowFate] = []
    for number, record in records:
        if len(rows) + len(unread) >= MOST_ROWS:
            raise TableError(f"{name}: more than {MOST_ROWS:,} rows; take those of one country")
        try:
            if isinstance(record, str):
                raise CellError(record)  # noqa: TRY301  a line that is no record at all
            rows.append(read(number, record))
        except CellError as error:
            unread.append(RowFate(number, "set aside", str(error)))
    return PublishedRows(name, agency, f"{agency}, {form}", tuple(rows), tuple(unread))


def _read_json(data: bytes, name: str) -> tuple[_Answer, list[Any]]:
    """Return the form of an API's answer, and its records."""
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise TableError(f"{name}: not JSON: {error}") from error
    keys = sorted(map(str, content)) if isinstance(content, dict) else []
    form = next((each for each in _ANSWERS if each.key in keys), None)
    records = content[form.key] if form else None
    if form is None or not isinstance(records, list):
        found = f"keys {', '.join(keys[:_LISTED])}" if keys else "no object"
        raise TableError(f"{name}: JSON with {found}; expected {_FORMS}")
    if content.get("isSuccess") is False or content.get("errorMessages"):
        raise TableError(f"{name}: the API's answer is an error, no table; ask it again")
    announced = content.get("totalRecordsCount")
    if isinstance(announced, int) and announced != len(records):
        raise TableError(
            f"{name}: {len(records):,} records of {announced:,} announced; the answer is not whole"
        )
    first = records[0] if records else None
    missing = [
        column for column in form.columns if not isinstance(first, dict) or column not in first
    ]
    if missing and (records or form.agency == dtm.NAME):  # the page after the last one is empty
        raise TableError(
            f"{name}: records of {form.agency} without {', '.join(missing)}; expected the answer "
            f"of {form.origin}"
        )
    return form, [
        record if isinstance(record, dict) else "no record with named values" for record in records
    ]


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _read_header(data: bytes) -> list[str]:
    """Return the names in a CSV's first line; empty where there is none."""
    line = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0][:10_000]
    try:
        return [name.strip() for name in next(csv.reader([line.decode("utf-8").strip()]), [])]
    except (UnicodeDecodeError, csv.Error):
        return []


def _is_of(header: list[str], columns: tuple[str, ...]) -> bool:
    """Return whether a header is meant as a form's: most of the form's columns are in it."""
    return 2 * sum(column in header for column in columns) > len(columns)


def _read_lines(
    data: bytes, name: str, columns: tuple[str, ...], form: str
) -> Iterator[tuple[int, Any]]:
    """Yield the number of each line and its cells by column; text instead where it has no cells."""
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        header = [cell.strip() for cell in next(reader)]
        faults = [f"column {column!r} is missing" for column in columns if column not in header]
        faults += [
            f"column {each!r} stands twice"
            for each in sorted(set(header))
            if header.count(each) > 1
        ]
        if faults:
            raise TableError(f"{name}: a table of {form} with faults: {'; '.join(faults)}")
        for cells in reader:
            if len(cells) == len(header):
                yield reader.line_num, dict(zip(header, cells, strict=True))
            elif any(cells):
                yield reader.line_num, "another number of cells than the header"
    except UnicodeDecodeError as error:
        raise TableError(
            f"{name}: not UTF-8 at byte {error.start}; save the CSV as UTF-8"
        ) from error
    except csv.Error as error:
        raise TableError(f"{name}: not a CSV table: {error}") from error
