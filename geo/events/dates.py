"""The day of an event as a table writes it; what could be two days is read only if declared."""

from __future__ import annotations

import re
from datetime import date, datetime

from geo.text.dates import find_full_dates

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?|\d{8}", re.DOTALL)
# A day by digits only that is no YYYY-MM-DD: which is the month can't be told.
_DIGITS = re.compile(r"\d{1,4}[/.]\d{1,2}[/.]\d{1,4}|\d{1,2}-\d{1,2}-\d{2,4}")
AMBIGUOUS = "date-ambiguous"
UNREADABLE = "date-form"


def read_day(text: str, date_format: str | None) -> tuple[date | None, str | None]:
    """Return the day that a cell gives, or the code of what is wrong with it.

    The day is the one written: where a time and a zone follow, it is not moved to another zone.

    Parameters
    ----------
    text
        Such as `2024-02-24`, `2024-02-24T23:30:00-05:00`, `24 February 2024`.
    date_format
        How dates are written, as declared; it goes before all else. A time that it doesn't speak
        of may follow the day.
    """
    first = text.split(" ", maxsplit=1)[0]
    if date_format is not None:
        for part in dict.fromkeys((text, first)):
            try:
                return datetime.strptime(part, date_format).date(), None  # noqa: DTZ007
            except ValueError:
                continue
    if iso := _ISO.fullmatch(text):
        try:
            return date.fromisoformat(iso.group(1) or text), None
        except ValueError:
            return None, UNREADABLE
    if _DIGITS.fullmatch(first):
        return None, AMBIGUOUS
    found = find_full_dates(text)
    return (found[0][1], None) if len(found) == 1 else (None, UNREADABLE)
