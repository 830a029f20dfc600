"""A place that leads its clause: `X was shelled`, `X became the venue of talks`, `X, where ...`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.governments import read_government
from geo.text.governors import LOCATIVE, is_year
from geo.text.heads import VIOLENT, has_own_place
from geo.text.scene import Part
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.governors import Governor
    from geo.text.scene import Scene

_AHEAD = 16
_PROSPECT = 5  # units within which the verb must come
_FALLEN_TO = frozenset({"", "to", "into", "on", "in", ",", "within"})
_KINDS = word_set("camp crossing village town city district county province state airport base")
_BE = word_set("be been being is are was were get got")
_OPENERS = word_set("that and but if then or when whether how why should so \u201c \" ' \u2018")


def read_subject(scene: Scene, place: int, name: Candidate, governor: Governor) -> Part | None:
    """Return the part of a place that is the subject of its clause, None if no verb tells."""
    if governor.kind != "none" or not _is_free(scene, governor.index):
        return _read_inner(scene, place, governor)
    predicate = list(_find_predicate(scene.units, place))
    return (
        _read_passive(scene, place, predicate)
        or read_government(scene, name, predicate)
        or _read_stage(scene, place, predicate)
        or _read_prospect(scene, place, predicate)
    )


def _read_inner(scene: Scene, place: int, governor: Governor) -> Part | None:
    """Read `a school in X was hit`, `the people of X braced for`: a part of the subject."""
    units = scene.units
    fronted = governor.index == 0 or units[governor.index - 1].kind == "mark"
    if fronted or governor.lower not in LOCATIVE | {"of"}:
        return None
    for index in range(governor.index - 1, -1, -1):
        unit = units[index]
        if unit.clause != units[place].clause or unit.kind == "mark":
            break
        if (unit.verbs and index and unit.cue is None) or unit.lower in scene.lexicon.reporting:
            return None
        if unit.is_place:
            return None
    predicate = list(_find_predicate(units, place))
    borne = [(step, unit) for step, unit in predicate if not unit.has_verb("falling")]
    if any(unit.cue in {"plan", "design"} for _, unit in predicate):
        return _read_passive(scene, place, borne)  # militants in X plan a raid elsewhere
    return _read_passive(scene, place, borne) or _read_prospect(scene, place, predicate)


def read_relative(scene: Scene, place: int) -> Part | None:  # noqa: PLR0911 - one return a rule
    """Return the part that a clause after `where` or `which` gives to the place before it."""
    units = scene.units
    index = _skip_kind(units, place + 1)
    if index >= len(units) or units[index].lower not in {"where", "which"}:
        return None
    clause = units[index].clause
    for step in range(index + 1, min(len(units), index + 2 * _AHEAD)):
        unit = units[step]
        if unit.clause != clause:
            return None
        if unit.name is not None and unit.is_place and units[index].lower == "where":
            return None
        telling = unit.cue in VIOLENT or unit.has_verb("assault", "siege", "encircle")
        if units[index].lower == "where":
            telling = telling or (unit.has_verb("harm") and unit.lower not in {"died", "dies"})
            if unit.cue == "talks" or unit.has_verb("talks"):
                return scene.talks(step, place)
        if telling and not has_own_place(units, step):
            return scene.violence(step, place, threat=unit.has_verb("encircle"))
        if unit.has_verb("seizing") and not has_own_place(units, step):
            part = scene.violence(step, place)
            return None if part.modality == "denied" else part
    return None


def _skip_kind(units: tuple[Unit, ...], index: int) -> int:
    """Go past `camp,` behind the name of a camp, and past a comma."""
    if index < len(units) and units[index].lower in _KINDS:
        index += 1
    return index + (index < len(units) and units[index].lower == ",")


def _is_free(scene: Scene, index: int) -> bool:
    """Nothing governs the place: it opens the sentence or a clause."""
    if index < 0:
        return True
    unit = scene.units[index]
    return (
        unit.kind == "mark"
        or is_year(unit)
        or unit.lower.endswith(" when")
        or unit.lower in _OPENERS
        or unit.cue in {"boundary", "relative"}
        or (unit.lower in scene.lexicon.reporting)
    )


def _find_predicate(units: tuple[Unit, ...], place: int) -> Iterator[tuple[int, Unit]]:
    """Units after the subject, past list members, appositions and relative clauses."""
    index = place + 1
    while index < min(len(units), place + 2 * _AHEAD) and (
        units[index].lower in {"and", "or", "the"}
        or units[index].is_place
        or (
            units[index].lower == "," and units[index + 1 : index + 2] and units[index + 1].is_place
        )
    ):
        index += 1
    if index < len(units) and units[index].lower == ",":
        closing = next(
            (
                step
                for step in range(index + 1, min(len(units), index + 40))
                if units[step].lower == ","
            ),
            None,
        )
        if closing is not None:
            index = closing + 1
    start = index
    while index < min(len(units), start + _AHEAD):
        unit = units[index]
        if unit.kind == "mark" and unit.lower not in {",", '"', "\u201d"}:
            return
        if index > start and (unit.cue in {"boundary", "relative"}):
            return
        yield index, unit
        index += 1


def _read_passive(scene: Scene, place: int, predicate: list[tuple[int, Unit]]) -> Part | None:
    """`was shelled`, `would be stormed`, `came under attack`, `fell to the rebels`."""
    auxiliary = False
    for position, (index, unit) in enumerate(predicate):
        rest = predicate[position + 1 :]
        if unit.lower == "that" or unit.lower in scene.lexicon.reporting:
            return None
        if unit.lower in _BE:
            auxiliary = True
        elif _is_suffered(unit, auxiliary=auxiliary, first=not position):
            return scene.violence(index, place, threat=unit.has_verb("encircle"))
        elif unit.cue == "suffer":
            found = next((step for step, later in rest[:5] if later.cue in VIOLENT), None)
            if found is not None:
                return scene.violence(found, place)
        elif unit.has_verb("falling") and (unit.cue is None or unit.lower == "fall"):
            after = rest[0][1].lower if rest else ""
            if after in _FALLEN_TO or unit.lower == "fall":
                return scene.violence(index, place)
        elif unit.is_place or (unit.verbs and not auxiliary and unit.cue is None):
            return None
    return None


def _is_suffered(unit: Unit, *, auxiliary: bool, first: bool) -> bool:
    """Tell a passive of harm: `was shelled`, `was set ablaze`, `hit by rockets`."""
    if unit.lower in {"hit by", "struck by"}:
        return auxiliary or first
    if not auxiliary:
        return False
    done = any(form == "participle" for _, form in unit.verbs)
    harmed = done and unit.has_verb("assault", "siege", "seizing", "encircle", "harm")
    return harmed or (unit.cue == "violence" and " " in unit.lower)


def _read_stage(scene: Scene, place: int, predicate: list[tuple[int, Unit]]) -> Part | None:
    """`became the focal point for negotiations`, `hosts a summit`, `is the scene of clashes`."""
    for position, (index, unit) in enumerate(predicate):
        rest = predicate[position + 1 :]
        if unit.cue == "centre" or unit.has_verb("hosting"):
            for step, later in rest:
                if later.cue == "talks" or unit.has_verb("hosting"):
                    return scene.talks(step if later.cue == "talks" else index, place)
                if later.cue in VIOLENT:
                    return scene.violence(step, place)
            return None
        if unit.is_place:
            return None
    return None


def _read_prospect(scene: Scene, place: int, predicate: list[tuple[int, Unit]]) -> Part | None:
    """`braces for an assault`, `faces a siege`, `is at risk of attack`."""
    feared = False
    for step, (index, unit) in enumerate(predicate):
        if step > _PROSPECT and not feared:
            return None
        if unit.is_place:
            return None
        if unit.lower == "next" and step and predicate[step - 1][1].lower in _BE:
            return Part("threatened", "threatened", "attack", "it would be next")
        if unit.cue in {"threat", "plan", "design"} or unit.has_verb("facing"):
            feared = (
                feared
                or unit.has_verb("facing")
                or unit.lower not in {"would", "could", "may", "might", "will"}
            )
        elif feared and unit.cue in VIOLENT | {"advance", "drive"}:
            if has_own_place(scene.units, index):
                return None
            return scene.violence(index, place, threat=True)
    return None
