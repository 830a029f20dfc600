"""Which place each name of a document means, scored by parts that can be told in words.

A candidate's score is a sum on a log10 scale: one point is worth ten times the people.

- prior: prominence (people, capital, areas) and how well the kind fits what the text says;
- container: the text names what holds the place (`Rafah in Gaza`, `Lashio, Shan State`);
- units: first- and second-level units and regions named elsewhere in the document;
- countries: those named in the document, and those of its other places;
- nearness to the other places of the document.

Countries and units come first, as they need the least context; then all names are scored again
with what the first pass found. A name means one place in a document, unless it is given
different containers.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.places.candidates import find_candidates, find_in_container, unit_points
from geo.places.containment import is_same_spot, lies_in, separation_km, to_vector
from geo.places.names import normalise_name
from geo.places.place import AREA_KINDS, POINT_KINDS, Place
from geo.places.reasons import explain, summarise
from geo.places.record import EARTH_RADIUS_KM

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from geo.places.gazetteer import Entry, Gazetteer
    from geo.places.profile import Profile

    _Scored = tuple[float, dict[str, float], Entry]  # score, its parts, the candidate
    _Vector = tuple[float, float, float]  # from the Earth's middle to a place, of length one

# Points on the log10 scale, set by hand and checked on public news corpora.
_CONTAINER = 5.0
_OUTSIDE_CONTAINER = -3.0
_CONTAINER_COUNTRY = 2.0  # not in the container, but in its country
_CONTAINER_NAME = 3.0  # "Georgia" after "Atlanta, Georgia" was read
_ADMIN1 = 1.2
_ADMIN2 = 0.8
_COUNTRY = 0.8
_NAMED_COUNTRY = 1.2  # of the only one; shared by the square root of their number
_HOME = 1.0  # times the share of the source's places that lie in the country
_HOME_UNIT = 1.0
_NEARNESS = 1.0
_NEAR_KM = 150.0
_TWIN_KM = 25.0
_KIND = 3.0

_SURE_MARGIN = 0.8
_LARGE = 100_000  # persons: a city of this size may be named without its country
_MANY_PLACES = 3  # mentions in other countries
_FAR_KM = 300.0
_MOST_CANDIDATES = 40
_MOST_NEIGHBOURS = 60  # places that nearness is measured to: more say no more, and take time
_MOST_ALTERNATIVES = 5
_LEAST_CONFIDENCE = 0.02


@dataclass(frozen=True, slots=True)
class NameQuery:
    """A name in a document.

    Attributes
    ----------
    key
        The caller's own; answers are found by it.
    container
        The place that the text says holds this one, as written; None: the text does not say.
    kind
        What the text says it is (`city`, `admin1`, `region` ...); None: it does not say.
    position
        Where in the text, in any unit that grows.
    acts
        Whether it stands for a government, which says little of which side of its border the
        others lie on.
    """

    key: Hashable
    name: str
    container: str | None = None
    kind: str | None = None
    position: int = 0
    acts: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name means: the place, None if the gazetteer does not know the name.

    `tier` is `sure` or `doubtful`; `reason` says in words what decided. The place carries its
    `confidence` and, where doubtful, its `alternatives`. `unit` is GeoNames' code of the
    first-level unit that it lies in (`US.TX`), None if it lies in none.
    """

    place: Place | None
    tier: str
    reason: str
    unit: str | None = None


@dataclass(slots=True)
class _Group:
    """All queries of one name with one container and kind."""

    normal: str
    container: str | None
    kind: str | None
    keys: list[Hashable]
    candidates: list[Entry]
    containers: list[Entry]
    acting: int = 0  # of its queries, those that stand for a government
    own_parts: list[dict[str, float]] = field(default_factory=list)  # of candidates, by themselves
    nearness: dict[str, float] = field(default_factory=dict)  # to the context's neighbours
    twins: dict[str, bool] = field(default_factory=dict)  # whether a namesake lies over a border
    scores: list[_Scored] = field(default_factory=list)

    @property
    def best(self) -> Entry | None:
        return self.scores[0][2] if self.scores else None


@dataclass(slots=True)
class _Context:
    """What the document says about where it plays."""

    named: frozenset[str] = frozenset()
    countries: Counter[str] = field(default_factory=Counter)
    units: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    acting: Counter[str] = field(default_factory=Counter)
    neighbours: list[tuple[str, str, _Vector]] = field(default_factory=list)
    holders: Counter[str] = field(default_factory=Counter)
    found: list[Entry] = field(default_factory=list)
    profile: Profile | None = None  # None: what the source wrote about is not known


def resolve_names(
    queries: Sequence[NameQuery], gazetteer: Gazetteer, *, profile: Profile | None = None
) -> dict[Hashable, Resolution]:
    """Resolve the names of one document together.

    Parameters
    ----------
    queries
        All place names of the document; countries and regions too, as they are context.
    profile
        What the source wrote about before; None: not known.

    Returns
    -------
        A resolution for every query's key.
    """
    groups = _group(queries, gazetteer)
    for group in groups:
        group.own_parts = [_own_parts(entry, group) for entry in group.candidates]
    context = _first_context(groups, profile or None)
    for group in groups:
        _score(group, context)
    for _ in range(2):
        last, context = context, _next_context(groups, context)
        if context == last:
            break  # the same again would be found
        moved = context.neighbours != last.neighbours
        for group in groups:
            if moved:
                group.nearness.clear()
            _score(group, context)
    answers = {}
    for group in groups:
        resolution = _decide(group, context)
        answers.update(dict.fromkeys(group.keys, resolution))
    return {query.key: answers[query.key] for query in queries}


def _group(queries: Sequence[NameQuery], gazetteer: Gazetteer) -> list[_Group]:
    """Group queries; one without a container joins the only group of its name that has one."""
    contained: dict[str, set[str]] = defaultdict(set)
    for query in queries:
        if query.container:
            contained[normalise_name(query.name)].add(normalise_name(query.container))
    groups: dict[tuple[str, str | None, str | None], _Group] = {}
    for query in sorted(queries, key=lambda query: query.position):
        normal = normalise_name(query.name)
        own = normalise_name(query.container) if query.container else None
        if own is None and len(contained[normal]) == 1:
            (own,) = contained[normal]
        key = (normal, own, query.kind)
        if key not in groups:
            joined = find_in_container(gazetteer, query.name, own) if own else []
            plain = find_candidates(gazetteer, query.name)
            groups[key] = _Group(
                normal,
                own,
                query.kind,
                [],
                [*plain, *(entry for entry in joined if entry not in plain)],
                find_candidates(gazetteer, own, abbreviations=True) if own else [],
            )
        groups[key].keys.append(query.key)
        groups[key].acting += query.acts
    return list(groups.values())


def _first_context(groups: Iterable[_Group], profile: Profile | None) -> _Context:
    """Read the countries and units that are named, before any place is resolved."""
    context = _Context(profile=profile)
    for group in groups:
        for entries in (group.candidates, group.containers):
            if entries and entries[0].place.kind == "country" and entries[0].place.country:
                context.countries[entries[0].place.country] += len(group.keys)
                context.acting[entries[0].place.country] += group.acting
        for entry in group.candidates:
            if entry.place.kind in AREA_KINDS and entry.prominence >= 4:
                _add_units(context, group.normal, entry)
    context.named = frozenset(context.countries)
    return context


def _next_context(groups: Iterable[_Group], last: _Context) -> _Context:
    """Read the countries, units and places that the last pass found."""
    context = _Context(named=last.named, profile=last.profile)
    for group in groups:
        best = group.best
        if best is None:
            continue
        if best.place.country:
            context.countries[best.place.country] += len(group.keys)
            context.acting[best.place.country] += group.acting
        if best.place.kind in AREA_KINDS:
            _add_units(context, group.normal, best)
        elif best.admin1_code and _margin(group) >= _SURE_MARGIN:
            context.units[best.admin1_code].add(group.normal)
        for holder in group.containers:
            if lies_in(best, holder):
                context.holders[holder.place.place_id] += 1
                break
    context.neighbours = _list_neighbours(groups)
    context.found = [
        group.best for group in groups if group.best and group.best.place.kind in POINT_KINDS
    ][:_MOST_NEIGHBOURS]
    return context


def _list_neighbours(groups: Iterable[_Group]) -> list[tuple[str, str, _Vector]]:
    """Return name, identifier and direction of the towns that were found, most mentioned first."""
    towns = [
        (len(group.keys), group.normal, group.best.place)
        for group in groups
        if group.best is not None and group.best.place.kind in POINT_KINDS
    ]
    towns.sort(key=lambda town: -town[0])
    return [
        (normal, place.place_id, to_vector(place)) for _, normal, place in towns[:_MOST_NEIGHBOURS]
    ]


def _add_units(context: _Context, normal: str, entry: Entry) -> None:
    if entry.place.kind in {"admin1", "region"}:
        for code in (entry.admin1_code, *entry.members):
            if code:
                context.units[code].add(normal)
    elif entry.admin2_code:
        context.units[entry.admin2_code].add(normal)


def _own_parts(entry: Entry, group: _Group) -> dict[str, float]:
    """Return what speaks for a candidate whatever else is in the text."""
    parts = {"prior": entry.prominence + _kind_points(entry, group)}
    if points := _container_points(entry, group):
        parts["container"] = points
    return parts


def _score(group: _Group, context: _Context) -> None:
    scored = []
    for entry, own in zip(group.candidates, group.own_parts, strict=True):
        parts = own | _context_parts(entry, group, context)
        scored.append((sum(parts.values()), parts, entry))
    scored.sort(key=lambda item: (-item[0], item[2].place.place_id))
    scored = scored[:_MOST_CANDIDATES]
    others = {key: way for name, key, way in context.neighbours if name != group.normal}
    for index, (score, parts, entry) in enumerate(scored if others else ()):
        key = entry.place.place_id
        if key not in group.nearness:
            group.nearness[key] = _nearness_points(entry.place, others)
        if points := group.nearness[key]:
            scored[index] = (score + points, parts | {"nearness": points}, entry)
    scored.sort(key=lambda item: (-item[0], item[2].place.place_id))
    group.scores = scored


def _kind_points(entry: Entry, group: _Group) -> float:
    kind = entry.place.kind
    points = unit_points(entry, group.candidates)
    if group.kind is None:
        return points
    if group.kind == kind:
        return _KIND
    family = POINT_KINDS if group.kind in POINT_KINDS else AREA_KINDS
    return points + (_KIND / 2 if kind in family else 0.0)


def _container_points(entry: Entry, group: _Group) -> float:
    if not group.containers:
        return 0.0
    if entry.parent is not None and entry.parent == group.container:
        return _CONTAINER
    top = group.containers[0].prominence
    for holder in group.containers:
        if lies_in(entry, holder):
            # A minor reading of the container's name proves less.
            return _CONTAINER - 0.5 * (top - holder.prominence)
    if entry.place.country == group.containers[0].place.country:
        return _OUTSIDE_CONTAINER + _CONTAINER_COUNTRY
    return _OUTSIDE_CONTAINER


def _context_parts(entry: Entry, group: _Group, context: _Context) -> dict[str, float]:
    parts = {}
    place, country = entry.place, entry.place.country
    if place.kind != "country":
        if _is_named(context.units.get(entry.admin1_code or ""), group):
            parts["admin1"] = _ADMIN1
        if _is_named(context.units.get(entry.admin2_code or ""), group):
            parts["admin2"] = _ADMIN2
    counted = context.countries.get(country, 0) if country else 0
    if counted and group.best and group.best.place.country == country:
        counted -= len(group.keys)  # a name is no evidence for itself
    only_acts = False
    acting = context.acting.get(country, 0) if country else 0
    if acting and _has_twin(entry, group):
        counted -= acting
        only_acts = counted <= 0
    if counted > 0:
        parts["country"] = _COUNTRY * counted / (counted + 1.0)
    if country in context.named and not only_acts and place.kind != "country":
        parts["country"] = parts.get("country", 0.0) + _NAMED_COUNTRY / math.sqrt(
            len(context.named)
        )
    if context.profile is not None and (home := _home_points(entry, context.profile)):
        parts["home"] = home
    if place.place_id in context.holders:
        parts["holder"] = _CONTAINER_NAME
    return parts


def _home_points(entry: Entry, profile: Profile) -> float:
    if entry.place.kind == "country":
        return 0.0
    country, unit = profile.share(entry.place.country), profile.share(entry.admin1_code)
    return _HOME * country + _HOME_UNIT * unit


def _is_named(names: set[str] | None, group: _Group) -> bool:
    """Tell whether names that speak for a unit are others than the group's own."""
    if not names:
        return False
    return len(names) > 1 or group.normal not in names


def _has_twin(entry: Entry, group: _Group) -> bool:
    """Tell whether a namesake lies across a border that is near: the two Rafahs."""
    place = entry.place
    if place.place_id not in group.twins:
        group.twins[place.place_id] = place.kind in POINT_KINDS and any(
            other.place.kind in POINT_KINDS
            and other.place.country != place.country
            and separation_km(other.place, place) <= _TWIN_KM
            for other in group.candidates
        )
    return group.twins[place.place_id]


def _nearness_points(place: Place, others: Mapping[str, _Vector]) -> float:
    if place.kind in {"country", "region"}:
        return 0.0
    x, y, z = to_vector(place)
    ways = others.values()
    if place.place_id in others:  # under another name: a place is not near itself
        ways = {key: way for key, way in others.items() if key != place.place_id}.values()
    nearest = max([x * u + y * v + z * w for u, v, w in ways], default=-1.0)
    distance_km = EARTH_RADIUS_KM * math.acos(max(-1.0, min(1.0, nearest)))
    return round(_NEARNESS * math.exp(-distance_km / _NEAR_KM), 3)


def _is_out_of_the_way(group: _Group, context: _Context) -> bool:
    """Tell a small town in a country that the text does not speak of, among many places elsewhere.

    An unknown village is likelier than that the text names a town abroad and not its country.
    """
    best = group.scores[0][2].place
    if best.kind not in POINT_KINDS or (best.population or 0) >= _LARGE or group.container:
        return False
    elsewhere = context.countries.total() - context.countries[best.country or ""]
    own = context.countries[best.country or ""] - len(group.keys)
    near = any(
        separation_km(entry.place, best) < _FAR_KM
        for entry in context.found
        if entry.place.place_id != best.place_id
    )
    return own <= 0 and elsewhere >= _MANY_PLACES and best.country not in context.named and not near


def _rivals(group: _Group) -> list[_Scored]:
    """Return the candidates that are another place than the best, best first."""
    best = group.scores[0][2].place
    return [item for item in group.scores[1:] if not is_same_spot(item[2].place, best)]


def _margin(group: _Group) -> float:
    best = group.scores[0][2].place
    for score, _, entry in group.scores[1:]:
        if not is_same_spot(entry.place, best):
            return group.scores[0][0] - score
    return math.inf


def _decide(group: _Group, context: _Context) -> Resolution:
    if not group.scores:
        return Resolution(None, "doubtful", "no place of this name in the gazetteer")
    if _is_out_of_the_way(group, context):
        country = group.scores[0][2].place.country
        reason = (
            f"the gazetteer knows a small town of this name only in {country}, far from all else"
        )
        return Resolution(None, "doubtful", reason)
    score, parts, best = group.scores[0]
    rivals = _rivals(group)
    margin = score - rivals[0][0] if rivals else math.inf
    odds = [10.0 ** (rival[0] - score) for rival in rivals]
    confidence = 1.0 / (1.0 + sum(odds))
    contradicted = parts.get("container", 0.0) < 0 or (
        group.kind in AREA_KINDS and best.place.kind in POINT_KINDS
    )
    tier = "sure" if margin >= _SURE_MARGIN and not contradicted else "doubtful"
    alternatives = tuple(
        summarise(rival[2].place, confidence * share)
        for rival, share in list(zip(rivals, odds, strict=True))[:_MOST_ALTERNATIVES]
        if tier == "doubtful" and confidence * share >= _LEAST_CONFIDENCE
    )
    place = dataclasses.replace(
        best.place, confidence=round(confidence, 3), alternatives=alternatives
    )
    reason = explain(
        parts,
        group.container,
        best.place,
        [item[2].place for item in rivals],
        close=margin < _SURE_MARGIN,
    )
    return Resolution(place, tier, reason, best.admin1_code)
