"""Where the bundled files are, and what a file's checksum is.

Looked up in this order: the folder named by the environment variable `CIVMAP_DATA`, the files
built into the package (`geo/_data`), the checkout's `data/`. An editable install leaves a stale
copy beside the interpreter, which is why `importlib.resources` alone is not asked.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from geo.errors import UnavailableError

_PACKAGE = Path(__file__).resolve().parent


def find_resource(name: str) -> Path:
    """Return the path of a bundled file.

    Parameters
    ----------
    name
        Path below the data folder, such as `population/gaza_strip_2023.tif`.

    Raises
    ------
    UnavailableError
        If no folder holds it; the message lists where it was looked for.
    """
    folders = [_PACKAGE / "_data", _PACKAGE.parent / "data"]
    if override := os.environ.get("CIVMAP_DATA"):
        folders.insert(0, Path(override))
    for folder in folders:
        if (path := folder / name).exists():
            return path
    raise UnavailableError(
        f"bundled file {name!r} is missing; looked in: {', '.join(map(str, folders))}. "
        "Reinstall civmap, or run `make` in the checkout."
    )


def package_file(room: str, name: str) -> Path:
    """Return the path of a file that stands beside a room's modules, such as its SQL."""
    return _PACKAGE / room / name


def hash_file(path: Path) -> str:
    """Return the sha256 of a file, as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
