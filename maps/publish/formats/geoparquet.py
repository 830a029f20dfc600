"""GeoParquet 1.1: one file a layer, for DuckDB, geopandas, R and data warehouses."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from maps.publish.release import Release


def write_geoparquet(release: Release, folder: Path) -> None:
    """Write a GeoParquet file for each layer: WKB, EPSG:4326, a covering column `bbox`.

    The file's metadata have the marking and the sources with their licences under `civmap`.
    """
    import pyarrow.parquet as pq

    about = json.dumps(
        {
            "title": release.title,
            "as_of": release.as_of,
            "marking": release.marking,
            "sources": release.sources,
        },
        ensure_ascii=False,
    )
    for layer in release.layers:
        draft = io.BytesIO()
        layer.table.to_parquet(draft, index=False, write_covering_bbox=True, schema_version="1.1.0")
        table = pq.read_table(draft)
        told = table.schema.metadata | {b"civmap": about.encode()}
        pq.write_table(
            table.replace_schema_metadata(told),
            folder / release.name_file(layer.name, "parquet"),
            compression="zstd",
        )
