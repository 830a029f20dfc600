"""The territory of a run: its administrative units and the areas that the analyst drew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.boundaries import (
    EMBEDDED_SOURCE,
    UNIT_COLUMNS,
    describe_units_file,
    measure_area_km2,
    read_embedded_units,
    read_units,
    read_zones,
)
from geo.errors import BoundaryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo.settings import Settings
    from geo.types import Caution, Source


@dataclass(frozen=True, slots=True, eq=False)
class Territory:
    """Units and drawn areas, EPSG:4326.

    Attributes
    ----------
    units
        As `geo.boundaries.read_units` gives them.
    drawn
        Columns `label`, `geometry`; None: nothing was drawn.
    """

    units: gpd.GeoDataFrame
    drawn: gpd.GeoDataFrame | None
    sources: tuple[Source, ...]
    cautions: tuple[Caution, ...]

    def records(self, pcodes: set[str]) -> list[dict[str, Any]]:
        """Return rows of table `admin_units` for some P-codes."""
        import pandas as pd

        chosen = self.units[self.units["pcode"].isin(pcodes)]
        table = pd.DataFrame(chosen[[*UNIT_COLUMNS]]).assign(geometry=chosen.geometry.to_wkb())
        table = table.astype(object).where(table.notna(), None)
        return [
            {str(name): value for name, value in row.items()} for row in table.to_dict("records")
        ]


def _read_files(files: Sequence[Path]) -> tuple[gpd.GeoDataFrame, list[Caution]]:
    """Return the units of files of several countries; where two overlap, the first one counts.

    Raises
    ------
    BoundaryError
        As `read_units`, or if two files have a P-code both.
    """
    import pandas as pd

    units, cautions = read_units(files[0])
    for file in files[1:]:
        more, told = read_units(file)
        cautions += told
        if twice := sorted(set(more["pcode"]) & set(units["pcode"])):
            raise BoundaryError(f"{file.name}: P-code {twice[0]} stands in another file too")
        touching = more.sindex.query(units.geometry, predicate="intersects")[1]
        for row in more.index[sorted(set(touching.tolist()))]:
            before = more.geometry[row]
            near = units.iloc[units.sindex.query(before, predicate="intersects")].union_all()
            rest = before.difference(near)
            more.loc[row, ["geometry", "area_km2"]] = rest, measure_area_km2(rest)
        units = pd.concat([units, more[~more.is_empty]], ignore_index=True)
    return units.sort_values("pcode").reset_index(drop=True), cautions


def read_territory(settings: Settings) -> Territory:
    """Read the units and drawn areas that the settings name.

    A file of the user's takes the place of the embedded units where the two overlap, so that
    nobody is counted in two units.
    """
    import pandas as pd

    units = read_embedded_units()
    sources = [EMBEDDED_SOURCE]
    cautions: list[Caution] = []
    files = [settings.boundaries, *settings.further_boundaries] if settings.boundaries else []
    if files:
        own, cautions = _read_files(files)
        if units.intersects(own.union_all()).any():
            units, sources = own, []
        else:
            units = pd.concat([units, own], ignore_index=True).sort_values("pcode")
            units = units.reset_index(drop=True)
        sources += [describe_units_file(file) for file in files]
    drawn = None
    if settings.zone:
        drawn, drawn_cautions = read_zones(settings.zone)
        cautions = [*cautions, *drawn_cautions]
    return Territory(units, drawn, tuple(sources), tuple(cautions))
