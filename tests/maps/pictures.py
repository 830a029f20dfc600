"""Pictures that a browser takes, as arrays."""

from __future__ import annotations

import warnings

import numpy as np
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile


def read_picture(png):
    """Return a PNG as an array (rows, cols, 3), 0..255."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(png) as file, file.open(driver="PNG") as image:
            return np.moveaxis(image.read()[:3], 0, -1)


def take_picture(page, clip=None):
    """Return what a page shows, or a part of its window: `x, y, width, height`, CSS pixels."""
    return read_picture(page.screenshot(clip=clip))
