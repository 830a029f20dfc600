"""A raster of people at an address that the user named."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from geo.catalogue import fetch_offer
from geo.download import find_size
from geo.errors import UsageError
from geo.network import check_url
from geo.offers import Offer

if TYPE_CHECKING:
    from datetime import date

    from geo.offers import Area
    from geo.wanted import Fetched, Way


class Address:
    """One file on one host: to name it is to agree to ask it; see `geo.offers.DataSource`.

    Raises
    ------
    UsageError
        If it is no https address, or has a query: keys travel there, and the address is written
        into the manifest.
    """

    name = "address"
    parts = ("population",)
    about = "a GeoTIFF at an address of yours"

    def __init__(self, url: str) -> None:
        parts = check_url(url)
        if parts.query or parts.fragment:
            raise UsageError(
                f"address of {parts.hostname}: expected one without ? and #, since it is written "
                "into the manifest, and keys stand there; fetch the file and give it as a file"
            )
        self._url = url
        self.by_country = False
        self.hosts = frozenset({parts.hostname or ""})

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return one offer, without a licence: what it is, the user knows."""
        del day
        name = unquote(urlsplit(self._url).path.rsplit("/", maxsplit=1)[-1])
        return [
            Offer(
                source=self.name,
                offer_id=self._url,
                part="population",
                area=area.iso3,
                title=name or self._url,
                url=self._url,
                licence=None,
                attribution=None,
                vintage=None,
                size=find_size(self._url, self.hosts, way),
                details={"in_parts": True, "hosts": self.hosts, "bbox": area.bbox},
            )
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return the whole file."""
        return fetch_offer(offer, "geotiff", self.hosts, way, fresh_days=30)
