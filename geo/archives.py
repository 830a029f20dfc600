"""Archives from the network, unpacked with care."""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Most members, bytes unpacked, and times that a member may grow."""

    members: int = 2_000
    bytes_: int = 8_000_000_000
    ratio: float = 200.0


DEFAULT_LIMITS = ArchiveLimits()


def list_members(path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> list[str]:
    """Return the names of a zip archive's files, after all of them were found harmless.

    Raises
    ------
    UnavailableError
        If it is broken, has too many members, would grow too large, or a member lies outside the
        archive's folder, is a link, is encrypted, or stands twice. All faults at once.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise UnavailableError(f"{path.name} is no whole zip archive: {error}") from error
    faults = []
    if len(members) > limits.members:
        faults.append(f"{len(members)} members; expected at most {limits.members}")
    if sum(each.file_size for each in members) > limits.bytes_:
        faults.append(f"more than {limits.bytes_:,} bytes unpacked")
    names = [each.filename for each in members]
    if len(set(names)) < len(names):
        faults.append("a name stands twice")
    faults += [
        f"{each.filename[:80]!r}: {fault}"
        for each in members[: limits.members]
        if (fault := _find_fault(each, limits))
    ]
    if faults:
        raise UnavailableError(f"{path.name} is not unpacked: {'; '.join(faults[:8])}")
    return sorted(each.filename for each in members if not each.is_dir())


def _find_fault(member: zipfile.ZipInfo, limits: ArchiveLimits) -> str | None:
    name = member.orig_filename.replace("\\", "/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in name:
        return "lies outside the archive's folder"
    if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if member.flag_bits & 1:
        return "is encrypted"
    if member.file_size > limits.ratio * max(member.compress_size, 1) + _CHUNK:
        return f"grows more than {limits.ratio:g} times"
    return None


def extract_members(
    path: Path,
    names: Sequence[str],
    folder: Path,
    limits: ArchiveLimits = DEFAULT_LIMITS,
) -> list[Path]:
    """Write members of a zip archive into a folder, by the last part of their names.

    Raises
    ------
    UnavailableError
        As `list_members`; also if a member is missing, longer than the archive says, of a wrong
        checksum, or can't be written.
    """
    known = set(list_members(path, limits))
    written = []
    with _tell_faults(path), zipfile.ZipFile(path) as archive:
        for name in names:
            if name not in known:
                raise UnavailableError(f"{path.name} has no member {name!r}")
            target = folder / name.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
            _extract(archive, archive.getinfo(name), target)
            written.append(target)
    return written


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Write one member; what its header promised is the most that is read."""
    left = member.file_size
    with archive.open(member) as packed, target.open("xb") as stream:
        while piece := packed.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise zipfile.BadZipFile(f"{member.filename!r} is longer than it says")
            stream.write(piece)
    if left:
        raise zipfile.BadZipFile(f"{member.filename!r} is shorter than it says")


def unpack_gzip(path: Path, target: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
    """Write what a gzip file holds to a new file.

    Raises
    ------
    UnavailableError
        If it is broken, would grow too large or too many times, or can't be written.
    """
    with _tell_faults(path), gzip.open(path) as packed, target.open("xb") as stream:
        left = min(limits.bytes_, int(limits.ratio * path.stat().st_size) + _CHUNK)
        while piece := packed.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise UnavailableError(
                    f"{path.name} is not unpacked: more than {limits.bytes_:,} bytes, or "
                    f"{limits.ratio:g} times its size"
                )
            stream.write(piece)


@contextmanager
def _tell_faults(path: Path) -> Iterator[None]:
    """Say of what goes wrong that an archive can't be unpacked."""
    try:
        yield
    except (ValueError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise UnavailableError(f"{path.name} can't be unpacked: {error}") from error
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(
            f"{path.name} can't be unpacked: {error.strerror or error}"
        ) from error
