"""Dated figures of how many people are in which units: the table, read and checked."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import TableError, UnavailableError
from geo.people.agreement import check_together
from geo.resources import find_resource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from geo.people.selection import Whole

FIGURES_FILE = "population/gaza_strip_figures.csv"

KINDS = ("present", "left", "arrived", "displaced_present")

_NEEDED = ("figure_id", "pcodes", "date", "kind", "best", "agency")
_OPTIONAL = ("date_end", "since", "low", "high", "verified", "note", "link")
_MAX_BYTES = 20_000_000
_MAX_DIGITS = 10  # more than everyone on Earth needs
_PCODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure.

    Attributes
    ----------
    pcodes
        The units that it is for, together.
    date
        The day of publication: it counts from then on.
    date_end
        The last day on which it was published again; its age is counted from there.
    kind
        `present` (everyone who is there), `left` or `arrived` (since `since`), or
        `displaced_present` (displaced people only: no count of everyone).
    low, best, high
        Persons; low or high None where none was published.
    verified
        False: cited, to be verified.
    operation, round
        Of IOM's displacement tracking that it comes from; None: of another origin.
    then
        With hindsight, the next figure for the same units, later than the day (`hindsight.py`);
        None: nothing later is looked at.
    """

    figure_id: str
    pcodes: tuple[str, ...]
    date: dt.date
    date_end: dt.date | None
    kind: str
    since: dt.date | None
    low: float | None
    best: float
    high: float | None
    agency: str
    verified: bool
    note: str | None
    link: str | None
    operation: str | None = None
    round: int | None = None
    then: Figure | None = None


def bundled_figures() -> list[Figure]:
    """Return the figures that come with civmap, for the Gaza Strip.

    Raises
    ------
    UnavailableError
        If the bundled file is missing.
    """
    return read_figures(find_resource(FIGURES_FILE))


def read_figures(
    path: Path, *, known_pcodes: Collection[str] | None = None, wholes: Sequence[Whole] = ()
) -> list[Figure]:
    """Read a table of dated figures, in the format of `data/population/SOURCE.md`.

    Parameters
    ----------
    path
        CSV in UTF-8 with a header.
    known_pcodes
        Where given, a P-code that is not among them is a fault.
    wholes
        Units with a published total: more people in some of them is a fault.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it is no such table; the message lists every fault with its row.
    """
    data = read_whole(path, _MAX_BYTES)
    return parse_figures(data, str(path), known_pcodes=known_pcodes, wholes=wholes)


def read_whole(path: Path, most: int) -> bytes:
    """Return a table's bytes.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it has more than `most` bytes.
    """
    try:
        if path.stat().st_size > most:
            raise TableError(f"{path}: more than {most // 1_000_000} MB; expected a table")
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error.strerror or error}") from error


def parse_figures(
    data: bytes,
    name: str,
    *,
    known_pcodes: Collection[str] | None = None,
    wholes: Sequence[Whole] = (),
) -> list[Figure]:
    """Parse a table of dated figures; as `read_figures`, `name` for messages."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            f"{name}: not UTF-8 at byte {error.start}; save the CSV as UTF-8"
        ) from error
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise TableError(f"{name}: not a CSV table: {error}") from error
    numbered = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    if not numbered:
        raise TableError(f"{name}: empty; expected a header with {', '.join(_NEEDED)}")
    (_, header), *body = numbered
    faults = _check_header(header)
    figures: list[Figure] = []
    if not faults:
        for number, row in body:
            parsed = _parse_row(header, row)
            if isinstance(parsed, Figure):
                figures.append(parsed)
                parsed = _check_known(parsed, known_pcodes)
            faults += [f"row {number}: {fault}" for fault in parsed]
        faults += check_together(figures, wholes)
    if not faults and not body:
        faults = ["no rows below the header"]
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise TableError(f"{name}: {count} in the table of figures:\n{listed}")
    return figures


def _check_header(header: list[str]) -> list[str]:
    faults = [f"column {name!r} is missing" for name in _NEEDED if name not in header]
    known = {*_NEEDED, *_OPTIONAL}
    faults += [
        f"column {name!r} is not known; expected {', '.join((*_NEEDED, *_OPTIONAL))}"
        for name in header
        if name not in known
    ]
    faults += [
        f"column {name!r} stands twice" for name in sorted(set(header)) if header.count(name) > 1
    ]
    return faults


def _parse_row(header: list[str], row: list[str]) -> Figure | list[str]:
    """Return a row's figure, or its faults."""
    if len(row) != len(header):
        return [f"{len(row)} cells; the header has {len(header)}"]
    cells = dict(zip(header, row, strict=True))
    faults = [f"{name} is empty" for name in _NEEDED if not cells[name]]
    pcodes = tuple(part.strip() for part in cells["pcodes"].split("|"))
    if cells["pcodes"]:
        faults += _check_pcodes(pcodes)
    kind = cells["kind"]
    if kind and kind not in KINDS:
        faults.append(f"kind {kind!r}: expected {', '.join(KINDS)}")
    days = {name: _parse_date(name, cells, faults) for name in ("date", "date_end", "since")}
    persons = {name: _parse_persons(name, cells, faults) for name in ("low", "best", "high")}
    verified = cells.get("verified", "") or "true"
    if verified not in ("true", "false"):
        faults.append(f"verified {verified!r}: expected true or false")
    faults += _check_days(kind, days) + _check_range(persons)
    day, best = days["date"], persons["best"]
    if faults or day is None or best is None:
        return faults
    return Figure(
        figure_id=cells["figure_id"],
        pcodes=tuple(sorted(pcodes)),
        date=day,
        date_end=days["date_end"],
        kind=kind,
        since=days["since"],
        low=persons["low"],
        best=best,
        high=persons["high"],
        agency=cells["agency"],
        verified=verified == "true",
        note=cells.get("note") or None,
        link=cells.get("link") or None,
    )


def _check_pcodes(pcodes: tuple[str, ...]) -> list[str]:
    faults = [
        f"P-code {pcode!r}: expected letters and digits, several parted by |"
        for pcode in pcodes
        if not _PCODE.fullmatch(pcode)
    ]
    twice = sorted({pcode for pcode in pcodes if pcodes.count(pcode) > 1})
    return faults + [f"P-code {pcode!r} stands twice" for pcode in twice]


def _parse_date(name: str, cells: dict[str, str], faults: list[str]) -> dt.date | None:
    value = cells.get(name, "")
    if not value:
        return None
    try:
        if not _DATE.fullmatch(value):
            raise ValueError(value)  # noqa: TRY301  both ways of being no date end in one message
        return dt.date.fromisoformat(value)
    except ValueError:
        faults.append(f"{name} {value!r}: expected a day as YYYY-MM-DD")
        return None


def _parse_persons(name: str, cells: dict[str, str], faults: list[str]) -> float | None:
    value = cells.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS):
        faults.append(f"{name} {value!r}: expected whole persons, 0 or more, in digits only")
        return None
    return float(value)


def _check_days(kind: str, days: dict[str, dt.date | None]) -> list[str]:
    day, end, since = days["date"], days["date_end"], days["since"]
    faults = []
    moved = kind in ("left", "arrived")
    if moved and since is None:
        faults.append(f"since is empty; kind {kind!r} counts from a day")
    if since is not None and not moved:
        faults.append(f"since {since.isoformat()!r}: only for kind 'left' or 'arrived'")
    if day and since and since > day:
        faults.append(f"since {since.isoformat()!r} is after date {day.isoformat()!r}")
    if day and end and end < day:
        faults.append(f"date_end {end.isoformat()!r} is before date {day.isoformat()!r}")
    return faults


def _check_range(persons: dict[str, float | None]) -> list[str]:
    low, best, high = persons["low"], persons["best"], persons["high"]
    faults = []
    if low is not None and best is not None and low > best:
        faults.append(f"low {low:.0f} is above best {best:.0f}")
    if high is not None and best is not None and high < best:
        faults.append(f"high {high:.0f} is below best {best:.0f}")
    return faults


def _check_known(figure: Figure, known: Collection[str] | None) -> list[str]:
    if known is None:
        return []
    return [
        f"P-code {pcode!r} is not among the units ({_some(known)})"
        for pcode in figure.pcodes
        if pcode not in known
    ]


def _some(values: Iterable[str], most: int = 6) -> str:
    ordered = sorted(values)
    return ", ".join(ordered[:most]) + (", ..." if len(ordered) > most else "")
