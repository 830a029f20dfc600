"""Names that say by their last or first word what they are: `Litani River`, `Lake Kivu`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.lexicon import Lexicon
    from geo.text.tokens import Token

_LONGEST = 5  # words
_JOINERS = word_set("of the de del la al el")


def find_feature(
    tokens: tuple[Token, ...], position: int, limit: int, lexicon: Lexicon
) -> tuple[int, str] | None:
    """Return the token after such a name that begins at `position`, and what it names.

    Returns
    -------
        `nature`, `unit`, `facility` or `street`; None if no such name begins here.
    """
    first = tokens[position]
    if not first.is_capitalised or first.possessive:
        return None
    return _find_opened(tokens, position, limit, lexicon) or _find_ended(
        tokens, position, limit, lexicon
    )


def _find_opened(
    tokens: tuple[Token, ...], position: int, limit: int, lexicon: Lexicon
) -> tuple[int, str] | None:
    kind = lexicon.features["before"].get(tokens[position].lower)
    if kind is None:
        return None
    end = position + 1
    while end < min(limit, position + _LONGEST - 1):
        if not _carries_on(tokens, end, limit) or tokens[end].lower in lexicon.words:
            break
        end += 1
        if tokens[end - 1].possessive:
            break
    return (end, kind) if end > position + 1 and tokens[end - 1].is_capitalised else None


def _find_ended(
    tokens: tuple[Token, ...], position: int, limit: int, lexicon: Lexicon
) -> tuple[int, str] | None:
    if position == 0 and tokens[0].lower in lexicon.words:
        return None
    for index in range(position + 1, min(limit, position + _LONGEST)):
        token = tokens[index]
        kind = lexicon.features["after"].get(token.lower) if token.is_capitalised else None
        if kind:
            return index + 1, kind
        if token.possessive or not _carries_on(tokens, index, limit):
            return None
    return None


def _carries_on(tokens: tuple[Token, ...], index: int, limit: int) -> bool:
    token = tokens[index]
    return token.is_capitalised or (token.lower in _JOINERS | {"."} and index + 1 < limit)
