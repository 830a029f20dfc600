"""The columns of an event table: whose export it is, and which column holds what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import TableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Field: the names that it is usually given, compared without case.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "longitude", "lng", "long", "x"),
    "lat": ("lat", "latitude", "y"),
    "event_id": ("event_id", "event_id_cnty", "id", "eventid"),
    "event_date": ("event_date", "date", "date_start"),
    "event_type": ("event_type", "type"),
    "sub_event_type": ("sub_event_type",),
    "geo_precision": ("geo_precision", "where_prec", "precision"),
    "radius_km": ("radius_km",),
    "fatalities": ("fatalities", "deaths", "best"),
    "name": ("location", "name", "place", "where_coordinates"),
    "country": ("country", "iso2", "country_code", "iso3"),
    "notes": ("notes", "note", "description", "source_headline"),
    "role": ("role",),
    "modality": ("modality",),
}
# Where an export's own columns say more than their usual names do. ACLED's `timestamp` is when the
# row was last changed; elsewhere a column of that name may be anything.
_OWN_NAMES: Mapping[str, Mapping[str, str]] = {
    "acled": {"event_id": "event_id_cnty", "updated": "timestamp", "notes": "notes"},
    "ucdp": {
        "event_id": "id",
        "event_type": "type_of_violence",
        "event_date": "date_start",
        "geo_precision": "where_prec",
        "fatalities": "best",
        "name": "where_coordinates",
    },
    "gdelt": {"event_id": "globaleventid"},
}
_MARKS: Mapping[str, frozenset[str]] = {
    "acled": frozenset({"event_id_cnty", "event_date", "event_type", "geo_precision"}),
    "ucdp": frozenset({"type_of_violence", "where_prec", "date_start"}),
    "gdelt": frozenset({"globaleventid", "quadclass", "actiongeo_type"}),
}
GROUP = "by_group"
FIELDS = (*USUAL_NAMES, "updated", GROUP)
# Long texts that a map shows and counting doesn't need.
TEXTS = frozenset({"name", "notes"})
REQUIRED = ("lon", "lat")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table holds which field.

    Attributes
    ----------
    scheme
        `acled`, `ucdp`, `gdelt` (as `geo.events.sources.gdelt` writes it) or `generic`: whose
        meaning the precision levels and event types have.
    fields
        Field (of `FIELDS`) to column, as written in the header.
    """

    scheme: str
    fields: Mapping[str, str]

    @property
    def wanted(self) -> list[str]:
        """The columns that are read, each once."""
        return list(dict.fromkeys(self.fields.values()))


def match_columns(
    header: Sequence[str], name: str, *, by: str | None = None, texts: bool = True
) -> Columns:
    """Return the columns that are there.

    ACLED's export and UCDP's Georeferenced Event Dataset, in any of its versions, are known by
    their columns; other tables are generic. Precision levels of a generic table are UCDP's if their
    column is called `where_prec`.

    Parameters
    ----------
    header
        Column names as written.
    name
        The file's name, for messages.
    by
        A column whose value is kept as the event's group.
    texts
        Whether names and notes are wanted.

    Raises
    ------
    TableError
        If a column is there twice, or longitude or latitude is missing.
    UsageError
        If there is no column `by`.
    """
    seen: dict[str, str] = {}
    for column in header:
        key = column.strip().lower()
        if key in seen:
            raise TableError(
                f"{name}: column {column!r} is there twice; give every column a name of its own"
            )
        seen[key] = column
    scheme = next((scheme for scheme, marks in _MARKS.items() if marks <= seen.keys()), "generic")
    own = _OWN_NAMES.get(scheme, {})
    matched = {}
    for field in (*USUAL_NAMES, *(own.keys() - USUAL_NAMES.keys())):
        usual = (*([own[field]] if field in own else []), *USUAL_NAMES.get(field, ()))
        if found := next((name for name in usual if name in seen), None):
            matched[field] = seen[found]
    missing = [field for field in REQUIRED if field not in matched]
    if missing:
        wanted = "; ".join(f"{field} (or {', '.join(USUAL_NAMES[field][1:])})" for field in missing)
        raise TableError(
            f"{name}: no column {wanted}; the columns are: {', '.join(header[:20]) or 'none'}"
        )
    if not texts:
        matched = {field: column for field, column in matched.items() if field not in TEXTS}
    if by is not None:
        if by not in header:
            raise UsageError(f"{name}: no column {by!r}; the columns are: {', '.join(header[:20])}")
        matched[GROUP] = by
    if scheme == "generic" and matched.get("geo_precision", "").strip().lower() == "where_prec":
        scheme = "where_prec"
    return Columns(scheme, matched)
