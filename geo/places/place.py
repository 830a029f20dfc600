"""A place, and what is known about a country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

POINT_KINDS = frozenset({"point", "city"})
AREA_KINDS = frozenset({"admin1", "admin2", "country", "region"})


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer.

    Attributes
    ----------
    place_id
        Stable between builds: `gn:` GeoNames number, `a1:`/`a2:` GeoNames admin code, `co:`
        ISO 3166-1 alpha-2, `cm:` a row of civmap's own supplement.
    country
        ISO 3166-1 alpha-2; None: in no one country.
    kind
        `point | city | admin1 | admin2 | country | region`. The last four are areas: their
        position is a label point, never a pin.
    lon, lat
        Degrees, EPSG:4326.
    precision_km
        Radius in kilometres within which the place lies; of an area, about its half extent.
    geoname_id
        GeoNames number; None: GeoNames' city files lack the place.
    pcode
        P-code of the administrative unit that this place *is*; None for a town that only lies
        in one.
    admin1
        Name of the first-level unit that holds it; None: not known or none.
    population
        GeoNames' own figure, persons, undated; None: not known.
    source
        Where the position comes from, and how the name was found if not by a spelling on file.
    name_ar
        Name in Arabic; None: not known.
    confidence
        0..1; 1.0 as the gazetteer stores it.
    alternatives
        Other candidates, best first, where the margin was small: `place_id, name, country,
        kind, lon, lat, confidence`.
    """

    place_id: str
    name: str
    country: str | None
    kind: str
    lon: float
    lat: float
    precision_km: float
    geoname_id: int | None
    pcode: str | None
    admin1: str | None
    population: int | None
    source: str
    name_ar: str | None = None
    confidence: float = 1.0
    alternatives: tuple[dict[str, Any], ...] = ()

    @property
    def is_area(self) -> bool:
        """Tell whether the place is an area, which is never drawn as a pin."""
        return self.kind in AREA_KINDS


@dataclass(frozen=True, slots=True)
class CountryFact:
    """What is known about a country; persons and square kilometres as GeoNames has them.

    `neighbours` are ISO codes; `capital` is None where there is none.
    """

    iso2: str
    iso3: str
    name: str
    population: int
    area_km2: float
    capital: str | None
    neighbours: tuple[str, ...]
