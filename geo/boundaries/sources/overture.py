"""Overture Maps: divisions of all countries, monthly, from large GeoParquet files on S3.

https://stac.overturemaps.org/catalog.json names the latest release, and below it the files of
`division_area` with their boxes. Of a file only the footer is read, and of the row groups whose
statistics (country, box) fit, the columns that are needed; a country's rows become a file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from geo.assembly import assemble
from geo.boundaries.countries import read_countries
from geo.boundaries.sources.row_groups import read_rows
from geo.catalogue import make_origin, need, read_catalogue, tidy
from geo.errors import UnavailableError
from geo.offers import Offer
from geo.part_server import NoPartsError
from geo.ranges import open_ranges
from geo.types import BBox
from geo.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import pyarrow as pa

    from geo.assembly import Pages
    from geo.offers import Area
    from geo.wanted import Fetched, Way

_STAC = "https://stac.overturemaps.org"
_STORE = "https://overturemaps-us-west-2.s3.us-west-2.amazonaws.com"
_HOSTS = frozenset({"stac.overturemaps.org", "overturemaps-us-west-2.s3.us-west-2.amazonaws.com"})
_RELEASE = re.compile(r"20\d\d-[01]\d-[0-3]\d\.\d{1,3}")
_LEVELS = {"region": 1, "county": 2}
_NEEDED = ("country", "subtype", "division_id", "names", "geometry")
_LAND = ("is_land", "class")  # newer releases have the first one, older ones the second one
_MOST_FILES = 100
_MOST_BYTES = 2_000_000_000
_OWN_CODES = "its codes are Overture's own (GERS), not OCHA's P-codes"
_KINDS = "what it calls region and county differs from country to country; see how many there are"
_GONE = "a release is taken away after about two months; what was fetched stays in the cache"
_EDGES = "outlines are OpenStreetMap's; disputed areas may be in two countries or in none"


class Overture:
    """Overture's divisions; see `geo.offers.DataSource`."""

    name = "overture"
    parts = ("boundaries",)
    about = "regions and counties of all countries from OpenStreetMap, monthly"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return an offer of regions and one of counties of the latest release."""
        del day  # older releases are gone
        release = read_catalogue(f"{_STAC}/catalog.json", self.name, _HOSTS, way, _read_latest)
        folder = f"{_STORE}/release/{release}/theme=divisions/type=division_area/"
        return [
            Offer(
                source=self.name,
                offer_id=f"{release}:{kind}",
                part="boundaries",
                area=area.iso3,
                title=f"Overture Maps {release}, {kind} of {area.name}",
                url=f"{folder}#{area.iso2}:{kind}",
                licence="ODbL 1.0",
                attribution="\u00a9 OpenStreetMap contributors, Overture Maps Foundation",
                vintage=release[:10],
                first_year=int(release[:4]),
                last_year=int(release[:4]),
                level=level,
                traps=(_OWN_CODES, _KINDS, _EDGES, _GONE),
                details={
                    "points": 1.0,
                    "reason": "codes of its own, no P-codes",
                    "iso2": area.iso2,
                    "kind": kind,
                    "release": release,
                },
            )
            for kind, level in _LEVELS.items()
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return GeoParquet with columns `pcode`, `name`, `name_ar`, `admin_level`, `country`.

        Raises
        ------
        UnavailableError
            Also if the release has no such divisions of the country.
        """
        name = f"overture_{offer.details['iso2'].lower()}_{offer.details['kind']}.parquet"
        return assemble(offer, _HOSTS, way, _write_rows(offer, way), name=name, fresh_days=365)


def _read_latest(answer: Any) -> str:
    latest = str(need(answer, ("latest",), "overture")["latest"])
    if not _RELEASE.fullmatch(latest):
        raise UnavailableError(
            f"overture: its catalogue was changed: {tidy(latest, 40)!r} is no release"
        )
    return latest


def _write_rows(offer: Offer, way: Way) -> Callable[[Path, Pages], None]:
    """Return what reads a country's rows out of the release and writes them."""
    iso2, kind = str(offer.details["iso2"]), str(offer.details["kind"])

    def write(target: Path, pages: Pages) -> None:
        bbox = _find_bbox(iso2)
        tables = []
        for url in _list_files(str(offer.details["release"]), bbox, way):
            wanted = Wanted(
                make_origin(offer, url=url),
                kind="parquet",
                hosts=_HOSTS,
                fresh_days=365,
                limit_bytes=_MOST_BYTES,
            )
            try:
                file = open_ranges(wanted, way)
            except NoPartsError as error:
                raise UnavailableError(
                    "overture: its server sends no parts of files, which are too large to be "
                    "fetched whole"
                ) from error
            tables.append(read_rows(file, {"country": iso2, "subtype": kind}, bbox, _NEEDED, _LAND))
            pages.add(file.transferred)
        rows = [row for table in tables for row in _name_rows(table, offer)]
        if not rows:
            raise UnavailableError(
                f"overture: release {offer.details['release']} has no {kind} of {offer.area}"
            )
        _write_frame(sorted(rows, key=lambda row: row["pcode"]), target)

    return write


def _find_bbox(iso2: str) -> BBox:
    outline = read_countries("50m", countries={iso2})
    if outline.empty:
        raise UnavailableError(f"overture: no outline is known of {iso2}, by which to look there")
    return BBox(*outline.total_bounds.tolist())


def _list_files(release: str, bbox: BBox, way: Way) -> list[str]:
    """Return the addresses of the files that reach a box."""
    url = f"{_STAC}/{release}/divisions/division_area/collection.json"
    items = read_catalogue(url, "overture", _HOSTS, way, _list_items)
    files = []
    for item in items:
        box, address = read_catalogue(urljoin(url, item), "overture", _HOSTS, way, _read_item)
        if box.intersects(bbox):
            files.append(address)
    return files


def _list_items(answer: Any) -> list[str]:
    links = need(answer, ("links",), "overture")["links"]
    items = [
        str(need(each, ("href",), "overture")["href"])
        for each in (links if isinstance(links, list) else [])
        if isinstance(each, dict) and each.get("rel") == "item"
    ]
    if not 0 < len(items) <= _MOST_FILES:
        raise UnavailableError(
            f"overture: its catalogue was changed: {len(items)} files of divisions"
        )
    return items


def _read_item(answer: Any) -> tuple[BBox, str]:
    """Return the box and the address of a file."""
    record = need(answer, ("bbox", "assets"), "overture")
    assets = record["assets"] if isinstance(record["assets"], dict) else {}
    asset = assets.get("aws") or assets.get("aws-https")
    address = need(asset, ("href",), "overture")["href"]
    try:
        west, south, east, north = map(float, record["bbox"])
    except (TypeError, ValueError) as error:
        raise UnavailableError("overture: its catalogue was changed: a box is none") from error
    return BBox(west, south, east, north), str(address)


def _name_rows(table: pa.Table, offer: Offer) -> list[dict[str, Any]]:
    """Return rows of land with the columns that boundary files have."""
    rows = []
    for row in table.to_pylist():
        is_land = row["is_land"] if "is_land" in row else row.get("class") in ("land", None)
        if not is_land:
            continue
        names = row["names"] or {}
        common = dict(names.get("common") or ())
        rows.append(
            {
                "pcode": row["division_id"],
                "name": common.get("en") or names.get("primary"),
                "name_ar": common.get("ar"),
                "admin_level": offer.level,
                "country": offer.details["iso2"],
                "geometry": row["geometry"],
            }
        )
    return rows


def _write_frame(rows: list[dict[str, Any]], target: Path) -> None:
    import geopandas as gpd
    import shapely

    try:
        outlines = shapely.from_wkb([row.pop("geometry") for row in rows])
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise UnavailableError(f"overture: outlines are no WKB: {error}") from error
    gpd.GeoDataFrame(rows, geometry=outlines, crs="EPSG:4326").to_parquet(target, index=False)
