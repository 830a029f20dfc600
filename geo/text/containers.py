"""Places inside places, as the text says it: `Lashio, Shan State`, `Rafah in Gaza`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from geo.text.candidates import AREAS
from geo.text.modality import MODALS
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.text.candidates import Candidate
    from geo.text.lexicon import Lexicon

_LINKS = frozenset({(",",), ("in",), ("(",), (",", "in"), ("of",), (",", "of")})
_SKIPPED = word_set(
    "the northern southern eastern western central north south east west northeastern northwestern "
    "southeastern southwestern far war-torn neighbouring neighboring restive province state region "
    "district capital a an city town village"
)
_PARTING = word_set(
    ", and or in on at from to with against over for by about through between before after near"
)
_MOST_BETWEEN = 6


def link_containers(candidates: Sequence[Candidate], lexicon: Lexicon) -> None:
    """Note on each candidate the enclosing place that stands beside it; later ones first."""
    for inner, outer in reversed(list(pairwise(candidates))):
        if inner.class_ != "place" or inner.sentence is not outer.sentence:
            continue
        if outer.class_ not in {"place", "demonym"}:
            continue
        parted = _leads_clause(inner, outer, lexicon) or _is_listed(inner, outer)
        if not parted and _follows(inner, outer) and _can_hold(outer, inner):
            inner.container = outer.lookup
    for outer, inner in pairwise(candidates):
        if inner.class_ != "place" or inner.container or inner.sentence is not outer.sentence:
            continue
        if (
            outer.class_ in {"place", "demonym"}
            and _precedes(outer, inner, lexicon)
            and _can_hold(outer, inner)
        ):
            inner.container = outer.lookup


def _leads_clause(inner: Candidate, outer: Candidate, lexicon: Lexicon) -> bool:
    """`If they enter Rafah, Egypt will act`: after the comma a new subject has its verb."""
    tokens = outer.sentence.tokens
    if _between(inner, outer) != [","] or outer.last >= len(tokens):
        return False
    word = tokens[outer.last].lower
    return word in MODALS | lexicon.mind["verb"] | lexicon.reporting


def _is_listed(inner: Candidate, outer: Candidate) -> bool:
    """Tell `A, B and C`, where the second of three towns holds none of them."""
    tokens = outer.sentence.tokens[outer.last : outer.last + 2]
    return (
        _between(inner, outer) == [","]
        and outer.entry is None
        and any(fact.kind == "city" for fact in outer.facts)
        and len(tokens) == 2
        and tokens[0].lower in {"and", "or"}
        and tokens[1].is_capitalised
    )


def _between(left: Candidate, right: Candidate) -> list[str]:
    tokens = left.sentence.tokens[left.last : right.first]
    return [token.lower for token in tokens] if len(tokens) <= _MOST_BETWEEN else ["..."]


def _follows(inner: Candidate, outer: Candidate) -> bool:
    if inner.sentence.tokens[inner.last - 1].possessive or outer.class_ == "demonym":
        return False
    words = tuple(word for word in _between(inner, outer) if word not in _SKIPPED)
    return words in _LINKS


def _precedes(outer: Candidate, inner: Candidate, lexicon: Lexicon) -> bool:
    """`Sudan's El Fasher`, `the Syrian city of Idlib`, `Shan State town of Lashio`."""
    words = _between(outer, inner)
    if outer.sentence.tokens[outer.last - 1].possessive:
        return all(word not in _PARTING for word in words) and (
            len(words) <= 3 or words[-1:] == ["of"]
        )
    if not words or words[-1] != "of":
        return outer.class_ == "demonym" and bool(words) and words[-1] in lexicon.nouns
    return any(lexicon.nouns.get(word) in {"settlement", "area"} for word in words[:-1]) and not (
        {",", "and", "in", "on", "to"} & set(words)
    )


def _can_hold(outer: Candidate, inner: Candidate) -> bool:
    """Tell whether it is an area, of the same country, and not the inner place itself."""
    if outer.key == inner.key or outer.lookup == inner.lookup:
        return False
    if inner.entry is not None and inner.entry.kind == "country":
        return False
    wide = outer.entry is not None or any(fact.kind in AREAS for fact in outer.facts)
    if not inner.facts and inner.score >= 0 and _between(inner, outer)[-1:] == ["of"]:
        wide = wide or bool(outer.facts)  # an unknown quarter of a known town
    if not wide:
        return False
    shared = outer.countries & inner.countries
    return bool(shared) or not inner.facts or outer.kind == "region"
