"""Words and sentences of a text, with their place in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from geo.text.words import word_set

# Combining marks, Arabic points, joiners and zero-width characters stay inside their word.
_INSIDE = (
    "\u0300-\u036f\u0483-\u0487\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u00ad\u200b-\u200d\u2060\ufeff"
)
_APOSTROPHES = "'\u2019\u02bc\u2018`\u00b4"
_TOKEN = re.compile(
    rf"(?P<word>(?:[^\W\d_]\.){{2,}}|[^\W\d_](?:[\w{_INSIDE}]|[{_APOSTROPHES}](?=[^\W\d_]))*)"
    rf"|(?P<number>\d+(?:[.,:]\d+)*\w*)"
    rf"|(?P<mark>[^\w\s])"
)
_HYPHENS = frozenset("-\u2010\u2011")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0640"))
_TO_PLAIN = {ord(mark): "'" for mark in _APOSTROPHES}
_ENDS = frozenset(".!?\u2026\u061f\u06d4\u3002\uff01\uff1f")
_CLOSERS = frozenset("\"'\u201d\u2019)]\u00bb")
_ABBREVIATIONS = word_set(
    "mr mrs ms dr st gen lt col sgt capt maj brig adm gov sen rep rev hon prof sr jr no nos vs "
    "jan feb mar apr jun jul aug sep sept oct nov dec mt ft fr inc corp ltd co approx est dept"
)
_OPENERS = word_set("the he she it they but in on at a an this these those we i his her")
_WRAPPED_WIDTH = 120
_LONGEST_SENTENCE = 300  # tokens; what runs on is cut, so that reading stays linear


@dataclass(slots=True)  # not frozen: those take three times as long to make
class Token:
    """A word, a number or a punctuation mark; never changed.

    Attributes
    ----------
    text
        As written, without a possessive ending.
    lower
        Lower case, composed (NFC), without invisible characters, plain apostrophes.
    start, end
        Code points into the text, end exclusive, without the possessive ending.
    kind
        `word`, `number` or `mark`.
    possessive
        Whether `'s` or a bare apostrophe follows.
    joined
        Whether a hyphen ties it to the token before.
    is_capitalised
        Whether the first letter is upper case, or the first after an article: `d'Alene`.
    """

    text: str
    lower: str
    start: int
    end: int
    kind: str
    possessive: bool = False
    joined: bool = False
    is_capitalised: bool = field(init=False)

    def __post_init__(self) -> None:
        text = self.text
        self.is_capitalised = self.kind == "word" and (
            text[0].isupper() or (text[1:2] in _APOSTROPHES and text[2:3].isupper())
        )

    @property
    def is_acronym(self) -> bool:
        """Whether all its letters, two or more, are upper case."""
        return self.kind == "word" and len(self.text) > 1 and self.text.isupper()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or heading: its tokens and where it stands.

    `headline` tells that nearly all its words are capitalised, so that capitals mean nothing.
    """

    index: int
    start: int
    end: int
    tokens: tuple[Token, ...]
    headline: bool


def fold(text: str) -> str:
    """Return the lower-case, composed form of a word without invisible characters."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE).translate(_TO_PLAIN)).lower()


def split_tokens(text: str) -> list[Token]:
    """Cut a text into words, numbers and marks; hyphens inside words only tie their parts."""
    tokens: list[Token] = []
    tied = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        start, end = match.span()
        word = match[0]
        if kind == "mark":
            tied = word in _HYPHENS and _ties(text, start)
            if not tied:
                tokens.append(Token(word, word, start, end, kind))
            continue
        possessive = False
        if kind == "word" and word[-1] in "sS":
            possessive, end = _strip_possessive(text, word, start, end)
            word = text[start:end]
        tokens.append(Token(word, fold(word), start, end, kind, possessive, tied))
        tied = False
    return tokens


def _strip_possessive(text: str, word: str, start: int, end: int) -> tuple[bool, int]:
    """Tell whether a word that ends in `s` is a possessive, and where it ends without that."""
    if len(word) > 2 and word[-2] in _APOSTROPHES:
        return True, end - 2
    if (
        end < len(text)
        and text[end] in _APOSTROPHES
        and text[end + 1 : end + 2].isspace()
        and not (start and text[start - 1] in _APOSTROPHES)
    ):
        return True, end
    return False, end


def _ties(text: str, position: int) -> bool:
    return (
        0 < position < len(text) - 1
        and text[position - 1].isalnum()
        and text[position + 1].isalnum()
    )


def split_sentences(text: str, tokens: list[Token]) -> list[Sentence]:
    """Group tokens into sentences; an empty line always ends one, a wrapped line does not."""
    wrapped = max((len(line) for line in text.split("\n")), default=0) <= _WRAPPED_WIDTH
    sentences: list[Sentence] = []
    first = 0
    for place in range(1, len(tokens) + 1):
        too_long = place - first >= _LONGEST_SENTENCE
        if place == len(tokens) or too_long or _breaks(text, tokens, first, place, wrapped):
            part = tuple(tokens[first:place])
            sentences.append(
                Sentence(len(sentences), part[0].start, part[-1].end, part, _is_headline(part))
            )
            first = place
    return sentences


def _breaks(text: str, tokens: list[Token], first: int, place: int, wrapped: bool) -> bool:
    before, after = tokens[place - 1], tokens[place]
    gap = text[before.end : after.start]
    if gap != " ":
        lines = gap.count("\n")
        if lines > 1 or (lines == 1 and not wrapped):
            return True
        if not any(map(str.isspace, gap)):
            return False
    if before.kind == "word" and text[before.end - 1] != ".":
        return False
    return _is_end(text, tokens, first, place)


def _is_end(text: str, tokens: list[Token], first: int, place: int) -> bool:
    """Tell whether the mark or the acronym before a token ends its sentence."""
    after, last = tokens[place], place - 1
    while last > first and tokens[last].text in _CLOSERS:
        last -= 1
    ending = tokens[last]
    if ending.kind == "word" and text[ending.end - 1] == ".":  # an acronym such as U.S.
        return after.is_capitalised and after.lower in _OPENERS
    if ending.text not in _ENDS or not (last + 1 == place or tokens[place - 1].text in _CLOSERS):
        return False
    if after.kind == "word" and after.text[0].islower():
        return False
    word = tokens[last - 1] if last > first else ending
    initial = word.kind == "word" and len(word.text) == 1 and word.text != "I"
    return ending.text != "." or not (word.lower in _ABBREVIATIONS or initial)


def _is_headline(tokens: tuple[Token, ...]) -> bool:
    long_words = [token for token in tokens if token.kind == "word" and len(token.text) > 3]
    if len(long_words) < 4:
        return False
    capitals = sum(token.is_capitalised for token in long_words)
    return capitals >= 0.8 * len(long_words) and tokens[-1].text not in {".", "?", "!"}
