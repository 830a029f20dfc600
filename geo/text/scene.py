"""One sentence laid out for reading, and the part that a place plays in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.text.datelines import is_dateline
from geo.text.denials import is_denied, is_foretold, is_hearsay, is_withdrawn
from geo.text.modality import is_ahead_of, is_modal, is_over, is_past, read_talks, read_violence

if TYPE_CHECKING:
    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Part:
    """A role with its modality, what happens there, and why it was read so.

    `loose` where nothing but nearness or hearsay ties the place to it.
    `anchor`: token of the word that tells what happens; None: it isn't one word.
    """

    role: str
    modality: str
    kind: str | None
    reason: str
    loose: bool = False
    anchor: int | None = None


_WIDE = frozenset({"region", "admin1"})
_TOWNS = frozenset({"city", "point"})
_NEAR = 6
_MEANT = frozenset({"considered", "contemplated", "discussed", "ordered", "meant", "intended"})
_OVER = frozenset(
    {"passed", "receded", "eased", "faded", "lifted", "rescinded", "subsided", "expired"}
)
_SOON = frozenset({"going", "about", "about to", "due", "set to"})

MENTIONED = Part("mentioned", "actual", None, "no cue ties it to talks or violence")


@dataclass(frozen=True, slots=True)
class Scene:
    """One sentence to be read: its units, the word lists, and the article's year if known.

    `towns` are the towns that it names, datelines apart, by their keys.
    """

    units: tuple[Unit, ...]
    lexicon: Lexicon
    year: int | None
    towns: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        towns = frozenset(
            unit.name.key
            for unit in self.units
            if unit.is_place
            and unit.name is not None
            and unit.name.kind in {"city", "point"}
            and not is_dateline(unit.name)
        )
        object.__setattr__(self, "towns", towns)

    def is_government(self, name: Candidate) -> bool:
        """Tell whether a name can stand for a government: a country or a seat of one."""
        return (
            (name.country is not None and name.kind == "country")
            or (bool(name.facts) and name.facts[0].kind == "country")
            or name.key in self.lexicon.seats
        )

    def is_wide(self, name: Candidate) -> bool:
        """Tell whether a name means a country, a province or a region, not the town so called."""
        if name.kind == "country":
            return True
        said = name.hint is not None or name.entry is not None
        return name.kind in _WIDE and (said or not any(f.kind in _TOWNS for f in name.facts))

    def violence(self, anchor: int, place: int, *, threat: bool = False) -> Part:
        """Return the part of a place that violence is told of, or feared for."""
        modality = read_violence(self.units, anchor, place, self.year)
        word, token = self.units[anchor].lower, self.units[anchor].token
        if modality == "denied":
            planned = threat or self._is_future(anchor) or self._is_unfulfilled(anchor, place)
            role = "threatened" if planned else "site"
            kind = "attack" if planned else "violence"
            return Part(role, modality, kind, f"denied: {word!r}", anchor=token)
        if threat and modality == "actual":
            if is_over(self.units, anchor):
                return Part("mentioned", "past", None, f"what had been {word!r} then")
            modality = "threatened"
        if modality in {"threatened", "planned"}:
            reason, hearsay = f"target of a {modality} {word!r}", is_hearsay(self.units, anchor)
            return Part("threatened", modality, "attack", reason, loose=hearsay, anchor=token)
        return Part("site", modality, "violence", f"where {word!r} is told of", anchor=token)

    def prospect(self, anchor: int, place: int, reason: str, name: Candidate) -> Part | None:
        """Return the part of a place that something is feared for; None of a country or if past."""
        past = is_past(self.units, anchor, place, self.year)
        if name.kind == "country" or (past and not is_ahead_of(self.units, max(anchor, 0))):
            return None
        if any(unit.lower in _OVER for unit in self.units[place + 1 : place + _NEAR]):
            return None
        token = self.units[anchor].token if anchor >= 0 else None
        if is_denied(self.units, max(anchor, 0), place):
            return Part("threatened", "denied", "attack", f"denied: {reason}", anchor=token)
        return Part("threatened", "threatened", "attack", reason, anchor=token)

    def talks(self, anchor: int, place: int) -> Part:
        """Return the part of a place where people meet."""
        modality = read_talks(self.units, anchor, place, self.year)
        unit = self.units[anchor]
        reason = f"where {unit.lower!r} takes place"
        return Part("venue", modality, "talks", reason, anchor=unit.token)

    def _is_unfulfilled(self, anchor: int, place: int) -> bool:
        """Tell whether what is denied was to come: a raid called off, a rumour of an attack."""
        told = {form for _, form in self.units[anchor].verbs} & {"past", "participle"}
        near = {unit.lower for unit in self.units[max(0, anchor - _NEAR) : anchor]}
        return bool(near & _MEANT) or (
            not told and is_withdrawn(self.units, anchor, place) and is_foretold(self.units, anchor)
        )

    def _is_future(self, anchor: int) -> bool:
        words = range(max(0, anchor - 8), min(len(self.units), anchor + 6))
        forms = {form for _, form in self.units[anchor].verbs}
        soon = {self.units[index].lower for index in words} & _SOON
        base = ("base" in forms or soon) and any(
            is_modal(self.units[index])
            or self.units[index].lower == "to"
            or self.units[index].lower.endswith(" to")
            for index in words
        )
        return base or any(
            self.units[index].cue in {"plan", "design", "threat"}
            or self.units[index].lower
            in {
                "no plans",
                "no plan",
                "no intention",
                "ruled out",
                "called off",
                "cancelled",
                "not planning",
            }
            for index in words
        )


def stands(name: Candidate, word: str) -> Part:
    """Return the part of a capital or country that a word shows to stand for its government."""
    return Part("actor", "actual", None, f"{name.key!r} stands for its government: {word!r}")
