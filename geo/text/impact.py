"""What weapons do to a place: `rockets fell on X`, `a mortar round landed in X`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.forces import WEAPONS
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.governors import Governor
    from geo.text.scene import Part, Scene

_REACH = 9  # units to the left of the preposition
_SOURCE = 8  # units between a weapon and what it does
_PLACED = word_set(
    "on in into at near outside onto over behind against upon around across towards toward of"
)
_STRIKING = word_set(
    "fell fall falls falling landed land lands landing rained rain raining hit hits hitting "
    "struck strike strikes exploded explode came come coming crashed slammed reached reach "
    "reaching burst dropped drop dropping aimed aim aiming thrown throw threw tossed turned "
    "turn turning turns fired fire firing launched lobbed hurled directed trained planted "
    "detonated went pelted slam tore ripped smashed ploughed"
)
_ARMS = WEAPONS | word_set(
    "round rounds debris projectile projectiles salvo salvos volley warhead barrel fragments "
    "mine mines shrapnel dynamite petrol firebombs device devices munitions jets jet"
)


def read_impact(scene: Scene, place: int, governor: Governor) -> Part | None:
    """Return the part of a place that a weapon falls on, or is to fall on."""
    units, at = scene.units, governor.index
    if governor.kind == "word":
        verb = at if units[at].lower in {"reach", "reached", "reaches", "reaching"} else None
    elif governor.lower in _PLACED:
        verb = next(
            (
                index
                for index in range(at - 1, max(-1, at - _REACH), -1)
                if units[index].lower.split()[0] in _STRIKING
            ),
            None,
        )
    else:
        return None
    if verb is None or units[verb].clause != units[at].clause:
        return None
    if any(unit.is_place or unit.lower == "from" for unit in units[verb:at]):
        return None
    near = units[max(0, verb - _SOURCE) : at]
    if not any(unit.lower.split()[0] in _ARMS and unit.clause == units[at].clause for unit in near):
        return None
    return scene.violence(verb, place)
