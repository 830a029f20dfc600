"""Overlaps and gaps between units that should tile their country."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.boundaries.units import measure_area_km2
from geo.types import Caution

if TYPE_CHECKING:
    import geopandas as gpd

SLIVER_SHARE = 0.0001
"""Overlaps and gaps below this part of the (smaller) unit are slivers of drawing, not reported."""

_LISTED = 5


def check_coverage(units: gpd.GeoDataFrame, name: str) -> list[Caution]:
    """Report units that overlap, and land between units that is in none.

    Parameters
    ----------
    units
        Valid polygons, EPSG:4326.
    name
        Of the file, for the text.
    """
    return [*_find_overlaps(units, name), *_find_gaps(units, name)]


def _find_overlaps(units: gpd.GeoDataFrame, name: str) -> list[Caution]:
    geometries = units.geometry.to_numpy()
    first, second = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    shared = shapely.area(shapely.intersection(geometries[first], geometries[second]))
    smaller = np.minimum(shapely.area(geometries[first]), shapely.area(geometries[second]))
    found = shared > SLIVER_SHARE * smaller
    if not found.any():
        return []
    pcodes = units["pcode"].to_numpy()
    listed = [
        f"{pcodes[a]} and {pcodes[b]}"
        for a, b in zip(first[found][:_LISTED], second[found][:_LISTED], strict=True)
    ]
    more = int(found.sum()) - len(listed)
    text = f"{name}: units overlap ({'; '.join(listed)}{f'; {more} more' if more else ''}). "
    return [Caution("units-overlap", text + "People there count for the first P-code.")]


def _find_gaps(units: gpd.GeoDataFrame, name: str) -> list[Caution]:
    whole = shapely.union_all(units.geometry.to_numpy())
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    limit = SLIVER_SHARE * float(shapely.area(units.geometry.to_numpy()).min())
    gaps = [measure_area_km2(hole) for hole in holes if hole.area > limit]
    if not gaps:
        return []
    return [
        Caution(
            "units-gaps",
            f"{name}: {len(gaps)} gap{'s' if len(gaps) > 1 else ''} between units, "
            f"{sum(gaps):,.1f} km² in all (lakes or enclaves, perhaps). People there count as "
            "outside the units.",
        )
    ]
