"""What the files of a bundle are: a line on each, media types, and the layers that they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.publish.layers import LAYERS
from maps.publish.release import find_files

if TYPE_CHECKING:
    from pathlib import Path

    from maps.publish.layers import Layer
    from maps.publish.release import Release

_KINDS = {
    "csv": ("CSV table, UTF-8", "text/csv"),
    "fgb": ("FlatGeobuf", "application/vnd.flatgeobuf"),
    "geojson": ("GeoJSON", "application/geo+json"),
    "gpkg": ("GeoPackage", "application/geopackage+sqlite3"),
    "html": ("HTML page, opens with no network", "text/html"),
    "json": ("JSON", "application/json"),
    "kml": ("KML", "application/vnd.google-earth.kml+xml"),
    "kmz": ("KMZ", "application/vnd.google-earth.kmz"),
    "md": ("text", "text/markdown"),
    "parquet": ("GeoParquet", "application/vnd.apache.parquet"),
    "pdf": ("PDF, A4", "application/pdf"),
    "pmtiles": ("PMTiles, for looking only", "application/vnd.pmtiles"),
    "png": ("PNG", "image/png"),
    "tif": (
        "cloud-optimised GeoTIFF",
        "image/tiff; application=geotiff; profile=cloud-optimized",
    ),
    "xlsx": (
        "XLSX workbook",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "zip": ("ZIP archive", "application/zip"),
}
_TITLES = {name: title for name, (title, _) in LAYERS.items()} | {
    "density": "People a square kilometre on the day",
    "layers": "All layers",
    "map": "The map",
    "people": "People in each cell on the day",
    "stac/catalog.json": "STAC catalogue of the bundle",
    "item.json": "STAC item of the bundle",
    "datapackage.json": "Data Package: the files, with sources and the columns of tables",
    "README.md": "What the bundle is, and what to know before it is used",
    "manifest.json": "What went in, with what, and the sha256 of every file",
}
_LOOKED_AT = frozenset({"html", "pdf", "png", "pmtiles"})
_DESCRIBING = frozenset({"json", "md"})
_GRID = re.compile(r"(people|density)_(\d+)")


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A file of a bundle.

    Attributes
    ----------
    path, name
        Where it is, and its name from the bundle's folder, with `/`.
    title, kind, media_type
        What it holds, in what format, for readers and for machines.
    role
        `data`, `overview` (to be looked at) or `metadata`.
    layer
        The vector layer that it holds by itself; None: another file, or several layers.
    """

    path: Path
    name: str
    title: str
    kind: str
    media_type: str
    role: str
    layer: Layer | None

    @property
    def key(self) -> str:
        """A name of letters, digits, hyphens and dots that no other file of the bundle has."""
        return re.sub(r"[^a-z0-9.-]+", "-", self.name.lower())


def list_contents(release: Release, folder: Path) -> list[BundleFile]:
    """Return the files that a bundle has so far, by name."""
    return [
        describe_file(release, path, path.relative_to(folder).as_posix())
        for path in find_files(folder)
    ]


def describe_file(release: Release, path: Path, name: str) -> BundleFile:
    """Return what a file of a bundle is, by its name."""
    _, _, last = name.rpartition("/")
    stem, _, extension = last.partition(".")
    extension = extension.lower().rpartition(".")[2]
    part = stem.removeprefix(f"{release.number}_")
    kind, media_type = _KINDS.get(extension, ("file", "application/octet-stream"))
    title = _TITLES.get(name) or _TITLES.get(last) or _name_part(part)
    role = "metadata" if extension in _DESCRIBING else "data"
    layers = {layer.name: layer for layer in release.layers}
    return BundleFile(
        path,
        name,
        title,
        kind,
        media_type,
        "overview" if extension in _LOOKED_AT else role,
        layers.get(part),
    )


def _name_part(part: str) -> str:
    if grid := _GRID.fullmatch(part):
        return f"{_TITLES[grid[1]]}, grid {grid[2]}"
    return _TITLES.get(part) or part.replace("_", " ")
