"""Where a report was filed from, which is not what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.text.candidates import Candidate

_LEAD = 12  # tokens at the head of a paragraph that a dateline may take
_REST = 14  # tokens in which its dash must come


def is_dateline(name: Candidate) -> bool:
    """Tell whether a name stands in a dateline.

    `GOMA, Congo (AP) -`, `24 February 2024 - (Paris)`: before a dash at the head of a paragraph,
    or in brackets there.
    """
    tokens = name.sentence.tokens
    if name.last > _LEAD:
        return False
    after = [token.text for token in tokens[name.last : name.last + _REST]]
    before = [token.text for token in tokens[: name.first]]
    dashes = {"-", "\u2013", "\u2014"}
    if before[-1:] == ["("] and after[:1] == [")"]:
        return True
    if not dashes & set(after) or {".", "!", "?"} & set(before):
        return False
    until = after[: min(after.index(dash) for dash in dashes if dash in after)]
    small = [text for text in until if text[0].islower()]
    return (
        name.first <= 6 and not small and all(t[0].isupper() or not t[0].isalpha() for t in before)
    )
