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


@dataclass(frozen=True, slots=True)
class Unit:
    """A name, a cue phrase, a word or a mark.

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
        return any(category in categories for category, _ in self.verbs)


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
        units.append(
            Unit(
                unit.lower,
                unit.kind,
                position,
                unit.cue,
                unit.verbs,
                None,
                clause,
                unit.possessive,
                tokens[position].is_capitalised,
            )
        )
        position += length
    return tuple(units)


def _read_unit(
    tokens: tuple[Token, ...], position: int, lexicon: Lexicon, *, headline: bool
) -> tuple[Unit, int]:
    token = tokens[position]
    cue, length, lower = None, 1, token.lower
    if token.is_capitalised and lower in _MONTHS and not headline:
        return Unit(lower, token.kind, position, possessive=token.possessive), 1
    verbs = lexicon.verbs.get(token.lower, ())
    match = None
    if not (token.joined and tokens[position - 1].lower in _NOT_CUES) and token.kind != "mark":
        match = lexicon.cues.match(tokens, position)
    if (match or verbs) and is_harmless(tokens, position):
        match, verbs = None, ()
    if match and isinstance(match[1], str):
        length, cue = match[0] - position, match[1]
        lower = " ".join(word.lower for word in tokens[position : match[0]])
        verbs = verbs if length == 1 else ()
    if lower.endswith("n't"):
        cue = "negation"
    last = tokens[position + length - 1]
    return Unit(lower, token.kind, position, cue, verbs, possessive=last.possessive), length
