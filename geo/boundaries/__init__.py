"""Administrative units with P-codes, the world's countries, and areas drawn by the analyst."""

from geo.boundaries.countries import read_countries, read_land
from geo.boundaries.drawn import read_zones
from geo.boundaries.match import match_unit
from geo.boundaries.unit_files import describe_units_file, read_units
from geo.boundaries.units import (
    EMBEDDED_SOURCE,
    UNIT_COLUMNS,
    measure_area_km2,
    read_embedded_units,
)

__all__ = [
    "EMBEDDED_SOURCE",
    "UNIT_COLUMNS",
    "describe_units_file",
    "match_unit",
    "measure_area_km2",
    "read_countries",
    "read_embedded_units",
    "read_land",
    "read_units",
    "read_zones",
]
