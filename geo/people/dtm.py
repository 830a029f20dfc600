"""IOM's Displacement Tracking Matrix: records of its API (version 3) as rows.

`https://dtmapi.iom.int/v3/displacement/admin{0,1,2}` answers with one level of units at a time. The
CSV of the same columns on HDX has all three, told apart by `adminLevel`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.people.idp_rows import (
    CellError,
    IdpRow,
    find_people,
    is_missing,
    read_country,
    read_day,
    read_pcodes,
    read_round,
    read_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "IOM DTM"
LINK = "https://dtm.iom.int"
COLUMNS = ("operation", "admin0Pcode", "numPresentIdpInd", "reportingDate", "assessmentType")
"""Columns by which a table is known to be IOM's; each is needed."""

_SPLITS = ("displacementReason", "idpOriginAdmin1Pcode", "idpOriginAdmin1Name")
_LEVELS = {"0": 0, "1": 1, "2": 2}


def read_dtm_row(number: int, record: Mapping[str, Any]) -> IdpRow:
    """Return a record as a row.

    Raises
    ------
    CellError
        If it can't be used.
    """
    level = _find_level(record)
    country = read_country(record, "admin0Pcode")
    people, fault = find_people(record, "numPresentIdpInd")
    return IdpRow(
        number=number,
        country=country,
        operation=read_text(record, "operation"),
        round=read_round(record, "roundNumber"),
        assessment=read_text(record, "assessmentType"),
        level=level,
        pcodes=read_pcodes(record, f"admin{level}Pcode", country) if level else (),
        parents=_find_parents(record, country) if level > 1 else (),
        day=read_day(record, "reportingDate"),
        people=people,
        fault=fault,
        split=tuple("" if is_missing(record.get(name)) else str(record[name]) for name in _SPLITS),
        link=LINK,
    )


def _find_level(record: Mapping[str, Any]) -> int:
    """Return the level that a record says it is of, else the finest that it has a column for."""
    said = record.get("adminLevel")
    if not is_missing(said):
        level = _LEVELS.get(str(said).strip())
        if level is None:
            raise CellError("adminLevel is not 0, 1 or 2")
        return level
    return next((level for level in (2, 1) if f"admin{level}Pcode" in record), 0)


def _find_parents(record: Mapping[str, Any], country: str) -> tuple[str, ...]:
    missing = is_missing(record.get("admin1Pcode"))
    return () if missing else read_pcodes(record, "admin1Pcode", country)
