"""Rounding to whole persons so that parts still add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.exposure.zones import Zone


def round_parts(values: Sequence[float], total: int | None = None) -> list[int]:
    """Round to whole persons so that the parts add up to the total (largest remainder).

    Ties go to the earlier part. Values are not negative; the total is their sum to within one
    person, by default their rounded sum.
    """
    array = np.asarray(values, dtype=np.float64)
    whole = np.floor(array)
    missing = (round(float(array.sum())) if total is None else total) - int(whole.sum())
    if missing < 0:  # the total was rounded down and every part is whole: the last gives way
        whole[np.flatnonzero(whole)[missing:]] -= 1
        missing = 0
    order = np.argsort(-(array - whole), kind="stable")
    whole[order[:missing]] += 1
    return [int(value) for value in whole]


def round_family(
    zones: Sequence[Zone], values: Mapping[str, Mapping[str | None, float]]
) -> dict[str, dict[str | None, int]]:
    """Round the people of zones, by unit, so that rings add to discs and units to zones.

    The disjoint parts round the same centre (the smallest disc and the rings) are rounded
    together, first the units' totals and then each unit's parts; larger discs are their sums.
    Every other zone is rounded by itself.

    Parameters
    ----------
    zones
        All zones, those without data too: what the disjoint parts are depends on them.
    values
        People by zone and unit (`None`: in no unit); zones without data are left out.
    """
    rounded: dict[str, dict[str | None, int]] = {}
    families: dict[tuple[object, ...], list[Zone]] = {}
    for zone in zones:
        is_round = zone.kind in ("disc", "ring")
        key = (zone.event_id, zone.lon, zone.lat) if is_round else (zone.zone_id,)
        families.setdefault(key, []).append(zone)
    for family in families.values():
        smallest = min((zone.radius_km or 0.0) for zone in family)
        atoms = [z for z in family if z.kind != "disc" or z.radius_km == smallest]
        whole = _round_atoms({z.zone_id: values.get(z.zone_id, {}) for z in atoms})
        for zone in (zone for zone in family if zone.zone_id in values):
            inside = [a for a in atoms if a is zone or zone.kind == "disc"]
            inside = [a for a in inside if (a.radius_km or 0.0) <= (zone.radius_km or 0.0)]
            rounded[zone.zone_id] = {
                pcode: sum(whole.get((atom.zone_id, pcode), 0) for atom in inside)
                for pcode in values[zone.zone_id]
            }
    return rounded


def _round_atoms(
    values: Mapping[str, Mapping[str | None, float]],
) -> dict[tuple[str, str | None], int]:
    """Round disjoint parts by zone and unit so that they add up over zones and over units."""
    columns: dict[str | None, dict[str, float]] = {}
    for zone_id, by_unit in values.items():
        for pcode, people in by_unit.items():
            columns.setdefault(pcode, {})[zone_id] = people
    totals = round_parts([sum(column.values()) for column in columns.values()])
    rounded: dict[tuple[str, str | None], int] = {}
    for (pcode, column), total in zip(columns.items(), totals, strict=True):
        for zone_id, people in zip(column, round_parts(list(column.values()), total), strict=True):
            rounded[zone_id, pcode] = people
    return rounded
