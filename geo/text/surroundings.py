"""Words to the left and to the right of what a clause tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.text.clauses import Unit

BE = word_set("be been being is are was were get got gets getting")
_REACH = 16  # units that a marker governs
_AHEAD = 12


def markers_left(units: tuple[Unit, ...], anchor: int) -> Iterator[tuple[int, Unit]]:
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


def units_right(units: tuple[Unit, ...], start: int) -> Iterator[tuple[int, Unit]]:
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
