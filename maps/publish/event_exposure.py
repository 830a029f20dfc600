"""event_exposure.parquet: people within reach of each event of a large run, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.table_file import open_writer

if TYPE_CHECKING:
    from pathlib import Path

    from geo.run import Assessment

EVENT_EXPOSURE = "event_exposure.parquet"

_BATCH_ROWS = 1_000_000
_ROWS = """
    SELECT x.event_id, e.role, e.date, p.lon, p.lat, x.radius_km, x.people, x.coverage_fraction,
        x.nodata_fraction
    FROM event_exposure x JOIN events e USING (event_id) JOIN places p USING (place_id)
    ORDER BY x.rowid
"""


def write_event_exposure(run: Assessment, path: Path) -> None:
    """Write the table: an event and radius a row, in the order of the input.

    Columns: `event_id`, `role`, `date`, `lon`, `lat` (degrees, EPSG:4326), `radius_km`, `people`
    (persons, static, without a range; null: unknown), `coverage_fraction`, `nodata_fraction` (of
    the disc). Not to be added: discs overlap.

    Raises
    ------
    UnavailableError
        If the file can't be written.
    """
    with run.connect() as con:
        batches = con.sql(_ROWS).to_arrow_reader(_BATCH_ROWS)
        with open_writer(path, batches.schema) as write:
            for batch in batches:
                write(batch)
