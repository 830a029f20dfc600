"""Who lives where on a day: population grids, and dated figures of people in units."""

from geo.people.accounting import Accounting
from geo.people.displacement import DisplacementTable, read_displacement
from geo.people.embedded import embedded_population
from geo.people.facilities import FACILITIES_SOURCE, Facility, bundled_facilities
from geo.people.figures import Figure, bundled_figures, read_figures
from geo.people.gatherings import Gathering, Move
from geo.people.geotiff import RasterLimits
from geo.people.grid import PopulationGrid, cell_areas_km2
from geo.people.plausibility import doubt_people
from geo.people.raster import read_population
from geo.people.selection import FigureUse, Whole, select_figures
from geo.people.settlements import coarse_population
from geo.people.sites import SiteRow, read_sites
from geo.people.static_doubt import POPULATION_RANGE, doubt_static
from geo.people.surface import (
    PUBLISHED_TOTALS,
    UnitTable,
    list_published,
    unit_people,
)
from geo.people.unit_draws import Drawn, StaticDoubt
from geo.people.unit_people import LAND_SHARE, UnitPeople
from geo.people.windows import OutOfReachError

__all__ = [
    "FACILITIES_SOURCE",
    "LAND_SHARE",
    "POPULATION_RANGE",
    "PUBLISHED_TOTALS",
    "Accounting",
    "DisplacementTable",
    "Drawn",
    "Facility",
    "Figure",
    "FigureUse",
    "Gathering",
    "Move",
    "OutOfReachError",
    "PopulationGrid",
    "RasterLimits",
    "SiteRow",
    "StaticDoubt",
    "UnitPeople",
    "UnitTable",
    "Whole",
    "bundled_facilities",
    "bundled_figures",
    "cell_areas_km2",
    "coarse_population",
    "doubt_people",
    "doubt_static",
    "embedded_population",
    "list_published",
    "read_displacement",
    "read_figures",
    "read_population",
    "read_sites",
    "select_figures",
    "unit_people",
]
