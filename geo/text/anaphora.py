"""Later words for a place: `the city`, `there`, `storm it`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.datelines import is_dateline
from geo.text.roles import read_part
from geo.text.scene import Scene
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.lexicon import Lexicon
    from geo.text.scene import Part

_LOOK_BACK = 3  # sentences
_NOUNS = word_set(
    "city town village camp port hub settlement enclave stronghold municipality metropolis "
    "township locality suburb"
)
_WIDE_NOUNS = frozenset({"enclave", "territory", "strip", "region", "province", "island"})


def read_echoes(
    scenes: Sequence[Scene], number: int, lexicon: Lexicon
) -> Iterator[tuple[Candidate, Part]]:
    """Yield the places that a sentence speaks of without their names, and the part they play.

    `the city` is the first town named in the sentence itself before it, or in the last of the
    three sentences before that names one.
    """
    scene = scenes[number]
    for first, last, nouns in _find_references(scene.units):
        antecedent = _find_antecedent(scenes, number, first, nouns)
        if antecedent is None:
            continue
        stand_in = replace(scene.units[first], kind="name", cue=None, verbs=(), name=antecedent)
        units = (*scene.units[:first], stand_in, *scene.units[last:])
        part = read_part(Scene(units, lexicon, scene.year), first)
        if part.role in {"threatened", "site", "venue"}:
            yield antecedent, part


def _find_references(units: tuple[Unit, ...]) -> Iterator[tuple[int, int, frozenset[str]]]:
    for index, unit in enumerate(units):
        before = units[index - 1] if index else None
        after = units[index + 1] if index + 1 < len(units) else None
        if unit.lower in _NOUNS | _WIDE_NOUNS and unit.name is None:
            start = index - 1
            while start >= 0 and index - start < 3 and units[start].lower not in {"the", "this"}:
                start -= 1
            if start < 0 or units[start].lower not in {"the", "this"} or units[start].cue:
                continue
            if any(step.kind == "mark" or step.name for step in units[start:index]):
                continue
            if after is not None and (after.lower == "of" or after.is_place):
                continue
            yield start, index + 1, frozenset({unit.lower})
        elif (
            unit.lower == "it"
            and before is not None
            and before.has_verb("assault", "seizing", "siege", "encircle")
        ):
            yield index, index + 1, frozenset({"it"})


def _find_antecedent(
    scenes: Sequence[Scene], number: int, position: int, nouns: frozenset[str]
) -> Candidate | None:
    """Seats of government come last: they are where people speak more often than `the town`."""
    seats = scenes[number].lexicon.seats
    last_resort: Candidate | None = None
    for back in range(number, max(-1, number - _LOOK_BACK - 1), -1):
        units = scenes[back].units
        limit = position if back == number else len(units)
        named = [
            unit.name
            for unit in units[:limit]
            if unit.is_place
            and unit.name is not None
            and _fits(unit.name, wide=bool(nouns & _WIDE_NOUNS))
        ]
        named = [name for name in named if not is_dateline(name)] or named
        plain = [name for name in named if name.key not in seats]
        called = [name for name in plain if _is_called(name, nouns)]
        if plain:
            return (called or plain)[0]
        if named and last_resort is None:
            last_resort = named[0]
    return last_resort


def _fits(name: Candidate, *, wide: bool) -> bool:
    if name.kind == "country":
        return False
    return (
        name.kind in {"region", "admin1", "admin2"}
        if wide
        else name.kind in {"city", "point", "admin2", None}
    )


def _is_called(name: Candidate, nouns: frozenset[str]) -> bool:
    tokens = name.sentence.tokens[max(0, name.first - 4) : name.first]
    return any(token.lower in nouns for token in tokens)
