"""Which formats there are, and who writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from maps.publish.formats.geojson import write_geojson

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from maps.publish.release import Release

    Write: TypeAlias = Callable[[Release, Path], None]

FORMATS: dict[str, Write] = {
    "geojson": write_geojson,
}
"""By the name that `--format` takes, in the order of writing: what describes files comes last."""
