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
        `<cache>/civmap/<name>`, where `<cache>` is `XDG_CACHE_HOME` if that is set, else
        `~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`.

    Raises
    ------
    UnavailableError
        If it can't be made or written.
    """
    folder = _cache_home() / "civmap" / name
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
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritable(path.parent, error.strerror or str(error)) from error


def _cache_home() -> Path:
    try:
        if given := os.environ.get("XDG_CACHE_HOME"):
            return Path(given).expanduser()
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or "~/AppData/Local").expanduser()
        if sys.platform == "darwin":
            return Path("~/Library/Caches").expanduser()
        return Path("~/.cache").expanduser()
    except RuntimeError as error:  # no home
        raise UnavailableError(
            "no home folder to keep a cache in; set XDG_CACHE_HOME to a folder of yours"
        ) from error


def _unwritable(folder: Path, why: str) -> UnavailableError:
    return UnavailableError(
        f"cache folder {folder} can't be written: {why}; set XDG_CACHE_HOME to a folder of yours"
    )
