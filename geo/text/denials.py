"""What a text tells only to deny it: plans disowned or dropped, tales called false."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.surroundings import BE, markers_left, units_right
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.clauses import Unit

_NEAR = 4
_REACH = 16  # units behind a tale in which it is called false
_AHEAD = 24
_SPAN = 40  # units before it
_PLAIN_DENIALS = word_set("will would did does do has have had was were is are")
_NOBODY = frozenset({"nobody", "no one", "no-one", "none"})
_ELSE = word_set(
    "only just yet end let-up sign stop ending doubts doubt doubted disputes knows wants can dares"
)
_TALES = word_set(
    "rumours rumour rumors rumor reports report claims claim story stories talk message messages "
    "texts post posts suggestions suggestion allegations allegation letter letters whispers "
    "notion idea speculation warnings tale tales leaflet leaflets fears map warning"
)
_FALSE = word_set(
    "false untrue baseless hoax nonsense fabricated invented unfounded groundless forgery forged "
    "fake lies lie rubbish absurd dismissed denied rejected refuted scotched debunked invention "
    "fiction fantasy fabrication falsehood prank"
)
_SCRAPPED = frozenset(
    {
        "called off",
        "cancelled",
        "canceled",
        "scrapped",
        "aborted",
        "shelved",
        "put off",
        "dropped",
        "stood down",
    }
)


def is_denied(units: tuple[Unit, ...], anchor: int, place: int) -> bool:
    """Tell whether what is said of a place is denied, before it or behind it."""
    denial = read_denial(units, anchor, list(markers_left(units, anchor)))
    return denial == "denied" or is_false_tale(units, anchor) or is_disowned(units, anchor, place)


def read_denial(units: tuple[Unit, ...], anchor: int, left: list[tuple[int, Unit]]) -> str | None:
    """Return `denied` if the words before deny it, `threatened` if they deny that; else None."""
    urged = any(
        unit.cue in {"urging", "avert", "against"} or unit.lower.startswith("warn")
        for _, unit in left
    )
    for index, unit in left:
        if unit.cue == "denial":
            negated = any(units[step].cue == "negation" for step in range(max(0, index - 2), index))
            return "threatened" if negated else "denied"
        before = units[index - 1].lower if index else ""
        stated = before in _PLAIN_DENIALS or unit.lower in _NOBODY  # will not, did not
        if unit.cue == "negation" and anchor - index <= _NEAR and (stated or not urged):
            following = units[index + 1].lower if index + 1 < len(units) else ""
            if following not in _ELSE:
                return "denied"
    return None


def is_disowned(units: tuple[Unit, ...], anchor: int, place: int) -> bool:
    """Tell whether a noun is the subject of a denial: `the raid on X was called off`."""
    for index, unit in units_right(units, max(anchor, place)):
        if unit.verbs and unit.lower not in BE:
            return False
        if unit.cue == "denial":
            words = {units[step].lower for step in range(max(0, index - 2), index)}
            negated = any(units[step].cue == "negation" for step in range(index - 2, index))
            return (bool(words & BE) or unit.lower in _SCRAPPED) and not negated
    return False


def is_scrapped(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell whether what was to come was called off: `the raid on X was cancelled`."""
    near = units[max(0, anchor - _NEAR) : anchor + 2 * _AHEAD]
    return any(unit.lower in _SCRAPPED for unit in near)


def is_false_tale(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell `dismissed as a hoax the claim that X ...` and `rumours that X ... were false`."""
    tale = False
    for index in range(anchor - 1, max(-1, anchor - _SPAN), -1):
        unit = units[index]
        if unit.lower in {";", "but"}:
            return False
        before = {step.lower for step in units[max(0, index - 2) : index]}
        if unit.lower == "true" and "not" in before:
            return True
        if tale and (unit.lower in _FALSE or unit.cue == "denial" or unit.lower == "truth"):
            return "not" not in before
        if unit.lower in _TALES:
            tale = True
            if any(later.lower in _FALSE for later in units[anchor : anchor + _REACH]):
                return True
    return False
