"""Finding expressions of time: `on Friday`, `14 July`, `two days ago`, `since Monday`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.dates import MONTHS, scan_full_dates
from geo.text.openers import NUMBER, OpenedPatterns
from geo.text.times import (
    Apart,
    Feast,
    FullDate,
    Night,
    Offset,
    Span,
    Step,
    Time,
    Weekday,
    YearDay,
    to_day,
)
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from geo.text.times import Sense

_LEAP_YEAR = 2024  # has every day that a month can have
_CONTEXT = 24  # characters beside an expression that decide what it is
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_FEASTS = {  # days after Easter
    "ash wednesday": -46,
    "palm sunday": -7,
    "holy thursday": -3,
    "good friday": -2,
    "easter sunday": 0,
    "easter monday": 1,
}
_HOLIDAYS = {
    "christmas eve": YearDay(12, 24),
    "christmas day": YearDay(12, 25),
    "boxing day": YearDay(12, 26),
    "new year's eve": YearDay(12, 31),
    "new year's day": YearDay(1, 1),
}
_NAMED_DAYS = {(10, 7): 2023, (9, 11): 2001}  # `the 7 October attack`, whatever the article's year

# Months in any case but those that are words as well; short forms with a capital.
_MONTH = (
    "(?:(?:(?i:january|february|april|june|july|august|september|october|november|december)|"
    r"March|MARCH|May|MAY)\b|"
    "(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|"
    r"JAN|FEB|MAR|APR|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC)\b\.?)"
)
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_ALONE = r"(?<![\w.,:/$€£-])"  # before a number that is no part of another
_TO = r"\s*(?:[-\u2013\u2014/]|\b(?:to|and|or|through|until)\b)\s*"
_LAST_YEAR = r"(?P<last_year>,?\s+(?:of\s+)?last\s+year\b)?"
_PART = r"(?:night|morning|afternoon|evening)"
_LONG = "(?:weekend|week|month|year|decade|summer|autumn|winter|spring)s?"
_COUNT = rf"(?:an?|\d\d?|{'|'.join(_NUMBERS)})"
_MONTHS = frozenset(MONTHS)
_DAYS = frozenset(word for day in _WEEKDAYS for word in (day, day + "s"))
_COUNTS = frozenset({"a", "an", NUMBER, *_NUMBERS})


def _read_digits(match: re.Match[str]) -> Sense:
    """Read `25/04/2024`, whichever comes first; `03/04/2024` could be two days."""
    first, second, year = (int(match[name]) for name in ("first", "second", "year"))
    readings = {to_day(year, second, first), to_day(year, first, second)} - {None}
    day = readings.pop() if len(readings) == 1 else None
    return FullDate(day) if day else Span()


def _read_year_day(match: re.Match[str]) -> Sense:
    month, number = MONTHS[match["month"].lower().rstrip(".")], int(match["day"])
    if match["range"] or to_day(_LEAP_YEAR, month, number) is None:
        return Span()
    return YearDay(month, number, turn=-1 if match["last_year"] else 0)


def _read_feast(match: re.Match[str]) -> Sense:
    name = " ".join(match[0].lower().replace("\u2019", "'").split())
    if name in _HOLIDAYS:
        return _HOLIDAYS[name]
    return Feast(_WEEKDAYS.index(name.split()[-1]), _FEASTS[name])


def _read_weekday(match: re.Match[str]) -> Sense:
    which = (match["which"] or "this").lower().split()[-1]
    week = match["week_before"] or match["week_after"]
    if match["plural"] or which not in {"last", "past", "next", "coming", "this"}:
        return Span()
    if week:
        which = f"{week.lower()} week"
    return Weekday(_WEEKDAYS.index(match["weekday"].lower()), which)


def _read_near(match: re.Match[str]) -> Sense:
    turns = {"yesterday": -1, "last night": -1, "tomorrow": 1}
    turn = turns.get(" ".join(match["word"].lower().split()), 0)
    return Offset(2 * turn if match["beyond"] else turn)


def _read_count(match: re.Match[str]) -> Sense:
    word, side = match["count"].lower(), match["side"].lower()
    days = 1 if word in {"a", "an"} else int(word) if word.isdigit() else _NUMBERS.index(word) + 1
    if side == "ago":
        return Offset(-days)
    if match["apart"] is not None:
        return Apart(days if side == "before" else -days)
    return Step(days if side in {"later", "after"} else -days)


def _read_step(match: re.Match[str]) -> Sense:
    turns = {"previous": -1, "before": -1, "following": 1, "next": 1, "after": 1}
    return Step(turns.get((match["which"] or match["side"]).lower(), 0))


def _read_span(match: re.Match[str]) -> Sense:
    return Span(int(match["year"])) if match["year"] else Span()


# Where two rules claim the same words, the earlier one has them. Each begins with the words that
# can open it, so that it is tried nowhere else.
_RULES: tuple[tuple[Collection[str], str, Callable[[re.Match[str]], Sense]], ...] = (
    ({NUMBER}, rf"\b(?P<first>\d\d?)([/.-])(?P<second>\d\d?)\2(?P<year>{_YEAR})\b", _read_digits),
    (
        {NUMBER, "the"},
        (
            rf"(?:\b[Tt]he\s+)?{_ALONE}(?P<range>\d\d?(?:st|nd|rd|th)?{_TO})?{_DAY}(?:\s+of)?[\s-]+"
            rf"(?P<month>{_MONTH}){_LAST_YEAR}"
        ),
        _read_year_day,
    ),
    (
        _MONTHS,
        (
            rf"(?<!\b[Ii]n )\b(?P<month>{_MONTH})[\s-]+{_DAY}(?![\w:%]|[.,]\d)"
            rf"(?P<range>\s*[-\u2013]\s*\d\d?)?{_LAST_YEAR}"
        ),
        _read_year_day,
    ),
    (
        word_set("ash palm holy good easter christmas boxing new"),
        rf"(?i)\b(?:{'|'.join((*_FEASTS, *_HOLIDAYS))})\b".replace(" ", r"\s+").replace(
            "'", "['\u2019]"
        ),
        _read_feast,
    ),
    (
        word_set(
            "last this next the past coming every each any a an one most that previous following"
        )
        | _DAYS,
        (
            r"(?i)\b(?:(?P<week_before>last|this|next)\s+week(?:,?\s+on)?\s+)?"
            r"(?:(?:(?:the|this)\s+)?(?P<which>last|past|next|coming|this|every|each|any|an?|one|most|"
            rf"that|previous|following)\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})(?P<plural>s)?\b"
            rf"(?:\s+{_PART}\b)?(?:\s+(?:of\s+)?(?P<week_after>last|this|next)\s+week\b)?"
        ),
        _read_weekday,
    ),
    (
        word_set("the yesterday today tonight tomorrow last this"),
        (
            r"(?i)\b(?P<beyond>the\s+day\s+(?:before|after)\s+)?(?P<word>yesterday|today|tonight|"
            rf"tomorrow|last\s+night|this\s+(?:morning|afternoon|evening))\b(?:\s+{_PART}\b)?"
        ),
        _read_near,
    ),
    (
        _COUNTS,
        (
            rf"(?i)\b(?P<count>{_COUNT})\s+(?:days?|nights?)\s+"
            r"(?P<side>ago|earlier|later|(?:before|after)\b(?P<apart>(?!\s*[.,;]))?)\b"
        ),
        _read_count,
    ),
    (
        {"the", "that"},
        (
            rf"(?i)\b(?:the\s+(?P<which>previous|following|next|same)|(?P<that>that(?:\s+same)?))\s+(?:day|{_PART})\b"
            r"|\bthe\s+(?:day|night)\s+(?P<side>before|after)(?=\s*[.,;])"
        ),
        lambda match: Step(0) if match["that"] else _read_step(match),
    ),
    ({"overnight"}, r"(?i)\bovernight\b", lambda _: Night()),
    (
        word_set(
            "in since of during by from until before after throughout early late mid last this next"
        ),
        (
            r"\b(?i:in|since|of|during|by|from|until|before|after|throughout|early|late|mid|last|this|"
            rf"next)[\s-]+(?:{_MONTH},?(?:\s+(?P<year>{_YEAR})\b)?)"
        ),
        _read_span,
    ),
    (_MONTHS, rf"\b{_MONTH},?\s+(?P<year>{_YEAR})\b", _read_span),
    (
        word_set("in since of during by from until early late mid"),
        rf"(?i)\b(?:in|since|of|during|by|from|until|early|late|mid)[\s-]+(?P<year>{_YEAR})\b(?![/\d])",
        _read_span,
    ),
    (
        _COUNTS
        | word_set(
            "the last this next past previous coming recent following at over during several few "
            "some many week weeks month months year years hour hours decade decades"
        ),
        (
            r"(?i)\b(?:the\s+)?(?:18|19|20)\d0s\b"
            r"|\b(?:last|this|next|past|previous|coming|recent|following)\s+"
            rf"(?:(?:few|{_COUNT})\s+)?(?:{_LONG}|days)\b"
            r"|\b(?:at|over|during)\s+the\s+weekend\b"
            rf"|\b(?:(?:{_COUNT}|several|few|some|many)\s+)?(?:week|month|year|hour|decade)s?\s+"
            r"(?:ago|earlier|later)\b"
        ),
        lambda _: Span(),
    ),
)
_OPENED = OpenedPatterns([(openers, re.compile(pattern)) for openers, pattern, _ in _RULES])

_NOT_A_DAY_BEFORE = re.compile(
    r"\b(?:black|bloody|super|easter|whit|cyber|maundy|shrove|giving|man)\s+$",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(
    r"\b(?:Avenue|Street|Rue|Place|Square|Boulevard|Bridge|Hay|Camp)\s+(?:of\s+)?(?:the\s+)?$"
)
_ROAD = re.compile(r"\s+(?:Bridge|Street|Road|Avenue|Square|Roundabout|Boulevard)\b")
_BODY = re.compile(
    r"\s+(?:(?i:movement|alliance|coalition|bloc|group|brigades?)|City|University|Hospital|Stadium|"
    r"Airport|District|Camp|Village|Barracks|Mosque|Governorate|Dam)\b"
)
_ON = re.compile(r"\b(?:on|since|until|from|by|before|after|of)\s+$", re.IGNORECASE)
_INSIDE = re.compile(r"\b(?:the|in|near|at|to|over|across|along)\s+$", re.IGNORECASE)
_CAPITAL = re.compile(r"\s+[A-Z]")
_OCCASION = re.compile(
    r"\s+(?:prayers?|mass|sermons?|markets?|services?|school|league|papers?|edition)\b",
    re.IGNORECASE,
)
_DEED = re.compile(r"\s+(?:\S+\s+)?(?:attacks?|massacres?|assault|killings|onslaught)\b")
_ONE_END = re.compile(
    r"\b(?:since|until|till|by|before|after|through|between|around|about|than|(?<!night )to|as of|"
    r"week of|up to)\s+(?:(?:on|the|early|late)\s+)*$",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"['\u2019]s?(?!\w)|,?\s+when\b")  # after Friday's raid
_NOUN = re.compile(r"\s+(?!(?:and|or|of|in|on|at|to|as|that|but|with|for)\b)[a-z]{3,}")
_THE = re.compile(r"\bthe\s+$", re.IGNORECASE)
_SAME = re.compile(r",?\s*(?:\bon\b)?\s*")
_RANGE = re.compile(
    r"(?:\s*[-\u2013\u2014/]|,?\s+(?:and|or|to|into|through|until))\s*(?:early\s+|late\s+)?",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s+and\s+on\s+")  # on Saturday and on Sunday
_ENDED = re.compile(r"\s*(?:[.,;]|$)")
_EXACTNESS = {Night: 0, Span: 0, Step: 1, Apart: 1, Offset: 2, Weekday: 2, Feast: 2}
_EXACTNESS |= {YearDay: 3, FullDate: 3}


def find_times(text: str) -> list[Time]:
    """Return the expressions of time in a text, in order and without overlaps."""
    found = sorted(_find_all(text), key=lambda time: time.start)
    return [_close(text, time) for time in _join(text, found)]


def _find_all(text: str) -> Iterator[Time]:
    taken = bytearray(len(text))
    for time in _apply_rules(text):
        if any(taken[time.start : time.end]):
            continue
        taken[time.start : time.end] = b"\1" * (time.end - time.start)
        if not _is_name(text, time):
            yield time


def _apply_rules(text: str) -> Iterator[Time]:
    for start, end, day in scan_full_dates(text):
        yield Time(start, end, FullDate(day) if day else Span())
    for number, match in _OPENED.find(text):
        yield Time(match.start(), match.end(), _RULES[number][2](match))


def _is_name(text: str, time: Time) -> bool:
    """Tell whether a day is part of a name: `Bloody Sunday`, `6 October Bridge`."""
    if not isinstance(time.sense, YearDay | Weekday):
        return False
    before, after = _beside(text, time)
    the = text[time.start : time.end].lower().startswith("the ")
    if _NAME_BEFORE.search(before):
        return True
    if isinstance(time.sense, Weekday) and _NOT_A_DAY_BEFORE.search(before):
        return True
    named = _ROAD.match(after) or (_BODY.match(after) and (the or not _ON.search(before)))
    if isinstance(time.sense, YearDay) and named:
        return True
    return bool(_INSIDE.search(before) and _CAPITAL.match(after))


def _beside(text: str, time: Time) -> tuple[str, str]:
    before, after = max(0, time.start - _CONTEXT), time.end + _CONTEXT
    return text[before : time.start], text[time.end : after]


def _join(text: str, times: Iterable[Time]) -> list[Time]:
    """Join what stands side by side: `Friday, 10 May` is a day, `Friday and Saturday` none."""
    joined: list[Time] = []
    for time in times:
        last = joined[-1] if joined else None
        gap = text[last.end : time.start][: _CONTEXT + 1] if last else ""
        if last and _SAME.fullmatch(gap) and not isinstance(time.sense, Apart):
            joined[-1] = Time(last.start, time.end, _combine(last.sense, time.sense))
        elif last and (
            (_RANGE.fullmatch(gap) and _are_alike(last.sense, time.sense, gap))
            or (_LISTED.fullmatch(gap) and _ENDED.match(text, time.end))
        ):
            joined[-1] = Time(last.start, time.end, Span())
        else:
            joined.append(time)
    return joined


def _are_alike(first: Sense, second: Sense, gap: str) -> bool:
    """Tell whether two expressions can be the ends of one; a dash may part others."""
    alike = type(first) is type(second) or {type(first), type(second)} == {FullDate, YearDay}
    return alike or (any(map(str.isalpha, gap)) and isinstance(first, Span))


def _combine(first: Sense, second: Sense) -> Sense:
    """Return what two expressions mean together: the more exact one, if they are of two sorts."""
    other, exact = sorted((first, second), key=lambda sense: _EXACTNESS[type(sense)])
    if isinstance(other, Night) or _EXACTNESS[type(other)] == _EXACTNESS[type(exact)]:
        return Span()
    if isinstance(other, Span) and other.year and isinstance(exact, YearDay):
        return replace(exact, year=other.year)
    if isinstance(other, Weekday) and isinstance(exact, YearDay):
        return replace(exact, weekday=other.number)
    if isinstance(other, Weekday) and isinstance(exact, FullDate):
        return exact if exact.value.weekday() == other.number else Span()
    return exact


def _close(text: str, time: Time) -> Time:
    """Make a span of what is one end of a longer time, or an occasion that comes each week."""
    before, after = _beside(text, time)
    sense = time.sense
    if isinstance(sense, Weekday) and _OCCASION.match(after):
        return replace(time, sense=Span())
    if isinstance(sense, YearDay) and _DEED.match(after):
        year = _NAMED_DAYS.get((sense.month, sense.number))
        return replace(time, sense=replace(sense, year=year)) if year else time
    the = _THE.search(before) or text[time.start : time.start + 4].lower() == "the "
    attribute = _ATTRIBUTE.match(after) or (the and _NOUN.match(after))
    if _ONE_END.search(before) and not attribute:
        return replace(time, sense=Span())
    return time
