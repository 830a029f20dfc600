"""What is compared of a run, read from its database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from geo import __version__
from geo.database.store import fetch_records, get_facts, open_run
from geo.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

Record: TypeAlias = dict[str, Any]

FILES = ("population", "boundaries", "zone", "displacement", "sites", "other_populations")
"""Parameters that may name files which the people of a zone are counted from."""

MEASURES = ("low", "best", "high", "static")
"""What is compared of a zone or unit, in persons."""

_NEEDED = {
    "run": "key value",
    "zones": "zone_id event_id label kind pcode lon lat inner_km radius_km grid_id geometry",
    "exposure": "zone_id low best high static",
    "events": "event_id place_id",
    "places": "place_id name country precision_km",
    "grids": "grid_id label population_date crs cell_width cell_height scanlines",
    "unit_people": "pcode name low best high static",
    "figures": "figure_id pcodes date kind low best high agency used reason",
    "sources": "source_id name date",
}
_FACTS = ("as_of", "civmap", "inputs", "parameters")
_COLUMNS = "SELECT table_name, column_name FROM information_schema.columns"
_ZONES = """
    SELECT zones.zone_id, zones.label, zones.kind, zones.pcode, zones.lon, zones.lat,
        zones.inner_km, zones.radius_km, zones.geometry, exposure.low, exposure.best,
        exposure.high, exposure.static, places.place_id, places.name AS place, places.country,
        places.precision_km, grids.label AS grid, grids.population_date, grids.crs,
        grids.cell_width, grids.cell_height, grids.scanlines
    FROM zones
    LEFT JOIN exposure USING (zone_id)
    LEFT JOIN events USING (event_id)
    LEFT JOIN places USING (place_id)
    LEFT JOIN grids USING (grid_id)
    ORDER BY zones.rowid
"""
_UNITS = "SELECT pcode, name AS label, low, best, high, static FROM unit_people ORDER BY pcode"


@dataclass(frozen=True, slots=True)
class ReadRun:
    """A run as it is compared.

    Attributes
    ----------
    name
        What the run is called by.
    columns
        `table.column` of all that its database holds.
    facts
        As `geo.database.store.get_facts`.
    zones
        With their figures (None where nobody can be counted), place and grid.
    units
        `pcode`, `label`, `low`, `best`, `high`, `static`.
    figures, sources
        By their ids.
    """

    name: str
    columns: frozenset[str]
    facts: Record
    zones: list[Record]
    units: list[Record]
    figures: dict[str, Record]
    sources: dict[str, Record]

    @property
    def as_of(self) -> str:
        """The run's own day, `YYYY-MM-DD`."""
        return str(self.facts["as_of"])

    @property
    def parameters(self) -> Record:
        """Parameters of the run; files by their names."""
        return dict(self.facts["parameters"])

    @property
    def inputs(self) -> dict[str, list[Record]]:
        """Files that went in, `name` and `sha256`, by their part: `input`, `population`, ..."""
        by_part: dict[str, list[Record]] = {}
        for file in self.facts["inputs"]:
            named = {"name": file["name"], "sha256": file["sha256"]}
            by_part.setdefault(file["part"], []).append(named)
        return by_part


def read_run(path: Path, name: str) -> ReadRun:
    """Read a run database for comparing.

    Raises
    ------
    UnavailableError
        If there is none, or it can't be opened.
    RunError
        If it is of another schema.
    """
    with open_run(path) as con:
        columns = _check_schema(con, name)
        facts = get_facts(con)
        missing = [key for key in _FACTS if facts.get(key) is None]
        if missing:
            raise RunError(f"run {name}: facts {', '.join(missing)} are missing; {_advise(con)}")
        return ReadRun(
            name=name,
            columns=columns,
            facts=facts,
            zones=fetch_records(con, _ZONES),
            units=fetch_records(con, _UNITS),
            figures=_by_id(fetch_records(con, "SELECT * FROM figures"), "figure_id"),
            sources=_by_id(fetch_records(con, "SELECT * FROM sources"), "source_id"),
        )


def _by_id(records: list[Record], key: str) -> dict[str, Record]:
    return {record[key]: record for record in sorted(records, key=lambda record: record[key])}


def _check_schema(con: duckdb.DuckDBPyConnection, name: str) -> frozenset[str]:
    columns = frozenset(f"{table}.{column}" for table, column in con.execute(_COLUMNS).fetchall())
    needed = {f"{table}.{column}" for table, names in _NEEDED.items() for column in names.split()}
    missing = sorted(needed - columns)
    if missing:
        some = ", ".join(missing[:4]) + (", ..." if len(missing) > 4 else "")
        raise RunError(
            f"run {name}: its database is of another schema: {some} "
            f"{'is' if len(missing) == 1 else 'are'} missing; {_advise(con)}"
        )
    return columns


def _advise(con: duckdb.DuckDBPyConnection) -> str:
    import duckdb

    try:
        written = get_facts(con).get("civmap")
    except (duckdb.Error, ValueError):
        written = None
    by = f"civmap {written}" if written else "another program or version"
    return (
        f"it was written by {by}, this is civmap {__version__}; make the run again with "
        "`civmap map`, or compare with the version that wrote it"
    )
