"""One row of a published table of internally displaced people, and the cells that it is read from.

IOM's Displacement Tracking Matrix (DTM) and HDX HAPI, which takes its figures from it, publish the
same thing in two forms: how many displaced people are in a unit, by operation, round and kind of
assessment. A cell that is empty, null or `Not available` is missing. Missing is never zero.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING = frozenset({"", "not available", "null", "none", "n/a", "na"})
_MAX_PEOPLE = 9_999_999_999  # more than everyone on Earth
_MAX_ROUND = 99_999
_MAX_TEXT = 200
_PCODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T00:00:00(?:\.0+)?Z?)?")
_COUNTRY = re.compile(r"[A-Z]{3}")
_SHORT_PCODE = re.compile(r"[A-Z]{2}\d[A-Za-z0-9_.-]*")


class CellError(ValueError):
    """A row can't be used; the message says why, without the row's number."""


@dataclass(frozen=True, slots=True)
class IdpRow:
    """Displaced people in one unit, as one row of one round counts them.

    Attributes
    ----------
    number
        Of the row in its file: of the record from 1, or of the line of a CSV.
    country
        ISO 3166-1 alpha-3.
    round
        Of data collection; None where none is given.
    assessment
        `BA` (baseline: everyone displaced in an area) or `SA` (sites only), or another code.
    level
        Administrative level: 0 (the country), 1 or 2.
    pcodes
        Spellings of the unit's P-code, as published first; empty for a country.
    parents
        Spellings of the P-code of the unit above, for level 2.
    people
        Persons; None where the row gives no number that can be used.
    fault
        Why `people` is None.
    split
        What a round is broken down by beside units, such as reason and origin: rows that differ
        in it count different people.
    link
        Where it is published.
    table
        Of several tables that are settled together, the one that it is in, from 0.
    """

    number: int
    country: str
    operation: str
    round: int | None
    assessment: str
    level: int
    pcodes: tuple[str, ...]
    parents: tuple[str, ...]
    day: dt.date
    people: int | None
    fault: str | None
    split: tuple[str, ...]
    link: str
    table: int = 0


def is_missing(value: Any) -> bool:
    """Return whether a cell says nothing."""
    return value is None or (isinstance(value, str) and value.strip().lower() in _MISSING)


def read_text(record: Mapping[str, Any], name: str) -> str:
    """Return a cell as one line of text.

    Raises
    ------
    CellError
        If it is missing, no text, too long, or has control characters.
    """
    value = _need(record, name)
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or not text.isprintable() or len(text) > _MAX_TEXT:
        raise CellError(f"{name} is no plain text of at most {_MAX_TEXT} letters")
    return text


def read_people(record: Mapping[str, Any], name: str) -> int:
    """Return a number of persons, 0 or more.

    Raises
    ------
    CellError
        If it is missing, negative, no whole number, or more than everyone on Earth.
    """
    value = _need(record, name)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise CellError(f"{name} is no whole number")
    if value < 0:
        raise CellError(f"{name} is negative")
    if value > _MAX_PEOPLE:
        raise CellError(f"{name} is more than everyone on Earth")
    return value


def find_people(record: Mapping[str, Any], name: str) -> tuple[int | None, str | None]:
    """Return a number of persons and None, or None and why there is none."""
    try:
        return read_people(record, name), None
    except CellError as error:
        return None, str(error)


def read_round(record: Mapping[str, Any], name: str) -> int | None:
    """Return the number of a round; None where it is missing.

    Raises
    ------
    CellError
        If it is there and no whole number, or out of range.
    """
    if is_missing(record.get(name)):
        return None
    number = read_people(record, name)
    if number > _MAX_ROUND:
        raise CellError(f"{name} is above {_MAX_ROUND}")
    return number


def read_day(record: Mapping[str, Any], name: str) -> dt.date:
    """Return a day from `YYYY-MM-DD`, with or without midnight after it.

    Raises
    ------
    CellError
        If it is missing or in another form.
    """
    value = _need(record, name)
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        if found:
            return dt.date.fromisoformat(found[1])
    except ValueError:
        pass
    raise CellError(f"{name} is no day as YYYY-MM-DD")


def read_country(record: Mapping[str, Any], name: str) -> str:
    """Return an ISO 3166-1 alpha-3 code.

    Raises
    ------
    CellError
        If it is missing or none.
    """
    value = _need(record, name)
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value.strip()):
        raise CellError(f"{name} is no ISO 3166-1 alpha-3 code")
    return value.strip()


def read_pcodes(record: Mapping[str, Any], name: str, country: str) -> tuple[str, ...]:
    """Return the spellings of a P-code, as published first.

    Some countries' P-codes begin with two letters in one list and with three in another (`TD0704`,
    `TCD0704`): the longer one is a spelling of the shorter.

    Raises
    ------
    CellError
        If it is missing or no P-code.
    """
    value = _need(record, name)
    if not isinstance(value, str) or not _PCODE.fullmatch(value.strip()):
        raise CellError(f"{name} is no P-code")
    code = value.strip()
    longer = (country + code[2:],) if _SHORT_PCODE.fullmatch(code) else ()
    return (code, *longer)


def _need(record: Mapping[str, Any], name: str) -> Any:
    value = record.get(name)
    if is_missing(value):
        raise CellError(f"{name} is missing")
    return value
