"""The gazetteer: place names of the world, in one SQLite file that is only ever read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from geo.errors import UnavailableError
from geo.places.names import normalise_name
from geo.places.place import CountryFact, Place
from geo.places.record import ABBREVIATION, NAME, tile_number
from geo.resources import find_resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from geo.types import BBox, Source

TABLES_VERSION = "2"  # written by geo/places/build.py

_ALTERNATE_PENALTY = 1.0  # a name on file as a mere alternate counts ten times fewer people
_FIELDS = (
    "p.place_id, p.name, p.country, p.kind, p.lon, p.lat, p.precision_km, p.geoname_id, p.pcode, "
    "p.admin1, p.population, p.source, p.name_ar, p.feature, p.admin1_code, p.admin2_code, "
    "p.parent, p.members, p.weight"
)
_BY_NAME = (
    f"SELECT {_FIELDS}, n.form FROM names n JOIN places p USING (number) "  # noqa: S608 - constants
    "WHERE n.normal = ?"
)
_BY_ID = f"SELECT {_FIELDS} FROM places p WHERE p.place_id = ?"  # noqa: S608 - constants
_BY_TILE = (
    f"SELECT {_FIELDS} FROM places p WHERE p.tile BETWEEN ? AND ? "  # noqa: S608 - constants
    "AND p.kind = 'city' AND p.population > 0 "
    "AND p.lat BETWEEN ? AND ? AND p.lon BETWEEN ? AND ?"
)
_PLACE_FIELDS = 13
_MOST_KEPT = 20_000  # names looked up last and their places: texts name a place again and again


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as one name finds it, with what resolving needs beside the place itself.

    Attributes
    ----------
    form
        1 the place's name, 2 an alternate, 3 an abbreviation.
    weight
        Prominence: log10 of persons, or its like for areas.
    admin1_code, admin2_code
        GeoNames codes of the units that hold the place; of a unit, its own.
    parent
        Normal form of the town or area that the place is part of.
    members
        Of a region: the admin1 and country codes that it is made of.
    """

    place: Place
    form: int
    weight: float
    feature: str | None
    admin1_code: str | None
    admin2_code: str | None
    parent: str | None
    members: tuple[str, ...]

    @property
    def prominence(self) -> float:
        """Weight, less where the name is only an alternate."""
        return self.weight - (_ALTERNATE_PENALTY if self.form > NAME else 0.0)


class Gazetteer:
    """Place names of the world; see `open_gazetteer`.

    A context manager; safe to read from several threads one at a time.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._con = connection
        self._kept: dict[tuple[str, bool], tuple[Entry, ...]] = {}
        self._size = 0  # of what is kept
        self._countries: dict[str, CountryFact | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._con.close()

    def lookup(self, name: str) -> list[Place]:
        """Return all places of exactly this name, up to spelling rules; most prominent first.

        Empty if the name is not known: nothing is ever guessed here.
        """
        return [entry.place for entry in self.entries(name)]

    def entries(self, name: str, *, abbreviations: bool = False) -> list[Entry]:
        """Return what `lookup` returns, with what resolving needs; most prominent first.

        Parameters
        ----------
        abbreviations
            Also find units by codes such as `TX`, which are no names in running text.
        """
        key = (name, abbreviations)
        found = self._kept.get(key)
        if found is None:
            found = self._find(normalise_name(name), abbreviations=abbreviations)
            self._keep(key, found)
        return list(found)

    def _keep(self, key: tuple[str, bool], found: tuple[Entry, ...]) -> None:
        self._size += 1 + len(found)
        if self._size > _MOST_KEPT:
            self._kept.clear()
            self._size = 1 + len(found)
        self._kept[key] = found

    def _find(self, normal: str, *, abbreviations: bool) -> tuple[Entry, ...]:
        if not normal:
            return ()
        rows = self._con.execute(_BY_NAME, (normal,)).fetchall()
        limit = ABBREVIATION if abbreviations else ABBREVIATION - 1
        entries = [_entry(row[:-1], row[-1]) for row in rows if row[-1] <= limit]
        return tuple(sorted(entries, key=lambda entry: (-entry.prominence, entry.place.place_id)))

    def has_prefix(self, words: str) -> bool:
        """Tell whether a name is, or goes on after, these whole words.

        For finding the longest name at a position without a lookup for every length.
        """
        normal = normalise_name(words)
        if not normal:
            return False
        row = self._con.execute(
            "SELECT 1 FROM names WHERE normal = ? OR (normal > ? AND normal < ?) LIMIT 1",
            (normal, normal + " ", normal + "!"),
        ).fetchone()
        return row is not None

    def get(self, place_id: str) -> Place | None:
        """Return the place with this identifier; None if there is none."""
        row = self._con.execute(_BY_ID, (place_id,)).fetchone()
        return _place(row) if row else None

    def entry(self, place_id: str) -> Entry | None:
        """Return the place with this identifier and what resolving needs; None if none."""
        row = self._con.execute(_BY_ID, (place_id,)).fetchone()
        return _entry(row, NAME) if row else None

    def settlements_in(self, bbox: BBox) -> list[Place]:
        """Return the towns with a known population in a box, largest first.

        Edges count; `bbox.east` may pass 180. Populations are GeoNames' own, undated.
        """
        found = []
        for west, south, east, north in _unwrap(bbox):
            for row_south in range(int(south // 1), int(north // 1) + 1):
                first = tile_number(west, row_south)
                # 180 is the same meridian as -180: its tile is the row's last
                last = tile_number(min(east, 179.999999), row_south)
                found += self._con.execute(
                    _BY_TILE, (first, last, south, north, west, east)
                ).fetchall()
        places = {row[0]: _place(row) for row in found}
        return sorted(places.values(), key=lambda place: (-(place.population or 0), place.place_id))

    def country(self, iso2: str) -> CountryFact | None:
        """Return what is known about a country by its ISO 3166-1 alpha-2 code; None if unknown."""
        if iso2 not in self._countries:
            self._countries[iso2] = self._find_country(iso2)
        return self._countries[iso2]

    def _find_country(self, iso2: str) -> CountryFact | None:
        row = self._con.execute(
            "SELECT iso2, iso3, name, population, area_km2, capital, neighbours "
            "FROM countries WHERE iso2 = ?",
            (iso2.upper(),),
        ).fetchone()
        if row is None:
            return None
        code, iso3, name, population, area_km2, capital, neighbours = row
        around = tuple(filter(None, neighbours.split("|")))
        return CountryFact(code, iso3, name, population, area_km2, capital, around)

    def settled_people(self, iso2: str) -> int:
        """Return the sum of the populations of a country's towns, persons.

        Parts of towns count besides their town, so it may exceed the country's population.
        """
        row = self._con.execute(
            "SELECT coalesce(sum(population), 0) FROM places WHERE kind = 'city' AND country = ?",
            (iso2.upper(),),
        ).fetchone()
        return int(row[0])

    def sources(self) -> list[Source]:
        """Return where the gazetteer's rows come from, with licences."""
        from geo.types import Source

        rows = self._con.execute(
            "SELECT source_id, name, licence, url, attribution FROM sources ORDER BY source_id"
        )
        return [
            Source(source_id, name, licence, url=url, attribution=attribution)
            for source_id, name, licence, url, attribution in rows
        ]

    def about(self) -> dict[str, str]:
        """Return the version, the counts of rows and the checksums of what it was built from."""
        return dict(self._con.execute("SELECT key, value FROM about ORDER BY key"))

    def names_like(self, normal: str, country: str) -> Iterator[tuple[str, Entry]]:
        """Yield names in a country that share the first letter with a normal form.

        For fuzzy matching as a last resort; slow (a tenth of a second).
        """
        rows = self._con.execute(
            f"SELECT {_FIELDS}, n.form, n.normal FROM names n JOIN places p USING (number) "  # noqa: S608
            "WHERE n.normal >= ? AND n.normal < ? AND n.form < 3 AND p.country = ? "
            "ORDER BY n.normal, n.number",
            (normal[0], chr(ord(normal[0]) + 1), country),
        )
        for row in rows:
            yield row[-1], _entry(row[:-2], row[-2])


def open_gazetteer(path: Path | None = None) -> Gazetteer:
    """Open the gazetteer, read-only.

    Parameters
    ----------
    path
        The SQLite file; None: the one that was built into the package.

    Raises
    ------
    UnavailableError
        If the file is missing, no gazetteer, or of another version.
    """
    path = path or find_resource("gazetteer.sqlite")
    if not path.is_file():
        raise UnavailableError(f"no gazetteer at {path}; reinstall civmap, or run `make`")
    # immutable: no locks and no journal are looked for, so that read-only media do
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    con = sqlite3.connect(uri, uri=True, check_same_thread=False)
    try:
        row = con.execute("SELECT value FROM about WHERE key = 'version'").fetchone()
    except sqlite3.DatabaseError as error:
        con.close()
        raise UnavailableError(f"{path} is no gazetteer of civmap: {error}") from error
    if row is None or row[0] != TABLES_VERSION:
        con.close()
        raise UnavailableError(
            f"gazetteer {path} has version {row and row[0]!r}; this civmap reads "
            f"{TABLES_VERSION!r}. Reinstall civmap, or run `make`."
        )
    return Gazetteer(con)


def _place(row: Sequence[Any]) -> Place:
    return Place(*row[:_PLACE_FIELDS])


def _entry(row: Sequence[Any], form: int) -> Entry:
    feature, admin1_code, admin2_code, parent, members, weight = row[_PLACE_FIELDS:]
    return Entry(
        place=_place(row),
        form=form,
        weight=weight,
        feature=feature,
        admin1_code=admin1_code,
        admin2_code=admin2_code,
        parent=parent,
        members=tuple(members.split("|")) if members else (),
    )


def _unwrap(bbox: BBox) -> list[tuple[float, float, float, float]]:
    """Cut a box at the date line into boxes within -180..180."""
    east_limit = 180.0
    if bbox.east <= east_limit:
        return [(bbox.west, bbox.south, bbox.east, bbox.north)]
    if bbox.west >= east_limit:
        return [(bbox.west - 360, bbox.south, bbox.east - 360, bbox.north)]
    return [
        (bbox.west, bbox.south, east_limit, bbox.north),
        (-180.0, bbox.south, min(bbox.east - 360, bbox.west), bbox.north),
    ]
