"""Whether a place lies in another, as far as the gazetteer can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.places.record import distance_km

if TYPE_CHECKING:
    from geo.places.gazetteer import Entry
    from geo.places.place import Place

_TOWN_REACH_KM = 25.0  # what is called "in" a town may lie in its surroundings
_UNIT_SLACK = 1.3  # a unit's extent holds nine of ten of its settlements
_SAME_KM = 25.0


def lies_in(inner: Entry, outer: Entry) -> bool:
    """Tell whether `inner` lies in `outer`: by codes where both have them, else by distance."""
    place, area = inner.place, outer.place
    if place.place_id == area.place_id or place.kind == "country":
        return area.kind == "region" and place.country in outer.members
    if outer.members:
        return inner.admin1_code in outer.members or place.country in outer.members
    if area.country is not None and place.country != area.country:
        return False
    if area.kind == "country":
        return True
    if area.kind == "admin1":
        return inner.admin1_code == outer.admin1_code
    if place.kind in {"admin1", "region"}:
        return False
    if area.kind == "admin2" and inner.admin2_code:
        return inner.admin2_code == outer.admin2_code
    slack = _TOWN_REACH_KM if area.kind in {"city", "point"} else 0.0
    return separation_km(place, area) <= area.precision_km * _UNIT_SLACK + slack


def separation_km(left: Place, right: Place) -> float:
    """Return the distance between two places' positions, kilometres."""
    return distance_km(left.lon, left.lat, right.lon, right.lat)


def is_same_spot(left: Place, right: Place) -> bool:
    """Tell whether two namesakes are, for a reader, one: a town and the unit it is the seat of.

    Places of different countries never are, however near: there are two Rafahs.
    """
    if left.country != right.country:
        return False
    reach = max(_SAME_KM, left.precision_km, right.precision_km)
    return separation_km(left, right) <= reach
