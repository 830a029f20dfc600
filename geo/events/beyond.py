"""Names of an article that the gazetteer doesn't know, asked of another geocoder."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from geo.errors import UnavailableError
from geo.places import Resolution
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.places import Geocoder, Place
    from geo.text import Mention

_MOST_NAMES = 20  # of one article
_MOST_COUNTRIES = 10
_MOST_LISTED = 8

Resolutions = dict[str, Resolution]


def ask_beyond(
    mentions: Sequence[Mention], resolutions: Mapping[str, Resolution], geocoder: Geocoder
) -> tuple[Resolutions, list[Caution]]:
    """Resolve what the gazetteer does not know; what it knows, in doubt or not, is left as it is.

    A name in doubt is not asked for: which of several places an article means is in its context,
    which no geocoder sees. Names are looked for in the country of the place that the text says
    holds them, else in those of the article's other places, else anywhere. Guessed spellings are
    not taken.

    Parameters
    ----------
    mentions
        Of one article, in text order.
    resolutions
        By mention_id, as the gazetteer gave them.

    Returns
    -------
        Resolutions by mention_id, the new ones `doubtful`; and a caution if a name could not be
        asked for.
    """
    answers: dict[tuple[str, tuple[str, ...]], Place | None] = {}
    failed: dict[str, str] = {}
    found = dict(resolutions)
    for mention in mentions:
        if not _is_unknown(mention, resolutions):
            continue
        name = mention.lookup or ""
        key = (name, _choose_countries(mention, mentions, resolutions))
        if key not in answers and name not in failed:
            if len(answers) + len(failed) >= _MOST_NAMES:
                failed[name] = f"more than {_MOST_NAMES} names of one article"
                continue
            try:
                answers[key] = _choose_place(geocoder.find_places(name, key[1]))
            except UnavailableError as error:
                failed[name] = str(error)
        if place := answers.get(key):
            reason = f"not in the gazetteer; {geocoder.label} knows it"
            found[mention.mention_id] = Resolution(place, "doubtful", reason)
    return found, list(_caution(failed, geocoder.label))


def _is_unknown(mention: Mention, resolutions: Mapping[str, Resolution]) -> bool:
    if mention.lookup is None or mention.class_ != "place":
        return False
    resolution = resolutions.get(mention.mention_id)
    return resolution is None or resolution.place is None


def _choose_countries(
    mention: Mention, mentions: Sequence[Mention], resolutions: Mapping[str, Resolution]
) -> tuple[str, ...]:
    counts: Counter[str] = Counter()
    for other in mentions:
        resolution = resolutions.get(other.mention_id)
        country = resolution.place.country if resolution and resolution.place else None
        if country is None:
            continue
        if mention.container is not None and other.lookup == mention.container:
            return (country,)
        counts[country] += 1
    return tuple(sorted(country for country, _ in counts.most_common(_MOST_COUNTRIES)))


def _choose_place(places: Sequence[Place]) -> Place | None:
    return next((place for place in places if not place.source.startswith("fuzzy")), None)


def _caution(failed: Mapping[str, str], label: str) -> list[Caution]:
    if not failed:
        return []
    more = len(failed) - _MOST_LISTED
    names = ", ".join(list(failed)[:_MOST_LISTED]) + (f" and {more} more" * (more > 0))
    reason = next(iter(failed.values()))
    return [
        Caution(
            "geocoder-unavailable",
            f"{label} gave no answer for {len(failed)} of the names, which the gazetteer does not "
            f"know ({names}): {reason}.",
        )
    ]
