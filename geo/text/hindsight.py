"""Sentences of an article about an anniversary that tell of the time that it looks back on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo.text.modality import MODALS, is_old_year
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.text.scene import Scene

_LEAD = 1500  # characters in which an article says what it is about
_ANNIVERSARY = re.compile(
    r"\banniversar(?:y|ies)\b|\bcommemorat\w+|\b(?:years|decades) on\b", re.IGNORECASE
)
_PRESENT = MODALS | word_set(
    "is are has have now today tonight tomorrow yesterday overnight monday tuesday wednesday "
    "thursday friday saturday sunday currently still"
)


def find_hindsight(text: str, scenes: Sequence[Scene]) -> frozenset[int]:
    """Return the numbers of the sentences that tell of a former time, though not in their verbs.

    Only in an article whose beginning speaks of an anniversary: sentences without a word of the
    present that give a year before last, or follow one that does.
    """
    if not _ANNIVERSARY.search(text[:_LEAD]):
        return frozenset()
    dated = [_gives_old_year(scene) for scene in scenes]
    return frozenset(
        number
        for number, scene in enumerate(scenes)
        if (dated[number] or (number and dated[number - 1]))
        and not any(unit.lower in _PRESENT for unit in scene.units)
    )


def _gives_old_year(scene: Scene) -> bool:
    year = scene.year - 1 if scene.year else None
    return any(
        unit.kind == "number" and is_old_year(scene.units, index, year)
        for index, unit in enumerate(scene.units)
    ) or any(
        left.lower == "decades" and right.lower in {"ago", "earlier"}
        for left, right in zip(scene.units, scene.units[1:], strict=False)
    )
