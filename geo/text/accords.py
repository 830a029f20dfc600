"""Where an accord was made: `the truce signed in X`, `the deal that had been reached in X`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.modality import is_past
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.governors import Governor
    from geo.text.scene import Part, Scene

_ACCORDS = word_set(
    "accord accords agreement agreements deal deals treaty treaties understanding truce truces "
    "ceasefire cease-fire pact pacts communique roadmap settlement promises protocol armistice "
    "memorandum declaration bargain"
)
_SEALED = word_set(
    "signed reached concluded struck agreed negotiated brokered sealed promised drafted initialled "
    "made worked hammered thrashed clinched finalised sign reach conclude"
)
_REACH = 8  # units from the preposition to the verb, and from there to the accord


def read_accord(scene: Scene, place: int, governor: Governor) -> Part | None:
    """Return `venue` for the place where an accord was signed; of one made before, it is past."""
    if governor.lower not in {"in", "at"}:
        return None
    units = scene.units
    verb = next(
        (
            index
            for index in range(governor.index - 1, max(-1, governor.index - _REACH), -1)
            if units[index].lower in _SEALED
        ),
        None,
    )
    if verb is None or any(unit.is_place for unit in units[verb : governor.index]):
        return None
    near = units[max(0, verb - _REACH) : governor.index]
    if not any(unit.lower.split()[-1] in _ACCORDS for unit in near):
        return None
    part = scene.talks(verb, place)
    former = part.modality == "actual" and _is_former(scene, verb, place)
    modality = "past" if former else part.modality
    reason = f"where an accord was {units[verb].lower!r}"
    return replace(part, modality=modality, reason=reason)


def _is_former(scene: Scene, verb: int, place: int) -> bool:
    """Tell `signed in X in 2015` and `last August, in X` from this year's news."""
    if is_past(scene.units, verb, place, scene.year):
        return True
    return any(unit.lower == "last" for unit in scene.units[verb + 1 : place])
