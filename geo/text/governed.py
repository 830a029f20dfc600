"""A place that a verb or a preposition governs: `shelled X`, `talks in X`, `offensive on X`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.forces import leads_armed
from geo.text.governors import LOCATIVE
from geo.text.heads import (
    AWAITED,
    BLOCKED,
    MOVING,
    VIOLENT,
    find_after,
    find_head,
    gathers,
    is_official,
)
from geo.text.modality import is_past
from geo.text.parties import read_object, read_party
from geo.text.prepositions import read_target
from geo.text.scene import Part, Scene, stands

if TYPE_CHECKING:
    from geo.text.candidates import Candidate
    from geo.text.governors import Governor

_ISSUES = frozenset({"war", "wars", "conflict", "fight", "dispute", "row", "violence"})
_TOWARDS = (" to", " into", " on", " over")
_TARGETS = frozenset({"assault", "siege"})


def read_governor(scene: Scene, place: int, name: Candidate, governor: Governor) -> Part | None:
    """Return the part that a place's governor gives it, None if it gives none."""
    if governor.kind == "none":
        return read_object(scene, name, governor)
    if governor.kind == "word":
        return _read_direct(scene, place, name, governor)
    if governor.lower in LOCATIVE or governor.via & {"part", "population"}:
        return _read_location(scene, place, governor)
    return read_target(scene, place, governor) or read_party(scene, name, governor)


def _read_direct(  # noqa: C901, PLR0911 - one return a rule
    scene: Scene, place: int, name: Candidate, governor: Governor
) -> Part | None:
    """Read a verb or a noun that takes the place without a preposition: `shelled X`, `visit X`."""
    unit, index = scene.units[governor.index], governor.index
    if _is_noun(scene, index):
        return read_object(scene, name, governor)
    if unit.lower == "spare" and any(u.cue == "urging" for u in scene.units[:index]):
        return scene.prospect(index, place, "asked to spare it", name)
    if unit.has_verb("protecting"):
        return _read_shielded(scene, place)
    near = unit.has_verb("approach") and governor.via & {"part"}  # masses south of X
    if near or unit.has_verb("encircle", "nearing") or unit.cue == "approach":
        return scene.violence(index, place, threat=True)
    if unit.cue in {"spread", "violence", "approach"} and unit.lower.endswith(_TOWARDS):
        return scene.violence(index, place)
    if unit.has_verb("seizing", *_TARGETS):
        return scene.violence(index, place)
    if unit.has_verb("visiting"):
        return scene.talks(index, place)
    if unit.has_verb("flight"):
        modality = "past" if is_past(scene.units, index, place, scene.year) else "actual"
        return Part("site", modality, "displacement", f"people {unit.lower!r} it")
    if unit.lower.startswith("threaten"):
        return scene.prospect(index, place, "threatened", name)
    if unit.cue == "urging" and scene.is_government(name):
        return stands(name, unit.lower)
    return read_object(scene, name, governor)


def _is_noun(scene: Scene, index: int) -> bool:
    """Tell `the same level` from a verb that takes a place."""
    unit, before = scene.units[index], scene.units[index - 1].lower if index else ""
    read = bool(unit.verbs) and not unit.cue and not unit.lower.endswith("ing")
    return read and before in {"the", "a", "an", "same", "this"}


def _is_quoted(scene: Scene, place: int, head: int) -> bool:
    """`In X, the minister warned of an attack`: X is where it was said."""
    return any(unit.lower in scene.lexicon.reporting for unit in scene.units[place + 1 : head])


def _read_shielded(scene: Scene, place: int) -> Part | None:
    """`protect X from an attack`."""
    units = scene.units
    for index in range(place + 1, min(len(units), place + 8)):
        if units[index].cue == "violence" and units[place + 1].lower in {"from", "against"}:
            return scene.violence(index, place, threat=True)
    return None


def _read_location(scene: Scene, place: int, governor: Governor) -> Part | None:
    """Read `clashes in X`, `talks in X`; at the head of a clause what follows is looked at."""
    units, at = scene.units, governor.index
    if at and units[at - 1].lower == "from":
        return None  # launched from near X
    head = find_head(scene, at, place)
    if head is None:
        name = units[place].name
        inner = at > 0 and units[at - 1].kind != "mark"
        if inner and name is not None and name.kind == "country":
            return None
        head = find_after(scene, place, at)
        if head is not None and _is_quoted(scene, place, head):
            part = scene.violence(head, place)
            return part if part.role == "site" and part.modality == "actual" else None
    if head is None or head == BLOCKED:
        return None
    if governor.lower == "over" and units[head].lower in _ISSUES and at - head == 1:
        return None  # the war over X
    return _read_head(scene, place, governor, head)


def _read_head(scene: Scene, place: int, governor: Governor, head: int) -> Part | None:  # noqa: PLR0911 - one return a rule
    """Return the part that the telling word gives to the place where it happens."""
    unit, name = scene.units[head], scene.units[place].name
    if unit.lower in AWAITED:
        return Part("venue", "planned", "talks", "someone is expected there")
    if unit.has_verb("travel") or gathers(scene, head):
        return _read_arrival(scene, head, place)
    nears = unit.has_verb("approach") and unit.cue not in VIOLENT
    if nears and not leads_armed(scene.units, head):
        return None
    if nears or unit.cue in MOVING:
        threat = unit.cue != "drive" and governor.lower != "in"
        return scene.violence(head, place, threat=threat)
    if unit.cue == "evacuation":
        if name is None or scene.is_wide(name):
            return None
        return scene.prospect(head, place, f"told to leave: {unit.lower!r}", name)
    if unit.cue in VIOLENT or unit.has_verb("assault", "harm", "siege"):
        return scene.violence(head, place)
    return None if unit.has_verb("flight") else scene.talks(head, place)


def _read_arrival(scene: Scene, head: int, place: int) -> Part | None:
    """Read `the envoy arrived in X` and `troops gathered near X`."""
    if gathers(scene, head):
        return scene.violence(head, place, threat=True)
    return scene.talks(head, place) if is_official(scene, head) else None
