"""Set phrases with a slot for a place: `the fate of _`, `_ is next`, `the road to _ lies open`.

`lexicons/frames.csv` lists them. Of the words of a phrase, `a|b` is one or the other, `<x>` any of
the list of that name in `lexicons/frame_words.csv`, and `~` up to five words of the same clause.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.resources import package_file
from geo.text.forces import CROWDS, is_armed
from geo.text.scene import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.governors import Governor
    from geo.text.scene import Scene

_GAP = frozenset({"~"})
_LONG_GAP = frozenset({"~~"})
_MOST_SKIPPED = {_GAP: 5, _LONG_GAP: 12}  # words
_WINDOW = 16  # words on either side that a phrase may take
_SLOT = "_"
_QUOTES = frozenset({"'", '"', "\u201c", "\u201d", "\u2018"})
_FREE = frozenset({"within", "into", "as", "'s", ":"})  # they need no subject before them
_Words = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A phrase, as the words before its slot from right to left and those behind it."""

    phrase: str
    before: _Words
    behind: _Words
    role: str
    modality: str | None
    kind: str | None


def read_frame(scene: Scene, place: int, name: Candidate, governor: Governor) -> Part | None:
    """Return the part that the set phrase round a place gives it, None if there is none."""
    edges = {governor.index, place - 1}
    tails = [list(_words_behind(scene.units, place, index)) for index in _tails(scene.units, place)]
    for edge in sorted(edges, reverse=True):
        before = list(_words_before(scene.units, edge))
        for frame, behind in _candidates(before, tails):
            free = frame.before or behind[0] in _FREE
            if not free and not _leads(scene.units, governor):
                continue
            if _fits(frame.before, before) and _fits(frame.behind, behind):
                if frame.role == "threatened":
                    return scene.prospect(edge, place, f"as in {frame.phrase!r}", name)
                if frame.role == "venue":
                    part = scene.talks(max(edge, 0), place)
                    return replace(part, modality=frame.modality or part.modality)
                if frame.role == "denied":
                    return Part("threatened", "denied", frame.kind, f"as in {frame.phrase!r}")
                if frame.role == "actor" and not scene.is_government(name):
                    continue
                return Part(frame.role, "actual", frame.kind, f"as in {frame.phrase!r}")
    return None


def _leads(units: tuple[Unit, ...], governor: Governor) -> bool:
    """Tell whether a place, or its people, is what the words behind it are said of."""
    if governor.kind == "none" or "population" in governor.via:
        return True
    before = units[governor.index - 1].lower if governor.index > 0 else ""
    return governor.lower in {"in", "of", "inside"} and before in CROWDS


def _candidates(
    before: Sequence[str], tails: Sequence[Sequence[str]]
) -> Iterator[tuple[_Frame, Sequence[str]]]:
    """Yield the frames that the words beside a place call up, each with the words behind it."""
    by_before, by_behind = _load_frames()
    for behind in tails:
        if before:
            yield from ((frame, behind) for frame in by_before.get(before[0], ()))
        if behind:
            yield from ((frame, behind) for frame in by_behind.get(behind[0], ()))


def _tails(units: tuple[Unit, ...], place: int) -> list[int]:
    """Units from which the words behind a place count: past its list, and past an aside too."""
    end = _skip_list(units, place + 1)
    if end >= len(units) or units[end].lower != ",":
        return [end]
    closing = next(
        (step for step in range(end + 1, min(len(units), end + 32)) if units[step].lower == ","),
        None,
    )
    relative = end + 1 < len(units) and units[end + 1].cue == "relative"
    tails = [end + 1 + relative]
    return tails if closing is None else [*tails, closing + 1]


def _words_before(units: tuple[Unit, ...], edge: int) -> Iterator[str]:
    count = 0
    for index in range(edge, -1, -1):
        unit = units[index]
        if unit.lower == ",":
            continue
        if unit.kind == "mark" and unit.lower not in _QUOTES | {":"}:
            return
        if unit.cue == "boundary":
            return
        for word in reversed(_name_words(unit)):
            yield word
            count += 1
        if count > _WINDOW:
            return


def _words_behind(units: tuple[Unit, ...], place: int, index: int) -> Iterator[str]:
    if units[place].possessive:
        yield "'s"
    for unit in units[index : index + _WINDOW]:
        if unit.lower in _QUOTES:
            continue
        if unit.kind == "mark":
            if unit.lower == ":":
                yield ":"
            return
        yield from _name_words(unit)


def _skip_list(units: tuple[Unit, ...], index: int) -> int:
    while index + 1 < len(units) and units[index].lower in {",", "and", "or"}:
        following = units[index + 1]
        if following.lower in {"and", "or"}:
            index += 1
        elif following.name is not None or following.capital:
            index += 2
            while index < len(units) and (units[index].name or units[index].capital):
                index += 1
        else:
            break
    return index


def _name_words(unit: Unit) -> list[str]:
    if unit.name is None:
        return ["#"] if unit.kind == "number" else unit.lower.split()
    return ["@force" if is_armed(unit) else f"@{unit.name.class_}"]


def _fits(pattern: _Words, words: Sequence[str]) -> bool:
    """Match a pattern at the head of the words; a gap takes as few as it can."""
    if not pattern:
        return True
    if pattern[0] not in _MOST_SKIPPED:
        return bool(words) and words[0] in pattern[0] and _fits(pattern[1:], words[1:])
    return any(
        _fits(pattern[1:], words[skipped:])
        for skipped in range(min(_MOST_SKIPPED[pattern[0]], len(words)) + 1)
        if not any(word == "@place" for word in words[:skipped])
    )


@functools.cache
def _load_frames() -> tuple[Mapping[str, Sequence[_Frame]], Mapping[str, Sequence[_Frame]]]:
    """Return the frames by the word next to their slot: before it, else behind it."""
    lists = {row["name"]: frozenset(row["words"].split()) for row in _read("frame_words.csv")}
    by_before: dict[str, list[_Frame]] = {}
    by_behind: dict[str, list[_Frame]] = {}
    for row in _read("frames.csv"):
        words = row["phrase"].split()
        slot = words.index(_SLOT)
        before = tuple(_expand(word, lists) for word in reversed(words[:slot]))
        behind = tuple(_expand(word, lists) for word in words[slot + 1 :])
        role, _, modality = row["role"].partition(" ")
        frame = _Frame(row["phrase"], before, behind, role, modality or None, row["kind"] or None)
        table = by_before if before else by_behind
        for word in sorted((before or behind)[0]):
            table.setdefault(word, []).append(frame)
    return by_before, by_behind


def _expand(word: str, lists: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if word in {"~", "~~"}:
        return frozenset({word})
    parts = word.split("|")
    return frozenset().union(
        *(lists[part[1:-1]] if part.startswith("<") else {part} for part in parts)
    )


def _read(name: str) -> list[dict[str, str]]:
    with package_file("text", f"lexicons/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
