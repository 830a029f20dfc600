"""Polygons of people, such as Kontur's hexagons, as a raster of counts that is made of them once.

The raster lies in the cache, under the sha256 of the polygons' file; what reads people reads that,
and names the file that was given. How people come into its cells: `geo.people.hexagon_cells`.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geo.cache import cache_folder
from geo.errors import RasterError, UnavailableError, UsageError
from geo.people.hexagon_cells import write_cells
from geo.people.hexagon_file import open_polygons
from geo.resources import hash_file
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.ranges import RasterFile

_METHOD = "3s-1"  # of `geo.people.hexagon_cells`: another one makes all files anew
_NAME = f"people_of_polygons_{_METHOD}.tif"
_GZIP = b"\x1f\x8b"
_SQLITE = b"SQLite format 3\0"
_APPLICATION = slice(68, 72)  # where a GeoPackage says in its SQLite header that it is one
_HEAD_BYTES = 72


def holds_polygons(path: Path) -> bool:
    """Tell whether a file is a GeoPackage, by its first bytes, or one in gzip."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
        if head.startswith(_GZIP):
            with gzip.open(path) as packed:
                head = packed.read(_HEAD_BYTES)
    except (OSError, EOFError, zlib.error):
        return False  # what is wrong with it, the reader of rasters says
    return head.startswith(_SQLITE) and head[_APPLICATION].startswith(b"GP")


def check_options(path: Path, unit: str | None, nodata: float | None) -> None:
    """Refuse what can only be said of rasters.

    Raises
    ------
    UsageError
        If the unit is not `count`, or a value of cells without data is given.
    """
    if unit not in (None, "count"):
        raise UsageError(
            f"{path}: polygons with people in each, their column population; leave out the unit "
            f"{unit!r}"
        )
    if nodata is not None:
        raise UsageError(f"{path}: polygons have no value for no data; leave out nodata {nodata:g}")


def find_cells(path: Path) -> Path:
    """Return the raster of counts that was made of a file of polygons; made now if it was not.

    Safe with several threads and processes at once; needs no network.

    Returns
    -------
        A GeoTIFF in EPSG:4326, see `geo.people.hexagon_cells.write_cells`.

    Raises
    ------
    UnavailableError
        If the file can't be read, or the cache can't be written.
    RasterError
        If it holds no polygons of people, as `geo.people.hexagon_file.open_polygons`.
    """
    try:
        version = path.stat()
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error.strerror or error}") from error
    key = (path.resolve(), version.st_size, version.st_mtime_ns, cache_folder("files"))
    made = _find_version(*key)
    if not made.exists():  # the cache was emptied since
        _find_version.cache_clear()
        made = _find_version(*key)
    return made


def warn_of_polygons(path: RasterFile, tags: Mapping[str, str]) -> Caution:
    """Say what figures from polygons rest on; `tags` are those of the raster made of them."""
    return Caution(
        "population-polygons",
        f"The people of each of the {int(tags['POLYGONS']):,} polygons of {path.name} are spread "
        "evenly over it. Outside of all polygons there is no data, which does not mean that "
        "nobody is there: the file does not tell where nobody lives from what it lacks.",
    )


@lru_cache(maxsize=64)
def _find_version(path: Path, _size: int, _changed: int, _cache: Path) -> Path:
    """Return the raster of one version of a file: not hashed again each time that it is opened."""
    from geo.catalogue import make_file
    from geo.holdings import Holdings, Origin

    try:
        digest = hash_file(path)
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error.strerror or error}") from error
    holdings = Holdings()
    origin = Origin(f"sha256:{digest}#{_METHOD}", "polygons", "as given with the file")
    kept = holdings.find(origin.url)
    if kept is None:
        with holdings.hold(origin.url):
            kept = holdings.find(origin.url) or make_file(
                origin, _NAME, lambda draft: _write(path, draft), None
            )
    return kept.path


def _write(path: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        plain = Path(folder) / "people.gpkg"  # no name of others reaches GDAL
        _lay_out(path, plain)
        with open_polygons(plain, path) as layer:
            write_cells(layer, target, Path(folder))


def _lay_out(path: Path, plain: Path) -> None:
    """Put a file's GeoPackage where it is to be read: unpacked, or a link to it."""
    from geo.archives import unpack_gzip

    with path.open("rb") as stream:
        packed = stream.read(len(_GZIP)) == _GZIP
    if packed:
        try:
            unpack_gzip(path, plain)
        except UnavailableError as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno:  # a full disk
                raise
            raise RasterError(str(error)) from error
        return
    try:
        plain.symlink_to(path)
    except OSError:  # a system, or an account, without links
        shutil.copyfile(path, plain)
