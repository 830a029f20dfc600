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
        *_weigh_neighbours(candidate, lexicon),
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
    tokens = candidate.sentence.tokens
    words = tokens[candidate.first : candidate.last]
    single = len(words) == 1
    word = words[0]
    opens = candidate.first == 0 or tokens[candidate.first - 1].kind == "mark"
    folded = candidate.key
    if single and word.lower in CALENDAR:
        yield -6.0, "a month or a day"
    elif single and word.lower in lexicon.words:
        yield (-5.0 if opens or candidate.sentence.headline else -2.5), "a dictionary word"
    if single and word.lower in context.small_words:
        yield -4.0, "written small elsewhere in the text"
    if single and candidate.first == 0:
        yield -0.5, "opens the sentence"
    if single and word.lower in context.surnames:
        yield -4.0, "surname of a person named in the text"
    elif single and word.lower in lexicon.surnames:
        yield -3.0, "a well-known surname"
    elif single and word.lower in lexicon.first_names:
        yield -2.5, "a first name"
    if single and word.is_acronym and len(word.text) <= 5 and not _all_capitals(candidate):
        yield -4.0, "an acronym"
    if single and len(folded) <= _SHORT:
        yield -1.5, "a very short word"
    if single and (word.lower,) in lexicon.titles:
        yield -3.0, "a title"
    if candidate.sentence.headline and single:
        yield -0.7, "a word of a headline"


def _all_capitals(candidate: Candidate) -> bool:
    """A dateline (GOMA, Congo) or a headline in capitals."""
    tokens = candidate.sentence.tokens
    return candidate.first == 0 or all(t.text.isupper() for t in tokens if t.kind == "word")


def _weigh_neighbours(candidate: Candidate, lexicon: Lexicon) -> Iterator[tuple[float, str]]:
    tokens = candidate.sentence.tokens
    first, last = candidate.first, candidate.last
    before = tokens[first - 1] if first else None
    after = tokens[last] if last < len(tokens) else None
    step = first - 1
    while step >= 0 and tokens[step].lower in _DIRECTIONS | {"the"} and first - step < 4:
        step -= 1
    governor = tokens[step] if step >= 0 else None
    if governor is not None and any(
        category in _TAKES_PLACE for category, _ in lexicon.verbs.get(governor.lower, ())
    ):
        yield 1.5, f"after {governor.lower!r}"
    if first and tokens[first - 1].lower in {"and", ",", "or"} and _is_listed(candidate):
        yield 1.5, "in a list of places"
    if first == 0 and after is not None and after.lower == "," and tokens[0].text.isupper():
        yield 2.0, "in capitals, as a dateline"
    if governor is not None and governor.lower in LOCATIVES and governor.kind == "word":
        yield 2.2, f"after {governor.lower!r}"
    elif governor is not None and governor.lower in _WEAK_PREPOSITIONS:
        yield 0.8, f"after {governor.lower!r}"
    if before is not None and before.lower in _DIRECTIONS and step < first - 1:
        yield 0.8, f"after {before.lower!r}"
    if names_settlement(candidate, lexicon):
        yield 4.0, "called a town, an area or a camp"
    if (
        after is not None
        and after.lower in lexicon.nouns
        and lexicon.nouns[after.lower] in {"area", "settlement"}
    ):
        yield 2.0, f"before {after.lower!r}"
    if before is not None and before.text == "the" and candidate.kind in {"city", "admin1"}:
        alone = after is None or after.kind == "mark" or after.lower in _AFTER_NAMES
        yield (-3.0 if alone else -0.5), "after 'the'"
    if not candidate.whole and not candidate.sentence.headline:
        yield from _weigh_run(candidate, lexicon)
    if candidate.container:
        yield 2.5, f"beside its container {candidate.container!r}"
    if after is not None and after.lower in lexicon.reporting and candidate.kind not in AREAS:
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
    """A part of a longer capitalised run is a place only if the rest explains itself."""
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
