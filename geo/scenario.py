"""Where some of a unit's people stay, or are supposed to go: known sites, and supposed moves.

A move is `FROM=TO[+TO...]:SHARE`: that part of a unit's people go to other places in equal parts.
FROM is a unit, by its P-code or name; TO is a unit, an area that was drawn, by its label, or a
place that the gazetteer knows; SHARE is a part (0.5) or per cent (50%). Who moves to a unit stays
as displaced people do; in a drawn area or round a place, as far as it is wide, evenly on the land.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from geo.errors import UsageError
from geo.exposure.discs import disc_outline
from geo.people import Gathering, Move, read_sites
from geo.places import geocode, normalise_name
from geo.types import Caution, LonLat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo.people import SiteRow
    from geo.places import Gazetteer
    from geo.settings import Settings
    from geo.territory import Territory

OLD_SITE_DAYS = 365
"""Sites dated longer ago than this are not used. A judgement."""

_MOVE = re.compile(r"(?P<origin>[^=]+)=(?P<targets>.+):(?P<share>[^:]+)")
_LEAST_PLACE_KM = 1.0
_MOST_PLACE_KM = 10.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """Gatherings, moves, the moves in words (`from`, `to`, `share`), and cautions.

    `paths` says of each move where it starts and ends: `from`, a P-code; `to`, for each target its
    `name`, the `pcode` of its unit, and a point in it, `lon` and `lat`, EPSG:4326.
    """

    gatherings: tuple[Gathering, ...]
    moves: tuple[Move, ...]
    described: tuple[dict[str, Any], ...]
    cautions: tuple[Caution, ...]
    paths: tuple[dict[str, Any], ...] = ()

    @property
    def pcodes(self) -> set[str]:
        """Units that sites and moves are about."""
        units = {each.pcode for each in self.gatherings} | {move.origin for move in self.moves}
        return units | {to for move in self.moves for to in move.targets if isinstance(to, str)}


def read_scenario(
    settings: Settings, territory: Territory, gazetteer: Gazetteer, as_of: date
) -> Scenario:
    """Read known sites and supposed moves.

    Raises
    ------
    UsageError
        If a move can't be read, or one of its places is not known.
    UnavailableError, TableError
        If the table of sites can't be read, or has faults.
    """
    gatherings: list[Gathering] = []
    cautions: list[Caution] = []
    if settings.sites:
        gatherings, cautions = _place_sites(read_sites(settings.sites), territory.units, as_of)
    finder = _Finder(territory, gazetteer, gatherings)
    moves, described = [], []
    for text in settings.moves:
        move, words = finder.read_move(text)
        moves.append(move)
        described.append(words)
    paths = tuple(finder.find_path(move) for move in moves)
    return Scenario(
        tuple(finder.gatherings), tuple(moves), tuple(described), tuple(cautions), paths
    )


def _place_sites(
    rows: Sequence[SiteRow], units: gpd.GeoDataFrame, as_of: date
) -> tuple[list[Gathering], list[Caution]]:
    """Return the sites of the day within their units; a caution says what was set aside."""
    gatherings: list[Gathering] = []
    aside: list[str] = []
    for number, row in enumerate(rows, 1):  # not by name: outputs don't show where people stay
        age = 0 if row.date is None else (as_of - row.date).days
        if not 0 <= age <= OLD_SITE_DAYS:
            aside.append(f"site {number}: dated {row.date}")
            continue
        inside = units[units.contains(shapely.Point(row.lon, row.lat))]
        if inside.empty:
            aside.append(f"site {number}: in no unit")
            continue
        shape = shapely.Polygon(disc_outline(LonLat(row.lon, row.lat), row.radius_km))
        unit = inside.iloc[0]
        gatherings.append(
            Gathering(
                len(gatherings),
                row.name,
                str(unit["pcode"]),
                shape.intersection(unit.geometry),
                row.people,
            )
        )
    used = f"{len(gatherings)} of {len(rows)} known sites are used as part of their unit's people"
    text = used + (f"; not used: {'; '.join(aside)}." if aside else ".")
    return gatherings, [Caution("sites", text)]


class _Finder:
    """Finds the units, drawn areas and places that moves name."""

    def __init__(
        self, territory: Territory, gazetteer: Gazetteer, gatherings: Sequence[Gathering]
    ) -> None:
        self._units = territory.units
        self._drawn = territory.drawn
        self._gazetteer = gazetteer
        self.gatherings = list(gatherings)

    def read_move(self, text: str) -> tuple[Move, dict[str, Any]]:
        """Return a move, and its words."""
        parts = _MOVE.fullmatch(text.strip())
        if parts is None:
            raise UsageError(
                f"move {text!r}: expected FROM=TO:SHARE or FROM=TO+TO:SHARE, such as "
                "PS0275=PS0270:0.5"
            )
        share = _parse_share(parts["share"], text)
        origin = self._find_unit(parts["origin"].strip())
        if origin is None:
            raise UsageError(
                f"move {text!r}: {parts['origin'].strip()!r} is no unit; expected a P-code or the "
                "name of an administrative unit in use"
            )
        names = [name.strip() for name in parts["targets"].split("+")]
        targets = tuple(self._find_target(name, origin, text) for name in names)
        if len(set(targets)) < len(targets) or origin in targets:
            raise UsageError(f"move {text!r}: a place stands twice")
        words = {"from": self._name(origin), "to": names, "share": share}
        return Move(origin, targets, share), words

    def find_path(self, move: Move) -> dict[str, Any]:
        """Return where a move starts and ends, see `Scenario`."""
        return {"from": move.origin, "to": [self._find_end(target) for target in move.targets]}

    def _find_end(self, target: str | int) -> dict[str, Any]:
        if isinstance(target, int):
            gathering = self.gatherings[target]
            name, pcode, shape = gathering.name, gathering.pcode, gathering.geometry
        else:
            unit = self._units[self._units["pcode"] == target].iloc[0]
            name, pcode, shape = self._name(target), target, unit.geometry
        at = shapely.point_on_surface(shape)
        return {"name": name, "pcode": pcode, "lon": round(at.x, 5), "lat": round(at.y, 5)}

    def _name(self, pcode: str) -> str:
        return str(self._units.loc[self._units["pcode"] == pcode, "name"].iloc[0])

    def _find_unit(self, name: str) -> str | None:
        """Return the P-code of a unit by P-code or name; None: there is none."""
        if name in set(self._units["pcode"]):
            return name
        wanted = normalise_name(name)
        found = [
            str(pcode)
            for pcode, own in zip(self._units["pcode"], self._units["name"], strict=True)
            if normalise_name(str(own)) == wanted
        ]
        if len(found) > 1:
            raise UsageError(
                f"{name!r} is the name of several units ({', '.join(found)}): give the P-code"
            )
        return found[0] if found else None

    def _find_target(self, name: str, origin: str, text: str) -> str | int:
        """Return the P-code of a unit, or the number of a new gathering."""
        shape = self._find_drawn(name)
        if shape is None:
            unit = self._find_unit(name)
            if unit is not None:
                return unit
            shape = self._find_place(name, origin)
        if shape is None:
            raise UsageError(
                f"move {text!r}: {name!r} is no unit, drawn area (--zone) or place near "
                f"{self._name(origin)}"
            )
        within = self._units.geometry.intersection(shape)
        areas = within.to_crs("EPSG:6933").area.to_numpy()  # equal-area, for comparing only
        if not areas.max() > 0:
            raise UsageError(f"move {text!r}: {name!r} lies in no administrative unit in use")
        at = int(areas.argmax())
        pcode = str(self._units["pcode"].iloc[at])
        self.gatherings.append(Gathering(len(self.gatherings), name, pcode, within.iloc[at]))
        return len(self.gatherings) - 1

    def _find_drawn(self, name: str) -> BaseGeometry | None:
        if self._drawn is None:
            return None
        found = self._drawn[self._drawn["label"] == name]
        return None if found.empty else found.geometry.iloc[0]

    def _find_place(self, name: str, origin: str) -> BaseGeometry | None:
        """Return the disc of a place as wide as its precision, near the unit that people leave."""
        unit = self._units[self._units["pcode"] == origin].iloc[0]
        near = unit.geometry.representative_point()
        places = geocode(
            name,
            country=unit["country"] if isinstance(unit["country"], str) else None,
            near=LonLat(near.x, near.y),
            gazetteer=self._gazetteer,
        )
        place = next((each for each in places if each.kind in ("point", "city")), None)
        if place is None:
            return None
        radius = min(max(place.precision_km, _LEAST_PLACE_KM), _MOST_PLACE_KM)
        return shapely.Polygon(disc_outline(LonLat(place.lon, place.lat), radius))


def _parse_share(text: str, move: str) -> float:
    try:
        share = float(text.strip().removesuffix("%"))
    except ValueError:
        share = math.nan
    share /= 100 if text.strip().endswith("%") else 1
    if not 0 < share <= 1:
        raise UsageError(f"move {move!r}: share {text!r}: expected above 0 and at most 1, or 100%")
    return share
