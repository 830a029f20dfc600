"""Full dates in a text, and which of them is the article's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from geo.text.openers import NUMBER, OpenedPatterns
from geo.text.times import to_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier يناير",
            "february feb février fevrier فبراير",
            "march mar mars مارس",
            "april apr avril أبريل",
            "may mai مايو",
            "june jun juin يونيو",
            "july jul juillet يوليو",
            "august aug août aout أغسطس",
            "september sept sep septembre سبتمبر",
            "october oct octobre أكتوبر",
            "november nov novembre نوفمبر",
            "december dec décembre decembre ديسمبر",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = re.compile(
    rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th|er)?(?:\s+of)?[\s\-.]+(?P<month>{_MONTH})\b\.?,?[\s\-]+{_YEAR}\b"
    rf"|\b(?P<month2>{_MONTH})\b\.?[\s\-]+(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?,?\s+(?P<year2>(?:19|20)\d\d)\b"
    r"|\b(?P<year3>(?:19|20)\d\d)[-/](?P<month3>[01]\d)[-/](?P<day3>[0-3]\d)\b",
    re.IGNORECASE,
)
_ANY_YEAR = re.compile(r"(?:19|20)\d\d")
_OPENED = OpenedPatterns([({*MONTHS, NUMBER}, _DATE)])
_DATELINE_WINDOW = 600  # characters in which a dateline is looked for
_TEXT_WINDOW = 100_000


def find_date(text: str) -> tuple[date, str] | None:
    """Return the article's date and whether it stood in the `dateline` or in the `text`.

    A full date at the start of a line near the top, or before the first dash or bracket of a
    line, is a dateline; otherwise the first full date counts. None if there is none.
    """
    for start, end, found in scan_full_dates(text):
        if found is None:
            continue
        line_start = text.rfind("\n", 0, start) + 1
        lead = text[line_start:start]
        rest = text[end : end + 4].lstrip(" ,)")
        opens = len(lead) < 60 and not re.search(r"[.!?]\s", lead)
        closes = rest[:1] in {"", "\n", "-", "\u2013", "\u2014", "(", ":", "|", "/"}
        if start < _DATELINE_WINDOW and opens and closes:
            return found, "dateline"
        return found, "text"
    return None


def find_full_dates(text: str) -> list[tuple[int, date]]:
    """Return every full date of a text with its position."""
    return [(start, day) for start, _, day in scan_full_dates(text) if day is not None]


@lru_cache(maxsize=1)  # the article's date and what happens when are read from one text
def scan_full_dates(text: str) -> Sequence[tuple[int, int, date | None]]:
    """Return the bounds of what is written as a full date, and its day; None: no such day."""
    text = text[:_TEXT_WINDOW]
    matches = _OPENED.find(text) if _ANY_YEAR.search(text) else ()
    return [(match.start(), match.end(), _to_date(match)) for _, match in matches]


def _to_date(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    for suffix in ("", "2", "3"):
        if groups["year" + suffix]:
            month = groups["month" + suffix]
            number = MONTHS[month.lower()] if not month.isdigit() else int(month)
            return to_day(int(groups["year" + suffix]), number, int(groups["day" + suffix]))
    return None
