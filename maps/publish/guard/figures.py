"""Numbers of people that may be told: rounded, small ones withheld, totals the sum of their parts.

What is rounded are disjoint parts: a zone in a unit, of discs round one centre the innermost and
the rings between them. A figure has two significant digits and is a multiple of ten. Each total is
the sum of the parts that are told. So every figure told is a multiple of ten, and so is each sum
and difference of such figures: none is a count of 1 to 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

LEAST = 10
"""The smallest number of people that is told, other than nobody."""

SEVERAL = "Several units together"
"""What the row of a zone is called that holds its parts under `LEAST`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """People in whole persons; `static` by the population map alone."""

    low: int
    best: int
    high: int
    static: int

    @property
    def is_small(self) -> bool:
        """Whether it counts few enough people to be told from one another."""
        return is_small(self.best) or is_small(self.static)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a zone.

    Attributes
    ----------
    parts
        By unit (None: in no unit); None: withheld.
    several
        The parts under `LEAST` together; None: there is no such row.
    total
        The sum of what is told; None: withheld.
    """

    parts: dict[str | None, Figure | None]
    several: Figure | None
    total: Figure | None


def is_small(people: float) -> bool:
    """Tell whether a number of people is above zero and under `LEAST`, in whole persons."""
    return 0 < round(people) < LEAST


def round_people(people: float) -> int:
    """Return a number to two significant digits, and to tens at the least; halves go up.

    Examples
    --------
    >>> [round_people(n) for n in (0, 14, 15, 99, 275_267, 1_350_000)]
    [0, 10, 20, 100, 280000, 1400000]
    """
    whole = round(people)
    step = 10 ** max(1, len(str(whole)) - 2)
    return int((whole + step // 2) // step * step)


def tell_figure(figure: Figure) -> Figure | None:
    """Return a part or a figure that has no parts as it is told; None: withheld."""
    if figure.is_small:
        return None
    return _span(figure, round_people(figure.best), round_people(figure.static), 0)


def tell_zones(
    zones: Sequence[Mapping[str, Any]],
    parts: Mapping[str, Mapping[str | None, Figure]],
    totals: Mapping[str, Figure],
) -> dict[str, Told]:
    """Return what is told of each zone.

    Parameters
    ----------
    zones
        Rows of table `zones`, all of them.
    parts, totals
        People by zone and unit, and of each zone; a zone without data is in neither.
    """
    told: dict[str, Told] = {}
    for family in group_zones(zones):
        atoms = find_atoms(family)
        split = {a["zone_id"]: _split(_list_parts(a["zone_id"], parts, totals)) for a in atoms}
        for zone in family:
            zone_id = zone["zone_id"]
            if zone_id in totals:
                inside = [split[a["zone_id"]] for a in find_inside(zone, atoms)]
                own = _list_parts(zone_id, parts, totals)
                told[zone_id] = _add_up(own, totals[zone_id], inside)
    return told


def _list_parts(
    zone_id: str,
    parts: Mapping[str, Mapping[str | None, Figure]],
    totals: Mapping[str, Figure],
) -> Mapping[str | None, Figure]:
    """Return a zone's parts; where none is known it is one itself."""
    if zone_id in parts:
        return parts[zone_id]
    return {None: totals[zone_id]} if zone_id in totals else {}


def tell_whole(
    zones: Sequence[Mapping[str, Any]], totals: Mapping[str, Figure]
) -> dict[str, Figure | None]:
    """Return what is told of zones whose people are not known by unit; None: withheld."""
    return {zone_id: told.total for zone_id, told in tell_zones(zones, {}, totals).items()}


def group_zones(zones: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Return the zones that are parts of one another: discs and rings round one centre."""
    families: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for zone in zones:
        is_round = zone["kind"] in ("disc", "ring")
        key = (zone["event_id"], zone["lon"], zone["lat"]) if is_round else (zone["zone_id"],)
        families.setdefault(key, []).append(zone)
    return list(families.values())


def find_atoms(family: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the disjoint zones of a family."""
    smallest = min((zone["radius_km"] or 0.0) for zone in family)
    return [z for z in family if z["kind"] != "disc" or z["radius_km"] == smallest]


def find_inside(
    zone: Mapping[str, Any], atoms: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the disjoint zones that a zone is made of."""
    if zone["kind"] != "disc":
        return [atom for atom in atoms if atom is zone]
    return [atom for atom in atoms if (atom["radius_km"] or 0.0) <= (zone["radius_km"] or 0.0)]


@dataclass(frozen=True, slots=True)
class _Split:
    """A disjoint zone: the parts that are told, those that are not, and these together if told."""

    told: dict[str | None, Figure]
    small: dict[str | None, Figure]
    several: Figure | None


def _split(parts: Mapping[str | None, Figure]) -> _Split:
    told, small = {}, {}
    for pcode, figure in parts.items():
        shown = tell_figure(figure)
        if shown is None:
            small[pcode] = figure
        else:
            told[pcode] = shown
    together = _sum(small.values())
    reached = len(small) > 1 and max(together.best, together.static) >= LEAST
    return _Split(told, small, tell_figure(together) if reached else None)


def _add_up(own: Mapping[str | None, Figure], total: Figure, inside: Sequence[_Split]) -> Told:
    """Return a zone as the sum of the disjoint ones in it."""
    parts: dict[str | None, Figure | None] = {}
    for pcode, figure in own.items():
        shown = _sum(split.told[pcode] for split in inside if pcode in split.told)
        hidden = _sum(split.small[pcode] for split in inside if pcode in split.small)
        parts[pcode] = _tell_sum(figure, shown, hidden)
    pooled = [split.several for split in inside if split.several is not None]
    several = _sum(pooled)
    shown = _sum([*(f for split in inside for f in split.told.values()), several])
    hidden = _sum(f for split in inside if split.several is None for f in split.small.values())
    return Told(parts, several if pooled else None, _tell_sum(total, shown, hidden))


def _tell_sum(own: Figure, shown: Figure, hidden: Figure) -> Figure | None:
    """Return a sum with the range of `own`; None where what is told would be a false zero."""
    if (hidden.best and not shown.best) or (hidden.static and not shown.static):
        return None
    return _span(own, shown.best, shown.static, hidden.best)


def _span(own: Figure, best: int, static: int, hidden: int) -> Figure:
    """Return a figure with its range, moved by what is hidden: it must not tell that either."""
    low = round_people(max(0, own.low - hidden))
    high = max(0, own.high - hidden)
    low = 0 if own.low - hidden < LEAST else min(low, best)
    high = LEAST if is_small(high) else round_people(high)
    return Figure(low, best, max(high, best), static)


def _sum(figures: Any) -> Figure:
    listed = list(figures)
    return Figure(
        *(sum(getattr(each, key) for each in listed) for key in ("low", "best", "high", "static"))
    )
