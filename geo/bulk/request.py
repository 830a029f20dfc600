"""What is asked for in bulk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.errors import UsageError
from geo.events import TableOptions
from geo.settings import MAX_RADIUS_KM

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geo.ranges import RasterFile

MODES = ("each", "union", "nearest")
BY_TYPE = "auto"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    population
        GeoTIFF of people, or a GeoPackage of polygons with people.
    radii_km
        Ascending, different; `auto`: an event's radius by its type (`geo.events.type_radii`);
        None: the table holds polygons, which are zones themselves.
    mode
        `each`: every event by itself. `union`: people within reach of any event, counted once.
        `nearest`: the union, split among events, each part to the nearest one that reaches it;
        events at one position get equal parts.
    table
        How the event table is to be read. With `by`, a column of it, figures are for the column's
        values. In a union each group is a union of its own; in the other modes the events' figures
        are added up (so that with `each` people within reach of several events count several
        times).
    admin
        Administrative units to roll up to: a file, or a GeoDataFrame.
    rings
        Whether to add `inner_km` and `ring_people`: people between this radius and the next
        smaller one.
    whole
        Whether to round to whole persons, so that the parts still add up.
    unit, band, nodata
        As for `geo.people.read_population`.
    workers
        Threads; None: one a processor.
    rejected
        A `.csv` or `.parquet` file for the rows that were set aside, with their reasons.

    Raises
    ------
    UsageError
        If a radius is not in 0..500 km, or the mode or the number of workers is none.
    """

    population: RasterFile
    radii_km: tuple[float, ...] | str | None
    mode: str = "each"
    table: TableOptions = field(default_factory=TableOptions)
    admin: Path | gpd.GeoDataFrame | None = None
    rings: bool = False
    whole: bool = False
    unit: str | None = None
    band: int | str | None = None
    nodata: float | None = None
    workers: int | None = None
    rejected: Path | None = None

    def __post_init__(self) -> None:
        radii = self.radii_km
        if isinstance(radii, str) and radii != BY_TYPE:
            raise UsageError(f"radius {radii!r}: expected kilometres such as 1,2,5, or {BY_TYPE}")
        if isinstance(radii, tuple):
            if not radii or not all(0 < radius <= MAX_RADIUS_KM for radius in radii):
                raise UsageError(
                    f"radius {radii!r}: expected one or more of more than 0 and at most "
                    f"{MAX_RADIUS_KM:g} km, such as 1,2,5"
                )
            if list(radii) != sorted(set(radii)):
                raise UsageError(f"radius {radii!r}: expected ascending, different radii in km")
        if self.mode not in MODES:
            raise UsageError(f"mode {self.mode!r}: expected {', '.join(MODES)}")
        if self.by in {"radius_km", "people", "pcode", "name", "inner_km", "ring_people"}:
            raise UsageError(f"by {self.by!r}: the result has a column of that name; rename yours")
        if self.workers is not None and self.workers < 1:
            raise UsageError(f"workers {self.workers!r}: expected 1 or more")

    @property
    def by(self) -> str | None:
        """The column that figures are grouped by."""
        return self.table.by

    @property
    def classes(self) -> tuple[float, ...]:
        """The radii that are counted side by side; NaN: one for each event by its type."""
        return self.radii_km if isinstance(self.radii_km, tuple) else (float("nan"),)
