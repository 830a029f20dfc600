"""Published populations in the cache, with which rasters that were fetched are compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo.people.demography import read_demography

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.holdings import Holding
    from geo.obtained import Obtained
    from geo.people.demography import Demography

_TABLE = re.compile(r"adm(?:in)?([0-4])_((?:19|20)\d\d)", re.IGNORECASE)
_USUAL_LEVEL = "2"


def find_published(obtained: Sequence[Obtained], day: date) -> list[Obtained]:
    """Return the table of populations in the cache that fits best, to compare a raster with."""
    from geo.holdings import Holdings  # a run that fetches nothing needs none of these
    from geo.obtained import Obtained
    from geo.offers import Offer

    areas = {each.offer.area for each in obtained if each.part == "population"}
    found = [
        (match, kept)
        for kept in Holdings().list_all()
        if (kept.origin.source, kept.origin.area or "") in {("cod-ps", area) for area in areas}
        and (match := _TABLE.search(kept.path.name))
    ]
    if not found:
        return []

    def judge(each: tuple[re.Match[str], Holding]) -> tuple[bool, int, str]:
        match, kept = each
        return match[1] != _USUAL_LEVEL, abs(int(match[2]) - day.year), kept.path.name

    _, kept = min(found, key=judge)
    origin = kept.origin
    offer = Offer(
        source=origin.source,
        offer_id=kept.path.name,
        part="published",
        area=origin.area or "",
        title=kept.path.name,
        url=origin.url,
        licence=origin.licence,
        attribution=origin.attribution,
        vintage=origin.vintage,
    )
    name = origin.source
    return [Obtained(offer.part, name, offer, kept.path, kept.sha256, None, kept.describe_origin)]


def read_published(obtained: Sequence[Obtained], year: int) -> Demography | None:
    """Return the table of populations that a raster is compared with; None: there is none."""
    for each in obtained:
        if each.part == "published":
            return read_demography(each.file, year)
    return None
