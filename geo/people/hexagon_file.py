"""A GeoPackage of people in polygons, opened with care and read in parts."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

COLUMN = "population"
"""The column with the people of each polygon, as Kontur calls it."""

_MOST_POLYGONS = 5_000_000
_BATCH = 5_000
_POLYGON, _MULTIPOLYGON = 3, 6  # of shapely.get_type_id
_LISTED = 8


@dataclass(frozen=True, slots=True)
class PolygonBatch:
    """Some polygons of a layer.

    Attributes
    ----------
    first
        Row of the first one in the file, from 1.
    geometries
        Polygons and multipolygons in the layer's CRS, x before y; none empty.
    people
        Persons in each, float64, 0 or more.
    """

    first: int
    geometries: NDArray[Any]
    people: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PolygonLayer:
    """The polygons of a file.

    Attributes
    ----------
    path
        The file that was given, for messages.
    count
        How many there are.
    crs
        A pyproj CRS, geographic or projected.
    """

    path: Path
    count: int
    crs: Any
    _reader: Any
    _geometry: str

    def read_batches(self) -> Iterator[PolygonBatch]:
        """Yield all polygons in the order of the file, once.

        Raises
        ------
        RasterError
            If a row has no polygon, no people, or fewer than none; or the file is damaged.
        """
        import pyarrow as pa

        first = 1
        try:
            for rows in self._reader:
                if rows.num_rows:
                    yield self._check_rows(first, rows)
                first += rows.num_rows
        except (pa.ArrowException, OSError) as error:
            raise RasterError(f"{self.path}: GeoPackage can't be read: {error}") from error
        if first - 1 != self.count:
            raise RasterError(
                f"{self.path}: damaged: {first - 1:,} polygons of {self.count:,} can be read"
            )

    def _check_rows(self, first: int, rows: Any) -> PolygonBatch:
        import shapely

        wkb = rows[self._geometry].to_numpy(zero_copy_only=False)
        try:
            geometries = shapely.from_wkb(wkb)
        except shapely.errors.ShapelyError as error:
            raise RasterError(f"{self.path}: broken geometry: {error}") from error
        kinds = shapely.get_type_id(geometries)
        wrong = ~np.isin(kinds, (_POLYGON, _MULTIPOLYGON)) | shapely.is_empty(geometries)
        self._refuse(first, wrong, "without a polygon; expected polygons with people")
        column = rows[COLUMN].cast("float64")
        people = column.to_numpy(zero_copy_only=False).astype(np.float64)  # null becomes NaN
        wrong = ~(np.isfinite(people) & (people >= 0))
        self._refuse(first, wrong, f"with no people in column {COLUMN!r}; expected 0 or more")
        return PolygonBatch(first, geometries, people)

    def _refuse(self, first: int, wrong: NDArray[np.bool_], what: str) -> None:
        if wrong.any():
            rows = first + np.flatnonzero(wrong)
            raise RasterError(f"{self.path}: rows {what}: {_list([*map(str, rows)])}")


def _list(names: list[str]) -> str:
    return ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")


@contextmanager
def open_polygons(opened: Path, path: Path) -> Iterator[PolygonLayer]:
    """Open the one layer of a GeoPackage of people in polygons.

    Parameters
    ----------
    opened
        Where it lies: a plain name that ends in `.gpkg`, its first bytes seen to be one's.
    path
        What messages call it.

    Raises
    ------
    RasterError
        If it is damaged, has several layers or none, no column of people, no CRS, or very many
        polygons.
    """
    import pyogrio

    try:
        name = _choose_layer(path, opened)
        info = pyogrio.read_info(opened, layer=name, force_feature_count=True)
        _check_info(path, info)
        crs = _read_crs(path, info["crs"])
        with pyogrio.open_arrow(
            opened, layer=name, columns=[COLUMN], batch_size=_BATCH, use_pyarrow=True
        ) as (meta, reader):
            geometry = meta["geometry_name"] or "wkb_geometry"
            yield PolygonLayer(path, int(info["features"]), crs, reader, geometry)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FieldError,
        pyogrio.errors.FeatureError,
    ) as error:
        raise RasterError(f"{path}: GeoPackage can't be read: {error}") from error


def _choose_layer(path: Path, opened: Path) -> str:
    import pyogrio

    layers = [str(name) for name, kind in pyogrio.list_layers(opened) if kind is not None]
    if len(layers) != 1:
        raise RasterError(
            f"{path}: a GeoPackage with {len(layers)} layers of geometries ({_list(layers)}); "
            "expected one, of polygons with people. Write the one that is meant to a file of its "
            "own: ogr2ogr one.gpkg FILE LAYER"
        )
    return layers[0]


def _check_info(path: Path, info: dict[str, Any]) -> None:
    fields = [str(field) for field in info["fields"]]
    if COLUMN not in fields:
        raise RasterError(
            f"{path}: a GeoPackage without a column {COLUMN!r}; it has {_list(fields) or 'none'}. "
            "Expected polygons with their people in that column, as Kontur's, or a GeoTIFF"
        )
    kind = str(info["dtypes"][fields.index(COLUMN)])
    if not kind.startswith(("int", "uint", "float")):
        raise RasterError(f"{path}: column {COLUMN!r} holds no numbers ({kind}); expected people")
    if info["features"] < 1:
        raise RasterError(f"{path}: no polygons in it; expected people in polygons")
    if info["features"] > _MOST_POLYGONS:
        raise RasterError(
            f"{path}: {info['features']:,} polygons; expected at most {_MOST_POLYGONS:,}. Take a "
            "file of one country, or cut out what is needed: ogr2ogr -spat WEST SOUTH EAST NORTH "
            "-spat_srs EPSG:4326 part.gpkg FILE"
        )


def _read_crs(path: Path, text: str | None) -> Any:
    import pyproj

    try:
        crs = pyproj.CRS.from_user_input(text) if text else None
    except pyproj.exceptions.CRSError as error:
        raise RasterError(f"{path}: CRS can't be understood: {error}") from error
    if crs is None or crs.name.lower().startswith("undefined"):
        raise RasterError(
            f"{path}: no CRS; expected one, such as EPSG:3857. Write it into a file of its own: "
            "ogr2ogr -a_srs EPSG:3857 with_crs.gpkg FILE"
        )
    crs = crs.sub_crs_list[0] if crs.is_compound else crs
    if not (crs.is_geographic or crs.is_projected):
        raise RasterError(
            f"{path}: CRS {crs.name!r} is not on the Earth's surface; expected longitude and "
            "latitude or a map projection"
        )
    return crs
