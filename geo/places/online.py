"""Geocoders beyond the gazetteer: one interface, chosen by name, asked only on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from geo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.places.gazetteer import Gazetteer
    from geo.places.place import Place
    from geo.types import Source

BUILT_IN = "gazetteer"
_NOMINATIM = "nominatim"
_EXPECTED = f"expected {BUILT_IN}, {_NOMINATIM} or {_NOMINATIM}:URL"


class Geocoder(Protocol):
    """Something that knows where names lie."""

    @property
    def label(self) -> str:
        """What messages call it."""

    def find_places(
        self, name: str, countries: Sequence[str] = (), *, limit: int = 10
    ) -> list[Place]:
        """Return the places that a name may mean, best first; empty if it is not known.

        Parameters
        ----------
        countries
            ISO 3166-1 alpha-2; only places there are returned. None given: anywhere.
        limit
            Most places to return.

        Returns
        -------
            Places with `confidence` and `source` set; where the spelling was guessed, the source
            starts with `fuzzy`.

        Raises
        ------
        UnavailableError
            If it can't answer.
        """

    def sources(self) -> list[Source]:
        """Return where its places come from, with licences."""


class GazetteerGeocoder:
    """The built-in gazetteer as a geocoder."""

    label = BUILT_IN

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def find_places(
        self, name: str, countries: Sequence[str] = (), *, limit: int = 10
    ) -> list[Place]:
        """See `Geocoder`; of several countries the places of each follow one another."""
        from geo.places.geocoder import geocode

        found: list[Place] = []
        for country in countries or (None,):
            found += geocode(name, country=country, limit=limit, gazetteer=self._gazetteer)
        return found[:limit]

    def sources(self) -> list[Source]:
        """Return GeoNames and civmap's own rows."""
        return self._gazetteer.sources()


def open_geocoder(choice: str, gazetteer: Gazetteer, *, offline: bool = False) -> Geocoder:
    """Return the geocoder of that name.

    Parameters
    ----------
    choice
        `gazetteer`; `nominatim`, the public server of OpenStreetMap; or `nominatim:URL`, another.
    offline
        Never touch the network: an online geocoder gives only the answers it has kept.

    Raises
    ------
    UsageError
        If there is no such geocoder, its address may not be asked, or it needs to be told whom
        to contact (`CIVMAP_CONTACT`).
    UnavailableError
        If the folder where answers are kept can't be written.
    """
    kind, _, url = choice.partition(":")
    if kind == BUILT_IN and not url:
        return GazetteerGeocoder(gazetteer)
    if kind != _NOMINATIM:
        raise UsageError(f"geocoder {choice!r}: {_EXPECTED}")
    from geo.places.nominatim import PUBLIC, Nominatim

    return Nominatim(url or PUBLIC, offline=offline)
