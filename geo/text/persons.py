"""People's names, so that no surname becomes a town."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.candidates import AREAS as _AREAS
from geo.text.lexicon import Entry
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.lexicon import Lexicon
    from geo.text.names import CachedNames
    from geo.text.tokens import Sentence, Token

LOCATIVES = word_set(
    "in at near around outside inside across toward towards into throughout within via"
)
_PARTICLES = word_set(
    "al el as ad an ar at ash az ibn bin ben bint abu de del della di da dos du la le van von der "
    "den ould ag"
)
_ASSIMILATED = frozenset({"as", "at", "an", "ad", "ar"})  # at-Tamimi; alone they are English
_OF_PLACES = word_set(
    "ras ain ayn tal tell tall umm wadi jabal jebel deir kafr kfar beit bayt khirbet bir port fort "
    "mount san santa saint st los las puerto villa ciudad nova novo novi velyka mala stara novyi"
)  # words that open names of places
_LONGEST_PERSON = 6
_LARGE = 100_000  # persons: a town this large ends no name that is not said to be a person's
_LONGEST_TITLE = 3
_NOTABLE = 15_000  # persons: a place of this size outweighs a first name


def find_person(  # noqa: PLR0911 - one return a rule
    sentence: Sentence, position: int, limit: int, names: CachedNames, lexicon: Lexicon
) -> int | None:
    """Return the token after a person's name that begins at `position`, None if none does.

    A name follows a title, or begins with a first name and goes on with a surname, or is two
    unknown capitalised words beside a verb of speaking or an age.
    """
    tokens = sentence.tokens
    token = tokens[position]
    if token.kind != "word" or (position and tokens[position - 1].lower in LOCATIVES):
        return None
    if position > 1 and _is_called_place(tokens, position, lexicon):
        return None
    end = _name_end(sentence, position, limit)
    if end <= position or _is_known_name(tokens, position, lexicon):
        return end if _is_place_first_name(tokens, position, end, names, lexicon) else None
    if _is_place_with_title(tokens, position, end, names, lexicon):
        return None
    if title_before(tokens, position, lexicon) and not _continues_title(tokens, position, lexicon):
        return end
    if end - position > 1 and _is_first_name(tokens, position, lexicon):
        return None if _is_notable_place(tokens, position, end, names) else end
    if (
        end - position > 1
        and tokens[position].lower not in _OF_PLACES
        and (
            _speaks(tokens, position, end, lexicon)
            or _is_unknown_pair(sentence, position, end, names, lexicon)
        )
    ):
        return None if _is_notable_place(tokens, position, end, names, least=0) else end
    return None


def _is_place_with_title(
    tokens: tuple[Token, ...], position: int, end: int, names: CachedNames, lexicon: Lexicon
) -> bool:
    """`Manila Archbishop Luis Tagle`, `California Governor Jerry Brown`."""
    if end - position < 2 or (tokens[position + 1].lower,) not in lexicon.titles:
        return False
    facts = names.lookup(tokens[position].text)[:1]
    return any(fact.kind in _AREAS or (fact.population or 0) >= _LARGE for fact in facts)


def _is_called_place(tokens: tuple[Token, ...], position: int, lexicon: Lexicon) -> bool:
    """Tell whether the text calls it a place: `the village of X`, `the town X`."""
    before = tokens[position - 1].lower
    noun = tokens[position - 2].lower if before == "of" else before
    return lexicon.nouns.get(noun) in {"settlement", "area"} and noun != "state"


def title_before(tokens: tuple[Token, ...], position: int, lexicon: Lexicon) -> bool:
    """Tell whether a title or an office stands right before a token."""
    end = position
    if end and tokens[end - 1].text == ".":
        end -= 1
    if not end or tokens[end - 1].possessive:
        return False
    words = tuple([token.lower for token in tokens[max(0, end - _LONGEST_TITLE) : end]])
    return any(words[start:] in lexicon.titles for start in range(len(words)))


def surname_keys(sentence: Sentence, first: int, last: int) -> set[str]:
    """Return the folded words by which a person is named later: all but the first name."""
    tokens = [t for t in sentence.tokens[first:last] if t.lower not in _PARTICLES]
    later = tokens[1:] if len(tokens) > 1 else tokens
    return {token.lower for token in later}


def _name_end(sentence: Sentence, position: int, limit: int) -> int:
    tokens = sentence.tokens
    longest = 3 if sentence.headline else _LONGEST_PERSON
    end = position
    while end < limit and end - position < longest:
        token = tokens[end]
        if token.is_capitalised:
            end += 1
            if token.possessive:
                break
        elif token.lower in _PARTICLES and end + 1 < limit and tokens[end + 1].is_capitalised:
            if token.lower in _ASSIMILATED and not tokens[end + 1].joined:
                break
            end += 1
        else:
            break
    return end


def _is_known_name(tokens: tuple[Token, ...], position: int, lexicon: Lexicon) -> bool:
    match = lexicon.names.match(tokens, position)
    return match is not None and isinstance(match[1], Entry)


def _continues_title(tokens: tuple[Token, ...], position: int, lexicon: Lexicon) -> bool:
    """`General Assembly`, `Prime Minister`: the word belongs to the title or an institution."""
    word = tokens[position].lower
    return (
        (word,) in lexicon.titles
        or word in lexicon.organisations["suffix"]
        or word in lexicon.nouns
        or (word in lexicon.words and word not in lexicon.first_names)
    )


def _is_first_name(tokens: tuple[Token, ...], position: int, lexicon: Lexicon) -> bool:
    token, after = tokens[position], tokens[position + 1]
    if token.possessive or token.lower not in lexicon.first_names:
        return False
    if position == 0 and token.lower in lexicon.words and _is_known_name(tokens, 1, lexicon):
        return False  # Will Russia ...
    return after.lower not in lexicon.nouns and after.lower not in lexicon.organisations["suffix"]


def _is_place_first_name(
    tokens: tuple[Token, ...], position: int, end: int, names: CachedNames, lexicon: Lexicon
) -> bool:
    """`Jordan Henderson`, `Chad Smith`: a surname follows that says nothing else."""
    token = tokens[position]
    if end - position < 2 or token.possessive or token.lower not in lexicon.place_first_names:
        return False
    after = tokens[position + 1]
    plain = (
        after.lower not in lexicon.nouns
        and after.lower not in lexicon.words
        and after.lower not in lexicon.organisations["suffix"]
        and after.lower not in lexicon.organisations["media"]
        and (after.lower,) not in lexicon.titles
        and not _is_known_name(tokens, position + 1, lexicon)
    )
    return plain and not _is_notable_place(tokens, position, end, names)


def _is_notable_place(
    tokens: tuple[Token, ...],
    position: int,
    end: int,
    names: CachedNames,
    least: int = _NOTABLE,
) -> bool:
    for last in range(end, position + 1, -1):
        surface = "".join(
            ("-" if token.joined and index else " " if index else "") + token.text
            for index, token in enumerate(tokens[position:last])
        )
        facts = names.lookup(surface)
        if facts and (facts[0].kind != "city" or (facts[0].population or 0) >= least):
            return True
    return False


def _is_unknown_pair(
    sentence: Sentence, position: int, end: int, names: CachedNames, lexicon: Lexicon
) -> bool:
    """Tell two or three capitalised words that nothing explains: a name, but no place's."""
    words = sentence.tokens[position:end]
    if sentence.headline or len(words) > 3 or position == 0:
        return False
    if any(
        word.lower in lexicon.words
        or word.lower in lexicon.nouns
        or word.lower in lexicon.organisations["suffix"]
        or word.lower in lexicon.organisations["media"]
        or word.is_acronym
        or word.joined
        or _is_known_name(sentence.tokens, position + step, lexicon)
        for step, word in enumerate(words)
    ):
        return False
    whole = names.lookup(" ".join(word.text for word in words))
    if whole:
        return False  # Chasiv Yar
    if any(
        fact.kind in _AREAS or (fact.population or 0) >= _LARGE
        for fact in names.lookup(words[-1].text)[:1]
    ):
        return False  # Connecting California
    facts = names.lookup(words[0].text)
    return not facts or (facts[0].kind == "city" and (facts[0].population or 0) < _NOTABLE)


def _speaks(tokens: tuple[Token, ...], position: int, end: int, lexicon: Lexicon) -> bool:
    """Two capitalised words between a verb of speaking and the rest, or before an age."""
    words = tokens[position:end]
    if any(
        word.lower in lexicon.words or word.lower in lexicon.nouns or word.is_acronym
        for word in words
    ):
        return False
    after = [token.lower for token in tokens[end : end + 3]]
    before = tokens[position - 1].lower if position else ""
    if len(after) > 1 and after[0] == "," and after[1].isdigit() and len(after[1]) == 2:
        return True
    if after[:1] and after[0] in lexicon.reporting:
        return True
    return before in lexicon.reporting
