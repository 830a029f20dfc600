"""Whether what a clause tells is actual, threatened, planned, past or denied."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from geo.text.denials import DENYING, is_withdrawn, read_denial
from geo.text.forces import WEAPONS
from geo.text.surroundings import BE, markers_left, units_right
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.clauses import Unit

MODALS = word_set("would could may might should will shall can must 'll")
_REACH = 16  # units that a marker governs
_NEAR = 4
_AHEAD = 12
_SPAN = 40  # units round an anchor in which a year counts
_PLANS = frozenset({"plan", "design"})
_YEAR_PREFIXES = word_set(
    "in of from by late early mid and january february march april may june july august september "
    "october november december"
)
_AHEAD_WORDS = frozenset({"expected", "would", "could", "may", "might", "should", "due"})
_WISHES = frozenset({"agreed", "wants", "want", "offered", "hopes", "invited", "due"})
_ENDED = word_set("ending ended halted stopped quelled eased paused halting stopping")
_WITNESSED = frozenset({"heard", "seen", "felt"})
_MONTHS = word_set(
    "january february march april may june july august september october november december "
    "month spring summer autumn winter"
)
_ADJECTIVES = word_set("coming possible probable due near")
_CONDITIONS = frozenset({"if", "unless", "should"})
_REPORTED = word_set(
    "feared expected planned looming imminent impending likely inevitable anticipated coming "
    "cannot possible probable prepared awaited dreaded foreseen readied mustered organised due"
)


def read_violence(units: tuple[Unit, ...], anchor: int, place: int, year: int | None) -> str:
    """Return the modality of an attack, given the unit that tells of it and the place's unit."""
    if is_past(units, anchor, place, year) and not is_ahead_of(units, anchor):
        return "past"
    left = list(markers_left(units, anchor))
    if (denial := read_denial(units, anchor, left)) is not None:
        return denial
    if is_withdrawn(units, anchor, place):
        return "denied"
    forms = {form for _, form in units[anchor].verbs}
    if units[anchor].cue in {"violence", "state", "drive", "advance", "approach", "evacuation"}:
        used_as_verb = bool(forms) and _is_verb(units, anchor)
    else:
        used_as_verb = bool(forms) and (
            units[anchor].lower not in WEAPONS or _is_verb(units, anchor)
        )
    if used_as_verb:
        return _read_verb(units, anchor, forms, left)
    return _read_noun(units, anchor, place, left)


def is_ahead_of(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell `could be flattened` from `could have been flattened`, whatever the years beside it."""
    near = units[max(0, anchor - _NEAR) : anchor]
    return any(is_modal(unit) for unit in near) and all(unit.lower != "have" for unit in near)


def read_talks(units: tuple[Unit, ...], anchor: int, place: int, year: int | None) -> str:  # noqa: PLR0911 - one return a rule
    """Return the modality of talks or a visit."""
    if is_past(units, anchor, place, year):
        return "past"
    left = list(markers_left(units, anchor))
    if any(unit.cue == "denial" and not _is_parted(units, index, anchor) for index, unit in left):
        return "denied"
    right = [units[index] for index in range(place + 1, min(len(units), place + _NEAR + 2))]
    undone = [unit for unit in right if unit.cue == "denial" and unit.lower not in DENYING]
    if any(unit.clause == units[place].clause for unit in undone):
        return "denied"
    before = units[anchor - 1].lower if anchor else ""
    if before in {"no", "not", "without"}:
        return "denied"
    left += [(index, units[index]) for index in range(anchor + 1, place)]
    if any(_is_ahead(units, index) for index, _ in left):
        return "planned"
    if any(
        units[index].lower == "to" and units[index - 1].lower in BE
        for index in range(anchor + 1, place)
    ):
        return "planned"  # a summit is to be held in X
    told = {form for _, form in units[anchor].verbs} & {"past", "participle"}
    if not told and any(
        _is_ahead(units, index) for index, _ in units_right(units, max(anchor, place))
    ):
        return "planned"
    infinitive = anchor > 1 and any(
        units[index].lower == "to"
        and (
            {unit.lower for unit in units[max(0, index - _NEAR) : index]} & BE
            or {unit.lower for unit in units[max(0, index - 2 * _NEAR) : index]} & _WISHES
        )
        for index in range(max(1, anchor - _NEAR), anchor)
    )
    return "planned" if infinitive else "actual"


def _is_parted(units: tuple[Unit, ...], index: int, anchor: int) -> bool:
    """Tell whether another statement begins between two units: `..., and a meeting in X`."""
    between = [unit.lower for unit in units[index:anchor]]
    return any(pair == (",", "and") for pair in pairwise(between))


def _is_ahead(units: tuple[Unit, ...], index: int) -> bool:
    unit = units[index]
    return unit.cue == "plan" or unit.lower in _AHEAD_WORDS


def is_past(units: tuple[Unit, ...], anchor: int, place: int, year: int | None) -> bool:
    """Tell whether the clause speaks of a former time: `last year`, `in 2015`, `previous`."""
    clauses = {units[anchor].clause}
    middle = min(anchor, place)
    for index in range(max(0, middle - _SPAN), min(len(units), middle + _SPAN)):
        unit = units[index]
        if unit.lower == "that" and index > max(anchor, place):
            break  # what is told of it besides
        if unit.clause not in clauses:
            continue
        if unit.cue == "past":
            close = 0 <= middle - index <= _NEAR
            if unit.lower not in {"previous", "previously", "formerly"} or close:
                return True
        if unit.kind == "number" and is_old_year(units, index, year):
            return True
    return False


def is_over(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell an advance of weeks ago, or one that `had` been, from one that goes on."""
    if any(unit.lower == "had" for unit in units[max(0, anchor - 2) : anchor]):
        return True
    if not any(form in {"past", "participle"} for _, form in units[anchor].verbs):
        return False
    words = [unit.lower for unit in units if unit.clause == units[anchor].clause]
    return any(
        (left in {"in", "last", "since"} and right in _MONTHS)
        or (left in {"weeks", "months", "week", "month"} and right in {"ago", "earlier", "before"})
        for left, right in pairwise(words)
    )


def is_modal(unit: Unit) -> bool:
    """Tell whether a word is a modal verb; `May` is not where it is a month."""
    return unit.lower in MODALS and (unit.lower != "may" or unit.cue is not None)


def is_old_year(units: tuple[Unit, ...], index: int, year: int | None) -> bool:
    """Tell whether a number is a year before `year`, as in `in 1995` or `the 1990s`."""
    text = units[index].lower.removesuffix("s")
    if not (text.isdigit() and len(text) == 4 and text[:2] in {"18", "19", "20"}):
        return False
    before = units[index - 1].lower if index else ""
    if before == "the" and units[index].lower.endswith("s"):
        return True
    return before in _YEAR_PREFIXES and (year is None or int(text) < year)


def _is_verb(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell verb from noun: a verb stands after `to` or a modal, or before what it is done to."""
    after = units[anchor + 1] if anchor + 1 < len(units) else None
    before = units[anchor - 1] if anchor else None
    if before is not None and (before.lower == "to" or is_modal(before)):
        return True
    return (
        after is not None
        and (after.is_place or after.lower in {"the", "a", "its", "his", "their"})
        and before is not None
        and before.lower not in {"the", "a", "an", "of"}
    )


def _read_verb(  # noqa: PLR0911 - one return a rule
    units: tuple[Unit, ...], anchor: int, forms: set[str], left: list[tuple[int, Unit]]
) -> str:
    near = [units[index].lower for index in range(max(0, anchor - _NEAR), anchor)]
    before = near[-1] if near else ""
    modal = any(is_modal(units[index]) for index in range(max(0, anchor - _NEAR), anchor))
    infinitive = "to" in near or any(
        units[index].lower.endswith(" to") for index in range(max(0, anchor - _NEAR), anchor)
    )
    if any(unit.cue == "ongoing" and anchor - index <= _NEAR for index, unit in left):
        return "actual"
    if any(unit.lower in _CONDITIONS or unit.lower.endswith("of when") for _, unit in left):
        return "threatened"
    if forms & {"past", "participle"} and not ("base" in forms and (modal or infinitive)):
        passive = any(word in BE for word in near)
        if (passive or "have" in near) and (modal or infinitive):
            return _name_threat(left)
        return "actual"
    if "base" in forms and (modal or infinitive or before == "or"):
        return _name_threat(left)
    if "ing" in forms and any(
        unit.cue in {"threat", "avert", "against"} | _PLANS and anchor - index <= _NEAR + 2
        for index, unit in left
    ):
        return _name_threat(left)
    return "actual"


def _read_noun(  # noqa: C901, PLR0911 - one return a rule
    units: tuple[Unit, ...], anchor: int, place: int, left: list[tuple[int, Unit]]
) -> str:
    """Decide by what stands before the noun, nearest first, then by what follows it."""
    lasting = units[anchor].cue == "state"
    urged = any(unit.cue in {"urging", "threat"} for _, unit in left)
    for index, unit in left:
        distance = anchor - index
        if unit.cue == "ending" and distance <= 2 * _NEAR:
            return "actual" if lasting or unit.lower in _ENDED else "threatened"
        if unit.cue == "ongoing":
            return "actual"
        if _foretells(unit, distance, lasting=lasting) or (unit.cue == "against" and urged):
            return _name_threat(left)
    told = _read_between(units[anchor + 1 : place])
    if told is not None:
        return told
    for index, unit in units_right(units, max(anchor, place)):
        if unit.has_verb("harm", "assault") and "past" in {form for _, form in unit.verbs}:
            return "actual"
        if is_modal(unit) or unit.lower in _REPORTED or unit.lower.startswith("loom"):
            return "planned" if unit.cue == "plan" else "threatened"
        if unit.lower == "near" and units[index - 1].lower in BE:
            return "threatened"
        if unit.lower in BE and index + 1 < len(units) and units[index + 1].lower == "to":
            return "planned"
    return "actual"


def _read_between(between: tuple[Unit, ...]) -> str | None:
    """Read what stands between a noun and its place: `an operation is planned in X`."""
    words = {unit.lower for unit in between}
    if not words & _WITNESSED and any(is_modal(unit) for unit in between):
        return "threatened"
    if any(unit.cue == "design" for unit in between):
        return "planned"
    if words & (_REPORTED - _ADJECTIVES):
        return "planned" if "planned" in words else "threatened"
    return None


def _foretells(unit: Unit, distance: int, *, lasting: bool) -> bool:
    """Tell whether a cue makes what follows a thing to come; what lasts goes on meanwhile."""
    if unit.cue in {"threat", "avert"}:
        return not lasting or distance <= _NEAR + 1
    if unit.cue == "timing":
        return not lasting and distance <= _NEAR
    return unit.cue in _PLANS and not lasting


def _name_threat(left: list[tuple[int, Unit]]) -> str:
    """Return `planned` for an announced attack, `threatened` for a feared, sworn or open one."""
    named = [unit for _, unit in left if unit.cue in {"threat", "avert"} | _PLANS]
    feared = [
        unit for unit in named if unit.cue in {"threat", "avert"} and unit.lower not in MODALS
    ]
    if feared:
        return "threatened"
    return "planned" if any(unit.cue in _PLANS for unit in named) else "threatened"
