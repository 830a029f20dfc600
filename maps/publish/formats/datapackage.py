"""datapackage.json (Data Package 2.0): files as resources, tables with their columns."""

from __future__ import annotations

import csv
import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from geo.resources import hash_file
from maps.publish.contents import list_contents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from maps.publish.contents import BundleFile
    from maps.publish.layers import Layer
    from maps.publish.release import Release

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {"text": "string", "number": "number", "people": "integer", "day": "date"}
_POSITION = {"lon": "longitude, degrees, WGS 84", "lat": "latitude, degrees, WGS 84"}
_TEXTS = frozenset({"csv", "geojson", "json", "html"})


def write_datapackage(release: Release, folder: Path) -> None:
    """Write datapackage.json of the files that the bundle has by now.

    Files that describe the others (STAC, README, manifest) are no resources of it.
    """
    package: dict[str, Any] = {
        "$schema": _PROFILE,
        "name": _to_name(release.number).lower(),
        "title": release.title,
        "description": f"{release.headline} {release.marking}",
        "version": release.as_of,
        "licenses": _list_licences(release),
        "sources": [_describe_source(source) for source in release.sources],
        **_list_contributors(release),
        "civmap:profile": release.profile,
        "civmap:marking": release.marking,
        "resources": [
            _describe_resource(file)
            for file in list_contents(release, folder)
            if not file.name.startswith("stac/")
        ],
    }
    text = json.dumps(package, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8")


def _to_name(text: str) -> str:
    """Return a text as a name of the standard: ASCII letters, digits, dots and hyphens."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-") or "other"


def _list_licences(release: Release) -> list[dict[str, str]]:
    """Return the licences of the sources, each once: a bundle stands under all of them."""
    texts = dict.fromkeys(source["licence"] for source in release.sources)
    return [{"name": _to_name(text), "title": text} for text in texts]


def _describe_source(source: dict[str, Any]) -> dict[str, str]:
    described = {
        "title": source["name"],
        "path": source["url"],
        "version": source["date"],
        "licence": source["licence"],
        "attribution": source["attribution"],
    }
    return {name: text for name, text in described.items() if text}


def _list_contributors(release: Release) -> dict[str, list[dict[str, Any]]]:
    listed = [
        {"title": name, "roles": [role]}
        for name, role in ((release.released_by, "publisher"), (release.contact, "contact"))
        if name
    ]
    return {"contributors": listed} if listed else {}


def _describe_resource(file: BundleFile) -> dict[str, Any]:
    extension = file.path.suffix.removeprefix(".").lower()
    resource: dict[str, Any] = {
        "name": file.key,
        "path": file.name,
        "title": file.title,
        "format": extension,
        "mediatype": file.media_type,
        "bytes": file.path.stat().st_size,
        "hash": f"sha256:{hash_file(file.path)}",
    }
    if extension in _TEXTS:
        resource["encoding"] = "utf-8"
    if extension == "csv" and file.layer is not None:
        resource |= _describe_table(file.path, file.layer)
    return resource


def _describe_table(path: Path, layer: Layer) -> dict[str, Any]:
    """Return the schema of a table by its header; a row of hashtags under it is a comment."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header, *rest = islice(csv.reader(lines), 2)
    dialect: dict[str, Any] = {"delimiter": ","}
    if rest and rest[0] and rest[0][0].startswith("#"):
        dialect["commentChar"] = "#"
    fields = _describe_fields(header, layer)
    return {
        "type": "table",
        "dialect": dialect,
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _describe_fields(header: Sequence[str], layer: Layer) -> list[dict[str, str]]:
    columns = {column.name: (_TYPES[column.kind], column.text) for column in layer.columns}
    columns |= {name: ("number", text) for name, text in _POSITION.items() if name not in columns}
    fields = []
    for name in header:
        kind, text = columns.get(name, ("string", ""))
        fields.append({"name": name, "type": kind} | ({"description": text} if text else {}))
    return fields
