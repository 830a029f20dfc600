"""Populations by age and P-code: OCHA's common operational datasets (COD-PS), as published.

Three forms are told apart by their columns:

- wide, one row a unit: `ADM2_PCODE`, `T_TL`, `F_00_04`, `T_80Plus`, `Enfants_00_18` ...;
- long, HDX's file of all countries: `ADM2_PCODE`, `Gender`, `Age_min`, `Age_max`, `Population`;
- long, HDX HAPI: `admin2_code`, `gender`, `min_age`, `max_age`, `population`.

A row is of the finest unit that it names; the same row twice counts once. Lines of HXL tags are
skipped; rows without a P-code, and those that HDX marks as errors, are left out and told. Ages are
read only where a column's name or a row gives them in numbers: `F_adulte` is not.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import TableError
from geo.people.age_bands import ENDLESS, Band

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

_MAX_ROWS = 2_000_000
_LISTED = 8
_SEXES = {
    "t": "t", "total": "t", "both": "t", "all": "t", "enfants": "t", "adultes": "t", "agees": "t",
    "children": "t", "adults": "t", "elderly": "t", "f": "f", "female": "f", "females": "f",
    "femmes": "f", "m": "m", "male": "m", "males": "m", "hommes": "m",
}  # fmt: skip
_CODE = re.compile(r"adm(?:in)?([0-4])_?(?:p_?)?code")
_AGES = re.compile(r"([a-z]+)_?(\d{1,3})(?:_|-)(\d{1,3})")
_OLDEST = re.compile(r"([a-z]+)_?(\d{1,3})(?:_?plus|\+)")
_TOTAL = re.compile(r"([a-z]+)_(?:tl|total|pop)")
_YEAR = re.compile(r"(?<!\d)(?:19[5-9]|20[0-4])\d(?!\d)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PCODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_SIZES = frozenset({"household_size", "hh_size", "avg_hh_size", "average_household_size"})
_HOUSEHOLDS = frozenset({"households", "t_hh", "hh_total"})
_MISSING = frozenset({"", "<null>", "null", "none", "n/a", "na", "-"})


@dataclass(slots=True)
class PopulationRow:
    """One row: the finest unit that it names, those above, and its people by band.

    Attributes
    ----------
    level
        Of the finest unit; its P-code is `codes[level]`.
    year
        Of the people; None: undated.
    households, size
        Number of households, and persons a household; None: not told.
    """

    line: int
    level: int
    codes: dict[int, str]
    year: str | None
    bands: dict[Band, float]
    households: float | None = None
    size: float | None = None


def read_rows(
    path: Path, text: str, faults: list[str], skipped: Counter[str]
) -> Iterator[PopulationRow]:
    """Read the rows of any of the forms.

    Parameters
    ----------
    faults, skipped
        Added to: what is wrong with the table, in words; how many rows are left out, by reason.

    Raises
    ------
    TableError
        If it is no CSV, or has none of the forms.
    """
    if "\0" in text:
        raise TableError(f"{path}: binary data, not text; expected a table as .csv (UTF-8)")
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise TableError(f"{path}: no CSV: {error}; save it as CSV again") from error
    if len(lines) > _MAX_ROWS:
        raise TableError(f"{path}: {len(lines):,} rows; expected at most {_MAX_ROWS:,}")
    names = [name.strip().lower() for name in lines[0]] if lines else []
    form = _Form.of(path, names)
    seen: set[tuple[str, ...]] = set()
    year = _YEAR.search(path.stem)
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
            continue
        if len(cells) != len(names):
            faults.append(f"row {number}: {len(cells)} cells; expected {len(names)}")
            continue
        if tuple(cells) in seen:
            skipped["the same row again"] += 1
            continue
        seen.add(tuple(cells))
        record = dict(zip(names, cells, strict=True))
        row = form.read(number, record, year[0] if year else None, faults)
        if isinstance(row, str):
            skipped[row] += 1
        else:
            yield row


@dataclass(frozen=True, slots=True)
class _Form:
    """The columns of a table: of P-codes by level, and of bands (none: it is long)."""

    codes: dict[int, str]
    bands: dict[str, Band]
    min_age: str
    max_age: str

    @classmethod
    def of(cls, path: Path, names: list[str]) -> _Form:
        """Return the form that the columns have."""
        codes = {int(found[1]): name for name in names if (found := _CODE.fullmatch(name))}
        country = next((name for name in ("location_code", "iso3") if name in names), None)
        if country and 0 not in codes:
            codes[0] = country
        is_long = {"gender", "population"} <= set(names)
        min_age = "min_age" if "min_age" in names else "age_min"
        max_age = "max_age" if "max_age" in names else "age_max"
        bands = {name: band for name in names if (band := _read_band(name)) is not None}
        faults = []
        if not codes:
            faults.append("no column of P-codes, such as ADM2_PCODE or admin2_code")
        if is_long and not {min_age, max_age} <= set(names):
            faults.append("no columns min_age, max_age beside gender and population")
        if not is_long and not bands and not (_SIZES | _HOUSEHOLDS) & set(names):
            faults.append("no columns of ages, such as T_TL, T_00_04, F_80Plus")
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            faults.append(f"columns that are there twice: {', '.join(twice[:_LISTED])}")
        if faults:
            raise TableError(f"{path}: {'; '.join(faults)}. Expected a COD-PS table as published")
        return cls(codes, {} if is_long else bands, min_age, max_age)

    def read(
        self, number: int, record: dict[str, str], year: str | None, faults: list[str]
    ) -> PopulationRow | str:
        """Return a row, or why it is left out."""
        if not _is_missing(record.get("error", "")):
            return "marked as errors"
        codes = self._read_codes(number, record, faults)
        if not codes:
            return "without P-code"
        stated = record.get("reference_year") or record.get("reference_period_start") or ""
        found = _YEAR.search(stated or record.get("year", ""))
        row = PopulationRow(number, max(codes), codes, found[0] if found else year, {})
        for name, band in self.bands.items():
            people = _read_number(number, name, record[name], faults)
            if people is not None:
                row.bands[band] = row.bands.get(band, 0.0) + people
        if "gender" in record and not self.bands:
            self._read_long(number, record, row, faults)
        for name in sorted(_HOUSEHOLDS & record.keys()):
            row.households = _read_number(number, name, record[name], faults)
        for name in sorted(_SIZES & record.keys()):
            row.size = _read_number(number, name, record[name], faults)
        return row

    def _read_codes(self, number: int, record: dict[str, str], faults: list[str]) -> dict[int, str]:
        codes = {}
        for level, name in sorted(self.codes.items()):
            code = record[name].strip()
            if _is_missing(code):
                continue
            if _PCODE.fullmatch(code):
                codes[level] = code
            else:
                faults.append(f"row {number}: {name} {code[:40]!r} is no P-code")
        return codes

    def _read_long(
        self, number: int, record: dict[str, str], row: PopulationRow, faults: list[str]
    ) -> None:
        sex = _SEXES.get(record["gender"].strip().lower())
        if sex is None:
            return
        people = _read_number(number, "population", record["population"], faults)
        low = _read_number(number, self.min_age, record[self.min_age], faults)
        high = _read_number(number, self.max_age, record[self.max_age], faults)
        ages = record.get("age_range", "").strip().lower()
        if people is None or (low is None and ages not in ("", "all")):
            return
        end = ENDLESS if high is None else high + 1
        row.bands[Band(sex, low or 0.0, end)] = people


def _read_band(name: str) -> Band | None:
    """Return the band that a column's name gives in numbers."""
    if found := _AGES.fullmatch(name):
        sex, start, end = found[1], float(found[2]), float(found[3]) + 1
    elif found := _OLDEST.fullmatch(name):
        word = found[1].removesuffix("_")
        sex, start, end = word, float(found[2]), ENDLESS
    elif found := _TOTAL.fullmatch(name):
        sex, start, end = found[1], 0.0, ENDLESS
    else:
        return None
    if sex not in _SEXES or not start < end:
        return None
    return Band(_SEXES[sex], start, end)


def _is_missing(cell: str) -> bool:
    return cell.strip().lower() in _MISSING


def _read_number(number: int, name: str, cell: str, faults: list[str]) -> float | None:
    """Return a number of 0 or more; None where it is missing, or a fault."""
    if _is_missing(cell):
        return None
    text = cell.strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if not _NUMBER.fullmatch(text) or len(text) > 15:
        faults.append(f"row {number}: {name} {cell[:40]!r} is no number")
        return None
    value = float(text)
    if value < 0:
        faults.append(f"row {number}: {name} {cell[:40]!r} is negative")
        return None
    return value
