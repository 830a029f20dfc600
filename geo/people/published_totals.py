"""Totals: whether a raster has about as many people in units as a table of populations has.

The table is OCHA's COD-PS or any other by P-code; what is compared are whole units, before anybody
is moved. Neither of the two is the truth: a census may be old, and both may be projected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.people.demography import Demography

FAR_FACTOR = 1.25
"""Units together with so many times more or fewer people than published are reported."""

UNIT_FACTOR = 2.0
"""The same of any one of them: shares of units differ more than their sum."""

MOST_UNITS = 12
"""That are compared at most, those with most people first."""


def choose_compared(pcodes: set[str], table: Demography) -> list[str]:
    """Return the units that are worth counting: those with most people in the table, by P-code."""
    known = sorted(
        pcodes & table.totals.keys(), key=lambda code: (-table.totals[code].people, code)
    )
    return sorted(known[:MOST_UNITS])


def doubt_totals(label: str, counted: Mapping[str, float], table: Demography) -> Caution | None:
    """Return a caution (`population-differs`) if a raster's people are far from the table's.

    Parameters
    ----------
    label
        What to call the raster.
    counted
        Its people in whole units, by P-code.

    Returns
    -------
        None where there is no doubt, and where no unit is in both.
    """
    both = {code: table.totals[code] for code in sorted(counted) if code in table.totals}
    both = {code: total for code, total in both.items() if total.people > 0}
    if not both:
        return None
    people = sum(counted[code] for code in both)
    published = sum(total.people for total in both.values())
    worst = max(both, key=lambda code: (_apart(counted[code], both[code].people), code))
    is_far = _apart(people, published) > FAR_FACTOR
    if not is_far and _apart(counted[worst], both[worst].people) <= UNIT_FACTOR:
        return None
    years = sorted({total.year for total in both.values() if total.year})
    told = f" ({' to '.join(dict.fromkeys([years[0], years[-1]]))})" if years else ""
    units = "the unit" if len(both) == 1 else f"{len(both)} units"
    text = (
        f"{label} has {people:,.0f} people in {units} at risk, for which {table.source.name}{told} "
        f"has {published:,.0f}"
    )
    if len(both) > 1:
        text += (
            f"; farthest apart is {worst}, with {counted[worst]:,.0f} and {both[worst].people:,.0f}"
        )
    return Caution(
        "population-differs",
        f"{text}. Either may be off: an old census, a projection, a raster of something else, or "
        "units that changed.",
    )


def _apart(one: float, other: float) -> float:
    """Return how many times more the larger of two numbers is."""
    low, high = sorted((one, other))
    return high / low if low > 0 else float("inf")
