"""Dates in a text: the dateline's, the first full one, and what `on Friday` means."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = {
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
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = re.compile(
    rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th|er)?(?:\s+of)?[\s\-.]+(?P<month>{_MONTH})\b\.?,?[\s\-]+{_YEAR}\b"
    rf"|\b(?P<month2>{_MONTH})\b\.?[\s\-]+(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?,?\s+(?P<year2>(?:19|20)\d\d)\b"
    r"|\b(?P<year3>(?:19|20)\d\d)[-/](?P<month3>[01]\d)[-/](?P<day3>[0-3]\d)\b",
    re.IGNORECASE,
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RELATIVE = re.compile(
    rf"\b(?P<next>next\s+|coming\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})\b"
    r"|\b(?P<near>yesterday|today|tonight|tomorrow|overnight)\b",
    re.IGNORECASE,
)
_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "overnight": 0, "tomorrow": 1}
_DATELINE_WINDOW = 600  # characters in which a dateline is looked for
_TEXT_WINDOW = 100_000


def find_date(text: str) -> tuple[date, str] | None:
    """Return the article's date and whether it stood in the `dateline` or in the `text`.

    A full date at the start of a line near the top, or before the first dash or bracket of a
    line, is a dateline; otherwise the first full date counts. None if there is none.
    """
    for match in _DATE.finditer(text[:_TEXT_WINDOW]):
        found = _to_date(match)
        if found is None:
            continue
        line_start = text.rfind("\n", 0, match.start()) + 1
        lead = text[line_start : match.start()]
        rest = text[match.end() : match.end() + 4].lstrip(" ,)")
        opens = len(lead) < 60 and not re.search(r"[.!?]\s", lead)
        closes = rest[:1] in {"", "\n", "-", "\u2013", "\u2014", "(", ":", "|", "/"}
        if match.start() < _DATELINE_WINDOW and opens and closes:
            return found, "dateline"
        return found, "text"
    return None


def find_full_dates(text: str) -> list[tuple[int, date]]:
    """Return every full date of a text with its position."""
    found = ((match.start(), _to_date(match)) for match in _DATE.finditer(text[:_TEXT_WINDOW]))
    return [(start, day) for start, day in found if day is not None]


def resolve_day(sentence: str, anchor: date | None, *, ahead: bool) -> date | None:
    """Return the day that a sentence speaks of, or None if it names none.

    Parameters
    ----------
    anchor
        The article's date; weekdays are counted from it.
    ahead
        Whether the sentence speaks of something to come, so that `Friday` is the next one.
    """
    full = [day for _, day in find_full_dates(sentence)]
    if other := [day for day in full if day != anchor]:
        return other[0]
    match = _RELATIVE.search(sentence)
    if match is None or anchor is None:
        return full[0] if full else None
    if near := match.group("near"):
        return anchor + timedelta(days=_NEAR[near.lower()])
    weekday = _WEEKDAYS.index(match.group("weekday").lower())
    if ahead or match.group("next"):
        return anchor + timedelta(days=(weekday - anchor.weekday()) % 7)
    return anchor - timedelta(days=(anchor.weekday() - weekday) % 7)


def _to_date(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    for suffix in ("", "2", "3"):
        if groups["year" + suffix]:
            month = groups["month" + suffix]
            number = _MONTHS[month.lower()] if not month.isdigit() else int(month)
            try:
                return date(int(groups["year" + suffix]), number, int(groups["day" + suffix]))
            except ValueError:
                return None
    return None
