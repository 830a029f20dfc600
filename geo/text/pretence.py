"""Sentences about exercises, re-enactments and games, in which nothing is attacked."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.text.clauses import Unit
    from geo.text.scene import Scene

_LEAD = 3  # sentences in which an article says what it is about
_MOCK = word_set(
    "exercise exercises drill drills manoeuvre manoeuvres maneuver maneuvers wargame wargames mock "
    "simulated simulation rehearsal rehearsals re-enactment reenactment enactment enacted"
)
_WAR_GAMES = frozenset({("war", "game"), ("war", "games")})
_GAMES = word_set(
    "match coach league champions championship cyclists striker strikers midfielder team teams "
    "tournament marathon trophy cup goalkeeper scored tourists holidaymakers fans supporters "
    "relegated semifinal semi-final spectators"
)
_VERBAL = word_set("to must should will would paper book books restraint caution control power oil")
_EARNEST = word_set(
    "killed wounded dead died injured hurt bodies gunmen bomb bombs bomber shells shell rockets "
    "missile explosion shot police"
)


def find_pretence(scenes: Sequence[Scene]) -> frozenset[int]:
    """Return the numbers of the sentences that tell of an exercise, a game or the like.

    All of an article whose beginning speaks of an exercise, but for those with casualties.
    """
    mock = [_is_mock(scene.units) for scene in scenes]
    about = any(mock[:_LEAD])
    return frozenset(
        number
        for number, scene in enumerate(scenes)
        if mock[number] or ((about or _is_game(scene.units)) and not _is_earnest(scene.units))
    )


def _is_mock(units: tuple[Unit, ...]) -> bool:
    words = [unit.lower for unit in units]
    if "war" in words and any(pair in _WAR_GAMES for pair in pairwise(words)):
        return True
    return not _MOCK.isdisjoint(words) and any(
        word in _MOCK and not {before, after} & _VERBAL
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False)
    )


def _is_game(units: tuple[Unit, ...]) -> bool:
    return not _GAMES.isdisjoint([unit.lower for unit in units])


def _is_earnest(units: tuple[Unit, ...]) -> bool:
    return not _EARNEST.isdisjoint([unit.lower for unit in units])
