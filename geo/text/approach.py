"""Forces that draw near a place or stand before it: a threat without a word of violence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.forces import WEAPONS, is_armed, leads_armed
from geo.text.modality import is_modal
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.clauses import Unit
    from geo.text.governors import Governor
    from geo.text.scene import Part, Scene

_REACH = 12  # units to the left of the preposition
_NEAR = word_set("near around round outside above off within beyond opposite overlooking beside")
_ONTO = word_set("toward towards to for on against")
_EDGES = word_set(
    "edge edges outskirts suburbs suburb gates doors doorstep threshold approaches fringes "
    "limits perimeter entrance entrances"
)
_MOTION = word_set(  # under way: what has moved to a place is there
    "advance advances advanced advancing march marches marching move moves moving roll rolls "
    "rolling head heads headed heading push pushes pushed pushing press presses pressing creep "
    "creeps crept creeping edge edges edged edging inch inched inching drive driving race racing "
    "sweep sweeping converge converging converged "
    "pour pouring come coming go going gaining gained bound steaming sailing"
)
_STANCE = word_set(
    "stand stands stood standing wait waits waited waiting sit sits sat dug dig digging "
    "deployed deploying deploy deployment positions position positioned entrenched camped "
    "assembled assembling assemble moved rolled marched came drove poured swept gathered "
    "gathering gather regrouping regrouped mustered mustering massed massing mass seen spotted "
    "reached brought bringing trained trains parked stationed built building amassed amassing "
    "placed mounted lined concentrated concentrating moved taken place slipped infiltrated "
    "hiding hidden"
)
_WAYS = word_set(
    "closer on steadily slowly quickly south north east west out down up again nearer forward "
    "further farther rapidly now inland back over south-east north-east south-west north-west"
)
_DRIVING = word_set("sent send sends sending moved moving brought dispatched rushed drove rolled")
_MASSING = word_set("massing massed amassing amassed concentrating gathering assembling deploying")
_GOING = frozenset({"go", "going", "come", "coming"})
_DISTANCES = word_set(
    "kilometre kilometres kilometer kilometers km mile miles metres meters walk drive hours "
    "hour minutes march day days"
)


def read_approach(  # noqa: C901, PLR0911 - one return a rule
    scene: Scene, place: int, governor: Governor
) -> Part | None:
    """Read `columns roll towards X`, `tanks stand outside X`, `rebels are 10 km from X`."""
    if governor.kind == "word":
        return _read_range(scene, place, governor)
    if governor.kind != "preposition":
        return None
    if governor.lower == "off" and scene.units[governor.index - 1].lower in {"cut", "cutting"}:
        return scene.violence(governor.index, place, threat=True)
    units, at = scene.units, governor.index
    words = {unit.lower for unit in units[at:place]}
    if governor.lower in {"from", "of"}:
        return _read_distance(scene, place, at)
    near = governor.lower in _NEAR or bool(words & _EDGES)
    if not near and governor.lower not in _ONTO:
        return None
    for index in range(at - 1, max(-1, at - _REACH - 1), -1):
        unit = units[index]
        if unit.clause != units[at].clause or unit.is_place or unit.cue in {"neutral", "talks"}:
            return None
        between = units[index + 1 : at]
        if not near and any(other.lower not in _WAYS for other in between):
            return None  # a motion to a place stands right before it
        if _drives(unit, between, near=near, edge=bool(words & _EDGES)):
            return scene.violence(index, place, threat=True)
        if any(_does_else(other) for other in between):
            return None
        if _nears(unit, near=near) and leads_armed(units, index):
            return scene.violence(index, place, threat=True)
    return None


def _nears(unit: Unit, *, near: bool) -> bool:
    telling = (_MOTION | _STANCE) - _GOING if near else _MOTION
    return unit.kind == "word" and unit.name is None and unit.lower.split()[0] in telling


def _drives(unit: Unit, moved: tuple[Unit, ...], *, near: bool, edge: bool) -> bool:
    """Read `sent tanks to the edge of X`, `massing troops near X`: who moves follows the verb."""
    if not ((edge and unit.lower in _DRIVING) or (near and unit.lower in _MASSING)):
        return False
    return any(is_armed(other) for other in moved)


def _does_else(unit: Unit) -> bool:
    """Tell a verb of its own between a stance and its place: `seen buying plums near X`."""
    return unit.lower.endswith("ing") and unit.lower not in _MOTION | _STANCE


def _read_distance(scene: Scene, place: int, preposition: int) -> Part | None:
    """Read `the rebels are ten kilometres from X`."""
    units = scene.units
    before = [unit.lower for unit in units[max(0, preposition - 3) : preposition]]
    if not set(before) & _DISTANCES or not leads_armed(units, preposition):
        return None
    return scene.violence(preposition, place, threat=True)


def _read_range(scene: Scene, place: int, governor: Governor) -> Part | None:
    """Read `their guns can now reach X`, `mortar fire could reach X`."""
    units = scene.units
    if not units[governor.index].has_verb("reaching"):
        return None
    left = units[max(0, governor.index - _REACH) : governor.index]
    able = any(is_modal(unit) or unit.lower in {"can", "able to"} for unit in left)
    if able and any(unit.lower.split()[0] in WEAPONS for unit in left):
        return scene.violence(governor.index, place, threat=True)
    return None
