"""A file that is made of several answers of a service, such as an API's pages: all or nothing."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geo.catalogue import make_file, make_origin
from geo.download import fetch_file, find_address, tell_age
from geo.errors import UnavailableError
from geo.holdings import Holdings
from geo.wanted import Fetched, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.offers import Offer
    from geo.wanted import Way

_PAGE_BYTES = 200_000_000


class Pages:
    """Answers that one file is made of.

    What came today serves if the rest broke off; older pages don't, so that no file is made of
    two states of the data.
    """

    def __init__(self, offer: Offer, hosts: frozenset[str], way: Way) -> None:
        self._offer, self._hosts, self._way = offer, hosts, way
        self._taken: list[Fetched] = []
        self._added = 0

    @property
    def transferred(self) -> int:
        """Bytes that came from the network."""
        return self._added + sum(page.transferred for page in self._taken)

    def add(self, transferred: int) -> None:
        """Take account of bytes that came otherwise, as of parts of large files."""
        self._added += transferred

    def take(self, url: str, kind: str = "json", way: Way | None = None, **more: Any) -> Path:
        """Return the file of an address; `more` are fields of `Wanted`.

        Raises
        ------
        UnavailableError
            If it can't be had.
        """
        given: dict[str, Any] = {"fresh_days": 0, "limit_bytes": _PAGE_BYTES} | more
        origin = make_origin(self._offer, url)
        origin = dataclasses.replace(origin, source=f"{origin.source} page")
        wanted = Wanted(origin, kind=kind, hosts=self._hosts, serves_old=False, **given)
        self._taken.append(fetch_file(wanted, way or self._way))
        return self._taken[-1].path

    def read(self, url: str, way: Way | None = None, **more: Any) -> Any:
        """Return the JSON value of an address; see `take`."""
        return json.loads(self.take(url, way=way, **more).read_bytes())

    def drop(self) -> None:
        """Throw the pages away: the file is made."""
        holdings = Holdings()
        for page in self._taken:
            holdings.drop(page.holding)


def assemble(
    offer: Offer,
    hosts: frozenset[str],
    way: Way,
    write: Callable[[Path, Pages], None],
    *,
    name: str,
    fresh_days: int,
) -> Fetched:
    """Return the file of an offer from the cache, or make it of pages.

    Parameters
    ----------
    write
        Takes pages and writes the file to a path; raises `UnavailableError` if it can't be made.

    Raises
    ------
    UnavailableError
        If it is not in the cache and can't be made; of what was made nothing is kept then but
        today's pages.
    """
    holdings = Holdings()
    kept = holdings.find(offer.url)
    old = kept is not None and kept.age_days > fresh_days
    if way.offline and kept is None:
        raise UnavailableError(
            f"{offer.source}: {name} is not in the cache, and --offline forbids to fetch it; "
            "`civmap data list` shows what is"
        )
    if kept and (way.offline or not old):
        return Fetched(kept, note=tell_age(kept, "--offline") if old else None)
    with holdings.hold(offer.url):
        kept = holdings.find(offer.url)  # another process may just have made it
        if kept and kept.age_days <= fresh_days:
            return Fetched(kept)
        pages, address = Pages(offer, hosts, way), find_address(offer.url)
        mirror = urlsplit(address).hostname if address != offer.url else None
        try:
            made = make_file(make_origin(offer), name, lambda draft: write(draft, pages), mirror)
        except UnavailableError as error:
            if kept is None:
                raise
            return Fetched(kept, note=tell_age(kept, str(error)))
        pages.drop()
        return Fetched(made, pages.transferred)
