"""A release: what a bundle is made of, read from the run that its profile lets out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.distribution import INTERNAL
from maps.publish.layers import read_layers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.run import Assessment
    from maps.publish.layers import Layer
    from maps.run import Record

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
        Rows of the run's tables of these names.
    released_by
        Who answers for the release; None: nobody was asked.
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

    def name_file(self, part: str, extension: str) -> str:
        """Return a file's name, such as `PSE001_exposure_rafah_20240224_zones.csv`."""
        return f"{self.number}_{part}.{extension}"

    @property
    def marking(self) -> str:
        """To whom a file may go, and what it is not for: for every file, layer and page."""
        line = "Internal - not for distribution. " if self.profile == INTERNAL else ""
        return line + NOT_FOR


def read_release(run: Assessment, released_by: str | None = None) -> Release:
    """Return what a bundle of a run holds; its facts `profile` and `released_by` say the rest."""
    facts = run.facts
    return Release(
        run=run,
        profile=facts.get("profile", INTERNAL),
        number=facts["map_number"],
        title=facts["title"],
        headline=facts["headline"]["text"],
        as_of=facts["as_of"],
        layers=read_layers(run),
        sources=run.sources.to_dict("records"),
        cautions=run.cautions.to_dict("records"),
        released_by=released_by or facts.get("released_by"),
    )


def find_files(folder: Path) -> list[Path]:
    """Return the files of a bundle, by name; folders below it too."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
