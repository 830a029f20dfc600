"""Administrative units from a file of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.boundaries.schemas import find_schema
from geo.boundaries.units import build_units
from geo.boundaries.vectors import list_rows, read_polygons
from geo.errors import BoundaryError, UnavailableError
from geo.resources import hash_file
from geo.types import Caution, Source

if TYPE_CHECKING:
    import geopandas as gpd

_ID_LENGTH = 12
_LISTED = 8


def read_units(source: Path | gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Caution]]:
    """Read administrative units: GeoJSON, GeoPackage or GeoParquet, or a GeoDataFrame.

    Columns as in COD-AB (`adm2_pcode`, `adm2_name`, ... or `ADM2_PCODE`, `ADM2_EN`, ...), of which
    the finest level with P-codes is taken, or `pcode`, `name` and where there are `name_ar`,
    `admin_level` (else 1), `parent_pcode`, `country` (ISO 3166-1 alpha-2).

    Returns
    -------
        Units as `read_embedded_units` gives them, and what to know of the file: rows without
        area, outlines that were mended, overlaps, gaps, equal names.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    BoundaryError
        If it holds no such units, or P-codes or names are missing, or a P-code stands twice.
    """
    frame, cautions = read_polygons(source)
    path = source if isinstance(source, Path) else Path("the units")
    columns = [str(name) for name in frame.columns if name not in ("geometry", "row")]
    filled = [name for name in columns if frame[name].notna().any()]
    schema = find_schema(path, columns, filled)
    table = frame[columns].to_dict("records")
    records = [schema.read_row({str(key): cell for key, cell in row.items()}) for row in table]
    faults = _check_records(records, frame["row"].tolist(), schema.pcode)
    if faults:
        raise BoundaryError(f"{path}: " + "; ".join(faults))
    origin = describe_units_file(source).source_id if isinstance(source, Path) else "units"
    units = build_units(records, frame.geometry.tolist(), origin)
    from geo.boundaries.coverage import check_coverage

    cautions += check_coverage(units, path.name)
    return units, cautions + _warn_of_names(units, path.name)


def describe_units_file(path: Path) -> Source:
    """Return a boundary file as a source: its name and checksum.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    """
    try:
        digest = hash_file(path)
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error.strerror or error}") from error
    return Source(
        source_id=f"units:{digest[:_ID_LENGTH]}",
        name=f"Administrative units: {path.name}",
        licence="as given with the file",
        note=f"sha256 {digest}",
    )


def _check_records(records: list[dict[str, Any]], rows: list[int], column: str) -> list[str]:
    """Return faults that leave it open which unit is which."""
    faults = []
    for key, label in (("pcode", f"P-code in column {column!r}"), ("name", "name")):
        missing = [row for row, record in zip(rows, records, strict=True) if record[key] is None]
        if missing:
            faults.append(f"no {label} in rows {list_rows(missing)}")
    seen: dict[str, list[int]] = {}
    for row, record in zip(rows, records, strict=True):
        if record["pcode"] is not None:
            seen.setdefault(record["pcode"], []).append(row)
    twice = {pcode: at for pcode, at in sorted(seen.items()) if len(at) > 1}
    faults += [
        f"P-code {pcode!r} in rows {list_rows(at)}; expected each once (dissolve its parts)"
        for pcode, at in list(twice.items())[:_LISTED]
    ]
    if len(twice) > _LISTED:
        faults.append(f"{len(twice) - _LISTED} more P-codes that stand several times")
    return faults


def _warn_of_names(units: gpd.GeoDataFrame, name: str) -> list[Caution]:
    twice = sorted(set(units["name"][units["name"].duplicated()]))
    if not twice:
        return []
    listed = ", ".join(twice[:_LISTED]) + (", ..." if len(twice) > _LISTED else "")
    text = f"{name}: several units bear one name ({listed}); P-codes tell them apart."
    return [Caution("units-same-name", text)]
