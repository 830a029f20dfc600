"""Who lives where on a day: population grids, and dated figures of people in units."""

from collections.abc import Mapping
from types import MappingProxyType

from geo.people.accounting import Accounting
from geo.people.displacement import DisplacementTable, read_displacement
from geo.people.embedded import embedded_population
from geo.people.facilities import FACILITIES_SOURCE, Facility, bundled_facilities
from geo.people.figures import Figure, bundled_figures, read_figures
from geo.people.geotiff import RasterLimits
from geo.people.grid import PopulationGrid, cell_areas_km2
from geo.people.plausibility import doubt_people
from geo.people.raster import read_population
from geo.people.selection import FigureUse, Whole, select_figures
from geo.people.settlements import coarse_population
from geo.people.surface import (
    PUBLISHED_TOTALS,
    STATIC_RANGE,
    UnitPeople,
    UnitTable,
    list_published,
    unit_people,
)
from geo.people.windows import OutOfReachError

POPULATION_RANGE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "no": STATIC_RANGE,
        "embedded": STATIC_RANGE,
        "coarse": (0.5, 2.0),
    }
)
"""How far a grid's static people may be off, by its `modelled`: factors for low and high."""

__all__ = [
    "FACILITIES_SOURCE",
    "POPULATION_RANGE",
    "PUBLISHED_TOTALS",
    "Accounting",
    "DisplacementTable",
    "Facility",
    "Figure",
    "FigureUse",
    "OutOfReachError",
    "PopulationGrid",
    "RasterLimits",
    "UnitPeople",
    "UnitTable",
    "Whole",
    "bundled_facilities",
    "bundled_figures",
    "cell_areas_km2",
    "coarse_population",
    "doubt_people",
    "embedded_population",
    "list_published",
    "read_displacement",
    "read_figures",
    "read_population",
    "select_figures",
    "unit_people",
]
