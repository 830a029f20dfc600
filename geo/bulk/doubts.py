"""What a reader of bulk figures must know about where the raster ends and has gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.types import Caution

if TYPE_CHECKING:
    import pyarrow as pa

_PART = 0.02  # less than this beyond the raster, or without data, is not spoken of


@dataclass(slots=True)
class Doubts:
    """Counts rows whose area the raster does not reach, or has no data for."""

    rows: int = 0
    beyond: int = 0
    partly_beyond: int = 0
    empty: int = 0
    partly_empty: int = 0

    def add(self, rows: pa.RecordBatch) -> None:
        """Take account of some rows of a result."""
        covered, nodata = (rows[f"{name}_fraction"].to_numpy() for name in ("coverage", "nodata"))
        known = covered - nodata
        self.rows += rows.num_rows
        self.beyond += int((covered == 0).sum())
        self.partly_beyond += int(((covered > 0) & (covered < 1 - _PART)).sum())
        self.empty += int(((covered > 0) & (known <= 0)).sum())
        self.partly_empty += int(((known > 0) & (nodata > _PART)).sum())

    def list_cautions(self) -> list[Caution]:
        """Return what is to be said."""
        cautions = []
        if self.beyond or self.partly_beyond:
            cautions.append(
                Caution(
                    "beyond-raster",
                    f"{self.beyond} of {self.rows} rows lie wholly beyond the population raster "
                    f"and {self.partly_beyond} in part (coverage_fraction): people there are not "
                    "counted, which does not mean that there are none.",
                )
            )
        if self.empty or self.partly_empty:
            cautions.append(
                Caution(
                    "population-gap",
                    f"{self.empty} of {self.rows} rows have no population data at all and "
                    f"{self.partly_empty} have gaps (nodata_fraction): people there are not "
                    "counted, which does not mean that there are none.",
                )
            )
        return cautions
