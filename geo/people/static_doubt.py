"""How far a population grid's static people may be off on a day."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.people.surface import STATIC_RANGE
from geo.people.unit_draws import StaticDoubt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo.people.grid import PopulationGrid

POPULATION_RANGE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "no": STATIC_RANGE,
        "embedded": STATIC_RANGE,
        "coarse": (0.5, 2.0),
    }
)
"""How far a grid's static people may be off, by its `modelled`: factors for low and high."""

_DAYS_PER_YEAR = 365.25
_MIDYEAR = 182


def doubt_static(grid: PopulationGrid, as_of: date) -> StaticDoubt:
    """Return the doubt of a grid's people on a day: its kind's, and growth since its year.

    Years run from the middle of the last year that the grid's date names; none where it is undated
    or later than the day.
    """
    return StaticDoubt(
        grid.label, *POPULATION_RANGE[grid.modelled], years_since(grid.population_date, as_of)
    )


def years_since(population_date: str | None, as_of: date) -> float:
    """Return the years from the middle of the last year in a text to a day; 0 where there is none.

    Examples
    --------
    >>> import datetime as dt
    >>> years_since("mid-2023", dt.date(2024, 7, 1))
    1.0
    """
    years = re.findall(r"(?:19|20)\d\d", population_date or "")
    if not years:
        return 0.0
    middle = as_of.replace(year=int(max(years)), month=1, day=1).toordinal() + _MIDYEAR
    return max(0.0, round((as_of.toordinal() - middle) / _DAYS_PER_YEAR, 2))
