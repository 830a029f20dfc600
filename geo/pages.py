"""Answers that come in pages, fetched page by page, each kept by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo.catalogue import fetch_offer
from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.offers import Offer
    from geo.wanted import Fetched, Way


@dataclass(frozen=True, slots=True)
class Pages:
    """How the pages of an answer (JSON) are asked for and read.

    Attributes
    ----------
    find_url
        Gives the address of a page, counted from 0.
    read_rows
        Gives the rows of a page; raises `UnavailableError` if it is not what it was.
    name
        Names the files, before the page's number.
    full
        Rows of a page that is not the last one; None: the last page is the first without rows.
    most
        Pages that are asked for at most.
    """

    find_url: Callable[[int], str]
    read_rows: Callable[[Any], list[Any]]
    name: str
    full: int | None = None
    most: int = 50


def fetch_pages(
    offer: Offer, pages: Pages, hosts: frozenset[str], way: Way, **more: Any
) -> tuple[list[Fetched], list[Any]]:
    """Return all pages of an answer that hold rows, and their rows.

    Parameters
    ----------
    more
        Fields of `Wanted`.

    Raises
    ------
    UnavailableError
        If a page can't be had or is not what it was, if one comes twice, or there are more than
        `pages.most`: a part is never taken for the whole.
    """

    def check(path: Path) -> None:
        pages.read_rows(json.loads(path.read_bytes()))

    files: list[Fetched] = []
    rows: list[Any] = []
    for number in range(pages.most + 1):
        page = replace(offer, url=pages.find_url(number))
        name = f"{pages.name}_{number}.json"
        file = fetch_offer(page, "json", hosts, way, name=name, check=check, **more)
        found = pages.read_rows(json.loads(file.path.read_bytes()))
        if found and file.holding.sha256 in {each.holding.sha256 for each in files}:
            raise UnavailableError(f"{offer.source}: page {number + 1} is one that came before")
        if found:
            files.append(file)
            rows += found
        if len(found) < (pages.full or 1):
            return files, rows
    raise UnavailableError(
        f"{offer.source}: more than {pages.most} pages ({len(rows):,} rows so far); that much is "
        "not fetched by the page"
    )
