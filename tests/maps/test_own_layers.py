"""Layers of the user's own: any CRS, checked, escaped, listed among the sources."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiPoint,
    Point,
    box,
    shape,
)

from geo.errors import UsageError
from maps import RiskMap, own_layer
from maps.layers import own
from maps.own_layer import make_own_layer
from maps.wording import Wording

WORDS = Wording()
TERMS = {"name": "Clinics", "source": "Health cluster, May 2024", "licence": "CC BY 4.0"}


def make_table(crs=4326, **columns):
    shapes = [
        Point(34.27, 31.3),
        LineString([(34.2, 31.2), (34.4, 31.4)]),
        box(34.3, 31.2, 34.4, 31.25),
    ]
    table = {"title": ["A clinic", "A road", "A camp"], "beds": [12, 0, 3], **columns}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326).to_crs(crs)


def read_block(page, key="own-1"):
    block = re.search(
        rf'<script type="application/json" id="data-{key}">(.*?)</script>', page, re.DOTALL
    )
    return json.loads(block[1])


def refuse(run_path, table, **options):
    with pytest.raises(UsageError) as refused:
        RiskMap(run_path).add_layer(table, **(TERMS | options))
    return str(refused.value)


def test_layer_is_on_a_new_map_and_only_there(run_path):
    plain = RiskMap(run_path)
    table = make_table()
    before = table.copy()
    more = plain.add_layer(table, **TERMS)
    assert isinstance(more, RiskMap)
    assert "Clinics" not in plain.to_html()
    assert "Clinics" in more.to_html()
    pd.testing.assert_frame_equal(table, before)
    table["title"] = "changed"
    table.geometry = table.geometry.translate(1)
    assert more.to_html() == plain.add_layer(before, **TERMS).to_html()


@pytest.mark.parametrize("crs", [4326, 3857, 32636, "ESRI:54009"])
def test_layer_lies_in_its_place_whatever_its_crs(run_path, crs):
    page = RiskMap(run_path).add_layer(make_table(crs), **TERMS).to_html()
    features = read_block(page)["features"]
    for feature, expected in zip(features, make_table().geometry, strict=True):
        assert shape(feature["geometry"]).hausdorff_distance(expected) < 2e-5


def test_axis_order_is_longitude_first():
    # pyproj by hand, as an oracle beside geopandas
    x, y = Transformer.from_crs(4326, 2039, always_xy=True).transform(34.27, 31.3)
    table = gpd.GeoDataFrame(geometry=[Point(x, y)], crs=2039)
    layer = make_own_layer(table, "x", colour="#000000", label=None, columns=(), terms=("a", "b"))
    assert layer.features[0].geometry.distance(Point(34.27, 31.3)) < 1e-7


def test_popups_show_the_columns_that_were_chosen_and_no_others(run_path):
    table = make_table(
        note=["x < y & z", None, np.nan], share=[0.25, np.nan, 3.0], secret=["s3cret"] * 3
    )
    table["day"] = pd.to_datetime(["2024-05-01", None, "2024-05-02 12:30"], format="mixed")
    page = (
        RiskMap(run_path)
        .add_layer(table, **TERMS, label="title", columns=["beds", "note", "share", "day"])
        .to_html()
    )
    popups = [feature["properties"]["popup"] for feature in read_block(page)["features"]]
    assert popups[0]["title"] == "A clinic"
    rows = [dict(popup["rows"]) for popup in popups]
    assert rows[0] == {"beds": "12", "note": "x < y & z", "share": "0.25", "day": "2024-05-01"}
    assert rows[1] == {"beds": "0", "note": "no data", "share": "no data", "day": "no data"}
    assert rows[2]["share"] == "3"
    assert rows[2]["day"] == "2024-05-02 12:30:00"
    assert "s3cret" not in page
    assert "Health cluster, May 2024" in popups[0]["notes"][0]


def test_source_licence_and_legend_are_listed(run_path):
    page = RiskMap(run_path).add_layer(make_table(), **TERMS, colour="#A0B0C0").to_html()
    sources = page.partition('<ul class="sources">')[2].partition("</ul>")[0]
    assert "Health cluster, May 2024" in sources
    assert "CC BY 4.0" in sources
    assert "Clinics: Health cluster" in page.partition('<p class="credits"')[2].partition("</p>")[0]
    legend = page.partition("Added to this map")[2].partition("</fieldset>")[0]
    for kind in ("Points", "Lines", "Areas"):
        assert kind in legend
    assert read_block(page)["styles"]["line"]["color"] == "#a0b0c0"


def test_layers_add_up_and_differ_by_shape(run_path):
    page = RiskMap(run_path).add_layer(make_table(), **TERMS)
    page = page.add_layer(make_table(), **(TERMS | {"name": "Stores"})).to_html()
    first, second = (read_block(page, key)["styles"] for key in ("own-1", "own-2"))
    assert first["point"]["path"] != second["point"]["path"]
    assert first["line"].get("dashArray") != second["line"].get("dashArray")


def test_rows_without_a_geometry_are_said_to_be_left_out(run_path):
    table = make_table()
    table.geometry = [Point(34.27, 31.3), None, Point()]
    page = RiskMap(run_path).add_layer(table, **TERMS).to_html()
    assert len(read_block(page)["features"]) == 1
    assert "2 rows without a geometry are left out." in page


def test_points_of_a_multipoint_are_marks_of_their_own(run_path):
    table = gpd.GeoDataFrame(geometry=[MultiPoint([(34.2, 31.2), (34.3, 31.3)])], crs=4326)
    page = RiskMap(run_path).add_layer(table, **TERMS).to_html()
    kinds = [feature["geometry"]["type"] for feature in read_block(page)["features"]]
    assert kinds == ["Point", "Point"]


def test_height_is_left_out(run_path):
    table = gpd.GeoDataFrame(geometry=[Point(34.2, 31.2, 90.0)], crs=4326)
    page = RiskMap(run_path).add_layer(table, **TERMS).to_html()
    assert read_block(page)["features"][0]["geometry"]["coordinates"] == [34.2, 31.2]


def test_table_without_a_crs_is_refused(run_path):
    table = make_table().set_crs(None, allow_override=True)
    assert "no CRS is set" in refuse(run_path, table)


def test_all_faults_are_told_at_once(run_path):
    table = make_table().set_crs(None, allow_override=True)
    told = refuse(run_path, table, name=" ", licence="", colour="red", label="nam", columns=["bed"])
    for part in ("name ' '", "licence ''", "colour 'red'", "'nam'", "'bed'", "no CRS"):
        assert part in told
    assert "title, beds, geometry" in told


@pytest.mark.parametrize(
    "colour", ["red", "#fff", "#12345", "#12345g", "url(x)", "#123456;}", "", None, 7, "#123456\n"]
)
def test_other_colours_are_refused(run_path, colour):
    assert "expected #rrggbb" in refuse(run_path, make_table(), colour=colour)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ([Point(1, 2)], "list is no GeoDataFrame"),
        (pd.DataFrame({"a": [1]}), "DataFrame is no GeoDataFrame"),
        (gpd.GeoDataFrame({"a": [1]}), "no geometry column"),
        (gpd.GeoDataFrame(geometry=[], crs=4326), "it has no geometry"),
        (gpd.GeoDataFrame(geometry=[None, Point()], crs=4326), "it has no geometry"),
        (
            gpd.GeoDataFrame(geometry=[GeometryCollection([Point(1, 2)])], crs=4326),
            "GeometryCollection: expected points, lines or polygons",
        ),
        (gpd.GeoDataFrame(geometry=[Point(622_000, 3_463_000)], crs=4326), "lie off the earth"),
        (gpd.GeoDataFrame(geometry=[Point(1e12, 1e12)], crs=32636), "lie off the earth"),
    ],
    ids=["list", "table", "no column", "no rows", "empty", "collection", "metres", "infinite"],
)
def test_other_tables_are_refused(run_path, table, told):
    assert told in refuse(run_path, table)


def test_too_large_layers_are_refused_with_their_size(run_path, monkeypatch):
    points = gpd.GeoDataFrame(
        {"text": ["x" * 400] * 2_001},
        geometry=shapely.points(np.linspace(34, 35, 2_001), 31.0),
        crs=4326,
    )
    assert "2,001 features, at most 2,000" in refuse(run_path, points)
    gathered = gpd.GeoDataFrame(geometry=[MultiPoint(points.geometry.to_list())], crs=4326)
    assert "2,001 features, at most 2,000" in refuse(run_path, gathered)
    told = refuse(run_path, points.iloc[:1000], columns=["text"])
    assert re.search(r"40\d,\d{3} letters in its popups, at most 300,000", told)
    line = shapely.linestrings(np.column_stack([np.linspace(34, 35, 50_001), np.full(50_001, 31)]))
    long = gpd.GeoDataFrame(geometry=[line], crs=4326)
    assert "50,001 points in its geometries, at most 50,000" in refuse(run_path, long)
    monkeypatch.setattr(own_layer, "MOST_POINTS", 50_001)
    RiskMap(run_path).add_layer(long, **TERMS)


def test_name_is_taken_once(run_path):
    page = RiskMap(run_path).add_layer(make_table(), **TERMS)
    with pytest.raises(UsageError, match="has a layer of this name already"):
        page.add_layer(make_table(), **TERMS)


@pytest.mark.parametrize(("what", "most"), [("name", 80), ("source", 500), ("licence", 500)])
def test_long_terms_are_refused(run_path, what, most):
    told = refuse(run_path, make_table(), **{what: "z" * (most + 1)})
    assert f"{what}: {most + 1} letters, expected at most {most}" in told


def test_map_holds_ten_layers(run_path):
    page = RiskMap(run_path)
    for number in range(10):
        page = page.add_layer(make_table(), **(TERMS | {"name": str(number)}))
    with pytest.raises(UsageError, match="has 10 layers of yours, and no place for more"):
        page.add_layer(make_table(), **TERMS)


def test_long_text_is_cut_and_shown_to_be(run_path):
    page = RiskMap(run_path).add_layer(
        make_table(title=["y" * 900, "b", "c"]), **TERMS, columns="title"
    )
    [(_, text)] = read_block(page.to_html())["features"][0]["properties"]["popup"]["rows"]
    assert text == "y" * 499 + "\N{HORIZONTAL ELLIPSIS}"


def test_layers_lie_above_all_others(run_path):
    page = RiskMap(run_path).add_layer(make_table(), **TERMS).to_html()
    panes = re.findall(r"Pane\(\s*\"([\w-]+)\"\);\s*\w+\.style\.zIndex = (\d+)", page)
    heights = {name: int(height) for name, height in panes}
    assert heights["own-1"] == max(h for name, h in heights.items() if name != "labels")


def test_drawing_says_its_kind_by_form():
    layer = make_own_layer(
        make_table(), "x", colour="#000000", label=None, columns=(), terms=("a", "b")
    )
    assert [entry.form for entry in own.draw(layer, WORDS).legend] == ["area", "line", "area"]


@pytest.mark.browser
def test_layer_is_switched_and_opened_in_the_browser(open_page, run_path, tmp_path):
    path = tmp_path / "map.html"
    RiskMap(run_path).add_layer(make_table(), **TERMS, label="title", columns=["beds"]).save(path)
    opened = open_page(path)
    page = opened.page
    mark = page.locator('.civmap-mark[title="A clinic"]')
    mark.focus()
    page.keyboard.press("Enter")
    rows = page.locator(".civmap-popup tr").evaluate_all("rows => rows.map(r => r.innerText)")
    assert rows == ["beds\t12"]
    page.get_by_label("Clinics").uncheck()
    assert mark.count() == 0
    assert page.locator('path[aria-label="A camp"]').count() == 0
    assert page.locator('[data-key="own-1"]').is_hidden()
    assert opened.errors == []
    assert opened.requests == []
