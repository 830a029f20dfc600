"""Humanitarian OpenStreetMap Team (HOT): health facilities from OpenStreetMap, monthly.

HDX has the addresses, which differ from country to country. Newer exports hold everything in one
file; older ones have points and polygons apart, and many hospitals are only among the polygons:
then both are fetched and joined.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.archives import list_members
from geo.catalogue import derive_joined, fetch_offer, need, take_members
from geo.errors import UnavailableError
from geo.hdx import Package, read_package, read_size, read_year
from geo.offers import Offer

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.offers import Area
    from geo.wanted import Fetched, Way

_HOSTS = frozenset(
    {
        "production-raw-data-api.s3.amazonaws.com",
        "s3.dualstack.us-east-1.amazonaws.com/production-raw-data-api/",
        "s3.us-east-1.amazonaws.com/production-raw-data-api/",
        "export.hotosm.org",
    }
)
_WHOLE = "osm_geojson"
_SHAPES = ("points", "polygons")
_TODAY = "what stands in OpenStreetMap now, not on the day; what was destroyed may still be there"
_GAPS = "what is missing there may exist all the same"


class Hot:
    """HOT's exports of health facilities, by way of HDX; see `geo.offers.DataSource`."""

    name = "hot"
    parts = ("facilities",)
    about = "health facilities from OpenStreetMap, exported by HOT, by way of HDX"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return one offer: points and polygons together."""
        del day
        package = read_package(f"hotosm_{area.iso3.lower()}_health_facilities", self.name, way)
        if package is None:
            return []
        shapes = (_WHOLE,) if _find_url(package, _WHOLE) else _SHAPES
        urls = {shape: found for shape in shapes if (found := _find_url(package, shape))}
        if not urls:
            return []
        sizes = [read_size(each) for each in package.resources if each["url"] in urls.values()]
        traps = [_TODAY, _GAPS]
        if len(urls) < len(shapes):
            traps.append(f"only its {next(iter(urls))} are there: facilities are missing")
        return [
            Offer(
                source=self.name,
                offer_id="health",
                part="facilities",
                area=area.iso3,
                title=f"Health facilities of {area.name}, OpenStreetMap, by HOT",
                url=next(iter(urls.values())),
                licence="ODbL 1.0",
                attribution="\u00a9 OpenStreetMap contributors",
                vintage=package.last_day or package.first_day,
                first_year=read_year(package.last_day or package.first_day),
                last_year=read_year(package.last_day or package.first_day),
                size=sum(size for size in sizes if size) or None,
                traps=tuple(traps),
                details={"urls": urls},
            )
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return GeoJSON with points and polygons."""
        files = []
        for url in offer.details["urls"].values():
            one = replace(offer, url=url)
            archive = fetch_offer(one, "zip", _HOSTS, way, fresh_days=30, limit_bytes=500_000_000)
            names = [n for n in list_members(archive.path) if n.lower().endswith(".geojson")]
            if not names:
                raise UnavailableError(f"hot: {archive.path.name} holds no GeoJSON file")
            files += take_members(archive, names, _check_features)

        def write(target: Path) -> None:
            features: list[Any] = []
            for file in files:
                features += json.loads(file.path.read_bytes())["features"]
            joined = {"type": "FeatureCollection", "features": features}
            target.write_text(json.dumps(joined, ensure_ascii=False), encoding="utf-8")

        return derive_joined(files, f"hot_{offer.area.lower()}_health", ".geojson", write)


def _check_features(path: Path) -> None:
    """Raise if a file is no list of features."""
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UnavailableError(f"hot: {path.name} is JSON that was cut off or broken") from error
    if not isinstance(need(data, ("features",), "hot")["features"], list):
        raise UnavailableError(f"hot: {path.name} was changed: 'features' is no list")


def _find_url(package: Package, shape: str) -> str | None:
    """Return the address of an archive of GeoJSON; older names say `points`, `polygons`."""
    for resource in package.resources:
        name = str(resource["url"]).rsplit("/", maxsplit=1)[-1].lower()
        if shape in name and "geojson" in name and name.endswith(".zip"):
            return str(resource["url"])
    return None
