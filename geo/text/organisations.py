"""Organisations: names that end or open with a word for one, and the place that is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.candidates import AREAS, Candidate
from geo.text.lexicon import Entry
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.lexicon import Lexicon
    from geo.text.names import CachedNames
    from geo.text.tokens import Sentence, Token

_LONGEST = 8  # words
_LINKS = frozenset({"al", "el", "of", "for"})
_OPENERS = word_set("the a an in on at but and as while")
_OF_A_STATE = word_set("government ministry embassy parliament republic office department army")
_NOTABLE = 50_000  # persons: a smaller place of one word is likelier a person's name


def find_organisation(sentence: Sentence, position: int, limit: int, lexicon: Lexicon) -> int:
    """Return the token after an organisation's name that begins at `position`, else `position`.

    `Kenya Red Cross`, `Sudanese Doctors Union`, `Ministry of Defence`, `Al Qahera TV`.
    """
    tokens = sentence.tokens
    if sentence.headline or (position == 0 and tokens[0].lower in _OPENERS):
        return position
    end = _find_ending(tokens, position, limit, lexicon)
    if (
        end == position
        and tokens[position].lower in lexicon.organisations["prefix"]
        and position + 2 < limit
        and tokens[position + 1].lower in {"of", "for"}
    ):
        return _find_whole(tokens, position, limit, lexicon)
    return end


def _find_ending(tokens: tuple[Token, ...], position: int, limit: int, lexicon: Lexicon) -> int:
    words = lexicon.organisations
    end = position
    for index in range(position + 1, min(limit, position + _LONGEST)):
        token = tokens[index]
        if token.is_capitalised:
            if token.lower in words["suffix"] or token.lower in words["media"]:
                end = index + 1
        elif token.text not in _LINKS or (token.text in {"of", "for"} and end == position):
            break
    return _find_state(tokens, end, lexicon) if end > position else end


def _find_state(tokens: tuple[Token, ...], end: int, lexicon: Lexicon) -> int:
    """`Central Bank of Myanmar`: the country is in the name."""
    if end + 1 < len(tokens) and tokens[end].lower == "of" and not tokens[end - 1].possessive:
        match = lexicon.names.match(tokens, end + 1)
        if match and isinstance(match[1], Entry) and match[1].kind == "country":
            return match[0]
    return end


def _find_whole(tokens: tuple[Token, ...], position: int, limit: int, lexicon: Lexicon) -> int:
    """`Ministry of Health and Human Services`, but no person or second body that follows."""
    index = position + 2
    while index < limit:
        token = tokens[index]
        last = tokens[index - 1].lower
        if last == "and" and (
            not token.is_capitalised
            or token.lower in lexicon.organisations["prefix"]
            or lexicon.names.match(tokens, index) is not None
        ):
            return index - 1
        if index > position + 2 and (
            token.lower in lexicon.first_names or (token.lower,) in lexicon.titles
        ):
            return index
        index += 1
    return limit


def find_home(
    sentence: Sentence, first: int, last: int, names: CachedNames, lexicon: Lexicon
) -> Candidate | None:
    """Return the place or people in an organisation's name, as a demonym: it is of that place.

    Where the name opens with it (`Nigerian Army`, `Kenya Red Cross`), or a body of a state is
    named by it (`Embassy of Armenia`). None if it has none.
    """
    tokens = sentence.tokens
    if tokens[first].lower in {"the", "a", "an"}:
        first += 1
    if tokens[first + 1].lower == "of" and tokens[first].lower in _OF_A_STATE:
        first += 2 + (tokens[first + 2].lower == "the")
    elif _find_state(tokens, last - 2, lexicon) == last:
        first, last = last - 1, last + 1  # only the state; what follows is none of the name
    match = lexicon.names.match(tokens, first) if first < last else None
    end, entry = match or (first, "")
    longer = _find_in_index(sentence, first, last, names, lexicon)
    if isinstance(entry, Entry) and end <= last and not (longer and longer.last > end):
        if entry.class_ not in {"place", "demonym"} or entry.place is None or end == last:
            return None
        return _make(sentence, first, end, entry.place, names, entry)
    return longer


def _find_in_index(
    sentence: Sentence, first: int, last: int, names: CachedNames, lexicon: Lexicon
) -> Candidate | None:
    tokens = sentence.tokens
    for end in range(last - 1, first, -1):
        if not all(token.is_capitalised for token in tokens[first:end]):
            continue
        word = tokens[first].lower
        person = word in lexicon.first_names or word in lexicon.surnames
        if end == first + 1 and (person or word in lexicon.words or word in lexicon.nouns):
            return None
        surface = " ".join(token.text for token in tokens[first:end])
        facts = names.lookup(surface)
        large = facts and (facts[0].kind in AREAS or (facts[0].population or 0) >= _NOTABLE)
        if large or (facts and end > first + 1):
            return _make(sentence, first, end, surface, names, None)
    return None


def _make(
    sentence: Sentence, first: int, last: int, lookup: str, names: CachedNames, entry: Entry | None
) -> Candidate:
    facts = names.lookup(lookup)
    return Candidate(
        sentence,
        first,
        last,
        "demonym",
        lookup,
        entry=entry,
        facts=facts,
        country=entry.country if entry else None,
        reasons=["in the name of an organisation"],
        settled=True,
    )
