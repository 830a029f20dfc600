"""Polygons from a file of the user's: read without a choice of driver, checked, in EPSG:4326.

GeoJSON is parsed here, GeoParquet by pyarrow, GeoPackage by GDAL after its magic number was seen;
so a file under a wrong name never reaches another driver, nor the network.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import BoundaryError, UnavailableError
from geo.types import Caution

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

LIMIT_BYTES = 500_000_000
LIMIT_ROWS = 200_000

AREA_CHANGE = 0.001
"""A broken outline is mended only if that changes its area by less than this part of it."""

_FORMATS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GeoPackage",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
}
_SQLITE = b"SQLite format 3\0"
_APPLICATION = slice(68, 72)  # where a GeoPackage says in its SQLite header that it is one
_POLYGONS = ("Polygon", "MultiPolygon")
_LISTED = 8


def read_polygons(
    source: Path | gpd.GeoDataFrame, *, limit_bytes: int = LIMIT_BYTES
) -> tuple[gpd.GeoDataFrame, list[Caution]]:
    """Return the polygons of a file, or of a GeoDataFrame, with their attributes.

    Parameters
    ----------
    source
        GeoJSON, GeoPackage (one layer with polygons) or GeoParquet; or a GeoDataFrame.

    Returns
    -------
        Valid, 2D polygons and multipolygons in EPSG:4326, index from 0; column `row` holds the
        row of the file, from 1. Rows without polygons are left out and reported.

    Raises
    ------
    UnavailableError
        If the file is missing or can't be read.
    BoundaryError
        If it is too large, of another format, without CRS, without polygons, out of range, or
        has outlines that can't be mended.
    """
    if isinstance(source, Path):
        path, frame = source, _read_file(source, limit_bytes)
    else:
        geometry = source.geometry  # whatever its column is called
        table = source.drop(columns=geometry.name)
        path, frame = Path("the polygons"), table.set_geometry(list(geometry), crs=source.crs)
    if len(frame) > LIMIT_ROWS:
        raise BoundaryError(f"{path}: {len(frame)} rows; expected at most {LIMIT_ROWS}")
    frame = frame.assign(row=range(1, len(frame) + 1)).reset_index(drop=True)
    frame, cautions = _keep_polygons(path, frame)
    frame = _to_degrees(path, frame)
    frame, mended = _mend_outlines(path, frame)
    return frame, [*cautions, *mended]


def read_features(path: Path, *, limit_bytes: int = LIMIT_BYTES) -> gpd.GeoDataFrame:
    """Return the features of a file in EPSG:4326, with geometries of any kind, or none.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage (one layer with geometries) or GeoParquet.

    Returns
    -------
        As in the file; geometries are not checked, and may lie anywhere.

    Raises
    ------
    UnavailableError
        If the file is missing or can't be read.
    BoundaryError
        If it is too large, of another format, or without a CRS that is known.
    """
    frame = _read_file(path, limit_bytes, areas=False)
    if len(frame) > LIMIT_ROWS:
        raise BoundaryError(f"{path}: {len(frame)} rows; expected at most {LIMIT_ROWS}")
    return _change_crs(path, frame.reset_index(drop=True))


def list_rows(rows: list[int]) -> str:
    """Return rows as text, the first few of many."""
    shown = ", ".join(map(str, rows[:_LISTED]))
    return shown + (f" and {len(rows) - _LISTED} more" if len(rows) > _LISTED else "")


def _read_file(path: Path, limit_bytes: int, *, areas: bool = True) -> gpd.GeoDataFrame:
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None:
        raise BoundaryError(
            f"{path}: a boundary file named {path.suffix or 'without extension'!r}; expected "
            f"{', '.join(_FORMATS)}"
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(100)
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error.strerror or error}") from error
    if not 0 < size <= limit_bytes:
        raise BoundaryError(
            f"{path}: {size} bytes; expected more than 0 and at most {limit_bytes // 10**6} MB"
        )
    if kind == "GeoJSON":
        return _read_geojson(path)
    if kind == "GeoPackage":
        if not (head.startswith(_SQLITE) and head[_APPLICATION].startswith(b"GP")):
            raise BoundaryError(f"{path}: no GeoPackage, whatever its name says")
        return _read_geopackage(path, areas=areas)
    if not head.startswith(b"PAR1"):
        raise BoundaryError(f"{path}: no Parquet file, whatever its name says")
    return _read_geoparquet(path)


def _read_geojson(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    try:
        data = json.loads(path.read_bytes())
        features = data["features"] if data["type"] == "FeatureCollection" else [data]
        geometries: list[Any] = [
            None if each["geometry"] is None else shapely.geometry.shape(each["geometry"])
            for each in features
        ]
        records = [dict(each.get("properties") or {}) for each in features]
        crs = _geojson_crs(data)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BoundaryError(
            f"{path}: no GeoJSON FeatureCollection ({type(error).__name__}: {error})"
        ) from error
    except shapely.errors.ShapelyError as error:
        raise BoundaryError(f"{path}: broken geometry: {error}") from error
    names = sorted({name for record in records for name in record} - {"geometry"})
    columns = {name: [record.get(name) for record in records] for name in names}
    return gpd.GeoDataFrame(columns, geometry=geometries, crs=crs)


def _geojson_crs(data: dict[str, Any]) -> str:
    """Return the CRS that an old GeoJSON names; RFC 7946 knows only WGS 84."""
    named = data.get("crs")
    if not named:
        return "EPSG:4326"
    name = str(named["properties"]["name"])
    return "EPSG:4326" if name.endswith("CRS84") else name


def _read_geopackage(path: Path, *, areas: bool) -> gpd.GeoDataFrame:
    import pyogrio

    try:
        listed = [(str(name), kind) for name, kind in pyogrio.list_layers(path) if kind is not None]
        layers = [name for name, kind in listed if areas and "Polygon" in str(kind)]
        layers = layers or [name for name, _ in listed]
        if len(layers) != 1:
            what = "polygons" if areas else "geometries"
            raise BoundaryError(
                f"{path}: {len(layers)} layers with {what} ({', '.join(layers[:_LISTED])}); "
                "expected one; write the one that is meant to a file of its own"
            )
        frame: gpd.GeoDataFrame = pyogrio.read_dataframe(path, layer=layers[0])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise BoundaryError(f"{path}: GeoPackage can't be read: {error}") from error
    return frame


def _read_geoparquet(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyarrow as pa

    try:
        return gpd.read_parquet(path)
    except (OSError, ValueError, TypeError, KeyError, pa.ArrowException) as error:
        raise BoundaryError(f"{path}: GeoParquet can't be read: {error}") from error


def _keep_polygons(path: Path, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Caution]]:
    """Return the rows with polygons, 2D, and what was left out."""
    import shapely

    geometries = [keep_polygons(geometry) for geometry in frame.geometry]
    lost = [geometry is None for geometry in geometries]
    mixed = [
        row
        for row, before, after in zip(frame["row"], frame.geometry, geometries, strict=True)
        if after is not None and before.geom_type not in _POLYGONS
    ]
    rows = frame["row"][lost].tolist()
    if len(rows) == len(frame):
        raise BoundaryError(f"{path}: no polygons in {len(frame)} rows; expected areas")
    cautions = []
    if rows:
        text = (
            f"{path.name}: rows {list_rows(rows)} have no area (empty, points or lines): left out."
        )
        cautions.append(Caution("rows-without-area", text))
    if mixed:
        text = f"{path.name}: rows {list_rows(mixed)} hold lines or points too; their areas count."
        cautions.append(Caution("rows-mixed", text))
    kept = frame[[not each for each in lost]].copy()
    flat = shapely.force_2d([geometry for geometry in geometries if geometry is not None])
    return kept.set_geometry(list(flat), crs=frame.crs).reset_index(drop=True), cautions


def keep_polygons(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """Return the polygons of a geometry, lines and points left out; None if it has none."""
    import shapely

    if geometry is None or geometry.is_empty:
        return None
    if geometry.geom_type in _POLYGONS:
        return geometry
    if geometry.geom_type != "GeometryCollection":
        return None
    parts = [
        polygon
        for part in shapely.get_parts(geometry)
        if part.geom_type in _POLYGONS
        for polygon in shapely.get_parts(part)
        if not polygon.is_empty
    ]
    return shapely.multipolygons(parts) if parts else None


def _to_degrees(path: Path, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import numpy as np

    frame = _change_crs(path, frame)
    west, south, east, north = frame.total_bounds
    if not np.isfinite(frame.bounds.to_numpy()).all() or not (
        max(-west, east) <= 180.0001 and max(-south, north) <= 90.0001
    ):
        raise BoundaryError(
            f"{path}: bounds {west:g}, {south:g}, {east:g}, {north:g} are no degrees; expected "
            "-180..180 and -90..90. Is the CRS right?"
        )
    return frame


def _change_crs(path: Path, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import pyproj

    try:
        crs = None if frame.crs is None else pyproj.CRS.from_user_input(frame.crs)
    except pyproj.exceptions.CRSError as error:
        raise BoundaryError(f"{path}: CRS {frame.crs!r} is not known: {error}") from error
    if crs is None:
        raise BoundaryError(
            f"{path}: no CRS; expected one, such as EPSG:4326. Write it into the file, for "
            "example: ogr2ogr -a_srs EPSG:4326 out.gpkg in.gpkg"
        )
    if not crs.equals(pyproj.CRS.from_epsg(4326), ignore_axis_order=True):
        frame = frame.to_crs("EPSG:4326")
    return frame.set_crs("EPSG:4326", allow_override=True)


def _mend_outlines(path: Path, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Caution]]:
    """Make outlines valid; refuse those whose area would change by more than `AREA_CHANGE`."""
    import shapely

    broken = ~frame.geometry.is_valid
    if not broken.any():
        return frame, []
    geometries = frame.geometry.to_numpy(copy=True)
    refused: list[tuple[int, str]] = []
    for at in broken.to_numpy().nonzero()[0]:
        before = geometries[at]
        after = keep_polygons(shapely.make_valid(before))
        if after is None or abs(after.area - before.area) > AREA_CHANGE * before.area:
            refused.append((int(frame["row"].iloc[at]), shapely.is_valid_reason(before)))
        else:
            geometries[at] = after
    if refused:
        rows = list_rows([row for row, _ in refused])
        raise BoundaryError(
            f"{path}: broken outlines in rows {rows} ({refused[0][1]}); mending them would change "
            f"the area by more than {AREA_CHANGE:.1%}. Repair the file"
        )
    mended = [int(row) for row in frame["row"][broken]]
    caution = Caution(
        "outlines-mended",
        f"{path.name}: outlines in rows {list_rows(mended)} were not valid and were mended; their "
        f"area changed by less than {AREA_CHANGE:.1%}.",
    )
    return frame.set_geometry(geometries, crs=frame.crs), [caution]
