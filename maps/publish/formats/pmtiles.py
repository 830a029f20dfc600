"""PMTiles: vector tiles in one file, in web Mercator, for looking only."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.publish.layers import Layer
    from maps.publish.release import Release

_LAYER = "zones"
_MAX_ZOOM = 12
_NOTE = "For looking only: shapes are generalised and in web Mercator."


def write_pmtiles(release: Release, folder: Path) -> None:
    """Write the zones as tiles, with the GDAL that comes along, which makes one layer a file.

    Where the program `tippecanoe` is on the path, another file holds all layers.

    Raises
    ------
    UnavailableError
        If tippecanoe fails.
    """
    layers = [layer for layer in release.layers if layer.table.geometry.notna().any()]
    said = f"{release.headline} {release.marking} {_NOTE}"
    for layer in layers:
        if layer.name == _LAYER:
            path = folder / release.name_file(_LAYER, "pmtiles")
            path.write_bytes(_make_tiles(layer, release.title, said))
    if layers and shutil.which("tippecanoe"):
        path = folder / release.name_file("layers", "pmtiles")
        path.write_bytes(_make_all_tiles(layers, release.title, said))


def _make_tiles(layer: Layer, title: str, said: str) -> bytes:
    import pyogrio

    out = io.BytesIO()  # written at once: a full disk is then an error, not an empty file
    pyogrio.write_dataframe(
        layer.table,
        out,
        driver="PMTiles",
        layer=layer.name,
        MINZOOM=0,
        MAXZOOM=_MAX_ZOOM,
        NAME=title,
        DESCRIPTION=f"{layer.title}. {said}",
    )
    return out.getvalue()


def _make_all_tiles(layers: Sequence[Layer], title: str, said: str) -> bytes:
    """Return tiles of several layers; the names of files in them are those of the layers."""
    import pyogrio

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for layer in layers:
            pyogrio.write_dataframe(
                layer.table, folder / f"{layer.name}.geojson", driver="GeoJSON", RFC7946="YES"
            )
        command = ["tippecanoe", "--quiet", "--output=all.pmtiles", f"--maximum-zoom={_MAX_ZOOM}"]
        command += [f"--name={title}", f"--description={said}"]
        command += [f"--named-layer={layer.name}:{layer.name}.geojson" for layer in layers]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
        if done.returncode:
            text = done.stderr.decode(errors="replace").strip()
            raise UnavailableError(f"tippecanoe failed with status {done.returncode}: {text}")
        return (folder / "all.pmtiles").read_bytes()
