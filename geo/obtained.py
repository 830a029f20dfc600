"""A file that was fetched because a source was named in its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.offers import Offer
    from geo.ranges import RasterFile


@dataclass(frozen=True, slots=True)
class Obtained:
    """A file that stands where a source was named.

    Attributes
    ----------
    name
        What was named in its place.
    path
        The file, a folder of files that came out of it, or a file that is read where it lies.
    digest
        By which a run's sources tell it: the sha256 of the file, or `geo.blocks.Notes.identity`.
    note
        What to know of it, such as that it is old and the source is down; None: nothing.
    """

    part: str
    name: str
    offer: Offer
    path: RasterFile
    digest: str
    note: str | None
    record: Callable[[], dict[str, Any]]

    @property
    def file(self) -> Path:
        """The file, where it lies whole on this machine, as all but rasters do."""
        if not isinstance(self.path, Path):
            raise TypeError(f"{self.name} is read in parts")
        return self.path

    def to_record(self) -> dict[str, Any]:
        """Return where it is from, for the manifest."""
        return {"title": self.offer.title} | self.record()
