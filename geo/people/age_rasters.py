"""Rasters of people by age and sex: which file holds which band.

WorldPop's names say it: `afg_f_15_2020_CN_100m_R2025A_v1.tif`, `afg_m_0_2020.tif`. `f`, `m` and `t`
are women, men and both; the age is the first of its band: 0 is up to the first birthday, 1 to 4,
then five years each; the oldest is open, 90 in releases that their names give (R2024A and later),
else 80. Any other file has to be given with its group: `under_5=FILE.tif`, `total=FILE.tif`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import UnavailableError, UsageError
from geo.people.age_bands import AGE_GROUPS, ENDLESS, EVERYONE, Band

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.settings import AgeFile

TOTAL = "total"
"""What a raster of everyone is called where groups are given by name."""

_NAME = re.compile(r"^(?:[a-z]{3}|global)_([fmt])_(\d{1,2})_((?:19|20)\d\d)(?:_|\.)", re.IGNORECASE)
_RELEASE = re.compile(r"_R20\d\d[A-Z]_", re.IGNORECASE)
_AGES = (0, 1, *range(5, 95, 5))
_OPEN_FROM = {True: 90, False: 80}  # whether the name gives a release
_SUFFIXES = (".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class AgeRaster:
    """A raster and the band of people that it holds; `year` as its name gives it, else None."""

    path: Path
    band: Band
    year: str | None


def list_age_rasters(files: Sequence[AgeFile]) -> list[AgeRaster]:
    """Return the rasters that are meant, in the order given; those of a folder by name.

    Raises
    ------
    UnavailableError
        If a file or folder is missing.
    UsageError
        If a file's name gives no band and no group is given, a group is not known, or two files
        hold one band: all faults at once.
    """
    rasters: list[AgeRaster] = []
    faults: list[str] = []
    for file in files:
        if not file.path.exists():
            raise UnavailableError(f"{file.path}: there is no such file or folder")
        if file.group is None:
            rasters += _read_names(file.path, faults)
        elif file.group in AGE_GROUPS or file.group == TOTAL:
            rasters.append(AgeRaster(file.path, AGE_GROUPS.get(file.group, EVERYONE), None))
        else:
            expected = ", ".join([*AGE_GROUPS, TOTAL])
            faults.append(f"group {file.group!r} of {file.path.name}: expected {expected}")
    bands: dict[Band, Path] = {}
    for raster in rasters:
        if raster.band in bands:
            faults.append(f"{bands[raster.band].name} and {raster.path.name} hold the same ages")
        bands[raster.band] = raster.path
    if faults:
        raise UsageError(f"--ages: {'; '.join(faults)}")
    return rasters


def _read_names(path: Path, faults: list[str]) -> list[AgeRaster]:
    paths = [path]
    if path.is_dir():
        paths = sorted(each for each in path.iterdir() if each.suffix.lower() in _SUFFIXES)
        if not paths:
            faults.append(f"{path}: no .tif in the folder")
    rasters = []
    for each in paths:
        band = read_band(each.name)
        if band is None:
            faults.append(
                f"{each.name}: its name gives no ages; expected one of WorldPop's, such as "
                "afg_f_15_2020_CN_100m_R2025A_v1.tif, or GROUP=FILE"
            )
            continue
        found = _NAME.match(each.name)
        rasters.append(AgeRaster(each, band, found[3] if found else None))
    return rasters


def read_band(name: str) -> Band | None:
    """Return the band that a file's name gives, None if it gives none.

    Examples
    --------
    >>> read_band("afg_f_15_2020_CN_100m_R2025A_v1.tif")
    Band(sex='f', start=15, end=20)
    """
    found = _NAME.match(name)
    if found is None or int(found[2]) not in _AGES:
        return None
    start = int(found[2])
    last = _OPEN_FROM[bool(_RELEASE.search(name))]
    if start > last:
        return None
    end = ENDLESS if start == last else {0: 1, 1: 5}.get(start, start + 5)
    return Band(found[1].lower(), start, end)
