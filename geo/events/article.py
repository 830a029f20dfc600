"""An article to its events: mentions are resolved to places and merged place by place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.events.beyond import ask_beyond
from geo.events.event import Event, EventSet
from geo.places import NameQuery, resolve_names
from geo.text import ROLE_LANGUAGES, RULES, find_mentions
from geo.types import Caution, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geo.places import Gazetteer, Geocoder, Place, Profile, Resolution
    from geo.text import Document, Mention, Recogniser

_EVENT_ROLES = frozenset({"venue", "threatened", "site"})
_KINDS = {"venue": "talks", "threatened": "attack", "site": "violence"}
_CURRENT = ("actual", "threatened", "planned")
_AHEAD = frozenset({"threatened", "planned"})
_LANGUAGES = {
    "ar": "Arabic",
    "fr": "French",
    "ru": "Russian",
    "uk": "Ukrainian",
    "fa": "Persian",
    "es": "Spanish",
}
_MOST_UNRESOLVED = 8  # names that a caution lists
_MAX_EVIDENCE = 3  # sentences


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One place in one sentence in one role: what events are merged from.

    `day`: None where the text gives none.
    """

    place_id: str
    role: str
    modality: str
    kind: str
    sentence: str
    order: int
    day: date | None


def read_article(
    document: Document,
    gazetteer: Gazetteer,
    *,
    recogniser: Recogniser = RULES,
    geocoder: Geocoder | None = None,
    profile: Profile | None = None,
) -> EventSet:
    """Read the events of an article.

    Parameters
    ----------
    document
        The article.
    gazetteer
        Where names are recognised and resolved.
    recogniser
        Who finds the names and tells their classes.
    geocoder
        Who is asked for the names that the gazetteer does not know; None: nobody.
    profile
        Where the article's source writes about; it learns from the article. None: not known.

    Returns
    -------
        One event for each place, role, standing (current, past, denied) and day; what is told
        without a day counts to the first event of its standing. Capitals and countries that act or
        are only mentioned have a place but no event.

    Raises
    ------
    TextError
        If the text holds more different names than any article does.
    """
    found = find_mentions(document, gazetteer, recogniser)
    resolutions = _resolve(found, gazetteer, profile)
    beyond: list[Caution] = []
    if geocoder is not None:
        resolutions, beyond = ask_beyond(found, resolutions, geocoder)
    mentions = _stand_in(
        [_locate(mention, resolutions.get(mention.mention_id)) for mention in found]
    )
    places = _collect_places(mentions, resolutions)
    events = _merge(_list_sightings(document, mentions))
    return EventSet(
        mentions=mentions,
        events=events,
        places=places,
        cautions=[*_caution(document, mentions, events), *beyond],
        sources=[
            _describe(document),
            *gazetteer.sources(),
            *(geocoder.sources() if geocoder is not None else ()),
        ],
        as_of=document.date,
        as_of_source=document.date_source or "none",
        title=document.title,
        publisher=document.publisher,
        kind="article",
        name=document.name,
        sha256=document.sha256,
    )


def _resolve(
    mentions: Sequence[Mention], gazetteer: Gazetteer, profile: Profile | None
) -> Mapping[str, Resolution]:
    queries = []
    for position, mention in enumerate(mentions):
        if mention.lookup is None:
            continue
        name, kind, container = mention.lookup, mention.kind, mention.container
        if mention.country and mention.kind == "country":
            name = _country_name(gazetteer, mention.country) or name
        elif mention.country:  # a capital that stands for its government
            container = _country_name(gazetteer, mention.country) or container
            kind = "city" if mention.role == "actor" else kind
        acts = mention.role == "actor"
        queries.append(NameQuery(mention.mention_id, name, container, kind, position, acts))
    found: Mapping[str, Resolution] = resolve_names(queries, gazetteer, profile=profile)
    if profile is not None:
        sure = {r.place.place_id: r for r in found.values() if r.place and r.tier == "sure"}
        for resolution in sure.values():
            if resolution.place and resolution.place.kind != "country":
                profile.add_place(resolution.place.country, resolution.unit)
    return found


def _country_name(gazetteer: Gazetteer, iso2: str) -> str | None:
    fact = gazetteer.country(iso2)
    return fact.name if fact else None


def _locate(mention: Mention, resolution: Resolution | None) -> Mention:
    if mention.lookup is None:
        return mention
    if resolution is None or resolution.place is None:
        reason = resolution.reason if resolution else "not looked up"
        return replace(mention, tier="doubtful", reason=f"{mention.reason}; place: {reason}")
    tier = "sure" if mention.tier == resolution.tier == "sure" else "doubtful"
    return replace(
        mention,
        place_id=resolution.place.place_id,
        kind=resolution.place.kind,
        tier=tier,
        reason=f"{mention.reason}; place: {resolution.reason}",
    )


def _stand_in(mentions: Sequence[Mention]) -> list[Mention]:
    """Put a quarter that no gazetteer knows where the text says it lies: `the X area of Y`."""
    towns = {m.lookup: m for m in mentions if m.place_id and m.kind != "country"}
    found = []
    for mention in mentions:
        town = towns.get(mention.container) if mention.place_id is None else None
        if town is not None and mention.class_ == "place":
            mention = replace(  # noqa: PLW2901 - the mention, now with a place
                mention,
                place_id=town.place_id,
                kind=town.kind,
                tier="doubtful",
                reason=f"{mention.reason}; {town.text!r} stands for it, in which it lies",
            )
        found.append(mention)
    return found


def _collect_places(
    mentions: Sequence[Mention], resolutions: Mapping[str, Resolution]
) -> list[Place]:
    """Return the places in order of first mention, each in its most confident reading."""
    places: dict[str, Place] = {}
    for mention in mentions:
        resolution = resolutions.get(mention.mention_id)
        if resolution is None or resolution.place is None:
            continue
        place = resolution.place
        known = places.get(place.place_id)
        if known is None or known.confidence < place.confidence:
            places[place.place_id] = place
    return list(places.values())


def _list_sightings(document: Document, mentions: Sequence[Mention]) -> list[_Sighting]:
    sightings: list[_Sighting] = []
    for mention in mentions:
        if mention.place_id is None or mention.class_ != "place":
            continue
        sentence = document.text[mention.sentence_start : mention.sentence_end]
        if mention.role in _EVENT_ROLES and mention.event_kind is not None:
            sightings.append(
                _Sighting(
                    mention.place_id,
                    mention.role,
                    mention.modality,
                    mention.event_kind,
                    sentence,
                    mention.span_start,
                    mention.day,
                )
            )
        sightings.extend(
            _Sighting(
                mention.place_id,
                echo.role,
                echo.modality,
                echo.kind or _KINDS[echo.role],
                echo.evidence,
                mention.span_start,
                echo.day,
            )
            for echo in mention.echoes
        )
    return sightings


def _merge(sightings: Sequence[_Sighting]) -> list[Event]:
    groups: dict[tuple[str, str, str], list[_Sighting]] = {}
    for sighting in sightings:
        standing = "current" if sighting.modality in _CURRENT else sighting.modality
        groups.setdefault((sighting.place_id, sighting.role, standing), []).append(sighting)
    parts = [part for group in groups.values() for part in _part_by_day(group)]
    ordered = sorted(parts, key=lambda part: part[0].order)
    return [_make_event(f"E{n}", part) for n, part in enumerate(ordered, start=1)]


def _part_by_day(group: Sequence[_Sighting]) -> list[list[_Sighting]]:
    """Part what is told of different days; what has no day goes with the first of its kind.

    Its kind: what happens or what is ahead, so that the day of talks to come is not that of talks
    that are held.
    """
    first: dict[bool, date] = {}
    for sighting in group:
        if sighting.day is not None:
            first.setdefault(sighting.modality in _AHEAD, sighting.day)
    parts: dict[date | None, list[_Sighting]] = {}
    for sighting in group:
        day = sighting.day or first.get(sighting.modality in _AHEAD)
        parts.setdefault(day, []).append(sighting)
    return list(parts.values())


def _make_event(event_id: str, group: Sequence[_Sighting]) -> Event:
    """Merge sightings; what happens outranks what is planned, a feared attack one announced."""
    modalities = [sighting.modality for sighting in group]
    modality = min(modalities, key=lambda m: _CURRENT.index(m) if m in _CURRENT else 0)
    leading = [sighting for sighting in group if sighting.modality == modality]
    kinds = [sighting.kind for sighting in group]
    sentences = dict.fromkeys(_tidy(sighting.sentence) for sighting in leading)
    return Event(
        event_id=event_id,
        kind=max(dict.fromkeys(kinds), key=kinds.count),
        role=group[0].role,
        modality=modality,
        date=next((sighting.day for sighting in group if sighting.day), None),
        place_id=group[0].place_id,
        evidence=" […] ".join(list(sentences)[:_MAX_EVIDENCE]),
    )


def _tidy(sentence: str) -> str:
    return " ".join(sentence.split())


def _caution(
    document: Document, mentions: Sequence[Mention], events: Sequence[Event]
) -> list[Caution]:
    cautions: list[Caution] = []
    if document.language not in ROLE_LANGUAGES:
        language = _LANGUAGES.get(document.language, "this language")
        cautions.append(
            Caution(
                "roles-not-read",
                f"Roles (talks, attacks, threats) are read in English only: in {language} civmap "
                "did not read what is threatened or where violence is. Every place is merely "
                "mentioned, and no zone is drawn.",
            )
        )
    unresolved = sorted({m.text for m in mentions if m.lookup is not None and m.place_id is None})
    if unresolved:
        names = _list(unresolved)
        cautions.append(
            Caution(
                "unresolved-names",
                f"{len(unresolved)} of the names could not be located: {names}. "
                "What the text tells of such a place is not on the map.",
            )
        )
    lost = sorted({m.text for m in mentions if m.place_id is None and _is_threatened(m)})
    if lost:
        cautions.append(
            Caution(
                "threatened-not-located",
                f"Under threat by the text, but not located and so not counted: {_list(lost)}.",
            )
        )
    if not any(mention.place_id for mention in mentions):
        cautions.append(Caution("no-place", "The article names no place that could be located."))
    elif (
        document.language in ROLE_LANGUAGES
        and not lost
        and not any(event.role == "threatened" for event in events)
    ):
        cautions.append(Caution("no-threat", "The article names no place that is under threat."))
    return cautions


def _list(names: Sequence[str]) -> str:
    more = len(names) - _MOST_UNRESOLVED
    return ", ".join(names[:_MOST_UNRESOLVED]) + (f" and {more} more" * (more > 0))


def _is_threatened(mention: Mention) -> bool:
    return (
        mention.class_ == "place"
        and mention.role == "threatened"
        and mention.modality in {"threatened", "planned"}
    )


def _describe(document: Document) -> Source:
    return Source(
        source_id="article",
        name=document.title or document.name,
        licence="of its publisher",
        date=document.date.isoformat() if document.date else None,
        attribution=document.publisher,
        note="the input",
    )
