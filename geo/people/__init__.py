"""Who lives where on a day: population grids, and dated figures of people in units."""

from collections.abc import Mapping
from types import MappingProxyType

from geo.people.embedded import embedded_population
from geo.people.facilities import FACILITIES_SOURCE, Facility, bundled_facilities
from geo.people.figures import Figure, bundled_figures, read_figures
from geo.people.geotiff import RasterLimits
from geo.people.grid import PopulationGrid, cell_areas_km2
from geo.people.plausibility import doubt_people
from geo.people.raster import read_population
from geo.people.selection import DEFAULT_SHARE, FigureUse, select_figures
from geo.people.settlements import coarse_population
from geo.people.surface import PUBLISHED_TOTALS, UnitPeople, UnitTable, unit_people
from geo.people.windows import OutOfReachError

POPULATION_RANGE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "no": (1 - DEFAULT_SHARE, 1 + DEFAULT_SHARE),
        "embedded": (1 - DEFAULT_SHARE, 1 + DEFAULT_SHARE),
        "coarse": (0.5, 2.0),
    }
)
"""How far a grid's static people may be off, by its `modelled`: factors for low and high."""

__all__ = [
    "FACILITIES_SOURCE",
    "POPULATION_RANGE",
    "PUBLISHED_TOTALS",
    "Facility",
    "Figure",
    "FigureUse",
    "OutOfReachError",
    "PopulationGrid",
    "RasterLimits",
    "UnitPeople",
    "UnitTable",
    "bundled_facilities",
    "bundled_figures",
    "cell_areas_km2",
    "coarse_population",
    "doubt_people",
    "embedded_population",
    "read_figures",
    "read_population",
    "select_figures",
    "unit_people",
]
