"""The cells of a table: numbered, trimmed, and what a date, country, level or type stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.events.countries import find_country
from geo.events.dates import read_day
from geo.events.precision import choose_radii, read_level
from geo.events.type_radii import find_radius, read_type_radii

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo.events.incoming import Incoming
    from geo.events.options import TableOptions

_MOST_REMEMBERED = 100_000  # different texts of a column whose meaning is kept at hand
_PART = "\x1f"
_UCDP_TYPES = {"1": "State-based conflict", "2": "Non-state conflict", "3": "One-sided violence"}
# Field to what is read from it: columns of `read_cells`.
_MEANINGS = {
    "event_date": {"day": pa.date32(), "date_fault": pa.string()},
    "country": {"iso2": pa.string()},
    "geo_precision": {"level": pa.int32(), "level_km": pa.float64()},
    "event_type": {"event_type": pa.string(), "type_radius_km": pa.float64()},
}


class _Dictionary:
    """What the texts of a column mean; each text is read once."""

    def __init__(
        self, read: Callable[[str], tuple[Any, ...]], kinds: dict[str, pa.DataType]
    ) -> None:
        self._read = read
        self._kinds = kinds
        self._known: dict[str, tuple[Any, ...]] = {}

    def look_up(self, texts: pa.Array) -> dict[str, pa.Array]:
        """Return the columns of meanings, of the length of `texts`; null stays null."""
        encoded = texts.dictionary_encode()
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        meanings = [self._find(text) for text in encoded.dictionary.to_pylist()]
        return {
            name: pa.array([meaning[n] for meaning in meanings], kind).take(encoded.indices)
            for n, (name, kind) in enumerate(self._kinds.items())
        }

    def _find(self, text: str) -> tuple[Any, ...]:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._read(text)
        return found


def list_schema(incoming: Incoming) -> pa.Schema:
    """Return the columns of `read_cells`: the fields that the table has, and their meanings."""
    kinds = {"number": pa.int64(), **dict.fromkeys(incoming.columns.fields, pa.string())}
    for name, meanings in _MEANINGS.items():
        if name in incoming.columns.fields:
            kinds |= meanings
    return pa.schema(kinds.items())


def read_cells(incoming: Incoming, options: TableOptions) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table in batches.

    Returns
    -------
        Columns as `list_schema`: `number` of the row from 1; each field as text without blanks
        around it, null where blank; of an event date `day` and `date_fault`; of a country `iso2`;
        of a precision level `level` and `level_km`, null where the scheme has no such level; of an
        event type `type_radius_km`, null where none is listed.
    """
    schema = list_schema(incoming)
    dictionaries = _make_dictionaries(incoming.columns.scheme, options)
    start, passed, accepted = 1, 0, 0
    for batch in incoming.batches:
        ahead = np.array([row.number for row in incoming.broken[passed:]], np.int64)
        numbers = np.arange(start, start + batch.num_rows + len(ahead))
        numbers = numbers[~np.isin(numbers, ahead)][: batch.num_rows]
        if batch.num_rows:
            start = int(numbers[-1]) + 1
            passed += int(np.searchsorted(ahead, start))
        cells = {
            name: _clean(batch.column(column)) for name, column in incoming.columns.fields.items()
        }
        for name, dictionary in dictionaries.items():
            if name in cells:
                texts = _join_types(cells) if name == "event_type" else cells[name]
                cells |= dictionary.look_up(texts)
        cells["number"] = pa.array(numbers)
        accepted += batch.num_rows
        yield pa.RecordBatch.from_arrays([cells[name] for name in schema.names], schema=schema)
    if incoming.verify:
        incoming.verify(accepted + len(incoming.broken))


def _make_dictionaries(scheme: str, options: TableOptions) -> dict[str, _Dictionary]:
    levels = choose_radii(scheme, options.precision_km)
    types = read_type_radii() if options.type_radii_km is None else options.type_radii_km
    names = _UCDP_TYPES if scheme == "ucdp" else {}

    def read_type(text: str) -> tuple[str, float | None]:
        event_type, _, sub_event_type = text.partition(_PART)
        event_type = names.get(event_type, event_type)
        return event_type, find_radius(types, event_type, sub_event_type)

    readers: dict[str, Callable[[str], tuple[Any, ...]]] = {
        "event_date": lambda text: read_day(text, options.date_format),
        "country": lambda text: (find_country(text),),
        "geo_precision": lambda text: read_level(text, levels),
        "event_type": read_type,
    }
    return {name: _Dictionary(read, _MEANINGS[name]) for name, read in readers.items()}


def _join_types(cells: dict[str, pa.Array]) -> pa.Array:
    types = cells["event_type"]
    if "sub_event_type" not in cells:
        return types
    joined = pc.binary_join_element_wise(
        types, cells["sub_event_type"], _PART, null_handling="skip"
    )
    return pc.if_else(pc.is_null(types), types, joined)


def _clean(cells: pa.Array) -> pa.Array:
    text = pc.utf8_trim_whitespace(cells.cast(pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
