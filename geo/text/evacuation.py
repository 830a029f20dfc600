"""Orders to leave and times set for it, which tell that an attack is coming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.forces import CROWDS, is_armed
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.clauses import Unit
    from geo.text.governors import Governor
    from geo.text.scene import Part, Scene

_REACH = 24  # units
_BEHIND = 10  # units after the place
_ORDERS = word_set(
    "told tell tells telling ordered order orders ordering urged urge urges urging warned warn "
    "warns warning asked asks instructed advised advises called calls calling appealed given give "
    "gives gave giving pleaded begged map leaflets"
)
_LIMITS = word_set("until hours days hour day week weeks month ultimatum deadline noon nightfall")
_SOLDIERS = word_set("soldiers troops forces fighters army armies tanks militia militias")
_LOCAL = word_set("authorities administration council mayor officials governor police")
_AWAY = word_set("to toward towards with by into on")
_OF_PEOPLE = word_set(
    "of in for from leave evacuate flee around near over on across inside at empty abandon quit out"
)


def read_evacuation(scene: Scene, place: int, governor: Governor) -> Part | None:
    """`ordered the people of X to leave`, `gave X two days to empty its camps`."""
    units, name = scene.units, scene.units[place].name
    if name is None or scene.is_wide(name):
        return None
    if governor.kind == "none" and scene.is_government(name):
        return None
    found = _find_order(units, place)
    if found is None:
        return None
    order, leaving = found
    if not _concerns(units, place, governor, order, leaving):
        return None
    return scene.prospect(leaving, place, f"told to leave: {units[leaving].lower!r}", name)


def _find_order(units: tuple[Unit, ...], place: int) -> tuple[int, int] | None:
    """Return the units of the order and of what it tells people to do."""
    clauses, order = {units[place].clause}, None
    if any(unit.lower == "until" for unit in units[max(0, place - _BEHIND) : place]):
        clauses.add(units[place].clause - 1)  # gave them until Sunday to leave
    if any(unit.lower == "until" for unit in units[place : place + _BEHIND]):
        clauses.add(units[place].clause + 1)
    for index in range(max(0, place - _REACH), min(len(units), place + _BEHIND)):
        unit = units[index]
        if unit.clause not in clauses:
            continue
        if unit.cue == "evacuation" and index - place < _BEHIND:
            return index, index
        if unit.lower.split()[0] in _ORDERS:
            order = index
        elif order is not None and _is_leaving(units, index, order):
            return order, index
    return None


def _is_leaving(units: tuple[Unit, ...], index: int, order: int) -> bool:
    unit = units[index]
    if unit.cue == "leaving":
        return units[index - 1].lower in {"to", "must", "immediately"}
    limited = units[order].lower.startswith(("g", "u")) and unit.lower in _LIMITS
    return limited and any(later.lower == "to" for later in units[index : index + 6])


def _concerns(
    units: tuple[Unit, ...], place: int, governor: Governor, order: int, leaving: int
) -> bool:
    evacuation = units[leaving].cue == "evacuation"
    if not evacuation and any(is_armed(unit) for unit in units[leaving:place]):
        return False  # told to withdraw its soldiers from X
    before = units[governor.index - 1].lower if governor.index > 0 else ""
    people = "population" in governor.via or before in CROWDS
    if order > place and not evacuation:
        other = any(unit.is_place for unit in units[order:leaving])
        return people or governor.kind == "none" or (before in _LOCAL and not other)
    if governor.lower in _AWAY and not evacuation:
        return False
    if not evacuation and any(unit.lower in _SOLDIERS for unit in units[leaving:place]):
        return False  # told to withdraw its soldiers from X
    return leaving == place - 1 or governor.lower in _OF_PEOPLE or bool(governor.via)
