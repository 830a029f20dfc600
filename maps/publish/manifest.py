"""manifest.json: what went in, with what, and what came out, so that a run can be repeated."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from typing import TYPE_CHECKING, Any

from geo.resources import hash_file

if TYPE_CHECKING:
    from pathlib import Path

    from geo.run import Assessment

_LIBRARIES = (
    "duckdb",
    "folium",
    "geopandas",
    "matplotlib",
    "numpy",
    "pyproj",
    "rasterio",
    "shapely",
)


def write_manifest(run: Assessment, path: Path) -> None:
    """Write manifest.json, last: it holds the sha256 of every other file in the folder."""
    facts = run.facts
    outputs = sorted(file for file in path.parent.iterdir() if file.is_file() and file != path)
    manifest: dict[str, Any] = {
        "civmap": facts["civmap"],
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "as_of": facts["as_of"],
        "parameters": facts["parameters"],
        "inputs": facts["inputs"],
        "outputs": [{"name": file.name, "sha256": hash_file(file)} for file in outputs],
        "not_for": "Modelled, not observed. Not a forecast. Not for targeting.",
    }
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
