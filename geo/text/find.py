"""From a document to its mentions: names, classes, roles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.text.anaphora import read_echoes
from geo.text.candidates import AREAS
from geo.text.clauses import read_units
from geo.text.consensus import (
    adopt_datelines,
    adopt_echoes,
    heed_denials,
    yield_to_towns,
)
from geo.text.diary import Diary
from geo.text.hindsight import find_hindsight
from geo.text.lexicon import load_lexicon
from geo.text.lists import share_parts
from geo.text.mentions import Echo, Mention
from geo.text.pretence import find_pretence
from geo.text.recognise import is_sure
from geo.text.recogniser import RULES
from geo.text.roles import read_part
from geo.text.scene import MENTIONED, Part, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from geo.text.candidates import Candidate
    from geo.text.document import Document
    from geo.text.names import NameIndex
    from geo.text.recogniser import Recogniser

ROLE_LANGUAGES = frozenset({"en"})  # languages whose roles are read; elsewhere all are `mentioned`


def find_mentions(
    document: Document, names: NameIndex, recogniser: Recogniser = RULES
) -> list[Mention]:
    """Find the places, peoples, actors and organisations of an article and the part each plays.

    Parameters
    ----------
    document
        The article; offsets are code points into its text.
    names
        Where names are looked up; the gazetteer is one.
    recogniser
        Who finds the names and tells their classes; the built-in rules by default.

    Returns
    -------
        In text order, ids `m1`, `m2` ...; unresolved (`place_id` None).

    Raises
    ------
    TextError
        If the text holds more different names than any article does.
    """
    lexicon = load_lexicon()
    reading = recogniser.read(document, names)
    reads_roles = document.language in ROLE_LANGUAGES or document.language == "und"
    year = document.date.year if document.date else None
    scenes = [
        Scene(read_units(sentence, found, lexicon), lexicon, year)
        for sentence, found in zip(reading.sentences, reading.names, strict=True)
    ]
    hindsight = find_hindsight(document.text, scenes)
    pretence = find_pretence(scenes) if reads_roles else frozenset()
    diary = Diary(document, reading.sentences, scenes, hindsight)
    parts: dict[int, Part] = {}
    days: dict[int, date | None] = {}
    echoes: dict[int, list[Echo]] = {}
    for number, scene in enumerate(scenes):
        if not reads_roles:
            continue
        for name, part in _read_parts(scene):
            told = _look_back(part) if number in hindsight else part
            told = _discount(told) if number in pretence else told
            parts[id(name)] = told
            days[id(name)] = diary.find_day(number, told, name.first)
        if number in pretence:
            continue
        sentence = reading.sentences[number]
        for antecedent, part in read_echoes(scenes, number, lexicon, parts):
            told = _look_back(part) if number in hindsight else part
            echoes.setdefault(id(antecedent), []).append(
                Echo(
                    told.role,
                    told.modality,
                    document.text[sentence.start : sentence.end],
                    told.kind,
                    diary.find_day_again(number, told, antecedent),
                )
            )
    flat = [name for found in reading.names for name in found]
    yield_to_towns(scenes, parts)
    heed_denials(flat, parts, echoes)
    adopt_echoes(flat, parts, echoes)
    adopt_datelines(flat, parts, echoes)
    named = [one for name in flat for one in ((name, name.home) if name.home else (name,))]
    return _make_mentions(document, named, parts, echoes, days)


def _read_parts(scene: Scene) -> Iterator[tuple[Candidate, Part]]:
    """Yield the places of a sentence and the part of each."""
    read = {
        place: read_part(scene, place) for place, unit in enumerate(scene.units) if unit.is_place
    }
    read |= share_parts(scene, read)
    for place, part in read.items():
        name = scene.units[place].name
        if name is not None:
            yield name, part


def _discount(part: Part) -> Part:
    """Take what an exercise or a game tells of for neither violence nor a threat."""
    if part.role not in {"threatened", "site"}:
        return part
    return Part("mentioned", "actual", None, f"in an exercise or a game: {part.reason}")


def _look_back(part: Part) -> Part:
    """Put what happened into the past, where its sentence tells of a former time."""
    if part.kind is None or part.modality == "denied":
        return part
    return replace(part, modality="past", reason=f"{part.reason}, in a former time")


def _make_mentions(
    document: Document,
    names: Sequence[Candidate],
    parts: dict[int, Part],
    echoes: dict[int, list[Echo]],
    days: dict[int, date | None],
) -> list[Mention]:
    mentions: list[Mention] = []
    for name in names:
        if name.class_ in {"person", "street"}:
            continue
        if name.class_ == "organisation" and name.country is None and name.home is None:
            continue
        part = _class_part(name) or parts.get(id(name), MENTIONED)
        resolvable = name.class_ in {"place", "demonym"} and not (
            name.class_ == "demonym"
            and name.entry is not None
            and name.entry.place is None
            and name.country is None
        )
        mentions.append(
            Mention(
                mention_id=f"m{len(mentions) + 1}",
                span_start=name.start,
                span_end=name.end,
                text=document.text[name.start : name.end],
                class_=name.class_,
                kind=_said_kind(name) if resolvable else None,
                role=part.role,
                modality=part.modality,
                place_id=None,
                tier="sure" if is_sure(name) else "doubtful",
                reason="; ".join([*name.reasons, part.reason]),
                lookup=name.lookup if resolvable else None,
                country=name.country or _seat_country(name, part),
                container=name.container,
                sentence=name.sentence.index,
                sentence_start=name.sentence.start,
                sentence_end=name.sentence.end,
                event_kind=part.kind,
                day=days.get(id(name)),
                echoes=tuple(echoes.get(id(name), ())),
            )
        )
    return mentions


def _said_kind(name: Candidate) -> str | None:
    if name.entry is not None and name.entry.kind in AREAS:
        return name.entry.kind
    return name.hint


def _class_part(name: Candidate) -> Part | None:
    if name.class_ == "actor":
        return Part("actor", "actual", None, "acts by itself")
    if name.class_ in {"demonym", "organisation"}:
        return MENTIONED
    return None


def _seat_country(name: Candidate, part: Part) -> str | None:
    """Return the country of a capital that stands for its government."""
    if part.role != "actor" or name.class_ != "place":
        return None
    return load_lexicon().seats.get(name.key)
