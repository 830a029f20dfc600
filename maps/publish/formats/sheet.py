"""The printed map of the bundle: A4, PDF and PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.page import RiskMap

if TYPE_CHECKING:
    from pathlib import Path

    from maps.publish.release import Release


def write_pdf(release: Release, folder: Path) -> None:
    """Write the sheet as a PDF."""
    RiskMap(release.run).save(folder / release.name_file("map", "pdf"))


def write_png(release: Release, folder: Path) -> None:
    """Write the sheet as a picture."""
    RiskMap(release.run).save(folder / release.name_file("map", "png"))
