"""A sentence cut into phrases that each tell one thing, finer than its clauses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from geo.text.clauses import Unit

COORDINATORS = frozenset({"and", "but", "or"})
SHARED = "and +"  # opens a phrase that goes on with the subject of the one before
_AUXILIARIES = word_set("was were is are has have had will would did")
_LEADS = word_set(
    "on at in of the to early late before after by around just shortly soon then again also only "
    "later earlier hours night evening morning afternoon dawn noon dusk midnight"
)
_PASTS = word_set(
    "came went gave took left fell made sent lost held began broke blew rose ran said told"
)
_TOLD = _AUXILIARIES | _PASTS
_DASHES = frozenset("\u2013\u2014")
_CLOSERS = {"(": ")"}
_REACH = 12  # units in which a new subject must meet its verb


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of a sentence.

    Attributes
    ----------
    numbers
        The phrase that each unit stands in.
    starts
        Of each phrase its first unit after the word that opens it.
    openings
        That word; empty for the first phrase, `SHARED` where a verb follows without a subject.
    before
        The phrase that it is opened in.
    """

    numbers: list[int]
    starts: list[int]
    openings: list[str]
    before: list[int]


def cut_phrases(units: tuple[Unit, ...], timed: Collection[int]) -> Phrases:
    """Cut a sentence into phrases.

    A phrase ends with its clause, before `when`, and before an `and`, `but` or `or` that leads to
    another verb or another time. After brackets, a pair of dashes, or a clause that is put in and
    ended by a comma, the phrase before them goes on.

    Parameters
    ----------
    timed
        Units at which an expression of time begins.
    """
    phrases = Phrases([], [0], [""], [0])
    current, outer, closer = 0, 0, ""
    for index, unit in enumerate(units):
        opening = None
        if unit.clause != (units[index - 1].clause if index else 0) or unit.lower == "when":
            opening = unit.lower
        elif unit.lower in COORDINATORS:
            opening = _read_coordinator(units, index, timed, phrases.starts[-1])
        if closer and unit.lower == closer:
            start = phrases.starts[-1]
            if _is_adverb(units, start, index, timed):
                phrases.numbers[start - 1 :] = [outer] * (index - start + 1)
            current, closer = outer, ""
        elif opening is not None:
            told = is_told(units[phrases.starts[-1] : index])
            if unit.cue == "relative" or (not told and opening[0].isalpha()):
                outer, closer = current, ","
            elif opening == "(" or (opening in _DASHES and told):
                outer, closer = current, _CLOSERS.get(opening, opening)
            phrases.openings.append(opening)
            phrases.starts.append(index + 1)
            phrases.before.append(current)
            current = len(phrases.openings) - 1
        phrases.numbers.append(current)
    return phrases


def _is_adverb(units: tuple[Unit, ...], start: int, end: int, timed: Collection[int]) -> bool:
    """Tell whether what is put in only says when, as `shortly after dawn on Friday` does."""
    times = [step for step in range(start, end) if step in timed]
    return bool(times) and not is_told(units[start:end]) and not units[times[-1]].possessive


def is_told(units: Sequence[Unit]) -> bool:
    """Tell whether there is a verb among units: what has none is no phrase by itself."""
    return any(unit.lower in _TOLD or unit.lower.endswith("ed") or _is_past(unit) for unit in units)


def _is_past(unit: Unit) -> bool:
    return bool(unit.verbs) and any(form in {"past", "participle"} for _, form in unit.verbs)


def _read_coordinator(
    units: tuple[Unit, ...], index: int, timed: Collection[int], start: int
) -> str | None:
    """Return how a phrase opens at `and`, None where it only joins two things of one phrase."""
    told = is_told(units[start:index])
    shared = False
    for step in range(index + 1, min(len(units), index + _REACH)):
        unit = units[step]
        if step in timed and follows_lead(units, index + 1, step):
            return "and"
        if unit.kind == "mark" or unit.lower in COORDINATORS:
            break
        if told and step == index + 1:
            if is_told([unit]):
                return SHARED
            shared = bool(unit.verbs)
        elif told and (unit.verbs or unit.lower in _AUXILIARIES):
            return "and"  # `and shells hit`: what looked like a verb was its subject
    return SHARED if shared else None


def follows_lead(units: tuple[Unit, ...], start: int, index: int) -> bool:
    """Tell whether nothing but `then, on` and the like stands from one unit up to another.

    A dash or bar begins anew, as after a dateline.
    """
    for unit in reversed(units[start:index]):
        if unit.kind == "mark" and unit.lower != ",":
            return True
        if unit.lower not in _LEADS and unit.lower != ",":
            return False
    return True
