"""Later words for a place: `the city`, `both towns`, `there`, `storm it`, or none at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.text.datelines import is_dateline
from geo.text.menace import find_threat
from geo.text.roles import read_part
from geo.text.scene import Scene
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.lexicon import Lexicon
    from geo.text.scene import Part

_LOOK_BACK = 3  # sentences
_NOUNS = word_set(
    "city town village camp port hub settlement enclave stronghold municipality metropolis "
    "township locality suburb district crossing hamlet centre center"
)
_WIDE_NOUNS = frozenset({"enclave", "territory", "strip", "region", "province", "island"})
_PLURAL_NOUNS = word_set("towns cities villages camps settlements places ports")
_HERE = frozenset({"here"})
_DETERMINERS = frozenset({"the", "this", "that", "their"})
_BOTH = frozenset({"both", "two", "three", "these", "those"})
_TAKING = ("assault", "seizing", "siege", "encircle", "reaching", "nearing")
_EXISTENTIAL = word_set("is are was were has have had will would may might could can seems remains")
_PEOPLE = frozenset({"residents", "inhabitants", "townspeople", "villagers"})
_SPEAKING = frozenset({"said", "say", "says", "told", "warned", "added"})
_PARTS = frozenset({"hall", "council", "clerk", "chief", "elders", "crier"})
_SIZES = word_set("some about nearly almost around over half a more")


@dataclass(frozen=True, slots=True)
class _Reference:
    """Units that stand for a place; `nouns` say what it is called.

    Attributes
    ----------
    lead
        A preposition that goes before the place when it is put in.
    several
        Whether all places of the list before are meant.
    """

    first: int
    last: int
    nouns: frozenset[str]
    lead: str = ""
    several: bool = False


def read_echoes(
    scenes: Sequence[Scene], number: int, lexicon: Lexicon, parts: Mapping[int, Part]
) -> Iterator[tuple[Candidate, Part]]:
    """Yield the places that a sentence speaks of without their names, and the part they play.

    `the city` is the first town named in the sentence itself before it, or in the last of the
    three sentences before that names one; where it is threatened, rather the town there that is
    so already, by its part in `parts` (by the identity of its name).
    """
    scene = scenes[number]
    references = list(_find_references(scene.units))
    if not references and (part := find_threat(scene)) is not None:
        antecedent = _find_topic(scenes, number)
        if antecedent is not None:
            yield antecedent, part
    for reference in references:
        for antecedent in _find_antecedents(scenes, number, reference):
            part = _read_stand_in(scene, reference, antecedent, lexicon)
            here = any(unit.name is antecedent for unit in scene.units)
            if part.role == "threatened" and not reference.several and not here:
                antecedent = _find_threatened(scenes, number, parts) or antecedent  # noqa: PLW2901
            if part.role in {"threatened", "site", "venue"}:
                yield antecedent, part


def _read_stand_in(
    scene: Scene, reference: _Reference, antecedent: Candidate, lexicon: Lexicon
) -> Part:
    """Read the sentence with the name put in."""
    first = scene.units[min(reference.first, len(scene.units) - 1)]
    stand_in = replace(first, kind="name", cue=None, verbs=(), name=antecedent)
    inserted: tuple[Unit, ...] = (stand_in,)
    if reference.lead:
        inserted = (replace(first, lower=reference.lead, cue=None, verbs=()), stand_in)
    units = (*scene.units[: reference.first], *inserted, *scene.units[reference.last :])
    place = reference.first + len(inserted) - 1
    return read_part(Scene(units, lexicon, scene.year), place)


def _find_references(units: tuple[Unit, ...]) -> Iterator[_Reference]:
    placeless = not any(unit.is_place for unit in units)
    for index, unit in enumerate(units):
        if unit.name is not None:
            continue
        reference = _read_noun(units, index)
        if reference is not None:
            yield reference
        elif unit.lower == "it" and index and units[index - 1].has_verb(*_TAKING):
            yield _Reference(index, index + 1, frozenset({"it"}))
        elif unit.lower == "there" and index and _is_local(units, index):
            yield _Reference(index, index + 1, frozenset({"there"}), lead="in")
        elif unit.lower == "here" and index:
            yield _Reference(index, index + 1, _HERE, lead="in")
        elif placeless and unit.lower in _PEOPLE and not _is_named(units, index):
            yield _Reference(index + 1, index + 1, frozenset({"there"}), lead="of")


def _read_noun(units: tuple[Unit, ...], index: int) -> _Reference | None:
    """Read `the town` and `both towns`."""
    word = units[index].lower
    several = word in _PLURAL_NOUNS
    if not several and word not in _NOUNS and word not in _WIDE_NOUNS:
        return None
    start = _find_determiner(units, index, _BOTH if several else _DETERMINERS)
    if start is None or _is_named(units, index):
        return None
    noun = word.removesuffix("s") if several else word
    return _Reference(start, index + 1, frozenset({noun}), several=several)


def _find_determiner(units: tuple[Unit, ...], noun: int, determiners: frozenset[str]) -> int | None:
    """Return the unit of `the` in `the crowded border town`."""
    start = noun - 1
    while start >= 0 and noun - start < 4 and units[start].lower not in determiners:
        start -= 1
    if start < 0 or units[start].lower not in determiners or units[start].cue:
        return None
    if any(step.kind == "mark" or step.name for step in units[start:noun]):
        return None
    return start


def _is_named(units: tuple[Unit, ...], noun: int) -> bool:
    """Tell `the town of X` and `the city X` from `the town` and `the town of 20,000`."""
    if noun + 1 >= len(units):
        return False
    after = units[noun + 1]
    if after.lower == "of" and noun + 2 < len(units):
        size = units[noun + 2]
        return not (size.kind == "number" or size.lower in _SIZES)
    return after.is_place or after.lower in _PARTS


def _is_local(units: tuple[Unit, ...], index: int) -> bool:
    """Tell `a raid there` from `there was a raid` and `out there`."""
    after = units[index + 1].lower if index + 1 < len(units) else ""
    if units[index].possessive or after in _EXISTENTIAL | _SPEAKING:
        return False
    return units[index - 1].kind != "mark"


def _find_antecedents(
    scenes: Sequence[Scene], number: int, reference: _Reference
) -> Sequence[Candidate]:
    """Seats of government come last: they are where people speak more often than `the town`."""
    if reference.nouns is _HERE:
        return _find_dateline(scenes)
    seats = scenes[number].lexicon.seats
    last_resort: Sequence[Candidate] = ()
    for back in range(number, max(-1, number - _LOOK_BACK - 1), -1):
        units = scenes[back].units
        limit = reference.first if back == number else len(units)
        named = [
            unit.name
            for unit in units[:limit]
            if unit.is_place
            and unit.name is not None
            and _fits(unit.name, wide=bool(reference.nouns & _WIDE_NOUNS))
        ]
        named = [name for name in named if not is_dateline(name)] or named
        plain = [name for name in named if name.key not in seats]
        called = [name for name in plain if _is_called(name, reference.nouns)]
        if plain and reference.several:
            return plain if len(plain) > 1 else ()
        if plain:
            return (called or plain)[:1]
        if named and not last_resort:
            last_resort = named[:1]
    return last_resort


def _find_dateline(scenes: Sequence[Scene]) -> Sequence[Candidate]:
    """Return the town that the article was sent from: `here`."""
    for scene in scenes[:_LOOK_BACK]:
        for unit in scene.units:
            name = unit.name
            if unit.is_place and name is not None and is_dateline(name):
                fits = _fits(name, wide=False) and name.key not in scene.lexicon.seats
                return (name,) if fits else ()
    return ()


def _find_threatened(
    scenes: Sequence[Scene], number: int, parts: Mapping[int, Part]
) -> Candidate | None:
    """Return the town last named as threatened, near enough for `the town` to be it."""
    for back in range(number, max(-1, number - _LOOK_BACK - 1), -1):
        for unit in reversed(scenes[back].units):
            part = parts.get(id(unit.name)) if unit.is_place else None
            if part is None or unit.name is None or not _fits(unit.name, wide=False):
                continue
            if part.role == "threatened" and part.modality != "denied":
                return unit.name
    return None


def _find_topic(scenes: Sequence[Scene], number: int) -> Candidate | None:
    """Return the one town that the sentence before speaks of, None if it speaks of several."""
    if not number:
        return None
    before = scenes[number - 1]
    towns = {
        unit.name.key: unit.name
        for unit in before.units
        if unit.is_place
        and unit.name is not None
        and _fits(unit.name, wide=False)
        and unit.name.key not in before.lexicon.seats
    }
    told_past = any(unit.cue == "past" for unit in before.units)
    return next(iter(towns.values())) if len(towns) == 1 and not told_past else None


def _fits(name: Candidate, *, wide: bool) -> bool:
    if name.kind == "country":
        return False
    if wide:
        return name.kind in {"region", "admin1", "admin2"}
    town = any(fact.kind in {"city", "point"} for fact in name.facts) and name.hint is None
    return name.kind in {"city", "point", "admin2", None} or town


def _is_called(name: Candidate, nouns: frozenset[str]) -> bool:
    tokens = name.sentence.tokens[max(0, name.first - 4) : name.first]
    return any(token.lower in nouns for token in tokens)
