"""Whether a raster is read where it lies, in parts, or fetched whole."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geo.errors import RasterError
from geo.holdings import Holdings
from geo.part_server import NoPartsError
from geo.people.geotiff import check_size, open_geotiff, read_layout
from geo.people.remote import list_spans
from geo.people.windows import OutOfReachError, find_windows
from geo.ranges import open_ranges
from geo.types import BBox

if TYPE_CHECKING:
    from geo.ranges import RangedFile
    from geo.wanted import Wanted, Way

_SMALL_BYTES = 4_000_000  # such a file is fetched as quickly as a few parts of it
_MOST_SHARE = 0.5
_KM_PER_DEGREE = 111.0
_SURROUNDINGS_KM = 10.0  # that figures of a place come from at the least
_FEW_BLOCKS = 4


def open_in_parts(
    wanted: Wanted, way: Way, bbox: BBox | None, reach_km: float
) -> RangedFile | None:
    """Return a raster to be read where it lies; None: its whole file is to be fetched.

    That is where the whole file is kept already or is small, its server sends no parts, all of it
    or most of it is needed, or it can't be read (which the whole file will show).

    Parameters
    ----------
    bbox
        Where the places lie, EPSG:4326; None: all over the raster.
    reach_km
        How far from them people are counted.

    Raises
    ------
    UnavailableError
        If it can't be had.
    """
    if bbox is None or Holdings().find(wanted.origin.url):
        return None
    try:
        file = open_ranges(wanted, way)
    except NoPartsError:
        if way.tell:
            way.tell(f"{wanted.origin.url}: its server sends no parts; the whole file is fetched")
        return None
    try:
        share = _estimate_share(file, pad_box(bbox, reach_km + _SURROUNDINGS_KM))
    except RasterError:
        share = 1.0
    if share <= _MOST_SHARE:
        return file
    if file.size > _SMALL_BYTES and way.tell:
        way.tell(f"{file}: {share:.0%} of it is needed; the whole file is fetched")
    if not way.offline:
        file.forget()
    return None


def pad_box(bbox: BBox, km: float) -> BBox:
    """Return a box with a margin; never beyond the poles, and at most once round the Earth."""
    down = km / _KM_PER_DEGREE
    south, north = max(-90.0, bbox.south - down), min(90.0, bbox.north + down)
    shrink = math.cos(math.radians(min(89.0, max(abs(south), abs(north)))))
    across = min(down / shrink, (360.0 - (bbox.east - bbox.west)) / 2)
    return BBox(bbox.west - across, south, bbox.east + across, north)


def _estimate_share(file: RangedFile, bbox: BBox) -> float:
    """Return what part of a raster's bytes is needed; 0 where it does not reach the box."""
    if file.size <= _SMALL_BYTES:
        return 1.0
    with open_geotiff(file) as dataset:
        check_size(file, dataset)
        layout = read_layout(file, dataset)
        try:
            windows = find_windows(file, layout, bbox)
        except OutOfReachError:
            return 0.0
        height, width = dataset.block_shapes[0]
        across = math.ceil(layout.cols / width)
        wanted = sum(
            (math.ceil(piece.row1 / height) - piece.row0 // height)
            * (math.ceil(piece.col1 / width) - piece.col0 // width)
            for piece in windows
        )
        if wanted <= _FEW_BLOCKS:  # of few blocks the mean says little
            spans = [span for piece in windows for span in list_spans(dataset, 1, piece.window)]
            return float(sum(size for _, size in spans) / file.size)
    return float(wanted / (across * math.ceil(layout.rows / height)))
