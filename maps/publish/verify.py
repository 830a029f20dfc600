"""Whether the files of a bundle, or of a run's folder, are those of its manifest."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from geo.errors import InputError, UnavailableError
from geo.resources import hash_file
from maps.escape import clean_text
from maps.publish.manifest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BYTES = 100_000_000  # of a manifest
_LISTED = 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


def verify_folder(folder: Path) -> int:
    """Check the size and sha256 of every file against `manifest.json`.

    It tells what a slip of the hand or of the disk has changed. Whoever can change a file can
    change the manifest too: compare that one with a copy from its maker.

    Returns
    -------
        How many files there are, the manifest apart.

    Raises
    ------
    InputError
        If there is no manifest, or it is none, or a file is missing, changed, or not in it. Links
        are not followed: what is one is told as changed.
    UnavailableError
        If a file can't be read.
    """
    named = read_outputs(folder)
    try:
        found = set(_list_files(folder))
        faults = [f"missing: {name}" for name in sorted(named.keys() - found)]
        faults += [
            f"changed: {name}"
            for name in sorted(named.keys() & found)
            if not _is_same(folder / name, named[name])
        ]
    except OSError as error:
        raise UnavailableError(f"{folder}: a file can't be read: {error}") from error
    faults += [f"not in the manifest: {name}" for name in sorted(found - named.keys())]
    if faults:
        raise InputError("\n".join([_head(folder, faults), *_shorten(faults)]))
    return len(named)


def read_outputs(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what a folder's manifest says of each file, by name: `sha256`, and `bytes` if told.

    Raises
    ------
    InputError
        If there is no manifest, or a name in it is not of a file in the folder.
    """
    path = folder / MANIFEST
    if not _is_file(path):
        raise InputError(
            f"{folder}: there is no {MANIFEST}; expected a folder that `civmap publish` or "
            "`civmap map` wrote"
        )
    if path.lstat().st_size > _MOST_BYTES:
        raise InputError(f"{path}: more than {_MOST_BYTES:,} bytes; this is no manifest")
    try:
        outputs = json.loads(path.read_bytes())["outputs"]
        listed = [(each["name"], each["sha256"], each.get("bytes")) for each in outputs]
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(
            f"{path} is no manifest: expected JSON with `outputs`, each with `name` and `sha256`"
        ) from None
    named: dict[str, dict[str, Any]] = {}
    for name, sha256, size in listed:
        if not _is_plain(name) or name in named or name == MANIFEST:
            raise InputError(
                f"{path}: file name {clean_text(str(name))[:200]!r}: expected the name of another "
                "file in the folder, each once, without '..' and not absolute; don't trust this "
                "bundle"
            )
        if not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
            raise InputError(f"{path}: {name}: expected a sha256 of 64 small hexadecimal digits")
        named[name] = {"sha256": sha256, "bytes": size}
    return named


def _is_plain(name: object) -> bool:
    """Tell whether a name is of a file in the folder, on any system."""
    if not isinstance(name, str) or not name or name != clean_text(name):
        return False
    return not set(name) & set('\\:*?"<>|') and all(
        part not in ("", ".", "..") for part in name.split("/")
    )


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _is_same(path: Path, said: dict[str, Any]) -> bool:
    if not _is_file(path):
        return False
    if said["bytes"] is not None and path.stat().st_size != said["bytes"]:
        return False
    return hash_file(path) == said["sha256"]


def _list_files(folder: Path) -> Iterator[str]:
    """Yield all that is no folder, by its name from here; links to folders too, not followed."""
    for at, folders, files in os.walk(folder, onerror=_raise):
        links = [name for name in folders if (Path(at) / name).is_symlink()]
        for name in [*files, *links]:
            found = PurePosixPath((Path(at) / name).relative_to(folder).as_posix())
            if found != PurePosixPath(MANIFEST):
                yield str(found)


def _raise(error: OSError) -> None:
    raise error


def _head(folder: Path, faults: list[str]) -> str:
    what = "file is" if len(faults) == 1 else "files are"
    return f"{folder}: {len(faults)} {what} not as {MANIFEST} says; get the folder anew"


def _shorten(faults: list[str]) -> list[str]:
    shown = [f"  {clean_text(fault)}" for fault in faults[:_LISTED]]
    return [*shown, f"  and {len(faults) - _LISTED} more"] if faults[_LISTED:] else shown
