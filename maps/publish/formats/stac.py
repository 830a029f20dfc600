"""A self-contained STAC 1.1 catalogue: one item, with every file as an asset."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo.resources import hash_file
from maps.publish.contents import describe_file, list_contents
from maps.publish.manifest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from maps.publish.contents import BundleFile
    from maps.publish.layers import Layer
    from maps.publish.release import Release

_VERSION = "1.1.0"
_GEOJSON = "application/geo+json"
_SCHEMAS = "https://stac-extensions.github.io"
_EXTENSIONS = [
    f"{_SCHEMAS}/file/v2.1.0/schema.json",
    f"{_SCHEMAS}/projection/v2.0.0/schema.json",
    f"{_SCHEMAS}/table/v1.2.0/schema.json",
]
_TYPES = {"text": "string", "number": "double", "people": "int64", "day": "date"}
_SHA256_MULTIHASH = "1220"  # the code of sha2-256 and its length, in front of the digest
_UP = "../../"  # from the item to the bundle's folder


def write_stac(release: Release, folder: Path) -> None:
    """Write `stac/catalog.json` and `stac/<map number>/item.json`, all links relative.

    Assets are the files that the bundle has by now, with size and sha256, and the README and the
    manifest, which are written after this. The item has people (low, best, high) of each zone and
    unit as `civmap:zones`, `civmap:units`; null where nobody can be counted.
    """
    catalogue = {
        "type": "Catalog",
        "stac_version": _VERSION,
        "id": f"civmap-{release.number}",
        "title": release.title,
        "description": f"{release.headline} {release.marking}",
        "links": [
            {"rel": "root", "href": "./catalog.json", "type": "application/json"},
            {"rel": "item", "href": f"./{release.number}/item.json", "type": _GEOJSON},
        ],
    }
    item = _make_item(release, folder)
    at = folder / "stac"
    (at / release.number).mkdir(parents=True)
    for path, content in (
        (at / "catalog.json", catalogue),
        (at / release.number / "item.json", item),
    ):
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
        path.write_text(text, encoding="utf-8")


def _make_item(release: Release, folder: Path) -> dict[str, Any]:
    layers = {layer.name: layer for layer in release.layers}
    later = [describe_file(release, folder / name, name) for name in ("README.md", MANIFEST)]
    links = [
        {"rel": rel, "href": "../catalog.json", "type": "application/json"}
        for rel in ("root", "parent")
    ]
    item: dict[str, Any] = {
        "type": "Feature",
        "stac_version": _VERSION,
        "stac_extensions": _EXTENSIONS,
        "id": release.number,
        **_bound([layers[name] for name in ("zones", "units") if name in layers]),
        "properties": {
            "datetime": f"{release.as_of}T00:00:00Z",
            "title": release.title,
            "description": f"{release.headline} {release.marking}",
            "license": "other",
            "providers": _list_providers(release),
            "civmap:as_of": release.as_of,
            "civmap:profile": release.profile,
            "civmap:marking": release.marking,
            "civmap:zones": _sum_up(layers.get("zones"), "zone_id"),
            "civmap:units": _sum_up(layers.get("units"), "pcode"),
        },
        "links": links,
        "assets": {
            each.key: _describe_asset(each) for each in [*list_contents(release, folder), *later]
        },
    }
    return item


def _bound(layers: Iterable[Layer]) -> dict[str, Any]:
    """Return the box of some layers as an item's geometry and bbox; no box: null and none."""
    import numpy as np
    import shapely

    shapes = [shape for layer in layers for shape in layer.table.geometry.dropna()]
    bounds = shapely.total_bounds(shapes)
    if np.isnan(bounds).any():
        return {"geometry": None}
    box = shapely.geometry.mapping(shapely.box(*bounds))
    return {"geometry": json.loads(json.dumps(box)), "bbox": bounds.tolist()}


def _list_providers(release: Release) -> list[dict[str, Any]]:
    """Return whose data went in, each name once, and who made and released the bundle."""
    names = {source["name"]: source for source in release.sources}
    listed: list[dict[str, Any]] = [
        {"name": name, "description": source["licence"], "roles": ["licensor"]}
        for name, source in names.items()
    ]
    listed.append({"name": "civmap", "roles": ["processor"]})
    if release.released_by:
        listed.append({"name": release.released_by, "roles": ["host"]})
    return listed


def _sum_up(layer: Layer | None, key: str) -> dict[str, dict[str, int | None]]:
    if layer is None:
        return {}
    columns = [layer.table[name] for name in ("low", "best", "high")]
    return {
        str(name): {
            each.name: None if missing else round(value)
            for each, value, missing in (
                (column, column.iloc[row], column.isna().iloc[row]) for column in columns
            )
        }
        for row, name in enumerate(layer.table[key])
    }


def _describe_asset(file: BundleFile) -> dict[str, Any]:
    asset: dict[str, Any] = {
        "href": _UP + file.name,
        "title": f"{file.title} ({file.kind})",
        "type": file.media_type,
        "roles": [file.role],
    }
    if file.path.exists():
        asset["file:size"] = file.path.stat().st_size
        asset["file:checksum"] = _SHA256_MULTIHASH + hash_file(file.path)
    if file.layer is not None and file.role == "data":
        asset["table:columns"] = [
            {"name": column.name, "description": column.text, "type": _TYPES[column.kind]}
            for column in file.layer.columns
        ]
        asset["table:row_count"] = len(file.layer.table)
    if file.path.suffix == ".tif":
        asset |= _describe_grid(file.path)
    return asset


def _describe_grid(path: Path) -> dict[str, Any]:
    import rasterio
    from pyproj import CRS

    with rasterio.open(path, driver="GTiff") as dataset:
        crs = CRS.from_user_input(dataset.crs.to_wkt())
        code = crs.to_authority()
        return {
            "proj:code": ":".join(code) if code else None,
            **({} if code else {"proj:wkt2": crs.to_wkt()}),
            "proj:shape": list(dataset.shape),
            "proj:transform": list(dataset.transform)[:6],
            "proj:bbox": list(dataset.bounds),
            "bands": [
                {
                    "name": dataset.descriptions[0],
                    "data_type": dataset.dtypes[0],
                    "nodata": "nan",
                    "unit": dataset.units[0],
                }
            ],
        }
