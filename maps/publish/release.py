"""A release: what a bundle is made of, read from the run that its profile lets out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.database.store import fetch_records
from geo.errors import RunError
from maps.distribution import INTERNAL
from maps.escape import clean_text
from maps.publish.layers import read_layers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.run import Assessment
    from maps.publish.layers import Layer
    from maps.run import Record

_FILE_NAME = re.compile(r"[\w-]{1,150}")

NOT_FOR = "Modelled, not observed. Not a forecast. Not for targeting."


@dataclass(frozen=True, slots=True)
class Release:
    """What every format of a bundle is written from.

    Attributes
    ----------
    run
        The run that may go out: of the public profile the one that `maps.publish.guard` made.
    profile
        See `maps.distribution`.
    number
        The map number, such as `PSE001_exposure_rafah_20240224`: begins every file's name.
    title, headline
        Plain text, English.
    as_of
        The day that the figures are for, ISO 8601.
    layers
        Vector layers, in the order of `maps.publish.layers.LAYERS`.
    sources, cautions
        Rows of the run's tables of these names; what is missing is None.
    released_by
        Who answers for the release; None: nobody was asked.
    hxl
        Whether tables have a row of HXL hashtags under their header.
    contact
        Whom to ask about it, such as an address; None: none was given.
    """

    run: Assessment
    profile: str
    number: str
    title: str
    headline: str
    as_of: str
    layers: Sequence[Layer]
    sources: Sequence[Record]
    cautions: Sequence[Record]
    released_by: str | None = None
    hxl: bool = False
    contact: str | None = None

    def name_file(self, part: str, extension: str) -> str:
        """Return a file's name, such as `PSE001_exposure_rafah_20240224_zones.csv`."""
        return f"{self.number}_{part}.{extension}"

    @property
    def marking(self) -> str:
        """To whom a file may go, and what it is not for: for every file, layer and page."""
        line = "Internal - not for distribution. " if self.profile == INTERNAL else ""
        return line + NOT_FOR


def read_release(
    run: Assessment,
    *,
    hxl: bool = False,
    contact: str | None = None,
    layers: Sequence[Layer] | None = None,
) -> Release:
    """Return what a bundle of a run holds; the run's facts say its profile and who released it.

    Parameters
    ----------
    layers
        None: all of the run's.

    Raises
    ------
    RunError
        If the run's map number is no beginning of a file name.
    """
    facts = run.facts
    if not _FILE_NAME.fullmatch(facts["map_number"]):
        raise RunError(
            f"run {run.path.name}: map number {clean_text(facts['map_number'])!r}: expected "
            "letters, digits, hyphens and underscores, since files are named by it"
        )
    with run.connect() as con:
        sources = fetch_records(con, "SELECT * FROM sources ORDER BY source_id")
        cautions = fetch_records(con, "SELECT * FROM cautions ORDER BY rowid")
    return Release(
        run=run,
        profile=facts.get("profile", INTERNAL),
        number=facts["map_number"],
        title=facts["title"],
        headline=facts["headline"]["text"],
        as_of=facts["as_of"],
        layers=read_layers(run) if layers is None else layers,
        sources=sources,
        cautions=cautions,
        released_by=facts.get("released_by"),
        hxl=hxl,
        contact=contact,
    )


def find_files(folder: Path) -> list[Path]:
    """Return the files of a bundle, by name; folders below it too."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
