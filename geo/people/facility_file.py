"""Facilities from a file of the user's: OpenStreetMap, HOT exports, healthsites.io, or plain CSV.

GeoJSON, GeoPackage and GeoParquet are read as boundary files are, so a file under a wrong name
reaches no other driver; CSV needs columns of longitude and latitude. Every row is accounted for.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.boundaries.vectors import read_features
from geo.errors import TableError
from geo.people.facilities import Facility
from geo.people.facility_kinds import TAGS, find_kind
from geo.people.figures import read_whole
from geo.resources import hash_file
from geo.types import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

_MAX_BYTES = 100_000_000
_MAX_ROWS = 200_000
_VECTORS = (".geojson", ".json", ".gpkg", ".parquet", ".geoparquet")
_LONGITUDES = ("lon", "longitude", "lng", "x")
_LATITUDES = ("lat", "latitude", "y")
_NAMES = ("name:en", "name_en", "name", "name:ar", "name_ar", "name:fr")
_OWN_ID = re.compile(r"(?:node|way|relation)s?/-?\d{1,20}")
_TYPES = {"n": "node", "w": "way", "r": "relation"}
_MAX_NAME = 200
_LISTED = 5
_ID_LENGTH = 12
_FINE_DECIMALS = 3  # a thousandth of a degree is about 100 m
_WIDE_KM = 1.0
_DEGREE_KM = 111.0

APPROXIMATE, SUPPORTED = "approximate", "supported"


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """A row of the file: the facility that it holds, or why it holds none that can be used."""

    number: int
    facility: Facility | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class FacilityFile:
    """All rows of a file, in their order."""

    name: str
    rows: tuple[FacilityRow, ...]
    source: Source

    def account(self, used: frozenset[str]) -> dict[str, Any]:
        """Return what became of the rows, as a fact of the run.

        Parameters
        ----------
        used
            Ids of the facilities that lie in a zone.
        """
        kinds = Counter(
            row.facility.kind
            for row in self.rows
            if row.facility and row.facility.facility_id in used
        )
        faults = Counter(row.fault for row in self.rows if row.fault)
        outside = sum(
            row.facility is not None and row.facility.facility_id not in used for row in self.rows
        )
        return {
            "name": self.name,
            "rows": len(self.rows),
            "fates": {
                "used": {"rows": sum(kinds.values()), "reasons": dict(sorted(kinds.items()))},
                "outside": {"rows": outside, "reasons": {"in no zone": outside} if outside else {}},
                "unusable": {"rows": sum(faults.values()), "reasons": dict(sorted(faults.items()))},
            },
        }


def read_facilities(path: Path) -> FacilityFile:
    """Read facilities.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage (one layer) or GeoParquet in any CRS, at most 500 MB; or CSV in UTF-8
        with columns `lon` and `lat` (or `longitude`, `x` ...) in degrees, at most 100 MB. Tags
        are columns of their own, or an object `tags`. At most 200,000 rows.

    Raises
    ------
    UnavailableError
        If it can't be read.
    BoundaryError
        If a vector file is too large, of another format, or has no CRS.
    TableError
        If a table lacks columns, or no row can be used: every reason is named.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        records = list(_read_csv(path))
    elif suffix in _VECTORS:
        records = list(_read_vectors(path))
    else:
        raise TableError(
            f"{path}: a facility file named {suffix or 'without extension'!r}; expected .csv, "
            f"{', '.join(_VECTORS)}"
        )
    digest = hash_file(path)
    source_id = f"facilities:{digest[:_ID_LENGTH]}"
    seen: set[str] = set()
    rows = tuple(
        _make_row(number, tags, place, source_id, seen)
        for number, (tags, place) in enumerate(records, 1)
    )
    if not any(row.facility for row in rows):
        raise TableError(f"{path}: none of {len(rows)} rows can be used:\n{_list_faults(rows)}")
    source = Source(
        source_id=source_id,
        name=f"Facilities: {path.name}",
        licence="as given with the file",
        note="What the file holds; a facility that it lacks may still exist. Data from "
        f"OpenStreetMap are under the ODbL, (c) OpenStreetMap contributors. sha256 {digest}",
    )
    return FacilityFile(path.name, rows, source)


def _list_faults(rows: tuple[FacilityRow, ...]) -> str:
    faults: dict[str, list[int]] = {}
    for row in rows:
        faults.setdefault(row.fault or "", []).append(row.number)
    lines = []
    for fault, numbers in faults.items():
        shown = ", ".join(map(str, numbers[:_LISTED])) + (", ..." if len(numbers) > _LISTED else "")
        lines.append(f"  {len(numbers)} rows, {fault}: {shown}")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Place:
    """A position in degrees, whatever was given for it; `fault` where it is none."""

    lon: float
    lat: float
    quality: str
    fault: str | None = None


_NOWHERE = _Place(math.nan, math.nan, APPROXIMATE, "no position")


def _make_row(
    number: int, tags: Mapping[str, str], place: _Place, source_id: str, seen: set[str]
) -> FacilityRow:
    kind, fault = find_kind({name: tags.get(name, "").strip().lower() for name in TAGS})
    fault = place.fault or _check_position(place) or fault
    if fault or kind is None:
        return FacilityRow(number, None, fault)
    facility_id = _find_id(number, tags)
    if facility_id in seen:
        return FacilityRow(number, None, "the same facility again")
    seen.add(facility_id)
    declared = tags.get("position_quality", "").strip().lower()
    facility = Facility(
        facility_id=facility_id,
        name=_find_name(tags) or f"unnamed ({kind})",
        kind=kind,
        lon=place.lon,
        lat=place.lat,
        position_quality=declared if declared in (SUPPORTED, APPROXIMATE) else place.quality,
        source_id=source_id,
    )
    return FacilityRow(number, facility, None)


def _check_position(place: _Place) -> str | None:
    if not (math.isfinite(place.lon) and math.isfinite(place.lat)):
        return "no position"
    if not (-180 <= place.lon <= 180 and -90 <= place.lat <= 90):
        return "position out of range"
    return "position 0, 0" if place.lon == place.lat == 0 else None


def _find_id(number: int, tags: Mapping[str, str]) -> str:
    """Return OpenStreetMap's id, else the row's number."""
    for name in ("@id", "id", "osm_id"):
        if _OWN_ID.fullmatch(tags.get(name, "")):
            return tags[name]
    kind = _TYPES.get(tags.get("osm_type", "").strip().lower()[:1])
    digits = tags.get("osm_id", "").strip().removesuffix(".0")
    if kind and re.fullmatch(r"-?\d{1,20}", digits):
        return f"{kind}/{digits}"
    return f"row-{number}"


def _find_name(tags: Mapping[str, str]) -> str | None:
    """Return a name as one line of printable text; it was written by a stranger."""
    for column in _NAMES:
        words = " ".join(tags.get(column, "").split())
        name = "".join(letter for letter in words if letter.isprintable())
        if name and name.lower() != "nan":
            return name[:_MAX_NAME]
    return None


def _read_csv(path: Path) -> Iterator[tuple[dict[str, str], _Place]]:
    data = read_whole(path, _MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: no UTF-8 ({error.reason}); save it as UTF-8") from error
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise TableError(f"{path}: no CSV: {error}; save it as CSV again") from error
    names = [name.strip().lower() for name in lines[0]] if lines else []
    lon = next((name for name in _LONGITUDES if name in names), None)
    lat = next((name for name in _LATITUDES if name in names), None)
    faults = [
        f"no column {wanted}"
        for wanted, found in (
            ("lon (longitude, x)", lon),
            ("lat (latitude, y)", lat),
            (f"that says what it is ({', '.join(TAGS[:3])} ...)", set(TAGS) & set(names)),
        )
        if not found
    ]
    faults += [f"column {name!r} twice" for name in sorted(set(names)) if names.count(name) > 1]
    if len(lines) < 2:
        faults.append("no rows")
    if len(lines) > _MAX_ROWS:
        faults.append(f"{len(lines):,} rows; expected at most {_MAX_ROWS:,}")
    if faults:
        raise TableError(f"{path}: {'; '.join(faults)}")
    for cells in lines[1:]:
        if not cells:
            continue
        tags = dict(zip(names, cells, strict=False))
        if len(cells) != len(names):
            place = _Place(math.nan, math.nan, APPROXIMATE, "cells do not fit the header")
            yield tags, place
        else:
            yield tags, _read_position(tags[str(lon)], tags[str(lat)])


def _read_position(lon: str, lat: str) -> _Place:
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        return (
            _NOWHERE
            if not (lon.strip() and lat.strip())
            else _Place(math.nan, math.nan, APPROXIMATE, "position is no number")
        )
    return _Place(x, y, _judge(x, y))


def _judge(lon: float, lat: float) -> str:
    """Return the quality of a point: `approximate` where it is given to a hundredth of a degree."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return APPROXIMATE
    coarse = 10 ** (_FINE_DECIMALS - 1)
    is_coarse = all(abs(round(at * coarse) - at * coarse) < 1e-9 for at in (lon, lat))
    return APPROXIMATE if is_coarse else SUPPORTED


def _read_vectors(path: Path) -> Iterator[tuple[dict[str, str], _Place]]:
    frame = read_features(path)
    if len(frame) > _MAX_ROWS:
        raise TableError(f"{path}: {len(frame):,} rows; expected at most {_MAX_ROWS:,}")
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    if "tags" not in columns and not set(TAGS) & set(columns):
        raise TableError(
            f"{path}: no column says what its {len(frame)} rows are; expected one of "
            f"{', '.join(TAGS)}"
        )
    values = zip(*(frame[name] for name in columns), strict=True) if columns else iter(())
    for row, geometry in zip(values, frame.geometry, strict=True):
        record = dict(zip(columns, row, strict=True))
        tags = {name.lower(): _to_text(value) for name, value in record.items()}
        nested = record.get("tags")
        if isinstance(nested, str):
            nested = _parse_tags(nested)
        if isinstance(nested, dict):
            tags |= {str(name): _to_text(value) for name, value in nested.items()}
        yield tags, _find_place(geometry)


def _parse_tags(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _to_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def _find_place(geometry: BaseGeometry | None) -> _Place:
    """Return a point, or a point inside of anything else."""
    import shapely

    if geometry is None or geometry.is_empty:
        return _NOWHERE
    if geometry.geom_type == "Point":
        lon, lat = shapely.get_coordinates(geometry)[0].tolist()
        return _Place(lon, lat, _judge(lon, lat))
    try:
        whole = geometry if geometry.is_valid else shapely.make_valid(geometry)
        point = whole.representative_point()
    except shapely.errors.ShapelyError:
        return _Place(math.nan, math.nan, APPROXIMATE, "broken geometry")
    west, south, east, north = whole.bounds
    is_small = max(east - west, north - south) * _DEGREE_KM <= _WIDE_KM
    is_area = geometry.geom_type in ("Polygon", "MultiPolygon")
    return _Place(point.x, point.y, SUPPORTED if is_small and is_area else APPROXIMATE)
