"""The columns of an event table: which are there, under which of their usual names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Field: the names that it is usually given, compared without case.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "longitude", "lng", "long", "x"),
    "lat": ("lat", "latitude", "y"),
    "event_id": ("event_id", "event_id_cnty", "id", "eventid"),
    "event_date": ("event_date", "date", "date_start"),
    "event_type": ("event_type", "type"),
    "geo_precision": ("geo_precision", "where_prec", "precision"),
    "radius_km": ("radius_km",),
    "fatalities": ("fatalities", "deaths", "best"),
    "name": ("location", "name", "place", "where_coordinates"),
    "country": ("country", "iso2", "country_code"),
    "notes": ("notes", "note", "description", "source_headline"),
    "role": ("role",),
    "modality": ("modality",),
}
REQUIRED = ("lon", "lat")


def match_columns(header: Sequence[str], name: str) -> dict[str, str]:
    """Return field to column for the columns that are there.

    Parameters
    ----------
    header
        Column names as written.
    name
        The file's name, for messages.

    Raises
    ------
    TableError
        If a column is there twice, or longitude or latitude is missing.
    """
    seen: dict[str, str] = {}
    for column in header:
        key = column.strip().lower()
        if key in seen:
            raise TableError(
                f"{name}: column {column!r} is there twice; give every column a name of its own"
            )
        seen[key] = column
    matched = {
        field: seen[usual]
        for field, names in USUAL_NAMES.items()
        if (usual := next((name for name in names if name in seen), None)) is not None
    }
    missing = [field for field in REQUIRED if field not in matched]
    if missing:
        wanted = "; ".join(f"{field} (or {', '.join(USUAL_NAMES[field][1:])})" for field in missing)
        raise TableError(
            f"{name}: no column {wanted}; the columns are: {', '.join(header[:20]) or 'none'}"
        )
    return matched
