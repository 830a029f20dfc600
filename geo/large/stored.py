"""The events of a large table go from the scratch database into the run's, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.database.store import quote_name, read_statement
from geo.errors import UsageError
from geo.events.table import ZONED

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from geo.settings import Settings

MOST_PLACES = 500
"""Places with zones up to which each is counted, drawn and given a range by itself."""

_BATCH_ROWS = 100_000
_COUNTED = (
    "number, event_id, lon, lat, radius_km, type_radius_km, precision_km, by_group, "
    "coalesce(role, 'site') AS role"
)


def refuse_options(settings: Settings) -> None:
    """Raise where the settings ask for what a large run does not do.

    Raises
    ------
    UsageError
        If other populations, known sites or moves are given.
    """
    asked = {
        "several populations": settings.other_populations,
        "known sites (--sites)": settings.sites,
        "moves (--move)": settings.moves,
    }
    named = [name for name, given in asked.items() if given]
    if named:
        raise UsageError(
            f"{', '.join(named)}: not where people are counted round more than {MOST_PLACES} "
            "places; leave it out, or give a table of fewer places"
        )


def store_events(con: duckdb.DuckDBPyConnection, scratch: duckdb.DuckDBPyConnection) -> int:
    """Fill `events` and `places` of a run, and leave in the scratch database what is counted.

    Parameters
    ----------
    con
        The run database.
    scratch
        Where `geo.events.bulk.load_events` has read the table. Its `events` become `loaded`; the
        new `events` are those that people are counted round.

    Returns
    -------
        The number of events that people are counted round.
    """
    scratch.execute("ALTER TABLE events RENAME TO loaded")
    scratch.execute(read_statement("large", "placed"))
    for name in ("places", "events"):
        found = scratch.sql(read_statement("large", name)).to_arrow_reader(_BATCH_ROWS)
        insert_batches(con, name, found)
    scratch.execute(
        f"CREATE TABLE events AS SELECT {_COUNTED} FROM loaded WHERE {ZONED}"  # noqa: S608 - ours
    )
    ((count,),) = scratch.execute("SELECT count(*) FROM events").fetchall()
    return int(count)


def insert_batches(
    con: duckdb.DuckDBPyConnection, table: str, batches: pa.RecordBatchReader | Any
) -> None:
    """Insert batches into a table, matching columns by name."""
    quoted = ", ".join(quote_name(name) for name in batches.schema.names)
    con.register("incoming", batches)
    try:
        # names only, all quoted; values come from the registered batches
        con.execute(f"INSERT INTO {quote_name(table)} ({quoted}) SELECT {quoted} FROM incoming")  # noqa: S608
    finally:
        con.unregister("incoming")
