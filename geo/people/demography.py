"""Populations by age of units: what the rows of a table add up to, and the groups' shares.

Rows of one unit are added up, of several years one counts. A unit without rows of its own
is the sum of the units in it, as far as all of these have a band.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.errors import TableError
from geo.people.age_bands import AGE_GROUPS, EVERYONE, HOUSEHOLDS, Band, Part, find_parts
from geo.people.cod_ps import read_rows
from geo.people.figures import read_whole
from geo.resources import hash_file
from geo.types import Caution, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.people.cod_ps import PopulationRow

_MAX_BYTES = 200_000_000
_LISTED = 20
_SIZES = (1.0, 30.0)  # persons a household
_ID_LENGTH = 12
_MORE_THAN_ALL = 1.02  # published sums are rounded


@dataclass(slots=True)
class _Unit:
    """What the rows of one unit say."""

    level: int
    year: str | None = None
    bands: Counter[Band] = field(default_factory=Counter)
    households: float | None = None
    size: float | None = None


@dataclass(frozen=True, slots=True)
class UnitParts:
    """The groups of a unit, as parts of everyone there.

    `basis` is `unit`, `parent` (a unit above) or `nation`; `date` a year, None: undated.
    """

    parts: Mapping[str, Part]
    basis: str
    date: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """People of all ages in a unit; `year` is None where they are undated."""

    people: float
    year: str | None


@dataclass(frozen=True, slots=True)
class Demography:
    """Populations by age of units.

    Attributes
    ----------
    units
        Parts by P-code, with the unit's level.
    parents
        The P-code of the unit above, as the table has it.
    totals
        People of all ages by P-code, of units for which the table tells.
    """

    units: Mapping[str, tuple[int, UnitParts]]
    parents: Mapping[str, str]
    source: Source
    cautions: tuple[Caution, ...]
    totals: Mapping[str, Total]

    def find(self, pcode: str, parent: str | None, group: str) -> UnitParts | None:
        """Return what is known of a group where a unit lies: the unit's, or the next one above's.

        Parameters
        ----------
        parent
            The P-code of the unit above, where the table does not have the unit.
        """
        for code in self._climb(pcode, parent):
            level, found = self.units.get(code, (None, None))
            if found is not None and group in found.parts:
                basis = "unit" if code == pcode else "parent" if level else "nation"
                return UnitParts(found.parts, basis, found.date)
        return None

    def _climb(self, pcode: str, parent: str | None) -> list[str]:
        """Return the P-codes of a unit and those above it, each once whatever the table says."""
        climbed: dict[str, None] = {}
        code: str | None = pcode
        while code is not None and code not in climbed:
            climbed[code] = None
            following = self.parents.get(code)
            code = parent if following is None and code == pcode else following
        return list(climbed)


def read_demography(path: Path, year: int | None = None) -> Demography:
    """Read a table of populations by age and P-code; its forms are those of `cod_ps`.

    Parameters
    ----------
    path
        CSV, at most 200 MB; UTF-8, or any encoding that has ASCII's digits and letters.
    year
        Of several years of a unit the last one up to this counts, else the first; None: the last.

    Raises
    ------
    UnavailableError
        If it can't be read.
    TableError
        If it has none of the forms; or cells that are no numbers, or groups with more people than
        everyone: all of them are named.
    """
    data = read_whole(path, _MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # only P-codes and numbers are read, which are ASCII
    faults: list[str] = []
    skipped: Counter[str] = Counter()
    rows = list(read_rows(path, text, faults, skipped))
    units = _add_up(_keep_year(rows, year))
    _check_units(units, faults)
    if faults:
        shown = "\n".join(f"  {fault}" for fault in faults[:_LISTED])
        more = f"\n  and {len(faults) - _LISTED} more" if len(faults) > _LISTED else ""
        raise TableError(f"{path}: {len(faults)} faults; correct the table:\n{shown}{more}")
    told = {pcode: (unit.level, _find_unit_parts(unit)) for pcode, unit in units.items()}
    if not any(unit.parts for _, unit in told.values()):
        raise TableError(
            f"{path}: no unit has {', '.join(AGE_GROUPS)} or households; expected columns such as "
            "T_TL, T_00_04, F_15_19, T_80Plus, or rows with gender, min_age, max_age, population"
        )
    years = sorted({unit.date for _, unit in told.values() if unit.date})
    digest = hash_file(path)
    source = Source(
        source_id=f"demography:{digest[:_ID_LENGTH]}",
        name=f"Population by age and sex: {path.name}",
        licence="as given with the file",
        date=" to ".join(dict.fromkeys([years[0], years[-1]])) if years else None,
        note=f"sha256 {digest}",
    )
    totals = {
        pcode: Total(unit.bands[EVERYONE], unit.year)
        for pcode, unit in units.items()
        if EVERYONE in unit.bands
    }
    cautions = tuple(_tell_skipped(path, skipped))
    return Demography(told, _list_parents(rows), source, cautions, totals)


def _tell_skipped(path: Path, skipped: Counter[str]) -> list[Caution]:
    if not skipped:
        return []
    listed = ", ".join(f"{number:,} {reason}" for reason, number in sorted(skipped.items()))
    return [Caution("demography-rows", f"{path.name}: rows left out: {listed}.")]


def _add_up(rows: list[PopulationRow]) -> dict[str, _Unit]:
    """Return what the rows say of each unit; one without rows is the sum of those in it."""
    own: dict[str, _Unit] = {}
    members: dict[tuple[str, int, int], list[PopulationRow]] = defaultdict(list)
    for row in rows:
        code = row.codes[row.level]
        unit = own.setdefault(code, _Unit(row.level, row.year))
        _add_row(unit, row)
        for level, above in row.codes.items():
            if level < row.level:
                members[above, level, row.level].append(row)
    coarsest: dict[str, tuple[int, int]] = {}
    for above, level, finer in members:
        coarsest[above] = min(coarsest.get(above, (finer, level)), (finer, level))
    made: dict[str, _Unit] = {}
    for above, (finer, level) in coarsest.items():
        if above not in own:
            made[above] = _sum_members(level, members[above, level, finer])
    return own | made


def _keep_year(rows: list[PopulationRow], year: int | None) -> list[PopulationRow]:
    """Return the rows of one year of each unit: the last one that is not later, else the first."""
    years: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        years[row.codes[row.level]].add(int(row.year or 0))
    chosen = {}
    for code, found in years.items():
        past = [each for each in found if year is None or each <= year]
        chosen[code] = max(past) if past else min(found)
    return [row for row in rows if int(row.year or 0) == chosen[row.codes[row.level]]]


def _add_row(unit: _Unit, row: PopulationRow) -> None:
    unit.bands.update(row.bands)
    if row.households is not None:
        unit.households = (unit.households or 0.0) + row.households
    if row.size is not None:
        unit.size = row.size


def _sum_members(level: int, rows: list[PopulationRow]) -> _Unit:
    """Return the sum of the units in one; of bands, those that each of them has."""
    whole = _Unit(level, max((row.year for row in rows if row.year), default=None))
    members: dict[str, _Unit] = {}
    for row in rows:
        _add_row(members.setdefault(row.codes[row.level], _Unit(row.level)), row)
    for unit in members.values():
        whole.bands.update(unit.bands)
    shared = [band for band in whole.bands if all(band in unit.bands for unit in members.values())]
    whole.bands = Counter({band: whole.bands[band] for band in shared})
    if all(unit.households is not None for unit in members.values()):
        whole.households = sum(unit.households or 0.0 for unit in members.values())
    return whole


def _find_unit_parts(unit: _Unit) -> UnitParts:
    parts = find_parts(unit.bands)
    everyone = unit.bands.get(EVERYONE, 0.0)
    if unit.size:
        parts[HOUSEHOLDS] = Part(1 / unit.size)
    elif unit.households and everyone:
        parts[HOUSEHOLDS] = Part(unit.households / everyone)
    return UnitParts(parts, "unit", unit.year)


def _check_units(units: Mapping[str, _Unit], faults: list[str]) -> None:
    """Report groups with more people than everyone, and households of no such size."""
    low, high = _SIZES
    for pcode, unit in sorted(units.items()):
        if unit.size is not None and not low <= unit.size <= high:
            faults.append(
                f"{pcode}: {unit.size:g} persons a household; expected {low:g} to {high:g}"
            )
            continue
        for group, part in _find_unit_parts(unit).parts.items():
            if part.best > _MORE_THAN_ALL:
                faults.append(
                    f"{pcode}: {group} are {part.best:.2f} of everyone; expected 1 or less"
                )


def _list_parents(rows: list[PopulationRow]) -> dict[str, str]:
    """Return the P-code of the unit above each, where the table names it."""
    parents = {}
    for row in rows:
        levels = sorted(row.codes)
        for above, level in itertools.pairwise(levels):
            if row.codes[level] != row.codes[above]:
                parents[row.codes[level]] = row.codes[above]
    return parents
