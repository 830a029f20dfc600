"""How well roles, countries, dates and the `sure` tier fit texts that were labelled by hand.

A role counts as right where the very span was found and has it; a place that was found though no
label has it counts as wrong for the role it was given, a labelled one that was missed for the role
it should have. Threatened targets are counted by place and text, as the map shows them; one that
could not be located counts as found if the run says that it is threatened and where it is unknown.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geo.events import read_events
from geo.places.record import distance_km
from geo.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geo.events.article import ArticleEvents
    from geo.places import Gazetteer
    from geo.text import Mention

ROLES = ("venue", "threatened", "site", "actor", "mentioned")
_AHEAD = frozenset({"threatened", "planned"})
_NEAR_KM = 20.0
_AREAS = frozenset({"country", "region", "admin1", "admin2"})


@dataclass
class RoleScore:
    """Counts over texts; `wrong` tells each fault in words, for the half that may be looked at."""

    right: Counter[str] = field(default_factory=Counter)  # by role
    given: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    targets: int = 0
    targets_found: int = 0
    targets_wrong: int = 0  # threatened places that no label has
    targets_false: int = 0  # of those, in a country where the text has no threatened place
    targets_abroad: int = 0  # threatened places in another country than their labels say
    modality: Counter[str] = field(default_factory=Counter)  # right, all
    dates: Counter[str] = field(default_factory=Counter)  # labelled days and those right; both of
    # places put in their role; of such places those without a labelled day, and those given one
    points: int = 0  # labelled places with a position
    sure: int = 0
    sure_near: int = 0
    wrong: list[str] = field(default_factory=list, repr=False)

    @property
    def macro_f1(self) -> float:
        """The mean over the roles of F1."""
        return sum(
            2 * self.right[role] / max(1, self.given[role] + self.expected[role]) for role in ROLES
        ) / len(ROLES)

    @property
    def recall(self) -> float:
        """The share of threatened targets that an event names."""
        return self.targets_found / max(1, self.targets)

    @property
    def actor_precision(self) -> float:
        """The share of places read as actors that are labelled so."""
        return self.right["actor"] / max(1, self.given["actor"])

    def describe(self) -> list[tuple[str, str]]:
        """Return the figures as names and texts."""
        by_role = ", ".join(
            f"{role} {2 * self.right[role] / max(1, self.given[role] + self.expected[role]):.3f}"
            for role in ROLES
        )
        share, covered = self.sure_near / max(1, self.sure), self.sure / max(1, self.points)
        false = f"{self.targets_false} where no threat is labelled"
        return [
            ("role macro-F1", f"{self.macro_f1:.3f} ({by_role})"),
            ("threatened targets", f"{self.targets_found} of {self.targets}: {self.recall:.3f}"),
            ("threatened, not labelled", f"{self.targets_wrong}, {false}"),
            ("threatened, in a wrong country", f"{self.targets_abroad}"),
            ("actor precision", f"{self.actor_precision:.3f}"),
            ("modality", f"{self.modality['right']} of {self.modality['all']}"),
            ("dates", f"{self.dates['right']} of {self.dates['all']}"),
            (
                "dates in role",
                f"{self.dates['right in role']} of {self.dates['in role']}, "
                f"{self.dates['missing in role']} without a day ("
                + ", ".join(
                    f"{role} {self.dates['right ' + role]} of {self.dates[role]}"
                    for role in ("venue", "threatened", "site")
                )
                + ")",
            ),
            ("dates invented", f"{self.dates['invented']} of {self.dates['undated']}"),
            ("sure within 20 km", f"{share:.3f}, covering {covered:.3f} of {self.points}"),
        ]


def score_roles(paths: Iterable[Path], gazetteer: Gazetteer) -> RoleScore:
    """Read texts that have labels beside them and count."""
    score = RoleScore()
    for path in paths:
        labels = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        found = read_events(path, gazetteer, Settings())
        text = path.read_text(encoding="utf-8")
        _count_dates(score, path.stem, text, labels["mentions"], found)
        _count_roles(score, path.stem, labels["mentions"], found)
        _count_targets(score, path.stem, labels, found)
        _count_positions(score, path.stem, labels["mentions"], found)
    return score


def _count_roles(
    score: RoleScore, name: str, labels: list[dict[str, Any]], found: ArticleEvents
) -> None:
    mentions = {(m.span_start, m.span_end): m for m in found.mentions if m.class_ == "place"}
    places = {(label["start"], label["end"]): label for label in labels}
    for span, label in places.items():
        if label["class"] != "place":
            continue
        role = label["role"]
        score.expected[role] += 1
        mention = mentions.get(span)
        if mention is None:
            score.wrong.append(f"{name}: {label['text']} ({role}) not found")
            continue
        score.right[role] += mention.role == role
        if mention.role != role:
            score.wrong.append(f"{name}: {label['text']} at {span[0]}: {mention.role}, not {role}")
        elif role in {"threatened", "site", "venue"}:
            expected = label.get("modality", "threatened" if role == "threatened" else "actual")
            alike = mention.modality == expected or {mention.modality, expected} <= _AHEAD
            score.modality["all"] += 1
            score.modality["right"] += alike
            if not alike:
                score.wrong.append(
                    f"{name}: {label['text']} at {span[0]}: {mention.modality}, not {expected}"
                )
    for span, mention in mentions.items():
        score.given[mention.role] += 1
        if places.get(span, {}).get("class") != "place":
            score.wrong.append(f"{name}: {mention.text} at {span[0]}: {mention.role}, no place")


def _count_targets(
    score: RoleScore, name: str, labels: dict[str, Any], found: ArticleEvents
) -> None:
    places = {place.place_id: place for place in found.places}
    threatened = {
        event.place_id
        for event in found.events
        if event.role == "threatened" and event.modality in _AHEAD
    }
    by_span = {(m.span_start, m.span_end): m.place_id for m in found.mentions}
    told = {  # a place that can't be located has no event: a caution tells of it
        (m.span_start, m.span_end)
        for m in found.mentions
        if m.place_id is None and m.role == "threatened" and m.modality in _AHEAD
    }
    if told and "threatened-not-located" not in {caution.code for caution in found.cautions}:
        told = set()
    expected = set()
    for target in labels["threatened"]:
        ids = {
            by_span.get((label["start"], label["end"]))
            for label in labels["mentions"]
            if label["text"] == target["name"] or label.get("role") == "threatened"
        }
        spans = {
            (label["start"], label["end"])
            for label in labels["mentions"]
            if label["text"] == target["name"]
        }
        expected |= ids
        is_read = bool({by_span.get(span) for span in spans} & threatened or spans & told)
        score.targets += 1
        score.targets_found += is_read
        if not is_read:
            score.wrong.append(f"{name}: {target['name']} is not read as threatened")
    countries = {target["country"] for target in labels["threatened"]}
    for place_id in sorted(threatened - expected):
        score.targets_wrong += 1
        abroad = places[place_id].country not in countries
        score.targets_false += abroad
        score.wrong.append(
            f"{name}: {places[place_id].name} is read as threatened" + " abroad" * abroad
        )
    lands = {(label["start"], label["end"]): label.get("country") for label in labels["mentions"]}
    for place_id in sorted(threatened):
        own = {lands.get(span) for span, found_id in by_span.items() if found_id == place_id}
        own = own - {None} or set(lands.values())  # of no label: any country of the text's
        if places[place_id].country not in own:
            score.targets_abroad += 1
            score.wrong.append(f"{name}: {places[place_id].name} is in a wrong country")


def _count_dates(
    score: RoleScore, name: str, text: str, labels: list[dict[str, Any]], found: ArticleEvents
) -> None:
    mentions = {(m.span_start, m.span_end): m for m in found.mentions}
    by_span = {span: mention.place_id for span, mention in mentions.items()}
    dated = {
        (by_span.get((label["start"], label["end"])), label["role"])
        for label in labels
        if "date" in label
    }
    for label in labels:
        mention = mentions.get((label["start"], label["end"]))
        if label.get("role") not in {"threatened", "site", "venue"}:
            continue
        given = _find_days(text, mention, label["role"], found) if mention else []
        in_role = bool(mention and mention.place_id) and mention.role == label["role"]
        expected = [label["date"]] if "date" in label else []
        score.dates["all"] += bool(expected)
        score.dates["right"] += bool(expected) and given == expected
        score.dates["in role"] += bool(expected) and in_role
        score.dates["right in role"] += bool(expected) and in_role and given == expected
        if expected and in_role:
            score.dates[label["role"]] += 1
            score.dates["right " + label["role"]] += given == expected
        score.dates["missing in role"] += bool(expected) and in_role and not given
        if not expected and mention and (mention.place_id, label["role"]) in dated:
            continue  # a heading: its event has its day further down
        score.dates["undated"] += not expected and in_role
        score.dates["invented"] += not expected and in_role and bool(given)
        if given != expected and (expected or in_role):
            found_so = "" if in_role else ", and not in its role"
            score.wrong.append(
                f"{name}: {label['text']} at {label['start']}: "
                f"day {given}, not {expected}{found_so}"
            )


def _find_days(text: str, mention: Mention, role: str, found: ArticleEvents) -> list[str]:
    """Return the days of a mention's events: of those read from its sentence, if there are any."""
    events = [e for e in found.events if e.place_id == mention.place_id and e.role == role]
    sentence = " ".join(text[mention.sentence_start : mention.sentence_end].split())
    own = [event for event in events if sentence in (event.evidence or "")]
    return sorted({event.date.isoformat() for event in own or events if event.date})


def _count_positions(
    score: RoleScore, name: str, labels: list[dict[str, Any]], found: ArticleEvents
) -> None:
    places = {place.place_id: place for place in found.places}
    mentions = {(m.span_start, m.span_end): m for m in found.mentions}
    for label in labels:
        if "lon" not in label:
            continue
        mention = mentions.get((label["start"], label["end"]))
        place = places.get(mention.place_id or "") if mention else None
        if place is not None and place.kind in _AREAS:
            continue
        score.points += 1
        if mention is None or place is None or mention.tier != "sure":
            score.wrong.append(f"{name}: {label['text']}: not sure")
            continue
        apart = distance_km(place.lon, place.lat, label["lon"], label["lat"])
        score.sure += 1
        score.sure_near += apart <= _NEAR_KM
        if apart > _NEAR_KM:
            score.wrong.append(f"{name}: {label['text']}: {apart:.0f} km off at {place.place_id}")
