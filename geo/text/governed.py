"""A place that a verb, a noun or a preposition governs: `shelled X`, `offensive on X`, `talks in X`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.governors import LOCATIVE
from geo.text.heads import (
    AWAITED,
    BLOCKED,
    CROWDS,
    MOVING,
    TROOPS,
    VIOLENT,
    find_after,
    find_head,
    gathers,
    is_official,
)
from geo.text.modality import is_past
from geo.text.scene import Part, Scene, stands
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.candidates import Candidate
    from geo.text.governors import Governor

_TARGETS = frozenset({"assault", "siege"})
_PARTY_PREPOSITIONS = frozenset({"from", "by", "with", "between", "to", "of"})
_LEAVING = word_set("withdrew withdraw withdrawn withdrawing pulled pull expelled flee fled")


def read_governor(scene: Scene, place: int, name: Candidate, governor: Governor) -> Part | None:
    if governor.kind == "none":
        return _read_object_of_mind(scene, name, governor)
    if governor.kind == "word":
        return _read_direct(scene, place, name, governor)
    if governor.lower in LOCATIVE or governor.via & {"part", "population"}:
        return _read_location(scene, place, governor)
    return _read_target(scene, place, governor) or _read_party(scene, name, governor)


def _read_object_of_mind(scene: Scene, name: Candidate, governor: Governor) -> Part | None:
    """`urged Israel`, `accused Rwanda`."""
    if governor.index < 0 or not scene.is_government(name):
        return None
    word = scene.units[governor.index].lower
    mind = scene.lexicon.mind
    return stands(name, word) if word in mind["verb"] - mind["weak"] else None


def _read_direct(scene: Scene, place: int, name: Candidate, governor: Governor) -> Part | None:
    """A verb or a noun that takes the place without a preposition: `shelled X`, `visit X`."""
    unit, index = scene.units[governor.index], governor.index
    if unit.has_verb("encircle"):
        return scene.violence(index, place, threat=True)
    if unit.has_verb("protecting"):
        return _read_shielded(scene, place)
    if unit.has_verb("approach") and governor.via & {"part"}:
        return scene.violence(index, place, threat=True)
    if unit.has_verb("nearing") or unit.cue == "approach":
        return scene.violence(index, place, threat=True)
    if unit.has_verb(*_TARGETS):
        return scene.violence(index, place)
    if unit.has_verb("seizing"):
        return scene.violence(index, place)
    if unit.has_verb("visiting"):
        return scene.talks(index, place)
    if unit.has_verb("flight"):
        former = is_past(scene.units, index, place, scene.year)
        modality = "past" if former else "actual"
        return Part("site", modality, "displacement", f"people {unit.lower!r} it")
    if unit.lower.startswith("threaten"):
        return Part("threatened", "threatened", "attack", "threatened")
    mind = scene.lexicon.mind
    if scene.is_government(name) and unit.lower in mind["verb"] - mind["weak"]:
        return stands(name, unit.lower)
    if unit.cue == "urging" and scene.is_government(name):
        return stands(name, unit.lower)
    return None


def _read_shielded(scene: Scene, place: int) -> Part | None:
    """`protect X from an attack`."""
    units = scene.units
    for index in range(place + 1, min(len(units), place + 8)):
        if units[index].cue == "violence" and units[place + 1].lower in {"from", "against"}:
            return scene.violence(index, place, threat=True)
    return None


def _read_location(scene: Scene, place: int, governor: Governor) -> Part | None:
    """`clashes in X`, `talks in X`; at the head of a clause what follows is looked at."""
    head = find_head(scene, governor.index, place)
    if head is not None and scene.units[head].lower in AWAITED:
        return Part("venue", "planned", "talks", "someone is expected there")
    if head == BLOCKED:
        return None
    if head is None:
        head = find_after(scene, place, governor.index)
    if head is None:
        return None
    unit = scene.units[head]
    if unit.has_verb("gathering"):
        return scene.violence(head, place, threat=True)
    if unit.cue in MOVING or (unit.has_verb("approach") and unit.cue not in VIOLENT):
        threat = unit.cue != "drive" and governor.lower != "in"
        return scene.violence(head, place, threat=threat)
    if unit.cue == "evacuation":
        name = scene.units[place].name
        wide = name is not None and name.kind in {"country", "region", "admin1"}
        told = Part("threatened", "threatened", "attack", f"told to leave: {unit.lower!r}")
        return None if wide else told
    if unit.cue in VIOLENT or unit.has_verb("assault", "harm", "siege"):
        return scene.violence(head, place)
    if unit.has_verb("travel"):
        return scene.talks(head, place) if is_official(scene, head) else None
    if unit.has_verb("flight"):
        return None
    return scene.talks(head, place)


def _read_target(scene: Scene, place: int, governor: Governor) -> Part | None:
    """`offensive on X`, `capture of X`, `advance towards X`, `fears for X`, `travel to X`."""
    units, preposition = scene.units, governor.lower
    steps = 0
    for index in range(governor.index - 1, max(-1, governor.index - 9), -1):
        unit = units[index]
        if unit.clause != units[governor.index].clause:
            return None
        if unit.cue in {"neutral", "talks"} and preposition not in {"to"}:
            return None
        steps += 1
        part = _read_head(scene, index, place, preposition, steps)
        if part is not None:
            return part
    return None


def _read_head(scene: Scene, index: int, place: int, preposition: str, steps: int) -> Part | None:
    unit = scene.units[index]
    violent = unit.cue in VIOLENT or unit.has_verb("assault")
    moving = unit.cue in MOVING or unit.has_verb("approach")
    if preposition in {"on", "upon", "onto", "against"}:
        if moving:
            return scene.violence(index, place, threat=True)
        if violent or unit.has_verb("harm"):
            return scene.violence(index, place)
    if preposition == "of" and unit.cue == "approach" and steps == 1:
        return scene.violence(index, place, threat=True)
    if preposition == "of" and (violent or unit.has_verb("falling") or moving) and steps <= 2:
        return scene.violence(index, place)
    if preposition == "of" and unit.lower in {"control", "hold"} and steps == 1:
        part = scene.violence(index, place)
        return part if part.role == "threatened" else None
    if preposition in {"toward", "towards", "to"} and moving:
        return scene.violence(index, place, threat=True)
    if preposition in {"toward", "towards"} and unit.has_verb("pressing"):
        crowd = any(other.lower in CROWDS for other in scene.units[max(0, index - 6) : index])
        return None if crowd else scene.violence(index, place, threat=True)
    if preposition in {"into", "to", "through"}:
        if unit.lower in TROOPS and preposition == "into":
            return scene.violence(index, place)
        if violent and preposition != "through" and unit.cue != "state":
            return scene.violence(index, place) if preposition == "into" else None
        if unit.cue == "drive" or unit.has_verb("approach") or unit.cue in {"spread", "extend"}:
            return scene.violence(index, place)
        if unit.lower == "threat" and preposition == "to":
            return Part("threatened", "threatened", "attack", "a threat to it")
        if unit.has_verb("travel") and gathers(scene, index, "travel"):
            part = scene.violence(index, place)
            return part if part.role == "threatened" else None
        if unit.has_verb("travel", "talks") or unit.cue == "talks":
            return scene.talks(index, place) if is_official(scene, index + 1) else None
    if preposition == "for":
        if unit.cue == "evacuation":
            return Part("threatened", "threatened", "attack", f"told to leave: {unit.lower!r}")
        if unit.lower in {"battle", "battles", "fight", "fighting", "offensive"}:
            return scene.violence(index, place)
        if unit.lower in {"fears", "fear", "alarm", "feared"} and steps <= 3:
            return Part("threatened", "threatened", "attack", f"{unit.lower!r} for it")
    if preposition in {"toward", "towards"} and unit.lower in {"fired", "launched", "fire"}:
        return scene.violence(index, place)
    if preposition == "from" and unit.cue in VIOLENT and steps <= 4:
        between = {step.lower for step in scene.units[index:place]}
        return scene.violence(index, place) if "reported" in between else None
    if preposition == "from" and unit.has_verb("flight", "harm") and unit.lower != "fire":
        crowd = any(u.lower in CROWDS or u.kind == "number" for u in scene.units[: index + 3])
        return (
            Part("site", "actual", "displacement", f"people {unit.lower!r} it") if crowd else None
        )
    return None


def _read_party(scene: Scene, name: Candidate, governor: Governor) -> Part | None:
    """`representatives from Qatar`, `accepted by Israel`, `talks with Iran`, `appealed to Kyiv`."""
    if not scene.is_government(name) or governor.lower not in _PARTY_PREPOSITIONS:
        return None
    units, mind = scene.units, scene.lexicon.mind
    reach = {"from": 4, "of": 2}.get(governor.lower, 6)
    for index in range(governor.index - 1, max(-1, governor.index - reach), -1):
        unit = units[index]
        if unit.clause != units[governor.index].clause or unit.lower == "border":
            return None
        word = unit.lower
        if governor.lower == "of" and (word in mind["people"] or (word,) in scene.lexicon.titles):
            return stands(name, f"{word} of")
        if governor.lower == "from" and word in _LEAVING:
            return None
        if governor.lower == "from" and (word in mind["people"] or word in mind["noun"]):
            left = {other.lower for other in units[max(0, index - 4) : index]}
            return None if left & _LEAVING else stands(name, word)
        strong = word in mind["verb"] - mind["weak"]
        if governor.lower == "by" and (strong or unit.cue or unit.verbs or word.endswith("ed")):
            return stands(name, f"{word} by")
        if governor.lower in {"with", "between"} and (
            unit.cue == "talks" or unit.has_verb("talks")
        ):
            return stands(name, word)
        if governor.lower == "to" and (strong or unit.cue == "urging"):
            return stands(name, f"{word} to")
    return None
