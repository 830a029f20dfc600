"""Discs round events: each by itself, or combined, to the rows of a result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from geo.bulk.request import BY_TYPE
from geo.bulk.rows import Part, Rows
from geo.database.store import read_statement
from geo.exposure.borders import LINES
from geo.exposure.combination import Combination, Counted
from geo.exposure.disc_set import Discs
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb
    from numpy.typing import NDArray

    from geo.bulk.request import Request
    from geo.exposure.outlines import Outlines
    from geo.exposure.sums import Sums

    Count = Callable[[Discs | Outlines, Combination, Callable[[float], float]], Counted]

DEFAULT_KM = 5.0
"""Radius of an event whose type is not in the table of radii: the widest that ACLED publishes."""

_FEW_PLACES = 7
_DISCS_AT_ONCE = 8_000_000  # 250 bytes each; a larger table goes over the raster again
_ROWS_AT_ONCE = 1_000_000
_PIECES_AT_ONCE = 1_000_000  # of discs that are cut along units
_EVENTS = """
SELECT
    event_id, group_no, lon, lat, radius_km, precision_km,
    coalesce(type_radius_km, $default_km) AS type_radius_km
FROM events JOIN groups ON groups.label IS NOT DISTINCT FROM events.by_group
ORDER BY number LIMIT $limit OFFSET $start
"""
_SITES = "SELECT class_no, site_group, lon, lat, reach_km, discs FROM sites ORDER BY site_no"
_MEMBERS = """
SELECT group_no, event_no, shown_km
FROM discs JOIN sites USING (class_no, lon, lat, reach_km)
ORDER BY site_no, event_no
"""
_FEW = """
SELECT lon, lat FROM events
WHERE number % greatest(1, (SELECT count(*) FROM events) // $few) = 0
ORDER BY number LIMIT $few
"""
_IDS = "SELECT event_id FROM events ORDER BY number"
_GROUPS = "SELECT label FROM groups ORDER BY group_no"
_SURVEY = """
SELECT
    min(greatest(coalesce(radius_km, $radius_km, type_radius_km, $default_km), precision_km)),
    count(*), count(radius_km), count(*) FILTER (radius_km IS NULL AND type_radius_km IS NULL)
FROM events
"""
_COARSE = """
SELECT precision_km, count(*) FROM events WHERE precision_km > 0 GROUP BY precision_km ORDER BY 1
"""


def prepare_discs(con: duckdb.DuckDBPyConnection, request: Request) -> tuple[float, list[Caution]]:
    """Fill the tables of `groups.sql` and, where events are combined, of `sites.sql`.

    Returns
    -------
        The smallest radius of a disc, in kilometres, and what is doubtful about the events.
    """
    con.execute(read_statement("bulk", "groups"))
    if request.mode != "each":
        settings = {
            "radii": list(request.classes),
            "default_km": DEFAULT_KM,
            "apart": request.mode == "union",
        }
        for statement in con.extract_statements(read_statement("bulk", "sites")):
            con.execute(statement, {name: settings[name] for name in statement.named_parameters})
    radius = None if request.radii_km == BY_TYPE else min(request.classes)
    parameters = {"radius_km": radius, "default_km": DEFAULT_KM}
    ((smallest, events, own, untyped),) = con.execute(_SURVEY, parameters).fetchall()
    cautions = []
    if coarse := con.execute(_COARSE).fetchall():
        listed = ", ".join(f"{count} within {km:g} km" for km, count in coarse)
        cautions.append(
            Caution(
                "positions-coarse",
                f"{sum(count for _, count in coarse)} of {events} events are at coarse positions: "
                f"they are counted within the radius that their geo_precision stands for ({listed})"
                ", where that is larger.",
            )
        )
    if radius is None and untyped:
        cautions.append(
            Caution(
                "types-unknown",
                f"{untyped} of {events} events have no radius of their own and a type that is "
                f"missing or not in the table of radii; they are counted within {DEFAULT_KM:g} km.",
            )
        )
    if own and (request.mode != "each" or request.by is not None) and len(request.classes) > 1:
        cautions.append(
            Caution(
                "radii-own",
                f"{own} of {events} events have a radius of their own (radius_km): they keep it "
                "beside every radius that was asked for.",
            )
        )
    return float(smallest), cautions


def list_few_places(con: duckdb.DuckDBPyConnection) -> list[tuple[float, float]]:
    """Return the longitudes and latitudes of up to seven events, evenly taken."""
    return con.execute(_FEW, {"few": _FEW_PLACES}).fetchall()


def count_each(
    con: duckdb.DuckDBPyConnection,
    request: Request,
    units: Outlines | None,
    count: Count,
) -> Iterator[Part]:
    """Yield the rows of every event by itself, in the table's order, or of each group, at the end.

    Parameters
    ----------
    count
        Counts zones that are combined; its last argument turns the part of this work that is done
        into that of the whole.
    """
    ((total,),) = con.execute("SELECT count(*) FROM events").fetchall()
    radii = request.classes
    limit = _PIECES_AT_ONCE if units is not None else _DISCS_AT_ONCE
    size = max(1, limit // len(radii))
    rolled: Rows | None = None
    for start in range(0, total, size):
        parameters = {"limit": size, "start": start, "default_km": DEFAULT_KM}
        table = _fetch(con, _EVENTS, parameters)
        event, rank, shown, discs = _make_discs(table, request)
        alone = Combination("each", np.zeros(len(discs), dtype=np.int64))

        def overall(part: float, start: int = start, rows: int = table.num_rows) -> float:
            return float((start + part * rows) / total)

        counted = count(discs, alone, overall)
        rows = Rows(event, rank, counted.unit, _nest(counted.sums, rank))
        owner = counted.owner
        if units is not None:
            parts = count(discs, replace(alone, units=units), overall)
            owner = parts.owner
            cut = Rows(event[owner], rank[owner], parts.unit, parts.sums.rescale(LINES))
            rows = cut.settle(rows)
        if request.by is None:
            ids, shown = table["event_id"].combine_chunks(), shown[owner]
            for some in rows.cut(_ROWS_AT_ONCE):
                yield Part(rows.take(some), ids, shown[some])
            continue
        groups = table["group_no"].to_numpy()[rows.label]
        rows = Rows.of(groups, rows.radius, rows.unit, rows.sums)
        rolled = rows if rolled is None else rolled.join(rows)
    if rolled is not None:
        yield Part(rolled, _list_groups(con), np.array(radii)[rolled.radius])


def count_combined(
    con: duckdb.DuckDBPyConnection,
    request: Request,
    units: Outlines | None,
    count: Count,
) -> Part:
    """Return the rows of a union, of each group's union, or of the shares of events or groups."""
    table = _fetch(con, _SITES)
    number, group, lon, lat, reach, members = (column.to_numpy() for column in table.columns)
    discs = Discs(lon, lat, reach)
    radii = np.array(request.classes)
    if request.mode == "union":
        classes = (group * len(radii) + number).astype(np.int64)
        counted = count(discs, Combination("union", classes, units=units), float)
        owner = counted.owner
        rows = Rows.of(owner // len(radii), owner % len(radii), counted.unit, counted.sums)
        labels = pa.array(["all"]) if request.by is None else _list_groups(con)
        return Part(rows, labels, radii[rows.radius])
    combination = Combination("nearest", number.astype(np.int64), lon, lat, reach, units)
    counted = count(discs, combination, float)
    # a site's people in equal parts to the events that are there
    share = _fetch(con, _MEMBERS)
    first = np.cumsum(members) - members
    counts = members[counted.owner]
    source = np.repeat(np.arange(len(counts)), counts)
    rank = np.arange(len(source)) - np.repeat(np.cumsum(counts) - counts, counts)
    member = first[counted.owner[source]] + rank
    label = share["group_no" if request.by else "event_no"].to_numpy()[member]
    radius = number[counted.owner[source]]
    rows = Rows.of(label, radius, counted.unit[source], counted.sums.split(counts))
    if request.by is not None:
        return Part(rows, _list_groups(con), radii[rows.radius])
    ids = _fetch(con, _IDS)["event_id"].combine_chunks()
    own = share["shown_km"].to_numpy()
    shown = radii[rows.radius]
    if request.radii_km == BY_TYPE:
        of_event = np.empty(len(ids))
        of_event[share["event_no"].to_numpy()] = own
        shown = of_event[rows.label]
    return Part(rows, ids, shown)


def _nest(sums: Sums, rank: NDArray[np.int64]) -> Sums:
    """Return sums of discs, event by event and ever larger, none smaller than the one before it.

    They are so but for rounding: a millionth of a cell, where an edge only grazes one.
    """
    upper, lower = sums.words[..., 0], sums.words[..., 1]
    while True:
        less = (upper[1:] == upper[:-1]) & (lower[1:] < lower[:-1])
        less |= upper[1:] < upper[:-1]
        at = np.flatnonzero(less.any(axis=1) & (rank[1:] > 0)) + 1
        if not len(at):
            return sums
        sums.words[at] = sums.take(at).raise_to(sums.take(at - 1)).words


def _make_discs(
    table: pa.Table, request: Request
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], Discs]:
    """Return the event, radius number, radius asked for and disc, event by event.

    By itself an event with a radius of its own has one disc; among others it has one in each class.
    """
    radii = np.array(request.classes)
    own = table["radius_km"].to_numpy()
    counts = np.full(len(own), len(radii))
    if request.by is None:
        counts[~np.isnan(own)] = 1
    event = np.repeat(np.arange(len(own)), counts)
    rank = np.arange(len(event)) - np.repeat(np.cumsum(counts) - counts, counts)
    by_type = table["type_radius_km"].to_numpy()[event]
    asked = np.where(np.isnan(radii[rank]), by_type, radii[rank])
    shown = np.where(np.isnan(own[event]), asked, own[event])
    reach = np.maximum(shown, table["precision_km"].to_numpy()[event])
    discs = Discs(table["lon"].to_numpy()[event], table["lat"].to_numpy()[event], reach)
    return event, rank, shown, discs


def _list_groups(con: duckdb.DuckDBPyConnection) -> pa.Array:
    return _fetch(con, _GROUPS)["label"].combine_chunks()


def _fetch(
    con: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, Any] | None = None
) -> pa.Table:
    found: Any = con.sql(statement, params=parameters or {})
    return found.to_arrow_table()
