"""`civmap map`: an article or event table to a risk map."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.doubts import COUNT, DOUBTS
from maps.arguments import add_geocoder, add_recogniser, parse_radii, read_input
from maps.data_command import add_events, make_agreement, make_way
from maps.wording import LANGUAGES

if TYPE_CHECKING:
    import argparse

    from geo.input import Named
    from geo.settings import Settings


def add_map(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `civmap`."""
    command = commands.add_parser(
        "map", parents=[common], help="the main job: an article or event table to a risk map"
    )
    command.add_argument(
        "input",
        nargs="?",
        help="a news article (.txt, .md, .html, - for stdin) or an event table (.csv, .geojson, "
        ".parquet); or acled, ucdp, gdelt, whose events are fetched for --area; or "
        "reliefweb:NUMBER or a report's address on reliefweb.int, which is fetched; left out: the "
        "bundled example article",
    )
    add_events(command)
    command.add_argument(
        "--out", type=Path, help="output folder (default: out/<name of the input>)"
    )
    command.add_argument(
        "--as-of",
        action="append",
        metavar="DAY",
        help="day of the figures, YYYY-MM-DD (default: the input's own). Given several times, or "
        "as a range FIRST..LAST (days on which dated figures appear) or FIRST..LAST/STEP (every "
        "STEP days), it makes a series; the last one given is the map's own",
    )
    _add_population(command)
    command.add_argument(
        "--displacement",
        action="append",
        metavar="TABLE",
        help="auto (default), none, or a table: dated figures (.csv), IOM DTM or HDX HAPI idps "
        "(.json, .csv), or dtm, hapi, which are fetched; may be given several times, auto too",
    )
    command.add_argument(
        "--boundaries",
        help="administrative units: GeoJSON, GeoPackage, GeoParquet; or cod-ab, geoboundaries, "
        "natural-earth, overture, which are fetched",
    )
    command.add_argument("--zone", help="polygons of your own that are counted as zones")
    command.add_argument("--radius", default="2,5,10", help="radii in km (default: 2,5,10)")
    command.add_argument(
        "--lang",
        default="en",
        choices=LANGUAGES,
        help="language of map.html: en (default), ar (Arabic, right to left) or fr; all other "
        "files are the same in every language",
    )
    command.add_argument("--json", action="store_true", help="print report.json")
    add_recogniser(command)
    add_geocoder(command)
    command.add_argument(
        "--hindsight",
        action="store_true",
        help="use figures later than the day too, beside those before it; the map says so",
    )
    command.add_argument(
        "--stale-days",
        type=int,
        default=90,
        metavar="N",
        help="from N days on a dated figure is said to be old, from twice as many on it is refused "
        "(default: 90)",
    )
    command.add_argument(
        "--accept-stale",
        action="store_true",
        help="make the map although what is known is too old for the day; the map says so",
    )
    _add_doubts(command)
    _add_profile(command)
    command.add_argument(
        "--print",
        dest="papers",
        action="append",
        default=[],
        metavar="PAPER",
        help="write a sheet of paper too, PDF and PNG: a4 (map.pdf, map.png), a4-portrait "
        "(map_a4_portrait.pdf, ...), a3, a3-portrait; may be given several times",
    )
    command.add_argument(
        "--yes", action="store_true", help="don't ask before data of a named source is fetched"
    )
    command.set_defaults(act=_map)


def _add_doubts(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=0, help="of the draws that ranges are made of")
    command.add_argument(
        "--draws", type=int, default=COUNT, help=f"how many there are (default: {COUNT})"
    )
    command.add_argument(
        "--certain",
        default="",
        metavar="DOUBT,...",
        help=f"sources of doubt to take as certain: {', '.join(DOUBTS)}",
    )
    command.add_argument(
        "--sites",
        metavar="FILE",
        help="known sites where displaced people stay (.csv: name, lon, lat, people)",
    )
    command.add_argument(
        "--move",
        action="append",
        default=[],
        metavar="FROM=TO:SHARE",
        help="suppose that a share of a unit's people go to other units or places, such as "
        "Rafah=Al-Mawasi+Khan Younis:0.5; may be given several times",
    )


def _add_population(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--population",
        action="append",
        default=[],
        metavar="FILE",
        help="GeoTIFF of people: counts or density; or a GeoPackage of polygons with people, such "
        "as Kontur's hexagons; or embedded, coarse, which come along; or "
        "worldpop, ghs-pop, hrsl, which are fetched where the run's places lie, or an https "
        "address. Several times: the first one gives the figures, the others are compared with it; "
        "--unit, --band and --nodata then hold for all files, or are given once for each, in "
        "their order",
    )
    command.add_argument(
        "--unit",
        action="append",
        default=[],
        choices=("count", "density", "auto"),
        help="what --population holds, if its tags don't say; auto: what they say",
    )
    command.add_argument(
        "--band",
        action="append",
        default=[],
        help="band of --population, its number or name, if it has several",
    )
    command.add_argument(
        "--nodata",
        action="append",
        default=[],
        type=float,
        metavar="VALUE",
        help="value of cells without data in --population, beside what it declares; nan too",
    )


def _add_profile(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--ages",
        action="append",
        default=[],
        metavar="[GROUP=]FILE",
        help="GeoTIFF of people by age, or a folder of them, named as WorldPop's; or GROUP=FILE "
        "(under_5, under_18, women_15_49, over_64, total); may be repeated; or worldpop, which is "
        "fetched",
    )
    command.add_argument(
        "--demography",
        metavar="FILE",
        help="populations by age and P-code: OCHA COD-PS or HDX HAPI (.csv); or cod-ps, which is "
        "fetched",
    )
    command.add_argument(
        "--household-size", type=float, metavar="PERSONS", help="persons a household"
    )
    command.add_argument(
        "--facilities",
        metavar="FILE",
        help="health facilities, schools, water points, crossings: .geojson, .gpkg, .parquet, or "
        ".csv with lon and lat; tags of OpenStreetMap (HOT exports, healthsites.io); or hot, "
        "overpass, healthsites, which are fetched",
    )


def _map(options: argparse.Namespace) -> None:
    from geo.assessment import run_assessment
    from maps.publish.bundle import replace_folder
    from maps.publish.report import build_report, dump_report
    from maps.publish.run_folder import write_run_folder
    from maps.scenario import write_supposition
    from maps.sheet.paper import SHEET_FILES, find_paper

    papers = [find_paper(name) for name in options.papers]
    source = read_input(options.input, options.area, options.days)
    settings = _read_settings(options)
    out = options.out or Path("out") / _name_run(source)
    with replace_folder(out, SHEET_FILES) as folder:
        run = run_assessment(
            source,
            settings,
            folder / "run.duckdb",
            way=make_way(options),
            agree=make_agreement(yes=options.yes),
        )
        sheets = write_run_folder(run, folder, papers, lang=options.lang)
        with run.connect() as con:
            report = build_report(con)
    if options.json:
        print(dump_report(report), end="")
        return
    print(report["headline"]["text"])
    if supposition := write_supposition(report):
        print(supposition)
    for warning in report["warnings"]:
        print(f"  note: {warning['text']}", file=sys.stderr)
    for sheet in sheets:
        print(out / sheet.name)
    print(out / "map.html")


def slug(name: str) -> str:
    """Return a file name of lower-case letters, digits and hyphens; letters of any script stay."""
    kept = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    return "-".join(part for part in kept.split("-") if part)[:80] or "run"


def _name_run(source: Path | tuple[bytes, str] | Named | None) -> str:
    """Return what the folder of a run is called where nothing is said."""
    if isinstance(source, tuple):
        return slug(Path(source[1]).stem)
    if isinstance(source, Path):
        return slug(source.stem)
    return slug(source.label) if source else "example"


def _read_settings(options: argparse.Namespace) -> Settings:
    from geo.days import read_days
    from geo.settings import Settings, choose_displacement, choose_named, choose_populations

    given = read_days(options.as_of)
    return Settings(
        as_of=given.as_of,
        displacement=choose_displacement(options.displacement or ["auto"]),
        zone=_to_path(options.zone),
        radii_km=parse_radii(options.radius),
        recogniser=options.recogniser,
        geocoder=options.geocoder,
        offline=options.offline,
        draws=options.draws,
        seed=options.seed,
        certain=tuple(part.strip() for part in options.certain.split(",") if part.strip()),
        sites=_to_path(options.sites),
        moves=tuple(options.move),
        **choose_populations(options.population, options.unit, options.band, options.nodata),
        days=given.days,
        day_ranges=given.day_ranges,
        household_size=options.household_size,
        **choose_named(options.boundaries, options.demography, options.facilities, options.ages),
        hindsight=options.hindsight,
        stale_days=options.stale_days,
        accept_stale=options.accept_stale,
    )


def _to_path(name: str | None) -> Path | None:
    return Path(name) if name else None
