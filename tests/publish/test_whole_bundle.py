"""One bundle in every format, public and internal: the same people in all, to the last person."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pypdf
import pytest
import rasterio

from geo.assessment import run_assessment
from geo.settings import Settings
from maps.publish.layers import LAYERS
from maps.publish.publication import publish_run
from maps.publish.verify import verify_folder
from tests.publish.readers import READERS, read_people

# the article that civmap was thought up from lies beside the repository, never in it
SEEDS = sorted((Path(__file__).parents[2].parent / "shared" / "seeds").glob("*.txt"))[:1]
CASES = [
    (None, "public"),
    *((seed, profile) for seed in SEEDS for profile in ("public", "internal")),
]
NUMBER = "PSE001_exposure_rafah_20240224"


@pytest.fixture(
    scope="module",
    params=CASES,
    ids=lambda case: f"{'seed' if case[0] else 'example'} {case[1]}",
)
def folder(request, tmp_path_factory):
    article, profile = request.param
    aside = tmp_path_factory.mktemp("whole")
    run_assessment(article, Settings(), aside / "run.duckdb")
    publish_run(aside / "run.duckdb", aside / "bundle", profile=profile)
    return aside / "bundle"


def read_ranges(kind, folder, layer, key):
    """Low, best, high by zone or unit, as a format has them."""
    columns = [column.name for column in LAYERS[layer][1] if column.kind == "people"]
    at = [columns.index(name) for name in ("low", "best", "high")]
    people = read_people(kind, folder, layer, key)
    return {name: tuple(figures[index] for index in at) for (name,), figures in people.items()}


class Words(HTMLParser):
    """The text of a page's tables, cell by cell."""

    def __init__(self):
        super().__init__()
        self.cells, self.inside = [], False

    def handle_starttag(self, tag, _):
        if tag in ("td", "th"):
            self.inside = True
            self.cells.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data


@pytest.mark.parametrize(
    ("layer", "key", "told"), [("zones", "zone_id", "zones"), ("units", "pcode", "units")]
)
def test_people_are_the_same_in_every_file(folder, layer, key, told):
    people = {kind: read_ranges(kind, folder, layer, key) for kind in READERS}
    first = people["csv"]
    assert len(first) >= 5
    assert all(each == first for each in people.values()), people

    item = json.loads((folder / "stac" / NUMBER / "item.json").read_text("utf-8"))
    summaries = item["properties"][f"civmap:{told}"]
    assert {
        name: (each["low"], each["best"], each["high"]) for name, each in summaries.items()
    } == first

    page = Words()
    page.feed((folder / f"{NUMBER}_map.html").read_text("utf-8"))
    cells = "|".join(cell.strip() for cell in page.cells)
    sheet = pypdf.PdfReader(folder / f"{NUMBER}_map.pdf").pages[0].extract_text()
    sheet = " ".join(sheet.split())
    for figures in first.values():
        written = [f"{figure:,}" for figure in figures]
        assert "|".join(written) in cells
        assert " ".join(written) in sheet


def test_cells_add_up_to_the_units(folder):
    units = read_ranges("csv", folder, "units", "pcode")
    with rasterio.open(folder / f"{NUMBER}_people.tif") as raster:
        cells = raster.read(1)
    assert np.nansum(cells, dtype=np.float64) == pytest.approx(
        sum(best for _, best, _ in units.values()), abs=0.5
    )


def test_bundle_is_as_its_manifest_says_and_marked(folder):
    assert verify_folder(folder) >= 30
    page = (folder / f"{NUMBER}_map.html").read_text("utf-8")
    readme = (folder / "README.md").read_text("utf-8")
    for text in (page, readme):
        assert "Not for targeting" in re.sub(r"\s+", " ", text)
