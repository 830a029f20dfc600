"""Known sites: small areas where some of a unit's people stay, evenly on the land.

A table of sites is CSV in UTF-8 with a header, one site a row: `name`, `lon`, `lat` (degrees),
`people` (whole persons); and optionally `low`, `high`, `radius_km` (how far round the position
people stay; 0.5 without it), `date` (`YYYY-MM-DD`, from when it counts) and `source`. A site lies
in the unit that holds its position, and in no other. All faults of a table are named at once.

Where people seek shelter is for counting only: no layer or table of a run shows it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import TableError
from geo.people.figures import read_whole
from geo.people.selection import DEFAULT_SHARE
from geo.types import Interval

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_RADIUS_KM = 0.5

_NEEDED = ("name", "lon", "lat", "people")
_OPTIONAL = ("low", "high", "radius_km", "date", "source")
_MAX_BYTES = 10_000_000
_MAX_SITES = 500
_MOST_RADIUS_KM = 50.0
_MOST_PEOPLE = 100_000_000


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One known site; `date` None: it counts on any day."""

    name: str
    lon: float
    lat: float
    radius_km: float
    people: Interval
    date: dt.date | None
    source: str | None


def read_sites(path: Path) -> list[SiteRow]:
    """Read a table of known sites.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it is no such table, or has more than 500 sites; the message lists every fault.
    """
    return parse_sites(read_whole(path, _MAX_BYTES), str(path))


def parse_sites(data: bytes, name: str) -> list[SiteRow]:
    """Parse a table of known sites; as `read_sites`, `name` for messages."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{name}: not a CSV table in UTF-8: {error}") from error
    numbered = [
        (number, [cell.strip() for cell in row]) for number, row in enumerate(rows, 1) if any(row)
    ]
    header = numbered[0][1] if numbered else []
    faults = [f"column {each!r} is missing" for each in _NEEDED if each not in header]
    faults += [
        f"column {each!r} is not known; expected {', '.join((*_NEEDED, *_OPTIONAL))}"
        for each in header
        if each not in (*_NEEDED, *_OPTIONAL)
    ]
    faults += [f"column {each!r} stands twice" for each in {*header} if header.count(each) > 1]
    sites: list[SiteRow] = []
    for number, row in numbered[1:] if not faults else []:
        parsed = _parse_row(header, row)
        if isinstance(parsed, SiteRow):
            sites.append(parsed)
        else:
            faults += [f"row {number}: {fault}" for fault in parsed]
    if not faults and not sites:
        faults = ["no rows below the header"]
    if len(sites) > _MAX_SITES:
        faults.append(f"{len(sites)} sites; at most {_MAX_SITES} are taken")
    if faults:
        listed = "\n".join(f"  {fault}" for fault in sorted(faults, key=_order))
        raise TableError(f"{name}: faults in the table of sites:\n{listed}")
    return sites


def _order(fault: str) -> tuple[bool, int]:
    number = fault.removeprefix("row ").split(":")[0]
    return (number.isdigit(), int(number) if number.isdigit() else 0)


def _parse_row(header: list[str], row: list[str]) -> SiteRow | list[str]:
    """Return a row's site, or its faults."""
    if len(row) != len(header):
        return [f"{len(row)} cells; the header has {len(header)}"]
    cells = dict(zip(header, row, strict=True))
    faults = [f"{each} is empty" for each in _NEEDED if not cells[each]]
    limits = {
        "lon": (-180.0, 180.0),
        "lat": (-90.0, 90.0),
        "people": (0.0, float(_MOST_PEOPLE)),
        "low": (0.0, float(_MOST_PEOPLE)),
        "high": (0.0, float(_MOST_PEOPLE)),
        "radius_km": (0.01, _MOST_RADIUS_KM),
    }
    found: dict[str, float] = {}
    for each, (least, most) in limits.items():
        text = cells.get(each, "")
        if not text:
            continue
        value = _parse_number(text)
        if value is None or not least <= value <= most:
            faults.append(f"{each} {text!r}: expected a number from {least:g} to {most:g}")
        else:
            found[each] = value
    day = None
    if cells.get("date"):
        try:
            day = dt.date.fromisoformat(cells["date"])
        except ValueError:
            faults.append(f"date {cells['date']!r}: expected a day as YYYY-MM-DD")
    if not faults:
        best = found["people"]
        low = found.get("low", best * (1 - DEFAULT_SHARE))
        high = found.get("high", best * (1 + DEFAULT_SHARE))
        if low <= best <= high:
            return SiteRow(
                cells["name"],
                found["lon"],
                found["lat"],
                found.get("radius_km", DEFAULT_RADIUS_KM),
                Interval(low, best, high),
                day,
                cells.get("source") or None,
            )
        faults.append(f"low {low:g}, people {best:g}, high {high:g}: expected them ascending")
    return faults


def _parse_number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
