"""The command `civmap`: the only place that prints, sets up logging, or exits."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import logging
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.doubts import COUNT, DOUBTS
from geo.errors import ChangedError, CivmapError, UsageError
from maps.data_command import add_data, add_events, make_agreement, make_way, read_day
from maps.publish_command import add_publish, add_verify
from maps.serve_command import add_serve
from maps.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from geo.events import TableOptions
    from geo.input import Named
    from geo.ranges import RasterFile
    from geo.settings import Settings
    from geo.types import Caution, LonLat

_SURROGATES = re.compile("[\ud800-\udfff]")
_BUG = 1
_INTERRUPTED = 130
_GEOCODE_FIELDS = (
    "name",
    "lon",
    "lat",
    "country",
    "kind",
    "geoname_id",
    "precision_km",
    "confidence",
    "source",
)


def run() -> NoReturn:
    """Be the process: do the command and end at once.

    One command's objects end with it: to look for cycles among them, and to take the interpreter
    down piece by piece, took a fifth of a map's time.
    """
    gc.disable()
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # its reader went away
            stream.flush()
    os._exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0 done; 1 a bug in civmap; 2 wrong usage; 3 the input is bad; 4 something that is needed
    can't be had.
    """
    parser = _build_parser()
    options = parser.parse_args(argv)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if options.debug else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    _prepare_process()
    try:
        options.act(options)
        sys.stdout.flush()
    except CivmapError as error:
        if options.debug:
            raise
        print(f"civmap {options.command}: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:  # the reader of stdout went away, as `head` does
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("civmap: interrupted; nothing was changed", file=sys.stderr)
        return _INTERRUPTED
    except MemoryError:
        print("civmap: out of memory; use a smaller area, raster or radius", file=sys.stderr)
        return 4
    except Exception as error:
        if options.debug:
            raise
        print(
            f"civmap {options.command}: a bug in civmap: {type(error).__name__}: {error}\n"
            "Run it again with --debug and report what it prints.",
            file=sys.stderr,
        )
        return _BUG
    return 0


def _prepare_process() -> None:
    """Write UTF-8 whatever the terminal's language; end cleanly when the terminal is closed."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _build_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--offline", action="store_true", help="never touch the network")
    common.add_argument("--debug", action="store_true", help="show tracebacks and debug messages")
    parser = argparse.ArgumentParser(
        prog="civmap",
        description="From a news article or an event table to a map of the civilians at risk.",
        epilog="Modelled, not observed. Not a forecast. Not for targeting.",
    )
    parser.add_argument("--version", action="version", version=f"civmap {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_map(commands, common)
    _add_locate(commands, common)
    _add_geocode(commands, common)
    _add_expose(commands, common)
    _add_diff(commands, common)
    add_publish(commands, common)
    add_verify(commands, common)
    add_serve(commands, common)
    add_data(commands, common)
    return parser


def _add_map(commands: Any, common: argparse.ArgumentParser) -> None:
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
    _add_recogniser(command)
    _add_geocoder(command)
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
        help="GeoTIFF of people: counts or density; or embedded, coarse, which come along; or "
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


def _add_locate(commands: Any, common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "locate", parents=[common], help="text to mentions and events, nothing else"
    )
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "input", nargs="?", help="an article (.txt, .md, .html), - for stdin, or reliefweb:NUMBER"
    )
    source.add_argument("--batch", type=Path, help="JSON lines of {id, text, date?, source?}")
    command.add_argument("--json", action="store_true", help="print JSON")
    _add_recogniser(command)
    _add_geocoder(command)
    command.set_defaults(act=_locate)


def _add_geocode(commands: Any, common: argparse.ArgumentParser) -> None:
    command = commands.add_parser("geocode", parents=[common], help="names to places, best first")
    command.add_argument("name", nargs="+")
    command.add_argument("--country", help="ISO 3166-1 alpha-2 code, such as PS")
    command.add_argument("--near", help="LON,LAT in degrees")
    command.add_argument("--json", action="store_true", help="print JSON")
    _add_geocoder(command)
    command.set_defaults(act=_geocode)


def _add_recogniser(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--recogniser",
        default="rules",
        metavar="NAME",
        help="who finds the names: rules (default), or spacy[:MODEL], which you have installed",
    )


def _add_geocoder(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--geocoder",
        default="gazetteer",
        metavar="NAME",
        help="who is asked for names that the gazetteer doesn't know: nobody (gazetteer, the "
        "default), or nominatim[:URL], to whom these names are sent",
    )


def _add_expose(commands: Any, common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "expose", parents=[common], help="people within reach of many events, no map"
    )
    command.add_argument(
        "table",
        help="events (.csv, .geojson, .parquet with lon and lat), or polygons (.geojson, .gpkg, "
        ".parquet), which are zones themselves; or acled, ucdp, gdelt, whose events are fetched "
        "for --area",
    )
    add_events(command)
    command.add_argument(
        "--as-of", metavar="DAY", help="the last day of events that are fetched (default: today)"
    )
    command.add_argument(
        "--population",
        required=True,
        help="GeoTIFF of people: counts or density; or its https address, or worldpop, ghs-pop, "
        "hrsl, which are fetched",
    )
    command.add_argument(
        "--radius", help="radii in km, such as 1,2,5; auto: by the event's type; none for polygons"
    )
    command.add_argument("--out", type=Path, required=True, help="a .csv or .parquet file")
    command.add_argument(
        "--mode",
        default="each",
        choices=("each", "union", "nearest"),
        help="each: every event by itself (default); union: people within reach of any event, "
        "counted once; nearest: the union, split among events so that shares add up",
    )
    command.add_argument("--by", metavar="COLUMN", help="figures for the values of a column")
    command.add_argument(
        "--admin",
        type=Path,
        metavar="FILE",
        help="administrative units to roll up to: .geojson, .gpkg, .parquet",
    )
    command.add_argument(
        "--rings", action="store_true", help="add people between a radius and the next smaller one"
    )
    command.add_argument(
        "--whole", action="store_true", help="whole persons, rounded so that parts still add up"
    )
    command.add_argument(
        "--unit",
        choices=("count", "density"),
        help="what --population holds, if its tags don't say",
    )
    command.add_argument(
        "--band", help="band of --population, its number or name, if it has several"
    )
    command.add_argument(
        "--nodata",
        type=float,
        help="a value of cells without data that --population doesn't declare",
    )
    command.add_argument(
        "--yes", action="store_true", help="don't ask before data of a named source is fetched"
    )
    command.add_argument("--workers", type=int, help="threads (default: one a processor)")
    command.add_argument(
        "--rejected", type=Path, metavar="FILE", help="write the rows set aside, with reasons"
    )
    command.add_argument("--encoding", help="of the table, such as cp1256 (default: found out)")
    command.add_argument(
        "--date-format", help="how dates are written, such as %%d/%%m/%%Y, if it is ambiguous"
    )
    command.add_argument(
        "--precision-km",
        metavar="LEVEL=KM,...",
        help="radius that a level of geo_precision stands for, such as 2=25,3=75",
    )
    command.add_argument(
        "--type-radii",
        type=Path,
        metavar="FILE",
        help="radii by event type: CSV, for --radius auto",
    )
    command.set_defaults(act=_expose)


def _add_diff(commands: Any, common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "diff", parents=[common], help="two runs: what changed, by how much, and why"
    )
    for name in ("before", "after"):
        command.add_argument(
            name, metavar="RUN", help="a folder that `civmap map` wrote, or its run.duckdb"
        )
    command.add_argument("--json", action="store_true", help="print JSON, with full numbers")
    command.set_defaults(act=_diff)


def _diff(options: argparse.Namespace) -> None:
    from maps.publish.diff import compare_folders, dump_comparison, write_comparison

    compared = compare_folders(options.before, options.after)
    print((dump_comparison if options.json else write_comparison)(compared), end="")


def _expose(options: argparse.Namespace) -> None:
    try:
        _expose_once(options)
    except ChangedError as error:  # figures are of one version of a raster, or of none
        print(f"  {error}: it starts anew", file=sys.stderr)
        _expose_once(options)


def _expose_once(options: argparse.Namespace) -> None:
    from geo.bulk import Request, write_exposure

    table, told = _find_table(options)
    reading = _read_table_options(options)
    population, unit, more = _find_population(options, table, reading)
    request = Request(
        population=population,
        radii_km=_parse_reach(options.radius),
        mode=options.mode,
        table=reading,
        admin=options.admin,
        rings=options.rings,
        whole=options.whole,
        unit=unit,
        band=options.band,
        nodata=options.nodata,
        workers=options.workers,
        rejected=options.rejected,
    )
    show = _show_progress if sys.stderr.isatty() else None
    for caution in [*told, *more, *write_exposure(table, options.out, request, show)]:
        print(f"  note: {caution.text}", file=sys.stderr)
    print(options.out)


def _find_population(
    options: argparse.Namespace, table: Path, reading: TableOptions
) -> tuple[RasterFile, str | None, list[Caution]]:
    """Return the raster, which may be fetched first, its unit, and what to know of it.

    What sources have are counts.
    """
    from geo.settings import SOURCE_NAMES, is_address

    name = options.population
    is_source = name in SOURCE_NAMES["population"]
    if not is_source and not is_address(name):
        return Path(name), options.unit, []
    from geo.named_population import obtain_population

    obtained, cautions = obtain_population(
        name,
        table,
        reading,
        _parse_reach(options.radius),
        make_way(options),
        make_agreement(yes=options.yes),
    )
    return obtained.path, "count" if is_source else options.unit, cautions


def _find_table(options: argparse.Namespace) -> tuple[Path, list[Caution]]:
    """Return the table of `civmap expose`, fetched if a source is named, and what to know of it."""
    from geo.input import NamedEvents, choose_input
    from geo.named_data import obtain_input

    chosen = choose_input(options.table, options.area, options.days)
    if not isinstance(chosen, NamedEvents):
        return Path(options.table), []
    day = read_day(options.as_of, "--as-of")
    agree = make_agreement(yes=options.yes)
    obtained, told = obtain_input(chosen, day, make_way(options), agree)
    return obtained.file, told


def _parse_reach(text: str | None) -> tuple[float, ...] | str | None:
    """Return radii, `auto`, or None for polygons."""
    return text if text in (None, "auto") else _parse_radii(text)


def _read_table_options(options: argparse.Namespace) -> TableOptions:
    from geo.events import TableOptions, read_type_radii

    return TableOptions(
        by=options.by,
        encoding=options.encoding,
        date_format=options.date_format,
        precision_km=_parse_levels(options.precision_km) if options.precision_km else None,
        type_radii_km=read_type_radii(options.type_radii) if options.type_radii else None,
    )


def _parse_levels(text: str) -> dict[int, float]:
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {int(level): float(km) for level, km in pairs}
    except ValueError:
        raise UsageError(f"--precision-km {text!r}: expected LEVEL=KM, such as 2=25,3=75") from None


def _show_progress(part: float) -> None:
    filled = round(30 * part)
    bar = "#" * filled + "." * (30 - filled)
    print(f"\r[{bar}] {part:4.0%}", end="\n" if part >= 1 else "", file=sys.stderr, flush=True)


def _map(options: argparse.Namespace) -> None:
    from geo.assessment import run_assessment
    from maps.publish.bundle import replace_folder
    from maps.publish.report import build_report, dump_report
    from maps.publish.run_folder import write_run_folder
    from maps.scenario import write_supposition
    from maps.sheet.paper import SHEET_FILES, find_paper

    papers = [find_paper(name) for name in options.papers]
    source = _read_input(options.input, options.area, options.days)
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


def _locate(options: argparse.Namespace) -> None:
    from geo.input import NamedReport
    from geo.location import locate, locate_batch

    backends = {
        "recogniser": options.recogniser,
        "geocoder": options.geocoder,
        "offline": options.offline,
    }
    if options.batch:
        for line in locate_batch(options.batch, **backends):
            print(_to_json(line))
        return
    given = _read_input(options.input)
    source = given if isinstance(given, tuple) else Path(options.input)
    if isinstance(given, NamedReport):
        from geo.named_data import obtain_report

        source = obtain_report(given, make_way(options)).file
    found = locate(source, **backends)
    if options.json:
        print(_to_json(found, indent=1))
        return
    for event in found["events"]:
        place = f"{event['name'] or '?'} ({event['country'] or '-'})"
        print(f"{event['role']:<11} {event['modality']:<11} {place:<24} {event['evidence'] or ''}")
    if not found["events"]:
        print(f"no events; {len(found['mentions'])} mentions (--json shows them)")
    for warning in found["warnings"]:
        print(f"  note: {warning['text']}", file=sys.stderr)


def _to_json(value: Any, indent: int | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if not _SURROGATES.search(text):
        return text
    return json.dumps(value, indent=indent)  # half a character, which only an escape can write


def _geocode(options: argparse.Namespace) -> None:
    from geo.places import geocode, open_gazetteer, open_geocoder

    near = _parse_position(options.near) if options.near else None
    answers = []
    with open_gazetteer() as gazetteer:
        geocoder = open_geocoder(options.geocoder, gazetteer, offline=options.offline)
        for name in options.name:
            places = geocode(
                name, country=options.country, near=near, gazetteer=gazetteer, geocoder=geocoder
            )
            rows = [{field: getattr(place, field) for field in _GEOCODE_FIELDS} for place in places]
            answers += [{"query": name, **row} for row in rows]
            if not rows:
                print(f"civmap geocode: no place is called {name!r}", file=sys.stderr)
    if options.json:
        print(_to_json(answers, indent=1))
        return
    for row in answers:
        beyond = "" if row["geoname_id"] or "Nominatim" not in row["source"] else row["source"]
        print(
            f"{row['name']}, {row['country'] or '-'} ({row['kind']}): {row['lon']:.4f},"
            f"{row['lat']:.4f} within {row['precision_km']:g} km, "
            f"confidence {row['confidence']:.2f}" + (f"; {beyond}" if beyond else "")
        )


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


def _read_input(
    name: str | None, area: str | None = None, days: int | None = None
) -> Path | tuple[bytes, str] | Named | None:
    from geo.input import choose_input

    if name == "-" and area is None and days is None:
        return sys.stdin.buffer.read(), "stdin"
    return choose_input(name, area, days)


def _read_settings(options: argparse.Namespace) -> Settings:
    from geo.days import read_days
    from geo.settings import Settings, choose_displacement, choose_named, choose_populations

    given = read_days(options.as_of)
    return Settings(
        as_of=given.as_of,
        displacement=choose_displacement(options.displacement or ["auto"]),
        zone=_to_path(options.zone),
        radii_km=_parse_radii(options.radius),
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


def _parse_radii(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--radius {text!r}: expected kilometres such as 2,5,10") from None


def _parse_position(text: str) -> LonLat:
    from geo.types import LonLat

    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            f"--near {text!r}: expected LON,LAT in degrees, such as 34.3,31.4"
        ) from None
    return LonLat(lon, lat)
