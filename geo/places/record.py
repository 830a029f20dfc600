"""A row of the gazetteer while it is built, and the alternate names that are worth keeping."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from geo.places.names import normalise_name

NAME, ALTERNATE, ABBREVIATION = 1, 2, 3

EARTH_RADIUS_KM = 6371.0088  # mean
_PERSONS_KM2 = 5000.0  # of a built-up area: turns a population into a town's radius
_LONGEST_ALIAS = 60
_CODE_LENGTH = 4
SHORTEST_LATIN = 3
_DIGITS = re.compile(r"\d")


@dataclass(slots=True)
class Record:
    """A place with its names; fields as in `gazetteer.sql`, `names` from normal form to form."""

    place_id: str
    name: str
    country: str | None
    kind: str
    lon: float
    lat: float
    precision_km: float
    weight: float
    source: str
    feature: str | None = None
    geoname_id: int | None = None
    pcode: str | None = None
    admin1_code: str | None = None
    admin2_code: str | None = None
    admin1: str | None = None
    parent: str | None = None
    members: str | None = None
    population: int | None = None
    name_ar: str | None = None
    names: dict[str, int] = field(default_factory=dict)

    def add_name(self, name: str, form: int) -> None:
        """Add a spelling; the strongest form wins where two spellings have one normal form."""
        self.add_normal(normalise_name(name), form)

    def add_normal(self, normal: str, form: int) -> None:
        """Add a spelling that is in normal form already."""
        if normal:
            self.names[normal] = min(form, self.names.get(normal, form))


def keep_alias(alias: str) -> bool:
    """Tell whether an alternate name of GeoNames is a name that people write.

    Dropped: names with digits, addresses, airport and other codes (`GZA`), machine
    transliterations (GeoNames writes them in lower-case ASCII, `jia sha`), single letters and
    two-letter Latin names, and sentences.
    """
    if not 1 < len(alias) <= _LONGEST_ALIAS or _DIGITS.search(alias) or "/" in alias:
        return False
    if not alias.isascii():
        return True
    if len(alias) < SHORTEST_LATIN or alias.islower():
        return False
    return not (alias.isupper() and len(alias) <= _CODE_LENGTH)


def town_radius_km(population: int) -> float:
    """Return the radius of a town of that many people, at 5,000 a km² built up; 1 to 25 km."""
    return round(min(25.0, max(1.0, math.sqrt(population / _PERSONS_KM2 / math.pi))), 1)


def distance_km(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Return the great-circle distance in kilometres (haversine, mean radius)."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half = (
        math.sin((phi_b - phi_a) / 2) ** 2
        + math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def tile_number(lon: float, lat: float) -> int:
    """Return the number of the one-degree tile that holds a position; tiles of a row follow."""
    return math.floor(lat + 90) * 360 + math.floor((lon + 180) % 360)
