"""Why a name was read as a place, in words, and the candidates that were passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.places.containment import separation_km

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.places.place import Place

_TWIN_KM = 50.0
_LEAST_POINTS = 0.05  # less did not decide anything
_WORDS = {
    "admin1": "its first-level unit is in the text",
    "admin2": "its district is in the text",
    "country": "its country is in the text",
    "home": "the source writes about its country",
    "holder": "other places in the text lie in it",
    "nearness": "near other places in the text",
}


def explain(
    parts: Mapping[str, float],
    container: str | None,
    best: Place,
    rivals: Sequence[Place],
    *,
    close: bool,
) -> str:
    """Return what decided for a place.

    Parameters
    ----------
    parts
        The parts of its score, by name.
    container
        Normal form of the place that the text says holds it; None: the text does not say.
    rivals
        The other candidates, best first.
    close
        Whether the first rival came close.
    """
    words = []
    if points := parts.get("container", 0.0):
        words.append(
            f"in {container} as the text says"
            if points > 0
            else f"no place of this name is known in {container}"
        )
    words += [text for part, text in _WORDS.items() if parts.get(part, 0.0) >= _LEAST_POINTS]
    if not rivals:
        words.append("the only place of this name")
    elif not words:
        words.append("the most prominent place of this name")
    words += [
        f"border twin: another {twin.name} lies {separation_km(best, twin):.0f} km away in "
        f"{twin.country}, told apart by country"
        for twin in _border_twins(best, rivals)
    ]
    if close:
        words.append(
            f"small margin over {rivals[0].name} ({rivals[0].admin1 or '-'}, {rivals[0].country})"
        )
    return "; ".join(words)


def summarise(place: Place, confidence: float) -> dict[str, Any]:
    """Return a candidate as `Place.alternatives` lists it."""
    return {
        "place_id": place.place_id,
        "name": place.name,
        "country": place.country,
        "kind": place.kind,
        "lon": place.lon,
        "lat": place.lat,
        "confidence": round(confidence, 3),
    }


def _border_twins(best: Place, rivals: Sequence[Place]) -> list[Place]:
    """Return the foremost namesake across each border that is near."""
    twins: dict[str | None, Place] = {}
    for rival in rivals:
        if rival.country != best.country and not (rival.is_area or best.is_area):
            twins.setdefault(rival.country, rival)
    return [twin for twin in twins.values() if separation_km(best, twin) <= _TWIN_KM]
