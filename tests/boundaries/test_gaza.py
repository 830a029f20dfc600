"""The embedded outlines: they tile the Strip, and the file is what the module writes."""

import hashlib
import itertools
import json
import re
from pathlib import Path

import pytest
import shapely

from geo.boundaries import EMBEDDED_SOURCE, UNIT_COLUMNS, read_embedded_units
from geo.boundaries.gaza import GOVERNORATES, write_outlines

DATA = Path(__file__).parents[2] / "data" / "boundaries"


@pytest.fixture(scope="module")
def units():
    return read_embedded_units()


def test_file_is_what_the_module_writes(tmp_path):
    write_outlines(tmp_path / "again.geojson")
    again = (tmp_path / "again.geojson").read_bytes()
    assert again == (DATA / "gaza_governorates.geojson").read_bytes()


def test_source_page_has_the_checksums():
    listed = dict(
        re.findall(
            r"^\| (\S+) \| ([0-9a-f]{64}) \|$", (DATA / "SOURCE.md").read_text(), re.MULTILINE
        )
    )
    files = {path.name for path in DATA.iterdir()} - {"SOURCE.md"}
    assert set(listed) == files
    for name, digest in listed.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest


def test_rings_tile_without_overlap_or_gap(units):
    geometries = list(units.geometry)
    for one, other in itertools.combinations(geometries, 2):
        assert one.intersection(other).area == 0
    whole = shapely.union_all(geometries)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(sum(each.area for each in geometries), rel=1e-12)


def test_neighbours_share_their_border_vertex_by_vertex(units):
    corners = {
        unit.pcode: set(
            shapely.get_coordinates(unit.geometry).round(4).view("f8,f8").ravel().tolist()
        )
        for unit in units.itertuples()
    }
    for one, other in itertools.combinations(units.itertuples(), 2):
        border = one.geometry.intersection(other.geometry)
        on_border = {tuple(point) for point in shapely.get_coordinates(border).tolist()}
        assert on_border <= corners[one.pcode]
        assert on_border <= corners[other.pcode]


def test_rings_are_counter_clockwise_and_valid():
    collection = json.loads((DATA / "gaza_governorates.geojson").read_text())
    for feature in collection["features"]:
        polygon = shapely.geometry.shape(feature["geometry"])
        assert polygon.is_valid
        assert polygon.exterior.is_ccw
    assert collection["attribution"] == EMBEDDED_SOURCE.attribution


def test_areas_are_those_published_within_a_third_of_a_percent(units):
    published = {unit.pcode: unit.published_area_km2 for unit in GOVERNORATES}
    for unit in units.itertuples():
        assert unit.area_km2 == pytest.approx(published[unit.pcode], rel=0.0034)
    assert units["area_km2"].sum() == pytest.approx(365.01, rel=0.004)


def test_frame_has_the_columns_of_the_run_database(units):
    assert list(units.columns) == [*UNIT_COLUMNS[:-1], "other_names", "geometry"]
    assert units["pcode"].tolist() == ["PS0255", "PS0260", "PS0265", "PS0270", "PS0275"]
    assert set(units["parent_pcode"]) == {"PS02"}
    assert set(units["country"]) == {"PS"}
    assert units.crs == "EPSG:4326"
    assert units.set_index("pcode").loc["PS0275", "name_ar"] == "رفح"


def test_outlines_agree_with_the_exact_ones(units, shared_file):
    from geo.boundaries import read_units

    exact, cautions = read_units(shared_file("cod-ab-pse/admin2.geojson"))
    assert cautions == []
    exact = exact.set_index("pcode")
    for unit in units.itertuples():
        original = exact.loc[unit.pcode]
        assert original["name"] == unit.name
        difference = unit.geometry.symmetric_difference(original.geometry).area
        assert difference < 0.05 * original.geometry.area
