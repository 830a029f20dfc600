"""What a map shows of very many events: columns of them, not records, and the first of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.database.store import fetch_records
from geo.types import BBox

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

FIRST_EVENTS = 100
"""Rows that the page's tables of events have; the files hold all."""

MOST_WITH_NOTES = 10_000
"""Events up to which a popup has the event's note."""

MOST_DRAWN = 50_000
"""Events up to which each is drawn; more are counted in cells of a grid."""

_MARGIN_DEGREES = 0.25
_NOTE = 200
_PLACED = "FROM events e JOIN places p USING (place_id) WHERE p.kind NOT IN ('country', 'region')"
_POSITIONS = f"SELECT p.lon, p.lat, e.role, e.event_id {_PLACED} ORDER BY e.rowid"
_TEXTS = f"""
    SELECT p.name, p.country, e.event_type, e.modality, e.date, p.precision_km,
        left(e.evidence, {_NOTE}) AS note
    {_PLACED} ORDER BY e.rowid
"""
_FIRST_EXPOSED = """
    SELECT x.*, p.name AS place FROM event_exposure x
    JOIN events e USING (event_id) JOIN places p USING (place_id)
    ORDER BY x.rowid LIMIT ?
"""


@dataclass(frozen=True, slots=True, eq=False)
class Large:
    """Very many events.

    Attributes
    ----------
    events, counted
        How many there are, and round how many people were counted.
    lon, lat, role
        Of the events at a place, in the table's order; degrees, and the role's number in `roles`.
    texts
        `name`, `country`, `event_type`, `modality`, `date`, `precision_km`, `note` of each, as
        Arrow arrays; None where there are too many to be drawn.
    exposed
        The first rows of the table of single events' figures.
    """

    events: int
    counted: int
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    role: NDArray[np.int64]
    roles: list[str]
    texts: dict[str, pa.Array] | None
    exposed: list[dict[str, Any]]

    @property
    def bounds(self) -> BBox | None:
        """The box of all events at a place; None where none is at one."""
        if not len(self.lon):
            return None
        lon, lat = self.lon, self.lat
        box = BBox(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
        return box.expand(_MARGIN_DEGREES)


def read_large(con: duckdb.DuckDBPyConnection) -> Large:
    """Read the events of a large run."""
    ((events,),) = con.execute("SELECT count(*) FROM events").fetchall()
    ((counted,),) = con.execute("SELECT count(DISTINCT event_id) FROM event_exposure").fetchall()
    found: Any = con.sql(_POSITIONS).to_arrow_table()
    roles = found["role"].combine_chunks().dictionary_encode()
    texts = None
    if len(found) <= MOST_DRAWN:
        columns: Any = con.sql(_TEXTS).to_arrow_table()
        texts = {name: columns[name].combine_chunks() for name in columns.column_names}
    return Large(
        events=events,
        counted=counted,
        lon=found["lon"].to_numpy(),
        lat=found["lat"].to_numpy(),
        role=roles.indices.to_numpy().astype(np.int64),
        roles=roles.dictionary.to_pylist(),
        texts=texts,
        exposed=fetch_records(con, _FIRST_EXPOSED, [FIRST_EVENTS]),
    )
