"""Administrative units: the frame that every room reads them in, and the embedded ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo.boundaries.gaza import OUTLINES_FILE, OUTLINES_SOURCE
from geo.resources import find_resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

UNIT_COLUMNS = (
    "pcode",
    "name",
    "name_ar",
    "admin_level",
    "parent_pcode",
    "country",
    "area_km2",
    "source_id",
    "geometry",
)
"""Columns of table `admin_units`. A frame of units has `other_names` besides."""

EMBEDDED_SOURCE = OUTLINES_SOURCE
"""Where the embedded units come from."""


def read_embedded_units() -> gpd.GeoDataFrame:
    """Return the units that come with civmap: the five governorates of the Gaza Strip.

    Returns
    -------
        One row a unit, sorted by P-code, EPSG:4326. Columns `UNIT_COLUMNS` and `other_names`
        (spellings parted by `|`, None if there are none). `area_km2` is geodesic, of the outline
        as drawn.

    Raises
    ------
    UnavailableError
        If the bundled file is missing.
    """
    import shapely

    collection = json.loads(find_resource(OUTLINES_FILE).read_text(encoding="utf-8"))
    features = collection["features"]
    return build_units(
        [feature["properties"] for feature in features],
        [shapely.geometry.shape(feature["geometry"]) for feature in features],
        EMBEDDED_SOURCE.source_id,
    )


def build_units(
    records: Sequence[dict[str, Any]], geometries: Sequence[BaseGeometry], source_id: str
) -> gpd.GeoDataFrame:
    """Return a frame of units.

    Parameters
    ----------
    records
        `pcode`, `name`, `admin_level` of each, and what is known of the other columns.
    geometries
        Their polygons, EPSG:4326, valid.
    """
    import geopandas as gpd
    import pandas as pd

    names = [name for name in UNIT_COLUMNS if name not in ("area_km2", "source_id", "geometry")]
    columns: dict[str, Any] = {
        name: pd.Series([record.get(name) for record in records], dtype=object) for name in names
    }
    columns["admin_level"] = columns["admin_level"].astype("int64")
    columns["area_km2"] = [measure_area_km2(geometry) for geometry in geometries]
    columns["source_id"] = pd.Series([source_id] * len(records), dtype=object)
    columns["other_names"] = pd.Series([r.get("other_names") for r in records], dtype=object)
    frame = gpd.GeoDataFrame(columns, geometry=list(geometries), crs="EPSG:4326")
    frame = frame[[*UNIT_COLUMNS[:-1], "other_names", "geometry"]]
    return frame.sort_values("pcode", kind="stable", ignore_index=True)


def measure_area_km2(geometry: BaseGeometry) -> float:
    """Return the geodesic area of a polygon or multipolygon on WGS 84, in square kilometres."""
    import pyproj
    import shapely

    oriented = shapely.orient_polygons(geometry)
    area, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(oriented)
    return abs(float(area)) / 1e6
