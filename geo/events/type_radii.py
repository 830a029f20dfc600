"""Radii by event type: how far from an event of a type people count as exposed.

ACLED publishes people within 1, 2 and 5 km of every event, and a best estimate whose distance goes
by the type: explosions and remote violence 5 km, protests 1 km. The rest of its table is not known
to us. `type_radii.csv` says for every entry whose it is: ACLED's, an open implementation's (battles
5 km, violence against civilians 3 km, riots 2 km), or civmap's own (strategic developments, and the
three types of UCDP).
"""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import TableError, UnavailableError
from geo.resources import package_file
from geo.settings import MAX_RADIUS_KM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COLUMNS = ("event_type", "sub_event_type", "radius_km", "basis")
_REQUIRED = ("event_type", "radius_km")
_NAMED = 10


def read_type_radii(path: str | Path | None = None) -> dict[str, float]:
    """Read a table of radii by event type.

    Parameters
    ----------
    path
        CSV, UTF-8, with the columns `event_type`, `radius_km` (kilometres), and optionally
        `sub_event_type` (a row that has one outranks its event type's) and `basis` (whose figure it
        is); None: the bundled table.

    Returns
    -------
        Radius in kilometres by `event_type`, or by `event_type|sub_event_type`, in lower case.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it is no such table; the message names every fault.

    Examples
    --------
    >>> read_type_radii()["protests"]
    1.0
    """
    path = package_file("events", "type_radii.csv") if path is None else Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TableError(
            f"{path.name}: byte {error.start} is no UTF-8; save it as UTF-8"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    radii: dict[str, float] = {}
    try:
        header = [column.strip().lower() for column in next(reader, [])]
        faults = list(_check_header(header))
        if not faults:
            for cells in reader:
                if any(cells):
                    faults.extend(_read_row(header, cells, reader.line_num, radii))
    except csv.Error as error:
        raise TableError(f"{path.name}: line {reader.line_num}: {error}") from error
    if not faults and not radii:
        faults.append("no row; expected one for each event type")
    if faults:
        more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        raise TableError(f"{path.name}: {'; '.join(faults[:_NAMED])}{more}")
    return radii


def make_key(event_type: str, sub_event_type: str = "") -> str:
    """Return the key of a type in the table of radii."""
    parts = (" ".join(part.lower().split()) for part in (event_type, sub_event_type))
    return "|".join(part for part in parts if part)


def find_radius(
    radii: Mapping[str, float], event_type: str, sub_event_type: str = ""
) -> float | None:
    """Return the radius in km of a type, its subtype's first; None: it is not listed."""
    return radii.get(make_key(event_type, sub_event_type), radii.get(make_key(event_type)))


def check_radii(radii: Mapping[str, float]) -> list[str]:
    """Return what is wrong with radii by event type."""
    return [
        f"radius {radius!r} of {event_type!r}: expected more than 0 and at most {MAX_RADIUS_KM:g}"
        for event_type, radius in radii.items()
        if not 0 < radius <= MAX_RADIUS_KM
    ]


def _check_header(header: list[str]) -> Iterator[str]:
    for column in _REQUIRED:
        if column not in header:
            yield f"no column {column}; expected {', '.join(_COLUMNS)}"
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            yield f"column {column!r} is there twice"
        if column not in _COLUMNS:
            yield f"column {column!r}: expected one of {', '.join(_COLUMNS)}"


def _read_row(
    header: list[str], cells: list[str], line: int, radii: dict[str, float]
) -> Iterator[str]:
    if len(cells) != len(header):
        yield f"line {line}: {len(cells)} cells, expected {len(header)}"
        return
    row = dict(zip(header, cells, strict=True))
    key = make_key(row["event_type"], row.get("sub_event_type", ""))
    text = row["radius_km"].strip()
    try:
        radius = float(text)
    except ValueError:
        radius = math.nan
    if not row["event_type"].strip():
        yield f"line {line}: no event_type"
    elif key in radii:
        yield f"line {line}: {key!r} is there twice"
    if not 0 < radius <= MAX_RADIUS_KM:
        yield (
            f"line {line}: radius_km {text!r}: expected kilometres, more than 0 and at most "
            f"{MAX_RADIUS_KM:g}"
        )
    radii.setdefault(key, radius)
