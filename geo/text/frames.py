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
_LONGEST_LIST = 40  # units
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
    for frame, edge in _find_frames(scene.units, place, governor):
        if frame.role != "actor" or scene.is_government(name):
            return _give_part(scene, place, name, frame, edge)
    return None


def _give_part(scene: Scene, place: int, name: Candidate, frame: _Frame, edge: int) -> Part | None:
    reason = f"as in {frame.phrase!r}"
    if frame.role == "threatened":
        return scene.prospect(edge, place, reason, name)
    if frame.role == "denied":
        return Part("threatened", "denied", frame.kind, reason)
    if frame.role == "venue":
        part = scene.talks(max(edge, 0), place)
        return replace(part, modality=frame.modality or part.modality)
    return Part(frame.role, "actual", frame.kind, reason)


def _find_frames(
    units: tuple[Unit, ...], place: int, governor: Governor
) -> Iterator[tuple[_Frame, int]]:
    """Yield the frames that fit, each with the unit where its words before the place begin."""
    by_before, by_behind = _load_frames()
    starts = _tails(units, place)
    for edge in (place - 1, governor.index) if governor.index != place - 1 else (place - 1,):
        frames = by_before.get(next(_words_before(units, edge), ""), ())
        if not frames:
            continue
        before = list(_words_before(units, edge))
        for frame in frames:
            if _fits(frame.before, before) and (
                not frame.behind
                or any(_fits(frame.behind, list(_words_behind(units, place, i))) for i in starts)
            ):
                yield frame, edge
    for start in starts:
        first = next(_words_behind(units, place, start), "")
        frames = by_behind.get(first, ())
        if frames and (first in _FREE or _leads(units, governor) or _is_related(units, place)):
            tail = list(_words_behind(units, place, start))
            yield from ((frame, governor.index) for frame in frames if _fits(frame.behind, tail))


def _is_related(units: tuple[Unit, ...], place: int) -> bool:
    """Tell whether a relative clause follows, of which the place is the subject."""
    after = [unit.lower for unit in units[place + 1 : place + 3]]
    return after[:1] == ["which"] or after == [",", "which"]


def _leads(units: tuple[Unit, ...], governor: Governor) -> bool:
    """Tell whether a place, or its people, is what the words behind it are said of."""
    if governor.kind == "none" or "population" in governor.via:
        return True
    before = units[governor.index - 1].lower if governor.index > 0 else ""
    return governor.lower in {"in", "of", "inside"} and before in CROWDS


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
    last = min(len(units), index + _LONGEST_LIST)
    while index + 1 < last and units[index].lower in {",", "and", "or"}:
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


def _fits(pattern: _Words, words: Sequence[str], step: int = 0, at: int = 0) -> bool:
    """Match a pattern at the head of the words; a gap takes as few as it can, and no place."""
    while step < len(pattern):
        most = _MOST_SKIPPED.get(pattern[step])
        if most is not None:
            return _fits_past_gap(pattern, words, step + 1, at, most)
        if at >= len(words) or words[at] not in pattern[step]:
            return False
        step, at = step + 1, at + 1
    return True


def _fits_past_gap(pattern: _Words, words: Sequence[str], step: int, at: int, most: int) -> bool:
    if step == len(pattern):
        return True
    for position in range(at, min(at + most + 1, len(words))):
        if words[position] in pattern[step] and _fits(pattern, words, step + 1, position + 1):
            return True
        if words[position] == "@place":
            return False
    return False


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
