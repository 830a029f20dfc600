"""Names of a text: which are places, peoples, actors and organisations, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.errors import TextError
from geo.text.containers import link_containers
from geo.text.evidence import SURE, Context, read_hint, weigh_index, weigh_words
from geo.text.foreign import InflectedNames, read_foreign, weigh_prepositions
from geo.text.lexicon import load_lexicon
from geo.text.names import CachedNames
from geo.text.persons import surname_keys
from geo.text.scan import scan_sentence
from geo.text.tokens import split_sentences, split_tokens
from geo.text.uncased import scan_uncased

if TYPE_CHECKING:
    from geo.text.candidates import Candidate
    from geo.text.document import Document
    from geo.text.evidence import Evidence
    from geo.text.lexicon import Lexicon
    from geo.text.names import NameIndex
    from geo.text.tokens import Sentence

MENTIONS = 8_000  # names in one article: every fifth word of the longest that is read
LOOKUPS = 6_000  # different names in one article; a hundred news articles together have half
_UNCASED_LOOKUPS = 60_000  # where every word may be a name
_UNCASED = frozenset({"ar", "fa"})
_REPEAT = 2.0
_JOINERS = frozenset({",", "and", "or", "then"})
_STRONG = 3.0
_TOWNS = frozenset({"city", "point", "admin2"})


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences of a text and, for each, the names in it, persons included."""

    sentences: tuple[Sentence, ...]
    names: tuple[tuple[Candidate, ...], ...]


def recognise(document: Document, index: NameIndex) -> Reading:
    """Find the names of a document and decide what each is.

    Raises
    ------
    TextError
        If the text holds more names, or more different ones, than any article does.
    """
    lexicon = load_lexicon()
    inflected = InflectedNames(index, document.language)
    uncased = document.language in _UNCASED
    budget = _UNCASED_LOOKUPS if uncased else LOOKUPS
    names = CachedNames(inflected, budget)
    tokens = read_foreign(split_tokens(document.text), document.language)
    sentences = split_sentences(document.text, tokens)
    scan = scan_uncased if uncased else scan_sentence
    found: list[list[Candidate]] = []
    left = MENTIONS
    for sentence in sentences:
        found.append(scan(sentence, names, lexicon))
        left -= len(found[-1])
        if names.is_spent or left < 0:
            most = f"{budget:,} different names" if names.is_spent else f"{MENTIONS:,} names"
            raise TextError(
                f"{document.name}: more than {most}; expected one article. "
                "Split the text into articles"
            )
    weigh_names(sentences, found, lexicon)
    weigh_prepositions(found, document.language)
    inflected.restore(found)
    kept = [tuple(c for c in candidates if c.score > 0 or c.settled) for candidates in found]
    return Reading(tuple(sentences), tuple(kept))


def weigh_names(sentences: list[Sentence], found: list[list[Candidate]], lexicon: Lexicon) -> None:
    """Note on each candidate of each sentence what encloses it and how sure it is a place."""
    for candidates in found:
        link_containers(candidates, lexicon)
    _decide(sentences, found, lexicon)


def _decide(sentences: list[Sentence], found: list[list[Candidate]], lexicon: Lexicon) -> None:
    everything = [candidate for candidates in found for candidate in candidates]
    open_cases = [candidate for candidate in everything if not candidate.settled]
    for candidate in open_cases:
        candidate.hint = read_hint(candidate, lexicon)
    small = _read_small_words(sentences)
    context = _read_context(small, found)
    words = [weigh_words(candidate, context, lexicon) for candidate in open_cases]
    weighed: list[list[Evidence]] = []
    for _ in range(2):  # the places that are clear say which countries the text is about
        weighed = [
            [*weigh_index(candidate, context, lexicon), *lasting]
            for candidate, lasting in zip(open_cases, words, strict=True)
        ]
        for candidate, evidence in zip(open_cases, weighed, strict=True):
            candidate.score = sum([piece.weight for piece in evidence])
        context = _read_context(small, found)
    for candidate, evidence in zip(open_cases, weighed, strict=True):
        evidence.sort(key=lambda piece: -abs(piece.weight))
        candidate.reasons = [f"{e.reason} ({e.weight:+.1f})" for e in evidence[:4]]
    for candidates in found:
        _weigh_lists(candidates)
        _weigh_unknown(candidates, lexicon)
    strong = {c.key for c in open_cases if c.score >= _STRONG}
    for candidate in open_cases:
        named = candidate.key not in context.surnames
        if candidate.score < _STRONG and candidate.key in strong and named:
            candidate.score += _REPEAT
            candidate.reasons.append(f"clearly a place elsewhere in the text ({_REPEAT:+.1f})")


def _weigh_lists(candidates: list[Candidate]) -> None:
    """Count a name listed beside a place of its country as a place: `Hama, then Homs`."""
    for left, right in pairwise(candidates):
        between = {token.lower for token in left.sentence.tokens[left.last : right.first]}
        if not between or between - _JOINERS or "place" not in {left.class_, right.class_}:
            continue
        for one, other in ((left, right), (right, left)):
            placed = other.class_ == "place" and (other.score > 0 or other.settled)
            unsure = one.class_ == "place" and not one.settled and one.score > -_REPEAT
            if unsure and placed and one.countries & other.countries:
                one.score += _REPEAT
                one.reasons.append(f"listed beside {other.key!r} ({_REPEAT:+.1f})")


def _weigh_unknown(candidates: list[Candidate], lexicon: Lexicon) -> None:
    """Take a name that no index knows for a place, where towns are listed on both sides of it.

    Or on one, with `and` or `or` between: `Rajouri, Mendhar and Uri`.
    """
    for index, one in enumerate(candidates):
        if one.facts or one.settled or one.class_ != "place" or one.score <= 2 * -_STRONG:
            continue
        ties = []
        follows = one.sentence.tokens[one.last : one.last + 1]
        joined = bool(follows) and follows[0].lower in {"and", "or"}
        for other in (*candidates[max(0, index - 1) : index], *candidates[index + 1 : index + 2]):
            left, right = (other, one) if other.first < one.first else (one, other)
            between = [token.lower for token in one.sentence.tokens[left.last : right.first]]
            town = other.class_ == "place" and other.kind in _TOWNS and other.score > 0
            if town and other.key not in lexicon.seats and between and not set(between) - _JOINERS:
                ties.append(joined or bool({"and", "or"} & set(between)))
        if any(ties) or len(ties) > 1:
            one.score += _STRONG + 0.5
            one.reasons.append(f"in a list of towns ({_STRONG + 0.5:+.1f})")


def _read_small_words(sentences: list[Sentence]) -> frozenset[str]:
    """Return the words that a text writes small."""
    return frozenset(
        token.lower
        for sentence in sentences
        for token in sentence.tokens
        if token.kind == "word" and token.text[0].islower()
    )


def _read_context(small: frozenset[str], found: list[list[Candidate]]) -> Context:
    surnames: set[str] = set()
    countries: Counter[str] = Counter()
    for candidates in found:
        for candidate in candidates:
            if candidate.class_ == "person":
                surnames |= surname_keys(candidate.sentence, candidate.first, candidate.last)
            elif candidate.country:
                countries[candidate.country] += 1
            elif candidate.score >= _STRONG and candidate.facts and candidate.facts[0].country:
                countries[candidate.facts[0].country] += 1
    return Context(small, frozenset(surnames), countries)


def is_sure(candidate: Candidate) -> bool:
    """Tell whether the evidence for a reading is strong."""
    return candidate.settled or candidate.score >= SURE
