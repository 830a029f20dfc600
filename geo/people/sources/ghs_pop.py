"""GHS-POP R2023A of the European Commission: people per 100 m cell, every five years from 1975.

The product in Mollweide (ESRI:54009) is taken, in which it was made: the one in degrees was warped
from it, which shifts totals. It comes in tiles of 1,000 km, zip archives without a catalogue, whose
names follow from where they lie: R1_C1 begins at -18,041,000, 9,000,000 in the projection.
Each tile is looked at when it has come: it must reach the places that it is for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.archives import list_members
from geo.boundaries.countries import read_countries
from geo.catalogue import derive, fetch_offer, take_members
from geo.errors import UnavailableError
from geo.offers import Offer
from geo.people.mosaic import join_rasters
from geo.people.sources.fitness import check_raster
from geo.types import BBox

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.offers import Area
    from geo.wanted import Fetched, Way

_HOSTS = frozenset({"jeodpp.jrc.ec.europa.eu"})
_FOLDER = (
    "https://jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_POP_GLOBE_R2023A/"
    "GHS_POP_E{epoch}_GLOBE_R2023A_54009_100/V1-0/tiles/"
)
_NAME = "GHS_POP_E{epoch}_GLOBE_R2023A_54009_100_V1_0_{tile}"
_CRS = "ESRI:54009"
_WEST, _NORTH, _SIDE = -18_041_000, 9_000_000, 1_000_000
_ROWS, _COLS = 18, 36
_EPOCHS = range(1975, 2031, 5)
_MADE, _LAST_OBSERVED = 2023, 2020
_MOST_TILES = 4
_MARGIN_DEGREES = 0.25  # so that discs at the edge of a tile are on the next one
_LIMIT_BYTES = 1_500_000_000
_ATTRIBUTION = (
    "Schiavina M., Freire S., Carioli A., MacManus K. (2023): GHS-POP R2023A, GHS population grid "
    "multitemporal (1975-2030). European Commission, Joint Research Centre (JRC). "
    "doi:10.2905/2FF68A52-5B5B-4A22-8F40-C41DA8332CFE"
)
_PROJECTED = "its epochs 2025 and 2030 are projections: no census or satellite had seen those years"
_MODELLED = (
    "modelled from censuses and built-up area seen from space; it knows nothing of people who "
    "fled, nor of houses that were destroyed"
)
_MOLLWEIDE = (
    "in Mollweide, 100 m, as it was made; its product in degrees is warped and has other totals"
)


class GhsPop:
    """GHS-POP's tiles; see `geo.offers.DataSource`."""

    name = "ghs-pop"
    parts = ("population",)
    about = "people per 100 m cell, the whole Earth, 1975 to 2030 by five years, GHS-POP R2023A"
    hosts = _HOSTS
    by_country = False

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return the epoch nearest to the day; if that is projected, also the last that is not.

        Raises
        ------
        UnavailableError
            If the area lies on more tiles than are fetched at once.
        """
        del way
        tiles = list_tiles(area.bbox or _bound_country(area))
        if len(tiles) > _MOST_TILES:
            raise UnavailableError(
                f"ghs-pop: {area.name} lies on {len(tiles)} tiles of 1,000 km; at most "
                f"{_MOST_TILES} are fetched. Fetch it for a run, whose places lie closer together"
            )
        nearest = min(_EPOCHS, key=lambda epoch: (abs(epoch - day.year), epoch))
        return [
            _make_offer(area, epoch, tiles) for epoch in {nearest, min(nearest, _LAST_OBSERVED)}
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return the raster of a tile, or of several in one.

        Raises
        ------
        UnavailableError
            Also if it does not reach the places it is for.
        """
        files = [self._fetch_tile(offer, tile, way) for tile in offer.details["tiles"]]
        fetched = files[0]
        if len(files) > 1:
            version = "-".join(file.holding.sha256[:8] for file in files[1:])
            name = f"{_NAME.format(epoch=offer.vintage, tile='x'.join(offer.details['tiles']))}"

            def write(target: Path) -> None:
                join_rasters([file.path for file in files], target)

            fetched = derive(files[0], f"{name}_{version}.tif", write)
        check_raster(fetched.path, offer.details["bbox"], f"ghs-pop: {offer.title}")
        return replace(fetched, transferred=sum(file.transferred for file in files))

    def _fetch_tile(self, offer: Offer, tile: str, way: Way) -> Fetched:
        url = _find_url(int(str(offer.vintage)), tile)
        one = replace(offer, url=url)
        archive = fetch_offer(one, "zip", _HOSTS, way, fresh_days=365, limit_bytes=_LIMIT_BYTES)
        names = [n for n in list_members(archive.path) if n.lower().endswith(".tif")]
        if len(names) != 1:
            raise UnavailableError(
                f"ghs-pop: {archive.path.name} was changed: it holds {len(names)} rasters; "
                "expected one"
            )
        return take_members(archive, names)[0]


def list_tiles(bbox: BBox) -> list[str]:
    """Return the names of the tiles that a box with a margin lies on, such as `R6_C22`.

    Parameters
    ----------
    bbox
        EPSG:4326.

    Raises
    ------
    UnavailableError
        If the box crosses longitude 180, where the projection ends.
    """
    import pyproj

    box = bbox.expand(_MARGIN_DEGREES)
    if bbox.east > 180 or bbox.west < -180:
        raise UnavailableError(
            "ghs-pop: the places lie on both sides of longitude 180, where its projection ends; "
            "use --population worldpop, or a raster of yours in degrees"
        )
    forth = pyproj.Transformer.from_crs("EPSG:4326", _CRS, always_xy=True)
    west, south, east, north = forth.transform_bounds(
        max(box.west, -180.0), box.south, min(box.east, 180.0), box.north
    )
    rows = _number((_NORTH - north) / _SIDE, _ROWS), _number((_NORTH - south) / _SIDE, _ROWS)
    cols = _number((west - _WEST) / _SIDE, _COLS), _number((east - _WEST) / _SIDE, _COLS)
    return [
        f"R{row}_C{col}"
        for row in range(rows[0], rows[1] + 1)
        for col in range(cols[0], cols[1] + 1)
    ]


def _number(sides: float, most: int) -> int:
    """Return the number of a tile, from 1, by sides of tiles from the first one's edge."""
    return min(max(int(sides // 1) + 1, 1), most)


def _find_url(epoch: int, tile: str) -> str:
    return f"{_FOLDER.format(epoch=epoch)}{_NAME.format(epoch=epoch, tile=tile)}.zip"


def _bound_country(area: Area) -> BBox:
    countries = read_countries("50m", countries={area.iso2})
    if countries.empty:
        raise UnavailableError(f"ghs-pop: where {area.name} lies is not known here")
    return BBox(*map(float, countries.total_bounds))


def _make_offer(area: Area, epoch: int, tiles: list[str]) -> Offer:
    traps = [_MODELLED, _MOLLWEIDE]
    if epoch > _LAST_OBSERVED:
        traps.append(_PROJECTED)
    details: dict[str, Any] = {"tiles": tiles, "bbox": area.bbox}
    several = f", {len(tiles)} tiles" if len(tiles) > 1 else ""
    return Offer(
        source="ghs-pop",
        offer_id=f"{epoch}:{'+'.join(tiles)}",
        part="population",
        area=area.iso3,
        title=f"GHS-POP R2023A, {epoch}, 100 m{several}, {', '.join(tiles)}",
        url=_find_url(epoch, tiles[0]),
        licence="CC BY 4.0",
        attribution=_ATTRIBUTION,
        vintage=str(epoch),
        first_year=epoch,
        last_year=epoch,
        released=_MADE,
        resolution_m=100,
        traps=tuple(traps),
        details=details,
    )
