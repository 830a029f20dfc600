"""The OpenAPI document: pygeoapi's, cut to what is served, with nothing to be fetched elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pygeoapi.openapi import get_oas_30

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCAL: dict[str, dict[str, Any]] = {
    "parameters/limit": {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1},
    },
    "parameters/datetime": {
        "name": "datetime",
        "in": "query",
        "description": "a day, or FIRST/LAST with .. for an open end",
        "schema": {"type": "string"},
    },
    "parameters/bbox-crs": {"name": "bbox-crs", "in": "query", "schema": {"type": "string"}},
    "parameters/crs": {"name": "crs", "in": "query", "schema": {"type": "string"}},
    "parameters/featureId": {
        "name": "featureId",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
    },
}


def make_openapi(configuration: dict[str, Any], is_served: Callable[[str], bool]) -> dict[str, Any]:
    """Return the document; the same configuration gives the same one."""
    document = get_oas_30(configuration)
    paths = {
        path: {"get": operations["get"]}
        for path, operations in document["paths"].items()
        if "get" in operations and is_served(path.replace("{", "").replace("}", ""))
    }
    for path, operations in paths.items():
        form = ["json", "GTiff"] if path.endswith("/coverage") else ["json"]
        operations["get"]["parameters"] = [
            *(each for each in operations["get"].get("parameters", []) if not _is_format(each)),
            {"name": "f", "in": "query", "schema": {"type": "string", "enum": form}},
        ]
    used = {name for each in paths.values() for name in each["get"].get("tags", [])}
    document["paths"] = paths
    document["tags"] = [tag for tag in document["tags"] if tag["name"] in used]
    document["info"]["license"].pop("url")  # of several licences there is no one address
    components = document["components"]
    components["parameters"] = {
        name: each
        for name, each in components["parameters"].items()
        if name not in {"f", "lang", "ui", "vendorSpecificParameters", "bbox-crs-epsg"}
    }
    cut: dict[str, Any] = _settle_references(document)
    return cut


def _is_format(parameter: dict[str, Any]) -> bool:
    name = parameter.get("name") or parameter.get("$ref", "").rpartition("/")[2]
    return name in {"f", "lang", "ui", "vendorSpecificParameters"}


def _settle_references(part: Any) -> Any:
    """Put what an address elsewhere stands for in its place."""
    if isinstance(part, list):
        return [_settle_references(each) for each in part]
    if not isinstance(part, dict):
        return part
    address = part.get("$ref")
    if isinstance(address, str) and address.startswith("http"):
        name = "/".join(address.rsplit("/", maxsplit=2)[1:])
        if name in _LOCAL:
            return _LOCAL[name]
        return {"description": name.rpartition("/")[2]} if "responses/" in name else {}
    return {name: _settle_references(each) for name, each in part.items()}
