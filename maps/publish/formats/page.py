"""The page of the bundle: one HTML file that opens with no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.page import RiskMap

if TYPE_CHECKING:
    from pathlib import Path

    from maps.publish.release import Release


def write_page(release: Release, folder: Path) -> None:
    """Write the map; its profile's line is that of the run."""
    RiskMap(release.run).save(folder / release.name_file("map", "html"))
