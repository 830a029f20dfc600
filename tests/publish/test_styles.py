"""The styles that layers are published with; `make test-qgis` opens them in QGIS."""

import io
import re
import sqlite3
from contextlib import closing
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from matplotlib.image import imread

from maps.publish.formats.kmz import draw_icon
from maps.publish.layers import LAYERS
from maps.publish.styles.classes import EVENT_CLASSES, PEOPLE_CLASSES, ZONE_CLASSES
from maps.publish.styles.qml import write_qml
from maps.publish.styles.sld import write_sld

OGC = {"sld": "http://www.opengis.net/sld", "ogc": "http://www.opengis.net/ogc"}
ROLES = {"threatened", "site", "venue", "mentioned", ""}
KINDS = {"admin", "disc", "ring", "drawn", "union", ""}


def test_classes_of_people_leave_no_gap():
    assert PEOPLE_CLASSES[0].least == 0
    assert PEOPLE_CLASSES[-1].most is None
    for below, above in pairwise(PEOPLE_CLASSES):
        assert above.least == below.most + 1


def test_colours_of_people_darken_steadily():
    """Luminance of sRGB after Rec. 709: neighbours can be told apart in grey."""
    colours = [bytes.fromhex(each.style.fill[1:]) for each in PEOPLE_CLASSES]
    grey = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in colours]
    assert all(lighter - darker > 12 for lighter, darker in pairwise(grey))


def test_classes_differ_by_more_than_colour():
    shapes = [each.style.shape for each in EVENT_CLASSES if each.style.fill != "#ffffff"]
    assert len(set(shapes)) == len(shapes)
    lines = [(s.weight, s.dash, s.pattern) for s in (each.style for each in ZONE_CLASSES)]
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("layer", LAYERS)
def test_styles_are_xml_and_ask_for_columns_that_there_are(layer):
    columns = {column.name for column in LAYERS[layer][1]}
    for text in (write_qml(layer), write_sld(layer)):
        ET.fromstring(text)  # noqa: S314 - our own
    asked = {each.text for each in ET.fromstring(write_sld(layer)).iterfind(".//*", OGC)  # noqa: S314
             if each.tag == f"{{{OGC['ogc']}}}PropertyName"}  # fmt: skip
    assert asked <= columns
    assert set(re.findall(r"&quot;(\w+)&quot;", write_qml(layer))) <= columns


def matches(rule, row):
    """Evaluate a rule's filter as SQL, by SQLite."""
    found = rule.find("ogc:Filter/*", OGC)
    with closing(sqlite3.connect(":memory:")) as con:
        return bool(con.execute(f"SELECT {to_sql(found, row)}").fetchone()[0])


def to_sql(node, row):
    operator = node.tag.rpartition("}")[2]
    if operator == "And":
        return " AND ".join(to_sql(each, row) for each in node)
    value = row[node[0].text]
    value = "NULL" if value is None else repr(value)
    if operator == "PropertyIsNull":
        return f"{value} IS NULL"
    signs = {
        "PropertyIsEqualTo": "=",
        "PropertyIsNotEqualTo": "<>",
        "PropertyIsGreaterThanOrEqualTo": ">=",
        "PropertyIsLessThanOrEqualTo": "<=",
        "PropertyIsLessThan": "<",
    }
    literal = node[1].text if isinstance(row[node[0].text], int | None) else repr(node[1].text)
    return f"{value} {signs[operator]} {literal}"


@pytest.mark.parametrize(
    ("layer", "column", "values"),
    [
        ("zones", "kind", [*KINDS, "another"]),
        ("events", "role", [*ROLES, "another"]),
        ("units", "best", [None, 0, 1, 9_999, 10_000, 99_999, 1_000_000, 80_000_000]),
    ],
)
def test_each_row_is_drawn_by_one_rule(layer, column, values):
    rules = ET.fromstring(write_sld(layer)).findall(".//sld:Rule", OGC)  # noqa: S314
    rules = [rule for rule in rules if rule.find("ogc:Filter", OGC) is not None]
    for value in values:
        assert sum(matches(rule, {column: value}) for rule in rules) == 1, value


@pytest.mark.parametrize("mark", [each.style for each in EVENT_CLASSES])
def test_icons_are_drawn_in_the_marks_colours(mark):
    picture = (imread(io.BytesIO(draw_icon(mark))) * 255).round().astype(int)
    fill = [int(mark.fill[at : at + 2], 16) for at in (1, 3, 5)]
    assert picture.shape == (64, 64, 4)
    assert list(picture[34, 32]) == [*fill, 255]
    assert picture[0, 0, 3] == 0
