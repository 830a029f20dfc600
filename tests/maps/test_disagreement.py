"""Population sources side by side on the page: the table, and where they disagree."""

import numpy as np
import pytest

from geo.exposure.lattice import Lattice, Share
from maps import RiskMap
from maps.furniture import tabulate_sources
from maps.layers import density, disagreement, draw_layers
from maps.layers.disagreement import classify_ratio
from maps.layers.picture import NODATA, OUTSIDE
from maps.run import read_run
from maps.wording import Wording

WORDS = Wording()
FEW, NOBODY, LESS_HALF, LESS, ALIKE, MORE, MORE_TWICE = range(2, 9)


@pytest.fixture(scope="module")
def path(make_run):
    return make_run(compared=True)


@pytest.fixture(scope="module")
def run(path):
    return read_run(path)


def classify(main, other, main_valid=1.0, other_valid=1.0, main_inside=1.0, other_inside=1.0):
    shares = [
        Share(np.array([[people]]), np.array([[inside]]), np.array([[valid]]))
        for people, inside, valid in (
            (main, main_inside, main_valid),
            (other, other_inside, other_valid),
        )
    ]
    return int(classify_ratio(Lattice("EPSG:4326", 0.0, 0.0, 1.0, 1.0, *shares))[0, 0])


@pytest.mark.parametrize(
    ("main", "other", "expected"),
    [
        (100.0, 49.9, LESS_HALF),
        (100.0, 50.0, LESS),
        (100.0, 79.9, LESS),
        (100.0, 80.0, ALIKE),
        (100.0, 124.9, ALIKE),
        (100.0, 125.0, MORE),
        (100.0, 199.9, MORE),
        (100.0, 200.0, MORE_TWICE),
        (0.0, 100.0, NOBODY),
        (100.0, 0.0, NOBODY),
        (9.0, 1.0, FEW),
        (0.0, 9.0, FEW),
        (0.0, 0.0, FEW),
        (10.0, 1.0, LESS_HALF),
    ],
)
def test_classes_of_ratios(main, other, expected):
    assert classify(main, other) == expected


def test_cell_without_data_in_one_source_is_told_from_one_without_people():
    assert classify(100.0, 0.0, other_valid=0.0) == NODATA
    assert classify(0.0, 100.0, main_valid=0.0, main_inside=0.0) == NODATA
    assert classify(100.0, 40.0, other_valid=0.49) == NODATA
    assert classify(100.0, 40.0, other_valid=0.51) == LESS_HALF
    assert classify(30.0, 30.0, main_valid=0.3, other_valid=0.3) == ALIKE  # both: a coast


def test_cell_that_the_run_holds_a_part_of_is_not_compared():
    assert classify(100.0, 40.0, other_inside=0.5, other_valid=0.5) == OUTSIDE
    assert classify(0.0, 0.0, main_valid=0.0, other_valid=0.0) == OUTSIDE


def test_there_is_a_layer_for_the_other_source_and_it_is_off(run):
    drawings = {drawing.key: drawing for drawing in draw_layers(run, WORDS)}
    layer = drawings["disagreement-b"]
    assert not layer.shown
    assert layer.exclusive
    assert "other.tif" in layer.title
    counts = {entry.label: int(entry.note.split()[0].replace(",", "")) for entry in layer.legend}
    # each cell has half as many people, rounded down; where the main one has no data, 0
    surface = run.surfaces[0]
    people = np.nan_to_num(surface.people)
    assert counts["fewer: 1/2 to 1/1.25"] + counts["less than half as many"] == (people > 10).sum()
    assert counts["No data in one source"] == np.isnan(surface.people).sum()
    assert counts["within 25 %"] == counts["One source has nobody here"] == 0


def test_one_source_has_no_layer_and_no_table(run_path):
    run = read_run(run_path)
    assert disagreement.draw_all(run, WORDS) == []
    assert tabulate_sources(run, WORDS).rows == []


def test_density_is_that_of_the_main_source(run, run_path):
    alone = read_run(run_path)
    assert [surface.grid["grid_id"] for surface in run.surfaces] == ["g1"]
    here, there = (density.draw_static(each, WORDS) for each in (run, alone))
    assert [entry.note for entry in here.legend] == [entry.note for entry in there.legend]
    assert "other.tif" not in (here.note or "") + here.title


def test_table_shows_the_sources_side_by_side(run):
    table = tabulate_sources(run, WORDS)
    rows = [row[1:] for row in table.rows if row[0] == "Rafah"]
    assert rows == [
        ("Modelled surface of the Gaza Strip (mid-2023)", "275,267", "1.00", "90 %"),
        ("other.tif (2020)", "137,633", "0.50", "90 %"),
        ("far.tif", "unknown", "\N{EN DASH}", "0 %"),
    ]


@pytest.mark.browser
def test_layer_is_switched_on_in_place_of_the_density(open_page, path, tmp_path):
    RiskMap(path).save(tmp_path / "map.html")
    opened = open_page(tmp_path / "map.html")
    images = opened.page.locator("img.civmap-cells")
    before = images.first.get_attribute("src")
    opened.page.get_by_label("Where sources disagree: other.tif").check()
    assert images.count() == 1
    assert images.first.get_attribute("src") != before
    key = opened.page.locator('[data-key="disagreement-b"]')
    assert "more than twice as many" in key.inner_text()
    assert opened.requests == []
    assert opened.errors == []
