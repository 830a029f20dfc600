"""The day of what is told of a place: which of a sentence's expressions of time belongs to it.

An expression belongs to the phrase that it stands in. What is told in another phrase of the same
sentence has its day only if the sentence opens with it (`On Friday, shells hit A, and B was
stormed`) or leads over from it (`died on Friday when shells hit B`). The next sentence has it only
if it says so: `the attack`, `a day later`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.modality import is_modal
from geo.text.notes import read_pages
from geo.text.phrases import COORDINATORS, SHARED, is_told
from geo.text.times import FullDate, Span, View, Weekday, YearDay
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.document import Document
    from geo.text.notes import Note, Page
    from geo.text.scene import Part, Scene
    from geo.text.times import Sense
    from geo.text.tokens import Sentence

_UNDONE = frozenset({"threatened", "planned", "denied"})
_SCHEDULED = word_set("due expected set scheduled slated planned timed")
_BE = word_set("is are was were be been being")
_DEEDS = frozenset({"violence", "talks"})
_MEANWHILE = word_set("when as while amid") | {"even as", "just as"}
_JOINING = COORDINATORS | _MEANWHILE | {SHARED}
_RELATIVE = frozenset({"who", "which", "whose", "where"})
_KILLED = frozenset({"killed", "wounded", "injured", "died", "hurt"})  # `after` tells of what
_PERFECT = frozenset({"had", "has", "have", "is", "are"})  # another time than that of the sentence
_OPENING = 4  # units in which a sentence may say `the attack`


class Diary:
    """What an article says of when things happen."""

    def __init__(
        self,
        document: Document,
        sentences: Sequence[Sentence],
        scenes: Sequence[Scene],
        hindsight: Collection[int] = (),
    ) -> None:
        """Read the expressions of time of all sentences.

        Parameters
        ----------
        hindsight
            Numbers of the sentences that tell of a former time.
        """
        self._hindsight = hindsight
        self._anchor = document.date
        self._pages = list(read_pages(document, sentences, scenes))

    def find_day(self, number: int, part: Part, place: int | None = None) -> date | None:
        """Return the day of what a part tells; None: the text gives none, or more than a day.

        Parameters
        ----------
        number
            The sentence's number.
        place
            The place's token; None: it is not named there.
        """
        page = self._pages[number]
        marks = [page.find_unit(token) for token in (place, part.anchor) if token is not None]
        if part.kind is None or not marks:
            return None
        if part.role == "threatened" or part.modality in _UNDONE:
            return self._find_ahead(page, part, marks)
        said = [note for note in page.notes if not note.spoken]
        note = _choose(page, said, marks) if page.notes else self._look_back(number)
        if note is None or (part.modality == "past" and self._is_old(number, note.sense)):
            return None
        return self._resolve(note.sense, ahead=False, either=part.role == "venue")

    def find_day_again(self, number: int, part: Part, name: Candidate) -> date | None:
        """Return the day of what is told of `the town`, given where the town was named.

        It was named with that day, if what is told in the next sentence has none.
        """
        named = name.sentence.index
        if named == number or (named == number - 1 and not self._pages[number].notes):
            anchor = part.anchor if named == number else None
            return self.find_day(named, replace(part, anchor=anchor), name.first)
        return self.find_day(number, part)

    def _find_ahead(self, page: Page, part: Part, marks: Sequence[int]) -> date | None:
        """Return the day that something is set for, which is not that of the threat."""
        talks = part.role == "venue" and part.modality == "planned"  # no threat to be confused with
        notes = [
            note
            for note in page.notes
            if not note.spoken
            and (
                _is_scheduled(page, note, otherwise=talks and note.leads)
                or _is_inside(page, note, marks)
                or (talks and note.first > min(marks))
            )
        ]
        note = _choose(page, notes, marks)
        if note is None:
            return None
        ahead = not (part.modality == "denied" and _is_over(page.units))
        return self._resolve(note.sense, ahead=ahead, either=True)

    def _resolve(self, sense: Sense, *, ahead: bool, either: bool) -> date | None:
        """Return the day on the side of the article's date that is told of.

        `either`: a day that doesn't depend on the side may be on the other: talks may be told of
        as held and be to come, what was set for a day may be told of when the day has passed.
        """
        anchor = self._anchor
        for side in (ahead, not ahead) if either and not isinstance(sense, Weekday) else (ahead,):
            day = sense.day(View(anchor, side))
            if day and (anchor is None or day == anchor or (day > anchor) == side):
                return day
        return None

    def _is_old(self, number: int, sense: Sense) -> bool:
        """Tell whether a day can't be counted from the article's date, as former years are told."""
        if isinstance(sense, FullDate) or (isinstance(sense, YearDay) and sense.year):
            return False
        spans = any(isinstance(note.sense, Span) for note in self._pages[number].notes)
        return spans or number in self._hindsight

    def _look_back(self, number: int) -> Note | None:
        """Return the time of the sentence before, where this one goes on about `the attack`."""
        page = self._pages[number]
        opening = page.units[:_OPENING]
        named = opening[0].lower in {"the", "this", "that"} and any(
            unit.cue in _DEEDS for unit in opening
        )
        if not named or page.opens or number == 0:
            return None
        notes = [note for note in self._pages[number - 1].notes if not note.spoken]
        return notes[0] if len(notes) == 1 else None


def _choose(page: Page, notes: Sequence[Note], marks: Sequence[int]) -> Note | None:
    """Return the time of what is told at some units: the place, and the word that tells it."""
    by_phrase: dict[int, list[Note]] = {}
    for note in notes:
        by_phrase.setdefault(note.phrase, []).append(note)
    place, anchor = page.phrases.numbers[marks[0]], page.phrases.numbers[marks[-1]]
    elsewhen = place < anchor and _has_word(page, anchor, _PERFECT)
    numbers = [anchor] if elsewhen or place == anchor else [anchor, place]
    for number in numbers:
        if number in by_phrase:
            return _nearest(by_phrase[number], marks[0])
    found = (_lead_over(page, by_phrase, number) for number in numbers)
    return next((note for note in found if note is not None), None)


def _lead_over(page: Page, by_phrase: dict[int, list[Note]], number: int) -> Note | None:
    """Return the time that a phrase has from those beside it."""
    phrases = page.phrases
    for later in range(number + 1, len(phrases.openings)):
        if phrases.before[later] == number and later in by_phrase:
            if _runs_on(page, number, later) and not by_phrase[later][-1].leads:
                return by_phrase[later][-1]
            break
    while number:
        opening, start = phrases.openings[number], phrases.starts[number]
        inner, number = number, phrases.before[number]
        own = by_phrase.get(number, [])
        if own and (
            opening in _MEANWHILE or (opening == "after" and _has_word(page, number, _KILLED))
        ):
            return own[-1]
        narrows = opening in _RELATIVE and page.units[start - 2].lower != ","
        if not (
            narrows
            or opening in _JOINING
            or (opening == "where" and not _has_word(page, inner, _PERFECT))
        ):
            return None
        if own:
            return own[0] if own[0].leads or opening == SHARED else None
    return None


def _runs_on(page: Page, number: int, later: int) -> bool:
    """Tell whether a phrase has the time of one that follows it.

    `In A, five died when a house was hit on Friday`, `the siege of A, which began on Friday`, `A,
    where five died on Friday`, `Shells hit A and rebels stormed B on Friday`.
    """
    opening, start = page.phrases.openings[later], page.phrases.starts[later]
    if opening == "which":
        return is_told(page.units[start : start + 1]) and not _has_word(page, later, _PERFECT)
    if opening in COORDINATORS:
        return page.units[start - 2].lower != ","
    if opening == "after":
        return _has_word(page, number, _KILLED)
    return opening in _MEANWHILE | {SHARED, ":", "where"}


def _has_word(page: Page, number: int, words: frozenset[str]) -> bool:
    return any(
        unit.lower in words and phrase == number
        for unit, phrase in zip(page.units, page.phrases.numbers, strict=True)
    )


def _nearest(notes: Sequence[Note], mark: int) -> Note:
    """Return the time next to a unit; of two as near, the one after it."""
    return min(
        notes,
        key=lambda note: note.first - mark if note.first > mark else mark - note.last + 0.5,
    )


def _is_scheduled(page: Page, note: Note, *, otherwise: bool) -> bool:
    """Tell whether something to come is set for a time: `will meet on`, `is due on`, `set for`."""
    units = page.units
    start = page.phrases.starts[note.phrase]
    left = range(note.first - 1, start - 1, -1)
    for index in range(note.last + 1, len(units)) if note.leads else left:
        unit = units[index]
        before = units[index - 1] if index else None
        due = index == note.first - 1 and unit.lower == "for"
        if due or unit.lower in _SCHEDULED or unit.cue == "plan" or is_modal(unit):
            return True
        if unit.lower == "to" and before is not None and before.lower in _BE:
            return True
        forms = {form for _, form in unit.verbs}
        told = forms & {"past", "participle"} or unit.lower.endswith("ed")
        passive = before is not None and before.lower in _BE
        if unit.cue == "threat" or (told and not passive):
            return False
    return otherwise


def _is_inside(page: Page, note: Note, marks: Sequence[int]) -> bool:
    """Tell whether a time belongs to the noun itself: `the meeting in X on Monday was called off`.

    No verb comes before it, and one after it.
    """
    start = page.phrases.starts[note.phrase]
    before = [mark for mark in marks if start <= mark < note.first]
    return (
        bool(before)
        and not is_told(page.units[start : note.first])
        and is_told(page.units[note.last + 1 :])
    )


def _is_over(units: Sequence[Unit]) -> bool:
    """Tell whether something is told as called off then, not now: `was`, not `has been`."""
    return any(
        unit.cue == "denial" and units[index - 1].lower in {"was", "were"}
        for index, unit in enumerate(units)
        if index
    )
