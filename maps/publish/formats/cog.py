"""Cloud-optimised GeoTIFFs: people in each cell on the day, and people a square kilometre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from maps.publish.raster import encode_cog, make_levels
from maps.publish.surfaces import date_surfaces
from maps.run import read_run

if TYPE_CHECKING:
    from pathlib import Path

    from maps.publish.release import Release
    from maps.publish.surfaces import DatedSurface

_METHOD = (
    "The population source's cells, never resampled; each unit's cells scaled to its people on "
    "the day, those who came half as the residents and half evenly over the land. Overviews: sums."
)


def write_cog(release: Release, folder: Path) -> None:
    """Write people and density of each main grid of the run, and a picture of the density.

    The grid, cells and CRS are the source's, for the area of interest only; float32, NaN without
    data. The headline's grid has the plain names; the others are numbered from 2. Cells of two
    files are not to be added: grids may overlap.
    """
    from maps.publish.density_picture import draw_density

    for number, dated in enumerate(date_surfaces(read_run(release.run.path)), 1):
        part = "" if number == 1 else f"_{number}"
        levels = make_levels(dated.surface)
        tags = _make_tags(release, dated)
        people = encode_cog(
            dated.surface,
            [people for people, _ in levels],
            f"People on {release.as_of}",
            "persons per cell",
            tags | {"UNIT": "persons per cell"},
        )
        (folder / release.name_file(f"people{part}", "tif")).write_bytes(people)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios = [people / area for people, area in levels]
        density = encode_cog(
            dated.surface,
            ratios,
            f"People a square kilometre on {release.as_of}",
            "persons per km2",
            tags | {"UNIT": "persons per km2"},
        )
        (folder / release.name_file(f"density{part}", "tif")).write_bytes(density)
        picture = draw_density(release, dated.surface)
        (folder / release.name_file(f"density{part}", "png")).write_bytes(picture)


def _make_tags(release: Release, dated: DatedSurface) -> dict[str, str]:
    """Return what a raster says of itself."""
    grid = dated.surface.grid
    source = next((each for each in release.sources if each["source_id"] == grid["source_id"]), {})
    tags = {
        "TIFFTAG_IMAGEDESCRIPTION": f"{release.title}. {release.marking}",
        "TIFFTAG_COPYRIGHT": source.get("attribution") or source.get("licence"),
        "MAP_NUMBER": release.number,
        "AS_OF": release.as_of,
        "SOURCE": grid["label"],
        "POPULATION_DATE": grid["population_date"] or "undated",
        "LICENCE": source.get("licence"),
        "ATTRIBUTION": source.get("attribution"),
        "UNITS_ON_THE_DAY": " ".join(dated.pcodes),
        "METHOD": _METHOD,
        "MARKING": release.marking,
    }
    return {name: text for name, text in tags.items() if text}
