"""Whether what a clause tells is actual, threatened, planned, past or denied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.text.clauses import Unit

MODALS = word_set("would could may might should will shall can must 'll")
_BE = word_set("be been being is are was were get got gets getting")
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
_PLAIN_DENIALS = frozenset(
    {"will", "would", "did", "does", "do", "has", "have", "had", "was", "were", "is", "are"}
)
_TALES = word_set(
    "rumours rumour rumors rumor reports report claims claim story stories talk message messages "
    "texts post posts suggestions suggestion allegations allegation letter letters whispers "
    "notion idea speculation warnings"
)
_FALSE = word_set(
    "false untrue baseless hoax nonsense fabricated invented unfounded groundless forgery forged "
    "fake lies rubbish absurd dismissed denied rejected refuted scotched debunked"
)
_SCRAPPED = frozenset({"called off", "cancelled", "canceled", "scrapped", "aborted", "shelved"})
_ADJECTIVES = word_set("coming possible probable due near")
_CONDITIONS = frozenset({"if", "unless", "should"})
_REPORTED = word_set(
    "feared expected planned looming imminent impending likely inevitable anticipated coming "
    "cannot possible probable prepared awaited dreaded foreseen inevitable due"
)


def read_violence(units: tuple[Unit, ...], anchor: int, place: int, year: int | None) -> str:
    """Return the modality of an attack, given the unit that tells of it and the place's unit."""
    if is_past(units, anchor, place, year):
        return "past"
    left = list(_markers_left(units, anchor))
    if (denial := _read_denial(units, anchor, left)) is not None:
        return denial
    if _is_false_tale(units, anchor):
        return "denied"
    forms = {form for _, form in units[anchor].verbs}
    if units[anchor].cue in {"violence", "state", "drive", "advance", "approach", "evacuation"}:
        used_as_verb = bool(forms) and _is_verb(units, anchor)
    else:
        used_as_verb = bool(forms)
    if not used_as_verb and _is_disowned(units, anchor, place):
        return "denied"
    if used_as_verb:
        return _read_verb(units, anchor, forms, left)
    return _read_noun(units, anchor, place, left)


def read_talks(units: tuple[Unit, ...], anchor: int, place: int, year: int | None) -> str:  # noqa: PLR0911 - one return a rule
    """Return the modality of talks or a visit."""
    if is_past(units, anchor, place, year):
        return "past"
    left = list(_markers_left(units, anchor))
    if any(unit.cue == "denial" for _, unit in left):
        return "denied"
    right = [units[index] for index in range(place + 1, min(len(units), place + _NEAR + 2))]
    if any(unit.cue == "denial" and unit.clause == units[place].clause for unit in right):
        return "denied"
    before = units[anchor - 1].lower if anchor else ""
    if before in {"no", "not", "without"}:
        return "denied"
    left += [(index, units[index]) for index in range(anchor + 1, place)]
    if any(_is_ahead(units, index) for index, _ in left):
        return "planned"
    told = {form for _, form in units[anchor].verbs} & {"past", "participle"}
    if not told and any(
        _is_ahead(units, index) for index, _ in _units_right(units, max(anchor, place))
    ):
        return "planned"
    infinitive = anchor > 1 and any(
        units[index].lower == "to" and units[index - 1].lower in _BE | {"agreed"}
        for index in range(max(1, anchor - _NEAR), anchor)
    )
    return "planned" if infinitive else "actual"


def _is_ahead(units: tuple[Unit, ...], index: int) -> bool:
    unit = units[index]
    return unit.cue == "plan" or unit.lower in _AHEAD_WORDS


def is_past(units: tuple[Unit, ...], anchor: int, place: int, year: int | None) -> bool:
    """Tell whether the clause speaks of a former time: `last year`, `in 2015`, `previous`."""
    clauses = {units[anchor].clause}
    middle = min(anchor, place)
    for index in range(max(0, middle - _SPAN), min(len(units), middle + _SPAN)):
        unit = units[index]
        if unit.clause not in clauses:
            continue
        if unit.cue == "past":
            close = 0 <= middle - index <= _NEAR
            if unit.lower not in {"previous", "previously", "formerly"} or close:
                return True
        if unit.kind == "number" and is_old_year(units, index, year):
            return True
    return False


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


def _markers_left(units: tuple[Unit, ...], anchor: int) -> Iterator[tuple[int, Unit]]:
    """Cues left of the anchor in its clause; a lone comma shuts them off, a pair does not."""
    commas = 0
    for index in range(anchor - 1, max(-1, anchor - _REACH - 1), -1):
        unit = units[index]
        if unit.clause != units[anchor].clause:
            return
        if unit.lower == "," and not (index and units[index - 1].is_place):
            commas += 1
        if (unit.cue is not None and commas % 2 == 0) or unit.cue == "denial":
            yield index, unit


def _read_denial(units: tuple[Unit, ...], anchor: int, left: list[tuple[int, Unit]]) -> str | None:
    urged = any(
        unit.cue in {"urging", "avert", "against"} or unit.lower.startswith("warn")
        for _, unit in left
    )
    for index, unit in left:
        if unit.cue == "denial":
            negated = any(units[step].cue == "negation" for step in range(max(0, index - 2), index))
            return "threatened" if negated else "denied"
        stated = index > 0 and units[index - 1].lower in _PLAIN_DENIALS  # will not, did not
        if unit.cue == "negation" and anchor - index <= _NEAR and (stated or not urged):
            following = units[index + 1].lower if index + 1 < len(units) else ""
            if following not in {"only", "just", "yet", "end", "let-up", "sign", "stop", "ending"}:
                return "denied"
    return None


def is_denied(units: tuple[Unit, ...], anchor: int, place: int) -> bool:
    """Tell whether what is said of a place is denied, before it or behind it."""
    denial = _read_denial(units, anchor, list(_markers_left(units, anchor)))
    return (
        denial == "denied"
        or _is_false_tale(units, anchor)
        or _is_disowned(units, anchor, place)
    )


def is_scrapped(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell whether what was to come was called off: `the raid on X was cancelled`."""
    near = units[max(0, anchor - _NEAR) : anchor + 2 * _AHEAD]
    return any(unit.lower in _SCRAPPED for unit in near)


def _is_false_tale(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell `dismissed as a hoax the claim that X ...` and `rumours that X ... were false`."""
    tale = False
    for index in range(anchor - 1, max(-1, anchor - _SPAN), -1):
        unit = units[index]
        if unit.lower in {";", "but"}:
            return False
        if tale and (unit.lower in _FALSE or unit.lower == "truth"):
            return not any(units[step].lower == "not" for step in range(max(0, index - 2), index))
        if unit.lower in _TALES:
            tale = True
            if any(later.lower in _FALSE for later in units[anchor : anchor + _REACH]):
                return True
    return False


def _is_disowned(units: tuple[Unit, ...], anchor: int, place: int) -> bool:
    """Tell whether a noun is the subject of a denial: `the raid on X was called off`."""
    for index, unit in _units_right(units, max(anchor, place)):
        if unit.verbs and unit.lower not in _BE:
            return False
        if unit.cue == "denial":
            words = {units[step].lower for step in range(max(0, index - 2), index)}
            negated = any(units[step].cue == "negation" for step in range(index - 2, index))
            return (bool(words & _BE) or unit.lower in _SCRAPPED) and not negated
    return False


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
    if any(unit.lower in _CONDITIONS for _, unit in left):
        return "threatened"
    if forms & {"past", "participle"} and not ("base" in forms and (modal or infinitive)):
        passive = any(word in _BE for word in near)
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


def _read_noun(  # noqa: PLR0911 - one return a rule
    units: tuple[Unit, ...], anchor: int, place: int, left: list[tuple[int, Unit]]
) -> str:
    """Decide by what stands before the noun, nearest first, then by what follows it."""
    lasting = units[anchor].cue == "state"
    urged = any(unit.cue in {"urging", "threat"} for _, unit in left)
    for index, unit in left:
        distance = anchor - index
        if unit.cue == "ending" and distance <= 2 * _NEAR:
            return "actual" if lasting else "threatened"
        if unit.cue == "ongoing":
            return "actual"
        if _foretells(unit, distance, lasting=lasting) or (unit.cue == "against" and urged):
            return _name_threat(left)
    between = [units[index].lower for index in range(anchor + 1, place)]
    if any(word in _REPORTED and word not in _ADJECTIVES for word in between):
        return "planned" if "planned" in between else "threatened"
    for index, unit in _units_right(units, max(anchor, place)):
        if unit.has_verb("harm", "assault") and "past" in {form for _, form in unit.verbs}:
            return "actual"
        if is_modal(unit) or unit.lower in _REPORTED or unit.lower.startswith("loom"):
            return "planned" if unit.cue == "plan" else "threatened"
        if unit.lower in _BE and index + 1 < len(units) and units[index + 1].lower == "to":
            return "planned"
    return "actual"


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


def _units_right(units: tuple[Unit, ...], start: int) -> Iterator[tuple[int, Unit]]:
    """Units after a noun in its clause; what stands between two commas is passed over."""
    index, last = start + 1, start + _AHEAD
    while index < min(len(units), last):
        unit = units[index]
        if unit.lower == ",":
            closing = next(
                (
                    step
                    for step in range(index + 1, min(len(units), index + 2 * _AHEAD))
                    if units[step].lower == ","
                ),
                None,
            )
            if closing is None:
                return
            last += closing - index
            index = closing + 1
            continue
        if unit.clause != units[start].clause and unit.cue in {"boundary", "relative"}:
            return
        yield index, unit
        index += 1
