"""Printed sheets: read back from the PDF by pypdf, and from the PNG's pixels."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import itertools
import os
import subprocess
import sys

import numpy as np
import pypdf
import pytest
import shapely
from matplotlib.image import imread
from matplotlib.text import Text
from PIL import Image
from pyproj import Geod, Transformer
from shapely.geometry import box

from geo.errors import UsageError
from maps import RiskMap
from maps.cli import main
from maps.run import Surface, read_run
from maps.sheet.frame import choose_frame
from maps.sheet.furniture import find_length
from maps.sheet.ground import DPI
from maps.sheet.output import render_sheet
from maps.sheet.page import draw_sheet, make_plan
from maps.sheet.paper import PAPERS, SHEET_FILES, find_paper
from maps.wording import Wording

WORDS = Wording()
A4 = find_paper("a4")
MM_PER_INCH = 25.4
SIZES_MM = {  # ISO 216
    "a4": (297, 210),
    "a4-portrait": (210, 297),
    "a3": (420, 297),
    "a3-portrait": (297, 420),
}
HASH = (
    "import sys,hashlib; from maps import RiskMap; "
    "print(*(hashlib.sha256(b).hexdigest() for b in RiskMap(sys.argv[1]).to_sheet('a4')))"
)


def read_text(pdf):
    """Return the words of a PDF's only page."""
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(page.extract_text().split())


def print_pdf(path, paper="a4"):
    return RiskMap(path).to_sheet(paper, "pdf")[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of the bundled example, printed on two papers."""
    out = tmp_path_factory.mktemp("printed") / "out"
    assert main(["map", "--out", str(out), "--print", "a4", "--print", "A3-portrait"]) == 0
    return out


@pytest.fixture(scope="module")
def sheet_pdf(run_path):
    return print_pdf(run_path)


@pytest.mark.parametrize("name", SIZES_MM)
def test_paper_has_its_size(run_path, name):
    pdf, png = RiskMap(run_path).to_sheet(name)
    width, height = SIZES_MM[name]
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    points = [float(side) for side in page.mediabox[2:]]
    assert points == pytest.approx([width / MM_PER_INCH * 72, height / MM_PER_INCH * 72], abs=0.01)
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (int(width / MM_PER_INCH * DPI), int(height / MM_PER_INCH * DPI))


def test_figures_are_those_of_the_table_and_the_page(folder):
    table = (folder / "exposure.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(table.splitlines()))
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert len(rows) >= 5
    for name in ("map.pdf", "map_a3_portrait.pdf"):
        words = read_text((folder / name).read_bytes())
        place = 0
        for row in rows:
            people = [f"{int(row[key]):,}" for key in ("static", "low", "best", "high")]
            place = words.index(" ".join(people), place)  # rows in their order
            assert all(figure in page for figure in people)
        for headline in ("1.3 million", "1.4 million", "1.5 million", "275,000"):
            assert headline in words


def test_folder_holds_the_sheets_and_the_manifest_knows_them(folder):
    from json import loads

    outputs = {
        each["name"]: each["sha256"]
        for each in loads((folder / "manifest.json").read_text())["outputs"]
    }
    sheets = {"map.pdf", "map.png", "map_a3_portrait.pdf", "map_a3_portrait.png"}
    assert sheets == {name for name in outputs if name in SHEET_FILES}
    for name in sheets:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == outputs[name]
    # what lies in the folder is what Python makes of it
    assert RiskMap(folder).to_sheet("a4", "pdf")[0] == (folder / "map.pdf").read_bytes()


def test_sheets_of_an_earlier_run_do_not_stay(tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    for name in ("map.pdf", "map_a3.png", "notes.txt"):
        (out / name).write_text("old")
    assert main(["map", "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(out / "map.html")
    left = {file.name for file in out.iterdir()}
    assert not left & SHEET_FILES
    assert "notes.txt" in left


def test_unknown_paper_is_wrong_usage_and_nothing_is_written(tmp_path, capsys):
    assert main(["map", "--out", str(tmp_path / "out"), "--print", "letter"]) == 2
    said = capsys.readouterr().err
    assert "letter" in said
    assert "a3-portrait" in said
    assert not (tmp_path / "out").exists()


def test_what_a_sheet_must_say(sheet_pdf):
    words = read_text(sheet_pdf)
    for text in (
        "People at risk in Rafah, Gaza Strip",
        "Situation of 24 February 2024",
        "Map number PSE001_exposure_rafah_A4_20240224",
        "About 1.4 million people (1.3 to 1.5 million) live in Rafah",
        "People living there, not people harmed.",
        "Static map, mid-2023",
        "Modelled, not observed. Not a forecast. Not for targeting.",
        "do not imply official endorsement or acceptance.",
        "civmap 0.1.0",
        "No people modelled (this does not mean safe)",
        "No data",
        "No population data",
        "Threatened: an attack is announced or feared",
        "Venue of talks, visits or mediation",
        "Uncertainty of position",
        "Disputed or not final line",
        "Population density on 24 February 2024",
        "PCBS mid-2023 projection, mid-2023. Licence: cited.",
        "undated. Licence: CC BY-IGO.",
        "Beyond the map's edge: Cairo, EG; Paris, FR",
        "10 km",
        "34.2°E",
        "The surface is modelled.",
        "Made from: Talks go on while an offensive is feared",
    ):
        assert text in words


def test_arabic_name_stands_under_the_units_own(sheet_pdf):
    assert "خان يونس" in read_text(sheet_pdf) or "يونس خان" in read_text(sheet_pdf)


def test_same_run_same_bytes_whatever_the_process_has_set(run_path, tmp_path):
    import matplotlib as mpl

    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 30\npdf.fonttype: 3\n")
    hashes = set()
    for seed, folder in (("1", ""), ("2", str(tmp_path))):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        if folder:
            environment["MATPLOTLIBRC"] = folder
        done = subprocess.run(
            [sys.executable, "-c", HASH, str(run_path)],
            capture_output=True, text=True, check=True, env=environment,
        )  # fmt: skip
        hashes.add(done.stdout.strip())
    with mpl.rc_context({"font.size": 30, "text.usetex": True}):
        here = RiskMap(run_path).to_sheet("a4")
        assert mpl.rcParams["font.size"] == 30
    hashes.add(" ".join(hashlib.sha256(each).hexdigest() for each in here))
    assert len(hashes) == 1
    assert b"CreationDate" not in here[0]
    assert (
        pypdf.PdfReader(io.BytesIO(here[0])).metadata.title == "People at risk in Rafah, Gaza Strip"
    )
    with Image.open(io.BytesIO(here[1])) as image:
        assert set(image.info) <= {"dpi"}


def test_all_letters_are_embedded(sheet_pdf):
    (page,) = pypdf.PdfReader(io.BytesIO(sheet_pdf)).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        (below,) = font.get("/DescendantFonts", [font])
        below = below.get_object()
        if font["/Subtype"] != "/Type3":
            assert "/FontFile2" in below["/FontDescriptor"].get_object()


def test_matplotlib_is_not_read_unless_a_sheet_is_asked_for(run_path):
    script = (
        "import sys; from maps import RiskMap; import maps.cli, maps.publish.run_folder; "
        "RiskMap(sys.argv[1]).to_html(); assert 'matplotlib' not in sys.modules; "
        "RiskMap(sys.argv[1]).to_sheet('a4', 'pdf'); assert 'matplotlib' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, str(run_path)], check=True)


def test_python_saves_by_the_files_ending(run_path, tmp_path):
    risk_map = RiskMap(run_path)
    risk_map.save(tmp_path / "one.pdf", paper="a3-portrait")
    (page,) = pypdf.PdfReader(tmp_path / "one.pdf").pages
    assert float(page.mediabox.height) == pytest.approx(420 / MM_PER_INCH * 72, abs=0.01)
    risk_map.save(str(tmp_path / "two.PNG"))
    with Image.open(tmp_path / "two.PNG") as image:
        assert image.format == "PNG"
    risk_map.save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text(encoding="utf-8") == risk_map.to_html()
    with pytest.raises(UsageError, match=r"\.pdf or \.png"):
        risk_map.save(tmp_path / "map.html", paper="a4")
    with pytest.raises(UsageError, match="a5"):
        risk_map.save(tmp_path / "map.pdf", paper="a5")
    with pytest.raises(UsageError, match="svg"):
        risk_map.to_sheet("a4", "svg")


# Where things lie -------------------------------------------------------------------------------

CELL = 0.05
DARKEST = np.array([0x52, 0x1D, 0x04]) * 0.9 + np.array([0xF7, 0xF5, 0xF0]) * 0.1


def find_box(png, is_seen, plan):
    """Return the box of the pixels of some kind on the map, in parts of the map's sides."""
    pixels = imread(io.BytesIO(png))[:, :, :3] * 255
    x, y, width, height = (side / MM_PER_INCH * DPI for side in plan["map"])
    rows, cols = np.nonzero(is_seen(pixels))
    inside = (cols > x + 2) & (cols < x + width - 2) & (rows > y + 2) & (rows < y + height - 2)
    rows, cols = rows[inside], cols[inside]
    return (
        (cols.min() - x) / width,
        (rows.min() - y) / height,
        (cols.max() + 1 - x) / width,
        (rows.max() + 1 - y) / height,
    )


def to_degrees(found, frame):
    """Return a box of the map in degrees, by PROJ's web Mercator."""
    back = Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True)
    left, top, right, bottom = found
    x = [frame.left + part * (frame.right - frame.left) for part in (left, right)]
    y = [frame.top - part * (frame.top - frame.bottom) for part in (bottom, top)]
    (west, east), (south, north) = back.transform(x, y)
    return west, south, east, north


def is_dark(pixels):
    return np.abs(pixels - DARKEST).sum(axis=2) < 75


def is_zone(pixels):
    return np.abs(pixels - np.array([0x8A, 0x12, 0x53])).sum(axis=2) < 60


@pytest.fixture(scope="module")
def bare_run(make_run):
    return read_run(make_run(has_zones=False, units={}, events={}))


def mark_cell(run, lat, crs="EPSG:4326"):
    """Return a run of one place mentioned at 34 E, and a grid of one dense cell."""
    rows, cols, row, col = 16, 16, 3, 11
    west, north = 34.0 - cols * CELL / 2, lat + rows * CELL / 2
    people = np.full((rows, cols), np.nan)
    people[row, col] = 60_000.0
    grid = {"crs": crs, "grid_id": "g", "source_id": "s", "label": "s", "population_date": None}
    surface = Surface(grid, people, np.ones((rows, cols)), west, north, CELL, CELL)
    place = next(place for place in run.mentioned if place["name"] == "Lyon")
    place = place | {"lon": 34.0, "lat": lat}
    facts = run.facts | {"towns": []}
    marked = dataclasses.replace(run, mentioned=[place], surfaces=[surface], facts=facts)
    left, top = west + col * CELL, north - row * CELL
    return marked, (left, top - CELL, left + CELL, top)


@pytest.mark.parametrize("lat", [0.0, 15.0, 33.0, 50.0, 65.0])
def test_corners_of_a_known_cell_lie_within_half_a_cell(bare_run, lat):
    run, truth = mark_cell(bare_run, lat)
    (png,) = render_sheet(run, WORDS, A4, ("png",))
    plan = make_plan(A4)
    frame = choose_frame(run, *plan["map"][2:])
    seen = to_degrees(find_box(png, is_dark, plan), frame)
    assert np.abs(np.subtract(seen, truth)).max() < CELL / 10


def test_a_zone_on_a_cell_lies_on_its_picture(bare_run, make_run):
    zone = next(zone for zone in read_run(make_run()).zones if zone["kind"] == "admin")
    run, truth = mark_cell(bare_run, 50.0)
    around = zone | {"geometry": box(*truth), "event_id": None, "grid_id": "other"}
    run = dataclasses.replace(run, zones=[around])
    (png,) = render_sheet(run, WORDS, A4, ("png",))
    plan = make_plan(A4)
    frame = choose_frame(run, *plan["map"][2:])
    outline = to_degrees(find_box(png, is_zone, plan), frame)
    assert np.abs(np.subtract(outline, truth)).max() < CELL / 10


def test_cells_of_a_projected_grid_lie_in_their_place(bare_run):
    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:32636", always_xy=True)
    run, _truth = mark_cell(bare_run, 33.0, "EPSG:32636")
    x, y = to_grid.transform(34.1, 33.1)
    people = np.full((4, 4), np.nan)
    people[1, 2] = 60_000.0
    surface = dataclasses.replace(
        run.surfaces[0], people=people, area_km2=np.ones((4, 4)), west=x, north=y,
        cell_width=4000.0, cell_height=4000.0,
    )  # fmt: skip
    run = dataclasses.replace(run, surfaces=[surface])
    (png,) = render_sheet(run, WORDS, A4, ("png",))
    plan = make_plan(A4)
    west, south, east, north = to_degrees(
        find_box(png, is_dark, plan), choose_frame(run, *plan["map"][2:])
    )
    lon, lat = to_grid.transform(x + 2.5 * 4000, y - 1.5 * 4000, direction="INVERSE")
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx((lon, lat), abs=0.002)


def test_scale_bar_is_as_long_as_it_says(run_path):
    plan = make_plan(A4)
    frame = choose_frame(read_run(run_path), *plan["map"][2:])
    lon, lat = frame.middle
    km = 10.0
    km_per_mm = (frame.right - frame.left) / plan["map"][2] * frame.measure_scale() / 1000
    degrees = km / km_per_mm / plan["map"][2] * (frame.bounds[2] - frame.bounds[0])
    _, _, metres = Geod(ellps="WGS84").inv(lon - degrees / 2, lat, lon + degrees / 2, lat)
    assert metres == pytest.approx(1000 * km, rel=0.007)
    assert [find_length(most) for most in (0.7, 1.0, 19.9, 20.0, 4999.0)] == [0.5, 1, 10, 20, 2000]


# Maps that make sense ---------------------------------------------------------------------------


ONE_EVENT = {"e3": ("attack", "threatened", "threatened", "rafah", "x")}


def read_frame(path):
    plan = make_plan(A4)
    return choose_frame(read_run(path), *plan["map"][2:])


def test_empty_result_says_so(make_run):
    path = make_run(has_zones=False, units={}, events={})
    words = read_text(print_pdf(path))
    assert "No threatened place was found in the text." in words
    assert "Mentioned, nothing reported there" in words
    assert "People living in each zone" not in words
    assert "Best estimate" not in words


def test_no_place_at_all_shows_the_world(bare_run):
    run = dataclasses.replace(bare_run, mentioned=[])
    frame = choose_frame(run, 200, 110)
    assert frame.right - frame.left == pytest.approx(2 * np.pi * 6_378_137)
    (pdf,) = render_sheet(run, WORDS, A4, ("pdf",))
    assert "10,000 km" in read_text(pdf)


def test_one_event(make_run):
    path = make_run(units={}, events=ONE_EVENT)
    words = read_text(print_pdf(path))
    assert "1 place" in words
    assert "Beyond the map's edge" not in words


def test_zone_that_nobody_can_be_counted_in_is_unknown(make_run):
    words = read_text(print_pdf(make_run(uncounted=("z1", "z2", "z3", "z4", "z5", "z6"))))
    assert words.count("unknown unknown unknown unknown") == 6
    assert "Best estimate" not in words


@pytest.mark.parametrize(
    ("at", "said"), [((-175.2, -21.14), "175.2°W"), ((15.63, 78.22), "78.20°N")],
    ids=["Tonga", "Svalbard"],
)  # fmt: skip
def test_far_places(make_run, at, said):
    path = make_run(
        units={}, rafah=at, events={"e3": ("attack", "threatened", "threatened", "rafah", "x")}
    )
    frame = read_frame(path)
    lon, lat = frame.middle
    assert (lon, lat) == pytest.approx(at, abs=0.02)
    assert frame.right - frame.left < 2e6
    assert said in read_text(print_pdf(path))


@pytest.fixture(scope="module")
def date_line_run(make_run):
    """Return a run whose zones lie on both sides of the date line, cut there as runs cut them."""
    run = read_run(make_run(units={}, rafah=(179.98, -16.8)))
    from geo.exposure.zones import wrap_geometry

    zones = [zone | {"geometry": wrap_geometry(zone["geometry"])} for zone in run.zones]
    assert any(zone["geometry"].bounds[2] - zone["geometry"].bounds[0] > 300 for zone in zones)
    return dataclasses.replace(run, zones=zones)


def test_zone_across_the_date_line_is_one_piece(date_line_run):
    plan = make_plan(A4)
    frame = choose_frame(date_line_run, *plan["map"][2:])
    west, _, east, _ = frame.bounds
    assert west < 179.98
    assert east > 180
    assert east - west < 1
    disc = next(zone for zone in date_line_run.zones if zone["zone_id"] == "z4")
    placed = frame.place(disc["geometry"])
    assert len(shapely.get_parts(placed)) == 1
    assert placed.within(box(frame.left, frame.bottom, frame.right, frame.top))
    (pdf,) = render_sheet(date_line_run, WORDS, A4, ("pdf",))
    words = read_text(pdf)
    assert "179.9°W" in words
    assert "179.9°E" in words


def test_gaps_across_the_date_line_are_where_no_cell_is(date_line_run):
    from shapely.geometry import shape

    from maps.layers import gaps

    zones = [zone for zone in date_line_run.zones if zone["zone_id"] in ("z2", "z3")]
    surface = date_line_run.surfaces[0]
    people = np.ones_like(surface.people)
    full = dataclasses.replace(surface, people=people)
    run = dataclasses.replace(date_line_run, zones=zones, surfaces=[full])
    assert gaps.draw(run, WORDS) is None
    people[:, :] = np.nan
    drawing = gaps.draw(run, WORDS)
    gap = shapely.union_all([shape(each["geometry"]) for each in drawing.element.shapes.features])
    assert gap.area == pytest.approx(
        shapely.union_all([z["geometry"] for z in zones]).area, rel=1e-3
    )


# How it looks -----------------------------------------------------------------------------------

LOOKS = {
    "plain": {},
    "arabic": {"mark": lambda _text: "اجتياح بري متوقع في رفح جنوب قطاع غزة: 1.4 million"},
    "long words": {"mark": lambda _text: "x" * 3000},
    "long names": {"mark": lambda text: f"{text} and what is said of it by others " * 3},
    "empty": {"has_zones": False, "units": {}, "events": {}},
}


def shrink(at):
    """Return the box of a text without the room that a line has above and below its letters."""
    rim = 0.2 * at.height
    return box(at.x0 + 1, at.y0 + rim, at.x1 - 1, at.y1 - rim)


@pytest.mark.parametrize(
    ("paper", "look"),
    [("a4", look) for look in LOOKS] + [(paper, "plain") for paper in list(PAPERS)[1:]]
    + [("a4-portrait", "long names")],
)  # fmt: skip
def test_no_text_is_cut_off_or_lies_on_another(make_run, paper, look):
    import matplotlib.style
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    run = read_run(make_run(**LOOKS[look]))
    with matplotlib.style.context(["default", {"text.hinting": "no_hinting"}]):
        canvas = draw_sheet(run, WORDS, find_paper(paper))
        renderer = FigureCanvasAgg(canvas.figure).get_renderer()
        limits = canvas.figure.bbox
        for axes in canvas.figure.axes:
            texts = [
                text for text in axes.findobj(Text)
                if text.get_visible() and text.get_text() and not text.get_path_effects()
            ]  # fmt: skip
            boxes = [text.get_window_extent(renderer) for text in texts]
            within = limits if axes is canvas.page else axes.bbox
            for text, at in zip(texts, boxes, strict=True):
                assert within.x0 - 1 <= at.x0, text
                assert at.x1 <= within.x1 + 1, text
                assert within.y0 - 1 <= at.y0, text
                assert at.y1 <= within.y1 + 1, text
            shrunk = [
                box(at.x0 + 1, at.y0 + 0.2 * at.height, at.x1 - 1, at.y1 - 0.2 * at.height)
                for at in boxes
            ]
            pairs = itertools.combinations(zip(texts, shrunk, strict=True), 2)
            assert [(a, b) for (a, one), (b, two) in pairs if one.intersects(two)] == []
