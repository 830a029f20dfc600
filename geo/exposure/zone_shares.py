"""Which share of its people each group is in a zone: the nearest source that tells.

In this order: rasters of the user's, counted over the zone itself; a table by P-code, by the units
that the zone's people live in; shares that come with civmap for a territory. Each group is looked
for by itself. Persons a household that the user gives go before all.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import RasterError, UsageError
from geo.exposure.age_counts import AgeCount, count_ages
from geo.people.age_bands import (
    AGE_GROUPS,
    EVERYONE,
    GROUPS,
    HOUSEHOLDS,
    Part,
    count_band,
    find_parts,
)
from geo.people.age_rasters import list_age_rasters
from geo.people.age_shares import BUNDLED_PARTS, Share, average_parts
from geo.people.demography import read_demography
from geo.resources import hash_file
from geo.types import Caution, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geo.exposure.zones import Zone
    from geo.people.age_rasters import AgeRaster
    from geo.people.demography import Demography, UnitParts
    from geo.settings import Settings

LEAST_TOLD = 0.9
"""What part of a zone's people must live where a share is known; the others are taken as alike."""

_MORE_THAN_ALL = 1.02
_LISTED = 5
_ID_LENGTH = 12
_COARSENESS = ("unit", "parent", "nation")
_GIVEN_SOURCE = Source(
    source_id="household-size-given",
    name="Household size as given for this run",
    licence="as given",
)


@dataclass(frozen=True, slots=True)
class Resident:
    """People of a zone in one unit, or in none (`pcode` None); `parent`: the unit above."""

    pcode: str | None
    parent: str | None
    people: float


@dataclass(frozen=True, slots=True)
class Populace:
    """The people of a zone.

    Attributes
    ----------
    low, best, high, static
        Persons.
    parts
        By unit; they add up to `best`.
    """

    low: int
    best: int
    high: int
    static: int
    parts: tuple[Resident, ...]


class ShareFinder:
    """Finds the shares of zones, and remembers what it used.

    Attributes
    ----------
    sources, cautions
        What was used so far, and what to know of it.
    """

    def __init__(
        self,
        settings: Settings,
        zones: Sequence[Zone],
        populaces: Mapping[str, Populace],
        year: int | None = None,
    ) -> None:
        """Read what the settings name, and count the rasters.

        Parameters
        ----------
        year
            Of the day of the figures, for tables of several years.

        Raises
        ------
        UnavailableError, UsageError, TableError, RasterError
            If a file can't be read or used.
        """
        self._settings = settings
        self._populaces = populaces
        self._used: dict[str, Source] = {}
        self.cautions: list[Caution] = []
        self.demography: Demography | None = None
        if settings.demography:
            self.demography = read_demography(settings.demography, year)
            self.cautions += self.demography.cautions
        self._rasters = list_age_rasters(settings.ages)
        self._counts = self._count([zone for zone in zones if zone.zone_id in populaces])
        self._raster_source = _describe_rasters(self._rasters) if self._rasters else None

    @property
    def sources(self) -> list[Source]:
        """Sources that a share was taken from, in order of their ids."""
        return [source for _, source in sorted(self._used.items())]

    def find(self, zone_id: str) -> dict[str, Share]:
        """Return the shares that are known for a zone, by group."""
        shares: dict[str, Share] = {}
        for found in (
            self._find_given(),
            self._find_counted(zone_id),
            self._find_by_unit(zone_id),
            self._find_bundled(zone_id),
        ):
            for group, (share, source) in found.items():
                if group not in shares:
                    shares[group] = share
                    self._used[source.source_id] = source
        return shares

    def _count(self, zones: Sequence[Zone]) -> dict[str, AgeCount]:
        if not self._rasters:
            return {}
        settings = self._settings
        if not _tells_all(self._rasters) and settings.population is None:
            raise UsageError(
                "--ages: the files don't hold all ages, so no share can be told from them; add "
                "total=FILE.tif (people of all ages), or give --population"
            )
        counts = count_ages(self._rasters, zones, limit_cells=settings.raster_limit_cells)
        beyond = [zone.label for zone in zones if not counts[zone.zone_id].is_whole]
        if beyond:
            shown = "; ".join(beyond[:_LISTED]) + ("; ..." if len(beyond) > _LISTED else "")
            text = f"The age rasters don't reach over {len(beyond)} zones, which they are not used "
            self.cautions.append(Caution("ages-out-of-reach", f"{text}for: {shown}."))
        _check_counts(zones, counts, self._everyone)
        return counts

    def _everyone(self, zone_id: str, count: AgeCount) -> float:
        """Return the people of all ages in a zone, by the rasters, or by the run's own."""
        total = count_band(count.people, EVERYONE)
        return float(self._populaces[zone_id].static) if total is None else total.people

    def _find_given(self) -> dict[str, tuple[Share, Source]]:
        size = self._settings.household_size
        if size is None:
            return {}
        share = Share.of(Part(1 / size), "given", _GIVEN_SOURCE.source_id, None)
        return {HOUSEHOLDS: (share, _GIVEN_SOURCE)}

    def _find_counted(self, zone_id: str) -> dict[str, tuple[Share, Source]]:
        count, source = self._counts.get(zone_id), self._raster_source
        if count is None or source is None or not count.is_whole:
            return {}
        parts = find_parts(count.people, self._everyone(zone_id, count))
        return {
            group: (Share.of(part, "zone", source.source_id, source.date), source)
            for group, part in parts.items()
        }

    def _find_by_unit(self, zone_id: str) -> dict[str, tuple[Share, Source]]:
        table = self.demography
        if table is None:
            return {}
        found = {}
        for group in GROUPS:
            units = [
                (part.people, table.find(part.pcode, part.parent, group) if part.pcode else None)
                for part in self._populaces[zone_id].parts
            ]
            share = _average_units(units, group, table.source.source_id)
            if share is not None:
                found[group] = (share, table.source)
        return found

    def _find_bundled(self, zone_id: str) -> dict[str, tuple[Share, Source]]:
        found: dict[str, tuple[Share, Source]] = {}
        for territory, parts in BUNDLED_PARTS.items():
            for group, (part, source) in parts.items():
                people = [
                    (each.people, part if territory in (each.pcode, each.parent) else None)
                    for each in self._populaces[zone_id].parts
                ]
                mean = average_parts(people, LEAST_TOLD)
                if mean is not None:
                    share = Share.of(mean, "territory", source.source_id, source.date)
                    found[group] = (share, source)
        return found


def _tells_all(rasters: Sequence[AgeRaster]) -> bool:
    return count_band({raster.band: 1.0 for raster in rasters}, EVERYONE) is not None


def _check_counts(
    zones: Sequence[Zone],
    counts: Mapping[str, AgeCount],
    everyone: Callable[[str, AgeCount], float],
) -> None:
    """Raise where a group has more people than there are of all ages."""
    faults = []
    for zone in zones:
        count = counts[zone.zone_id]
        total = everyone(zone.zone_id, count)
        for name, group in AGE_GROUPS.items():
            found = count_band(count.people, group)
            if count.is_whole and found and found.people > max(_MORE_THAN_ALL * total, total + 1):
                faults.append(f"{zone.label}: {name} {found.people:,.0f} of {total:,.0f}")
    if faults:
        shown = "; ".join(faults[:_LISTED]) + ("; ..." if len(faults) > _LISTED else "")
        raise RasterError(
            f"--ages: groups with more people than there are of all ages ({shown}); the rasters "
            "are not of one product, or hold something else"
        )


def _average_units(
    units: Sequence[tuple[float, UnitParts | None]], group: str, source_id: str
) -> Share | None:
    """Return the share of a group over units; its basis is the coarsest that was used."""
    people = [(number, None if found is None else found.parts[group]) for number, found in units]
    mean = average_parts(people, LEAST_TOLD)
    if mean is None:
        return None
    used = [found for _, found in units if found is not None]
    basis = max((found.basis for found in used), key=_COARSENESS.index)
    years = sorted({found.date for found in used if found.date})
    date = " to ".join(dict.fromkeys([years[0], years[-1]])) if years else None
    return Share.of(mean, basis, source_id, date)


def _describe_rasters(rasters: Sequence[AgeRaster]) -> Source:
    digest = hashlib.sha256("".join(hash_file(each.path) for each in rasters).encode()).hexdigest()
    years = sorted({raster.year for raster in rasters if raster.year})
    more = f" and {len(rasters) - 1} more" if len(rasters) > 1 else ""
    return Source(
        source_id=f"ages:{digest[:_ID_LENGTH]}",
        name=f"Rasters of people by age: {rasters[0].path.name}{more}",
        licence="as given with the files",
        date=" to ".join(dict.fromkeys([years[0], years[-1]])) if years else None,
        note=f"sha256 of their checksums {digest}",
    )
