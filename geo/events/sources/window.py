"""Events of a country on some days: the days, the offer, and the table that they become."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from geo.errors import UsageError
from geo.events.publishers import PUBLISHERS
from geo.offers import Offer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from geo.offers import Area


@dataclass(frozen=True, slots=True)
class Window:
    """Days from the first to the last, both within."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first.isoformat()} to {self.last.isoformat()}"

    @property
    def name(self) -> str:
        """The days as they stand in names of offers and files."""
        return f"{self.first.isoformat()}_{self.last.isoformat()}"

    def holds(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.first <= day <= self.last

    def to_details(self) -> dict[str, str]:
        """Return what an offer keeps of it, see `read_window`."""
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}


def choose_window(source: str, day: date, days: int | None, usual: int, most: int) -> Window:
    """Return the days up to a day; `usual` is how many where nothing is said.

    Raises
    ------
    UsageError
        If it is not 1 to `most` days.
    """
    days = usual if days is None else days
    if not 1 <= days <= most:
        raise UsageError(f"{source}: {days} days; expected 1 to {most}")
    return Window(day - timedelta(days=days - 1), day)


def read_window(offer: Offer) -> Window:
    """Return the days of an offer of events."""
    first, last = (date.fromisoformat(offer.details[name]) for name in ("first", "last"))
    return Window(first, last)


def offer_events(
    source: str, area: Area, window: Window, title: str, url: str, **more: Any
) -> Offer:
    """Return a source's offer of the events of a country on some days.

    Parameters
    ----------
    title
        With `{area}` and `{days}`.
    more
        Other fields of the offer; of `details` what the source needs beside the days.
    """
    publisher = PUBLISHERS[source]
    details = window.to_details() | more.pop("details", {})
    return Offer(
        source=source,
        offer_id=window.name,
        part="events",
        area=area.iso3,
        title=title.format(area=area.name, days=window),
        url=url,
        licence=publisher.licence,
        attribution=publisher.attribution,
        vintage=str(window),
        first_year=window.first.year,
        last_year=window.last.year,
        details=details,
        **more,
    )


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as CSV, UTF-8; what a row lacks is empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_write_cell(row.get(column)) for column in columns])


def _write_cell(value: Any) -> str:
    return "" if value is None else str(value).replace("\0", "")
