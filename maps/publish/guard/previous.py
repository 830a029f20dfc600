"""Earlier releases: that nobody is given away by two releases beside each other."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.errors import InputError, UnavailableError
from geo.run import Assessment
from maps.publish.guard.figures import LEAST, is_small

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

_LAYERS = ("zones", "units", "admin")
_SUFFIXES = (".geojson", ".parquet", ".csv")  # of one layer the first that is there is read
_MEASURES = ("best", "static")
_TOLERANCE_DEGREES = 1e-6
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Area:
    """People of an area in a release.

    Attributes
    ----------
    key
        What it is: the layer and the ids of its row.
    day
        ISO 8601; None: the release does not say.
    people
        `best` and `static`; None where they are missing.
    is_withheld
        Whether they are missing since they are few.
    """

    key: tuple[str, ...]
    day: str | None
    geometry: BaseGeometry | None
    people: dict[str, float | None]
    is_withheld: bool


def check_previous(path: Path, folders: Sequence[Path]) -> None:
    """Compare what a public run tells with earlier bundles.

    Two figures of one day are compared if they are of the same unit or zone, or if the outline of
    one zone holds the other's.

    Raises
    ------
    InputError
        If the difference of two figures is a count of 1 to 9, or one that was withheld is told
        now; if a bundle is not as its manifest says, or holds no layer that can be read.
    UnavailableError
        If a folder is missing.
    """
    if not folders:
        return
    new = list(_list_areas(Assessment(path)))
    faults = []
    for folder in folders:
        for old in read_bundle(folder):
            faults += [f"{folder.name}: {fault}" for each in new for fault in _compare(old, each)]
    if faults:
        more = [f"and {len(faults) - _LISTED} more"] if len(faults) > _LISTED else []
        listed = "\n".join(f"  {fault}" for fault in [*faults[:_LISTED], *more])
        raise InputError(
            f"with an earlier release this one would tell of fewer than {LEAST} people:\n{listed}\n"
            "Leave these zones out, or publish for another day."
        )


def _list_areas(run: Assessment) -> Iterator[Area]:
    from maps.publish.layers import read_layers

    as_of = run.facts["as_of"]
    for layer in read_layers(run):
        if layer.name in _LAYERS:
            for row in layer.table.to_dict("records"):
                yield _make_area(layer.name, row, row["geometry"], as_of)


def _compare(old: Area, new: Area) -> Iterator[str]:
    """Name what of two areas tells of few people."""
    if old.day is not None and new.day is not None and old.day != new.day:
        return
    same = old.key == new.key and not _differ(old, new)
    if not same and not _is_nested(old, new):
        return
    names = " and ".join(dict.fromkeys((" ".join(old.key), " ".join(new.key))))
    for measure in _MEASURES:
        first, second = old.people[measure], new.people[measure]
        if same and first is None and old.is_withheld and second:
            yield f"{names}, {measure}: withheld then, {second:,.0f} now"
        elif first is not None and second is not None and is_small(abs(first - second)):
            yield f"{names}, {measure}: {first:,.0f} then, {second:,.0f} now"


def _differ(old: Area, new: Area) -> bool:
    """Tell whether two zones of one name lie apart: each release numbers its events anew."""
    if old.geometry is None or new.geometry is None:
        return False
    return not old.geometry.intersects(new.geometry)


def _is_nested(old: Area, new: Area) -> bool:
    if old.geometry is None or new.geometry is None:
        return False
    if old.geometry.is_empty or new.geometry.is_empty:
        return False
    wide = old.geometry.buffer(_TOLERANCE_DEGREES), new.geometry.buffer(_TOLERANCE_DEGREES)
    return bool(wide[0].covers(new.geometry) or wide[1].covers(old.geometry))


def read_bundle(folder: Path) -> list[Area]:
    """Return the areas of an earlier bundle.

    Raises
    ------
    InputError, UnavailableError
        As `check_previous`.
    """
    if not folder.is_dir():
        raise UnavailableError(f"--previous {folder}: there is no such folder")
    hashes = _read_manifest(folder)
    areas: list[Area] = []
    for layer in _LAYERS:
        found = _find_file(folder, layer)
        if found is not None:
            content = found.read_bytes()
            _verify(found.relative_to(folder).as_posix(), content, hashes)
            areas += _read_layer(layer, found, content)
    if not areas:
        raise InputError(
            f"--previous {folder}: no layer {' or '.join(_LAYERS)} as {', '.join(_SUFFIXES)}; "
            "expected a folder that `civmap publish` wrote"
        )
    return areas


def _find_file(folder: Path, layer: str) -> Path | None:
    for suffix in _SUFFIXES:
        found = sorted(folder.rglob(f"*_{layer}{suffix}"))
        if found:
            return found[0]
    return None


def _read_manifest(folder: Path) -> dict[str, str]:
    """Return the checksums that a bundle's manifest has; none where there is no manifest."""
    path = folder / "manifest.json"
    if not path.exists():
        return {}
    try:
        outputs = json.loads(path.read_bytes())["outputs"]
        return {each["name"]: each["sha256"] for each in outputs}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"--previous {folder}: manifest.json can't be read: {error}") from error


def _verify(name: str, content: bytes, hashes: dict[str, str]) -> None:
    if hashes and hashlib.sha256(content).hexdigest() != hashes.get(name):
        raise InputError(f"--previous: {name} is not what its manifest says; get the bundle anew")


def _read_layer(layer: str, path: Path, content: bytes) -> list[Area]:
    rows: list[dict[str, Any]]
    try:
        if path.suffix == ".csv":
            rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        elif path.suffix == ".parquet":
            import geopandas as gpd

            # read from the very bytes that were checked
            rows = gpd.read_parquet(io.BytesIO(content)).to_dict("records")  # type: ignore[arg-type, assignment]
        else:
            from shapely.geometry import shape

            rows = [
                each["properties"]
                | {"geometry": shape(each["geometry"]) if each["geometry"] else None}
                for each in json.loads(content)["features"]
            ]
        return [_make_area(layer, row, row.get("geometry"), None) for row in rows]
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise InputError(f"--previous: {path.name} can't be read: {error}") from error


def _make_area(layer: str, row: Mapping[Any, Any], geometry: Any, day: str | None) -> Area:
    ids = [row.get(key) for key in ("zone_id", "pcode", "name")]
    people = {measure: _to_number(row.get(measure)) for measure in _MEASURES}
    return Area(
        (layer, *(str(each) for each in ids if isinstance(each, str) and each)),
        row.get("as_of") or day,
        geometry if hasattr(geometry, "geom_type") else None,
        people,
        row.get("status") == "withheld",
    )


def _to_number(value: Any) -> float | None:
    if value is None or value == "" or value != value:  # noqa: PLR0124 - NaN is missing
        return None
    return float(value)
