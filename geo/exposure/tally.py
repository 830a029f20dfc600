"""The tally of one area: its pieces, and what scales them to the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.people import POPULATION_RANGE
from geo.types import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.exposure.count import Piece
    from geo.people import PopulationGrid, UnitPeople


@dataclass(frozen=True, slots=True)
class Tally:
    """Pieces of one area by zone, units with a total for the day by P-code, and their grid."""

    grid: PopulationGrid
    pieces: Mapping[str, Sequence[Piece]]
    units: Mapping[str, UnitPeople]

    def people(self, zone_id: str) -> float:
        """People on the day."""
        return sum(self.best(piece) for piece in self.pieces.get(zone_id, ()))

    def valid_km2(self, zone_id: str) -> float:
        """Area of a zone that has population data, square kilometres."""
        return sum(piece.valid_km2 for piece in self.pieces.get(zone_id, ()))

    def best(self, piece: Piece) -> float:
        """People of a piece on the day."""
        unit = self.units.get(piece.pcode or "")
        return piece.static * (unit.factor if unit else 1.0)

    def extremes(self, pieces: Sequence[Piece], source: str) -> Interval:
        """People of pieces if only `source` is in doubt.

        `displacement` moves units with a total for the day to its low and high; `population`
        moves everyone else by the range of the population source.
        """
        low = best = high = 0.0
        for piece in pieces:
            here = self.best(piece)
            unit = self.units.get(piece.pcode or "")
            down, up = 1.0, 1.0
            if unit and source == "displacement" and unit.best > 0:
                down, up = unit.low / unit.best, unit.high / unit.best
            elif not unit and source == "population":
                down, up = POPULATION_RANGE[self.grid.modelled]
            low, best, high = low + here * down, best + here, high + here * up
        return Interval(low, best, high)
