"""Which zone of one run is which of the other."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from geo.comparison.read import Record

Pair = tuple["Record | None", "Record | None"]


def pair_zones(
    before: Sequence[Record], after: Sequence[Record], *, same_input: bool
) -> list[Pair]:
    """Return pairs of zones, in the order of `after`; then those that are in one run only.

    Zones are the same if they are of one kind, with the same radii, and of the same unit, else
    at the same place by its id, else by its name and country, else of the same label (unions of
    one radius are the same, whatever they are called). Zone ids
    count only where both runs have the same input. Several that can't be told apart are paired in
    their order.
    """
    keys = [_key_unit, _key_place, _key_name, _key_label]
    if same_input:
        keys.insert(0, _key_id)
    left, right = dict(enumerate(before)), dict(enumerate(after))
    paired: dict[int, int] = {}
    for key in keys:
        places = _index(left, key)
        for number, zone in list(right.items()):
            value = key(zone)
            if value is not None and places[value]:
                other = places[value].pop(0)
                paired[number] = other
                del right[number], left[other]
    pairs: list[Pair] = [
        (before[paired[number]] if number in paired else None, zone)
        for number, zone in enumerate(after)
    ]
    return pairs + [(zone, None) for zone in left.values()]


def pair_units(before: Sequence[Record], after: Sequence[Record]) -> list[Pair]:
    """Return pairs of administrative units by P-code, and those that are in one run only."""
    old = {unit["pcode"]: unit for unit in before}
    new = {unit["pcode"]: unit for unit in after}
    return [(old.get(pcode), new.get(pcode)) for pcode in sorted(old.keys() | new.keys())]


def _index(
    zones: dict[int, Record], key: Callable[[Record], Hashable | None]
) -> defaultdict[Any, list[int]]:
    places: defaultdict[Any, list[int]] = defaultdict(list)
    for number, zone in zones.items():
        places[key(zone)].append(number)
    return places


def _key_of(zone: Record, *parts: Any) -> Hashable | None:
    if parts[0] is None:
        return None
    return (zone["kind"], zone["inner_km"], zone["radius_km"], *parts)


def _key_id(zone: Record) -> Hashable | None:
    return _key_of(zone, zone["zone_id"], zone["label"])


def _key_unit(zone: Record) -> Hashable | None:
    return _key_of(zone, zone["pcode"])


def _key_place(zone: Record) -> Hashable | None:
    return _key_of(zone, zone["place_id"])


def _key_name(zone: Record) -> Hashable | None:
    return _key_of(zone, zone["place"], zone["country"])


def _key_label(zone: Record) -> Hashable | None:
    # what lies round any event is the same zone, however many events there are
    return _key_of(zone, "" if zone["kind"] == "union" else zone["label"])
