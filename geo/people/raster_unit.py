"""Whether a raster holds persons per cell or persons per square kilometre: read, never guessed.

In this order, the first that decides:

1. what the caller says;
2. the band's unit, and tags `unit`, `units`, `population_unit` (`persons per cell`, `people/km2`);
3. the band's description and tags `description`, `title`, `long_name`, where they speak of
   counts or per cell, or of density;
4. the name of a known product: WorldPop `xxx_ppp_2020`, `ppp_2020_1km_Aggregated`,
   `xxx_pop_2024_CN`, `global_pop_2024_CN`, age and sex `xxx_f_25_2020` (counts), `xxx_pd_2020`
   (density); GHS-POP `GHS_POP_E2020`, `GHS_POP_P2030` (counts); GPW `population_count`,
   `population_density`; LandScan, HRSL `hrsl_general`, `cog_globallat_10_lon_20_general` (counts);
5. the word `count` or `density` in the file's name.

Otherwise the unit has to be given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo.errors import RasterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.ranges import RasterFile

UNITS = ("count", "density")

_UNIT_TAGS = ("unit", "units", "population_unit")
_TEXT_TAGS = ("description", "title", "long_name", "tifftag_imagedescription")

_OTHER_AREA = re.compile(
    r"hectare|(?:/|per )\s*ha\b|(?:/|per )\s*(?:sq(?:uare|\.)? ?)?(?:mile|m2|m²)", re.IGNORECASE
)
_DENSITY = re.compile(
    r"densit|(?:/|per )\s*(?:sq(?:uare|\.)? ?)?(?:km|kilomet)|km\s*(?:\^?-2|⁻²)", re.IGNORECASE
)
_COUNT = re.compile(r"\bcounts?\b|(?:/|per )\s*(?:grid[ -]?)?(?:cell|pixel)|\bppp\b", re.IGNORECASE)
_COUNT_UNIT = re.compile(
    r"\b(?:people|persons?|inhabitants?|individuals|population)\b", re.IGNORECASE
)
_DENSITY_NAME = re.compile(
    r"^(?:[a-z]{3}_)?pd_\d{4}|(?:^|[^a-z])(?:pop(?:ulation)?_?)?dens(?:ity)?(?:[^a-z]|$)"
)
_COUNT_NAME = re.compile(
    r"^(?:[a-z]{3}_)?ppp_\d{4}|^(?:[a-z]{3}|global)_(?:pop|[mft]_\d{1,2})_\d{4}|"
    r"ghs_pop_[ep]\d{4}|^landscan|^lspop|^hrsl|^cog_globallat|(?:^|[^a-z])counts?(?:[^a-z]|$)"
)


def find_unit(
    path: RasterFile, tags: Mapping[str, str], band: Iterable[str | None], given: str | None
) -> str:
    """Return `count` or `density` by the rules at the top of this module.

    Parameters
    ----------
    tags
        The file's and the band's tags.
    band
        The band's unit and description, None where there is none.

    Raises
    ------
    UsageError
        If nothing decides, or `given` is neither.
    RasterError
        If the raster says that it holds persons per another area.
    """
    if given is not None:
        if given not in UNITS:
            raise UsageError(f"unit {given!r}: expected {' or '.join(UNITS)}")
        return given
    unit, *texts = band
    lower = {name.lower(): value for name, value in tags.items()}
    units = [unit, *(lower.get(name) for name in _UNIT_TAGS)]
    for text in filter(None, units):
        if _OTHER_AREA.search(text):
            raise RasterError(
                f"{path}: unit {text!r}; expected persons a cell or a square kilometre. Convert "
                "the raster, or say --unit count|density if the tag is wrong"
            )
        if found := _read_text(text) or ("count" if _COUNT_UNIT.search(text) else None):
            return found
    for text in filter(None, [*texts, *(lower.get(name) for name in _TEXT_TAGS)]):
        if found := _read_text(text):
            return found
    stem = path.stem.lower()
    if _DENSITY_NAME.search(stem):
        return "density"
    if _COUNT_NAME.search(stem):
        return "count"
    raise UsageError(
        f"{path}: neither its tags nor its name say whether it holds persons a cell or persons a "
        "square kilometre; say which with --unit count|density"
    )


def _read_text(text: str) -> str | None:
    if _DENSITY.search(text):
        return "density"
    return "count" if _COUNT.search(text) else None
