"""OCHA's common operational datasets: administrative boundaries (COD-AB), by way of HDX.

A country's data set is `cod-ab-<iso3>`. It holds zip archives: one a level, or one with all levels;
of shapefiles or of GeoJSON. Offered is each level of the form that is easiest to read; what is
fetched becomes a file with the outlines of one level.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.archives import extract_members, list_members
from geo.boundaries.schemas import find_schema
from geo.boundaries.sources.shapefile import write_parquet
from geo.catalogue import derive, fetch_offer, need, take_members
from geo.errors import BoundaryError, UnavailableError
from geo.hdx import HOSTS, Package, read_package, read_size, read_year
from geo.offers import Offer

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from geo.offers import Area
    from geo.wanted import Fetched, Way

_LEVEL = re.compile(r"adm(?:in)?(?:bnda?)?_?([0-4])(?!\d)", re.IGNORECASE)
_NOT_AREAS = re.compile(r"line|point|bndl|bndp|capital|edge|tabular|_em\b", re.IGNORECASE)
_FORMS = (("geojson", ".geojson"), ("shp", ".shp"))
_USUAL_LEVEL = 2

_LIVE = "P-codes and names change between versions; keep to one version in one comparison"
_NAMES = "its names differ from those of ACLED and of news; units are told apart by P-code"


class CodAb:
    """OCHA's boundaries; see `geo.offers.DataSource`."""

    name = "cod-ab"
    parts = ("boundaries",)
    about = "administrative units with the P-codes of the humanitarian response, by OCHA"
    hosts = HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return an offer for each level; of an archive of all levels one for it."""
        del day  # there is one version at a time
        package = read_package(f"cod-ab-{area.iso3.lower()}", self.name, way)
        if package is None:
            return []
        chosen: dict[int | None, tuple[str, dict[str, Any]]] = {}
        for form, _ in _FORMS:
            for resource in package.resources:
                if (found := _find_form(resource)) == form:
                    chosen.setdefault(_find_level(str(resource["name"])), (found, resource))
        return [
            _make_offer(package, area, level, form, resource)
            for level, (form, resource) in sorted(chosen.items(), key=lambda each: str(each[0]))
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return GeoJSON, or GeoParquet made of a shapefile, with one level's outlines."""
        fetched = fetch_offer(offer, "zip", HOSTS, way, fresh_days=30)
        suffix = dict(_FORMS)[offer.details["form"]]
        member = choose_member(list_members(fetched.path), suffix, offer.level)
        if suffix == ".geojson":
            return take_members(fetched, [member], _check_features)[0]
        stem = member[: -len(suffix)]
        siblings = [
            name
            for name in list_members(fetched.path)
            if name.lower()
            in {(stem + end).lower() for end in (".shp", ".shx", ".dbf", ".prj", ".cpg")}
        ]

        def write(target: Path) -> None:
            with tempfile.TemporaryDirectory() as folder:
                parts = extract_members(fetched.path, siblings, Path(folder))
                shape = next(part for part in parts if part.suffix.lower() == ".shp")
                write_parquet(shape, target, _check_frame)

        return derive(fetched, f"{Path(stem).name}.parquet", write)


def choose_member(names: list[str], suffix: str, level: int | None) -> str:
    """Return the member of an archive with the outlines of a level; None: 2, or the next coarser.

    Raises
    ------
    UnavailableError
        If there is none.
    """
    files = [name for name in names if name.lower().endswith(suffix)]
    areas = [name for name in files if not _NOT_AREAS.search(Path(name).name)]
    by_level = {found: name for name in reversed(areas) if (found := _find_level(name)) is not None}
    if level is None and by_level:
        level = max((each for each in by_level if each <= _USUAL_LEVEL), default=min(by_level))
    if level in by_level:
        return by_level[level]
    if len(areas) == 1:
        return areas[0]
    raise UnavailableError(
        f"cod-ab: the archive holds no outlines of level {level}; it holds "
        f"{', '.join(names[:8]) or 'nothing'}"
    )


def _check_frame(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    _check_columns([str(name) for name in frame.columns])
    return frame


def _check_features(path: Path) -> None:
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UnavailableError(f"cod-ab: {path.name} is JSON that was cut off or broken") from error
    features = need(data, ("features",), "cod-ab")["features"]
    for each in features[:1] if isinstance(features, list) else [None]:
        properties = need(each, ("properties",), "cod-ab")["properties"]
        _check_columns(list(properties) if isinstance(properties, dict) else [])


def _check_columns(columns: list[str]) -> None:
    """Raise if no column is one of P-codes and names: the file is not what it was."""
    try:
        find_schema("cod-ab", columns, columns)
    except BoundaryError as error:
        raise UnavailableError(f"{error}; its file was changed") from error


def _find_form(resource: dict[str, Any]) -> str | None:
    """Return whether a file is an archive of shapefiles or of GeoJSON with outlines; else None."""
    name = str(resource["url"]).rsplit("/", maxsplit=1)[-1].lower()
    if not name.endswith(".zip") or _NOT_AREAS.search(name):
        return None
    said = str(resource["format"]).lower()
    if "geojson" in name or "geojson" in said:
        return "geojson"
    return "shp" if "shp" in name or "shp" in said or "shape" in said else None


def _find_level(name: str) -> int | None:
    match = _LEVEL.search(Path(name).name)
    return int(match[1]) if match else None


def _make_offer(
    package: Package, area: Area, level: int | None, form: str, resource: dict[str, Any]
) -> Offer:
    traps = [_LIVE, _NAMES, *package.warnings]
    if package.record.get("cod_level") not in ("cod-enhanced", "cod-standard"):
        traps.append("not quality-checked by OCHA (no COD level)")
    shown = "all levels" if level is None else f"level {level}"
    return Offer(
        source="cod-ab",
        offer_id=f"{level if level is not None else 'all'}:{form}",
        part="boundaries",
        area=area.iso3,
        title=f"{package.title}, {shown}",
        url=str(resource["url"]),
        licence=package.licence,
        attribution=package.attribution,
        vintage=package.vintage,
        first_year=read_year(package.first_day),
        last_year=read_year(package.last_day) or package.released,
        size=read_size(resource),
        level=level,
        traps=tuple(traps),
        details={
            "form": form,
            "points": -1.0,
            "reason": "the P-codes of the humanitarian response",
        },
    )
