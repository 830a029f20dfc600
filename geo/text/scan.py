"""Capitalised runs of a sentence cut into candidate names, longest match first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.text.candidates import AREAS, Candidate
from geo.text.evidence import DIRECTIONS, names_settlement
from geo.text.features import find_feature
from geo.text.lexicon import Entry
from geo.text.organisations import find_home, find_organisation
from geo.text.persons import LOCATIVES, find_person
from geo.text.tokens import fold
from geo.text.unknown import (
    LOCATED,
    is_plain,
    is_taken_for_place,
    is_verbal,
    may_be_listed,
)
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.text.lexicon import Lexicon
    from geo.text.names import CachedNames, NameFact
    from geo.text.tokens import Sentence, Token

# Small words inside names: Deir al-Balah, Port-au-Prince, Rio de Janeiro, Dar es Salaam.
CONNECTORS = word_set(
    "al el as ad an ar at ash az ed es et ez ul ibn bin ben bint abu umm de del della di da do dos "
    "das du des d la le les los las lez sur sous en au aux aan am van von der den het upon and of "
    "the"
)
_WEAK_CONNECTORS = frozenset({"and", "of", "the", "as", "at", "an", "am", "do", "sur", "en"})
_STRONG_CONNECTORS = CONNECTORS - _WEAK_CONNECTORS
_INSIDE = frozenset({"leave", "leaving", "join", "joining", "outside", "across"})
_ARTICLES = frozenset({"am", "an", "as", "at", "ad", "ar", "ash", "az"})
_SHORTENED = frozenset({"st", "ste", "mt", "ft", "pt"})  # St. Louis: the stop is in the name
_STATES = frozenset({"republic", "kingdom", "state", "commonwealth", "sultanate", "emirate"})
_KINDS_OF_STATE = _STATES | word_set(
    "islamic democratic federal federative socialist arab bolivarian hashemite oriental united"
)
_NOTABLE = 15_000  # persons: of a smaller town hardly a hospital or an airport is told
_LONGEST_NAME = 6  # words
_LONGEST_RUN = 40


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of capitalised words, connectors between them included."""

    first: int
    last: int


def scan_sentence(sentence: Sentence, names: CachedNames, lexicon: Lexicon) -> list[Candidate]:
    """Return the candidates of a sentence in order, without overlaps."""
    found: list[Candidate] = []
    reach = 0
    for run in _find_runs(sentence, lexicon):
        for candidate in _Scanner(sentence, run, names, lexicon).scan():
            if candidate.first >= reach:  # a name may end beyond its run: Washington, D.C.
                found.append(candidate)
                reach = candidate.last
    return found


def _find_runs(sentence: Sentence, lexicon: Lexicon) -> Iterator[Run]:
    tokens = sentence.tokens
    position = 0
    while position < len(tokens):
        if not (tokens[position].is_capitalised or _opens(tokens, position, lexicon)):
            position += 1
            continue
        last = position + 1
        while last < len(tokens) and last - position < _LONGEST_RUN:
            step = _step(tokens, last)
            if not step:
                break
            last += step
        yield Run(position, last)
        position = last


def _opens(tokens: tuple[Token, ...], position: int, lexicon: Lexicon) -> bool:
    """Tell whether what is no capitalised word opens a run: al-Shabab, el-Obeid, 400 Mawozo."""
    token = tokens[position]
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if after is None or not after.is_capitalised:
        return False
    if token.kind == "number":
        return lexicon.names.match(tokens, position) is not None
    return token.lower in _STRONG_CONNECTORS and after.joined


def _step(tokens: tuple[Token, ...], position: int) -> int:
    """How many tokens carry the run on from here; 0 ends it."""
    before, token = tokens[position - 1], tokens[position]
    if token.text == "." and before.lower in _SHORTENED and before.is_capitalised:
        follows = position + 1 < len(tokens) and tokens[position + 1].is_capitalised
        return 2 if follows else 0
    if token.kind == "mark" or before.possessive:
        return 0
    if token.is_capitalised:
        return 1
    if position + 1 < len(tokens) and token.joined and tokens[position + 1].joined:
        return 2 if tokens[position + 1].is_capitalised else 0  # Mazar-i-Sharif
    for length in (1, 2):
        part = tokens[position : position + length]
        after = tokens[position + length] if position + length < len(tokens) else None
        if after is None or not after.is_capitalised:
            continue
        if all(word.lower in CONNECTORS for word in part):
            return length + 1
    return 0


class _Scanner:
    """Reads one run from left to right; each step takes the longest name that fits."""

    def __init__(self, sentence: Sentence, run: Run, names: CachedNames, lexicon: Lexicon) -> None:
        self.sentence = sentence
        self.tokens = sentence.tokens
        self.run = run
        self.names = names
        self.lexicon = lexicon

    def scan(self) -> Iterator[Candidate]:
        position = self.run.first
        while position < self.run.last:
            candidate = self._take(position)
            if candidate is None:
                position += 1
                continue
            yield candidate
            position = max(candidate.last, position + 1)

    def _take(self, position: int) -> Candidate | None:
        if state := self._abbreviation(position) or self._state_in_full(position):
            return state
        match = self.lexicon.names.match(self.tokens, position)
        entry = match[1] if match and isinstance(match[1], Entry) else None
        end = match[0] if match and entry else position
        if entry is None and self.tokens[position].lower in _WEAK_CONNECTORS:
            return self._with_article(position)  # no other name opens with a small word
        if entry and entry.class_ in {"actor", "organisation"} and not self._blocked(position):
            return self._from_entry(position, end, entry)
        if entry and entry.kind == "country" and self._abbreviation(end + 1):
            entry, end = None, position  # Lebanon, Pa.
        return (
            self._feature(position, end)
            or (None if end - position > 1 else self._person(position))
            or self._organisation(position, end)
            or self._side(position, end)
            or self._possessive(position, end)
            or self._place(position, shortest=end - position + 1)
            or (self._from_entry(position, end, entry) if entry else None)
        )

    def _with_article(self, position: int) -> Candidate | None:
        """Take `An Nahud`, `As Suwayda`: an Arabic article, where the index knows it whole."""
        if self.tokens[position].lower not in _ARTICLES or not self.tokens[position].is_capitalised:
            return None
        found = self._place(position, shortest=2) if position + 1 < self.run.last else None
        return found if found is not None and found.facts else None

    def _state_in_full(self, position: int) -> Candidate | None:
        """`Republic of Armenia`, `Islamic Republic of Iran`: a country's own name for itself."""
        tokens, index = self.tokens, position
        while index < self.run.last and tokens[index].lower in _KINDS_OF_STATE:
            index += 1
        if index == position or tokens[index - 1].lower not in _STATES:
            return None
        if index + 1 >= len(tokens) or tokens[index].lower != "of":
            return None
        index += 1 + (tokens[index + 1].lower == "the")
        match = self.lexicon.names.match(tokens, index) if index < len(tokens) else None
        if match is None or not isinstance(match[1], Entry) or match[1].kind != "country":
            return None
        if match[1].class_ != "place":
            return None
        return self._from_entry(position, match[0], match[1])

    def _blocked(self, position: int) -> bool:
        """In a headline of capitals only, a short acronym may be a word (IS, WHO)."""
        words = [token for token in self.tokens if token.kind == "word"]
        return self.tokens[position].lower in {"is", "who", "car", "us"} and all(
            token.text.isupper() for token in words
        )

    def _from_entry(self, position: int, end: int, entry: Entry) -> Candidate:
        reason = f"lexicon: {entry.name} is {_article(entry)}"
        if entry.kind == "union":
            entry = self._read_union(position, end, entry)
        facts = self.names.lookup(entry.place) if entry.place else ()
        candidate = Candidate(
            self.sentence,
            position,
            end,
            entry.class_,
            entry.place or entry.name,
            entry=entry,
            facts=facts,
            country=entry.country,
            reasons=[reason],
            settled=True,
        )
        candidate.score = 5.0
        return candidate

    def _read_union(self, position: int, end: int, entry: Entry) -> Entry:
        """Tell the area (`in the EU`) and what is of it (`EU citizens`) from the body that acts."""
        tokens = self.tokens
        before = tokens[position - 1].lower if position else ""
        if before == "the" and position > 1:
            before = tokens[position - 2].lower
        after = tokens[end] if end < len(tokens) and not tokens[end - 1].possessive else None
        class_ = entry.class_
        if before in LOCATIVES | _INSIDE:
            class_ = "place"
        elif (
            after is not None and after.kind == "word" and not is_verbal(after.lower, self.lexicon)
        ):
            class_ = "demonym"
        if class_ == entry.class_:
            return entry
        return replace(entry, class_=class_, place=entry.name, kind="region")

    def _person(self, position: int) -> Candidate | None:
        last = find_person(self.sentence, position, self.run.last, self.names, self.lexicon)
        if last is None:
            return None
        candidate = Candidate(self.sentence, position, last, "person", "", settled=True)
        candidate.reasons = ["a person: title or first name with a surname"]
        return candidate

    def _organisation(self, position: int, known: int) -> Candidate | None:
        end = find_organisation(self.sentence, position, self.run.last, self.lexicon)
        if end <= known:
            return None
        areas = self.names.lookup(self._surface(position, end))
        if areas and areas[0].kind in AREAS:  # West Bank
            return None
        found = Candidate(self.sentence, position, end, "organisation", "", settled=True)
        found.home = find_home(self.sentence, position, end, self.names, self.lexicon)
        found.country = found.home.sole_country if found.home else None
        found.reasons = [f"an organisation's name: ends in {self.tokens[end - 1].text!r}"]
        return found

    def _feature(self, position: int, known: int) -> Candidate | None:
        """`Litani River`, `Goma Airport`: unknown as a whole, yet said to be one."""
        found = find_feature(self.tokens, position, self.run.last, self.lexicon)
        opens_body = self.tokens[position].lower in self.lexicon.organisations["prefix"]
        if found is None or found[0] <= known or opens_body or self.sentence.headline:
            return None
        end, kind = found
        if any(self.names.lookup(self._surface(first, end)) for first in range(position, end - 1)):
            return None  # the index knows it whole, or what is left of it: Republican Orange County
        if find_organisation(self.sentence, position, self.run.last, self.lexicon) > end:
            return None  # Tipperary County Council
        surface = self._surface(position, end)
        if kind == "street":
            return Candidate(self.sentence, position, end, "street", "", settled=True)
        if kind == "facility":  # it lies in the town that it is named after
            town = self._surface(position, end - 1)
            facts = [f for f in self.names.lookup(town) if (f.population or 0) >= _NOTABLE]
            surface = town if facts else surface
        else:
            facts = []
        found_place = Candidate(self.sentence, position, end, "place", surface, facts=facts)
        found_place.hint = "admin2" if kind == "unit" else None
        found_place.settled = True
        found_place.reasons = [f"named as a {self.tokens[end - 1].lower}"]
        return found_place

    def _side(self, position: int, known: int) -> Candidate | None:
        """`West Wales`, `Southern Lebanon`: a side of a country or a unit, written as a name."""
        following = position + 1
        if known > position or position == 0 or following >= self.run.last:
            return None
        if self.tokens[position].lower not in DIRECTIONS or self.sentence.headline:
            return None
        if self.names.lookup(self._surface(position, following + 1)):
            return None  # the index knows it whole
        place = self._take(following)
        if place is None or place.class_ != "place" or place.kind not in AREAS:
            return None
        return replace(place, first=position)

    def _possessive(self, position: int, known: int) -> Candidate | None:
        """`Cox's Bazar`, `St. John's`: the possessive is in the name."""
        tokens = self.tokens
        if known > position or not tokens[position].possessive or position + 1 >= len(tokens):
            return None
        if not tokens[position + 1].is_capitalised:
            return None
        surface = f"{tokens[position].text}'s {tokens[position + 1].text}"
        facts = self.names.lookup(surface)
        if not facts:
            return None
        return Candidate(self.sentence, position, position + 2, "place", surface, facts=facts)

    def _abbreviation(self, position: int) -> Candidate | None:
        """`Gainesville, Va.`: a state's short form, after a comma or in brackets only."""
        tokens = self.tokens
        if position >= len(tokens):
            return None
        before = tokens[position - 1].text if position else ""
        dotted = position + 1 < len(tokens) and tokens[position + 1].text == "."
        text = tokens[position].text
        state = self.lexicon.abbreviations.get(text + "." * dotted)
        state = state or self.lexicon.abbreviations.get(text)
        named = position > 1 and tokens[position - 2].is_capitalised
        if state is None or before not in {",", "("} or not (named or before == "("):
            return None
        end = position + 1 + (text + "." in self.lexicon.abbreviations and dotted)
        found = Candidate(self.sentence, position, end, "place", state, settled=True)
        found.facts = self.names.lookup(state)
        found.reasons = [f"the short form of {state}"]
        return found

    def _place(self, position: int, *, shortest: int) -> Candidate | None:
        tokens, run = self.tokens, self.run
        limit = min(run.last, position + _LONGEST_NAME)
        # a noun that follows may belong to the name: Rafah crossing, Jabaliya refugee camp
        end = limit
        while end - position >= shortest:
            if self._may_end(position, end):
                for stretch in self._stretches(position, end):
                    surface = self._surface(position, stretch)
                    facts = self.names.lookup(surface)
                    if facts:
                        whole = position == run.first and end == run.last
                        if stretch == end and self._is_part(position, end, facts):
                            return self._unknown(position)
                        return Candidate(
                            self.sentence,
                            position,
                            self._with_capital_district(end, facts),
                            "place",
                            surface,
                            facts=facts,
                            whole=whole,
                        )
            end -= 1
        opens = position == run.first or tokens[position - 1].lower == "and"
        return self._unknown(position) if shortest == 1 and opens else None

    def _is_part(self, first: int, last: int, facts: Sequence[NameFact]) -> bool:
        """Tell whether it is a small part of a longer name that the text takes for a place.

        `the village of Abu Sunun`, where an Abu is known, and no Abu Sunun.
        """
        listed = self.tokens[first - 1].lower in {"and", "or"} if first else False
        if not (first == self.run.first or listed) or last == self.run.last:
            return False
        if self.sentence.headline:
            return False
        rest = self.tokens[last : self.run.last]
        if any(not (t.is_capitalised or t.joined) or t.lower in self.lexicon.nouns for t in rest):
            return False
        whole = Candidate(self.sentence, first, self.run.last, "place", "")
        if names_settlement(whole, self.lexicon):
            return True
        if listed:
            known = self._is_known_after(first)
            return not known and is_plain(self.sentence, first, self.run.last, self.lexicon)
        own = fold(facts[0].name) == fold(self._surface(first, last))  # Caño is no Kano
        large = facts[0].kind in AREAS or max((f.population or 0) for f in facts) >= _NOTABLE
        return not (own and large) and bool(first) and self.tokens[first - 1].lower in LOCATED

    def _is_known_after(self, first: int) -> bool:
        """Tell whether the index knows the rest of the run by itself: `Goma and Ain Sake`."""
        return any(
            self.names.lookup(self._surface(index, self.run.last))
            for index in range(first + 1, self.run.last)
        )

    def _with_capital_district(self, end: int, facts: Sequence[NameFact]) -> int:
        """`Washington, D.C.`: the short form is the city's own."""
        tokens = self.tokens
        if end + 1 >= len(tokens) or tokens[end].text != ",":
            return end
        state = self.lexicon.abbreviations.get(tokens[end + 1].text)
        own = {fact.place_id for fact in self.names.lookup(state)} if state else set()
        return end + 2 if own & {fact.place_id for fact in facts if fact.kind == "city"} else end

    def _may_end(self, position: int, end: int) -> bool:
        tokens, last = self.tokens, self.tokens[end - 1]
        if (
            end + 1 < self.run.last
            and tokens[end + 1].joined
            and not last.possessive
            and tokens[end].lower in _STRONG_CONNECTORS
        ):
            return False  # the Bab of Bab al-Tabbaneh
        return last.kind != "mark" and (last.is_capitalised or end - position == 1)

    def _stretches(self, position: int, end: int) -> Iterator[int]:
        tokens = self.tokens
        bare = self.tokens[position].lower not in self.lexicon.words
        if bare and end == self.run.last and not tokens[end - 1].possessive:
            for length in (2, 1):
                part = tokens[end : end + length]
                if len(part) == length and self._names_a_site(part):
                    yield end + length
        yield end

    def _names_a_site(self, part: tuple[Token, ...]) -> bool:
        """`crossing`, `refugee camp`: with it the name means another place than without."""
        nouns = self.lexicon.nouns
        last = part[-1].lower
        return (nouns.get(last) == "site" or last == "camp") and all(
            token.lower in nouns or token.lower in {"refugee", "border"} for token in part
        )

    def _surface(self, first: int, last: int) -> str:
        words: list[str] = []
        for token in self.tokens[first:last]:
            if token.kind == "mark":
                continue
            words.append(("-" if token.joined and words else " ") + token.text)
        return "".join(words).strip()

    def _unknown(self, position: int) -> Candidate | None:
        """Keep a name that no index knows where the text itself takes it for a place."""
        tokens, last = self.tokens, self.run.last
        for index in range(position, last):
            if tokens[index].lower == "and":
                last = index
                break
        while last > position and not tokens[last - 1].is_capitalised:
            last -= 1
        if last <= position or tokens[position].lower in self.lexicon.words:
            return None
        unknown = Candidate(self.sentence, position, last, "place", self._surface(position, last))
        if is_taken_for_place(self.sentence, self.run.first, position, last, self.lexicon):
            unknown.settled = True
            unknown.reasons = ["taken for a place by the words beside it, in no name index"]
            return unknown
        if names_settlement(unknown, self.lexicon) or may_be_listed(
            self.sentence, position, last, self.lexicon
        ):
            return unknown
        return None


def _article(entry: Entry) -> str:
    if entry.class_ == "demonym":
        return f"a demonym of {entry.place or 'a people'}"
    return f"{'an' if entry.kind[:1] in 'aeiou' else 'a'} {entry.kind}"
