"""An event, and the set of events that one input tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from geo.places import Place
    from geo.text import Mention
    from geo.types import Caution, Source

ROLES_AT_RISK = ("threatened", "site")
"""Of events round which people are counted, the most urgent first."""

MODALITIES_AT_RISK = ("actual", "threatened", "planned")
"""Of such events; those that are past or denied put nobody at risk."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happens, is feared or is talked of at one place.

    Attributes
    ----------
    event_id
        `E1`, `E2` ... in text order; the table's own identifier.
    kind
        `talks`, `attack`, `violence`, `displacement`, or the table's own type as a slug.
    role
        `venue`, `threatened` or `site`.
    modality
        `actual`, `threatened`, `planned`, `past` or `denied`.
    date
        The day that the text or the table gives; None: not given.
    place_id
        Key of the place in the same event set.
    evidence
        The sentences that it was read from, or the table row's note.
    radius_km
        The event's own reach, kilometres; None: the run's radii.
    fatalities
        Persons; None: not given.
    event_type
        The table's own words.
    """

    event_id: str
    kind: str
    role: str
    modality: str
    date: date | None
    place_id: str | None
    evidence: str | None
    radius_km: float | None = None
    fatalities: int | None = None
    event_type: str | None = None


@dataclass(frozen=True, slots=True)
class EventSet:
    """All that was read from one article or table.

    Attributes
    ----------
    mentions
        Of an article, with place, kind and tier filled in; empty for a table.
    places
        Every place that was resolved, also without an event, in order of first mention.
    cautions
        What was set aside, guessed or left in doubt.
    as_of, as_of_source
        The article's day or the table's newest, and where it stood: `given`, `metadata`,
        `dateline`, `text`, `newest event`, or `none`.
    kind
        `article` or `table`.
    sha256
        Of the bytes as given.
    """

    mentions: list[Mention]
    events: list[Event]
    places: list[Place]
    cautions: list[Caution]
    sources: list[Source]
    as_of: date | None
    as_of_source: str
    title: str | None
    publisher: str | None
    kind: str
    name: str
    sha256: str
