"""Spans of characters with a class, as other recognisers find them, to candidates."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import TextError
from geo.text.candidates import Candidate
from geo.text.foreign import InflectedNames, read_foreign
from geo.text.lexicon import Entry, load_lexicon
from geo.text.names import CachedNames
from geo.text.recognise import LOOKUPS, Reading, weigh_names
from geo.text.tokens import split_sentences, split_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geo.text.document import Document
    from geo.text.lexicon import Lexicon
    from geo.text.names import NameIndex
    from geo.text.tokens import Sentence

_LEAST_SCORE = 0.1  # above zero: a place, as the recogniser says, however little else speaks for it
_ARTICLES = frozenset({"the", "a", "an"})


@dataclass(frozen=True, slots=True)
class Span:
    """A name: `start`, `end` are code points into the text, end exclusive.

    `class_` is `place`, `demonym`, `actor`, `organisation` or `person`; `label` is what the
    recogniser itself calls it, for the reason.
    """

    start: int
    end: int
    class_: str
    label: str


def read_spans(
    document: Document, index: NameIndex, spans: Iterable[Span], recogniser: str
) -> Reading:
    """Return a reading of the names that another recogniser found.

    A span is taken to the whole words it touches, within its sentence; of spans that overlap the
    first counts. What the lexicons know by name keeps the class that they give it (an armed group
    stays an actor), and how sure a place is, is weighed as for the built-in rules.

    Parameters
    ----------
    recogniser
        What the reasons call it.

    Raises
    ------
    TextError
        If a span is not within the text, or there are more names than any article has.
    """
    lexicon = load_lexicon()
    inflected = InflectedNames(index, document.language)
    names = CachedNames(inflected, LOOKUPS)
    tokens = read_foreign(split_tokens(document.text), document.language)
    sentences = split_sentences(document.text, tokens)
    found: list[list[Candidate]] = [[] for _ in sentences]
    labels: list[tuple[Candidate, str]] = []
    for sentence, first, last, span in _cut(document, sentences, spans, recogniser):
        candidate = _make_candidate(sentence, first, last, span.class_, names, lexicon)
        found[sentence.index].append(candidate)
        labels.append((candidate, span.label))
    if names.is_spent:
        raise TextError(f"{document.name}: more than {LOOKUPS:,} names; expected one article")
    weigh_names(sentences, found, lexicon)
    inflected.restore(found)
    for candidate, label in labels:
        candidate.score = max(candidate.score, _LEAST_SCORE)
        candidate.reasons.insert(0, f"{recogniser}: {label}")
    return Reading(tuple(sentences), tuple(tuple(candidates) for candidates in found))


def _cut(
    document: Document, sentences: list[Sentence], spans: Iterable[Span], recogniser: str
) -> Iterator[tuple[Sentence, int, int, Span]]:
    """Yield sentence, first token and last (exclusive) of the spans, in order, without overlaps."""
    starts = [sentence.start for sentence in sentences]
    reached = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not 0 <= span.start < span.end <= len(document.text):
            raise TextError(
                f"{document.name}: {recogniser} found a name at {span.start}..{span.end} of a text "
                f"of {len(document.text)} characters"
            )
        number = bisect_right(starts, span.start) - 1
        if number < 0:
            continue
        sentence = sentences[number]
        inside = [
            place
            for place, token in enumerate(sentence.tokens)
            if token.end > max(span.start, reached) and token.start < span.end
        ]
        while inside and not _opens_name(sentence, inside[0]):
            inside.pop(0)
        while inside and sentence.tokens[inside[-1]].kind == "mark":
            inside.pop()
        if inside:
            first, last = inside[0], inside[-1] + 1
            reached = sentence.tokens[last - 1].end
            yield sentence, first, last, span


def _opens_name(sentence: Sentence, place: int) -> bool:
    token = sentence.tokens[place]
    return token.kind != "mark" and token.text not in _ARTICLES


def _make_candidate(
    sentence: Sentence,
    first: int,
    last: int,
    class_: str,
    names: CachedNames,
    lexicon: Lexicon,
) -> Candidate:
    match = lexicon.names.match(sentence.tokens, first)
    entry = match[1] if match and match[0] == last else None
    if isinstance(entry, Entry):
        candidate = Candidate(
            sentence, first, last, entry.class_, entry.place or entry.name, entry=entry
        )
        candidate.facts = names.lookup(entry.place) if entry.place else ()
        candidate.country = entry.country
        candidate.score = 5.0
        candidate.settled = True
        candidate.reasons = [f"lexicon: {entry.name}"]
        return candidate
    surface = _write(sentence, first, last)
    candidate = Candidate(sentence, first, last, class_, surface)
    if class_ == "place":
        candidate.facts = names.lookup(surface)
    elif class_ == "demonym":
        candidate.entry = Entry(surface, "demonym", None, None, "people")
    # What no index knows is a place by the recogniser's word alone: no evidence can weigh it.
    candidate.settled = class_ != "place" or not candidate.facts
    return candidate


def _write(sentence: Sentence, first: int, last: int) -> str:
    words: list[str] = []
    for token in sentence.tokens[first:last]:
        words.append(("-" if token.joined and words else " ") + token.text)
    return "".join(words).strip()
