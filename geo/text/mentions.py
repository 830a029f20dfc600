"""A mention: a stretch of the text that names a place, a people or an actor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Echo:
    """A later reference to the same place without its name: `the city`, `there`.

    `day`: of what is told there, None where the text gives none.
    """

    role: str
    modality: str
    evidence: str
    kind: str | None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """What the text names, what it is, and which part it plays.

    Attributes
    ----------
    span_start, span_end
        Code points into the document's text, end exclusive.
    class_
        `place`, `demonym`, `actor` or `organisation`.
    kind
        Of place: `point`, `city`, `admin1`, `admin2`, `country`, `region`. Before resolving only
        what the text itself says (`the city of X`, `X province`), else None.
    role
        `venue`, `threatened`, `site`, `actor` or `mentioned`.
    modality
        `actual`, `threatened`, `planned`, `past` or `denied`.
    place_id
        None until it is resolved, and where it names no place.
    tier
        `sure` or `doubtful`.
    reason
        Why it was read this way.
    lookup
        The name to resolve; None: nothing to resolve.
    country
        ISO 3166-1 alpha-2 where the words themselves say it.
    container
        Name of the enclosing place that the text gives.
    sentence, sentence_start, sentence_end
        The sentence: its number, and its bounds in code points.
    event_kind
        What happens there: `talks`, `attack`, `violence`, `displacement`; None: nothing is told
        of it here, as in a dateline.
    day
        Of what is told of it here; None where the text gives none, or more than a day.
    echoes
        What is said of it later without its name.
    """

    mention_id: str
    span_start: int
    span_end: int
    text: str
    class_: str
    kind: str | None
    role: str
    modality: str
    place_id: str | None
    tier: str
    reason: str
    lookup: str | None = None
    country: str | None = None
    container: str | None = None
    sentence: int = 0
    sentence_start: int = 0
    sentence_end: int = 0
    event_kind: str | None = None
    day: date | None = None
    echoes: tuple[Echo, ...] = ()
