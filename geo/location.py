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

    from geo.events import ArticleReader, EventSet
    from geo.places import Geocoder, Place, Profile
    from geo.text import Document, Recogniser

_PLACE_FIELDS = ("name", "lon", "lat", "country", "geoname_id", "kind", "confidence", "source")


def locate(
    source: str | Path | tuple[bytes, str],
    *,
    recogniser: str | Recogniser = "rules",
    geocoder: str | Geocoder = "gazetteer",
    offline: bool = False,
) -> dict[str, Any]:
    """Return the mentions and events of a text.

    Parameters
    ----------
    source
        The text itself; the path of an article (`.txt`, `.md`, `.html`); or bytes and the name
        to call them by.
    recogniser
        Who finds the names: `rules` (built in), `spacy`, `spacy:MODEL`, or an object that does
        what `geo.text.Recogniser` says.
    geocoder
        Who is asked for the names that the gazetteer does not know: `gazetteer` (nobody else),
        `nominatim`, `nominatim:URL`, or an object that does what `geo.places.Geocoder` says.
    offline
        Never touch the network: of an online geocoder only the answers on file are used.

    Returns
    -------
        `mentions` and `events` as lists of dicts; `start`, `end` are code points into the text.
        Mentions and events carry their place inline: `name`, `lon`, `lat` (degrees, EPSG:4326),
        `country`, `geoname_id`, `kind`, `confidence`, `source`; all None where no place was
        found. `warnings` has `code` and `text` of what a reader must know, such as that roles
        are not read in the text's language.

    Raises
    ------
    TextError
        If the input is empty, too large, or no text.
    UsageError
        If there is no such recogniser or geocoder.
    UnavailableError
        If the file can't be read or the recogniser is not installed.

    Examples
    --------
    >>> found = locate("Shells fell on Goma in North Kivu, the UN said.")
    >>> [(event["role"], event["name"]) for event in found["events"]]
    [('site', 'Goma')]
    """
    from geo.events import ArticleReader
    from geo.places import open_gazetteer

    document = _read_document(source)
    with open_gazetteer() as gazetteer:
        reader = ArticleReader(gazetteer, recogniser=recogniser, geocoder=geocoder, offline=offline)
        return _describe(reader.read(document))


def _read_document(source: str | Path | tuple[bytes, str]) -> Document:
    from geo.text import document_from_text, parse_document, read_document

    limit_bytes = Settings().text_limit_bytes
    if isinstance(source, Path):
        return read_document(source, limit_bytes=limit_bytes)
    if isinstance(source, str):  # as it is: its offsets are the caller's
        return document_from_text(source, "the text")
    return parse_document(*source, limit_bytes=limit_bytes)


def locate_batch(
    path: Path,
    *,
    recogniser: str | Recogniser = "rules",
    geocoder: str | Geocoder = "gazetteer",
    offline: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield one answer for each line of a JSON Lines file, in order.

    A line is `{"id", "text", "date"?, "source"?}`. What the lines before say of a source's
    places speaks for the same countries and units in its later ones. A line that can't be read
    yields its `id` (None if there is none) and an `error`. Parameters and answers are those of
    `locate`.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    InputError
        After the last line, if any line could not be read.
    """
    from geo.events import ArticleReader
    from geo.places import Profile, open_gazetteer

    profiles: defaultdict[str, Profile] = defaultdict(Profile)
    rejected = total = 0
    try:
        with path.open(encoding="utf-8-sig") as lines, open_gazetteer() as gazetteer:
            reader = ArticleReader(
                gazetteer, recogniser=recogniser, geocoder=geocoder, offline=offline
            )
            for line in lines:
                if line.strip():
                    total += 1
                    answer = _locate_line(line, reader, profiles)
                    rejected += "error" in answer
                    yield answer
    except UnavailableError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(f"batch file {str(path)!r} can't be read: {error}") from error
    if rejected:
        raise InputError(
            f"{rejected} of {total} lines of {str(path)!r} were rejected; each has an 'error' in "
            "its place. Expected JSON objects with 'id' and 'text'."
        )


def _locate_line(
    line: str, reader: ArticleReader, profiles: Mapping[str, Profile]
) -> dict[str, Any]:
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
        events = reader.read(document, profile)
    except (InputError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
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
    warnings = [{"code": caution.code, "text": caution.text} for caution in events.cautions]
    return {"mentions": mentions, "events": found, "warnings": warnings}


def _inline(place: Place | None) -> dict[str, Any]:
    return {field: getattr(place, field, None) for field in _PLACE_FIELDS}
