"""What kind a facility is, by OpenStreetMap's tags (also HOT exports and healthsites.io).

Kinds: `health` (where people are treated: hospitals, clinics, doctors, health posts), `school`
(kindergartens to universities), `water` (where it is had or made), `crossing`, and `other`
(pharmacies, laboratories and whatever else has a tag of use). Camps and shelters, where people seek
safety, are not taken, nor is anything military.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("health", "school", "water", "crossing", "other")
"""In the order of every output."""

TAGS = (
    "kind",
    "amenity",
    "healthcare",
    "building",
    "man_made",
    "waterway",
    "natural",
    "barrier",
    "emergency",
    "social_facility",
    "military",
    "landuse",
    "refugee",
    "office",
    "shop",
)
"""Columns or tags that say what a facility is."""

_HEALTH = frozenset(
    {"hospital", "clinic", "doctors", "doctor", "health_post", "health_centre", "health_center"}
    | {"centre", "center", "health", "birthing_centre", "birthing_center", "midwife", "dispensary"}
    | {"community_health_worker", "ambulatory_care", "yes", "nursing_home", "hospice"}
)
_CLINICS = _HEALTH - {"yes", "centre", "center"}
_SCHOOLS = frozenset({"school", "kindergarten", "college", "university", "childcare"})
_WATER = frozenset(
    {"drinking_water", "water_point", "water_tower", "water_well", "water_works", "water_tap"}
    | {"water_tank", "reservoir_covered", "desalination_plant", "wastewater_plant", "spring"}
    | {"pumping_station", "water"}
)
_CROSSINGS = frozenset({"border_control", "border_crossing", "crossing", "ferry_terminal"})
_SHELTERS = frozenset({"shelter", "refugee_site", "refugee_camp", "refugee", "camp", "idp_camp"})
_NO = frozenset({"", "no", "none", "nan", "null"})

SHELTER = "a place where people seek shelter, which is not shown"
MILITARY = "military"
NAMELESS = "no tag or column says what it is"


def find_kind(tags: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the kind of a facility and None, or None and why it is not taken.

    Parameters
    ----------
    tags
        Of `TAGS`, in lower case; those that are empty or missing say nothing.
    """
    said = {name: tags[name] for name in TAGS if tags.get(name, "") not in _NO}
    if "military" in said or said.get("landuse") == "military" or "military" in said.values():
        return None, MILITARY
    uses = ("kind", "amenity", "social_facility", "building", "landuse", "emergency")
    if "refugee" in said or _SHELTERS & {said.get(name, "") for name in uses}:
        return None, SHELTER
    if not said:
        return None, NAMELESS
    return _choose(said), None


def _choose(said: Mapping[str, str]) -> str:
    kind, amenity, treats = (said.get(name, "") for name in ("kind", "amenity", "healthcare"))
    if kind in KINDS:
        return kind
    named = {kind, amenity, said.get("building", "")}
    places = named | {said.get(name, "") for name in ("man_made", "natural", "waterway")}
    is_ward = said.get("building") in {"hospital", "clinic"} and not amenity and not treats
    tests = {
        "health": treats in _HEALTH or bool({kind, amenity} & _CLINICS) or is_ward,
        "school": bool(named & _SCHOOLS),
        "water": bool(places & _WATER),
        "crossing": bool((named | {said.get("barrier", "")}) & _CROSSINGS),
    }
    return next((name for name, holds in tests.items() if holds), "other")


def count_as(kind: str) -> str:
    """Return the kind that a facility is counted as: hospitals and clinics are `health`."""
    if kind in KINDS:
        return kind
    return "health" if kind in _CLINICS else "other"
