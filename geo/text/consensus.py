"""What an article as a whole says of a place, once each sentence has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.datelines import is_dateline
from geo.text.scene import MENTIONED, Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.text.candidates import Candidate
    from geo.text.mentions import Echo
    from geo.text.scene import Scene

_ORDER = ("threatened", "site", "venue", "actor", "mentioned")
_AHEAD = frozenset({"threatened", "planned"})
_MOST_ECHOES = 50  # mentions of one name that a dateline looks at


def yield_to_towns(scenes: Sequence[Scene], parts: dict[int, Part]) -> None:
    """Take the threat from countries and regions where the article names a town that it is to."""
    named = [
        (name, scene.is_wide(name))
        for scene in scenes
        for unit in scene.units
        if (name := unit.name) is not None and id(name) in parts
    ]
    threatened = [
        (name, wide)
        for name, wide in named
        if parts[id(name)].role == "threatened" and parts[id(name)].modality in _AHEAD
    ]
    if all(wide for _, wide in threatened):
        return
    for name, wide in threatened:
        if wide:
            part = parts[id(name)]
            parts[id(name)] = Part("mentioned", "actual", None, f"a town is meant: {part.reason}")


def heed_denials(
    names: Sequence[Candidate], parts: dict[int, Part], echoes: dict[int, list[Echo]]
) -> None:
    """Where a threat to a place is denied, take what was only guessed to be one for no threat."""
    denied = {
        name.key
        for name in names
        if (part := parts.get(id(name))) and (part.role, part.modality) == ("threatened", "denied")
    }
    for name in names:
        part = parts.get(id(name))
        if part is None or name.key not in denied:
            continue
        if part.loose and part.modality in _AHEAD:
            parts[id(name)] = Part("mentioned", "actual", None, f"denied elsewhere: {part.reason}")
        kept = [echo for echo in echoes.pop(id(name), []) if echo.modality not in _AHEAD]
        if kept:
            echoes[id(name)] = kept


def adopt_echoes(
    names: Sequence[Candidate], parts: dict[int, Part], echoes: dict[int, list[Echo]]
) -> None:
    """Give a place the role of its later reference, where it has none of its own."""
    for name in names:
        own = echoes.get(id(name))
        if own and parts.get(id(name), MENTIONED).role == "mentioned":
            best = min(own, key=lambda echo: _ORDER.index(echo.role))
            parts[id(name)] = Part(
                best.role, best.modality, best.kind, "by a later reference without its name"
            )


def adopt_datelines(
    names: Sequence[Candidate], parts: dict[int, Part], echoes: Mapping[int, Sequence[Echo]]
) -> None:
    """Give a dateline's place the part that the article gives it later, else none."""
    by_key: dict[str, list[Candidate]] = {}
    for name in names:
        by_key.setdefault(name.key, []).append(name)
    for name in names:
        if name.class_ != "place" or not is_dateline(name):
            continue
        if name.kind == "country":
            parts[id(name)] = MENTIONED
            continue
        told = [("mentioned", "actual")]
        for other in by_key[name.key][:_MOST_ECHOES]:
            told += [(echo.role, echo.modality) for echo in echoes.get(id(other), ())]
            if other is not name and (part := parts.get(id(other))) is not None:
                told.append((part.role, part.modality))
        current = [
            (role, modality)
            for role, modality in told
            if modality not in {"past", "denied"} and role != "actor"
        ]
        role, modality = min(current, key=lambda pair: _ORDER.index(pair[0]))
        parts[id(name)] = Part(role, modality, None, "dateline")
