"""A table of displacement in any of the forms that are read, told apart by their content."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import TableError
from geo.people import dtm, hapi
from geo.people.accounting import Accounting, RowFate
from geo.people.figures import parse_figures, read_whole
from geo.people.idp_rows import CellError, IdpRow
from geo.people.rounds import Rounds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from geo.people.figures import Figure
    from geo.people.selection import Whole

_MAX_BYTES = 50_000_000
_MAX_ROWS = 300_000
_LISTED = 6
_FORMS = "civmap's figures (CSV), IOM DTM (API v3 JSON, or its CSV) or HDX HAPI idps (CSV)"


@dataclass(frozen=True, slots=True)
class DisplacementTable:
    """Dated figures, and what became of every row that they were read from."""

    figures: tuple[Figure, ...]
    accounting: Accounting


def read_displacement(
    path: Path,
    *,
    units: Mapping[str, str | None] | None = None,
    as_of: dt.date | None = None,
    wholes: Sequence[Whole] = (),
) -> DisplacementTable:
    """Read a table of displacement: civmap's own, IOM DTM's or HDX HAPI's.

    Parameters
    ----------
    path
        CSV or JSON in UTF-8, at most 50 MB; its form is told from its content.
    units
        Units in use, and the P-code of the unit above each; None: any.
    as_of
        The day that rounds are chosen for; None: the newest. Figures of civmap's own form are all
        returned, whatever their day.
    wholes
        Units with a published total: more people in some of them is a fault.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it has none of the forms, or civmap's own with faults (every one is named), or no row
        of IOM's or HAPI's is for a unit in use.
    """
    data = read_whole(path, _MAX_BYTES)
    return parse_displacement(data, str(path), units=units, as_of=as_of, wholes=wholes)


def parse_displacement(
    data: bytes,
    name: str,
    *,
    units: Mapping[str, str | None] | None = None,
    as_of: dt.date | None = None,
    wholes: Sequence[Whole] = (),
) -> DisplacementTable:
    """Parse a table of displacement; as `read_displacement`, `name` for messages."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start in (b"{", b"["):
        records = enumerate(_read_json(data, name), 1)
        return _settle(records, dtm.read_dtm_row, name, (dtm.NAME, "API v3 JSON"), units, as_of)
    header = _read_header(data)
    for form, read in ((dtm, dtm.read_dtm_row), (hapi, hapi.read_hapi_row)):
        if _is_of(header, form.COLUMNS):
            lines = _read_lines(data, name, form.COLUMNS, form.NAME)
            return _settle(lines, read, name, (form.NAME, "CSV"), units, as_of)
    figures = parse_figures(data, name, known_pcodes=units, wholes=wholes)
    fates = tuple(
        RowFate(number, "used", "a figure of its own") for number in range(1, len(figures) + 1)
    )
    return DisplacementTable(
        tuple(figures), Accounting(Path(name).name, "civmap figures", len(figures), fates, ())
    )


def _settle(
    records: Any,
    read: Callable[[int, Mapping[str, Any]], IdpRow],
    name: str,
    form: tuple[str, str],
    units: Mapping[str, str | None] | None,
    as_of: dt.date | None,
) -> DisplacementTable:
    """Read records and choose their rounds; every record gets a fate."""
    rows: list[IdpRow] = []
    unread: list[RowFate] = []
    for number, record in records:
        if len(rows) + len(unread) >= _MAX_ROWS:
            raise TableError(f"{name}: more than {_MAX_ROWS:,} rows; take those of one country")
        try:
            if isinstance(record, str):
                raise CellError(record)  # noqa: TRY301  a line that is no record at all
            rows.append(read(number, record))
        except CellError as error:
            unread.append(RowFate(number, "set aside", str(error)))
    agency, kind = form
    rounds = Rounds(rows, agency, units=units, as_of=as_of)
    fates = tuple(sorted([*unread, *rounds.fates], key=lambda fate: fate.number))
    form_name = f"{agency}, {kind}"
    accounting = Accounting(Path(name).name, form_name, len(rounds.figures), fates, rounds.checks)
    if not accounting.count("used") and not accounting.count("later"):
        raise TableError(
            f"{name} ({accounting.form}): no row can be used; expected displaced people in units "
            f"of the boundaries in use:\n{accounting.list_unusable()}"
        )
    return DisplacementTable(tuple(rounds.figures), accounting)


def _read_json(data: bytes, name: str) -> list[Any]:
    """Return the records of an answer of IOM's API."""
    try:
        answer = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise TableError(f"{name}: not JSON: {error}") from error
    keys = sorted(map(str, answer)) if isinstance(answer, dict) else []
    records = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        found = f"keys {', '.join(keys[:_LISTED])}" if keys else "no object"
        raise TableError(f"{name}: JSON with {found}; expected {_FORMS}")
    if answer.get("isSuccess") is False or answer.get("errorMessages"):
        raise TableError(f"{name}: the API's answer is an error, no table; ask it again")
    announced = answer.get("totalRecordsCount")
    if isinstance(announced, int) and announced != len(records):
        raise TableError(
            f"{name}: {len(records):,} records of {announced:,} announced; the answer is not whole"
        )
    first = records[0] if records else None
    missing = [
        column for column in dtm.COLUMNS if not isinstance(first, dict) or column not in first
    ]
    if missing:
        raise TableError(
            f"{name}: records of {dtm.NAME} without {', '.join(missing)}; expected the answer of "
            "displacement/admin1 or displacement/admin2"
        )
    return [
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
