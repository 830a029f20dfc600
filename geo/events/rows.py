"""One row of an event table to an event and its place, or to the reason why not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from geo.events.event import Event
from geo.places import Place
from geo.text.dates import find_full_dates

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = ("venue", "threatened", "site")
MODALITIES = ("actual", "threatened", "planned", "past", "denied")
# Radius in km that a precision code stands for: 1 the place itself, 2 near it or a part of its
# district, 3 somewhere in the district or province. ACLED's codes; UCDP's 4 to 7 go on from there.
PRECISION_KM = {1: 1.0, 2: 25.0, 3: 75.0, 4: 150.0, 5: 150.0, 6: 500.0, 7: 1000.0}
_WHOLE_COUNTRY = 6
_NULL_ISLAND_KM = 1000.0
_MAX_RADIUS_KM = 500.0
_FIRST_YEAR = 1900
_SLASHED = re.compile(r"\d{1,4}[/.]\d{1,2}[/.]\d{1,4}|\d{1,2}-\d{1,2}-\d{2,4}")
_SLUG = re.compile(r"[^a-z0-9]+")
_MISSING = frozenset({"", "nan", "none", "null", "n/a"})
_MAX_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was accepted; `note` says what about it is doubtful."""

    event: Event
    place: Place
    note: str | None


class RowError(ValueError):
    """A row can't be used; the message says why."""


def read_row(cells: Mapping[str, Any], number: int, codes: Mapping[str, str]) -> Row:
    """Read one row.

    Parameters
    ----------
    cells
        Field (see `USUAL_NAMES`) to cell, text or typed.
    number
        The row's number, which also names an event without an identifier.
    codes
        Folded country name to ISO 3166-1 alpha-2.

    Raises
    ------
    RowError
        If a position is out of range, a date is ambiguous, or a number is none.
    """
    lon = _read_degrees(cells.get("lon"), "longitude", 180.0)
    lat = _read_degrees(cells.get("lat"), "latitude", 90.0)
    precision, kind, note = _read_precision(cells.get("geo_precision"), lon, lat)
    name = _text(cells.get("name")) or f"{lat:.3f}, {lon:.3f}"
    place = Place(
        place_id=f"ev:{lon:.5f},{lat:.5f},{precision:g}",
        name=name,
        country=_read_country(cells.get("country"), codes),
        kind=kind,
        lon=lon,
        lat=lat,
        precision_km=precision,
        geoname_id=None,
        pcode=None,
        admin1=None,
        population=None,
        source="event table",
    )
    event_type = _text(cells.get("event_type"))
    event = Event(
        event_id=_text(cells.get("event_id")) or f"row-{number}",
        kind=_SLUG.sub("-", event_type.lower()).strip("-") or "event" if event_type else "violence",
        role=_read_choice(cells.get("role"), "role", ROLES, "site"),
        modality=_read_choice(cells.get("modality"), "modality", MODALITIES, "actual"),
        date=read_date(cells.get("event_date")),
        place_id=place.place_id,
        evidence=_text(cells.get("notes")),
        radius_km=_read_radius(cells.get("radius_km")),
        fatalities=_read_count(cells.get("fatalities")),
        event_type=event_type,
    )
    return Row(event, place, note)


def read_date(value: Any) -> date | None:
    """Return a day; None if the cell is empty.

    Raises
    ------
    RowError
        If it is ambiguous (03/04/2024), impossible, or before 1900.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        found = [] if _SLASHED.fullmatch(text.split(" ")[0]) else find_full_dates(text)
        if len(found) != 1:
            raise RowError(
                f"date {text!r}: expected YYYY-MM-DD; other numeric forms are ambiguous"
            ) from None
        day = found[0][1]
    if day.year < _FIRST_YEAR:
        raise RowError(f"date {text!r}: expected a year from {_FIRST_YEAR} on")
    return day


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value).strip()
    return text[:_MAX_TEXT] if text else None


def _number(value: Any, what: str) -> float | None:
    text = _text(value)
    if text is None or text.lower() in _MISSING:
        return None
    try:
        number = float(text)
    except ValueError:
        hint = "; write a decimal point, not a comma" if "," in text else ""
        raise RowError(f"{what} {text!r}: expected a number{hint}") from None
    if not math.isfinite(number):
        raise RowError(f"{what} {text!r}: expected a finite number")
    return number


def _read_degrees(value: Any, what: str, limit: float) -> float:
    number = _number(value, what)
    if number is None:
        raise RowError(f"{what} is missing")
    if abs(number) > limit:
        raise RowError(f"{what} {number:g}: expected degrees from {-limit:g} to {limit:g}")
    return number


def _read_precision(value: Any, lon: float, lat: float) -> tuple[float, str, str | None]:
    """Radius of the position, kind of place, and a doubt about it."""
    if lon == 0 and lat == 0:
        return _NULL_ISLAND_KM, "region", "position 0, 0: a missing position, not a place"
    code = _number(value, "geo_precision")
    if code is None:
        return PRECISION_KM[1], "point", None
    if code not in PRECISION_KM:
        raise RowError(f"geo_precision {value!r}: expected 1 (exact) to 7 (coarsest)")
    kind = "country" if code >= _WHOLE_COUNTRY else "point"
    return PRECISION_KM[int(code)], kind, None


def _read_radius(value: Any) -> float | None:
    radius = _number(value, "radius_km")
    if radius is not None and not 0 < radius <= _MAX_RADIUS_KM:
        raise RowError(f"radius_km {radius:g}: expected more than 0 and at most {_MAX_RADIUS_KM:g}")
    return radius


def _read_count(value: Any) -> int | None:
    count = _number(value, "fatalities")
    if count is None:
        return None
    if count < 0 or count != int(count):
        raise RowError(f"fatalities {count:g}: expected a whole number of persons, zero or more")
    return int(count)


def _read_choice(value: Any, what: str, choices: tuple[str, ...], default: str) -> str:
    text = _text(value)
    if text is None:
        return default
    if text.lower() not in choices:
        raise RowError(f"{what} {text!r}: expected one of {', '.join(choices)}")
    return text.lower()


def _read_country(value: Any, codes: Mapping[str, str]) -> str | None:
    text = _text(value)
    if text is None:
        return None
    if len(text) == 2 and text.isalpha():
        return text.upper()
    return codes.get(text.lower())
