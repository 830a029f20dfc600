"""Text to mentions and events, and nothing else: `civmap locate`."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import InputError, UnavailableError
from geo.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo.events import EventSet
    from geo.places import Gazetteer, Place, Profile

_PLACE_FIELDS = ("name", "lon", "lat", "country", "geoname_id", "kind", "confidence")


def locate(source: str | Path | tuple[bytes, str]) -> dict[str, Any]:
    """Return the mentions and events of a text.

    Parameters
    ----------
    source
        The text itself; a path; or bytes and the name to call them by.

    Returns
    -------
        `mentions` and `events` as lists of dicts; `start`, `end` are code points into the text.
        Mentions and events carry their place inline: `name`, `lon`, `lat` (degrees, EPSG:4326),
        `country`, `geoname_id`, `kind`, `confidence`; all None where no place was found.

    Raises
    ------
    TextError
        If the input is empty, too large, or no text.

    Examples
    --------
    >>> found = locate("Shells fell on Goma in North Kivu, the UN said.")
    >>> [(event["role"], event["name"]) for event in found["events"]]
    [('site', 'Goma')]
    """
    from geo.events import read_events, read_events_from_bytes
    from geo.places import open_gazetteer

    with open_gazetteer() as gazetteer:
        if isinstance(source, Path):
            return _describe(read_events(source, gazetteer, Settings()))
        data, name = (source.encode(), "text.txt") if isinstance(source, str) else source
        return _describe(read_events_from_bytes(data, name, gazetteer, Settings()))


def locate_batch(path: Path) -> Iterator[dict[str, Any]]:
    """Yield one answer for each line of a JSON Lines file, in order.

    A line is `{"id", "text", "date"?, "source"?}`. What the lines before say of a source's
    places speaks for the same countries and units in its later ones. A line that can't be read
    yields its `id` (None if there is none) and an `error`.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    InputError
        After the last line, if any line could not be read.
    """
    from geo.places import Profile, open_gazetteer

    profiles: defaultdict[str, Profile] = defaultdict(Profile)
    rejected = total = 0
    try:
        with path.open(encoding="utf-8-sig") as lines, open_gazetteer() as gazetteer:
            for line in lines:
                if line.strip():
                    total += 1
                    answer = _locate_line(line, gazetteer, profiles)
                    rejected += "error" in answer
                    yield answer
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(f"batch file {str(path)!r} can't be read: {error}") from error
    if rejected:
        raise InputError(
            f"{rejected} of {total} lines of {str(path)!r} were rejected; each has an 'error' in "
            "its place. Expected JSON objects with 'id' and 'text'."
        )


def _locate_line(
    line: str, gazetteer: Gazetteer, profiles: Mapping[str, Profile]
) -> dict[str, Any]:
    from geo.events.article import read_article
    from geo.text import document_from_text

    key = None
    try:
        record = json.loads(line)
        key = record["id"]
        day = date.fromisoformat(record["date"]) if record.get("date") else None
        document = document_from_text(
            record["text"], str(key), date=day, publisher=record.get("source")
        )
        profile = profiles[document.publisher] if document.publisher else None
        events = read_article(document, gazetteer, profile=profile)
    except (InputError, ValueError, KeyError, TypeError, AttributeError) as error:
        return {"id": key, "error": f"{type(error).__name__}: {error}"}
    return {"id": key, **_describe(events)}


def _describe(events: EventSet) -> dict[str, Any]:
    places = {place.place_id: place for place in events.places}
    mentions = [
        {
            "start": mention.span_start,
            "end": mention.span_end,
            "text": mention.text,
            "class": mention.class_,
            "role": mention.role,
            "modality": mention.modality,
            "place_id": mention.place_id,
            "tier": mention.tier,
            **_inline(places.get(mention.place_id or "")),
        }
        for mention in events.mentions
    ]
    found = [
        {
            **_inline(places.get(event.place_id or "")),
            "event_id": event.event_id,
            "kind": event.kind,
            "role": event.role,
            "modality": event.modality,
            "date": event.date.isoformat() if event.date else None,
            "place_id": event.place_id,
            "evidence": event.evidence,
        }
        for event in events.events
    ]
    return {"mentions": mentions, "events": found}


def _inline(place: Place | None) -> dict[str, Any]:
    return {field: getattr(place, field, None) for field in _PLACE_FIELDS}
