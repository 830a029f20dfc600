"""What the precision levels of a position stand for: a radius for each level of each scheme.

ACLED and UCDP number their levels differently, so a level counts only together with its scheme.
The meanings are theirs; the radii are civmap's own, except UCDP's 25 km for level 2:

| Level | ACLED `geo_precision` | UCDP `where_prec` |
|---|---|---|
| 1 | the place itself: 0 km | the place itself: 0 km |
| 2 | a part of a region, put at a town in it: 25 km | near a known place: 25 km |
| 3 | a larger region, put at its capital or a natural place: 75 km | a district (ADM2): 75 km |
| 4 | | a province (ADM1): 150 km |
| 5 | | a line or a vague area: 150 km |
| 6 | | only the country: 500 km |
| 7 | | international waters or airspace: 1000 km |

In a table of neither, `geo_precision` has levels 1 to 3, which stand for the same in both, and 4 to
7, which only UCDP has. An event is never dropped because its position is coarse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EXACT = 1
WHOLE_COUNTRY = 6  # UCDP's; from this level on a position is no place
_UCDP = {1: 0.0, 2: 25.0, 3: 75.0, 4: 150.0, 5: 150.0, 6: 500.0, 7: 1000.0}
PRECISION_KM: Mapping[str, Mapping[int, float]] = {
    "acled": {1: 0.0, 2: 25.0, 3: 75.0},
    "ucdp": _UCDP,
    "where_prec": _UCDP,
    "gdelt": _UCDP,
    "generic": _UCDP,
}


def choose_radii(scheme: str, override: Mapping[int, float] | None) -> dict[int, float]:
    """Return the radius in km that each level of a scheme stands for.

    Parameters
    ----------
    scheme
        `acled`, `ucdp`, `where_prec` (UCDP's levels in another table) or `generic`.
    override
        Level to radius in km, instead of the default's; levels that the scheme lacks are ignored.
    """
    return {level: (override or {}).get(level, km) for level, km in PRECISION_KM[scheme].items()}


def read_level(text: str, radii: Mapping[int, float]) -> tuple[int | None, float | None]:
    """Return a cell's level and its radius in km; None if there is no such level."""
    try:
        level = float(text)
    except ValueError:
        return None, None
    return (int(level), radii[int(level)]) if level in radii else (None, None)
