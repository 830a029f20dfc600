"""Sensitive places, such as health facilities: only how many there are in each unit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from geo.people.facility_kinds import KINDS, count_as
from maps.publish.guard.places import find_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.publish.guard.places import Unit
    from maps.run import Record

EVENT = "event"


def count_by_unit(
    facilities: Sequence[Record], events: Sequence[Record], units: Sequence[Unit]
) -> list[Record]:
    """Return how many facilities of each kind, and events, lie in each unit.

    No row: none is known there, which is not none. What lies in no unit is left out.

    Parameters
    ----------
    facilities, events
        With `lon`, `lat` and, of facilities, `kind`.
    """
    found: Counter[tuple[str, str]] = Counter()
    names = {unit.pcode: unit.name for unit in units}
    kinds = [(row, count_as(row["kind"])) for row in facilities]
    kinds += [(row, EVENT) for row in events if row["lon"] is not None]
    for row, kind in kinds:
        unit = find_unit(row["lon"], row["lat"], units)
        if unit is not None:
            found[unit.pcode, kind] += 1
    order = [*KINDS, EVENT]
    return [
        {"pcode": pcode, "name": names[pcode], "kind": kind, "total": total}
        for (pcode, kind), total in sorted(
            found.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
        )
    ]
