"""Areas of interest: what lies near together is counted on one grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.exposure.discs import disc_box
from geo.types import BBox, LonLat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from geo.exposure.zones import Zone
    from geo.places import Place

PLACE_RADIUS_KM = 1.0
"""The density at a place is that of the disc of this radius round it ..."""

_DISTRICTS = ("admin1", "admin2")
_MAX_DISTRICT_KM = 50.0  # ... and of a district, that of its known extent, up to this radius
_SHAPELESS = ("country", "region")


@dataclass(slots=True)
class Area:
    """Zones and places that are counted on one grid, and the box that holds them."""

    bbox: BBox
    zones: list[Zone] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


def place_radius_km(place: Place) -> float:
    """Return the radius of the disc whose density stands for a place, in kilometres."""
    if place.kind in _DISTRICTS:
        return float(min(max(place.precision_km, PLACE_RADIUS_KM), _MAX_DISTRICT_KM))
    return PLACE_RADIUS_KM


def group_areas(
    zones: Sequence[Zone], places: Sequence[Place], whole: Sequence[gpd.GeoDataFrame]
) -> list[Area]:
    """Group zones and located places into areas whose boxes don't touch.

    Parameters
    ----------
    whole
        Groups of units whose people are known together: an area that touches one of a group
        holds them all.
    """
    groups = [BBox(*group.total_bounds) for group in whole]
    areas = [Area(_grow(zone.bbox, groups), zones=[zone]) for zone in zones]
    areas += [
        Area(
            _grow(disc_box(LonLat(place.lon, place.lat), place_radius_km(place)), groups),
            places=[place],
        )
        for place in places
        if place.kind not in _SHAPELESS
    ]
    merged: list[Area] = []
    for area in areas:
        joined = area
        # a merged box may touch others that neither of the two touched
        while touching := [other for other in merged if other.bbox.intersects(joined.bbox)]:
            for other in touching:
                merged.remove(other)
                joined = Area(
                    other.bbox.union(joined.bbox),
                    zones=[*other.zones, *joined.zones],
                    places=[*other.places, *joined.places],
                )
        merged.append(joined)
    return merged


def _grow(bbox: BBox, groups: Sequence[BBox]) -> BBox:
    for group in groups:
        if group.intersects(bbox):
            bbox = bbox.union(group)
    return bbox
