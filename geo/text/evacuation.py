"""Orders to leave, which tell that an attack is coming."""

from __future__ import annotations

from geo.text.governors import find_governor
from geo.text.scene import Part, Scene
from geo.text.words import word_set

_REACH = 24  # units
_SOLDIERS = word_set("soldiers troops forces fighters army armies tanks militia militias")


def read_evacuation(scene: Scene, place: int) -> Part | None:
    """`ordered the people of X to leave`, `told residents to flee X`, `evacuation orders for X`."""
    units = scene.units
    clause = units[place].clause
    name = units[place].name
    if name is not None and name.kind == "country":
        return None
    told = leave = None
    for index in range(max(0, place - _REACH), min(len(units), place + 10)):
        unit = units[index]
        if unit.clause != clause:
            continue
        if unit.cue == "evacuation" and (index < place or index - place <= 8):
            told = leave = index
            break
        if unit.lower in {"told", "ordered", "urged", "warned", "asked", "instructed", "orders"}:
            told = index
        if unit.cue == "leaving" and told is not None and index and units[index - 1].lower == "to":
            leave = index
            break
    if told is None or leave is None or (told > place and units[leave].cue != "evacuation"):
        return None
    governor = find_governor(units, place, scene.lexicon)
    if units[leave].cue == "leaving" and (
        governor.lower in {"to", "toward", "towards", "with", "by", "into", "on"}
        or any(unit.lower in _SOLDIERS for unit in units[leave:place])
    ):
        return None
    if (
        leave == place - 1
        or governor.lower
        in {
            "of",
            "in",
            "for",
            "from",
            "leave",
            "evacuate",
            "flee",
            "around",
            "near",
            "to evacuate",
            "over",
            "on",
            "across",
        }
        or governor.via
    ):
        return Part("threatened", "threatened", "attack", f"told to leave: {units[leave].lower!r}")
    return None
