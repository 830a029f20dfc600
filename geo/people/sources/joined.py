"""Rasters of several countries, of one source, as one raster."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.catalogue import derive_joined
from geo.errors import RasterError, UnavailableError
from geo.obtained import Obtained
from geo.people.mosaic import join_rasters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.offers import DataSource, Offer
    from geo.wanted import Way


def join_countries(source: DataSource, name: str, offers: Sequence[Offer], way: Way) -> Obtained:
    """Fetch the rasters of several countries whole, and return them as one.

    Parameters
    ----------
    name
        What was named in their place.
    offers
        One for each country, the one with most places at risk first.

    Raises
    ------
    UnavailableError
        If one can't be had, or they do not lie on one grid.
    """
    files = [source.fetch(offer, way) for offer in offers]
    first = offers[0]
    areas = "-".join(offer.area.lower() for offer in offers)

    def write(target: Path) -> None:
        try:
            join_rasters([file.path for file in files], target)
        except RasterError as error:
            raise UnavailableError(
                f"{source.name}: the rasters of {areas.upper()} can't be joined: {error}. Give one "
                "raster that holds all places"
            ) from error

    # the year stands first: it is read from the name
    joined = derive_joined(files, f"{source.name}_{first.vintage}_{areas}", ".tif", write)
    kept = joined.holding

    def record() -> dict[str, Any]:
        return kept.describe_origin() | {
            "joined": [file.holding.describe_origin() for file in files]
        }

    whole = replace(
        first,
        title="; ".join(offer.title for offer in offers),
        traps=tuple(dict.fromkeys(trap for offer in offers for trap in offer.traps)),
    )
    return Obtained(first.part, name, whole, kept.path, kept.sha256, joined.note, record)
