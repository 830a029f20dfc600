"""The expressions of time of each sentence, put where they stand among its words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.text.phrases import cut_phrases, follows_lead
from geo.text.times import Apart, FullDate, Span, Step, View, YearDay
from geo.text.timewords import find_times
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from geo.text.clauses import Unit
    from geo.text.document import Document
    from geo.text.phrases import Phrases
    from geo.text.scene import Scene
    from geo.text.times import Sense, Time
    from geo.text.tokens import Sentence

_SPEECH = word_set(
    "on in a an the late early by to at reporters journalists statement interview telephone radio "
    "television video message speech letter parliament council briefing news conference agency"
)
_REPORTED = frozenset({"report", "reports", "reported"})
_PRESENT = frozenset({"is", "are", "says", "say", "remains", "remain"})
_NOT_PRESENT = frozenset({"was", "were", "had", "said"})
_BE = word_set("is are was were be been being")
_REACH = 12  # units
_MEMORY = 2  # sentences in which `a day later` is understood
_LEAD = 600  # characters in which an article gives its own date
_OWN_LINE = re.compile(r"(?!On\b)(?:[^a-z\n]|(?<=\w)[a-z]|\b(?:as of|on|posted|updated)\b)*")


@dataclass(frozen=True, slots=True)
class Note:
    """An expression of time in its sentence.

    Attributes
    ----------
    first, last
        Its units, both inclusive.
    phrase
        Number of the phrase that it stands in.
    leads
        Whether it opens its phrase.
    spoken
        Whether it tells when something was said.
    """

    sense: Sense
    first: int
    last: int
    phrase: int
    leads: bool
    spoken: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A sentence: its units, its phrases, its times, and whether it opens a paragraph."""

    units: tuple[Unit, ...]
    phrases: Phrases
    notes: tuple[Note, ...]
    opens: bool

    def find_unit(self, token: int) -> int:
        """Return the unit that a token belongs to."""
        return _find_unit(self.units, token)


def read_pages(
    document: Document, sentences: Sequence[Sentence], scenes: Sequence[Scene]
) -> Iterator[Page]:
    """Yield a page for each sentence, without the article's own date."""
    text, anchor = document.text, document.date
    times = [time for time in find_times(text) if not _is_own(text, time, anchor)]
    starts = [time.start for time in times]
    memory = _Memory(anchor)
    end = 0
    for sentence, scene in zip(sentences, scenes, strict=True):
        first, last = (bisect_left(starts, bound) for bound in (sentence.start, sentence.end))
        own = times[first:last]
        now = _is_present(scene.units)
        senses = memory.settle([time.sense for time in own], now=now)
        bounds = [_find_bounds(sentence, scene.units, time) for time in own]
        phrases = cut_phrases(scene.units, {start for start, _ in bounds})
        notes = []
        for sense, (start, stop) in zip(senses, bounds, strict=True):
            number = phrases.numbers[stop]
            leads = follows_lead(scene.units, phrases.starts[number], start)
            spoken = _is_spoken(scene, start, stop, leads=leads)
            notes.append(Note(sense, start, stop, number, leads, spoken))
        yield Page(scene.units, phrases, tuple(notes), text.count("\n", end, sentence.start) > 1)
        end = sentence.end


def _is_own(text: str, time: Time, anchor: date | None) -> bool:
    """Tell whether the article gives its own date there: in a dateline, or in brackets."""
    if not isinstance(time.sense, FullDate) or time.sense.value != anchor:
        return False
    if text[time.start - 1 : time.start] == "(" and text[time.end : time.end + 1] == ")":
        return True
    line = text.rfind("\n", 0, time.start) + 1
    return time.start < _LEAD and _OWN_LINE.fullmatch(text, line, time.start) is not None


class _Memory:
    """The day and the year that were told last."""

    def __init__(self, anchor: date | None) -> None:
        self._anchor = anchor
        self._day: date | None = None
        self._age = 0  # sentences since then
        self._year: int | None = None  # other than the article's, in the last sentence

    def settle(self, senses: Sequence[Sense], *, now: bool) -> list[Sense]:
        """Settle what counts from a day or a year told before, sentence by sentence.

        `now`: the sentence speaks of the article's day where it gives no other.
        """
        settled: list[Sense] = []
        base = self._day if self._age < _MEMORY else None
        day: date | None = None
        year: int | None = None
        for sense in senses:
            told = sense
            if isinstance(sense, Step):
                near = self._anchor if now else None
                start = day or (near if isinstance(sense, Apart) else base)
                found = sense.day(View(self._anchor, base=start))
                told = FullDate(found) if found else Span()
            elif isinstance(sense, YearDay) and not (sense.year or sense.turn):
                if year or self._year:
                    told = replace(sense, year=year) if year else Span()
            elif isinstance(sense, Span) and sense.year:
                own = self._anchor is not None and sense.year == self._anchor.year
                year = None if own else sense.year
            day = told.day(View(self._anchor)) or day
            settled.append(told)
        self._age = 0 if day else self._age + 1
        self._day = day or self._day
        self._year = year
        return settled


def _is_present(units: tuple[Unit, ...]) -> bool:
    words = {unit.lower for unit in units}
    return bool(words & _PRESENT) and not words & _NOT_PRESENT


def _find_bounds(sentence: Sentence, units: tuple[Unit, ...], time: Time) -> tuple[int, int]:
    starts = [token.start for token in sentence.tokens]
    first, last = (bisect_right(starts, at) - 1 for at in (time.start, time.end - 1))
    return _find_unit(units, first), _find_unit(units, last)


def _find_unit(units: tuple[Unit, ...], token: int) -> int:
    return max(0, bisect_right(units, token, key=lambda unit: unit.token) - 1)


def _is_spoken(scene: Scene, first: int, last: int, *, leads: bool) -> bool:
    """Tell whether a time is that of a speech: `said on Friday`, `On Friday the army said`."""
    units = scene.units
    for index in range(first - 1, max(-1, first - _REACH), -1):
        unit = units[index]
        if _tells(scene, index):
            return True
        if unit.is_place or not (unit.name or unit.lower in _SPEECH):
            break
    if not leads:
        return False
    for index in range(last + 1, min(len(units), last + _REACH)):
        if _tells(scene, index):
            deed = any(unit.cue in {"violence", "state"} for unit in units[index + 1 : index + 4])
            return not (_is_put_in(units, index) or (units[index].lower in _REPORTED and deed))
        if units[index].verbs or (units[index].kind == "mark" and index > last + 1):
            return False
    return False


def _tells(scene: Scene, index: int) -> bool:
    """Tell whether someone says something there; `clashes were reported` are no speech."""
    before = scene.units[index - 1].lower if index else ""
    return scene.units[index].lower in scene.lexicon.reporting and before not in _BE


def _is_put_in(units: tuple[Unit, ...], index: int) -> bool:
    """Tell whether a speaker is only put in, as in `On Friday, he told the agency, shells fell`."""
    for unit in units[index + 1 : index + _REACH]:
        if unit.kind == "mark":
            return True
        if unit.verbs or unit.is_place or unit.lower == "that":
            return False
    return False
