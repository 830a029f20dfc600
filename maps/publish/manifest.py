"""manifest.json: what went in, with what, and what came out, so that a run can be repeated."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from typing import TYPE_CHECKING, Any

from geo.resources import hash_file
from maps.publish.release import NOT_FOR, find_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.run import Assessment
    from maps.publish.release import Release

MANIFEST = "manifest.json"

_LIBRARIES = (
    "duckdb",
    "folium",
    "geopandas",
    "matplotlib",
    "numpy",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "rasterio",
    "shapely",
)


def write_manifest(run: Assessment, path: Path) -> None:
    """Write manifest.json, last: it holds the size and sha256 of every other file in the folder."""
    _write(run, path, {})


def write_bundle_manifest(release: Release, folder: Path) -> None:
    """Write a bundle's manifest, as a run's, with whom it may go to and who answers for it.

    Files are named, never their folders; of the public profile the inputs and parameters are those
    that `maps.publish.guard` lets out.
    """
    about = {
        "map_number": release.number,
        "profile": release.profile,
        "released_by": release.released_by,
        "marking": release.marking,
    }
    _write(release.run, folder / MANIFEST, about)


def _write(run: Assessment, path: Path, about: Mapping[str, Any]) -> None:
    facts = run.facts
    parameters = facts.get("parameters") or {}
    manifest: dict[str, Any] = {
        **about,
        "civmap": facts["civmap"],
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "as_of": facts["as_of"],
        "parameters": parameters,
        "seed": parameters.get("seed"),
        "inputs": facts.get("inputs"),
        "outputs": [
            {
                "name": file.relative_to(path.parent).as_posix(),
                "bytes": file.stat().st_size,
                "sha256": hash_file(file),
            }
            for file in find_files(path.parent)
            if file != path
        ],
        "not_for": NOT_FOR,
    }
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
