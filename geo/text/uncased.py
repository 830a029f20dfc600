"""Names in scripts without capitals, such as Arabic: words that the name index knows well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.candidates import Candidate
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.lexicon import Lexicon
    from geo.text.names import CachedNames, NameFact
    from geo.text.tokens import Sentence, Token

_LONGEST_NAME = 3  # words
_CLITICS = ("وب", "ول", "وال", "و", "ف", "ب", "ل", "ك")  # and, in, to: written with the name
_NOTABLE = 50_000  # persons: below it a common word is likelier than the place
_LOCATIVES = word_set("في من إلى الى على مدينة بلدة قرية محافظة مخيم نحو قرب شمال جنوب شرق غرب")
# Words of every text that are also names: the city, days, and, that, without, new, ceasefire.
_COMMON = word_set(
    "المدينة مدينة مدينته مدينتي المدن بلدة البلدة قرية القرية القرى محافظة ولاية "
    "السبت الأحد الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة اليوم أمس غدا "
    "إن أن إنه أنه إنها أنها إلى على عن من في مع بعد قبل بين عند حتى منذ حول نحو قرب ضد دون بلا "
    "كان كانت يكون تكون ليس هذا هذه ذلك تلك الذي التي هو هي هم كل بعض غير كما لكن أو "
    "ثم قد لا ما لم "
    "جديد جديدة الجديد الجديدة كبير كبيرة قديم قديمة وقف وقال قال قالت أعلن أعلنت أضاف أضافت "
    "سوق السوق طريق الطريق مركز المركز جسر نهر النهر بحر البحر جبل الجبل شرقي غربي شمالي جنوبي "
    "شرق غرب شمال جنوب الشرق الغرب الشمال الجنوب وسط الوسط أول ثاني آخر أيام عام سنة شهر أسبوع"
)
_MINIMUM_LETTERS = 3


def scan_uncased(sentence: Sentence, names: CachedNames, _lexicon: Lexicon) -> list[Candidate]:
    """Return the names that the index knows as notable places, or that stand after `in`."""
    found: list[Candidate] = []
    position = 0
    while position < len(sentence.tokens):
        candidate = _take(sentence, position, names)
        if candidate is None:
            position += 1
            continue
        found.append(candidate)
        position = candidate.last
    return found


def _take(sentence: Sentence, position: int, names: CachedNames) -> Candidate | None:
    tokens = sentence.tokens
    for length in range(_LONGEST_NAME, 0, -1):
        part = tokens[position : position + length]
        if len(part) < length or any(token.kind != "word" for token in part):
            continue
        cuts = (0, *(len(c) for c in _CLITICS if part[0].text.startswith(c)))
        whole = " ".join(token.text for token in part)
        if any(whole[cut:] in _COMMON for cut in cuts):
            continue
        for cut in cuts:
            surface = whole[cut:]
            facts = names.lookup(surface) if len(surface) >= _MINIMUM_LETTERS else ()
            if facts and _is_plausible(facts[0], tokens, position, cut):
                return _make(sentence, position, length, cut, surface, facts)
    return None


def _is_plausible(fact: NameFact, tokens: tuple[Token, ...], position: int, cut: int) -> bool:
    if fact.kind in {"country", "region", "admin1"} or (fact.population or 0) >= _NOTABLE:
        return True
    return not cut and position > 0 and tokens[position - 1].text in _LOCATIVES


def _make(
    sentence: Sentence, position: int, length: int, cut: int, surface: str, facts: object
) -> Candidate:
    if cut:
        first = sentence.tokens[position]
        shorter = replace(first, text=first.text[cut:], start=first.start + cut)
        tokens = (*sentence.tokens[:position], shorter, *sentence.tokens[position + 1 :])
        sentence = replace(sentence, tokens=tokens)
    candidate = Candidate(sentence, position, position + length, "place", surface)
    candidate.facts = facts  # type: ignore[assignment]
    candidate.score = 2.5
    candidate.settled = True
    candidate.reasons = ["known to the name index"]
    return candidate
