"""Places that share a part: `worse will follow in A and in B`, `the people of A and those of B`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.text.clauses import Unit
    from geo.text.scene import Part, Scene

_JOINERS = frozenset({"and", "or", "then", "along", "together", "well", "but", "plus"})
_LINKS = word_set(
    "after it in on at near around of the a its their nearby neighbouring also even later "
    "further town city village camp camps towns villages district outside from then both to "
    "area smaller twin those one more another others two three four five six seven eight nine "
    "ten dozens"
)
_SAID = word_set("is was has said says")
_SHARED = frozenset({"threatened", "site"})
_MOST_LINKS = 6  # units between a joiner and its place
_MOST_ASIDE = 14  # units of an aside between a place and a joiner


def share_parts(scene: Scene, parts: Mapping[int, Part]) -> dict[int, Part]:
    """Return the parts that places without one take from the place that they are listed with.

    Parameters
    ----------
    scene
        The sentence.
    parts
        The part of each place by its unit.
    """
    shared: dict[int, Part] = {}
    for place, part in parts.items():
        other = _find_fellow(scene.units, place)
        if other is None or other not in parts:
            continue
        given = shared.get(other, parts[other])
        if part.role == "mentioned" and given.role in _SHARED and given.kind != "displacement":
            shared[place] = replace(given, reason=f"listed with {scene.units[other].lower!r}")
        elif given.role == "mentioned" and part.role == "threatened":
            shared[other] = replace(part, reason=f"listed with {scene.units[place].lower!r}")
    return {
        place: part
        for place, part in shared.items()
        if (name := scene.units[place].name) is not None and not scene.is_wide(name)
        if parts[place].reason.startswith("no cue")
    }


def _find_fellow(units: tuple[Unit, ...], place: int) -> int | None:
    """Return the place before `and in`, past an aside between commas."""
    says = place + 1 < len(units) and units[place + 1].lower in _SAID
    index, joined = place - 1, False
    while (
        index >= 0
        and place - index <= _MOST_LINKS
        and (units[index].lower in _LINKS | _JOINERS or units[index].kind == "number")
    ):
        joined = joined or units[index].lower in _JOINERS
        index -= 1
    if index < 0 or not joined:
        return None
    if says and not units[index].is_place:
        return None  # ..., and X is
    if units[index].lower in {",", "first"}:
        index -= 1
        if not units[index].is_place:
            index = _skip_aside(units, index)
    return index if index >= 0 and units[index].is_place else None


def _skip_aside(units: tuple[Unit, ...], index: int) -> int:
    """Return the unit before the comma that opens an aside."""
    for step in range(index, max(-1, index - _MOST_ASIDE), -1):
        if units[step].lower == ",":
            return step - 1
    return -1
