"""The tally of one area: its pieces, and the people of its units on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.exposure.count import Piece
    from geo.people import PopulationGrid, UnitPeople


@dataclass(frozen=True, slots=True)
class Tally:
    """Pieces of one area by zone, units with a total for the day by P-code, and their grid.

    The pieces of a zone within gathering n are those of `name_overlap(zone_id, n)`, of all of it
    those of `name_overlap("", n)`.
    """

    grid: PopulationGrid
    pieces: Mapping[str, Sequence[Piece]]
    units: Mapping[str, UnitPeople]

    def people(self, zone_id: str) -> float:
        """People on the day."""
        return sum(self.best(piece) for piece in self.pieces.get(zone_id, ()))

    def valid_km2(self, zone_id: str) -> float:
        """Area of a zone that has population data, square kilometres."""
        return sum(piece.valid_km2 for piece in self.pieces.get(zone_id, ()))

    def land_km2(self, pcode: str) -> float:
        """Area of a unit that has population data, square kilometres."""
        return self.valid_km2(f"unit:{pcode}")

    def best(self, piece: Piece) -> float:
        """People of a piece on the day: static ones scaled, and its part of those on the land."""
        unit = self.units.get(piece.pcode or "")
        if unit is None:
            return piece.static
        people = piece.static * unit.factor
        if unit.on_land:
            people += unit.on_land * (piece.valid_km2 / self.land_km2(unit.pcode))
        for number, there in unit.gathered:
            overlap = self.overlap_km2(piece, number)
            people += there * (overlap / self.valid_km2(name_overlap("", number)))
        return people

    def overlap_km2(self, piece: Piece, number: int) -> float:
        """Area of a piece within a gathering that has population data, square kilometres."""
        return sum(
            each.valid_km2
            for each in self.pieces.get(name_overlap(piece.zone_id, number), ())
            if each.pcode == piece.pcode
        )


def name_overlap(zone_id: str, number: int) -> str:
    """Return what the overlap of a zone with a gathering is called; of "": the gathering."""
    return f"{zone_id}@{number}"
