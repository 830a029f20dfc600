"""GeoJSON (RFC 7946): one file a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from maps.publish.release import Release


def write_geojson(release: Release, folder: Path) -> None:
    """Write a GeoJSON file for each layer: lon, lat in degrees, seven decimals, UTF-8.

    Outer rings run anticlockwise, shapes are cut at the antimeridian, and an event in a country or
    region has the geometry null.
    """
    import pyogrio

    for layer in release.layers:
        pyogrio.write_dataframe(
            layer.table,
            folder / release.name_file(layer.name, "geojson"),
            driver="GeoJSON",
            layer=layer.name,
            RFC7946="YES",
            DESCRIPTION=f"{layer.title}. {release.marking}",
        )
