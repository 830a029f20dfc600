"""An event table to an event set, for a map: the checked rows as events and their places."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.database.store import create_scratch, fetch_records
from geo.events.bulk import load_events
from geo.events.encoding import TableFile
from geo.events.event import Event, EventSet
from geo.events.publishers import PUBLISHERS
from geo.places import Place
from geo.resources import hash_file
from geo.types import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import duckdb

    from geo.events.options import TableOptions
    from geo.events.publishers import Publisher
    from geo.types import Caution

_EXACT_KM = 1.0  # how well the position of a place is known at best
_SLUG = re.compile(r"[^a-z0-9]+")
_MAX_TEXT = 2000


def read_table(data: bytes, name: str, options: TableOptions | None = None) -> EventSet:
    """Read an event table.

    Parameters
    ----------
    data
        The file's bytes.
    name
        Its name, whose ending tells the format.
    options
        How to read it; None: as it is found.

    Returns
    -------
        Its events with their places; `cautions` count the rows that were set aside, with reasons.

    Raises
    ------
    TableError, UsageError
        As `geo.events.bulk.load_events`.
    """
    with open_table_events(TableFile(name, data), options) as table:
        return table.read()


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """An event table that was read into a scratch database.

    Attributes
    ----------
    con
        Holds the tables of `geo.events.bulk.load_events`, as for a map.
    cautions
        What was set aside or is doubtful.
    publisher
        Whose export it is by its columns; None: not known.
    """

    con: duckdb.DuckDBPyConnection
    file: TableFile
    cautions: list[Caution]
    publisher: Publisher | None

    def count_places(self) -> int:
        """Return how many places get zones: of sites and threatened places that are no areas."""
        places = f"SELECT DISTINCT lon, lat, precision_km FROM events WHERE {ZONED}"  # noqa: S608
        ((count,),) = self.con.execute(f"SELECT count(*) FROM ({places})").fetchall()  # noqa: S608
        return int(count)

    def read(self) -> EventSet:
        """Return the events with their places."""
        rows = fetch_records(self.con, "SELECT * FROM events ORDER BY number")
        places = [_make_place(row) for row in rows]
        by_id = {place.place_id: place for place in reversed(places)}
        return dataclasses.replace(
            self.describe(),
            events=[_make_event(row, place) for row, place in zip(rows, places, strict=True)],
            places=[by_id[key] for key in dict.fromkeys(place.place_id for place in places)],
        )

    def describe(self) -> EventSet:
        """Return all that `read` does but the events and their places."""
        days = self.con.execute(
            "SELECT DISTINCT event_date FROM events WHERE event_date IS NOT NULL"
        ).fetchall()
        newest = _choose_newest([day for (day,) in days])
        return EventSet(
            mentions=[],
            events=[],
            places=[],
            cautions=[_tell_day(caution, newest) for caution in self.cautions],
            sources=[
                Source(
                    "events",
                    self.file.name,
                    self.publisher.licence if self.publisher else "of its publisher",
                    date=newest.isoformat() if newest else None,
                    attribution=self.publisher.attribution if self.publisher else None,
                    note="the input",
                )
            ],
            as_of=newest,
            as_of_source="newest event" if newest else "none",
            title=None,
            publisher=None,
            kind="table",
            name=self.file.name,
            sha256=_hash(self.file),
        )


ZONED = (
    "place_kind = 'point' AND coalesce(role, 'site') IN ('site', 'threatened') "
    "AND coalesce(modality, 'actual') IN ('actual', 'threatened', 'planned')"
)
"""Which rows of `events` have people counted round them, as SQL."""


@contextmanager
def open_table_events(
    file: TableFile, options: TableOptions | None = None
) -> Iterator[LoadedTable]:
    """Read an event table of any length into a scratch database that lives as long as this.

    Raises
    ------
    UnavailableError, TableError, UsageError
        As `geo.events.bulk.load_events`.
    """
    with tempfile.TemporaryDirectory() as folder, create_scratch(Path(folder)) as con:
        cautions, scheme = load_events(con, file, options=options, for_map=True)
        yield LoadedTable(con, file, cautions, PUBLISHERS.get(scheme))


def _hash(file: TableFile) -> str:
    if isinstance(file.source, Path):
        return hash_file(file.source)
    return hashlib.sha256(file.source).hexdigest()


def _make_place(row: dict[str, Any]) -> Place:
    lon, lat = row["lon"], row["lat"]
    precision = max(row["precision_km"], _EXACT_KM)
    return Place(
        place_id=f"ev:{lon:.5f},{lat:.5f},{precision:g}",
        name=_cut(row["name"]) or f"{lat:.3f}, {lon:.3f}",
        country=row["country"],
        kind=row["place_kind"],
        lon=lon,
        lat=lat,
        precision_km=precision,
        geoname_id=None,
        pcode=None,
        admin1=None,
        population=None,
        source="event table",
    )


def _make_event(row: dict[str, Any], place: Place) -> Event:
    event_type = _cut(row["event_type"])
    kind = _SLUG.sub("-", event_type.lower()).strip("-") or "event" if event_type else "violence"
    return Event(
        event_id=row["event_id"][:_MAX_TEXT],
        kind=kind,
        role=row["role"] or "site",
        modality=row["modality"] or "actual",
        date=row["event_date"],
        place_id=place.place_id,
        evidence=_cut(row["notes"]),
        radius_km=row["radius_km"],
        fatalities=row["fatalities"],
        event_type=event_type,
    )


def _cut(text: str | None) -> str | None:
    return text[:_MAX_TEXT] if text else None


def _choose_newest(days: Sequence[date]) -> date | None:
    """Return the newest day that is not ahead of today; if all are, the first of them."""
    today = datetime.now(tz=UTC).date()
    return max((day for day in days if day <= today), default=min(days, default=None))


def _tell_day(caution: Caution, newest: date | None) -> Caution:
    """Say which day the figures are for where dates can't all be right."""
    if caution.code != "future-dates" or newest is None:
        return caution
    text = (
        f"{caution.text} The figures are for {newest.isoformat()}; give another day with --as-of."
    )
    return dataclasses.replace(caution, text=text)
