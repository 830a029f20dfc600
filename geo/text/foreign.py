"""What finding names needs to know of languages whose roles are not read.

Names are capitalised words that the name index knows, in any language. Beside the English cues,
French, Spanish, Russian and Ukrainian have these: words that are capitals only because they open
a sentence, articles written together with the name, prepositions before places, and case endings.
"""
# ruff: noqa: RUF001 - Cyrillic endings look like Latin letters

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geo.text.candidates import Candidate
    from geo.text.names import NameFact, NameIndex
    from geo.text.tokens import Token

_PLACED = 2.2  # as after an English `in`; the weight of evidence is on a log scale
_RELATED = 1.2  # as `from`, `of`: also before much else
_IN = {
    "fr": word_set("à au aux en dans vers près jusqu"),
    "es": word_set("en hacia cerca desde hasta"),
    "ru": word_set("в во под близ около возле у из"),
    "uk": word_set("в у під біля поблизу коло до з із зі"),
}
_OF = {
    "fr": word_set("de du des d sur depuis pour par entre et"),
    "es": word_set("de del a al para por entre sobre y"),
    "ru": word_set("на к ко до от с со через за и"),
    "uk": word_set("на від через за та і й"),
}
_OPENERS = {
    "fr": word_set(
        "le la les l un une des du de d ce cet cette ces il elle ils elles on nous vous et mais ou "
        "après avant pendant selon plusieurs deux trois depuis lors"
    ),
    "es": word_set(
        "el la los las un una unos unas este esta estos estas se y pero o tras según otros otras "
        "varios dos tres durante desde"
    ),
    "ru": word_set("это он она они мы и но а после также по"),
    "uk": word_set("це він вона вони ми і й та але а після також за"),
}
_OWN_NAMES = word_set("el la las los le les")  # El Tarra, La Habana: part of the name, if known
_ELISION = re.compile(r"(?:jusqu|lorsqu|qu|[ldscjmt])['\u2019](?=[^\W\d_])", re.IGNORECASE)

# Case endings and what the name may end in by itself, likeliest first.
_ENDINGS = {
    "uk": (
        ("ові", ("ів", "")), ("ова", ("ів",)), ("ову", ("ів",)), ("овом", ("ів",)),
        ("єві", ("їв",)), ("єва", ("їв",)), ("єву", ("їв",)), ("еві", ("їв",)), ("ева", ("їв",)),
        ("зі", ("га",)), ("ці", ("ця", "ка")), ("ії", ("ія",)), ("ію", ("ія",)), ("ією", ("ія",)),
        ("ою", ("а",)), ("ею", ("я",)), ("ом", ("", "о")), ("ем", ("", "ь")),
        ("і", ("а", "ь", "", "я", "о")), ("и", ("а", "")), ("у", ("а", "", "о")),
        ("а", ("", "о")), ("я", ("ь", "й")), ("ю", ("ь", "я")),
    ),
    "ru": (
        ("ии", ("ия",)), ("ию", ("ия",)), ("ией", ("ия",)), ("ой", ("а",)), ("ей", ("я", "ь")),
        ("ом", ("", "о")), ("ем", ("", "ь")), ("ове", ("ов", "ово")), ("еве", ("ев", "ево")),
        ("е", ("", "а", "о", "я")), ("и", ("ь", "а", "я", "")), ("ы", ("а", "")),
        ("у", ("а", "", "о")), ("а", ("", "о")), ("я", ("ь", "й")), ("ю", ("ь", "я")),
    ),
}  # fmt: skip
_SHORTEST = 4  # letters of a name that may carry an ending


def read_foreign(tokens: Sequence[Token], language: str) -> list[Token]:
    """Return the tokens with articles cut off (`l'Égypte`), and opening small words made small.

    Offsets stay those of the text. English tokens come back as they are.
    """
    if language not in _IN:
        return list(tokens)
    cut = [part for token in _pair(tokens) for part in _cut_elision(*token, language)]
    small = _IN[language] | _OF[language] | _OPENERS[language]
    return [
        replace(token, text=token.text.lower())
        if token.is_capitalised and token.lower in small - _OWN_NAMES
        else token
        for token in cut
    ]


def _pair(tokens: Sequence[Token]) -> Iterator[tuple[Token | None, Token]]:
    return zip([None, *tokens], tokens, strict=False)


def _cut_elision(before: Token | None, token: Token, language: str) -> list[Token]:
    found = _ELISION.match(token.text) if language == "fr" and token.kind == "word" else None
    if found is None:
        return [token]
    # Côte d'Ivoire, Val d'Oise: within a name
    if before is not None and before.is_capitalised and before.end + 1 == token.start:
        return [token]
    length = found.end()
    article = replace(
        token,
        text=token.text[: length - 1].lower(),
        lower=token.lower[: length - 1],
        end=token.start + length - 1,
        possessive=False,
    )
    name = replace(
        token,
        text=token.text[length:],
        lower=token.lower[length:],
        start=token.start + length,
        joined=False,
    )
    return [article, name]


def weigh_prepositions(found: Iterable[Sequence[Candidate]], language: str) -> None:
    """Add the weight of the language's own prepositions to the candidates after them."""
    for candidate in (candidate for candidates in found for candidate in candidates):
        if candidate.settled or candidate.class_ != "place" or not candidate.first:
            continue
        before = candidate.sentence.tokens[candidate.first - 1].lower
        for words, weight in ((_IN, _PLACED), (_OF, _RELATED)):
            if before in words.get(language, ()):
                candidate.score += weight
                candidate.reasons.append(f"after {before!r} ({weight:+.1f})")
                break


class InflectedNames:
    """A name index that also knows names by their case endings, in languages that have them.

    The name as written comes first; only if the index lacks it, its endings are put aside. What
    was found so is noted, for `restore`.
    """

    def __init__(self, index: NameIndex, language: str) -> None:
        self._index = index
        self._endings = _ENDINGS.get(language, ())
        self._plain: dict[str, str] = {}

    def lookup(self, name: str) -> Sequence[NameFact]:
        """Return all places of this name, or of the name that it is a case of."""
        found = self._index.lookup(name)
        if found or not self._endings or len(name) < _SHORTEST:
            return found
        for base in self._bases(name):
            if facts := self._index.lookup(base):
                self._plain[name] = base
                return facts
        return found

    def restore(self, found: Iterable[Sequence[Candidate]]) -> None:
        """Make the names that are to be looked up later the ones that the index knows."""
        if not self._plain:
            return
        for candidate in (candidate for candidates in found for candidate in candidates):
            candidate.lookup = self._plain.get(candidate.lookup, candidate.lookup)

    def _bases(self, name: str) -> Iterator[str]:
        folded = name.lower()
        for ending, plain in self._endings:
            if folded.endswith(ending):
                stem = name[: -len(ending)]
                yield from (stem + own for own in plain)
