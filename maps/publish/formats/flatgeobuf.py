"""FlatGeobuf: one file a layer, read in parts over the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from maps.publish.release import Release


def write_flatgeobuf(release: Release, folder: Path) -> None:
    """Write a FlatGeobuf file for each layer, with a spatial index where all rows have a shape.

    The index has no place for a row without one, such as an event in a country: a layer that has
    such rows is written without an index, in the order of the run.
    """
    import pyogrio

    for layer in release.layers:
        shapes = layer.table.geometry
        placed = len(shapes) > 0 and not (shapes.isna() | shapes.is_empty).any()
        pyogrio.write_dataframe(
            layer.table,
            folder / release.name_file(layer.name, "fgb"),
            driver="FlatGeobuf",
            layer=layer.name,
            geometry_type=layer.geometry_type,
            promote_to_multi=layer.geometry_type == "MultiPolygon",
            TITLE=layer.title,
            DESCRIPTION=release.marking,
            SPATIAL_INDEX="YES" if placed else "NO",
            TEMPORARY_DIR=str(folder),
        )
