"""`civmap expose`: events or polygons and a raster to a table, no map."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import ChangedError, UsageError
from maps.arguments import parse_radii
from maps.data_command import add_events, make_agreement, make_way, read_day

if TYPE_CHECKING:
    import argparse

    from geo.events import TableOptions
    from geo.ranges import RasterFile
    from geo.types import Caution


def add_expose(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `civmap`."""
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
        help="GeoTIFF of people: counts or density; or a GeoPackage of polygons with people, such "
        "as Kontur's hexagons; or a GeoTIFF's https address, or worldpop, ghs-pop, hrsl, which are "
        "fetched",
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
    return text if text in (None, "auto") else parse_radii(text)


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
