"""A small run, complete in every table, written by hand through the run database."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry import Point, Polygon, box

from geo.database.store import create_run, insert_records, set_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

# Rough boxes: west, south, east, north; static people; people on the day.
UNITS = {
    "PS0255": ("North Gaza", "شمال غزة", (34.45, 31.50, 34.57, 31.59), 444_412, 150_000),
    "PS0260": ("Gaza", "غزة", (34.38, 31.42, 34.51, 31.50), 749_100, 200_000),
    "PS0265": ("Deir Al-Balah", "دير البلح", (34.30, 31.38, 34.42, 31.42), 319_208, 250_000),
    "PS0270": ("Khan Younis", "خان يونس", (34.25, 31.30, 34.37, 31.38), 438_557, 226_544),
    "PS0275": ("Rafah", "رفح", (34.22, 31.22, 34.32, 31.30), 275_267, 1_400_000),
}
RAFAH = (34.2558, 31.2752)
PLACES = {
    "rafah": ("Rafah", "PS", "city", *RAFAH, 3.0),
    "gaza": ("Gaza Strip", "PS", "region", 34.36, 31.41, 25.0),
    "paris": ("Paris", "FR", "city", 2.3488, 48.8534, 10.0),
    "cairo": ("Cairo", "EG", "city", 31.2497, 30.0626, 15.0),
    "lyon": ("Lyon", "FR", "city", 4.8467, 45.7485, 8.0),
    "egypt": ("Egypt", "EG", "country", 30.0, 27.0, 500.0),
    "doha": ("Doha", "QA", "city", 51.5310, 25.2854, 8.0),
}
# place, class, role, tier
MENTIONS = (
    ("rafah", "place", "mentioned", "sure"),
    ("lyon", "place", "mentioned", "doubtful"),
    ("lyon", "place", "mentioned", "sure"),
    ("egypt", "demonym", "mentioned", "sure"),
    ("egypt", "place", "mentioned", "sure"),
    ("doha", "place", "actor", "sure"),
)
EVENTS = {
    "e1": ("talks", "venue", "actual", "paris", "Negotiators met in Paris."),
    "e2": ("talks", "venue", "past", "cairo", "A delegation left Cairo."),
    "e3": ("attack", "threatened", "threatened", "rafah", "An offensive on Rafah is feared."),
    "e4": ("violence", "site", "actual", "gaza", "Hostilities go on in Gaza."),
}
# what the ranges of zones are made of: low, high, width, share
DOUBTED = {
    "z1": {
        "place": (1_350_000, 1_430_000, 40_000, 0.2),
        "growth": (1_399_000, 1_401_000, 600, 0.003),
        "displacement": (1_310_000, 1_490_000, 159_400, 0.797),
    },
    "z2": {"spread": (1_300_000, 1_500_000, 200_000, 1.0)},
}
GRID = (34.15, 31.65, 0.0225, 0.0225, 20, 20)  # west, north, cell width, cell height, rows, cols


def _keep(text: str) -> str:
    return text


@dataclass
class RunWriter:
    """Writes `run.duckdb`; `mark` is applied to each text that a stranger could have written."""

    mark: Callable[[str], str] = _keep
    has_zones: bool = True
    units: dict[str, Any] = field(default_factory=lambda: dict(UNITS))
    shapes: dict[str, Any] = field(default_factory=dict)
    events: dict[str, Any] = field(default_factory=lambda: dict(EVENTS))
    rafah: tuple[float, float] = RAFAH
    far_zone: bool = False
    uncounted: tuple[str, ...] = ()  # zones without a row of exposure
    compared: bool = False  # a second population source, which has half as many people
    doubts: dict[str, Any] = field(default_factory=lambda: dict(DOUBTED))
    certain: tuple[str, ...] = ()
    moves: tuple[tuple[str, tuple[str, ...], float], ...] = ()  # from, to, share

    def write(self, path: Path) -> Path:
        with create_run(path) as con:
            set_facts(con, self.make_facts())
            for table, records in self.make_tables().items():
                insert_records(con, table, records)
        return path

    def make_facts(self) -> dict[str, Any]:
        mark = self.mark
        text = "About 1.4 million people (1.3 to 1.5 million) live in Rafah on 24 February 2024"
        lon, lat = self.rafah
        return {
            "civmap": "0.1.0",
            "as_of": "2024-02-24",
            "as_of_source": "dateline",
            "title": mark("People at risk in Rafah, Gaza Strip"),
            "input": {
                "name": mark("article.txt"),
                "kind": "article",
                "title": mark("Talks go on while an offensive is feared"),
                "publisher": mark("Example Wire"),
                "sha256": "0" * 64,
            },
            "headline": {"zone_id": "z1", "text": mark(text)}
            if self.has_zones
            else {"zone_id": None, "text": mark("No threatened place was found in the text.")},
            "radii_km": [2.0, 5.0, 10.0],
            "draws": 1_000,
            "parameters": {"seed": 7, "certain": list(self.certain)},
            "moves": [
                {"from": mark(origin), "to": [mark(each) for each in targets], "share": share}
                for origin, targets, share in self.moves
            ],
            "map_number": "PSE001_exposure_rafah_A4_20240224",
            "towns": [
                {"name": mark("Rafah"), "lon": lon, "lat": lat, "population": 171_899},
                {"name": mark("Khan Younis"), "lon": 34.3063, "lat": 31.3402, "population": None},
            ],
        }

    def make_tables(self) -> dict[str, list[dict[str, Any]]]:
        tables = {
            "sources": self._make_sources(),
            "cautions": [{"code": "modelled", "text": self.mark("The surface is modelled.")}],
            "places": self._make_places(),
            "mentions": self._make_mentions(),
            "events": self._make_events(),
            "facilities": self._make_facilities(),
            "admin_units": self._make_units(),
            "unit_people": self._make_people(),
        }
        if self.has_zones:
            tables |= self._make_zones() | self._make_grid()
        if self.compared:
            self._add_source(tables)
        if self.moves:
            tables |= self._make_scenario(tables)
        return {table: records for table, records in tables.items() if records}

    def _make_scenario(
        self, tables: dict[str, list[dict[str, Any]]]
    ) -> dict[str, list[dict[str, Any]]]:
        """Half of everyone is gone from every zone; Rafah's half is in Khan Younis."""
        gone = {"PS0275": -700_000, "PS0270": 700_000}
        ends = ("low", "best", "high")
        return {
            "scenario": [
                {key: row[key] for key in ("zone_id", "static")}
                | {key: row[key] // 2 for key in ends}
                for row in tables.get("exposure", ())
            ],
            "scenario_units": [
                {"pcode": unit["pcode"], "name": unit["name"]}
                | {key: unit[key] + gone.get(unit["pcode"], 0) for key in ends}
                for unit in tables["unit_people"]
            ],
        }

    def _add_source(self, tables: dict[str, list[dict[str, Any]]]) -> None:
        label = self.mark("other.tif")
        grid = {"grid_id": "g1-b", "role": "other", "label": label, "population_date": "2020"}
        tables["grids"] = [{"role": "main", **each} for each in tables["grids"]]
        tables["grids"].append(tables["grids"][0] | grid)
        tables["cells"] += [
            cell | {"grid_id": "g1-b", "people_fp": (cell["people_fp"] or 0) // 2}
            for cell in tables["cells"]
        ]
        tables["exposure_sources"] = [
            {
                "zone_id": zone["zone_id"],
                "grid_id": grid_id,
                "population_source": source,
                "population_date": date,
                "static": static,
                "ratio": ratio,
                "coverage_fraction": 1.0 if static else 0.0,
                "nodata_fraction": 0.1 if static else 0.0,
            }
            for zone in tables["zones"]
            for grid_id, source, date, static, ratio in (
                ("g1", self.mark("Modelled surface of the Gaza Strip"), "mid-2023", 275_267, 1.0),
                ("g1-b", label, "2020", 137_633, 0.5),
                (None, self.mark("far.tif"), None, None, None),
            )
        ]

    def _make_sources(self) -> list[dict[str, Any]]:
        return [
            {
                "source_id": name,
                "name": self.mark(title),
                "licence": self.mark(licence),
                "date": day,
                "url": self.mark("https://example.org/data?a=1&b=2"),
                "attribution": self.mark("As its publisher wants it."),
                "note": self.mark("Cited, to be verified."),
            }
            for name, title, licence, day in (
                ("units", "Governorate outlines generalised from OCHA COD-AB", "CC BY-IGO", None),
                ("people", "PCBS mid-2023 projection", "cited", "mid-2023"),
            )
        ]

    def _make_places(self) -> list[dict[str, Any]]:
        return [
            {
                "place_id": key,
                "name": self.mark(name),
                "country": country,
                "kind": kind,
                "lon": self.rafah[0] if key == "rafah" else lon,
                "lat": self.rafah[1] if key == "rafah" else lat,
                "precision_km": precision,
                "geoname_id": None,
                "pcode": None,
                "admin1": self.mark("Some district"),
                "population": 100_000,
                "source": "gazetteer",
                "confidence": 0.9,
                "alternatives": [],
                "density_km2": None if kind == "region" else 20_500.0,
                "population_source": self.mark("people"),
            }
            for key, (name, country, kind, lon, lat, precision) in PLACES.items()
        ]

    def _make_mentions(self) -> list[dict[str, Any]]:
        return [
            {
                "mention_id": f"m{number}",
                "span_start": 10 * number,
                "span_end": 10 * number + 5,
                "text": self.mark(PLACES[place][0]),
                "class": class_,
                "kind": PLACES[place][2],
                "role": role,
                "modality": "actual",
                "place_id": place,
                "tier": tier,
                "reason": "said so",
            }
            for number, (place, class_, role, tier) in enumerate(MENTIONS)
        ]

    def _make_events(self) -> list[dict[str, Any]]:
        return [
            {
                "event_id": key,
                "kind": kind,
                "role": role,
                "modality": modality,
                "date": date(2024, 2, 23),
                "place_id": place,
                "evidence": self.mark(evidence),
                "radius_km": None,
                "fatalities": None,
                "event_type": self.mark(kind),
            }
            for key, (kind, role, modality, place, evidence) in self.events.items()
        ]

    def _make_facilities(self) -> list[dict[str, Any]]:
        return [
            {
                "facility_id": kind,
                "name": self.mark(name),
                "kind": self.mark(kind),
                "lon": lon,
                "lat": lat,
                "position_quality": quality,
                "source_id": "units",
            }
            for name, kind, lon, lat, quality in (
                ("Nasser hospital", "hospital", 34.2933, 31.3481, "supported"),
                ("Rafah crossing", "crossing", 34.2592, 31.2486, "approximate"),
            )
        ]

    def _make_units(self) -> list[dict[str, Any]]:
        return [
            {
                "pcode": pcode,
                "name": self.mark(name),
                "name_ar": self.mark(arabic),
                "admin_level": 2,
                "parent_pcode": "PS02",
                "country": "PS",
                "area_km2": 70.0,
                "source_id": "units",
                "geometry": shapely.to_wkb(self.shapes.get(pcode, box(*bounds))),
            }
            for pcode, (name, arabic, bounds, _static, _best) in self.units.items()
        ]

    def _make_people(self) -> list[dict[str, Any]]:
        return [
            {
                "pcode": pcode,
                "name": self.mark(name),
                "static": float(static),
                "low": 0.9 * best,
                "best": float(best),
                "high": 1.1 * best,
                "factor": best / static,
                "basis": "figure" if pcode == "PS0275" else "share",
            }
            for pcode, (name, _arabic, _bounds, static, best) in self.units.items()
        ]

    def _make_zones(self) -> dict[str, list[dict[str, Any]]]:
        rafah = self.shapes.get("PS0275", box(*UNITS["PS0275"][2]))
        lon, lat = self.rafah
        if "PS0275" not in self.units:
            rafah = _make_disc(lon, lat, 7.0)
        discs = {radius: _make_disc(lon, lat, radius) for radius in (2.0, 5.0, 10.0)}
        shapes: list[tuple[str, str, str, float | None, float | None, Any]] = [
            ("z1", "Rafah", "admin", None, None, rafah),
            ("z2", "Rafah, within 2 km", "disc", 0.0, 2.0, discs[2.0]),
            ("z3", "Rafah, within 5 km", "disc", 0.0, 5.0, discs[5.0]),
            ("z4", "Rafah, within 10 km", "disc", 0.0, 10.0, discs[10.0]),
            ("z5", "Rafah, 2 to 5 km", "ring", 2.0, 5.0, discs[5.0] - discs[2.0]),
            ("z6", "Rafah, 5 to 10 km", "ring", 5.0, 10.0, discs[10.0] - discs[5.0]),
            ("z7", "Eastern part", "drawn", None, None, _make_disc(lon + 0.04, lat, 2.0)),
        ]
        if self.far_zone:
            shapes.append(("z8", "Tyre", "drawn", None, None, _make_disc(35.2, 33.27, 2.0)))
        zones = [
            {
                "zone_id": zone_id,
                "event_id": None if kind == "drawn" else "e3",
                "label": self.mark(label),
                "kind": kind,
                "pcode": "PS0275" if kind == "admin" else None,
                "lon": None if inner is None else lon,
                "lat": None if inner is None else lat,
                "inner_km": inner,
                "radius_km": outer,
                "area_km2": 64.01,
                "grid_id": "g1",
                "geometry": shapely.to_wkb(shape),
            }
            for zone_id, label, kind, inner, outer, shape in shapes
        ]
        exposure = [
            {
                "zone_id": zone["zone_id"],
                "low": 1_300_000,
                "best": 1_400_000,
                "high": 1_500_000,
                "static": 275_267,
                "density_km2": 21_871.6,
                "population_source": self.mark("Modelled surface of the Gaza Strip"),
                "population_date": "mid-2023",
                "coverage_fraction": 1.0,
                "nodata_fraction": 0.1 if zone["kind"] in ("disc", "ring") else 0.0,
                "parts": {
                    doubt: dict(zip(("low", "high", "width", "share"), part, strict=True))
                    for doubt, part in self.doubts.get(zone["zone_id"], {}).items()
                },
            }
            for zone in zones
            if zone["zone_id"] not in self.uncounted
        ]
        parts = [
            {
                "zone_id": "z1",
                "pcode": pcode,
                "name": self.mark(name),
                "low": low,
                "best": low + 50_000,
                "high": low + 100_000,
                "static": static,
            }
            for pcode, name, low, static in (
                ("PS0275", "Rafah", 1_300_000, 270_000),
                (None, "outside the units", 0, 5_267),
            )
        ]
        tables = {"zones": zones, "exposure": exposure, "exposure_admin": parts}
        return tables | self._make_profile()

    def _make_profile(self) -> dict[str, list[dict[str, Any]]]:
        groups = {"under_5": 0.15, "over_64": None}
        return {
            "people_groups": [
                {
                    "zone_id": "z1",
                    "grp": group,
                    "low": None if share is None else 200_000,
                    "best": None if share is None else 210_000,
                    "high": None if share is None else 220_000,
                    "share": share,
                    "source_id": None if share is None else "people",
                    "basis": "unknown" if share is None else "territory",
                    "share_low": None if share is None else 0.12,
                    "share_high": None if share is None else 0.18,
                    "share_date": None if share is None else self.mark("2017"),
                }
                for group, share in groups.items()
            ],
            "needs": [
                {
                    "zone_id": "z1",
                    "need": "toilets",
                    "low": 65_000.0,
                    "best": 70_000.0,
                    "high": 75_000.0,
                    "unit": "toilets",
                    "standard": self.mark("1 toilet for at most 20 people"),
                }
            ],
            "zone_facilities": [
                {"zone_id": "z1", "kind": "crossing", "total": 1, "approximate": 1}
            ],
        }

    def _make_grid(self) -> dict[str, list[dict[str, Any]]]:
        west, north, width, height, rows, cols = GRID
        west += self.rafah[0] - RAFAH[0]
        north += self.rafah[1] - RAFAH[1]
        grid = {
            "grid_id": "g1",
            "source_id": "people",
            "label": self.mark("Modelled surface of the Gaza Strip"),
            "population_date": "mid-2023",
            "modelled": "embedded",
            "crs": "EPSG:4326",
            "west": west,
            "north": north,
            "cell_width": width,
            "cell_height": height,
            "rows": rows,
            "cols": cols,
            "scanlines": 64,
        }
        strip = Polygon([(34.21, 31.33), (34.50, 31.61), (34.58, 31.54), (34.26, 31.20)])
        strip = translate(strip, west - GRID[0], north - GRID[1])
        cells = []
        for row in range(rows):
            for col in range(cols):
                centre = Point(west + (col + 0.5) * width, north - (row + 0.5) * height)
                people = (row * cols + col) * 20.0 if strip.contains(centre) else None
                cells.append(
                    {
                        "grid_id": "g1",
                        "row": row,
                        "col": col,
                        "people_fp": None if people is None else int(people * (1 << 20)),
                        "area_km2": 5.33,
                        "area_fp": 5_330_000_000,
                        # nobody is counted again from these cells
                        "people_before": 0,
                        "valid_before": 0,
                        "nodata_before": 0,
                    }
                )
        return {"grids": [grid], "cells": cells}


def _make_disc(lon: float, lat: float, radius_km: float) -> Polygon:
    disc = Point(0, 0).buffer(radius_km / 110.574, quad_segs=24)
    stretch = 1 / math.cos(math.radians(lat))
    return shapely.transform(disc, lambda xy: xy * [stretch, 1] + [lon, lat])


@pytest.fixture(scope="session")
def make_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a run; the options are those of `RunWriter`."""

    def make(**options: Any) -> Path:
        return RunWriter(**options).write(tmp_path_factory.mktemp("run") / "run.duckdb")

    return make


@pytest.fixture(scope="session")
def run_path(make_run: Callable[..., Path]) -> Path:
    return make_run()


@pytest.fixture(scope="session")
def page_html(run_path: Path) -> str:
    from maps import RiskMap

    return RiskMap(run_path).to_html()


@dataclass
class OpenPage:
    """A page in the browser, and what it did: requests to anywhere, errors, dialogs."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        self.requests.clear()
        self.errors.clear()
        self.page.goto(path.as_uri())
        self.page.wait_for_function("document.querySelector('.civmap-views') !== null")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("no Chromium on this machine; install it (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., OpenPage]]:
    """Open a page offline, in a window of a given size; every request but the file's own fails."""
    contexts = []

    def open_(path: Path, width: int = 1280, height: int = 800, **options: Any) -> OpenPage:
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, **options
        )
        contexts.append(context)
        opened = OpenPage(context.new_page())
        opened.page.set_default_timeout(15_000)

        def route(request: Any) -> None:
            if request.request.url == path.as_uri():
                request.continue_()
            else:
                opened.requests.append(request.request.url)
                request.abort()

        context.route("**/*", route)
        opened.page.on(
            "console",
            lambda message: (
                opened.errors.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.page.on("dialog", lambda dialog: (opened.errors.append("dialog"), dialog.dismiss()))
        opened.open(path)
        return opened

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def page_path(page_html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "map.html"
    path.write_text(page_html, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def whole_page(
    make_run: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Write the page of a whole run, by its kind and language, once a session."""
    from tests.maps.whole_pages import write_page, write_run

    runs: dict[str, Path] = {}
    pages: dict[tuple[str, str], Path] = {}

    def make(kind: str, lang: str = "en") -> Path:
        if kind not in runs:
            runs[kind] = write_run(kind, make_run, tmp_path_factory.mktemp("whole"))
        if (kind, lang) not in pages:
            pages[kind, lang] = write_page(runs[kind], lang, tmp_path_factory.mktemp("page"))
        return pages[kind, lang]

    return make
