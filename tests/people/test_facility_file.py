"""Facilities from files: every row is accounted for, and names are a stranger's text."""

import json

import geopandas as gpd
import pytest
import shapely

from geo.errors import BoundaryError, TableError, UnavailableError
from geo.people.facility_file import read_facilities
from geo.people.facility_kinds import count_as, find_kind


@pytest.fixture
def write_csv(tmp_path):
    def write(text):
        path = tmp_path / "facilities.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def write_geojson(tmp_path):
    def write(*features):
        path = tmp_path / "facilities.geojson"
        collection = {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": tags, "geometry": geometry}
                for tags, geometry in features
            ],
        }
        path.write_text(json.dumps(collection), encoding="utf-8")
        return path

    return write


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "hospital"}, "health"),
        ({"healthcare": "clinic"}, "health"),
        ({"healthcare": "yes"}, "health"),
        ({"amenity": "doctors", "healthcare": "doctor"}, "health"),
        ({"building": "hospital"}, "health"),
        ({"building": "hospital", "amenity": "pharmacy"}, "other"),
        ({"amenity": "pharmacy", "healthcare": "pharmacy"}, "other"),
        ({"amenity": "school"}, "school"),
        ({"building": "school"}, "school"),
        ({"amenity": "university"}, "school"),
        ({"amenity": "drinking_water"}, "water"),
        ({"man_made": "water_well"}, "water"),
        ({"natural": "spring"}, "water"),
        ({"barrier": "border_control"}, "crossing"),
        ({"kind": "crossing"}, "crossing"),
        ({"kind": "hospital"}, "health"),
        ({"amenity": "cafe"}, "other"),
        ({"amenity": "shelter"}, None),
        ({"amenity": "social_facility", "social_facility": "shelter"}, None),
        ({"amenity": "refugee_site"}, None),
        ({"refugee": "yes", "amenity": "school"}, None),
        ({"amenity": "hospital", "military": "base"}, None),
        ({"amenity": "no"}, None),
        ({}, None),
    ],
)
def test_kinds_of_tags(tags, kind):
    found, fault = find_kind(tags)
    assert found == kind
    assert (fault is None) == (kind is not None)


@pytest.mark.parametrize(
    ("kind", "counted"),
    [("hospital", "health"), ("clinic", "health"), ("crossing", "crossing"), ("yes", "other")],
)
def test_kinds_that_are_counted(kind, counted):
    assert count_as(kind) == counted


def test_every_row_is_accounted_for(write_csv):
    lines = [
        "osm_id,osm_type,name,amenity,lon,lat",
        "1,node,One,hospital,34.2531,31.2811",
        "2,node,Two,school,34.2532,31.2812",
        "1,node,One,hospital,34.2531,31.2811",
        "3,node,Three,hospital,,",
        "4,node,Four,hospital,east,31.1",
        "5,node,Five,hospital,314.2,31.1",
        "6,node,Six,hospital,0,0",
        "7,node,Seven,,34.2,31.1",
        "8,node,Eight,shelter,34.2533,31.2813",
        "9,node,Nine,hospital,34.2533",
        "10,node,Ten,hospital,nan,inf",
    ]
    file = read_facilities(write_csv("\n".join(lines) + "\n"))
    assert [row.fault for row in file.rows] == [
        None,
        None,
        "the same facility again",
        "no position",
        "position is no number",
        "position out of range",
        "position 0, 0",
        "no tag or column says what it is",
        "a place where people seek shelter, which is not shown",
        "cells do not fit the header",
        "no position",
    ]
    told = file.account(frozenset({"node/1"}))
    assert told["rows"] == 11
    assert {fate: found["rows"] for fate, found in told["fates"].items()} == {
        "used": 1,
        "outside": 1,
        "unusable": 9,
    }
    assert told["fates"]["used"]["reasons"] == {"health": 1}


def test_hostile_names_become_one_line(write_geojson):
    name = "<script>alert(1)</script>\n\u202egnirts\x00 " + "x" * 500
    file = read_facilities(
        write_geojson(
            ({"amenity": "clinic", "name": name, "osm_id": "1); DROP"}, point(1.2345, 2.3456)),
            ({"amenity": "clinic", "name": {"a": 1}, "osm_id": 7}, point(1.2345, 2.3456)),
        )
    )
    first, second = (row.facility for row in file.rows)
    assert first.name.startswith("<script>alert(1)</script> gnirts")  # escaped where it is shown
    assert first.name.isprintable()
    assert len(first.name) == 200
    assert first.facility_id == "row-1"
    assert second.name == "unnamed (health)"


def test_polygons_count_by_a_point_inside(write_geojson):
    # a U, whose centroid lies outside of it
    corners = [(0, 0), (6, 0), (6, 6), (5, 6), (5, 1), (1, 1), (1, 6), (0, 6), (0, 0)]
    ring = [[10 + x / 1000, 5 + y / 1000] for x, y in corners]
    shape = {"type": "Polygon", "coordinates": [ring]}
    large = {"type": "Polygon", "coordinates": [[[10, 5], [10.1, 5], [10.1, 5.1], [10, 5]]]}
    line = {"type": "LineString", "coordinates": [[10, 5], [10.001, 5.001]]}
    file = read_facilities(
        write_geojson(
            ({"amenity": "hospital"}, shape),
            ({"amenity": "university"}, large),
            ({"barrier": "border_control"}, line),
            ({"amenity": "clinic"}, point(10.25, 5.5)),
            ({"amenity": "clinic"}, point(10.2512, 5.5)),
            ({"amenity": "clinic", "position_quality": "approximate"}, point(10.2512, 5.51)),
            ({"amenity": "clinic"}, None),
        )
    )
    found = [row.facility for row in file.rows]
    assert shapely.geometry.shape(shape).contains(shapely.Point(found[0].lon, found[0].lat))
    assert [each.position_quality for each in found[:-1]] == [
        "supported",
        "approximate",
        "approximate",
        "approximate",
        "supported",
        "approximate",
    ]
    assert file.rows[-1].fault == "no position"


def test_broken_geometries_are_rows_without_a_position(write_geojson):
    bow = {
        "type": "Polygon",
        "coordinates": [[[1, 1], [1.002, 1.002], [1.002, 1], [1, 1.002], [1, 1]]],
    }
    lost = {"type": "Polygon", "coordinates": []}
    file = read_facilities(
        write_geojson(
            ({"amenity": "clinic"}, bow),
            ({"amenity": "clinic"}, lost),
            ({"amenity": "clinic"}, point(float("inf"), 2.0)),
        )
    )
    assert file.rows[0].facility is not None
    assert [row.facility for row in file.rows[1:]] == [None, None]


def test_tags_of_their_own_object(write_geojson):
    tags = {"tags": {"amenity": "clinic", "name": "عيادة"}}
    (row,) = read_facilities(write_geojson((tags, point(1.2345, 2.3456)))).rows
    assert (row.facility.kind, row.facility.name) == ("health", "عيادة")


def test_geopackage_in_another_crs(tmp_path):
    frame = gpd.GeoDataFrame(
        {"amenity": ["clinic"]}, geometry=[shapely.Point(34.2512, 31.2812)], crs="EPSG:4326"
    )
    frame.to_crs("EPSG:32636").to_file(tmp_path / "f.gpkg")
    (row,) = read_facilities(tmp_path / "f.gpkg").rows
    assert (row.facility.lon, row.facility.lat) == pytest.approx((34.2512, 31.2812), abs=1e-8)


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["no column lon", "no column lat", "no column that says", "no rows"]),
        ("name,lat\nx,1\n", ["no column lon", "no column that says"]),
        ("lon,lat,amenity,lat\n1,2,x,3\n", ["column 'lat' twice"]),
        ("lon,lat,amenity\n,,clinic\nx,1,clinic\n", ["no position: 1", "is no number: 2"]),
        ('lon,lat,amenity\n1,2,"clinic\n', ["no CSV"]),
        (b"lon,lat,amenity\n1,2,\xff\n", ["no UTF-8"]),
    ],
)
def test_bad_tables_tell_all_faults(write_csv, text, messages):
    with pytest.raises(TableError) as error:
        read_facilities(write_csv(text))
    assert error.value.exit_status == 3
    for message in messages:
        assert message in str(error.value)


def test_bad_files(tmp_path, write_geojson):
    with pytest.raises(TableError, match="says what its 1 rows are"):
        read_facilities(write_geojson(({"name": "x"}, point(1, 2))))
    with pytest.raises(TableError, match=r"named '\.kml'"):
        read_facilities(tmp_path / "a.kml")
    with pytest.raises(UnavailableError):
        read_facilities(tmp_path / "a.geojson")
    (tmp_path / "a.gpkg").write_bytes(b"<VRTDataset/>")
    with pytest.raises(BoundaryError, match="no GeoPackage"):
        read_facilities(tmp_path / "a.gpkg")


def test_hot_export(shared_file):
    path = shared_file("hotosm-pse/hotosm_pse_health_facilities_points_geojson.geojson")
    file = read_facilities(path)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert len(file.rows) == len(features) == 1_544
    for row, feature in zip(file.rows, features, strict=True):
        facility = row.facility
        assert facility.facility_id == f"node/{feature['properties']['osm_id']}"
        assert [facility.lon, facility.lat] == feature["geometry"]["coordinates"]
        if feature["properties"]["amenity"] in ("hospital", "clinic"):
            assert facility.kind == "health"
