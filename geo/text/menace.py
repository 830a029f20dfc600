"""A place in a sentence that tells of violence to come, tied to it by nothing but nearness."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.datelines import is_dateline
from geo.text.forces import WEAPONS, is_armed, leads_armed
from geo.text.governors import LOCATIVE, find_governor
from geo.text.heads import MOVING, VIOLENT, has_own_place, is_told_about
from geo.text.modality import is_past, read_violence
from geo.text.scene import Part
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.governors import Governor
    from geo.text.scene import Scene

_AROUND = 40  # units on either side in which arms and what is to come are looked for
_REACH = 26  # units on either side of the place
_BESIDE = LOCATIVE | frozenset({"on", "of", "for"})
_COMPARING = frozenset({"as", "than", "far"})
_POINTING = frozenset({"point", "points", "pointed", "attention", "turn"})
_THREATENING = frozenset({"threaten", "threatens", "threatened", "threatening"})
_PEACEFUL = word_set(
    "strike boycott resign sue leave quit withdraw impose cut close walk expel suspend stop end "
    "veto pull sanctions court protest"
)
_BOMBS = WEAPONS - word_set("fire flames guns gun aircraft jets drones drone weapons shell bomb")
_NO_DEEDS = frozenset(
    {"target", "targets", "fire", "fires", "level", "rock", "shot", "shots", "crash"}
)
_PEACE = word_set(
    "guard guards protect protects exercise exercises drill drills housed deal agreed accord "
    "peacekeepers observers withdraw withdrawn withdrew disarm quiet calm parade school returned "
    "home hope hopes join training vote election voters polls volunteers"
)
_NEARER = frozenset({"coming", "nearer", "closer", "approaching"})
_DISTANCES = word_set("hour hours kilometres kilometers km miles day days march drive")
_SUBJECT = 7  # units from those who come to the word that says so
_PASSING = ("leaving", "travel", "visiting", "flight", "talks", "hosting")
_SPEAKERS = word_set(
    "reporters parliament ministers minister officials official diplomats diplomat ambassador "
    "embassy agency spokesman spokeswoman correspondent newspaper born based"
)


def read_menace(scene: Scene, place: int, name: Candidate, governor: Governor) -> Part | None:
    """Return `threatened` for the town nearest to what is threatened or feared in its sentence."""
    if not _may_be_target(scene, place, name, governor):
        return None
    for anchor in _near(len(scene.units), place):
        if not _is_harmful(scene, anchor) or _belongs_elsewhere(scene, anchor, place):
            continue
        modality = _foretell(scene, anchor)
        if modality not in {"threatened", "planned"}:
            continue
        if _is_said_there(scene, place, governor, anchor):
            return None
        word = scene.units[anchor].lower
        reason = f"nearest town to a {modality} {word!r}"
        token = scene.units[anchor].token
        return Part("threatened", modality, "attack", reason, loose=True, anchor=token)
    return _read_arms(scene, place, name)


def _read_arms(scene: Scene, place: int, name: Candidate) -> Part | None:
    """Read `they dread the answer: more bombs are expected`: arms, and something to come."""
    if len(scene.towns - scene.lexicon.seats.keys()) > 1:
        return None
    units = scene.units[max(0, place - _AROUND) : place + _AROUND]
    if any(
        unit.cue in {"denial", "negation", "neutral", "talks"} or unit.lower in _PEACE
        for unit in units
    ):
        return None
    arms = next((unit for unit in units if is_armed(unit) or unit.lower in WEAPONS), None)
    coming = next((unit for unit in units if _is_coming(unit)), None)
    if arms is None or coming is None:
        return None
    part = scene.prospect(place, place, f"{coming.lower!r} said of {arms.lower!r}", name)
    return part and replace(part, loose=True)


def _is_coming(unit: Unit) -> bool:
    if unit.name is not None or unit.lower in {"can", "any", "potential", "possible"}:
        return False
    return unit.cue == "threat"


def find_threat(scene: Scene) -> Part | None:
    """Return the part of the place that a sentence without one must speak of, if it threatens."""
    if any(unit.is_place for unit in scene.units):
        return None
    for anchor in range(len(scene.units)):
        if _is_harmful(scene, anchor):
            modality = _foretell(scene, anchor)
            if modality in {"threatened", "planned"}:
                word = scene.units[anchor].lower
                reason = f"a {modality} {word!r} told of later"
                return Part("threatened", modality, "attack", reason, loose=True)
    return None


def _is_said_there(scene: Scene, place: int, governor: Governor, anchor: int) -> bool:
    """Read `In X, the minister warned of an attack`: X is where it was said."""
    fronted = governor.index == 0 or scene.units[governor.index - 1].kind == "mark"
    if not fronted or anchor < place:
        return False
    lexicon = scene.lexicon
    return any(
        unit.lower in lexicon.mind["people"] or (unit.lower,) in lexicon.titles
        for unit in scene.units[place:anchor]
    )


def _near(length: int, place: int) -> Iterator[int]:
    for step in range(1, _REACH):
        if place + step < length:
            yield place + step
        if place - step >= 0:
            yield place - step


def _may_be_target(scene: Scene, place: int, name: Candidate, governor: Governor) -> bool:
    if scene.is_wide(name) or scene.is_government(name) or is_dateline(name):
        return False
    units = scene.units
    after = units[place + 1].lower if place + 1 < len(units) else ""
    if after in {"road", "highway", "border"} or units[place - 1].lower in _COMPARING:
        return False
    if governor.kind == "word" and units[governor.index].has_verb(*_PASSING):
        return False
    if governor.kind == "preposition" and not _lies_there(scene, governor):
        return False
    return not is_past(units, place, place, scene.year)


def _lies_there(scene: Scene, governor: Governor) -> bool:
    """Tell a preposition that says where something is, not where it comes from or was said."""
    before = scene.units[governor.index - 1] if governor.index > 0 else None
    word = before.lower if before is not None else ""
    if governor.lower not in _BESIDE and not (governor.lower == "to" and word in _POINTING):
        return False
    placed = before is not None and before.is_place
    return not (placed or word in _SPEAKERS or word in scene.lexicon.reporting)


def _is_harmful(scene: Scene, index: int) -> bool:
    units, unit = scene.units, scene.units[index]
    if unit.name is not None or unit.lower in _NO_DEEDS:
        return False
    harmful = (
        unit.cue in VIOLENT
        or unit.lower in _THREATENING
        or unit.lower in _BOMBS
        or unit.has_verb("assault", "siege", "harm")
        or _comes_near(units, index)
        or (unit.cue in MOVING and leads_armed(units, index))
    )
    if not harmful or (index and units[index - 1].cue == "against"):
        return False
    return not is_told_about(units, index)


def _foretell(scene: Scene, anchor: int) -> str:
    units = scene.units
    if _comes_near(units, anchor):
        return "threatened"
    if units[anchor].lower in _THREATENING:
        after = [unit.lower for unit in units[anchor + 1 : anchor + 7]]
        sworn = "to" in after and not set(after) & _PEACEFUL
        return "threatened" if sworn else "actual"
    return read_violence(units, anchor, anchor, scene.year)


def _comes_near(units: tuple[Unit, ...], index: int) -> bool:
    """Tell `the militia is coming` and `the rebels are an hour away`."""
    word = units[index].lower
    near = word in _NEARER or (word == "away" and units[index - 1].lower in _DISTANCES)
    return near and leads_armed(units, index, _SUBJECT)


def _belongs_elsewhere(scene: Scene, anchor: int, place: int) -> bool:
    """Tell whether another town stands nearer to the anchor, so that it is meant."""
    units = scene.units
    if not (place > anchor and units[place].clause == units[anchor].clause) and has_own_place(
        units, anchor
    ):
        return True
    step = abs(anchor - place)
    first = anchor if units[anchor].lower in _THREATENING else max(0, anchor - step + 1)
    return any(
        _rivals(scene, index) and not _same_list(units, index, place)
        for index in range(first, min(len(units), anchor + step))
        if index != place and units[index].is_place
    )


def _rivals(scene: Scene, index: int) -> bool:
    name = scene.units[index].name
    if name is None or is_dateline(name):
        return False
    leads = find_governor(scene.units, index, scene.lexicon).kind == "none"
    return not (leads and scene.is_government(name))


def _same_list(units: tuple[Unit, ...], one: int, other: int) -> bool:
    low, high = min(one, other), max(one, other)
    return all(unit.lower in {",", "and", "or"} or unit.is_place for unit in units[low : high + 1])
