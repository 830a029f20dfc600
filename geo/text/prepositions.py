"""What a preposition says of a place with the word before it: `offensive on X`, `capture of X`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.forces import CROWDS, FORCES, leads_armed, leads_crowd
from geo.text.heads import MOVING, VIOLENT, gathers, is_official, is_told_about
from geo.text.scene import Part, Scene
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.text.clauses import Unit
    from geo.text.governors import Governor

_OBJECT = 4  # units between a verb and `of`, as in `burned half of X`
_ADDRESSED = frozenset({"made", "posed", "issued", "directed"})
_RETREATING = word_set("withdrew withdrawing retreated retreating pulled fell fled escaped drove")
_REACH = 8  # units to the left of the preposition


def read_target(scene: Scene, place: int, governor: Governor) -> Part | None:
    """Return the part that the nearest fitting word before the preposition gives a place."""
    read = _READERS.get(governor.lower)
    if read is None:
        return None
    units = scene.units
    for steps in range(1, _REACH + 1):
        index = governor.index - steps
        if index < 0 or _is_elsewhere(units, index, governor):
            return None
        part = read(scene, index, place, steps)
        if part is not None:
            return part
    return None


def _is_elsewhere(units: tuple[Unit, ...], index: int, governor: Governor) -> bool:
    """Tell whether a word speaks of something else, so that the search ends at it."""
    unit = units[index]
    if index < governor.index - 1 and _is_taken(units, index, governor.index):
        return True
    if unit.clause != units[governor.index].clause:
        return True
    if unit.cue in {"neutral", "talks"} and governor.lower != "to":
        return True
    return (_is_moving(unit) and leads_crowd(units, index)) or is_told_about(units, index)


def _is_taken(units: tuple[Unit, ...], index: int, preposition: int) -> bool:
    """Tell whether a verb right before another place is that one's: `nears X, a gate to Y`."""
    unit = units[index]
    spreads = unit.cue == "spread" and " " in unit.lower
    telling = (
        spreads
        or unit.cue == "approach"
        or unit.has_verb("nearing", "assault", "siege", "encircle")
    )
    return telling and any(unit.is_place for unit in units[index + 1 : min(index + 4, preposition)])


def _is_violent(unit: Unit) -> bool:
    return unit.cue in VIOLENT or unit.has_verb("assault")


def _is_moving(unit: Unit) -> bool:
    return unit.cue in MOVING or unit.has_verb("approach")


def _read_on(scene: Scene, index: int, place: int, _steps: int) -> Part | None:
    """Read `advance on X`, `offensive on X`, `fired on X`."""
    unit = scene.units[index]
    if _is_moving(unit):
        return scene.violence(index, place, threat=True)
    return scene.violence(index, place) if _is_violent(unit) or unit.has_verb("harm") else None


def _read_of(scene: Scene, index: int, place: int, steps: int) -> Part | None:
    """Read `at the gates of X`, `capture of X`; control of X counts where it is only sought."""
    unit = scene.units[index]
    if unit.cue == "approach" and steps == 1:
        return scene.violence(index, place, threat=True)
    if (_is_violent(unit) or unit.has_verb("falling") or _is_moving(unit)) and steps <= 2:
        return scene.violence(index, place)
    if _is_emptied_of(scene, index, place, steps):
        return scene.violence(index, place)
    if unit.has_verb("assault", "seizing") or (
        unit.cue == "violence" and unit.lower.endswith(" to")
    ):
        between = scene.units[index + 1 : index + steps]
        done = all(step.kind == "word" and not step.cue and not step.verbs for step in between)
        return scene.violence(index, place) if done and steps <= _OBJECT else None
    if unit.lower in {"control", "hold"} and steps == 1:
        part = scene.violence(index, place)
        return part if part.role == "threatened" else None
    return None


def _is_emptied_of(scene: Scene, index: int, place: int, steps: int) -> bool:
    """Tell `drove the rebels out of X`."""
    before = scene.units[index + steps - 1].lower
    return scene.units[index].has_verb("ousting") and before == "out" and place > index


def _read_towards(scene: Scene, index: int, place: int, _steps: int) -> Part | None:
    """Read `advance towards X`, `rockets fired towards X`; crowds that move there are no threat."""
    unit = scene.units[index]
    before = {other.lower.split()[0] for other in scene.units[max(0, index - _REACH) : index + 1]}
    if before & _RETREATING:
        return None
    if _is_moving(unit):
        return scene.violence(index, place, threat=True)
    if unit.has_verb("pressing"):
        armed = leads_armed(scene.units, index)
        return scene.violence(index, place, threat=True) if armed else None
    return scene.violence(index, place) if unit.lower in {"fired", "launched", "fire"} else None


def _read_into(scene: Scene, index: int, place: int, steps: int) -> Part | None:
    """Read `send troops into X`, `incursion into X`, `spilled into X`."""
    unit = scene.units[index]
    violent = _is_violent(unit) and unit.cue != "state"
    sent = unit.lower in FORCES and steps <= _OBJECT
    if sent or violent or _spreads(unit):
        return scene.violence(index, place)
    return _read_visit(scene, index, place)


def _read_to(scene: Scene, index: int, place: int, steps: int) -> Part | None:
    """Read `advance to X`, `spread to X`, `a threat to X`, `travelled to X`."""
    unit = scene.units[index]
    if _is_moving(unit):
        return scene.violence(index, place, threat=True)
    if _spreads(unit):
        return scene.violence(index, place)
    made = any(step.lower in _ADDRESSED for step in scene.units[index : index + steps])
    threat = unit.lower in {"threat", "threats"} and (steps <= 2 or made)
    if threat and (name := scene.units[place].name) is not None:
        return scene.prospect(index, place, "a threat to it", name)
    return _read_visit(scene, index, place)


def _spreads(unit: Unit) -> bool:
    return unit.cue in {"drive", "spread", "extend"} or unit.has_verb("approach")


def _read_visit(scene: Scene, index: int, place: int) -> Part | None:
    unit = scene.units[index]
    if unit.has_verb("travel") and gathers(scene, index, "travel"):
        part = scene.violence(index, place)
        return part if part.role == "threatened" else None
    if unit.has_verb("travel", "talks") or unit.cue == "talks":
        return scene.talks(index, place) if is_official(scene, index + 1) else None
    return None


def _read_for(scene: Scene, index: int, place: int, steps: int) -> Part | None:
    """Read `evacuation orders for X`, `battle for X`, `fears for X`."""
    unit = scene.units[index]
    if unit.cue == "evacuation" and (name := scene.units[place].name) is not None:
        return scene.prospect(index, place, f"told to leave: {unit.lower!r}", name)
    if unit.lower in {"battle", "battles", "fight", "fighting", "offensive"}:
        return scene.violence(index, place)
    if unit.lower in {"fears", "fear", "alarm", "feared"} and steps <= 3:
        name = scene.units[place].name
        return (
            None if name is None else scene.prospect(index, place, f"{unit.lower!r} for it", name)
        )
    return None


def _read_from(scene: Scene, index: int, place: int, steps: int) -> Part | None:
    """Read `fighting was reported from X`, `thousands fled from X`."""
    unit = scene.units[index]
    if unit.cue in VIOLENT and steps <= 4:
        between = {step.lower for step in scene.units[index:place]}
        return scene.violence(index, place) if "reported" in between else None
    if unit.has_verb("ousting") and steps <= 2:
        return scene.violence(index, place)
    if unit.has_verb("flight", "harm") and unit.lower != "fire":
        crowd = any(u.lower in CROWDS or u.kind == "number" for u in scene.units[: index + 3])
        told = Part("site", "actual", "displacement", f"people {unit.lower!r} it")
        return told if crowd else None
    return None


_READERS: dict[str, Callable[[Scene, int, int, int], Part | None]] = {
    "on": _read_on,
    "upon": _read_on,
    "onto": _read_on,
    "against": _read_on,
    "of": _read_of,
    "toward": _read_towards,
    "towards": _read_towards,
    "into": _read_into,
    "to": _read_to,
    "for": _read_for,
    "from": _read_from,
}
