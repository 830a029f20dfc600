"""A sentence as units: names, cue phrases and plain words, cut into clauses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.text.homonyms import is_harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.text.candidates import Candidate
    from geo.text.lexicon import Lexicon
    from geo.text.tokens import Sentence, Token

BREAKS = frozenset({";", ":", "\u2014", "\u2013", "(", ")"})
_RELATIVE = "relative"
_MONTHS = frozenset({"march", "may"})  # verbs when written small
_NOT_CUES = frozenset({"post", "non", "anti", "pre", "ex"})  # post-conflict, anti-war


@dataclass(slots=True)  # not frozen: those take three times as long to make
class Unit:
    """A name, a cue phrase, a word or a mark; never changed once its clause is known.

    Attributes
    ----------
    lower
        The folded words.
    token
        Its first token in the sentence.
    cue
        The cue's category, None: no cue.
    verbs
        Readings as a verb that the lexicon knows: (category, form).
    name
        The name, None: no name.
    clause
        Number of the clause within the sentence.
    possessive
        Whether it ends in `'s`.
    capital
        Whether its first letter is upper case.
    """

    lower: str
    kind: str
    token: int
    cue: str | None = None
    verbs: tuple[tuple[str, str], ...] = ()
    name: Candidate | None = None
    clause: int = 0
    possessive: bool = False
    capital: bool = False

    @property
    def is_place(self) -> bool:
        """Whether it names a place."""
        return self.name is not None and self.name.class_ == "place"

    def has_verb(self, *categories: str) -> bool:
        """Tell whether it can be a verb of one of the categories."""
        return bool(self.verbs) and any(category in categories for category, _ in self.verbs)


def read_units(
    sentence: Sentence, names: Sequence[Candidate], lexicon: Lexicon
) -> tuple[Unit, ...]:
    """Cut a sentence into units and number its clauses.

    A clause ends at a semicolon, colon, dash or bracket, before `while`, `but`, `as`, `after` and
    their like, before a relative word, and at the comma that closes a relative clause.
    """
    by_first = {name.first: name for name in names}
    tokens = sentence.tokens
    units: list[Unit] = []
    clause, position, in_relative = 0, 0, False
    while position < len(tokens):
        name = by_first.get(position)
        if name is not None:
            last = tokens[name.last - 1]
            units.append(Unit(name.key, "name", position, None, (), name, clause, last.possessive))
            position = name.last
            continue
        unit, length = _read_unit(tokens, position, lexicon, headline=sentence.headline)
        if unit.cue == "boundary" or unit.lower in BREAKS:
            clause, in_relative = clause + 1, False
        elif unit.cue == _RELATIVE:
            clause, in_relative = clause + 1, True
        elif in_relative and unit.lower == ",":
            clause, in_relative = clause + 1, False
        unit.clause = clause
        units.append(unit)
        position += length
    return tuple(units)


def _read_unit(
    tokens: tuple[Token, ...], position: int, lexicon: Lexicon, *, headline: bool
) -> tuple[Unit, int]:
    token = tokens[position]
    kind, lower, capital = token.kind, token.lower, token.is_capitalised
    if capital and lower in _MONTHS and not headline:
        return Unit(lower, kind, position, None, (), None, 0, token.possessive, capital), 1
    cue, last = None, token
    verbs = lexicon.verbs.get(lower, ())
    match = None
    if kind != "mark" and not (token.joined and tokens[position - 1].lower in _NOT_CUES):
        match = lexicon.cues.match(tokens, position)
    if (match or verbs) and is_harmless(tokens, position):
        match, verbs = None, ()
    length = 1
    if match and isinstance(match[1], str):
        length, cue = match[0] - position, match[1]
    if length > 1:
        part = tokens[position : position + length]
        lower, last, verbs = " ".join([word.lower for word in part]), part[-1], ()
    if lower.endswith("n't"):
        cue = "negation"
    return Unit(lower, kind, position, cue, verbs, None, 0, last.possessive, capital), length
