"""Meta's High Resolution Settlement Layer: people per cell of 1 arc-second (about 30 m).

Cloud-optimised GeoTIFFs of 10 by 10 degrees in a public bucket. Its virtual raster lists them with
their versions, which differ from tile to tile; addresses are taken from there, never built.

A cell where no building was seen is NaN, and so is a country that it lacks. They can't be told
apart, so NaN stays what it is for every raster, no data: it adds nobody, `nodata_fraction` counts
it, and a zone without a settled cell has no figure. A tile with nobody at all round the places is
refused.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import numpy as np

from geo.catalogue import fetch_offer
from geo.download import fetch_file
from geo.errors import UnavailableError
from geo.holdings import Origin
from geo.offers import Offer
from geo.people.sources.fitness import check_raster
from geo.people.sources.in_parts import pad_box
from geo.people.tiles import open_tiles
from geo.people.windows import OutOfReachError, find_windows
from geo.types import BBox
from geo.wanted import Wanted

if TYPE_CHECKING:
    from datetime import date

    from geo.offers import Area
    from geo.ranges import RasterFile
    from geo.wanted import Fetched, Way

_HOSTS = frozenset({"dataforgood-fb-data.s3.amazonaws.com/hrsl-cogs/"})
_LIST = (
    "https://dataforgood-fb-data.s3.amazonaws.com/hrsl-cogs/hrsl_general/hrsl_general-latest.vrt"
)
_LIST_BYTES = 20_000_000
_VERSION = re.compile(r"v(\d+(?:\.\d+)*)\.tif$")
_MARGIN_KM = 5.0
_FIRST_YEAR, _LAST_YEAR, _MADE = 2015, 2020, 2020
_ATTRIBUTION = (
    "Meta and Center for International Earth Science Information Network (CIESIN), Columbia "
    "University: High Resolution Settlement Layer (HRSL). Source imagery \u00a9 Maxar"
)
_OLD = (
    "of 2015 to 2020, by country, which the file does not tell; it knows nothing of people who "
    "fled since, nor of houses that were destroyed"
)
_NAN = (
    "cells where no building was seen have no data, and so have countries that it lacks: "
    "nodata_fraction counts both, and a zone without a settled cell has no figure rather than zero"
)
_FINE = "cells of 30 m show single houses; a count in a disc of less than 500 m is a guess"


@dataclass(frozen=True, slots=True)
class _Tile:
    url: str
    bbox: BBox


class Hrsl:
    """HRSL's tiles of all people; see `geo.offers.DataSource`."""

    name = "hrsl"
    parts = ("population",)
    about = "people per 30 m cell where buildings were seen, most countries, 2015 to 2020, by Meta"
    hosts = _HOSTS
    by_country = False

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return the tile that the places lie on.

        Raises
        ------
        UnavailableError
            If they lie on several, or it is not said where places lie.
        """
        del day
        if area.bbox is None:
            raise UnavailableError(
                "hrsl has no files of countries; it is read where a run's places lie: "
                "`civmap map --population hrsl`, `civmap expose --population hrsl`"
            )
        tiles = _read_tiles(_fetch_list(way))
        near = [tile for tile in tiles if tile.bbox.intersects(area.bbox)]
        if not near:
            return []
        if len(near) > 1:
            raise UnavailableError(
                f"hrsl: the places lie on {len(near)} tiles of 10 degrees, which are not joined; "
                "use --population worldpop, or fetch and join them: gdal_merge.py -n nan"
            )
        return [_make_offer(area, near[0], area.bbox)]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return the whole tile."""
        check = offer.details["check"]
        fetched = fetch_offer(offer, "geotiff", _HOSTS, way, check=check, fresh_days=365)
        if fetched.transferred == 0:  # kept from a run elsewhere on the tile
            check(fetched.path)
        return fetched


def _fetch_list(way: Way) -> bytes:
    wanted = Wanted(
        Origin(_LIST, "hrsl catalogue"),
        kind="xml",
        hosts=_HOSTS,
        name="hrsl_general-latest.vrt",
        fresh_days=30,
        limit_bytes=_LIST_BYTES,
    )
    return fetch_file(wanted, way).path.read_bytes()


def _read_tiles(data: bytes) -> list[_Tile]:
    """Return the tiles of a virtual raster with where they lie."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _tell_change("it declares entities, which no list of files needs")
    try:
        root = ET.fromstring(data)  # noqa: S314 - without a DTD there is nothing to expand
        west, width, _, north, _, height = map(
            float, (root.findtext("GeoTransform") or "").split(",")
        )
        tiles = []
        for source in root.iter():
            if source.tag not in ("SimpleSource", "ComplexSource"):
                continue
            place = {key: float(text) for key, text in source.find("DstRect").attrib.items()}  # type: ignore[union-attr]
            left, top = west + place["xOff"] * width, north + place["yOff"] * height
            box = BBox(left, top + place["ySize"] * height, left + place["xSize"] * width, top)
            tiles.append(
                _Tile(urljoin(_LIST, (source.findtext("SourceFilename") or "").strip()), box)
            )
    except (ET.ParseError, ValueError, KeyError, AttributeError) as error:
        raise _tell_change(f"it is no virtual raster ({type(error).__name__})") from error
    if not tiles:
        raise _tell_change("it lists no files")
    return tiles


def _tell_change(what: str) -> UnavailableError:
    return UnavailableError(
        f"hrsl: its list of tiles was changed: {what}; this civmap can't read it"
    )


def _make_offer(area: Area, tile: _Tile, bbox: BBox) -> Offer:
    version = _VERSION.search(tile.url)
    title = f"HRSL, people, 30 m, {tile.url.rsplit('/', maxsplit=1)[-1]}"

    def check(path: RasterFile) -> None:
        check_raster(path, bbox, f"hrsl: {title}")
        _check_settled(path, bbox, area)

    details: dict[str, Any] = {
        "in_parts": True,
        "bbox": bbox,
        "check": check,
        "points": 0.5,
        "reason": "its year is not told by country",
    }
    return Offer(
        source="hrsl",
        offer_id=version[1] if version else "latest",
        part="population",
        area=area.iso3,
        title=title,
        url=tile.url,
        licence="CC BY 4.0",
        attribution=_ATTRIBUTION,
        vintage=f"{_FIRST_YEAR}-{_LAST_YEAR}",
        first_year=_FIRST_YEAR,
        last_year=_LAST_YEAR,
        released=_MADE,
        resolution_m=30,
        traps=(_OLD, _NAN, _FINE),
        details=details,
    )


def _check_settled(path: RasterFile, bbox: BBox, area: Area) -> None:
    """Raise if a tile has nobody round the corners and the middle of a box: a country it lacks."""
    lons = (bbox.west, (bbox.west + bbox.east) / 2, bbox.east)
    lats = (bbox.south, (bbox.south + bbox.north) / 2, bbox.north)
    with open_tiles(path, unit="count", nodata=float("nan")) as raster:
        for lon, lat in dict.fromkeys(zip(lons, lats, strict=True)):
            near = pad_box(BBox(lon, lat, lon, lat), _MARGIN_KM)
            try:
                windows = find_windows(path, raster.layout, near)
            except OutOfReachError:
                continue
            if any(np.isfinite(raster.read_people(*piece.window)).any() for piece in windows):
                return
    raise UnavailableError(
        f"hrsl has nobody round the places of this run: it seems to lack {area.name}; "
        "use --population worldpop"
    )
