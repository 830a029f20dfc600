"""How much speaks for a candidate being a place: hand-set weights, each with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.text.candidates import AREAS
from geo.text.persons import LOCATIVES
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo.text.candidates import Candidate
    from geo.text.lexicon import Lexicon

_WEAK_PREPOSITIONS = word_set("from to of on into for against over between through")
_DIRECTIONS = word_set(
    "north south east west northern southern eastern western central northeast northwest southeast "
    "southwest northeastern northwestern southeastern southwestern north-east north-west "
    "south-east south-west downtown nearby neighbouring neighboring besieged"
)
CALENDAR = word_set(
    "january february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday ramadan"
)
_AFTER_NAMES = _WEAK_PREPOSITIONS | LOCATIVES | {"and", "or", "with", "is", "was", "by", "as"}
_TAKES_PLACE = frozenset(
    {"leaving", "assault", "seizing", "siege", "encircle", "visiting", "flight"}
)
_SHORT = 3  # letters: names this short are mostly something else
SURE = 2.0  # evidence from which a reading is called sure


@dataclass(frozen=True, slots=True)
class Context:
    """What the whole text says: words it writes small, persons it names, countries it speaks of."""

    small_words: frozenset[str]
    surnames: frozenset[str]
    countries: Mapping[str, int]


def weigh(candidate: Candidate, context: Context, lexicon: Lexicon) -> list[tuple[float, str]]:
    """Return the pieces of evidence, each a weight and its reason; their sum decides at zero."""
    return [
        *_weigh_index(candidate, context, lexicon),
        *_weigh_shape(candidate, context, lexicon),
        *_weigh_left(candidate, lexicon),
        *_weigh_right(candidate, lexicon),
        *_weigh_run(candidate, lexicon),
    ]


def _weigh_index(
    candidate: Candidate, context: Context, lexicon: Lexicon
) -> Iterator[tuple[float, str]]:
    if not candidate.facts:
        yield -3.0, "in no name index"
        return
    best = candidate.facts[0]
    if best.kind in {"country", "region"}:
        yield 3.0, f"a {best.kind} in the index"
    elif best.kind == "admin1":
        yield 1.5, "a first-level unit in the index"
    elif best.kind in {"admin2", "point"}:
        yield 0.8, f"a {best.kind} in the index"
    people = max((fact.population or 0 for fact in candidate.facts), default=0)
    size = min(2.5, max(-0.5, math.log10(max(people, 1)) - 3.5)) if people else 0.0
    if best.kind not in {"country", "region"}:
        yield size, f"at most {people} people of that name in the index"
    if len(candidate.key.split()) > 1:
        yield 1.5, "a name of several words"
    if candidate.key in lexicon.seats:
        yield 1.5, "a seat of government"
    if candidate.countries & context.countries.keys():
        yield 1.2, "lies in a country that the text speaks of"
    yield -1.2, "prior"


def _weigh_shape(
    candidate: Candidate, context: Context, lexicon: Lexicon
) -> Iterator[tuple[float, str]]:
    """Weigh a single word by itself; names of several words are rarely anything else."""
    tokens = candidate.sentence.tokens
    if candidate.last - candidate.first > 1:
        return
    word = tokens[candidate.first]
    opens = candidate.first == 0 or tokens[candidate.first - 1].kind == "mark"
    if word.lower in CALENDAR:
        yield -6.0, "a month or a day"
    elif word.lower in lexicon.words:
        yield (-5.0 if opens or candidate.sentence.headline else -2.5), "a dictionary word"
    if word.lower in context.small_words:
        yield -4.0, "written small elsewhere in the text"
    if candidate.first == 0:
        yield -0.5, "opens the sentence"
    if word.is_acronym and len(word.text) <= 5 and not _all_capitals(candidate):
        yield -4.0, "an acronym"
    if len(candidate.key) <= _SHORT:
        yield -1.5, "a very short word"
    if candidate.sentence.headline:
        yield -0.7, "a word of a headline"
    yield from _weigh_person(word.lower, context, lexicon)


def _weigh_person(word: str, context: Context, lexicon: Lexicon) -> Iterator[tuple[float, str]]:
    if word in context.surnames:
        yield -4.0, "surname of a person named in the text"
    elif word in lexicon.surnames:
        yield -3.0, "a well-known surname"
    elif word in lexicon.first_names:
        yield -2.5, "a first name"
    if (word,) in lexicon.titles:
        yield -3.0, "a title"


def _all_capitals(candidate: Candidate) -> bool:
    """Tell whether it opens its sentence (GOMA, Congo) or stands in a headline in capitals."""
    tokens = candidate.sentence.tokens
    return candidate.first == 0 or all(t.text.isupper() for t in tokens if t.kind == "word")


def _weigh_left(candidate: Candidate, lexicon: Lexicon) -> Iterator[tuple[float, str]]:
    """Weigh the words before it: prepositions, verbs that take a place, lists, directions."""
    tokens, first = candidate.sentence.tokens, candidate.first
    if first == 0:
        return
    step = first - 1
    while step >= 0 and tokens[step].lower in _DIRECTIONS | {"the"} and first - step < 4:
        step -= 1
    governor = tokens[max(step, 0)].lower
    if governor in LOCATIVES:
        yield 2.2, f"after {governor!r}"
    elif governor in _WEAK_PREPOSITIONS:
        yield 0.8, f"after {governor!r}"
    elif any(category in _TAKES_PLACE for category, _ in lexicon.verbs.get(governor, ())):
        yield 1.5, f"after {governor!r}"
    before = tokens[first - 1].lower
    if before in _DIRECTIONS and step < first - 1:
        yield 0.8, f"after {before!r}"
    if before in {"and", ",", "or"} and _is_listed(candidate):
        yield 1.5, "in a list of places"
    if before == "the" and candidate.kind in {"city", "admin1"}:
        after = tokens[candidate.last] if candidate.last < len(tokens) else None
        alone = after is None or after.kind == "mark" or after.lower in _AFTER_NAMES
        yield (-3.0 if alone else -0.5), "after 'the'"


def _weigh_right(candidate: Candidate, lexicon: Lexicon) -> Iterator[tuple[float, str]]:
    """Weigh the words after it, and what the text calls it."""
    tokens, last = candidate.sentence.tokens, candidate.last
    if names_settlement(candidate, lexicon):
        yield 4.0, "called a town, an area or a camp"
    if candidate.container:
        yield 2.5, f"beside its container {candidate.container!r}"
    if last == len(tokens):
        return
    after = tokens[last].lower
    if candidate.first == 0 and after == "," and tokens[0].text.isupper():
        yield 2.0, "in capitals, as a dateline"
    if lexicon.nouns.get(after) in {"area", "settlement"}:
        yield 2.0, f"before {after!r}"
    if after in lexicon.reporting and candidate.kind not in AREAS:
        yield -0.8, "before a verb of speaking"


def _is_listed(candidate: Candidate) -> bool:
    """`near X and Y`: only capitalised words and joiners lie between it and a preposition."""
    tokens = candidate.sentence.tokens
    for index in range(candidate.first - 1, max(-1, candidate.first - 10), -1):
        token = tokens[index]
        if token.lower in LOCATIVES:
            return True
        if not (token.is_capitalised or token.joined or token.lower in {"and", ",", "or", "the"}):
            return False
    return False


def _weigh_run(candidate: Candidate, lexicon: Lexicon) -> Iterator[tuple[float, str]]:
    """Weigh a part of a longer capitalised run: the rest must explain itself."""
    if candidate.whole or candidate.sentence.headline:
        return
    tokens = candidate.sentence.tokens
    first, last = candidate.first, candidate.last
    before = tokens[first - 1] if first else None
    after = tokens[last] if last < len(tokens) else None
    if before is not None and before.is_capitalised and not before.possessive:
        explained = (
            before.lower in lexicon.words
            or before.lower in _DIRECTIONS
            or before.lower in lexicon.nouns
        )
        if not explained and not tokens[first].joined:
            yield -2.5, "the end of a longer name"
    if (
        after is not None
        and after.is_capitalised
        and not tokens[last - 1].possessive
        and after.lower not in lexicon.nouns
    ):
        yield -2.5, "the beginning of a longer name"


def names_settlement(candidate: Candidate, lexicon: Lexicon) -> bool:
    """Tell whether the text calls it a place: `the city of X`, `X province`, `X refugee camp`."""
    tokens = candidate.sentence.tokens
    first, last = candidate.first, candidate.last
    kinds = {"settlement", "area"}
    if first > 1 and tokens[first - 1].lower == "of":
        noun = tokens[first - 2].lower
        if lexicon.nouns.get(noun) in kinds and noun not in {"state", "areas", "area", "capital"}:
            return True
    if first and lexicon.nouns.get(tokens[first - 1].lower) == "settlement" and first > 1:
        return not candidate.sentence.headline
    inner = tokens[last - 1].lower if last - first > 1 else ""
    return lexicon.nouns.get(inner) in kinds and inner not in {"state", "division"}


def read_hint(candidate: Candidate, lexicon: Lexicon) -> str | None:
    """Return the kind of place that the words beside a name say, None if they say nothing."""
    tokens, first, last = candidate.sentence.tokens, candidate.first, candidate.last
    after = tokens[last].lower if last < len(tokens) else ""
    areas = [fact.kind for fact in candidate.facts if fact.kind in AREAS]
    if lexicon.nouns.get(after) == "area" and not tokens[last - 1].possessive:
        return areas[0] if areas else None
    noun = ""
    if first > 1 and tokens[first - 1].lower == "of":
        noun = tokens[first - 2].lower
    elif first:
        noun = tokens[first - 1].lower
    seat = noun == "capital" and tokens[first - 1].lower == "of"  # the capital of a region
    if lexicon.nouns.get(noun) == "settlement" and not (
        seat or noun in {"camp", "camps", "enclave"}
    ):
        return "city"
    if lexicon.nouns.get(noun) == "area" and areas and tokens[first - 1].lower == "of":
        return areas[0]
    if areas and areas[0] == "region":
        return "region"
    return None
