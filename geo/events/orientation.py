"""Whether longitude and latitude stand in each other's column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.database.store import read_statement
from geo.errors import TableError
from geo.events.countries import read_shapes

if TYPE_CHECKING:
    import duckdb

    from geo.events.incoming import Incoming

_SAMPLE_ROWS = 500
_SWAPPED = 0.95  # of the rows lie in their country if the columns change places
_AS_GIVEN = 0.5  # of the rows at most lie in it as they are
_NEAR_DEGREES = 0.1  # coarse outlines, harbours, islets


def refuse_swapped(con: duckdb.DuckDBPyConnection, incoming: Incoming) -> None:
    """Stop if a table's longitudes are latitudes and the other way round.

    Looks at up to 500 rows, drawn in the same way each time, whose country is known.

    Raises
    ------
    TableError
        If at least 95 % of them lie in their country only with the two columns swapped, and less
        than half as they are.
    """
    import numpy as np
    import shapely

    rows = con.execute(read_statement("events", "sampled"), {"rows": _SAMPLE_ROWS}).fetchall()
    shapes = read_shapes({code for code, _, _ in rows}) if rows else {}
    rows = [row for row in rows if row[0] in shapes]
    if not rows:
        return
    given = swapped = 0
    for code in sorted({code for code, _, _ in rows}):
        positions = np.array([(lon, lat) for other, lon, lat in rows if other == code])
        shape = shapes[code]
        shapely.prepare(shape)
        points, turned = shapely.points(positions), shapely.points(positions[:, ::-1])
        given += int(shapely.dwithin(points, shape, _NEAR_DEGREES).sum())
        swapped += int(shapely.dwithin(turned, shape, _NEAR_DEGREES).sum())
    if swapped >= _SWAPPED * len(rows) and given < _AS_GIVEN * len(rows):
        lon, lat = incoming.columns.fields["lon"], incoming.columns.fields["lat"]
        raise TableError(
            f"{incoming.name}: longitude and latitude look swapped: of {len(rows)} rows looked at, "
            f"{given} lie in their country as given, and {swapped} do if column {lon!r} is the "
            f"latitude and {lat!r} the longitude. If so, give each column the other's name and try "
            "again."
        )
