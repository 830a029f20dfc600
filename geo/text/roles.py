"""The part that each place plays in its clause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.accords import read_accord
from geo.text.approach import read_approach
from geo.text.evacuation import read_evacuation
from geo.text.forces import is_armed
from geo.text.frames import read_frame
from geo.text.governed import read_governor
from geo.text.governors import LOCATIVE, find_governor
from geo.text.heads import REACH, VIOLENT, find_head, has_own_place
from geo.text.impact import read_impact
from geo.text.menace import read_menace
from geo.text.scene import MENTIONED, Part, Scene, stands
from geo.text.subjects import read_relative, read_subject
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.governors import Governor

_PEOPLE_OF_TALKS = frozenset({"delegation", "delegations", "envoys", "mediators", "negotiators"})
_SUBJECTS_OF_TALKS = word_set(
    "ceasefire cease-fire truce deal strategy policy reconstruction elections election"
)


_APPOSITION = 6  # units from a comma to the noun of an apposition
_QUOTES = frozenset({'"', "\u201c", "\u201d"})
_DOER = 10  # units from a place to those who do what a relative clause tells
_BEARING = 10  # units from a place back to the comma of an apposition
_BEARINGS = word_set(
    "north south east west northeast northwest southeast southwest north-east north-west "
    "south-east south-west km kilometres kilometers miles"
)
_OF_STATES = word_set("government army forces troops bombers jets warplanes junta regime navy")


def _of(name: Candidate) -> str | None:
    return name.country or (name.facts[0].country if name.facts else None)


def read_part(scene: Scene, place: int) -> Part:
    """Return the part that the place in unit `place` plays, `MENTIONED` where unsure."""
    name = scene.units[place].name
    if name is None:
        return MENTIONED
    part = _read_all(scene, place, name)
    if part.role == "site" and part.modality == "past" and _is_quoted(scene.units, place):
        return replace(part, role="mentioned", kind=None, reason=f"recalled: {part.reason}")
    return part


def _is_quoted(units: tuple[Unit, ...], place: int) -> bool:
    """Tell whether a place is named in direct speech that opens in its sentence."""
    marks = [unit.lower for unit in units[:place] if unit.lower in _QUOTES]
    return bool(marks) and (marks[-1] == "\u201c" or (marks[-1] == '"' and len(marks) % 2 == 1))


def _read_all(scene: Scene, place: int, name: Candidate) -> Part:
    governor = find_governor(scene.units, place, scene.lexicon)
    return (
        _read_holder(scene, place)
        or _read_area(scene, place, governor)
        or _read_bearing(scene, place)
        or _read_possessive(scene, place, name)
        or _read_compound(scene, place, name)
        or read_accord(scene, place, governor)
        or read_frame(scene, place, name, governor)
        or read_evacuation(scene, place, governor)
        or _prefer_relative(scene, place, read_governor(scene, place, name, governor))
        or read_impact(scene, place, governor)
        or read_approach(scene, place, governor)
        or read_subject(scene, place, name, governor)
        or _prefer_menace(scene, place, name, governor, read_relative(scene, place))
        or _read_loose(scene, place, governor)
        or _read_only_place(scene, place, name, governor)
        or read_menace(scene, place, name, governor)
        or MENTIONED
    )


def _prefer_relative(scene: Scene, place: int, part: Part | None) -> Part | None:
    """Read `flew to X, where an attack is feared` as what is feared, not as a visit."""
    if part is None or not (part.role == "venue" or part.kind == "displacement"):
        return part
    told = read_relative(scene, place)
    if told is None or told.role not in {"threatened", "site"}:
        return part
    if told.role == "site" and not _is_done_by_force(scene, place):
        return part
    return told


def _is_done_by_force(scene: Scene, place: int) -> bool:
    """Tell `where rebels had killed ten people` from `where he died`."""
    return any(is_armed(unit) for unit in scene.units[place + 1 : place + _DOER])


def _read_holder(scene: Scene, place: int) -> Part | None:
    """Read an area that only says where another place is."""
    name = scene.units[place].name
    for index in range(max(0, place - 7), min(len(scene.units), place + 8)):
        other = scene.units[index].name
        if index != place and other is not None and other.container and name is not None:
            near = abs(index - place)
            between = scene.units[min(index, place) + 1 : max(index, place)]
            if (
                other.container == name.lookup
                and near <= 7
                and not any(unit.is_place for unit in between)
            ):
                if index > place and not scene.units[place].possessive and name.class_ != "demonym":
                    continue
                return Part("mentioned", "actual", None, f"says where {other.key!r} lies")
    return None


def _read_area(scene: Scene, place: int, governor: Governor) -> Part | None:
    """Read Y in `X in Y`, `X, in Y` and `X, near Y`, which only says where X lies."""
    name = scene.units[place].name
    inside = governor.lower == "in" and name is not None and scene.is_wide(name)
    if governor.index < 2 or not (inside or governor.lower == "near"):
        return None
    held = _find_held(scene, governor.index - 1, inside=inside)
    if held is None:
        return None
    return Part("mentioned", "actual", None, f"says where {scene.units[held].lower!r} lies")


def _read_bearing(scene: Scene, place: int) -> Part | None:
    """Read Y in `X, just south of Y` and `X, 30 km from Y`."""
    units, words = scene.units, set[str]()
    for index in range(place - 1, max(0, place - _BEARING), -1):
        unit = units[index]
        if unit.lower == ",":
            held = units[index - 1].is_place and words & _BEARINGS
            reason = f"says where {units[index - 1].lower!r} lies"
            return Part("mentioned", "actual", None, reason) if held else None
        if unit.cue or unit.verbs or unit.name is not None:
            return None
        words.add(unit.lower)
    return None


def _find_held(scene: Scene, last: int, *, inside: bool) -> int | None:
    """Return the place that `in` or `near` says the whereabouts of."""
    units = scene.units
    before = last - (units[last].lower == ",")
    if inside and scene.lexicon.nouns.get(units[last].lower) == "settlement":
        before = _find_apposition(units, last)  # A, a port in Y
    elif not inside and before == last:
        return None
    if before < 0 or units[before].kind == "mark":
        return None
    held = units[before].name
    if held is None or not units[before].is_place:
        return before if not inside and units[before].capital else None
    return before if held.kind != "country" else None  # orders issued by A in B


def _prefer_menace(
    scene: Scene, place: int, name: Candidate, governor: Governor, part: Part | None
) -> Part | None:
    """Read `X, which was bombed in May, fears an attack` as what is feared."""
    if part is None or part.role != "site":
        return part
    return read_menace(scene, place, name, governor) or part


def _find_apposition(units: tuple[Unit, ...], noun: int) -> int:
    """Return the place before `, a port`, or -1."""
    for index in range(noun, max(-1, noun - _APPOSITION), -1):
        if units[index].lower == ",":
            return index - 1
    return -1


def _read_possessive(scene: Scene, place: int, name: Candidate) -> Part | None:  # noqa: PLR0911 - one return a rule
    if not scene.is_government(name):
        return None
    units, mind = scene.units, scene.lexicon.mind
    words = units[place + 1 : place + 5]
    for step, unit in enumerate(words):
        if unit.kind == "mark" or unit.is_place:
            return None
        if unit.name is not None and unit.name.class_ in {"actor", "organisation"}:
            entry = unit.name.entry  # of Yemen's Houthis the country says where they are
            own = entry is not None and entry.kind == "armed group" and entry.country == _of(name)
            return stands(name, unit.lower) if units[place].possessive and not own else None
        people = unit.lower in mind["people"] or (unit.lower,) in scene.lexicon.titles
        if units[place].possessive and (unit.lower in mind["noun"] or people):
            return stands(name, unit.lower)
        if step == 0 and (people or unit.lower in _OF_STATES) and not unit.has_verb("assault"):
            return stands(name, unit.lower)
        if unit.verbs and not units[place].possessive:
            return None
    return None


def _read_compound(scene: Scene, place: int, name: Candidate) -> Part | None:
    """Read `the Paris talks`, `the Rafah offensive`, `Goma airport attack`."""
    units = scene.units
    for index in range(place + 1, min(len(units), place + 4)):
        unit = units[index]
        noun = scene.lexicon.nouns.get(unit.lower)
        if unit.lower in _SUBJECTS_OF_TALKS:
            return Part("mentioned", "actual", None, f"what {unit.lower!r} is about")
        if noun == "settlement" and name.kind in {"country", "region"}:
            return Part("mentioned", "actual", None, f"whose {unit.lower!r} is meant")
        if unit.kind == "mark" or unit.is_place:
            return None
        if unit.cue in VIOLENT or unit.cue in {"talks", "evacuation"}:
            return _read_named_event(scene, index, place, name)
        passed = (name.kind == "country" and _is_plain(unit)) or (
            noun in {"site", "area", "settlement"} or unit.lower in {"ground", "military"}
        )
        if not passed:
            return None
    return None


def _read_named_event(scene: Scene, index: int, place: int, name: Candidate) -> Part | None:
    unit = scene.units[index]
    if unit.cue == "evacuation":
        return Part("threatened", "threatened", "attack", f"told to leave: {unit.lower!r}")
    government = scene.is_government(name)
    if unit.cue == "talks":
        if unit.lower in _PEOPLE_OF_TALKS:
            return stands(name, unit.lower) if government else None
        return scene.talks(index, place) if name.kind in {"city", "point", "admin2"} else None
    possessive = scene.units[place].possessive
    if possessive and (government or unit.cue == "state"):
        return None
    after = scene.units[index + 1] if index + 1 < len(scene.units) else None
    done_to = after is not None and (
        after.name is not None or after.lower in {"the", "a", "its", "his", "their"}
    )
    return None if unit.verbs and done_to else scene.violence(index, place)


def _is_plain(unit: Unit) -> bool:
    return unit.kind == "word" and unit.name is None and unit.cue is None and not unit.verbs


def _read_loose(scene: Scene, place: int, governor: Governor) -> Part | None:
    """Read `the people of X`, `for X`, with the attack told elsewhere in the clause."""
    units = scene.units
    after = units[place + 1].lower if place + 1 < len(units) else ""
    people = governor.via & {"population"} or scene.lexicon.nouns.get(after) == "population"
    name = units[place].name
    if name is not None and name.kind == "country":
        return None
    if not (people or (governor.lower == "for" and governor.index <= 1)):
        return None
    for index in range(max(0, place - REACH), min(len(units), place + REACH)):
        unit = units[index]
        if (
            unit.clause == units[place].clause
            and unit.cue in VIOLENT
            and unit.name is None
            and not has_own_place(units, index)
        ):
            return scene.violence(index, place)
    return None


def _read_only_place(  # noqa: PLR0911 - one return a rule
    scene: Scene, place: int, name: Candidate, governor: Governor
) -> Part | None:
    """Read `shopkeepers in X shut their doors, expecting an attack`: the only town told of."""
    units = scene.units
    if name.kind not in {"city", "point", "admin2"} or scene.is_government(name):
        return None
    if governor.lower not in LOCATIVE | {"of"}:
        return None
    if len(scene.towns) > 1:
        return None
    if find_head(scene, governor.index, place) is not None:
        return None
    for index in range(place + 1, min(len(units), place + 2 * REACH)):
        fronted = governor.index == 0 or units[governor.index - 1].kind == "mark"
        if fronted and units[index].lower in scene.lexicon.reporting:
            return None  # In X, the minister warned of an attack
        if units[index].cue == "violence" and not has_own_place(units, index):
            part = scene.violence(index, place)
            return part if part.modality in {"threatened", "planned"} else None
    return None
