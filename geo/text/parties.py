"""Capitals and countries that stand for their governments: `urged Israel`, `accepted by Kyiv`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.scene import Part, Scene, stands
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.governors import Governor

_LEAVING = word_set("withdrew withdraw withdrawn withdrawing pulled pull expelled flee fled")
_SENDING = word_set("sent send sends gave gives offered told")
_REACH = {"from": 3, "of": 1, "by": 5, "with": 5, "between": 5, "to": 5}  # units to the left


def read_object(scene: Scene, name: Candidate, governor: Governor) -> Part | None:
    """Read `urged Israel`, `accused Rwanda`."""
    if governor.index < 0 or not scene.is_government(name):
        return None
    word = scene.units[governor.index].lower
    mind = scene.lexicon.mind
    return stands(name, word) if word in mind["verb"] - mind["weak"] else None


def read_party(scene: Scene, name: Candidate, governor: Governor) -> Part | None:
    """Read `representatives from Qatar`, `accepted by Israel`, `talks with Iran`."""
    if not scene.is_government(name) or governor.lower not in _REACH:
        return None
    units = scene.units
    for index in range(governor.index - 1, governor.index - 1 - _REACH[governor.lower], -1):
        if index < 0 or units[index].clause != units[governor.index].clause:
            return None
        word = units[index].lower
        if word == "border" or (governor.lower == "from" and word in _LEAVING):
            return None
        if _makes_party(scene, units[index], governor.lower):
            left = {other.lower for other in units[max(0, index - 4) : index]}
            withdrawn = governor.lower == "from" and left & _LEAVING
            return None if withdrawn else stands(name, f"{word} {governor.lower}")
    return None


def _makes_party(scene: Scene, unit: Unit, preposition: str) -> bool:
    mind = scene.lexicon.mind
    people = unit.lower in mind["people"]
    strong = unit.lower in mind["verb"] - mind["weak"]
    if preposition == "of":
        return people and unit.lower not in {"generals", "troops", "soldiers", "forces"}
    if preposition == "from":
        return people or unit.lower in mind["noun"]
    if preposition == "by":
        return strong or unit.cue is not None or bool(unit.verbs) or unit.lower.endswith("ed")
    if preposition == "to":
        return (strong and unit.lower not in _SENDING) or unit.cue == "urging"
    return unit.cue == "talks" or unit.has_verb("talks")
