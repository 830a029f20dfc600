"""Units from files: formats, column schemas, faults."""

import json

import pytest
import shapely

from geo.boundaries import describe_units_file, read_units
from geo.errors import BoundaryError, UnavailableError

LEFT, RIGHT = shapely.box(10, 0, 11, 1), shapely.box(11, 0, 12, 1)
PLAIN = {"pcode": ["AA02", "AA01"], "name": ["Right", "Left"]}
BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def codes(cautions):
    return [caution.code for caution in cautions]


@pytest.mark.parametrize("name", ["units.geojson", "units.json", "units.gpkg", "units.parquet"])
def test_formats_give_the_same_units(write_frame, name):
    units, cautions = read_units(write_frame(name, [RIGHT, LEFT], **PLAIN))
    assert units["pcode"].tolist() == ["AA01", "AA02"]
    assert units["name"].tolist() == ["Left", "Right"]
    assert units["admin_level"].tolist() == [1, 1]
    assert units.geometry.tolist()[0].equals(LEFT)
    assert units.crs == "EPSG:4326"
    assert units["source_id"].str.startswith("units:").all()
    assert cautions == []


def test_cod_ab_columns_since_2025(write_frame):
    path = write_frame(
        "new.geojson",
        [LEFT],
        adm2_name=["Bimbo"],
        adm2_name1=["بيمبو"],
        adm2_pcode=["CF111"],
        adm1_name=["Ombella"],
        adm1_pcode=["CF11"],
        adm0_pcode=["CF"],
        lang=["fr"],
        lang1=["ar"],
    )
    (unit,) = read_units(path)[0].to_dict("records")
    assert unit["pcode"] == "CF111"
    assert unit["name"] == "Bimbo"
    assert unit["name_ar"] == "بيمبو"
    assert unit["admin_level"] == 2
    assert unit["parent_pcode"] == "CF11"
    assert unit["country"] == "CF"
    assert unit["other_names"] == "بيمبو"


def test_cod_ab_columns_before_2025(write_frame):
    path = write_frame(
        "old.gpkg",
        [LEFT],
        ADM1_FR=["Nord"],
        ADM1_EN=["North"],
        ADM1_AR=["شمال"],
        ADM1_PCODE=["TD01"],
        ADM0_PCODE=["TD"],
    )
    (unit,) = read_units(path)[0].to_dict("records")
    assert [unit["name"], unit["name_ar"], unit["other_names"]] == ["North", "شمال", "Nord|شمال"]
    assert [unit["admin_level"], unit["parent_pcode"], unit["country"]] == [1, "TD", "TD"]


def test_the_finest_level_that_is_filled_counts(write_frame):
    path = write_frame(
        "levels.gpkg",
        [LEFT],
        adm1_pcode=["AA01"],
        adm1_name=["One"],
        adm2_pcode=[None],
        adm2_name=[None],
    )
    assert read_units(path)[0]["pcode"].tolist() == ["AA01"]


def test_plain_columns_carry_the_rest(write_frame):
    path = write_frame(
        "plain.geojson",
        [LEFT],
        pcode=["A1"],
        name=["One"],
        admin_level=[3],
        parent_pcode=["A"],
        country=["AA"],
    )
    (unit,) = read_units(path)[0].to_dict("records")
    assert [unit["admin_level"], unit["parent_pcode"], unit["country"]] == [3, "A", "AA"]


def test_other_crs_becomes_degrees(write_frame):
    import geopandas as gpd

    mercator = gpd.GeoSeries([LEFT], crs="EPSG:4326").to_crs("EPSG:3857")
    path = write_frame("mercator.gpkg", mercator, crs="EPSG:3857", pcode=["A"], name=["A"])
    (shape,) = read_units(path)[0].geometry
    assert shape.equals_exact(LEFT, 1e-9)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("name", ["units.gpkg", "units.parquet"])
def test_missing_crs_is_refused(write_frame, name):
    path = write_frame(name, [LEFT], crs=None, pcode=["A"], name=["A"])
    with pytest.raises(BoundaryError, match="no CRS; expected one, such as EPSG:4326"):
        read_units(path)


def test_geojson_is_in_degrees_unless_it_says_otherwise(tmp_path):
    shape = shapely.geometry.mapping(shapely.box(0, 0, 111_319.4908, 1000))
    feature = {"type": "Feature", "properties": {"pcode": "A", "name": "A"}, "geometry": shape}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    path = tmp_path / "crs.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    (shape,) = read_units(path)[0].geometry
    assert shape.bounds[2] == pytest.approx(1.0, abs=1e-6)


def test_metres_without_a_crs_are_no_degrees(write_frame):
    path = write_frame("metres.geojson", [shapely.box(0, 0, 5e5, 5e5)], pcode=["A"], name=["A"])
    with pytest.raises(BoundaryError, match=r"are no degrees; expected -180\.\.180"):
        read_units(path)


def test_row26_heights_are_dropped(write_frame):
    flat = shapely.force_3d(LEFT, z=7.0)
    units, _ = read_units(write_frame("z.gpkg", [flat], pcode=["A"], name=["A"]))
    assert not units.geometry.has_z.any()


def test_row26_rows_without_area_are_reported(write_frame):
    shapes = [
        LEFT,
        shapely.Point(0, 0),
        None,
        shapely.Polygon(),
        shapely.LineString([(0, 0), (1, 1)]),
    ]
    units, cautions = read_units(
        write_frame("mixed.geojson", shapes, pcode=list("ABCDE"), name=list("ABCDE"))
    )
    assert units["pcode"].tolist() == ["A"]
    assert codes(cautions) == ["rows-without-area"]
    assert "rows 2, 3, 4, 5 have no area" in cautions[0].text


def test_row26_areas_of_a_collection_count_and_the_rest_is_reported(write_frame):
    mixed = shapely.GeometryCollection([LEFT, shapely.Point(5, 5)])
    units, cautions = read_units(write_frame("gc.geojson", [mixed], pcode=["A"], name=["A"]))
    assert units.geometry.tolist()[0].equals(LEFT)
    assert codes(cautions) == ["rows-mixed"]


def test_no_polygons_is_an_error(write_frame):
    path = write_frame("points.geojson", [shapely.Point(0, 0)], pcode=["A"], name=["A"])
    with pytest.raises(BoundaryError, match="no polygons in 1 rows"):
        read_units(path)


def test_row24_bow_tie_is_refused_rather_than_halved(write_frame):
    path = write_frame("bow.geojson", [LEFT, BOW_TIE], **PLAIN)
    with pytest.raises(
        BoundaryError, match=r"broken outlines in rows 2 \(Self-intersection.*0\.1%"
    ):
        read_units(path)


def test_row24_tiny_fault_is_mended_and_reported(write_frame):
    spike = shapely.Polygon([(0, 0), (1, 0), (1, 1), (2, 1), (1, 1), (0, 1)])
    assert not spike.is_valid
    units, cautions = read_units(write_frame("spike.geojson", [spike], pcode=["A"], name=["A"]))
    assert units.geometry.is_valid.all()
    assert units.geometry.tolist()[0].area == pytest.approx(1.0)
    assert codes(cautions) == ["outlines-mended"]


def test_row27_faults_of_keys_are_reported_at_once(write_frame):
    path = write_frame(
        "keys.geojson",
        [LEFT, RIGHT, LEFT, RIGHT],
        pcode=["A", "A", None, "B"],
        name=["a", "b", "c", ""],
    )
    with pytest.raises(BoundaryError) as error:
        read_units(path)
    message = str(error.value)
    assert "no P-code in column 'pcode' in rows 3" in message
    assert "no name in rows 4" in message
    assert "P-code 'A' in rows 1, 2; expected each once" in message


def test_columns_that_are_not_known_are_listed(write_frame):
    path = write_frame("odd.geojson", [LEFT], shapeName=["A"])
    with pytest.raises(BoundaryError, match="among columns shapeName; expected adm2_pcode"):
        read_units(path)


def test_pcodes_without_names_are_refused(write_frame):
    path = write_frame("nameless.geojson", [LEFT], adm2_pcode=["A"])
    with pytest.raises(BoundaryError, match="column 'adm2_pcode', but no names"):
        read_units(path)


def test_row25_overlaps_are_reported(write_frame):
    shapes = [LEFT, shapely.box(10.5, 0, 11.5, 1)]
    _, cautions = read_units(write_frame("overlap.geojson", shapes, **PLAIN))
    assert codes(cautions) == ["units-overlap"]
    assert "AA01 and AA02" in cautions[0].text


def test_row25_gaps_are_reported(write_frame):
    ring = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)
    _, cautions = read_units(write_frame("gap.geojson", [ring], pcode=["A"], name=["A"]))
    assert codes(cautions) == ["units-gaps"]
    assert "1 gap between units" in cautions[0].text


def test_row27_equal_names_are_reported(write_frame):
    path = write_frame("names.geojson", [LEFT, RIGHT], pcode=["A", "B"], name=["X", "X"])
    _, cautions = read_units(path)
    assert codes(cautions) == ["units-same-name"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("a.geojson", b"", "0 bytes", id="empty"),
        pytest.param("a.geojson", b"{", "no GeoJSON FeatureCollection", id="cut short"),
        pytest.param("a.geojson", b"[1, 2]", "no GeoJSON FeatureCollection", id="other JSON"),
        pytest.param("a.geojson", b"\x89PNG\r\n\x1a\n\0\xff", "no GeoJSON", id="picture"),
        pytest.param(
            "a.geojson",
            b'{"type":"FeatureCollection","features":[]}',
            "no polygons in 0",
            id="no rows",
        ),
        pytest.param("a.gpkg", b"<OGRVRTDataSource/>", "no GeoPackage", id="VRT named gpkg"),
        pytest.param(
            "a.gpkg", b"SQLite format 3\0" + bytes(200), "no GeoPackage", id="other SQLite"
        ),
        pytest.param("a.parquet", b"PAR2" + bytes(200), "no Parquet", id="no parquet"),
        pytest.param(
            "a.parquet", b"PAR1" + bytes(200) + b"PAR1", "can't be read", id="broken parquet"
        ),
        pytest.param("a.shp", b"x", "expected .geojson", id="another format"),
        pytest.param("a", b"x", "without extension", id="no extension"),
    ],
)
def test_bad_files_are_named(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BoundaryError, match=message):
        read_units(path)


def test_geopackage_that_was_cut_short_is_named(write_frame):
    path = write_frame("cut.gpkg", [LEFT], pcode=["A"], name=["A"])
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(BoundaryError, match="GeoPackage can't be read"):
        read_units(path)


def test_missing_file_is_unavailable(tmp_path):
    with pytest.raises(UnavailableError, match=r"none\.geojson can't be read: No such file"):
        read_units(tmp_path / "none.geojson")


def test_two_layers_need_a_choice(write_frame):
    import geopandas as gpd

    path = write_frame("two.gpkg", [LEFT], pcode=["A"], name=["A"])
    gpd.GeoDataFrame({"pcode": ["B"]}, geometry=[RIGHT], crs="EPSG:4326").to_file(
        path, driver="GPKG", layer="more"
    )
    with pytest.raises(BoundaryError, match=r"2 layers with polygons \(units, more\)"):
        read_units(path)


def test_large_file_is_refused(write_frame):
    from geo.boundaries.vectors import read_polygons

    path = write_frame("large.geojson", [LEFT], **{key: value[:1] for key, value in PLAIN.items()})
    with pytest.raises(BoundaryError, match="expected more than 0 and at most 0 MB"):
        read_polygons(path, limit_bytes=10)


def test_source_is_the_file_with_its_checksum(write_frame):
    path = write_frame("units.geojson", [RIGHT, LEFT], **PLAIN)
    source = describe_units_file(path)
    assert source.source_id == read_units(path)[0]["source_id"].iloc[0]
    assert "sha256" in source.note
    assert "units.geojson" in source.name


@pytest.mark.parametrize(
    ("name", "count", "level"),
    [("caf_admin1", 17, 1), ("caf_admin2", 72, 2), ("caf_admin3", 175, 3)],
)
def test_real_cod_ab(shared_file, name, count, level):
    units, cautions = read_units(shared_file(f"cod-ab-caf-fixture/{name}.parquet"))
    assert len(units) == count
    assert set(units["admin_level"]) == {level}
    assert set(units["country"]) == {"CF"}
    assert units["area_km2"].sum() == pytest.approx(620_303.98, rel=1e-4)
    assert set(codes(cautions)) <= {"units-same-name"}
