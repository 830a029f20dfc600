"""The world's countries as the ground layers need them, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geo.boundaries import read_countries

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

WORLD_RESOLUTION = "110m"
NEAR_RESOLUTION = "50m"
# Natural Earth's 1:50m lines are good to a few kilometres, the units' outlines to metres: nearer
# than this to a unit's outline the unit's is the one that is drawn.
UNIT_REACH_DEGREES = 0.04


@dataclass(frozen=True, slots=True)
class Countries:
    """Codes (ISO 3166-1 alpha-2; None: land that no code is for), names and shapes, EPSG:4326."""

    codes: tuple[str | None, ...]
    names: tuple[str, ...]
    shapes: npt.NDArray[np.object_]


@cache
def load_countries(resolution: str) -> Countries:
    """Return the bundled countries; the files don't change, so each is read once a process."""
    table = read_countries(resolution)
    shapes = table.geometry.to_numpy()
    shapes.flags.writeable = False
    codes = tuple(code if isinstance(code, str) else None for code in table["country"])
    return Countries(codes, tuple(map(str, table["name"])), shapes)
