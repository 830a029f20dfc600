"""The columns in which boundary files hold P-codes and names, and how to read them.

Three schemas are known: COD-AB since 2025 (`adm2_name`, `adm2_name1`, `adm2_pcode`, `lang1`),
COD-AB before (`ADM2_EN`, `ADM2_AR`, `ADM2_PCODE`), and plain `pcode`, `name`. Case is ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.errors import BoundaryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PCODE = re.compile(r"adm(?:in)?([0-5])_?pcode")
_NAME = re.compile(r"adm(?:in)?([0-5])_?(?:name(?:_?([a-z]{2}|[0-9]))?|([a-z]{2}))")
_LANGUAGES = ("en", "fr", "es", "pt", "ar")
_PLAIN_LEVEL = 1  # of a plain file that does not say
_COUNTRY_CODE = 2
_LISTED = 12


@dataclass(frozen=True, slots=True)
class Schema:
    """Which columns of a file hold what; None: no such column.

    Attributes
    ----------
    names
        Columns with the name, the one to show first.
    languages
        Languages of `names` where the column's own name says so, else None.
    language_columns
        Columns whose value is the language of the name with the same number (COD-AB since 2025).
    """

    level: int
    pcode: str
    names: tuple[str, ...]
    languages: tuple[str | None, ...]
    language_columns: Mapping[str, str]
    parent: str | None
    country: str | None
    level_column: str | None = None

    def read_row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row's `pcode`, `name`, `name_ar`, `other_names` and so on; None: missing."""
        found = [(self._language(name, row), as_text(row[name])) for name in self.names]
        texts = [text for _, text in found if text]
        arabic = [text for language, text in found if language == "ar" and text]
        level = None if self.level_column is None else as_text(row[self.level_column])
        shown = texts[0] if texts else None
        others = list(dict.fromkeys(text for text in texts if text != shown))
        return {
            "pcode": as_text(row[self.pcode]),
            "name": shown,
            "name_ar": arabic[0] if arabic else None,
            "other_names": "|".join(others) or None,
            "admin_level": int(float(level)) if level else self.level,
            "parent_pcode": None if self.parent is None else as_text(row[self.parent]),
            "country": None if self.country is None else _as_country(row[self.country]),
        }

    def _language(self, name: str, row: Mapping[str, Any]) -> str | None:
        known = self.languages[self.names.index(name)]
        column = self.language_columns.get(name)
        return known or (as_text(row[column]) if column else None)


def find_schema(path: object, columns: Sequence[str], filled: Sequence[str]) -> Schema:
    """Return how a file's columns are to be read: its finest administrative level.

    Parameters
    ----------
    filled
        Columns that hold at least one value.

    Raises
    ------
    BoundaryError
        If no column holds P-codes or none holds names.
    """
    lower = {name.lower(): name for name in columns}
    levels = {
        int(match[1]): lower[name]
        for name in lower
        if (match := _PCODE.fullmatch(name)) and lower[name] in filled
    }
    if not levels:
        return _find_plain(path, lower)
    level = max(levels)
    named = [
        (match[2] or match[3], lower[name])
        for name in lower
        if (match := _NAME.fullmatch(name)) and int(match[1]) == level
    ]
    if not named:
        raise BoundaryError(
            f"{path}: P-codes in column {levels[level]!r}, but no names; expected a column such "
            f"as adm{level}_name or ADM{level}_EN beside it"
        )
    ordered = sorted(named, key=lambda each: _rank(each[0]))
    if reference := lower.get(f"adm{level}_ref"):
        ordered.append((None, reference))
    return Schema(
        level=level,
        pcode=levels[level],
        names=tuple(name for _, name in ordered),
        languages=tuple(
            code if code is not None and code.isalpha() else None for code, _ in ordered
        ),
        language_columns={
            name: lower[f"lang{code or ''}"]
            for code, name in ordered
            if f"lang{code or ''}" in lower
        },
        parent=levels.get(level - 1),
        country=lower.get("iso2") or levels.get(0),
    )


def as_text(value: Any) -> str | None:
    """Return a cell as text without blanks round it; None if it is empty or missing."""
    if value is None or value != value:  # noqa: PLR0124  NaN and NaT are not equal to themselves
        return None
    return str(value).strip() or None


def _find_plain(path: object, lower: Mapping[str, str]) -> Schema:
    if "pcode" not in lower or "name" not in lower:
        listed = ", ".join([*lower.values()][:_LISTED]) or "none"
        more = f" and {len(lower) - _LISTED} more" if len(lower) > _LISTED else ""
        raise BoundaryError(
            f"{path}: no P-codes or no names among columns {listed}{more}; "
            "expected adm2_pcode and adm2_name, ADM2_PCODE and ADM2_EN, or pcode and name"
        )
    names = [name for name in ("name", "name_ar") if name in lower]
    return Schema(
        level=_PLAIN_LEVEL,
        pcode=lower["pcode"],
        names=tuple(lower[name] for name in names),
        languages=(None, "ar")[: len(names)],
        language_columns={},
        parent=lower.get("parent_pcode"),
        country=lower.get("country"),
        level_column=lower.get("admin_level"),
    )


def _rank(code: str | None) -> tuple[int, str]:
    """Order name columns: the main one, then by language, then numbered ones."""
    if code is None:
        return 0, ""
    return (1 + _LANGUAGES.index(code), "") if code in _LANGUAGES else (9, code)


def _as_country(value: Any) -> str | None:
    text = as_text(value)
    if text is None:
        return None
    code = text.upper()[:_COUNTRY_CODE]
    return code if code.isalpha() and len(text) == _COUNTRY_CODE else None
