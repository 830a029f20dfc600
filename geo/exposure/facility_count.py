"""Facilities within zones: counted so that they can be supported or spared, never ranked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.exposure.discs import METRES_PER_DEGREE
from geo.people.facility_file import APPROXIMATE
from geo.people.facility_kinds import KINDS, count_as

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.exposure.zones import Zone
    from geo.people.facilities import Facility


@dataclass(frozen=True, slots=True)
class FacilityCount:
    """Facilities of a kind within a zone; a row of table `zone_facilities`."""

    zone_id: str
    kind: str
    total: int
    approximate: int


def find_within(zones: Sequence[Zone], facilities: Sequence[Facility]) -> dict[str, list[Facility]]:
    """Return the facilities that lie in each zone, by zone id, in their order.

    A disc holds what lies no further from its centre than its radius, by geodesics on WGS 84; a
    ring what its disc holds and the next smaller disc does not; another zone what its outline
    covers, edge included.
    """
    lon = np.array([facility.lon for facility in facilities], dtype=np.float64)
    lat = np.array([facility.lat for facility in facilities], dtype=np.float64)
    return {
        zone.zone_id: [
            facilities[number] for number in np.flatnonzero(_is_within(zone, lon, lat)).tolist()
        ]
        for zone in zones
    }


def count_facilities(zone_id: str, facilities: Sequence[Facility]) -> list[FacilityCount]:
    """Return how many facilities of each kind there are; kinds of which none is known are missing.

    Missing means not known: lists of facilities are seldom complete.
    """
    total = Counter(count_as(facility.kind) for facility in facilities)
    approximate = Counter(
        count_as(facility.kind)
        for facility in facilities
        if facility.position_quality == APPROXIMATE
    )
    return [
        FacilityCount(zone_id, kind, total[kind], approximate[kind])
        for kind in KINDS
        if total[kind]
    ]


def _is_within(zone: Zone, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    if not len(lon):
        return np.zeros(0, dtype=bool)
    if zone.lon is None or zone.lat is None or zone.radius_km is None:
        import shapely

        shapely.prepare(zone.geometry)
        covered: NDArray[np.bool_] = shapely.intersects_xy(zone.geometry, lon, lat)
        return covered
    import pyproj

    # by latitude alone most are too far; the others are measured
    near = np.flatnonzero(np.abs(lat - zone.lat) * METRES_PER_DEGREE <= zone.radius_km * 1000.0)
    centers = np.full(len(near), zone.lon), np.full(len(near), zone.lat)
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(*centers, lon[near], lat[near])
    km = np.asarray(metres) / 1000.0
    inside = np.zeros(len(lon), dtype=bool)
    inside[near] = (km <= zone.radius_km) & (km > (zone.inner_km or -1.0))
    return inside
