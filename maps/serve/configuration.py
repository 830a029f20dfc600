"""pygeoapi's configuration of a release, made in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.serve.coverages import make_rasters
from maps.serve.features import make_features

if TYPE_CHECKING:
    from maps.publish.release import Release
    from maps.serve.coverages import Raster

MOST_ITEMS = 10_000
GEOTIFF = {"name": "GTiff", "mimetype": "image/tiff; application=geotiff"}
_WORLD = [-180.0, -90.0, 180.0, 90.0]


def make_configuration(release: Release, url: str) -> dict[str, Any]:
    """Return pygeoapi's configuration.

    Parameters
    ----------
    url
        Address that links begin with, without a slash at its end.
    """
    about = f"{release.headline} {release.marking}"
    keywords = ["humanitarian", "population", "exposure"]
    collections = {layer.name: _describe_layer(release, layer) for layer in release.layers}
    for name, raster in make_rasters(release).items():
        collections[name] = _describe_raster(release, raster)
    return {
        "server": {
            "url": url,
            "encoding": "utf-8",
            "languages": ["en"],
            "limits": {"default_items": 1000, "max_items": MOST_ITEMS},
        },
        "logging": {"level": "CRITICAL"},
        "metadata": {
            "identification": {
                "title": release.title,
                "description": about,
                "keywords": keywords,
                "terms_of_service": release.marking,
                "url": url,
            },
            "license": {"name": name_licences(release), "url": url},
            "provider": {"name": release.released_by or "not told"},
            "contact": {"name": release.contact or "not told"},
        },
        "resources": {
            name: {"type": "collection", "keywords": keywords, **each}
            for name, each in collections.items()
        },
    }


def name_licences(release: Release) -> str:
    """Return the licences of a release's sources: it stands under all of them."""
    return "; ".join(sorted({source["licence"] for source in release.sources}))


def _describe_layer(release: Release, layer: Any) -> dict[str, Any]:
    features = make_features(layer)
    days = sorted(layer.table[features.day].dropna()) if features.day else []
    box = layer.table.total_bounds.tolist() if layer.table.geometry.notna().any() else _WORLD
    return {
        "title": layer.title,
        "description": f"{layer.title}. {release.marking}",
        "extents": {"spatial": {"bbox": box}},
        "days": (days[0], days[-1]) if days else None,
        "providers": [
            {
                "type": "feature",
                "name": "maps.serve.features.LayerProvider",
                "data": features,
                "id_field": "id",
            }
        ],
    }


def _describe_raster(release: Release, raster: Raster) -> dict[str, Any]:
    told = (raster.tags.get(each) for each in ("SOURCE", "ATTRIBUTION", "LICENCE"))
    return {
        "title": raster.text,
        "description": f"{raster.text}. {'; '.join(filter(None, told))}. {release.marking}",
        "extents": {"spatial": {"bbox": list(raster.box)}},
        "days": (release.as_of, release.as_of),
        "providers": [
            {
                "type": "coverage",
                "name": "maps.serve.coverages.RasterProvider",
                "data": raster,
                "epsg": raster.crs.to_epsg(),
                "format": GEOTIFF,
            }
        ],
    }
