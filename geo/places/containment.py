"""Whether a place lies in another, as far as the gazetteer can tell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geo.places.place import POINT_KINDS
from geo.places.record import distance_km

if TYPE_CHECKING:
    from geo.places.gazetteer import Entry
    from geo.places.place import Place

_TOWN_REACH_KM = 25.0  # what is called "in" a town may lie in its surroundings
_UNIT_SLACK = 1.3  # a unit's extent holds nine of ten of its settlements
_SAME_KM = 25.0
_DEGREE_KM = 111.0  # of latitude, at least


def lies_in(inner: Entry, outer: Entry) -> bool:
    """Tell whether `inner` lies in `outer`: by codes where both have them, else by distance."""
    place, area = inner.place, outer.place
    if place.place_id == area.place_id:
        return False
    if outer.members:
        return inner.admin1_code in outer.members or place.country in outer.members
    if place.kind == "country" or area.country not in {None, place.country}:
        return False
    if area.kind == "country":
        return True
    if area.kind == "admin1":
        return inner.admin1_code == outer.admin1_code
    return place.kind not in {"admin1", "region"} and _lies_near(inner, outer)


def _lies_near(inner: Entry, outer: Entry) -> bool:
    """Tell the same of an area without codes for its members, or a town."""
    if outer.place.kind == "admin2" and inner.admin2_code:
        return inner.admin2_code == outer.admin2_code
    slack = _TOWN_REACH_KM if outer.place.kind in POINT_KINDS else 0.0
    reach = outer.place.precision_km * _UNIT_SLACK + slack
    return separation_km(inner.place, outer.place) <= reach


def separation_km(left: Place, right: Place) -> float:
    """Return the distance between two places' positions, kilometres."""
    return distance_km(left.lon, left.lat, right.lon, right.lat)


def to_vector(place: Place) -> tuple[float, float, float]:
    """Return the direction of a place from the Earth's middle, of length one.

    The dot product of two is the cosine of the angle between them: many distances at little cost.
    """
    lon, lat = math.radians(place.lon), math.radians(place.lat)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def is_same_spot(left: Place, right: Place) -> bool:
    """Tell whether two namesakes are, for a reader, one: a town and the unit it is the seat of.

    Places of different countries never are, however near: there are two Rafahs.
    """
    if left.country != right.country:
        return False
    reach = max(_SAME_KM, left.precision_km, right.precision_km)
    if abs(left.lat - right.lat) * _DEGREE_KM > reach:
        return False
    return separation_km(left, right) <= reach
