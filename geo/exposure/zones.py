"""Zones: the areas whose people are counted, made from events, drawn polygons and units."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from shapely import Polygon, affinity
from shapely.ops import unary_union

from geo.boundaries import match_unit, measure_area_km2
from geo.errors import BoundaryError
from geo.events.event import MODALITIES_AT_RISK, ROLES_AT_RISK
from geo.exposure.discs import disc_area_km2, disc_box, disc_outline
from geo.places import normalise_name
from geo.types import BBox, Caution, LonLat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo.events import Event, EventSet
    from geo.places import Place

_AREAS = ("country", "region")
_UNITS = ("admin1", "admin2")
_CENTER_KM = 1.0


@dataclass(frozen=True, slots=True)
class Zone:
    """An area whose people are counted.

    Attributes
    ----------
    kind
        `admin` (a unit), `disc`, `ring` (a disc without the next smaller one) or `drawn`.
    lon, lat, inner_km, radius_km
        Of a disc or ring, else None.
    precision_km
        Radius within which the centre of a disc or ring lies; 0 for an area.
    area_km2
        Geodesic, WGS 84.
    geometry
        EPSG:4326, valid, within -180..180; for drawing, and for counting where no disc is meant.
    """

    zone_id: str
    event_id: str | None
    label: str
    kind: str
    pcode: str | None
    lon: float | None
    lat: float | None
    inner_km: float | None
    radius_km: float | None
    precision_km: float
    area_km2: float
    geometry: BaseGeometry

    @property
    def bbox(self) -> BBox:
        """The box that holds the zone wherever its place may be; `east` passes 180 for a disc
        across the date line.
        """  # noqa: D205 - a property, and one sentence
        if self.lon is None or self.lat is None or self.radius_km is None:
            return BBox(*self.geometry.bounds)
        return disc_box(LonLat(self.lon, self.lat), self.radius_km + self.precision_km)

    def move_center(self, bearing: float) -> LonLat:
        """Return the centre of a disc or ring, moved by its precision towards `bearing` degrees."""
        import pyproj

        lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(
            self.lon, self.lat, bearing, self.precision_km * 1000.0
        )
        return LonLat(lon, lat)


def build_zones(
    events: EventSet,
    units: gpd.GeoDataFrame,
    drawn: gpd.GeoDataFrame | None,
    radii_km: Sequence[float],
) -> tuple[list[Zone], list[Caution]]:
    """Return the zones of a run: drawn ones first, then those of events in their order.

    A place that is, or names, a unit we have gets that unit; every place that is no area gets
    discs, as totals and as disjoint rings. Areas without an outline get none, nor do countries
    and regions, nor events that are past or denied. A place with several events gets its zones
    once, for the threatened one first.
    """
    cautions: list[Caution] = []
    zones = [] if drawn is None else _drawn_zones(drawn)
    places = {place.place_id: place for place in events.places}
    done: set[str] = set()
    chosen = [event for event in events.events if event.role in ROLES_AT_RISK and event.place_id]
    for event in sorted(chosen, key=lambda event: ROLES_AT_RISK.index(event.role)):
        place = places[event.place_id or ""]
        if place.place_id in done or place.kind in _AREAS:
            continue
        if event.modality not in MODALITIES_AT_RISK:
            cautions.append(
                Caution(
                    "no-zone",
                    f"{place.name}: reported as {event.modality}, so nobody is counted as exposed.",
                )
            )
            continue
        done.add(place.place_id)
        made, caution = _event_zones(event, place, units, radii_km)
        zones += made
        cautions += caution
    return zones, list(dict.fromkeys(cautions))  # a place may be told of on several past days


def _event_zones(
    event: Event, place: Place, units: gpd.GeoDataFrame, radii_km: Sequence[float]
) -> tuple[list[Zone], list[Caution]]:
    pcode = match_unit(
        units,
        name=place.name,
        country=place.country,
        kind=place.kind,
        pcode=place.pcode,
        lon=place.lon,
        lat=place.lat,
        normalise=normalise_name,
    )
    zones = [] if pcode is None else [_unit_zone(event.event_id, units, pcode)]
    if place.kind not in _UNITS:
        radii = [event.radius_km] if event.radius_km else list(radii_km)
        return [*zones, *_disc_zones(event.event_id, place, radii)], []
    if zones:
        return zones, []
    caution = Caution(
        "extent-unknown",
        f"{place.name} is an area whose outline civmap does not have, so the people there are not "
        "counted: their number is unknown, not zero. Give its outline with --boundaries FILE or "
        "--zone FILE.",
    )
    return [], [caution]


def _unit_zone(event_id: str, units: gpd.GeoDataFrame, pcode: str) -> Zone:
    unit = units.loc[units["pcode"] == pcode].iloc[0]
    return Zone(
        zone_id=f"{event_id}-admin-{pcode}",
        event_id=event_id,
        label=f"{unit['name']} (administrative unit {pcode})",
        kind="admin",
        pcode=pcode,
        lon=None,
        lat=None,
        inner_km=None,
        radius_km=None,
        precision_km=0.0,
        area_km2=float(unit["area_km2"]),
        geometry=unit.geometry,
    )


def _disc_zones(event_id: str, place: Place, radii_km: Sequence[float]) -> list[Zone]:
    """Return a disc for each radius (totals), and the rings between them (disjoint)."""
    discs = [
        _disc(event_id, place, 0.0, radius, f"Within {radius:g} km of {place.name}")
        for radius in radii_km
    ]
    rings = [
        _disc(event_id, place, inner, outer, f"{inner:g} to {outer:g} km from {place.name}")
        for inner, outer in itertools.pairwise(radii_km)
    ]
    return discs + rings


def _disc(event_id: str, place: Place, inner: float, outer: float, label: str) -> Zone:
    center = LonLat(place.lon, place.lat)
    geometry = make_disc(center, outer)
    area = disc_area_km2(place.lat, outer)
    if inner:
        geometry = geometry.difference(make_disc(center, inner))
        area -= disc_area_km2(place.lat, inner)
    kind, slug = ("ring", f"{inner:g}-{outer:g}") if inner else ("disc", f"{outer:g}")
    return Zone(
        zone_id=f"{event_id}-{kind}-{slug}km",
        event_id=event_id,
        label=label,
        kind=kind,
        pcode=None,
        lon=place.lon,
        lat=place.lat,
        inner_km=inner,
        radius_km=outer,
        precision_km=center_precision_km(place),
        area_km2=area,
        geometry=geometry,
    )


def center_precision_km(place: Place) -> float:
    """Return how far the centre of a place's discs may be off, in kilometres.

    A town's discs are meant round its centre, whatever its size; gazetteers agree on a centre to
    about a kilometre (a judgement). Anything else may lie anywhere within its precision.
    """
    return float(min(place.precision_km, _CENTER_KM if place.kind == "city" else math.inf))


def make_disc(center: LonLat, radius_km: float) -> BaseGeometry:
    """Return the outline of a geodesic disc, EPSG:4326, cut at the date line."""
    return wrap_geometry(Polygon(disc_outline(center, radius_km)))


def wrap_geometry(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry whose longitudes run past 180 cut at the date line, within -180..180."""
    west, _, east, _ = geometry.bounds
    if west >= -180 and east <= 180:
        return geometry
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        shifted = affinity.translate(geometry, turn)
        part = shapely.make_valid(shifted).intersection(shapely.box(-180, -90, 180, 90))
        if part.area:
            parts.append(part)
    return unary_union(parts)


def _drawn_zones(drawn: gpd.GeoDataFrame) -> list[Zone]:
    return [
        Zone(
            zone_id=f"drawn-{number}",
            event_id=None,
            label=str(label),
            kind="drawn",
            pcode=None,
            lon=None,
            lat=None,
            inner_km=None,
            radius_km=None,
            precision_km=0.0,
            area_km2=_measure_drawn(str(label), geometry),
            geometry=geometry,
        )
        for number, (label, geometry) in enumerate(
            zip(drawn["label"], drawn.geometry, strict=True), 1
        )
    ]


def _measure_drawn(label: str, geometry: BaseGeometry) -> float:
    area = measure_area_km2(geometry)
    if not area > 0:
        raise BoundaryError(
            f"zone {label!r}: its area can't be measured (it goes round the Earth, or is a line); "
            "draw a smaller polygon"
        )
    return area
