"""Event tables (CSV, GeoJSON, Parquet) to an event set; every row is accounted for."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from geo.errors import TableError, TextError
from geo.events.columns import match_columns
from geo.events.event import EventSet
from geo.events.rows import Row, RowError, read_row
from geo.text.decoding import decode_text, guess_page
from geo.text.lexicon import load_lexicon
from geo.types import Caution, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

_DELIMITERS = ",;\t|"
_NAMED = 5  # rows that a caution names

Cells = tuple[int, "dict[str, Any] | str"]  # number of the row, and its cells or what is wrong


def read_table(data: bytes, name: str) -> EventSet:
    """Read an event table.

    Parameters
    ----------
    data
        The file's bytes.
    name
        Its name, whose ending tells the format.

    Returns
    -------
        Its events with their places; `cautions` count the rows that were set aside, with reasons.

    Raises
    ------
    TableError
        If it is empty or broken, lacks columns, or no row can be used.
    """
    suffix = PurePath(name).suffix.lower()
    cautions: list[Caution] = []
    if suffix in {".geojson", ".json"}:
        header, rows = read_features(data, name)
    elif suffix == ".parquet":
        header, rows = _read_parquet(data, name)
    else:
        header, rows = _read_csv(data, name, cautions)
    columns = match_columns(header, name)
    accepted, rejected, total = _read_rows(rows, columns)
    if not accepted:
        why = f": {_list(rejected)}" if rejected else ""
        raise TableError(f"{name}: none of {total} rows can be used{why}")
    if rejected:
        cautions.append(
            Caution(
                "rows-rejected",
                f"{len(rejected)} of {total} rows were set aside: {_list(rejected)}.",
            )
        )
    return _make_set(_keep_last(accepted, cautions), cautions, data, name)


def _read_rows(
    rows: Iterable[Cells], columns: Mapping[str, str]
) -> tuple[list[tuple[int, Row]], list[str], int]:
    codes = load_lexicon().country_codes
    accepted: list[tuple[int, Row]] = []
    rejected: list[str] = []
    total = 0
    for number, cells in rows:
        total += 1
        if isinstance(cells, str):
            rejected.append(f"row {number}: {cells}")
            continue
        fields = {field: cells.get(column) for field, column in columns.items()}
        try:
            accepted.append((number, read_row(fields, number, codes)))
        except RowError as error:
            rejected.append(f"row {number}: {error}")
    return accepted, rejected, total


def _keep_last(accepted: Sequence[tuple[int, Row]], cautions: list[Caution]) -> list[Row]:
    """Keep the last version of an event that is there twice."""
    latest = {row.event.event_id: number for number, row in accepted}
    kept = [row for number, row in accepted if latest[row.event.event_id] == number]
    if len(kept) < len(accepted):
        again = sorted({r.event.event_id for n, r in accepted if latest[r.event.event_id] != n})
        cautions.append(
            Caution(
                "events-repeated",
                f"{len(accepted) - len(kept)} rows repeat an event_id; its last row counts: "
                f"{_list(again)}.",
            )
        )
    doubtful = [f"{row.event.event_id}: {row.note}" for row in kept if row.note]
    if doubtful:
        cautions.append(
            Caution("positions-doubtful", f"{len(doubtful)} events: {_list(doubtful)}.")
        )
    return kept


def _make_set(rows: Sequence[Row], cautions: list[Caution], data: bytes, name: str) -> EventSet:
    places = {row.place.place_id: row.place for row in reversed(rows)}
    ordered = list(dict.fromkeys(row.place.place_id for row in rows))
    days = [row.event.date for row in rows if row.event.date is not None]
    newest = _choose_newest(days, cautions)
    return EventSet(
        mentions=[],
        events=[row.event for row in rows],
        places=[places[place_id] for place_id in ordered],
        cautions=cautions,
        sources=[
            Source(
                "events",
                name,
                "of its publisher",
                date=newest.isoformat() if newest else None,
                note="the input",
            )
        ],
        as_of=newest,
        as_of_source="newest event" if newest else "none",
        title=None,
        publisher=None,
        kind="table",
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _choose_newest(days: Sequence[date], cautions: list[Caution]) -> date | None:
    """Return the newest day that is not ahead of today; if all are, the first of them."""
    today = datetime.now(tz=UTC).date()
    ahead = [day for day in days if day > today]
    newest = max((day for day in days if day <= today), default=min(ahead, default=None))
    if ahead and newest:
        cautions.append(
            Caution(
                "future-dates",
                f"{len(ahead)} events are dated after today, up to {max(ahead).isoformat()}; the "
                f"figures are for {newest.isoformat()}. Check the dates, or give the day with "
                "--as-of.",
            )
        )
    return newest


def _list(items: Sequence[str]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return "; ".join(items[:_NAMED]) + more


def _read_csv(data: bytes, name: str, cautions: list[Caution]) -> tuple[list[str], Iterator[Cells]]:
    text = decode_table(data, name)
    cautions += doubt_encoding(data, name)
    if text.lstrip()[:1] == "<":
        raise TableError(f"{name}: an HTML or XML page, not a table; expected CSV")
    delimiter = find_delimiter(text, name, cautions)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = next((row for row in _guard(reader, name) if any(row)), [])
    return [column.strip() for column in header], _zip_rows(reader, header, name)


def doubt_encoding(data: bytes, name: str) -> list[Caution]:
    """Return a caution where a table's encoding had to be guessed."""
    page = guess_page(data, name)
    text = f"{name} is not UTF-8; it was read as {page}. If names look wrong, save it as UTF-8."
    return [Caution("encoding", text)] if page else []


def find_delimiter(text: str, name: str, cautions: list[Caution]) -> str:
    """Return what parts the cells of a CSV's first line; a caution says so if it is no comma."""
    line = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=line.count)
    if delimiter != "," and line.count(delimiter):
        shown = {";": "semicolon", "\t": "tab", "|": "bar"}[delimiter]
        cautions.append(Caution("delimiter", f"{name}: cells are parted by a {shown}."))
    return delimiter


def decode_table(data: bytes, name: str) -> str:
    """Return a table's text.

    Raises
    ------
    TableError
        If it is empty or no text.
    """
    try:
        return decode_text(data, name)
    except TextError as error:
        message = str(error).replace("an article as .txt, .md or .html", "an event table as .csv")
        raise TableError(message.replace("the text of an article", "an event table")) from error


def _guard(reader: Any, name: str) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise TableError(
            f"{name}: line {reader.line_num}: {error}; check the quotes near it"
        ) from error


def _zip_rows(reader: Any, header: list[str], name: str) -> Iterator[Cells]:
    names = [column.strip() for column in header]
    for cells in _guard(reader, name):
        if not any(cells):
            continue
        if len(cells) != len(names):
            yield reader.line_num, f"{len(cells)} cells, expected {len(names)} as in the header"
        else:
            yield reader.line_num, dict(zip(names, cells, strict=True))


def read_features(data: bytes, name: str) -> tuple[list[str], Iterator[Cells]]:
    """Return the columns and rows of a GeoJSON file of points, positions as `lon` and `lat`.

    Raises
    ------
    TableError
        If it is no FeatureCollection.
    """
    try:
        found = json.loads(decode_table(data, name))
    except json.JSONDecodeError as error:
        raise TableError(f"{name}: line {error.lineno}: {error.msg}; expected GeoJSON") from error
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise TableError(f"{name}: no GeoJSON FeatureCollection; expected one with points")
    named = {"lon": None, "lat": None}
    for feature in features:
        named |= dict.fromkeys(_properties(feature))
    return list(named), _list_features(features)


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    skip = {"lon", "lat", "longitude", "latitude"}
    return {k: v for k, v in (properties or {}).items() if k.lower() not in skip}


def _list_features(features: list[Any]) -> Iterator[Cells]:
    for number, feature in enumerate(features, start=1):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") != "Point":
            kind = geometry.get("type") if isinstance(geometry, dict) else None
            yield number, f"geometry {kind!r}: expected a Point"
            continue
        position = geometry.get("coordinates")
        if not isinstance(position, list) or len(position) < 2:
            yield number, "a Point without coordinates"
            continue
        yield number, {**_properties(feature), "lon": position[0], "lat": position[1]}


def _read_parquet(data: bytes, name: str) -> tuple[list[str], Iterator[Cells]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not data:
        raise TableError(f"{name}: the file is empty; expected an event table as .parquet")
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{name}: no readable Parquet: {error}") from error
    plain = [
        field.name
        for field in table.schema
        if not pa.types.is_nested(field.type) and not pa.types.is_binary(field.type)
    ]
    rows = table.select(plain).to_pylist()
    return plain, ((number, row) for number, row in enumerate(rows, start=1))
