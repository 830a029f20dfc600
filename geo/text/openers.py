"""Patterns that are tried only where a word stands that can open them.

A pattern that begins with one of many words is else tried at every character of a text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_WORD = re.compile(r"\w+")
NUMBER = "0"  # stands for every word that begins with a digit


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
        """Return where each pattern may begin; before a word in other letters, any may."""
        starts: list[list[int]] = [[] for _ in self._patterns]
        for found in _WORD.finditer(text):
            word = found[0]
            if not word.isascii():
                opened = self._every
            elif word[0].isdigit():
                opened = self._opened.get(NUMBER, ())
            else:
                opened = self._opened.get(word.lower(), ())
            for number in opened:
                starts[number].append(found.start())
        return starts
