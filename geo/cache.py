"""Where answers of the network are kept: the platform's cache folder."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from geo.errors import UnavailableError


def cache_folder(name: str) -> Path:
    """Return a folder of the user's own that lasts from run to run, made if it is missing.

    Parameters
    ----------
    name
        What is kept there, such as `nominatim`.

    Returns
    -------
        `<CIVMAP_CACHE>/<name>` if that is set, else `<cache>/civmap/<name>`, where `<cache>` is
        `XDG_CACHE_HOME` if that is set, else `~/.cache`, on macOS `~/Library/Caches`, on Windows
        `%LOCALAPPDATA%`.

    Raises
    ------
    UnavailableError
        If it can't be made or written.
    """
    folder = _cache_home() / name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from error
    if not os.access(folder, os.W_OK):
        raise _unwritable(folder, "it is read-only")
    return folder


def read_kept(path: Path) -> Any:
    """Return the JSON value that was kept in a file; None if there is none or it is broken."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def keep(path: Path, value: Any) -> None:
    """Keep a JSON value in a file: all of it or nothing, also with two processes at once.

    Raises
    ------
    UnavailableError
        If the file can't be written.
    """
    data = json.dumps(value, ensure_ascii=True, indent=1).encode()
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritable(path.parent, error.strerror or str(error)) from error


def _cache_home() -> Path:
    try:
        if own := os.environ.get("CIVMAP_CACHE"):
            return Path(own).expanduser()
        if given := os.environ.get("XDG_CACHE_HOME"):
            return Path(given).expanduser() / "civmap"
        if sys.platform == "win32":
            home = Path(os.environ.get("LOCALAPPDATA") or "~/AppData/Local")
        else:
            home = Path("~/Library/Caches" if sys.platform == "darwin" else "~/.cache")
        return home.expanduser() / "civmap"
    except RuntimeError as error:  # no home
        raise UnavailableError(
            "no home folder to keep a cache in; set CIVMAP_CACHE or XDG_CACHE_HOME to a folder of "
            "yours"
        ) from error


def _unwritable(folder: Path, why: str) -> UnavailableError:
    return UnavailableError(
        f"cache folder {folder} can't be written: {why}; set CIVMAP_CACHE or XDG_CACHE_HOME to a "
        "folder of yours"
    )
