"""What of a run may leave the house: the run database that a bundle is made from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import InputError
from maps.distribution import INTERNAL

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Terms:
    """What the public profile is held to.

    Attributes
    ----------
    protocol
        File with the sensitivity class of each layer; None: civmap's own.
    previous
        Folders of earlier releases.
    released_by
        Who answers for the release.
    """

    protocol: Path | None = None
    previous: tuple[Path, ...] = ()
    released_by: str | None = None


def guard_run(path: Path, target: Path, profile: str, terms: Terms) -> Path:
    """Write the run database that a bundle of a profile is made from, and return its path."""
    if profile != INTERNAL:
        raise InputError("the public profile is not built yet")
    del terms
    shutil.copyfile(path, target)
    return target
