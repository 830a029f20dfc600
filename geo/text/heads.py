"""The word that tells what happens at a place: left of its preposition, or behind a fronted one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.forces import CROWDS, FORCES
from geo.text.governors import LOCATIVE, PREPOSITIONS, find_governor
from geo.text.surroundings import BE
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.clauses import Unit
    from geo.text.scene import Scene

BLOCKED = -1  # a word comes first that says something else of the place
VIOLENT = frozenset({"violence", "state"})
MOVING = frozenset({"drive", "advance", "approach"})
AWAITED = frozenset({"expected", "due"})
_WORKS = word_set(
    "film films book books novel exhibition play documentary memoir lecture song poem"
)
_WORKS_REACH = 6
_QUALIFYING = word_set("border frontier aid relief hospital embassy trade")  # before a noun
_STATES = frozenset({"displaced", "wounded", "injured", "trapped", "uprooted"})
_TELLING = VIOLENT | MOVING | {"talks", "evacuation"}
_DEEDS = (
    "assault",
    "harm",
    "siege",
    "talks",
    "travel",
    "visiting",
    "hosting",
    "flight",
    "approach",
)
_ARTICLES = frozenset({"the", "a", "an", "same"})
REACH = 24  # units in which a head is looked for


def find_head(  # noqa: C901, PLR0911, PLR0912 - one branch a rule
    scene: Scene, start: int, place: int
) -> int | None:
    """Return the nearest telling word left of a preposition, in the clause, not across a scene.

    `BLOCKED` if a word comes first that says something else of the place.
    """
    units = scene.units
    summed = [unit.lower for unit in units[max(0, start - 2) : start]] == ["of", "them"]
    if summed and start > 3:
        start -= 3  # ..., many of them in X
    other_verb = False
    commas = closing = int(start > 0 and units[start - 1].lower == ",")
    for index in range(start - 1, max(-1, start - REACH), -1):
        unit = units[index]
        if unit.clause != units[start].clause and not summed:
            return None
        if unit.lower == "," and index != start - 1 and not units[index - 1].is_place:
            commas += 1
        if _is_awaited(scene, index, start):
            return index
        if unit.is_place and index != place:
            if not _only_joins(units, index, start):
                before = find_governor(units, index, scene.lexicon)
                apart = commas > closing or any(u.lower in BE for u in units[index:start])
                if before.kind == "word" and apart:
                    return BLOCKED
                if before.lower in LOCATIVE | {"on", "to", "into"}:
                    return None
        elif unit.lower in BE:
            other_verb = True
        elif not summed and _diverts(scene, index):
            return BLOCKED
        elif gathers(scene, index):
            return index
        elif _tells(scene, index):
            if other_verb and units[index - 1].lower in {"can", "could"}:
                return BLOCKED  # guns that can hit the centre were hauled to X
            return index if commas % 2 == 0 or commas == closing else None
    return None


def _diverts(scene: Scene, index: int) -> bool:
    """Tell whether a word says something else of the place: `truce in X`, `said in X`."""
    unit = scene.units[index]
    if unit.cue == "neutral" and _is_harmed(scene, index):
        return False
    if unit.cue == "against" and _is_attack(scene.units, index - 1):
        return False  # an offensive against militants in X
    opposed = {step.cue for step in scene.units[max(0, index - 2) : index]} & {"against"}
    return (
        unit.cue in {"neutral", "against"}
        or _reports(scene, index)
        or (_tells(scene, index) and bool(opposed))
    )


def _is_attack(units: tuple[Unit, ...], index: int) -> bool:
    return index >= 0 and units[index].cue == "violence"


def _is_harmed(scene: Scene, index: int) -> bool:
    """Tell `looted the hospital in X` and `a frontier post` from what says something else."""
    units = scene.units
    after = units[index + 1] if index + 1 < len(units) else None
    if after is not None and _is_plain(after) and after.lower not in PREPOSITIONS:
        return units[index].lower in _QUALIFYING
    return any(unit.has_verb("assault", "harm") for unit in units[max(0, index - 3) : index])


def _is_plain(unit: Unit) -> bool:
    return unit.kind == "word" and not unit.cue and unit.name is None


def find_after(scene: Scene, place: int, governor: int) -> int | None:
    """Return the first telling word behind a fronted place that has no place of its own."""
    units = scene.units
    before = units[governor - 1] if governor else None
    fronted = before is None or before.kind == "mark" or before.clause != units[governor].clause
    if before is not None and scene.lexicon.nouns.get(before.lower) == "settlement":
        return None  # the town in the north of X
    for index in range(place + 1, min(len(units), place + REACH)):
        unit = units[index]
        if unit.lower == "," and not fronted:
            return None
        if unit.cue in {"boundary", "relative"} or unit.lower in {";", ":"}:
            return None
        if unit.lower in scene.lexicon.reporting and governor > 0:
            return None
        if _tells(scene, index) and not has_own_place(units, index):
            return index
    return None


def has_own_place(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell whether a place follows a telling word soon, so that it tells of that one."""
    for unit in units[anchor + 1 : anchor + 8]:
        if unit.is_place:
            return True
        if unit.kind == "mark" or unit.cue in {"boundary", "relative"}:
            return False
    return False


def is_official(scene: Scene, verb: int) -> bool:
    """Someone who negotiates travels: a person, an actor, an office, not a crowd or a convoy."""
    units, lexicon = scene.units, scene.lexicon
    official = False
    for unit in units[max(0, verb - 14) : verb]:
        if unit.lower in CROWDS:
            return False
        if unit.name is not None and unit.name.class_ in {"person", "actor", "organisation"}:
            official = True
        if (
            unit.cue == "talks"
            or unit.lower in lexicon.mind["people"]
            or (unit.lower,) in lexicon.titles
        ):
            official = True
    return official


def gathers(scene: Scene, index: int, category: str = "gathering") -> bool:
    """Troops that gather are no meeting, troops that travel no delegation."""
    before = {unit.lower for unit in scene.units[max(0, index - 6) : index]}
    return scene.units[index].has_verb(category) and bool(before & FORCES)


def _is_awaited(scene: Scene, index: int, start: int) -> bool:
    """Tell whether someone is expected: `the envoy is expected in X`."""
    return scene.units[index].lower in AWAITED and index == start - 1 and is_official(scene, index)


def _reports(scene: Scene, index: int) -> bool:
    """Tell a verb of speaking; not `clashes were reported in X`."""
    word = scene.units[index].lower
    if word not in scene.lexicon.reporting:
        return False
    before = {unit.lower for unit in scene.units[max(0, index - 2) : index]}
    return not (word == "reported" and before & {"was", "were", "been", "are", "is"})


def _only_joins(units: tuple[Unit, ...], place: int, start: int) -> bool:
    return all(unit.lower in {",", "and", "or", "then"} for unit in units[place + 1 : start])


def is_told_about(units: tuple[Unit, ...], index: int) -> bool:
    """Tell `a film about the siege of X` from the siege itself."""
    before = [unit.lower for unit in units[max(0, index - _WORKS_REACH) : index]]
    return "about" in before and bool(_WORKS & set(before))


def _qualifies(units: tuple[Unit, ...], index: int) -> bool:
    """Tell `displaced people` and `wounded men` from what happens to them."""
    after = units[index + 1].lower if index + 1 < len(units) else ""
    return units[index].lower in _STATES and after in CROWDS | {"men", "persons", "soldiers"}


def _tells(scene: Scene, index: int) -> bool:
    unit = scene.units[index]
    if unit.name is not None:
        return False
    told = unit.cue in _TELLING or (unit.cue in {None, "spread"} and unit.has_verb(*_DEEDS))
    if not told:
        return unit.has_verb("gathering") and is_official(scene, index)
    if unit.verbs and not unit.cue and index and scene.units[index - 1].lower in _ARTICLES:
        return False  # the same level
    return not (is_told_about(scene.units, index) or _qualifies(scene.units, index))
