"""What a run was asked and given: its parameters and files, as its database keeps them."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.days import DayRange
from geo.resources import hash_file
from geo.settings import AgeFile, PopulationChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.events import EventSet
    from geo.obtained import Obtained
    from geo.settings import Settings


def describe_settings(settings: Settings) -> dict[str, Any]:
    """Return the parameters of a run; files by their names, never their folders."""
    described: dict[str, Any] = {}
    for field in dataclasses.fields(settings):
        if field.name == "offline":
            continue  # it says how the inputs were had, not what they are
        described[field.name] = _describe_value(getattr(settings, field.name))
    if settings.population is not None:  # also one that is read where it lies
        described["population"] = settings.population.name
    return described


def _describe_value(value: Any) -> Any:
    """Return a parameter as JSON has it."""
    if isinstance(value, Path):
        return value.name
    if isinstance(value, tuple):
        return [_describe_value(each) for each in value]
    if isinstance(value, PopulationChoice):
        return value.to_record()
    if isinstance(value, AgeFile):
        return "=".join(filter(None, (value.group, value.path.name)))
    if isinstance(value, date | DayRange) or value != value:  # noqa: PLR0124 - NaN is no JSON
        return str(value)
    return value


def describe_inputs(
    events: EventSet, settings: Settings, obtained: Sequence[Obtained]
) -> list[dict[str, Any]]:
    """Return the part, name and sha256 of every file that went in; the part as in the settings.

    Files that were fetched have their `origin` beside them. The sha256 of one that is read where
    it lies is that of the parts that were read, see `geo.ranges.RangedFile.hash_parts`.
    """
    from geo.people.age_rasters import list_age_rasters

    others = dict.fromkeys(choice.source for choice in settings.other_populations)
    parts: dict[str, Sequence[Any]] = {
        "population": [settings.population],
        "boundaries": [settings.boundaries, *settings.further_boundaries],
        "zone": [settings.zone],
        "displacement": settings.displacement_files,
        "sites": [settings.sites],
        "other_populations": list(others),
        "ages": [raster.path for raster in list_age_rasters(settings.ages)],
        "demography": [settings.demography],
        "facilities": [settings.facilities],
    }
    origins = {each.path: each.to_record() for each in obtained}
    listed: list[dict[str, Any]] = [{"part": "input", "name": events.name, "sha256": events.sha256}]
    if given := next((each for each in obtained if each.part in ("events", "articles")), None):
        listed[0]["origin"] = given.to_record()
    for part, files in parts.items():
        for file in files:
            if isinstance(file, Path):
                entry = {"part": part, "name": file.name, "sha256": hash_file(file)}
                origin = origins.get(file) or origins.get(file.parent)
                listed.append(entry | ({"origin": origin} if origin else {}))
            elif file is not None and not isinstance(file, str):  # read where it lies
                entry = {"part": part, "name": file.name, "sha256": file.hash_parts()}
                listed.append(entry | {"origin": origins[file]})
    listed += [
        {"part": each.part, "name": each.path.name, "sha256": each.digest}
        | {"origin": each.to_record()}
        for each in obtained
        if each.part == "published"
    ]
    return listed
