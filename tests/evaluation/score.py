"""How well names are found and placed, by the measures that papers on geoparsing use.

Found: exact-span and overlap F1 of all mentions that civmap takes for places or demonyms. Placed,
end to end: of the marked names that have a position, the share that was found with exactly their
span and placed within 161 km (100 miles); one that was not found counts as wrong. Beyond
countries: the same for names whose answer is a town, a camp, or a unit of a country.
"""

from __future__ import annotations

import math
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.events.article import read_article
from geo.places import Profile, open_gazetteer
from geo.places.record import distance_km
from geo.text import document_from_text
from geo.text.lexicon import load_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.evaluation.corpus import Article, Toponym

_NEAR_KM = 161.0
_CLASSES = frozenset({"place", "demonym"})


@dataclass
class Score:
    """Counts over the documents of a corpus; distances in kilometres of what was found."""

    documents: int = 0
    set_aside: int = 0
    marked: int = 0
    found: int = 0
    exact: int = 0
    marked_touched: int = 0
    found_touching: int = 0
    placed: int = 0
    near: int = 0
    beyond: int = 0
    beyond_near: int = 0
    seconds: float = 0.0
    distances_km: list[float] = field(default_factory=list)

    def describe(self) -> list[tuple[str, str]]:
        """Return the figures as names and texts."""
        precision, recall = self.exact / max(1, self.found), self.exact / max(1, self.marked)
        touching = self.found_touching / max(1, self.found)
        touched = self.marked_touched / max(1, self.marked)
        median = statistics.median(self.distances_km) if self.distances_km else math.nan
        return [
            ("documents", f"{self.documents:,}"),
            ("marked names", f"{self.marked:,}, {self.placed:,} with a position"),
            ("marks set aside, as their offsets don't fit", f"{self.set_aside:,}"),
            ("exact span", f"F1 {_mean(precision, recall):.3f} (P {precision:.3f} R {recall:.3f})"),
            ("overlap", f"F1 {_mean(touching, touched):.3f} (P {touching:.3f} R {touched:.3f})"),
            ("within 161 km, end to end", f"{self.near / max(1, self.placed):.3f}"),
            ("of those found", f"{self.near / max(1, len(self.distances_km)):.3f}"),
            (
                "beyond countries, end to end",
                f"{self.beyond_near / max(1, self.beyond):.3f} of {self.beyond:,}",
            ),
            ("median error", f"{median:.1f} km"),
            ("speed", f"{self.documents / max(1e-9, self.seconds):.1f} documents a second"),
        ]


def score_articles(articles: Iterable[Article]) -> Score:
    """Read every article and count; a source's earlier articles are its profile in later ones.

    `seconds` is reading alone, without opening the gazetteer.
    """
    score = Score()
    profiles: defaultdict[str, Profile] = defaultdict(Profile)
    with open_gazetteer() as gazetteer:
        codes = set(load_lexicon().country_codes.values())
        found = [gazetteer.get(f"co:{code}") for code in sorted(codes)]
        countries = {place.geoname_id for place in found if place is not None}
        for article in articles:
            start = time.perf_counter()
            document = document_from_text(article.text, article.key, publisher=article.source)
            profile = profiles[article.source] if article.source else None
            events = read_article(document, gazetteer, profile=profile)
            score.seconds += time.perf_counter() - start
            places = {place.place_id: place for place in events.places}
            spans = {
                (mention.span_start, mention.span_end): places.get(mention.place_id or "")
                for mention in events.mentions
                if mention.class_ in _CLASSES
            }
            score.set_aside += article.set_aside
            _count(score, article.toponyms, spans, countries)
    return score


def _count(
    score: Score, marked: Sequence[Toponym], spans: dict, countries: set[int | None]
) -> None:
    score.documents += 1
    score.marked += len(marked)
    score.found += len(spans)
    touched = [any(a < t.end and t.start < b for a, b in spans) for t in marked]
    score.marked_touched += sum(touched)
    score.found_touching += sum(any(a < t.end and t.start < b for t in marked) for a, b in spans)
    for toponym in marked:
        place = spans.get((toponym.start, toponym.end))
        score.exact += (toponym.start, toponym.end) in spans
        if toponym.lon is None or toponym.lat is None:
            continue
        score.placed += 1
        apart = math.inf
        if place is not None:
            apart = distance_km(place.lon, place.lat, toponym.lon, toponym.lat)
            score.distances_km.append(apart)
        score.near += apart <= _NEAR_KM
        if toponym.geoname_id is None or toponym.geoname_id not in countries:
            score.beyond += 1
            score.beyond_near += apart <= _NEAR_KM


def _mean(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
