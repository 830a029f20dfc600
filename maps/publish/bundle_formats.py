"""Which formats there are, and who writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from maps.publish.formats.cog import write_cog
from maps.publish.formats.datapackage import write_datapackage
from maps.publish.formats.geojson import write_geojson
from maps.publish.formats.page import write_page
from maps.publish.formats.pmtiles import write_pmtiles
from maps.publish.formats.sheet import write_pdf, write_png
from maps.publish.formats.stac import write_stac

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from maps.publish.release import Release

    Write: TypeAlias = Callable[[Release, Path], None]

FORMATS: dict[str, Write] = {
    "geojson": write_geojson,
    "cog": write_cog,
    "pmtiles": write_pmtiles,
    "html": write_page,
    "pdf": write_pdf,
    "png": write_png,
    "stac": write_stac,
    "datapackage": write_datapackage,
}
"""By the name that `--format` takes, in the order of writing: what describes files comes last."""
