"""Areas that the analyst drew."""

import pytest
import shapely

from geo.boundaries import read_zones
from geo.errors import BoundaryError

SQUARE = shapely.box(34.2, 31.2, 34.3, 31.3)


@pytest.mark.parametrize("column", ["label", "name", "title", "LABEL"])
def test_label_comes_from_the_file(write_frame, column):
    zones, cautions = read_zones(write_frame("z.geojson", [SQUARE], **{column: ["East"]}))
    assert zones["label"].tolist() == ["East"]
    assert zones.geometry.tolist()[0].equals(SQUARE)
    assert zones.crs == "EPSG:4326"
    assert cautions == []


def test_label_before_name(write_frame):
    zones, _ = read_zones(write_frame("z.geojson", [SQUARE], name=["n"], label=["l"]))
    assert zones["label"].tolist() == ["l"]


def test_areas_without_a_label_are_numbered_by_row(write_frame):
    shapes = [SQUARE, shapely.Point(0, 0), SQUARE]
    zones, cautions = read_zones(write_frame("z.geojson", shapes, label=["a", "b", " "]))
    assert zones["label"].tolist() == ["a", "drawn area 3"]
    assert [caution.code for caution in cautions] == ["rows-without-area"]


def test_a_bare_geometry_will_do(tmp_path):
    path = tmp_path / "bare.geojson"
    path.write_text(
        '{"type":"Feature","properties":null,"geometry":' + shapely.to_geojson(SQUARE) + "}"
    )
    assert read_zones(path)[0]["label"].tolist() == ["drawn area 1"]


def test_points_are_no_zones(write_frame):
    with pytest.raises(BoundaryError, match="no polygons"):
        read_zones(write_frame("z.geojson", [shapely.Point(0, 0)]))
