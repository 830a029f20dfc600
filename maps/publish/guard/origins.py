"""Sources, inputs and parameters as they may be told: no title, publisher, file name or link of
the input's own.
"""  # noqa: D205 - one sentence

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from maps.run import Record

_FILES = {  # sources that are called after a file: the beginning of their id, and what they are
    "population:": "Population raster",
    "units:": "Administrative units",
    "facilities:": "Facilities",
    "demography:": "Population by age and sex",
    "ages:": "Rasters of people by age",
}
_FIGURE = "figure:"
_OURS = frozenset(  # sources that civmap itself describes, word for word
    {
        "age-structure-gaza-strip",
        "civmap",
        "coarse-settlements",
        "cod-ab-pse",
        "gaza-strip-2023",
        "gaza-strip-facilities",
        "geonames",
        "geonames-admin",
        "household-size-gaza-strip",
        "household-size-given",
        "natural-earth",
        "nominatim",
        "sphere-2018",
        "world-atlas",
    }
)
_PARAMETERS = ("radii_km", "draws", "seed", "certain", "stale_days", "hindsight", "accept_stale")


@dataclasses.dataclass(frozen=True, slots=True)
class Origins:
    """Sources as they may be told.

    Attributes
    ----------
    sources
        Rows of table `sources`.
    ids
        The new id of each source by its old one.
    """

    sources: list[Record]
    ids: Mapping[str, str]

    def name_grid(self, grid: Record) -> str:
        """Return a population grid's label: that of a file is its name, and is not kept."""
        source_id = str(grid["source_id"])
        kind = next((name for begin, name in _FILES.items() if source_id.startswith(begin)), None)
        return kind or (str(grid["label"]) if source_id in _OURS else "Population data")


def redact_sources(sources: Sequence[Record], facts: Mapping[str, Any]) -> Origins:
    """Return the sources of a run; what civmap does not describe itself by what it is only.

    Dates, licences and the attributions of publishers whose data were fetched are kept.
    """
    given = {each["part"] for each in facts.get("inputs") or [] if "part" in each}
    is_ours = "displacement" not in given
    what = "A news article" if (facts.get("input") or {}).get("kind") == "article" else None
    redacted, ids = [], {}
    for number, source in enumerate(sources, 1):
        made = _redact(source, what or "An event table", number, is_ours=is_ours)
        ids[source["source_id"]] = made["source_id"]
        redacted.append(made)
    return Origins(redacted, ids)


def _redact(source: Record, what: str, number: int, *, is_ours: bool) -> Record:
    source_id = str(source["source_id"])
    bare = {key: source[key] for key in ("source_id", "licence", "date")} | {
        "name": "Other data",
        "url": None,
        "attribution": None,
        "note": None,
    }
    if source_id in _OURS:
        return dict(source)
    kind = next((name for begin, name in _FILES.items() if source_id.startswith(begin)), None)
    if kind is not None:
        link = {"url": _keep_link(source["url"]), "attribution": source["attribution"]}
        return bare | {"name": kind} | link
    if source_id.startswith(_FIGURE):
        return bare | _redact_figure(source, number, is_ours=is_ours)
    if source_id in ("article", "events"):
        return bare | {"name": what, "note": "the input"}
    credit = "ACLED" if "acled" in str(source["licence"]).casefold() else None
    return bare | {"source_id": f"other-{number}", "attribution": credit}


def _redact_figure(source: Record, number: int, *, is_ours: bool) -> Record:
    """Return what is told of a dated figure: of civmap's own all, of a table that it is one."""
    from geo.population import DTM_CREDIT

    if is_ours:
        return {key: source[key] for key in ("name", "url", "note")}
    made: Record = {"source_id": f"figure:{number}", "name": "A dated figure of people"}
    if source["attribution"] == DTM_CREDIT:
        made |= {"name": "IOM DTM: displaced people", "attribution": DTM_CREDIT}
    return made


def _keep_link(url: str | None) -> str | None:
    """Return a publisher's address, without anything that could be a key."""
    parts = urlsplit(url or "")
    if parts.scheme != "https" or "@" in parts.netloc:
        return None
    return f"https://{parts.netloc}{parts.path}"


def redact_parameters(facts: Mapping[str, Any]) -> Record:
    """Return the parameters of a run that are numbers or civmap's own words."""
    given = facts.get("parameters") or {}
    return {key: given[key] for key in _PARAMETERS if key in given}


def redact_inputs(facts: Mapping[str, Any]) -> list[Record]:
    """Return what went in by its checksum, without its name; known sites not at all."""
    return [
        {key: each.get(key) for key in ("part", "sha256")}
        for each in facts.get("inputs") or []
        if each.get("part") != "sites"
    ]
