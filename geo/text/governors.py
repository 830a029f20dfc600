"""What governs a place in its clause: a preposition and its head, a verb, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.text.modality import MODALS
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.clauses import Unit
    from geo.text.lexicon import Lexicon

LOCATIVE = word_set(
    "in at near around round outside inside across within over throughout along beyond above below "
    "behind overlooking"
)
PREPOSITIONS = LOCATIVE | word_set(
    "on upon of for to into toward towards onto from with by between against through via about "
    "under behind above below off like including via"
)
_DETERMINERS = word_set("the a an its their his her our this these those some both all")
_JOINERS = frozenset({",", "and", "or", "then", "&", "as well as"})
_AUXILIARIES = word_set(
    "is are was were be been being has have had do does did will would could can may might must "
    "shall should that and or but if when than then not"
)
_PLURAL = frozenset({"were", "are", "have"})  # said of a list, not of its last place
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
    walk = _Walk(units, lexicon, place)
    while walk.index >= 0 and place - walk.index < _LONGEST_WALK:
        found = walk.step()
        if found is not None:
            return found
    return walk.stop()


class _Walk:
    """The way left from a place; a step moves on, or returns the governor that it met."""

    def __init__(self, units: tuple[Unit, ...], lexicon: Lexicon, place: int) -> None:
        self.units = units
        self.lexicon = lexicon
        self.place = place
        self.index = place - 1
        self.modifiers = 0
        self.in_phrase = False
        self.via: set[str] = set()

    def stop(self) -> Governor:
        return Governor("none", self.index, "", frozenset(self.via))

    def meet(self, kind: str) -> Governor:
        return Governor(kind, self.index, self.units[self.index].lower, frozenset(self.via))

    def step(self) -> Governor | None:
        unit = self.units[self.index]
        if unit.cue in {"boundary", "relative"} or is_year(unit):  # In the 1990s X fell
            return self.stop()
        if unit.lower in _JOINERS:
            return self._cross_joiner(unit)
        if unit.lower in PREPOSITIONS:
            return self._cross_preposition(unit)
        if unit.name is not None:
            holder = unit.is_place and "settlement" in self.via  # the Red Sea port of X
            crossed = unit.name.class_ == "demonym" or unit.possessive or holder
            return self._move(1) if crossed else self.stop()
        if unit.lower in _DETERMINERS or unit.kind == "number":
            self.in_phrase = True
            return self._move(1)
        return self._cross_word(unit)

    def _move(self, steps: int) -> Governor | None:
        self.index -= steps
        return None

    def _cross_joiner(self, unit: Unit) -> Governor | None:
        """Go on at the first member of a list, and past the comma of `the capital, X`."""
        if unit.lower == "," and self.index and _is_title(self.units[self.index - 1], self.lexicon):
            return self._move(1)
        if _opens_clause(self.units, self.place, self.index, self.lexicon):
            return self.stop()
        before = _list_member(self.units, self.index)
        if before is None:
            return self.stop()
        self.index, self.modifiers = before - 1, 0
        return None

    def _cross_preposition(self, unit: Unit) -> Governor | None:
        """`city of` belongs to the place; `to forge X` is an infinitive."""
        noun = self.lexicon.nouns.get(self.units[self.index - 1].lower) if self.index else None
        if unit.lower == "of" and noun:
            self.via.add(noun)
            return self._move(2)
        if unit.lower == "to" and self.modifiers and not self.in_phrase:
            return self.stop()
        return self.meet("preposition")

    def _cross_word(self, unit: Unit) -> Governor | None:
        noun = self.lexicon.nouns.get(unit.lower)
        if noun and not unit.cue:
            self.via.add(noun)
            return self._move(1)
        if unit.cue not in {None, "filler"} or unit.verbs:
            return self.meet("word")
        if unit.kind == "word" and _may_modify(unit, self.lexicon):
            self.modifiers += 1
            return self._move(1) if self.modifiers <= _MOST_MODIFIERS else self.stop()
        return self.stop()


def is_year(unit: Unit) -> bool:
    """Tell a year or a decade, which stands before a name without belonging to it."""
    digits = unit.lower.removesuffix("s")
    return unit.kind == "number" and len(digits) == 4 and digits[:2] in {"18", "19", "20"}


def _is_title(unit: Unit, lexicon: Lexicon) -> bool:
    return unit.name is None and lexicon.nouns.get(unit.lower) == "settlement"


def _list_member(units: tuple[Unit, ...], joiner: int) -> int | None:
    """Return the place before `,` or `and`, if the joiner ties two places together."""
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
    if joiner != place - 1:
        return False
    after = units[place + 1].lower.split()[:1] if place + 1 < len(units) else []
    if after and after[0] in _PLURAL:
        return False
    if units[joiner].lower == ",":  # If they enter A, B will act
        return bool(after) and after[0] in MODALS
    return bool(after) and after[0] in lexicon.mind["verb"]


def _may_modify(unit: Unit, lexicon: Lexicon) -> bool:
    return (
        unit.lower not in _AUXILIARIES
        and unit.lower not in lexicon.reporting
        and unit.lower not in lexicon.mind["verb"] - lexicon.mind["weak"]
    )
