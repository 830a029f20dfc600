"""What sources offer for an area and a day, and which of it fits best, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geo.types import BBox
    from geo.wanted import Fetched, Way

PARTS = (
    "population",
    "ages",
    "boundaries",
    "demography",
    "displacement",
    "facilities",
    "events",
    "articles",
)
"""What data is for: the options of `civmap map` of these names take it; events and articles are
its input."""

_OPEN = ("cc by", "cc-by", "cc0", "public domain", "pddl")
_SHARE_ALIKE = ("odbl", "by-sa", "sharealike")
_FAR_YEARS = 3
_FINE_M = 250
_CENSUS_POINTS = 0.25


@dataclass(frozen=True, slots=True)
class Area:
    """A country.

    Attributes
    ----------
    iso3, iso2
        ISO 3166-1.
    bbox
        Where in it data is needed, EPSG:4326; None: all of it.
    """

    iso3: str
    iso2: str
    name: str
    bbox: BBox | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a source has for an area.

    Attributes
    ----------
    source, offer_id
        The source's name, and what tells its offers for one area apart, such as `2024:CN:100m`.
    part
        One of `PARTS`.
    area
        ISO 3166-1 alpha-3; empty: of no one country.
    vintage, first_year, last_year
        The time that it is of: as text, and as years; None: not told.
    released
        The year in which it was made; None: not told. Data of later years is projected.
    census
        The year of the last census that it rests on; None: not told.
    size
        Bytes of the download; None: not told beforehand.
    resolution_m
        Cell size in metres; None: no raster.
    level
        Administrative level; None: of no one level.
    traps
        What has to be known to use it.
    details
        What the source needs to fetch it.
    """

    source: str
    offer_id: str
    part: str
    area: str
    title: str
    url: str
    licence: str | None
    attribution: str | None
    vintage: str | None
    first_year: int | None = None
    last_year: int | None = None
    released: int | None = None
    census: int | None = None
    size: int | None = None
    resolution_m: int | None = None
    level: int | None = None
    traps: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_record(self) -> dict[str, Any]:
        """Return plain values."""
        names = (
            "source", "offer_id", "part", "area", "title", "url", "licence", "attribution",
            "vintage", "released", "census", "size", "resolution_m", "level",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names} | {"traps": list(self.traps)}


class DataSource(Protocol):
    """A publisher of data: one file each in `geo/*/sources`."""

    @property
    def name(self) -> str:
        """What options and the cache call it."""

    @property
    def parts(self) -> tuple[str, ...]:
        """What its data is for, of `PARTS`."""

    @property
    def hosts(self) -> frozenset[str]:
        """Where its files lie, see `geo.network.is_listed`."""

    @property
    def by_country(self) -> bool:
        """Whether its files are those of countries; else they are asked for by where places lie."""

    @property
    def about(self) -> str:
        """What it has, in one line."""

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return what it has for an area; empty if it has nothing there.

        Raises
        ------
        UnavailableError
            If its catalogue can't be had or is not what it was.
        """

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return a file in a form that the part's option takes, from the cache if it is there.

        Raises
        ------
        UnavailableError
            If it can't be had.
        """


@dataclass(frozen=True, slots=True)
class Ranked:
    """An offer with what speaks for and against it; the fewer points the better."""

    offer: Offer
    points: float
    reasons: tuple[str, ...]


def rank_offers(offers: Sequence[Offer], day: date) -> list[Ranked]:
    """Return offers of one part, the fittest first.

    Points are civmap's own judgement, not a publisher's: a point for each year between the data
    and the day, half a point more for each year that is projected, a quarter for each year since
    the last census that it rests on, points for coarse cells, for
    administrative levels other than 2, and for licences that bind what is made of it; and
    what a source adds for its own products (`details["points"]`, with `details["reason"]`).
    """
    ranked = [_judge(offer, day) for offer in offers]
    return sorted(ranked, key=lambda each: (each.points, each.offer.source, each.offer.offer_id))


def _judge(offer: Offer, day: date) -> Ranked:
    found = [
        _judge_years(offer, day),
        _judge_projection(offer),
        _judge_census(offer),
        _judge_resolution(offer),
        _judge_licence(offer),
        (float(offer.details.get("points", 0.0)), str(offer.details.get("reason", ""))),
    ]
    return Ranked(
        offer,
        round(sum(points for points, _ in found), 3),
        tuple(reason for _, reason in found if reason),
    )


def _judge_years(offer: Offer, day: date) -> tuple[float, str]:
    first, last = offer.first_year, offer.last_year
    if first is None or last is None:
        return 3.0, "undated"
    away = max(first - day.year, day.year - last, 0)
    if not away:
        return 0.0, f"of {offer.vintage}, the day's year"
    how = "before" if last < day.year else "after"
    far = "; too far for a war or a flight of people" if away >= _FAR_YEARS else ""
    return float(
        away
    ), f"of {offer.vintage}, {away} year{'s' if away > 1 else ''} {how} the day{far}"


def _judge_projection(offer: Offer) -> tuple[float, str]:
    if offer.released is None or offer.last_year is None or offer.last_year <= offer.released:
        return 0.0, ""
    ahead = offer.last_year - offer.released
    return 0.5 * ahead, f"projected: made in {offer.released}, {ahead} years before its own year"


def _judge_census(offer: Offer) -> tuple[float, str]:
    if offer.census is None or offer.last_year is None or offer.last_year < offer.census:
        return 0.0, ""
    beyond = offer.last_year - offer.census
    if not beyond:
        return 0.0, f"of the census of {offer.census}"
    years = "1 year" if beyond == 1 else f"{beyond} years"
    told = f"projected from the census of {offer.census}, {years} before its own year"
    return _CENSUS_POINTS * beyond, told


def _judge_resolution(offer: Offer) -> tuple[float, str]:
    if offer.resolution_m is not None:
        coarse = offer.resolution_m > _FINE_M
        size = f"{offer.resolution_m} m cells"
        return (1.5, f"{size}: coarse for radii of a few km") if coarse else (0.0, size)
    if offer.level is None or offer.part not in ("boundaries", "demography"):
        return 0.0, ""
    points = {2: 0.0, 1: 1.0, 3: 0.5}.get(offer.level, 2.0)
    return points, f"administrative level {offer.level}"


def _judge_licence(offer: Offer) -> tuple[float, str]:
    licence = (offer.licence or "").lower()
    if any(word in licence for word in _SHARE_ALIKE):
        return 0.5, f"{offer.licence}: what is made of it must be shared alike"
    if any(word in licence for word in _OPEN):
        return 0.0, f"{offer.licence}: free with attribution"
    return 1.0, f"licence: {offer.licence or 'not told'}"
