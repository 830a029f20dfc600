"""The output folder: all files of a run are new, or the old ones are untouched."""

from __future__ import annotations

import contextlib
import ctypes
import glob
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextlib.contextmanager
def replace_folder(target: Path, own: Collection[str] = ()) -> Iterator[Path]:
    """Give a folder to write into, and put it in place of `target` when all went well.

    The new folder stands beside the target until then; where the system can, the two change
    places in one step. Files of others in the old folder are kept, but none of a name in `own`:
    it is of an earlier run. If the block raises, nothing is changed; what a killed run left beside
    the target is swept away by the next one.

    Raises
    ------
    UsageError
        If the target is a file or the current folder.
    UnavailableError
        If the folder above can't be written, or the disk is full.
    """
    target = Path(os.path.realpath(target))
    if target.exists() and not target.is_dir():
        raise UsageError(f"--out {str(target)!r} is a file; name a folder")
    if _holds_current_folder(target):
        raise UsageError(f"--out {str(target)!r} holds the current folder; name one below it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(f"{target} is read-only")
        _sweep_abandoned(target)
        prefix = f"{_staging_prefix(target)}{os.getpid()}-"
        staging = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    except OSError as error:
        raise UnavailableError(
            f"output folder {str(target)!r} can't be written: {error}"
        ) from error
    try:
        yield staging
        staging.chmod(0o755)
        _put_in_place(staging, target, own)
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(
            f"output folder {str(target)!r} can't be written: {error}"
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _holds_current_folder(target: Path) -> bool:
    try:
        current = Path.cwd()
    except FileNotFoundError:  # it was deleted
        return False
    return target in (current, *current.parents)


def _staging_prefix(target: Path) -> str:
    return f".{target.name}.civmap-{socket.gethostname()}-"


def _sweep_abandoned(target: Path) -> None:
    """Remove what a run of this machine left beside the target when it was killed."""
    prefix = _staging_prefix(target)
    for folder in target.parent.glob(f"{glob.escape(prefix)}*"):
        number = folder.name.removeprefix(prefix).split("-", maxsplit=1)[0]
        if number.isdigit() and not _is_running(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _put_in_place(staging: Path, target: Path, own: Collection[str]) -> None:
    if not target.exists():
        staging.rename(target)
        return
    dropped = {*own, *(entry.name for entry in staging.iterdir())}
    for entry in list(target.iterdir()):
        if entry.name not in dropped:  # of others: in both folders when they change places
            _link(entry, staging / entry.name)
    if _exchange(staging, target):
        return
    old = staging.with_name(staging.name + ".old")
    target.rename(old)
    try:
        staging.rename(target)
    except OSError:
        old.rename(target)
        raise
    old.rename(staging)


def _link(source: Path, target: Path) -> None:
    """Let a file stand in another folder too, without its bytes a second time where that can be."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other, follow_symlinks=False)
        except OSError:  # the file system has no links, or not for this file
            shutil.copy2(one, other, follow_symlinks=False)

    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True, copy_function=link)
    else:
        link(str(source), str(target))


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step (Linux); False where that is not to be had."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    return bool(rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0)
