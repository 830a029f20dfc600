"""Cut zones, units and places into spans, whatever the grid's CRS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.exposure.discs import disc_outline, disc_spans
from geo.exposure.polygons import GEOGRAPHIC, polygon_spans
from geo.types import LonLat

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.exposure.spans import Frame, Spans
    from geo.exposure.zones import Zone


def cut_disc(frame: Frame, center: LonLat, radius_km: float, inner_km: float = 0.0) -> Spans:
    """Return the spans of a geodesic disc, without the smaller disc of `inner_km`."""
    if frame.crs == GEOGRAPHIC:
        spans = disc_spans(frame, center, radius_km)
    else:
        spans = polygon_spans(frame, shapely.Polygon(disc_outline(center, radius_km, points=360)))
    return spans.difference(cut_disc(frame, center, inner_km)) if inner_km else spans


def cut_zone(frame: Frame, zone: Zone) -> Spans:
    """Return the spans of a zone: a disc or ring in closed form, else its polygon."""
    if zone.lon is None or zone.lat is None or zone.radius_km is None:
        return polygon_spans(frame, zone.geometry)
    return cut_disc(frame, LonLat(zone.lon, zone.lat), zone.radius_km, zone.inner_km or 0.0)


def cut_units(frame: Frame, units: gpd.GeoDataFrame) -> dict[str, Spans]:
    """Return the spans of the units that reach into the grid, by P-code, in the table's order."""
    spans = {
        str(pcode): polygon_spans(frame, geometry)
        for pcode, geometry in zip(units["pcode"], units.geometry, strict=True)
    }
    return {pcode: span for pcode, span in spans.items() if span.steps}
