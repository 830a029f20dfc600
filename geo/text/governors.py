"""What governs a place in its clause: a preposition and its head, a verb, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.clauses import Unit
    from geo.text.lexicon import Lexicon

LOCATIVE = word_set(
    "in at near around outside inside across within over throughout along beyond above below "
    "behind overlooking"
)
PREPOSITIONS = LOCATIVE | word_set(
    "on upon of for to into toward towards onto from with by between against through via about "
    "under behind above below off like including via"
)
_DETERMINERS = word_set("the a an its their his her our this these those some both all")
_JOINERS = frozenset({",", "and", "or", "&", "as well as"})
_AUXILIARIES = word_set(
    "is are was were be been being has have had do does did will would could can may might must "
    "shall should that and or but if when than then not"
)
_MOST_MODIFIERS = 5
_APPOSITION = 8
_LONGEST_WALK = 60


@dataclass(frozen=True, slots=True)
class Governor:
    """What stands before a place.

    Attributes
    ----------
    kind
        `preposition`, `word` (a verb or noun that takes it directly), or `none`.
    index
        Unit of the preposition or word; for `none` the unit where the search stopped.
    via
        Categories of the nouns passed on the way: settlement, area, part, population.
    """

    kind: str
    index: int
    lower: str = ""
    via: frozenset[str] = frozenset()


def find_governor(units: tuple[Unit, ...], place: int, lexicon: Lexicon) -> Governor:
    """Walk left from a place through its own noun phrase and through lists of places.

    `the densely populated city of X` is passed through, and of `A, B and X` the governor is A's.
    """
    via: set[str] = set()
    index, modifiers, phrase = place - 1, 0, False
    while index >= 0 and place - index < _LONGEST_WALK:
        unit = units[index]
        noun = lexicon.nouns.get(unit.lower)
        if unit.cue in {"boundary", "relative"}:
            break
        if unit.lower == "," and index and _is_title(units[index - 1], lexicon):
            index -= 1  # the capital, X
            continue
        if unit.lower in _JOINERS:
            before = (
                None if _opens_clause(units, place, index, lexicon) else _list_member(units, index)
            )
            if before is None:
                break
            index, modifiers = before - 1, 0
        elif unit.lower in PREPOSITIONS:
            if unit.lower == "of" and index and (kind := lexicon.nouns.get(units[index - 1].lower)):
                via.add(kind)
                index -= 2
                continue
            if unit.lower == "to" and modifiers and not phrase:  # an infinitive: to forge X
                break
            return Governor("preposition", index, unit.lower, frozenset(via))
        elif unit.lower in _DETERMINERS or unit.kind == "number":
            index, phrase = index - 1, True
        elif unit.name is not None:
            if not (unit.name.class_ in {"demonym"} or unit.possessive):
                break
            index -= 1
        elif noun in {"settlement", "area", "site", "part", "population"} and not unit.cue:
            via.add(noun)
            index -= 1
        elif unit.cue not in {None, "filler"} or unit.verbs:
            return Governor("word", index, unit.lower, frozenset(via))
        elif unit.kind == "word" and _may_modify(unit, lexicon) and modifiers < _MOST_MODIFIERS:
            modifiers += 1
            index -= 1
        else:
            break
    return Governor("none", index, "", frozenset(via))


def _is_title(unit: Unit, lexicon: Lexicon) -> bool:
    return unit.name is None and lexicon.nouns.get(unit.lower) == "settlement"


def _list_member(units: tuple[Unit, ...], joiner: int) -> int | None:
    """The place before `,` or `and`, if the joiner ties two places together."""
    index = joiner - 1
    while index >= 0 and units[index].lower in _JOINERS:
        index -= 1
    if index < 0:
        return None
    if units[index].is_place:
        return None if units[index].possessive else index
    # an apposition between them: captured A, 116 kilometres to the north, and B
    for step in range(index, max(0, index - _APPOSITION), -1):
        if units[step].verbs or units[step].cue or units[step].kind == "name":
            return None
        if units[step].lower == "," and units[step - 1].is_place:
            return step - 1
    return None


def _opens_clause(units: tuple[Unit, ...], place: int, joiner: int, lexicon: Lexicon) -> bool:
    """`..., and Riyadh said`: the place is the subject of what follows, not one of a list."""
    if joiner != place - 1 or units[joiner].lower == ",":
        return False
    after = units[place + 1].lower.split()[:1] if place + 1 < len(units) else []
    return bool(after) and after[0] in lexicon.mind["verb"]


def _may_modify(unit: Unit, lexicon: Lexicon) -> bool:
    return (
        unit.lower not in _AUXILIARIES
        and unit.lower not in lexicon.reporting
        and unit.lower not in lexicon.mind["verb"] - lexicon.mind["weak"]
    )
