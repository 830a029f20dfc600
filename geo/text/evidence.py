"""How much speaks for a candidate being a place: weighed pieces of evidence, each with its reason.

The weights stand in `lexicons/weights.csv`, set by hand. A logistic regression fitted to labelled
news gave nearly the same ones: half a point of F1 more there, and worse on texts of one sentence.
"""

from __future__ import annotations

import csv
import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.resources import package_file
from geo.text.candidates import AREAS
from geo.text.persons import LOCATIVES
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo.text.candidates import Candidate
    from geo.text.lexicon import Lexicon

_WEAK_PREPOSITIONS = word_set(
    "from to of on into for against over between through above below behind beyond past along off"
)
DIRECTIONS = word_set(
    "north south east west northern southern eastern western central northeast northwest southeast "
    "southwest northeastern northwestern southeastern southwestern north-east north-west "
    "south-east south-west downtown nearby neighbouring neighboring besieged"
)
CALENDAR = word_set(
    "january february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday ramadan"
)
_BEFORE_NAMES = DIRECTIONS | {"the"}
_AFTER_NAMES = _WEAK_PREPOSITIONS | LOCATIVES | {"and", "or", "with", "is", "was", "by", "as"}
_TAKES_PLACE = frozenset(
    {"leaving", "assault", "seizing", "siege", "encircle", "visiting", "flight"}
)
ATTACKS = word_set(
    "attack attacks assault assaults offensive offensives strike strikes airstrike airstrikes raid "
    "raids siege push advance advances march shelling bombardment bombing battle fight fighting "
    "capture seizure fall storming takeover incursion incursions onslaught"
)
_SHORT = 3  # letters: names this short are mostly something else
_KINDS = {"admin1": "first-level unit", "admin2": "second-level unit"}
SURE = 2.0  # evidence from which a reading is called sure


@dataclass(slots=True)  # not frozen: those take three times as long to make
class Evidence:
    """Something that speaks for or against a place; never changed.

    Attributes
    ----------
    feature
        Its row in `lexicons/weights.csv`.
    reason
        What is said of it to the reader.
    amount
        How often the feature's weight it counts.
    """

    feature: str
    reason: str
    amount: float = 1.0

    @property
    def weight(self) -> float:
        """Points for (above zero) or against a place."""
        return load_weights()[self.feature] * self.amount


@functools.cache
def load_weights() -> dict[str, float]:
    """Read the weight of every feature; they never change, so they are read once a process."""
    with package_file("text", "lexicons/weights.csv").open(encoding="utf-8", newline="") as file:
        return {row["feature"]: float(row["weight"]) for row in csv.DictReader(file)}


@dataclass(frozen=True, slots=True)
class Context:
    """What the whole text says: words it writes small, persons it names, countries it speaks of."""

    small_words: frozenset[str]
    surnames: frozenset[str]
    countries: Mapping[str, int]


def weigh_words(candidate: Candidate, context: Context, lexicon: Lexicon) -> list[Evidence]:
    """Return the evidence of a name's own words and those beside it.

    The sum of the weights of all evidence, this and the index's, decides at zero.
    """
    return [
        *_weigh_shape(candidate, context, lexicon),
        *_weigh_left(candidate, lexicon),
        *_weigh_right(candidate, lexicon),
        *_weigh_run(candidate, lexicon),
    ]


def weigh_index(candidate: Candidate, context: Context, lexicon: Lexicon) -> Iterator[Evidence]:
    """Yield the evidence of what the name index knows of a name, and of the countries named."""
    if not candidate.facts:
        yield Evidence("unknown", "in no name index")
        return
    yield Evidence("prior", "prior")
    best = candidate.facts[0]
    yield Evidence(best.kind, f"a {_KINDS.get(best.kind, best.kind)} in the index")
    people = max((fact.population or 0 for fact in candidate.facts), default=0)
    if best.kind not in {"country", "region"} and people:
        size = min(2.5, max(-0.5, math.log10(max(people, 1)) - 3.5))
        yield Evidence("people", f"at most {people} people of that name in the index", size)
    if len(candidate.key.split()) > 1:
        yield Evidence("words", "a name of several words")
    if candidate.key in lexicon.seats:
        yield Evidence("seat", "a seat of government")
    if candidate.countries & context.countries.keys():
        yield Evidence("country-named", "lies in a country that the text speaks of")


def _weigh_shape(candidate: Candidate, context: Context, lexicon: Lexicon) -> Iterator[Evidence]:
    """Weigh a single word by itself; names of several words are rarely anything else."""
    tokens = candidate.sentence.tokens
    if candidate.last - candidate.first > 1:
        return
    word = tokens[candidate.first]
    opens = candidate.first == 0 or tokens[candidate.first - 1].kind == "mark"
    if word.lower in CALENDAR:
        yield Evidence("calendar", "a month or a day")
    elif word.lower in lexicon.words:
        opens = opens or candidate.sentence.headline
        yield Evidence("dictionary-opening" if opens else "dictionary", "a dictionary word")
    if word.lower in context.small_words:
        yield Evidence("small", "written small elsewhere in the text")
    if candidate.first == 0:
        yield Evidence("opening", "opens the sentence")
    if word.is_acronym and len(word.text) <= 5 and not _all_capitals(candidate):
        yield Evidence("acronym", "an acronym")
    if len(candidate.key) <= _SHORT and not names_settlement(candidate, lexicon):
        yield Evidence("short", "a very short word")
    if candidate.sentence.headline:
        yield Evidence("headline", "a word of a headline")
    yield from _weigh_person(word.lower, context, lexicon)


def _weigh_person(word: str, context: Context, lexicon: Lexicon) -> Iterator[Evidence]:
    if word in context.surnames:
        yield Evidence("named-person", "surname of a person named in the text")
    elif word in lexicon.surnames:
        yield Evidence("surname", "a well-known surname")
    elif word in lexicon.first_names:
        yield Evidence("first-name", "a first name")
    if (word,) in lexicon.titles:
        yield Evidence("title", "a title")


def _all_capitals(candidate: Candidate) -> bool:
    """Tell whether it opens its sentence (GOMA, Congo) or stands in a headline in capitals."""
    tokens = candidate.sentence.tokens
    return candidate.first == 0 or all(t.text.isupper() for t in tokens if t.kind == "word")


def _weigh_left(candidate: Candidate, lexicon: Lexicon) -> Iterator[Evidence]:
    """Weigh the words before it: prepositions, verbs that take a place, lists, directions."""
    tokens, first = candidate.sentence.tokens, candidate.first
    if first == 0:
        return
    step = first - 1
    while step >= 0 and tokens[step].lower in _BEFORE_NAMES and first - step < 4:
        step -= 1
    governor = tokens[max(step, 0)].lower
    if governor in LOCATIVES:
        yield Evidence("locative", f"after {governor!r}")
    elif governor in _WEAK_PREPOSITIONS:
        yield Evidence("preposition", f"after {governor!r}")
        yield from _weigh_noun(tokens[step - 1].lower if step > 0 else "", governor, lexicon)
    elif any(category in _TAKES_PLACE for category, _ in lexicon.verbs.get(governor, ())):
        yield Evidence("verb-of-place", f"after {governor!r}")
    before = tokens[first - 1].lower
    if before in DIRECTIONS and step < first - 1:
        yield Evidence("direction", f"after {before!r}")
    if before in {"and", ",", "or"} and _is_listed(candidate):
        yield Evidence("listed", "in a list of places")
    if before == "the" and candidate.kind in {"city", "admin1"}:
        after = tokens[candidate.last] if candidate.last < len(tokens) else None
        alone = after is None or after.kind == "mark" or after.lower in _AFTER_NAMES
        yield Evidence("the-alone" if alone else "the", "after 'the'")


def _weigh_noun(noun: str, preposition: str, lexicon: Lexicon) -> Iterator[Evidence]:
    """Weigh the noun before its preposition: `assault on X`, `residents of X`."""
    if noun in ATTACKS:
        yield Evidence("attack-on", f"after {noun!r}")
    elif preposition == "of" and lexicon.nouns.get(noun) == "population":
        yield Evidence("people-of", f"after {noun!r}")


def _weigh_right(candidate: Candidate, lexicon: Lexicon) -> Iterator[Evidence]:
    """Weigh the words after it, and what the text calls it."""
    tokens, last = candidate.sentence.tokens, candidate.last
    if names_settlement(candidate, lexicon):
        yield Evidence("called-place", "called a town, an area or a camp")
    if candidate.container:
        yield Evidence("container", f"beside its container {candidate.container!r}")
    if last == len(tokens):
        return
    after = tokens[last].lower
    if candidate.first == 0 and after == "," and tokens[0].text.isupper():
        yield Evidence("dateline", "in capitals, as a dateline")
    if lexicon.nouns.get(after) in {"area", "settlement"}:
        yield Evidence("noun-of-place", f"before {after!r}")
    if after in lexicon.reporting and candidate.kind not in AREAS:
        yield Evidence("speaks", "before a verb of speaking")


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


def _weigh_run(candidate: Candidate, lexicon: Lexicon) -> Iterator[Evidence]:
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
            or before.lower in DIRECTIONS
            or before.lower in lexicon.nouns
        )
        if not explained and not tokens[first].joined:
            yield Evidence("ends-name", "the end of a longer name")
    if (
        after is not None
        and after.is_capitalised
        and not tokens[last - 1].possessive
        and after.lower not in lexicon.nouns
    ):
        if (after.lower,) in lexicon.titles:
            yield Evidence("before-title", f"before the title {after.text!r}")
        else:
            yield Evidence("begins-name", "the beginning of a longer name")


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
