"""Where a report was filed from, which is not what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.candidates import Candidate

_LEAD = 12  # tokens at the head of a paragraph that a dateline may take
_REST = 14  # tokens in which its dash must come
_LONGEST_LINE = 22  # tokens of a line that is nothing but a dateline
_YEAR = 4  # digits
_DASHES = frozenset({"-", "\u2013", "\u2014"})
_SMALL = word_set("p.m a.m p.m. a.m. pm am gmt local time")


def is_dateline(name: Candidate) -> bool:
    """Tell whether a name stands in a dateline.

    `GOMA, Congo (AP) -`, `24 February 2024 - (Paris)`: before a dash at the head of a paragraph,
    or in brackets there; `GOMA, Nov 26, 2024:` and a line that holds a place and a date alone.
    """
    tokens = name.sentence.tokens
    if name.last > _LEAD:
        return False
    after = [token.text for token in tokens[name.last : name.last + _REST]]
    before = [token.text for token in tokens[: name.first]]
    if before[-1:] == ["("] and after[:1] == [")"]:
        return True
    if {".", "!", "?"} & set(before):
        return False
    if _is_dated_line(name):
        return True
    dated = ":" in after and any(text[0].isdigit() for text in after[: after.index(":")])
    ends = _DASHES | ({":"} if dated else frozenset())
    if not ends & set(after):
        return False
    until = after[: min(after.index(end) for end in ends if end in after)]
    small = [text for text in until if text[0].islower()]
    return (
        name.first <= 6 and not small and all(t[0].isupper() or not t[0].isalpha() for t in before)
    )


def _is_dated_line(name: Candidate) -> bool:
    """Tell whether the whole line is a place, a date and the like: `GORIS, 23 September 2022`."""
    tokens = name.sentence.tokens
    if len(tokens) > _LONGEST_LINE:
        return False
    shouted = tokens[name.first].is_acronym and name.first == 0 and len(tokens) <= _LEAD
    dated = shouted or any(token.kind == "number" and len(token.text) == _YEAR for token in tokens)
    plain = all(
        token.kind != "word" or token.text[0].isupper() or token.lower in _SMALL for token in tokens
    )
    return dated and plain
