"""Names that no index knows: where the words beside them take them for places all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.evidence import ATTACKS, CALENDAR
from geo.text.modality import MODALS
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.lexicon import Lexicon
    from geo.text.tokens import Sentence

LOCATED = frozenset({"in", "at", "near", "around", "outside", "inside"})
_DWELLINGS = frozenset({"village", "villages", "hamlet"})
_CONQUERING = word_set(
    "storm stormed storming seize seized seizing capture captured capturing besiege besieged "
    "besieging overrun overran retake retook retaking enter entered entering"
)
_CAMPAIGNS = ATTACKS - word_set("attack attacks strike strikes fight fighting raid raids")
_TOWARDS = frozenset({"on", "into", "of", "for", "to", "toward", "towards"})
_SMALL_WORDS = word_set(
    "and or but to in on at for from with by as of after before that which who when while if not "
    "also still just then now"
)
_SHORT = 3  # letters: shorter words alone are hardly names


def is_taken_for_place(
    sentence: Sentence, opening: int, first: int, last: int, lexicon: Lexicon
) -> bool:
    """Tell whether the words beside a name are those beside a place.

    Parameters
    ----------
    opening
        The token that the name's capitalised run begins with.
    first, last
        The name's tokens, end exclusive.
    """
    if _is_quarter(sentence, last, lexicon):
        return True
    taken = _is_conquered(sentence, first) or _is_located(sentence, opening, first, last, lexicon)
    return taken and is_plain(sentence, first, last, lexicon)


def may_be_listed(sentence: Sentence, first: int, last: int, lexicon: Lexicon) -> bool:
    """Tell a name that a list may explain: `Rajouri, X and Uri`, `Bajil or X`."""
    tokens = sentence.tokens
    before = tokens[first - 1].lower if first else ""
    follows = tokens[last].lower if last < len(tokens) else ""
    after = tokens[last + 1] if last + 1 < len(tokens) else None
    if not {before, follows} & {",", "and", "or"} or (after is not None and after.is_acronym):
        return False
    if before not in {"and", "or"} and follows not in {"and", "or"}:
        people = lexicon.nouns.get(follows) == "population"
        if people or is_verbal(follows, lexicon):
            return False
    return is_plain(sentence, first, last, lexicon)


def is_plain(sentence: Sentence, first: int, last: int, lexicon: Lexicon) -> bool:
    """Tell whether no capitalised word is known as anything but a name, nor is it a headline's."""
    known = (lexicon.words, lexicon.first_names, lexicon.surnames, CALENDAR)
    return not sentence.headline and not any(
        any(token.lower in words for words in known)
        or token.is_acronym
        or token.kind != "word"
        or (len(token.text) < _SHORT and last == first + 1)
        or (token.lower,) in lexicon.titles
        for token in sentence.tokens[first:last]
        if token.is_capitalised
    )


def is_verbal(word: str, lexicon: Lexicon) -> bool:
    """Tell whether a word says what the name before it does, or links it to what follows."""
    return (
        word in lexicon.mind["verb"]
        or word in lexicon.reporting
        or word in MODALS
        or word in _SMALL_WORDS
    )


def _is_conquered(sentence: Sentence, first: int) -> bool:
    """`stormed X`, `the assault on X`: what armies do to places, more than to people."""
    before = [token.lower for token in sentence.tokens[max(0, first - 2) : first]]
    if before[-1:] and before[-1] in _CONQUERING:
        return True
    return len(before) == 2 and before[0] in _CAMPAIGNS and before[1] in _TOWARDS


def _is_located(sentence: Sentence, opening: int, first: int, last: int, lexicon: Lexicon) -> bool:
    """`near X`, `near Y and X`."""
    tokens = sentence.tokens
    start = opening if first and tokens[first - 1].lower == "and" else first
    if not start or tokens[start - 1].lower not in LOCATED or tokens[last - 1].possessive:
        return False
    after = tokens[last].lower if last < len(tokens) else ""
    return start == first or not (after in lexicon.mind["verb"] or after in lexicon.reporting)


def _is_quarter(sentence: Sentence, last: int, lexicon: Lexicon) -> bool:
    """Tell `the X district of Y`, `X village`."""
    words = [token.lower for token in sentence.tokens[last : last + 2]]
    if words[:1] and words[0] in _DWELLINGS:
        return True
    return len(words) == 2 and words[1] == "of" and lexicon.nouns.get(words[0]) == "area"
