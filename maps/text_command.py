"""`civmap locate`, `civmap geocode`: text to mentions and events, names to places."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import UsageError
from maps.arguments import add_geocoder, add_recogniser, read_input
from maps.data_command import make_way

if TYPE_CHECKING:
    import argparse

    from geo.types import LonLat

_SURROGATES = re.compile("[\ud800-\udfff]")
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


def add_locate(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `civmap`."""
    command = commands.add_parser(
        "locate", parents=[common], help="text to mentions and events, nothing else"
    )
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "input", nargs="?", help="an article (.txt, .md, .html), - for stdin, or reliefweb:NUMBER"
    )
    source.add_argument("--batch", type=Path, help="JSON lines of {id, text, date?, source?}")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_recogniser(command)
    add_geocoder(command)
    command.set_defaults(act=_locate)


def add_geocode(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `civmap`."""
    command = commands.add_parser("geocode", parents=[common], help="names to places, best first")
    command.add_argument("name", nargs="+")
    command.add_argument("--country", help="ISO 3166-1 alpha-2 code, such as PS")
    command.add_argument("--near", help="LON,LAT in degrees")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_geocoder(command)
    command.set_defaults(act=_geocode)


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
    given = read_input(options.input)
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


def _parse_position(text: str) -> LonLat:
    from geo.types import LonLat

    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            f"--near {text!r}: expected LON,LAT in degrees, such as 34.3,31.4"
        ) from None
    return LonLat(lon, lat)
