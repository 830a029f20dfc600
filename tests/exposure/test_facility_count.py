"""Which facilities lie within a zone: discs by geodesics, other zones by their outline."""

import pyproj
import pytest
import shapely

from geo.exposure.facility_count import count_facilities, find_within
from geo.exposure.zones import Zone
from geo.people.facilities import Facility

GEOD = pyproj.Geod(ellps="WGS84")


def make_zone(name, geometry=None, lon=None, lat=None, radius_km=None, inner_km=None):
    return Zone(
        zone_id=name,
        event_id=None,
        label=name,
        kind="drawn",
        pcode=None,
        lon=lon,
        lat=lat,
        inner_km=inner_km,
        radius_km=radius_km,
        precision_km=0.0,
        area_km2=1.0,
        geometry=geometry or shapely.Point(0, 0).buffer(1),
    )


def make_facility(name, lon, lat, kind="health", quality="supported"):
    return Facility(name, name, kind, lon, lat, quality, "s")


@pytest.mark.parametrize(("lon", "lat"), [(34.25, 31.28), (179.99, -17.0), (20.0, 69.5), (0, 89.9)])
@pytest.mark.parametrize("radius_km", [0.5, 5.0, 100.0])
def test_edge_of_a_disc(lon, lat, radius_km):
    facilities = []
    for bearing in range(0, 360, 15):
        for off in (-0.001, 0.001):  # a metre either way
            at = GEOD.fwd(lon, lat, bearing, (radius_km + off) * 1000)[:2]
            facilities.append(make_facility(f"{bearing}{off:+}", *at))
    disc = make_zone("disc", lon=lon, lat=lat, radius_km=radius_km, inner_km=0.0)
    ring = make_zone("ring", lon=lon, lat=lat, radius_km=radius_km + 1, inner_km=radius_km)
    found = find_within([disc, ring], facilities)
    assert {each.name for each in found["disc"]} == {f"{b}-0.001" for b in range(0, 360, 15)}
    assert {each.name for each in found["ring"]} == {f"{b}+0.001" for b in range(0, 360, 15)}


def test_outline_with_a_hole():
    shape = shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 3, 3)
    facilities = [
        make_facility("inside", 0.5, 0.5),
        make_facility("edge", 0, 2),
        make_facility("hole", 2, 2),
        make_facility("outside", 5, 5),
    ]
    (found,) = find_within([make_zone("z", shape)], facilities).values()
    assert [each.name for each in found] == ["inside", "edge"]


def test_kinds_are_counted_and_none_known_is_no_row():
    facilities = [
        make_facility("a", 0, 0, "hospital"),
        make_facility("b", 0, 0, "health", "approximate"),
        make_facility("c", 0, 0, "crossing"),
    ]
    rows = count_facilities("z", facilities)
    assert [(row.kind, row.total, row.approximate) for row in rows] == [
        ("health", 2, 1),
        ("crossing", 1, 0),
    ]
    assert count_facilities("z", []) == []
    assert find_within([make_zone("z")], []) == {"z": []}
