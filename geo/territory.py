"""The territory of a run: its administrative units and the areas that the analyst drew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.boundaries import (
    EMBEDDED_SOURCE,
    UNIT_COLUMNS,
    describe_units_file,
    read_embedded_units,
    read_units,
    read_zones,
)

if TYPE_CHECKING:
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


def read_territory(settings: Settings) -> Territory:
    """Read the units and drawn areas that the settings name.

    A file of the user's takes the place of the embedded units where the two overlap, so that
    nobody is counted in two units.
    """
    import pandas as pd

    units = read_embedded_units()
    sources = [EMBEDDED_SOURCE]
    cautions: list[Caution] = []
    if settings.boundaries:
        own, cautions = read_units(settings.boundaries)
        if units.intersects(own.union_all()).any():
            units, sources = own, []
        else:
            units = pd.concat([units, own], ignore_index=True).sort_values("pcode")
            units = units.reset_index(drop=True)
        sources.append(describe_units_file(settings.boundaries))
    drawn = None
    if settings.zone:
        drawn, drawn_cautions = read_zones(settings.zone)
        cautions = [*cautions, *drawn_cautions]
    return Territory(units, drawn, tuple(sources), tuple(cautions))
