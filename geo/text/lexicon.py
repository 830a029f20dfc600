"""The word lists beside this module, read once and looked up by phrase."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.resources import package_file
from geo.text.tokens import fold, split_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo.text.tokens import Token

_PLURAL_FREE = ("ese", "ish", "ch", "men", "man", "s", "z")
_ACRONYM_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """A name that the lexicons know.

    Attributes
    ----------
    class_
        `place`, `demonym`, `actor` or `organisation`.
    place
        Name of the place that it stands for or belongs to, None: of no one place.
    country
        ISO 3166-1 alpha-2 of that place.
    kind
        `country`, `region`, or the kind of actor (`armed group`, `media` ...).
    """

    name: str
    class_: str
    place: str | None
    country: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by their first word, longest first; each with what it stands for."""

    by_first: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...], Entry | str], ...]]

    def match(self, tokens: Sequence[Token], start: int) -> tuple[int, Entry | str] | None:
        """Return the end (exclusive) and value of the longest phrase that begins at `start`."""
        entries = self.by_first.get(tokens[start].lower)
        if entries is None:
            return None
        after = tokens[start + 1].lower if start + 1 < len(tokens) else None
        for words, written, value in entries:
            if len(words) > 1 and words[1] != after:
                continue
            end = start + len(words)
            part = tokens[start:end]
            if len(words) > 2 and tuple([token.lower for token in part]) != words:
                continue
            if isinstance(value, Entry) and not _is_written_as_name(part, written):
                continue
            return end, value
        return None


def _is_written_as_name(tokens: Sequence[Token], written: tuple[str, ...]) -> bool:
    """Names need their capitals; acronyms all of them, so that `us` is no country."""
    for token, form in zip(tokens, written, strict=True):
        if form.isupper() and len(form) <= _ACRONYM_LENGTH:
            if token.text != form:
                return False
        elif form[0].isupper() and not token.text[0].isupper():
            return False
    return True


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists.

    Attributes
    ----------
    names
        Countries, demonyms, armed groups, organisations, media.
    cues
        Phrases that a role or a modality is read from.
    titles
        Titles and offices before a person's name, as tuples of folded words.
    verbs
        Verb form to (category, form), form one of `base`, `third`, `past`, `participle`, `ing`.
    first_names, place_first_names, surnames, words, reporting
        Sets of folded words.
    nouns
        Nouns that tell something about a place: settlement, area, site, part, population.
    mind
        What governments do and have: `verb`, `weak`, `noun`, `people`.
    organisations
        Words that make a name an organisation's: `suffix`, `prefix`, `media`.
    features
        Words that open (`before`) or end (`after`) the name of what they are, with its kind:
        `nature`, `unit`, `facility`, `street`.
    abbreviations
        Short forms of states and provinces, as written, to their names.
    country_codes
        Folded name of a country to its code.
    seats
        Folded name of a seat of government to its country's code.
    """

    names: Phrases
    cues: Phrases
    titles: frozenset[tuple[str, ...]]
    verbs: Mapping[str, tuple[tuple[str, str], ...]]
    first_names: frozenset[str]
    place_first_names: frozenset[str]
    surnames: frozenset[str]
    words: frozenset[str]
    reporting: frozenset[str]
    nouns: Mapping[str, str]
    mind: Mapping[str, frozenset[str]]
    organisations: Mapping[str, frozenset[str]]
    features: Mapping[str, Mapping[str, str]]
    abbreviations: Mapping[str, str]
    country_codes: Mapping[str, str]
    seats: Mapping[str, str]


@functools.cache
def load_lexicon() -> Lexicon:
    """Read the word lists; they never change, so they are read once a process."""
    return Lexicon(
        names=_to_phrases(_read_names()),
        cues=_to_phrases((row["phrase"], row["category"]) for row in _read_rows("cues.csv")),
        titles=frozenset(
            tuple(token.lower for token in split_tokens(line)) for line in _read_lines("titles.txt")
        ),
        verbs=_read_verbs(),
        first_names=_read_words("first_names.txt"),
        place_first_names=_read_words("place_first_names.txt"),
        surnames=_read_words("surnames.txt"),
        words=_read_words("words.txt"),
        reporting=_read_words("reporting.txt"),
        nouns={row["noun"]: row["category"] for row in _read_rows("nouns.csv")},
        mind=_read_sections("mind.txt"),
        organisations=_read_sections("organisations.txt"),
        features={
            position: {
                row["word"]: row["kind"]
                for row in _read_rows("features.csv")
                if row["position"] == position
            }
            for position in ("before", "after")
        },
        abbreviations={row["form"]: row["place"] for row in _read_rows("abbreviations.csv")},
        country_codes={
            fold(country): row["iso2"]
            for row in _read_rows("countries.csv")
            for country in row["names"].split("|")
            if country
        },
        seats={
            fold(seat): row["iso2"]
            for row in _read_rows("countries.csv")
            for seat in row["seats"].split("|")
            if seat
        },
    )


def _read_names() -> Iterator[tuple[str, Entry]]:
    for row in _read_rows("actors.csv"):
        country = row["country"] or None
        yield row["name"], Entry(row["name"], row["class"], None, country, row["kind"])
    for row in _read_rows("countries.csv"):
        names = [name for name in row["names"].split("|") if name]
        place = names[0] if names else None
        for name in names:
            yield name, Entry(name, "place", place, row["iso2"], "country")
        for demonym in filter(None, row["demonyms"].split("|")):
            for form in _plural(demonym):
                yield form, Entry(form, "demonym", place, row["iso2"], "country")
    for row in _read_rows("demonyms.csv"):
        entry_place, country = row["place"] or None, row["country"] or None
        for form in _plural(row["demonym"]):
            yield form, Entry(form, "demonym", entry_place, country, "region")


def _plural(demonym: str) -> tuple[str, ...]:
    return (demonym,) if demonym.endswith(_PLURAL_FREE) else (demonym, demonym + "s")


def _to_phrases(pairs: Iterator[tuple[str, Entry | str]]) -> Phrases:
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], Entry | str]]] = {}
    for phrase, value in pairs:
        tokens = split_tokens(phrase)
        words = tuple(token.lower for token in tokens)
        found.setdefault(words[0], []).append((words, tuple(t.text for t in tokens), value))
    return Phrases(
        {
            first: tuple(sorted(entries, key=lambda entry: -len(entry[0])))
            for first, entries in found.items()
        }
    )


def _read_verbs() -> dict[str, tuple[tuple[str, str], ...]]:
    forms: dict[str, list[tuple[str, str]]] = {}
    for row in _read_rows("verbs.csv"):
        base, category = row["base"], row["category"]
        past = row["past"] or _inflect(base, "ed")
        for form, word in (
            ("base", base),
            ("third", base + ("es" if base.endswith(("s", "sh", "ch", "x")) else "s")),
            ("past", past),
            ("participle", row["participle"] or past),
            ("ing", _inflect(base, "ing")),
        ):
            entry = (category, form)
            if entry not in forms.setdefault(word, []):
                forms[word].append(entry)
    return {word: tuple(entries) for word, entries in forms.items()}


_DOUBLED = frozenset({"hit", "kidnap", "confer", "control", "overrun", "trap", "level", "travel"})


def _inflect(base: str, ending: str) -> str:
    if base == "die":
        return "died" if ending == "ed" else "dying"
    if base.endswith("e") and not base.endswith("ee"):
        return base[:-1] + ending
    if base.endswith("ee"):
        return base + ("d" if ending == "ed" else ending)
    if base.endswith("y") and ending == "ed" and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return (base + base[-1] if base in _DOUBLED else base) + ending


def _read_rows(name: str) -> list[dict[str, str]]:
    with package_file("text", f"lexicons/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _read_lines(name: str) -> Iterator[str]:
    for line in package_file("text", f"lexicons/{name}").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.strip()


def _read_words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for line in _read_lines(name) for word in line.split())


def _read_sections(name: str) -> dict[str, frozenset[str]]:
    sections: dict[str, set[str]] = {}
    section = ""
    for line in _read_lines(name):
        if line.startswith("["):
            section = line.strip("[]")
            sections[section] = set()
        else:
            sections[section].update(word.lower() for word in line.split())
    return {key: frozenset(words) for key, words in sections.items()}
