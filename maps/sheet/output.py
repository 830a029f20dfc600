"""A sheet as a PDF or PNG: the same run gives the same bytes."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from typing import TYPE_CHECKING, Any

import matplotlib.style

from maps.escape import clean_text
from maps.sheet.ground import DPI
from maps.sheet.page import draw_sheet
from maps.sheet.paper import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maps.run import RunData
    from maps.sheet.paper import Paper
    from maps.wording import Wording

_SETTINGS: dict[str, Any] = {
    "pdf.fonttype": 42,  # TrueType: letters stay letters, in every script
    "text.hinting": "no_hinting",  # as they are measured
    "text.usetex": False,
    "text.parse_math": False,
    "path.simplify": False,
    "agg.path.chunksize": 0,
}


def render_sheet(
    run: RunData, words: Wording, paper: Paper, formats: Sequence[str] = FORMATS
) -> list[bytes]:
    """Return a run's sheet in each of the formats, `pdf` or `png`."""
    with settle():
        canvas = draw_sheet(run, words, paper)
        return [save(canvas.figure, kind, str(run.facts.get("title") or "")) for kind in formats]


def save(figure: Any, kind: str, title: str) -> bytes:
    """Return a figure as the bytes of a file that holds no time and no version."""
    out = io.BytesIO()
    dates_and_versions = (
        {"CreationDate": None, "Producer": None, "Creator": "civmap", "Title": clean_text(title)}
        if kind == "pdf"
        else {"Software": None}
    )
    figure.savefig(out, format=kind, dpi=DPI, metadata=dates_and_versions, facecolor="white")
    return out.getvalue()


@contextlib.contextmanager
def settle() -> Iterator[None]:
    """Draw as matplotlib does by itself, whatever its user has set; say nothing of fonts."""
    with (
        matplotlib.style.context(["default", _SETTINGS]),
        warnings.catch_warnings(),
        _hush("fontTools"),
    ):
        warnings.filterwarnings("ignore", r"Glyph .* missing from font", UserWarning)
        yield


@contextlib.contextmanager
def _hush(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
