"""What the tables of a run say beyond numbers of people: who they are, what they need a day, and
which facilities lie within. It is read from `exposure` and `exposure_admin` when these are filled.
"""  # noqa: D205 - one sentence

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.database.store import fetch_records, insert_records
from geo.exposure.facility_count import count_facilities, find_within
from geo.exposure.zone_shares import Populace, Resident, ShareFinder
from geo.people.age_bands import GROUPS, HOUSEHOLDS
from geo.people.age_shares import GroupPeople, apply_share
from geo.people.facility_file import FacilityFile, read_facilities
from geo.people.facility_kinds import count_as
from geo.people.needs import SPHERE_SOURCE, Need, list_needs
from geo.types import Caution, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import duckdb

    from geo.exposure.zones import Zone
    from geo.people.demography import Demography
    from geo.people.facilities import Facility
    from geo.settings import Settings

_NAMES = {
    "under_5": "children under 5",
    "under_18": "children under 18",
    "women_15_49": "women of 15 to 49",
    "over_64": "people of 65 and over",
    HOUSEHOLDS: "households",
}

_PARTS = """
    SELECT zone_id, pcode, parent_pcode, best
    FROM exposure_admin LEFT JOIN admin_units USING (pcode)
    ORDER BY exposure_admin.rowid
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """What filling the tables used and found.

    Attributes
    ----------
    facilities
        What became of the rows of a file of facilities; None: there is none.
    demography
        The table of populations by age; None: there is none.
    """

    sources: tuple[Source, ...]
    cautions: tuple[Caution, ...]
    facilities: dict[str, Any] | None
    demography: Demography | None


def fill_profile(
    con: duckdb.DuckDBPyConnection,
    zones: Sequence[Zone],
    settings: Settings,
    bundled: Callable[[], Sequence[Facility]],
    year: int | None = None,
) -> Profile:
    """Fill `people_groups`, `needs`, `facilities` and `zone_facilities` for every zone of a run.

    Parameters
    ----------
    con
        A run database in which `exposure`, `exposure_admin` and `admin_units` are filled.
    bundled
        Gives the facilities that come with civmap and may be counted.
    year
        Of the day of the figures.

    Raises
    ------
    UnavailableError, UsageError, InputError
        If a file that the settings name can't be read or used.
    """
    populaces = _read_populaces(con)
    finder = ShareFinder(settings, zones, populaces, year)
    groups: list[GroupPeople] = []
    needs: list[Need] = []
    for zone in zones:
        found = populaces.get(zone.zone_id)
        people = None if found is None else (found.low, found.best, found.high)
        shares = {} if found is None else finder.find(zone.zone_id)
        groups += [apply_share(zone.zone_id, grp, people, shares.get(grp)) for grp in GROUPS]
        needs += list_needs(zone.zone_id, people)
    insert_records(con, "people_groups", groups)
    insert_records(con, "needs", needs)
    sources = [*finder.sources, *([SPHERE_SOURCE] if zones else [])]
    cautions = [*finder.cautions, *_warn_of_unknown(groups, populaces)]
    file = None
    if settings.facilities:
        file = read_facilities(settings.facilities)
        sources.append(file.source)
    accounting = _fill_facilities(con, zones, bundled(), file)
    if accounting:
        cautions.append(_tell_rows(accounting))
    return Profile(tuple(sources), tuple(cautions), accounting, finder.demography)


def _read_populaces(con: duckdb.DuckDBPyConnection) -> dict[str, Populace]:
    """Return the people of each zone that has any figures."""
    parts = defaultdict(list)
    for row in fetch_records(con, _PARTS):
        resident = Resident(row["pcode"], row["parent_pcode"], float(row["best"]))
        parts[row["zone_id"]].append(resident)
    rows = fetch_records(con, "SELECT zone_id, low, best, high, static FROM exposure")
    return {
        row["zone_id"]: Populace(
            row["low"], row["best"], row["high"], row["static"], tuple(parts[row["zone_id"]])
        )
        for row in rows
    }


def _warn_of_unknown(
    groups: Sequence[GroupPeople], populaces: Mapping[str, Populace]
) -> list[Caution]:
    """Say once which groups are unknown, and where."""
    unknown = [row for row in groups if row.basis == "unknown" and row.zone_id in populaces]
    if not unknown:
        return []
    named = [_NAMES[grp] for grp in GROUPS if any(row.grp == grp for row in unknown)]
    places = len({row.zone_id for row in unknown})
    zones = "1 zone" if places == 1 else f"{places} zones"
    text = (
        f"How many {', '.join(named)} there are is unknown, not zero, in {zones}: no age structure "
        "or household size is known there. Give --ages, --demography or --household-size."
    )
    return [Caution("groups-unknown", text)]


def _fill_facilities(
    con: duckdb.DuckDBPyConnection,
    zones: Sequence[Zone],
    bundled: Sequence[Facility],
    file: FacilityFile | None,
) -> dict[str, Any] | None:
    """Write facilities and how many of them each zone has; return what became of a file's rows.

    A file takes the place of the bundled facilities of those kinds that it holds, so that nothing
    counts twice. Of the file only what lies in a zone is kept.
    """
    own = [row.facility for row in file.rows if row.facility] if file else []
    held = {facility.kind for facility in own}
    others = [facility for facility in bundled if count_as(facility.kind) not in held]
    within = find_within(zones, [*others, *own])
    used = {each.facility_id for found in within.values() for each in found}
    kept = [*others, *(facility for facility in own if facility.facility_id in used)]
    insert_records(con, "facilities", kept)
    rows = [row for zone_id, found in within.items() for row in count_facilities(zone_id, found)]
    insert_records(con, "zone_facilities", rows)
    return file.account(frozenset(used)) if file else None


def _tell_rows(accounting: dict[str, Any]) -> Caution:
    """Say what became of the rows of a file of facilities."""
    parts = []
    for fate, found in accounting["fates"].items():
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in found["reasons"].items())
        if found["rows"]:
            parts.append(f"{found['rows']:,} {fate} ({reasons})")
    text = (
        f"{accounting['name']}, {accounting['rows']:,} facilities: {'; '.join(parts)}. Facilities "
        "that the file lacks may exist: hospitals are often mapped as outlines, in a file of their "
        "own."
    )
    return Caution("facility-rows", text)
