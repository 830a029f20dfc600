"""People in discs, by the join or by the sweep: which one, by the number of discs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.exposure.join import join_discs
from geo.exposure.sweep import sweep_discs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.exposure.disc_set import Discs
    from geo.exposure.spans import Frame
    from geo.exposure.sums import Sums

JOIN_DISCS = 20
JOIN_CELLS = 1_000_000
"""Up to so many discs that reach so many cells the join is as quick as loading the compiled sweep.

Both give the same sums to the last digit; the choice changes the time only.
"""


def count_discs(
    path: Path,
    frame: Frame,
    discs: Discs,
    *,
    unit: str | None = None,
    band: int | None = None,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Sums:
    """Count the people in discs; parameters, result and errors are those of `sweep_discs`."""
    if len(discs) <= JOIN_DISCS and _guess_cells(frame, discs) <= JOIN_CELLS:
        return join_discs(path, frame, discs, unit=unit, band=band)
    return sweep_discs(path, frame, discs, unit=unit, band=band, workers=workers, progress=progress)


def _guess_cells(frame: Frame, discs: Discs) -> float:
    reach = discs.reach(frame)
    rows = (reach.last - reach.first) / frame.scanlines
    cols = 2 * discs.half_widths() / frame.cell_width
    return float((rows * cols).sum())
