"""Patterns that are tried only where a word stands that can open them.

A pattern that begins with one of many words is else tried at every character of a text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_WORD = re.compile(r"\w+")
NUMBER = "0"  # stands for every word that begins with a digit
_MOST_KEPT = 4096  # words looked up last


class OpenedPatterns:
    """Patterns with the words that can open them.

    Parameters
    ----------
    patterns
        Each with its openers, whole words in lower case, or `NUMBER`. It must begin where a word
        does.
    """

    def __init__(self, patterns: Sequence[tuple[Collection[str], re.Pattern[str]]]) -> None:
        self._patterns = [pattern for _, pattern in patterns]
        self._every = tuple(range(len(patterns)))
        words = sorted({word for openers, _ in patterns for word in openers})
        self._opened = {
            word: tuple(n for n in self._every if word in patterns[n][0]) for word in words
        }
        self._which = lru_cache(_MOST_KEPT)(self._find_opened)

    def find(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield what `finditer` of each pattern in turn does, with the pattern's number."""
        for number, starts in enumerate(self._find_starts(text)):
            match_at, end = self._patterns[number].match, 0
            for start in starts:
                match = match_at(text, start) if start >= end else None
                if match is not None:
                    end = match.end()
                    yield number, match

    def _find_starts(self, text: str) -> list[list[int]]:
        starts: list[list[int]] = [[] for _ in self._patterns]
        which = self._which
        for found in _WORD.finditer(text):
            for number in which(found[0]):
                starts[number].append(found.start())
        return starts

    def _find_opened(self, word: str) -> tuple[int, ...]:
        """Return the patterns that a word may open: all, if it is written in other letters."""
        if not word.isascii():
            return self._every
        return self._opened.get(NUMBER if word[0].isdigit() else word.lower(), ())
