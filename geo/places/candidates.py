"""The gazetteer's candidates for a name as a text writes it, descriptions included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo.places.containment import is_same_spot
from geo.places.names import normalise_name
from geo.places.place import AREA_KINDS, POINT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from geo.places.gazetteer import Entry, Gazetteer

_LINKS = (" del ", " de ", " de la ", " do ", " da ")
# "of" in French and Spanish; an apostrophe is gone from the normal form.
_OF = r"(?:de la |de los |del |du |des |de l(?=[aeiouh])|de |d(?=[aeiouh]))"
_SIDE = re.compile(
    r"^(?:(?:the|central|far|greater|upper|lower|(?:north|south|east|west)(?:ern|east|west)?"
    r"|(?:north|south)(?:east|west)ern|eastern|western|rural|occupied"
    r"|شمال|جنوب|شرق|غرب|وسط|ريف) )+"
)
_TOWN_WORD = re.compile(
    r"^(?:city|town|village|port|capital) of | (?:city|town|village|township|municipality|port)$"
    rf"|^(?:ville|village|localite|port|ciudad|pueblo) {_OF}|^(?:مدينه|بلده|قريه|город|село) "
)
_UNIT_WORD = re.compile(
    r"^(?:province|state|region|governorate|district|department|county|oblast) of "
    r"| (?:province|state|region|governorate|district|department|county|oblast|territory"
    r"|prefecture|division|wilaya|krai|zone|область|краи|раион)$"
    r"|^(?:province|region|departement|gouvernorat|etat|wilaya|district|oblast|territoire"
    rf"|provincia|departamento|estado|municipio) {_OF}"
    r"|^(?:محافظه|ولايه|اقليم|منطقه|استان|ولايت) "
)
_UNIT_OF_TOWN = -0.8  # a unit beside the town of the same name


def find_candidates(gazetteer: Gazetteer, name: str, *, abbreviations: bool = False) -> list[Entry]:
    """Return what a name may mean, most prominent first; empty if it is not known.

    The name as written comes first. Only if nothing has it are words put aside that describe:
    `Rafah city` is then a town, `Kharkiv region` a unit, `northern Shan` Shan.
    """
    if found := gazetteer.entries(name, abbreviations=abbreviations):
        return found
    normal = normalise_name(name)
    for pattern, kinds in (
        (_TOWN_WORD, POINT_KINDS),
        (_UNIT_WORD, AREA_KINDS),
        (_SIDE, AREA_KINDS | POINT_KINDS),
    ):
        bare = pattern.sub("", normal).strip()
        if bare and bare != normal and (found := _of_kinds(gazetteer, bare, kinds)):
            return found
    bare = _UNIT_WORD.sub("", _SIDE.sub("", normal)).strip()
    return _of_kinds(gazetteer, bare, AREA_KINDS) if bare and bare != normal else []


def unit_points(entry: Entry, namesakes: Iterable[Entry]) -> float:
    """Return what a unit loses because a town bears its name, on the log10 scale; 0 for others."""
    if entry.place.kind in {"admin1", "admin2"} and any(
        other.place.kind == "city" and is_same_spot(other.place, entry.place) for other in namesakes
    ):
        return _UNIT_OF_TOWN
    return 0.0


def find_in_container(gazetteer: Gazetteer, name: str, container: str) -> list[Entry]:
    """Return the places whose full name joins a name with its container's: `X del Y`, `X de Y`."""
    return [
        entry
        for link in _LINKS
        for entry in gazetteer.entries(f"{name}{link}{container}")
        if entry.place.kind in POINT_KINDS
    ]


def _of_kinds(gazetteer: Gazetteer, normal: str, kinds: AbstractSet[str]) -> list[Entry]:
    return [entry for entry in gazetteer.entries(normal) if entry.place.kind in kinds]
