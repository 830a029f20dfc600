"""The world's countries as the ground layers need them, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geo.boundaries import read_countries

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from geo.types import BBox

WORLD_RESOLUTION = "110m"
NEAR_RESOLUTION = "50m"
# Natural Earth's 1:50m lines are good to a few kilometres, the units' outlines to metres: nearer
# than this to a unit's outline the unit's is the one that is drawn.
UNIT_REACH_DEGREES = 0.04
# Member states of the United Nations (193) and non-member observer states (2); ISO 3166-1 alpha-2.
# https://www.un.org/en/about-us/member-states
_UN_CODES = (
    "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA "
    "CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM "
    "FR GA GB GD GE GH GM GN GQ GR GT GW GY HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE "
    "KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM "
    "MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY "
    "QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM "
    "TN TO TR TT TV TZ UA UG US UY UZ VA VC VE VN VU WS YE ZA ZM ZW"
)
UN_STATES = frozenset(_UN_CODES.split())


@dataclass(frozen=True, slots=True)
class Countries:
    """Codes (ISO 3166-1 alpha-2; None: land that no code is for), names and shapes, EPSG:4326."""

    codes: tuple[str | None, ...]
    names: tuple[str, ...]
    shapes: npt.NDArray[np.object_]


@cache
def load_countries(resolution: str, near: BBox | None = None) -> Countries:
    """Return the bundled countries, or only those that come near a box.

    The files don't change, so each is read once a process.
    """
    table = read_countries(resolution, bbox=near)
    shapes = table.geometry.to_numpy()
    shapes.flags.writeable = False
    codes = tuple(code if isinstance(code, str) else None for code in table["country"])
    return Countries(codes, tuple(map(str, table["name"])), shapes)
