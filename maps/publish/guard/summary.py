"""Headline, title and other facts of a run, made anew from what is told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from geo.headline import write_headline, write_title
from maps.distribution import PUBLIC
from maps.publish.guard.origins import redact_inputs, redact_parameters

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from maps.publish.guard.figures import Figure
    from maps.run import Record

_KEPT = ("civmap", "as_of", "as_of_source", "radii_km", "draws")
_TOWN = ("name", "lon", "lat", "population")


def tell_facts(
    facts: Mapping[str, Any],
    zone: Record | None,
    figure: Figure | None,
    place: str | None,
    *,
    names: Collection[str],
    is_by_unit: bool,
) -> dict[str, Any]:
    """Return the facts of a public run.

    Parameters
    ----------
    zone, figure, place
        The zone that the headline speaks of, its people and its place, as they are told.
    names
        Of the places that are told.
    is_by_unit
        Whether single events are left out.
    """
    as_of = date.fromisoformat(facts["as_of"])
    parts = _find_place(facts, place, is_by_unit=is_by_unit)
    parts |= _find_told(facts, zone, figure) or _find_other(facts, names, is_by_unit=is_by_unit)
    slug = "-".join(
        "".join(
            c if c.isalnum() and c.isascii() else " " for c in (place or "units").lower()
        ).split()
    )
    code = str(facts.get("map_number") or "WLD")[:3]
    given = facts.get("input") or {}
    return {key: facts[key] for key in _KEPT if key in facts} | {
        "profile": PUBLIC,
        "title": write_title(parts),
        "headline": {
            "zone_id": zone["zone_id"] if zone else None,
            "text": write_headline(parts, as_of),
        },
        "headline_parts": parts,
        "map_number": f"{code}001_exposure_{slug[:40] or 'place'}_{as_of:%Y%m%d}",
        "input": {
            "name": None,
            "kind": given.get("kind"),
            "title": None,
            "publisher": None,
            "sha256": given.get("sha256"),
        },
        "towns": [{key: town[key] for key in _TOWN} for town in facts.get("towns") or []],
        "parameters": redact_parameters(facts),
        "inputs": redact_inputs(facts),
    }


def _find_place(facts: Mapping[str, Any], place: str | None, *, is_by_unit: bool) -> dict[str, Any]:
    given = facts.get("headline_parts") or {}
    country = None if is_by_unit else given.get("country")
    return {
        "place": place,
        "country": country,
        "country_name": given.get("country_name") if country else None,
        "stale": given.get("stale") or [],
    }


def _find_told(
    facts: Mapping[str, Any], zone: Record | None, figure: Figure | None
) -> dict[str, Any] | None:
    """Return what a headline says of a zone; None where there is none."""
    given = facts.get("headline_parts") or {}
    if zone is None:
        return None
    if figure is None:
        kind = "unknown" if given.get("kind") == "unknown" else "withheld"
        return {"kind": kind, "label": zone["label"]}
    figures = {key: getattr(figure, key) for key in ("low", "best", "high", "static")}
    return figures | {"kind": "zone", "label": zone["label"], "modelled": given.get("modelled")}


def _find_other(
    facts: Mapping[str, Any], names: Collection[str], *, is_by_unit: bool
) -> dict[str, Any]:
    """Return what a headline says that is about no one zone."""
    given = facts.get("headline_parts") or {}
    kind = "units" if is_by_unit else given.get("kind")
    if kind == "many":
        return {"kind": kind, "events": given["events"]}
    if kind == "named":
        told = [name for name in given["names"] if name in names]
        return {"kind": kind, "names": told} if told else {"kind": "units"}
    return {"kind": kind if kind in ("unread", "none") else "units"}
