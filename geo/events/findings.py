"""What a reader of the figures must know of an event table: set aside, repaired, doubtful."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from geo.errors import TableError
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

_NAMED = 5  # rows or events that a caution names
_TAGS = "hxl-tags"


def describe_rejected(con: duckdb.DuckDBPyConnection, name: str) -> list[Caution]:
    """Return what is to be said of `rejected`; a row of HXL tags is no event that was set aside.

    Raises
    ------
    TableError
        If no row is left.
    """
    ((accepted,),) = con.execute("SELECT count(*) FROM checked WHERE code IS NULL").fetchall()
    ((rejected, tags),) = con.execute(
        "SELECT count(*) FILTER (code <> ?), count(*) FILTER (code = ?) FROM rejected",
        [_TAGS, _TAGS],
    ).fetchall()
    rows = con.execute(
        "SELECT 'row ' || number || ': ' || reason FROM rejected WHERE code <> ? "
        "ORDER BY number LIMIT ?",
        [_TAGS, _NAMED],
    ).fetchall()
    listed = _list([reason for (reason,) in rows], rejected)
    total = accepted + rejected
    if not accepted:
        raise TableError(
            f"{name}: none of {total} rows can be used" + (f": {listed}" if listed else "")
        )
    cautions = []
    if tags:
        cautions.append(Caution(_TAGS, "Row 1 holds HXL tags, no event; it was set aside."))
    if rejected:
        cautions.append(
            Caution("rows-rejected", f"{rejected} of {total} rows were set aside: {listed}.")
        )
    return cautions


def describe_events(con: duckdb.DuckDBPyConnection) -> list[Caution]:
    """Return what is to be said of `events`."""
    today = datetime.now(tz=UTC).date()
    return [
        *_describe_repeats(con),
        *_describe_commas(con),
        *_describe_dates(con, today),
        *_describe_positions(con),
    ]


def _describe_repeats(con: duckdb.DuckDBPyConnection) -> Iterator[Caution]:
    count, ids = _count(con, "SELECT event_id FROM superseded ORDER BY number")
    if count:
        ((changed,),) = con.execute("SELECT count(updated) FROM checked").fetchall()
        which = "the version changed last" if changed else "its last row"
        yield Caution(
            "events-repeated",
            f"{count} rows repeat an event_id; {which} counts: {_list(ids, count)}.",
        )


def _describe_commas(con: duckdb.DuckDBPyConnection) -> Iterator[Caution]:
    count, rows = _count(
        con, "SELECT 'row ' || number FROM checked WHERE code IS NULL AND has_comma ORDER BY number"
    )
    if count:
        yield Caution(
            "decimal-comma",
            f"{count} rows have a decimal comma in their position, which was read as a point: "
            f"{_list(rows, count)}.",
        )


def _describe_dates(con: duckdb.DuckDBPyConnection, today: Any) -> Iterator[Caution]:
    ((ahead, latest, zoned),) = con.execute(
        "SELECT count(*) FILTER (event_date > $today), max(event_date), count(*) FILTER (zoned) "
        "FROM checked WHERE code IS NULL",
        {"today": today},
    ).fetchall()
    if ahead:
        yield Caution(
            "future-dates",
            f"{ahead} events are dated after today, up to {latest.isoformat()}. Check the dates.",
        )
    if zoned:
        yield Caution(
            "dates-zoned",
            f"{zoned} events have a time and a time zone: the day as written counts, not that of "
            "another zone.",
        )


def _describe_positions(con: duckdb.DuckDBPyConnection) -> Iterator[Caution]:
    count, ids = _count(
        con, "SELECT event_id FROM events WHERE place_kind = 'region' ORDER BY number"
    )
    if count:
        named = [f"{event_id}: position 0, 0: a missing position, not a place" for event_id in ids]
        yield Caution("positions-doubtful", f"{count} events: {_list(named, count)}.")
    count, ids = _count(
        con,
        "SELECT event_id || ' (' || country || ')' FROM central WHERE number IN "
        "(SELECT number FROM events) ORDER BY number",
    )
    if count:
        yield Caution(
            "positions-central",
            f"{count} events lie at the centre of their country, which stands for the country and "
            f"not for a place: they are not counted as exact: {_list(ids, count)}.",
        )


def _count(con: duckdb.DuckDBPyConnection, query: str) -> tuple[int, list[str]]:
    """Return how many rows a query of ours has, and the first of them."""
    ((count,),) = con.execute(f"SELECT count(*) FROM ({query})").fetchall()  # noqa: S608 - ours
    rows = con.execute(f"{query} LIMIT {_NAMED}").fetchall() if count else []
    return count, [str(text) for (text,) in rows]


def _list(items: Sequence[str], count: int) -> str:
    more = f" and {count - len(items)} more" if count > len(items) else ""
    return "; ".join(items) + more
