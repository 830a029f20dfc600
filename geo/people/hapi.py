"""The HDX Humanitarian API (HAPI): records of internally displaced people as rows.

They come as lines of the CSV of all countries, and as records of the API's answers
(`affected-people/idps`, version 2: `{"data": [...]}`, in pages), whose names are the CSV's columns;
there what is missing is null, and days end in midnight.

HAPI takes its figures from IOM, adds up the reasons and origins of each round, and holds all three
levels of units in one file. Where it wrote a P-code in another form than IOM, it says so in
`warning`; a line with an `error` is there "for transparency" and is not used.
"""

from __future__ import annotations

import re
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

NAME = "IOM DTM through HDX HAPI"
COLUMNS = (
    "location_code",
    "admin1_code",
    "admin2_code",
    "admin_level",
    "operation",
    "assessment_type",
    "population",
    "reporting_round",
    "reference_period_start",
)
"""Columns by which a table is known to be HAPI's; each is needed."""

_LEVELS = {"0": 0, "1": 1, "2": 2}
_RESPELT = re.compile(r"PCode length ([A-Za-z0-9_.-]{1,32})->([A-Za-z0-9_.-]{1,32})")
_DATASET_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read_hapi_row(number: int, record: Mapping[str, Any]) -> IdpRow:
    """Return a line or a record as a row.

    Raises
    ------
    CellError
        If it can't be used.
    """
    if str(record.get("location_code", "")).startswith("#"):
        raise CellError("line of HXL tags")
    if not is_missing(record.get("error")):
        raise CellError("marked by HDX as an error")
    country = read_country(record, "location_code")
    level = _LEVELS.get(str(record.get("admin_level")).strip())
    if level is None:
        raise CellError("admin_level is not 0, 1 or 2")
    people, fault = find_people(record, "population")
    return IdpRow(
        number=number,
        country=country,
        operation=read_text(record, "operation"),
        round=read_round(record, "reporting_round"),
        assessment=read_text(record, "assessment_type"),
        level=level,
        pcodes=_read_spellings(record, f"admin{level}_code", country) if level else (),
        parents=_read_spellings(record, "admin1_code", country) if level > 1 else (),
        day=read_day(record, "reference_period_start"),
        people=people,
        fault=fault,
        split=(),
        link=_find_link(record),
    )


def _read_spellings(record: Mapping[str, Any], name: str, country: str) -> tuple[str, ...]:
    """Return a P-code's spellings: HAPI's, and IOM's where HAPI says that it wrote another."""
    codes = read_pcodes(record, name, country)
    respelt = _RESPELT.findall(str(record.get("warning") or ""))
    return tuple(dict.fromkeys([*codes, *(old for old, new in respelt if new == codes[0])]))


def _find_link(record: Mapping[str, Any]) -> str:
    dataset = str(record.get("dataset_hdx_id") or "")
    known = _DATASET_ID.fullmatch(dataset)
    return f"https://data.humdata.org/dataset/{dataset if known else 'hdx-hapi-idps'}"
