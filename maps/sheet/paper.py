"""Sizes of paper."""

from __future__ import annotations

from dataclasses import dataclass

from geo.errors import UsageError


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper.

    Attributes
    ----------
    name
        Such as `a4` (landscape) or `a3-portrait`.
    width_mm, height_mm
        As it is read, ISO 216.
    letters
        What the sizes of letters and marks are multiplied by; 1 on A4.
    """

    name: str
    width_mm: float
    height_mm: float
    letters: float

    @property
    def is_portrait(self) -> bool:
        """Whether it stands upright."""
        return self.height_mm > self.width_mm

    @property
    def file_stem(self) -> str:
        """What files of this paper are called: `map` for `a4`, else such as `map_a3_portrait`."""
        return "map" if self.name == DEFAULT else f"map_{self.name.replace('-', '_')}"


DEFAULT = "a4"
FORMATS = ("pdf", "png")
PAPERS = {
    paper.name: paper
    for paper in (
        Paper("a4", 297.0, 210.0, 1.0),
        Paper("a4-portrait", 210.0, 297.0, 1.0),
        Paper("a3", 420.0, 297.0, 1.25),
        Paper("a3-portrait", 297.0, 420.0, 1.25),
    )
}


SHEET_FILES = frozenset(
    f"{paper.file_stem}.{kind}" for paper in PAPERS.values() for kind in FORMATS
)
"""Every file name that a sheet may have in the folder of a run."""


def find_paper(name: str) -> Paper:
    """Return a paper by its name, in small or capital letters.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    paper = PAPERS.get(name.lower().replace("_", "-").removesuffix("-landscape"))
    if paper is None:
        raise UsageError(f"paper {name!r}: expected {', '.join(PAPERS)}")
    return paper
