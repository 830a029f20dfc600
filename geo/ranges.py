"""A large file read where it lies: only the parts that are needed, by range requests, kept.

Its version (a strong ETag, else the day of change) must stay the same from the first part to the
last, in one run and from run to run; else all parts are thrown away. Parts that follow each other
are asked for at once, one request after the other; two processes make one request. A server that
sends no parts, or names no version, is told by `NoPartsError`: then the whole file is fetched.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import threading
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geo.attempts import make_attempts
from geo.blocks import BLOCK_BYTES, Blocks, Notes
from geo.cache import cache_folder
from geo.content import check_content
from geo.download import check_host, label_wanted, tell_wait
from geo.errors import ChangedError, UnavailableError
from geo.holdings import Holdings, clean_name
from geo.part_server import PartServer, tell_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geo.wanted import Wanted, Way

_RUN_BLOCKS = 64  # that one request asks for at most: 4 MB
_GAP_BLOCKS = 2  # that are fetched with their neighbours rather than to ask twice
_SHOWN_BYTES = 1_000_000  # from which on progress is shown


class RangedFile:
    """A file on a server, of which parts are read; see `open_ranges`.

    Threads may read from it at once. After the first failure every read fails, and `failure` says
    why: programs that read through `open` may take a failure for the end of the file.

    Attributes
    ----------
    name
        What to call it, as a file.
    notes
        Which version of it is read.
    note
        What to know of it, such as that it is old and the source is down; None: nothing.
    transferred, requests
        Bytes that came from the network now, and how often it was asked.
    failure
        Why no more can be read; None: nothing failed.
    """

    def __init__(
        self, wanted: Wanted, way: Way, blocks: Blocks, notes: Notes, note: str | None = None
    ) -> None:
        self._server = PartServer(wanted, way)
        self._wanted, self._way, self._blocks = wanted, way, blocks
        self.notes, self.note = notes, note
        self.name = clean_name(wanted.name or urlsplit(notes.url).path)
        self.failure: BaseException | None = None
        self._used: dict[int, str] = {}
        self._lock = threading.RLock()
        self._blocks.refresh()

    def __str__(self) -> str:
        return self.notes.url

    @property
    def stem(self) -> str:
        """The name without its last suffix, as of a path."""
        return PurePosixPath(self.name).stem

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.notes.size

    @property
    def transferred(self) -> int:
        """Bytes that came from the network now."""
        return self._server.transferred

    @property
    def requests(self) -> int:
        """How often the server was asked now."""
        return self._server.requests

    def open(self, mode: str = "rb") -> Reader:
        """Open it as a binary file; `mode` is `rb`."""
        if mode != "rb":
            raise UnavailableError(f"{self} can only be read")
        return Reader(self)

    def open_named(self, path: str, mode: str = "rb", **_: Any) -> Reader:
        """Open it by its name; there is no other file beside it."""
        if PurePosixPath(path).name != self.name:
            raise FileNotFoundError(path)
        return self.open(mode)

    def fetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Have parts, offsets and sizes in bytes, at hand: those that are missing, fetched at once.

        Raises
        ------
        ChangedError
            If the file became another one; what was kept of it is thrown away.
        UnavailableError
            If they can't be had, or were not before and `--offline` forbids to fetch them.
        """
        numbers = {number for span in spans for number in _list_blocks(*span, self.size)}
        with self._lock:
            self.raise_failure()
            try:
                self._fetch(numbers)
            except BaseException as error:
                self.failure = error
                raise

    def forget(self) -> None:
        """Throw away what is kept of it."""
        self._blocks.drop()

    def reject(self) -> None:
        """Throw away what is kept of it: what reads it finds that it is not what it should be.

        Raises
        ------
        UnavailableError
            If that is because a part could not be had: then what is kept may well be right.
        """
        self.raise_failure()
        self.forget()

    def raise_failure(self) -> None:
        """Raise what failed before, here or in what reads from it."""
        if self.failure is not None:
            raise self.failure

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes, fewer at the end of the file; errors as `fetch`."""
        numbers = _list_blocks(offset, size, self.size)
        with self._lock:
            self.fetch([(offset, size)])
            pieces = [self._read_block(number) for number in numbers]
        start = offset - numbers.start * BLOCK_BYTES
        return b"".join(pieces)[start : start + size]

    def hash_parts(self) -> str:
        """Return the sha256 of what was read: of the blocks' numbers and checksums."""
        lines = "".join(f"{number} {digest}\n" for number, digest in sorted(self._used.items()))
        return hashlib.sha256(lines.encode()).hexdigest()

    def to_record(self) -> dict[str, Any]:
        """Return where it is from and what of it was read, for the manifest.

        What was read, not what was transferred: the same from the network and from the cache.
        """
        read = sum(len(_list_bytes(number, self.size)) for number in self._used)
        return {
            "source": self._wanted.origin.source,
            "url": self.notes.url,
            "licence": self._wanted.origin.licence,
            "attribution": self._wanted.origin.attribution,
            "vintage": self._wanted.origin.vintage,
            "fetched": self.notes.fetched,
            "mirror": self.notes.mirror,
            "etag": self.notes.etag,
            "modified": self.notes.modified,
            "size": self.size,
            "parts": {
                "block_bytes": BLOCK_BYTES,
                "blocks": len(self._used),
                "bytes": read,
                "sha256": self.hash_parts(),
            },
        }

    def _read_block(self, number: int) -> bytes:
        data = self._blocks.read(number)
        if data is None:
            self.fetch([(number * BLOCK_BYTES, 1)])
            data = self._blocks.read(number)
        if data is None:
            raise UnavailableError(
                f"{self}: a part of it vanished from the cache while it was read"
            )
        if number not in self._used:
            self._used[number] = hashlib.sha256(data).hexdigest()
        return data

    def _fetch(self, numbers: set[int]) -> None:
        missing = {number for number in numbers if not self._blocks.holds(number)}
        if not missing:
            return
        if self._way.offline:
            raise UnavailableError(
                f"{label_wanted(self._wanted)}: a part that is needed is not in the cache, and "
                "--offline forbids to fetch it"
            )
        with _hold(self._wanted, self._way):
            self._blocks.refresh()  # another process may just have fetched them
            kept = self._blocks.read_notes()
            if kept is None or kept.version != self.notes.version:
                raise tell_change(self._wanted)
            runs = list(_merge({each for each in missing if not self._blocks.holds(each)}))
            total = sum(len(range(*_find_bytes(*run, self.size))) for run in runs)
            shown = self._way.show if total >= _SHOWN_BYTES else None
            before = self._server.transferred
            for first, last in runs:
                self._fetch_run(first, last)
                if shown:
                    shown(f"parts of {self.name}", self._server.transferred - before, total)

    def _fetch_run(self, first: int, last: int) -> None:
        """Fetch blocks; what came of them when it broke off is kept."""
        done = first

        def attempt() -> None:
            nonlocal done
            start, end = _find_bytes(done, last, self.size)
            data = bytearray()
            try:
                self._server.ask(start, end, self.notes, data)
            finally:
                broken = len(data) % BLOCK_BYTES if len(data) < end - start else 0
                if whole := len(data) - broken:
                    self._blocks.keep(done, bytes(data[:whole]))
                    done -= -whole // BLOCK_BYTES

        try:
            make_attempts(attempt, self._way.manners, lambda: done)
        except ChangedError:
            self._blocks.drop()
            raise


class Reader(io.RawIOBase):
    """A `RangedFile` as an open binary file."""

    def __init__(self, file: RangedFile) -> None:
        super().__init__()
        self._file, self._at = file, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._file.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return bytes from the position on; none after a failure, which the file tells."""
        left = max(0, self._file.size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted or self._file.failure:
            return b""
        try:
            data = self._file.read(self._at, wanted)
        except BaseException as error:  # noqa: BLE001 - what calls this can't pass it on
            self._file.failure = error
            return b""
        self._at += len(data)
        return data


RasterFile = Path | RangedFile
"""A raster on this machine, or one that is read where it lies."""


def open_ranges(wanted: Wanted, way: Way) -> RangedFile:
    """Return a file of which parts will be read; what is kept of it is used.

    Raises
    ------
    NoPartsError
        If its server sends no parts or names no version.
    UsageError
        If its address may not be asked.
    UnavailableError
        If it can't be had or is not what was asked for.
    """
    blocks = Blocks(wanted.origin.url)
    notes = blocks.read_notes()
    if notes and not way.offline and notes.age_days <= wanted.fresh_days:
        return RangedFile(wanted, way, blocks, notes)
    if way.offline:
        if notes is None:
            raise UnavailableError(
                f"{label_wanted(wanted)}: nothing of it is in the cache, and --offline forbids to "
                "fetch it; `civmap data list` shows what is"
            )
        old = notes.age_days > wanted.fresh_days
        return RangedFile(
            wanted, way, blocks, notes, _tell_age(notes, "--offline") if old else None
        )
    check_host(wanted)
    with _hold(wanted, way):
        notes = blocks.read_notes()  # another process may just have asked
        if notes and notes.age_days <= wanted.fresh_days:
            return RangedFile(wanted, way, blocks, notes)
        try:
            notes = _meet(wanted, way, blocks, notes)
        except UnavailableError as error:
            if notes is None:
                raise
            return RangedFile(wanted, way, blocks, notes, _tell_age(notes, str(error)))
    return RangedFile(wanted, way, blocks, notes)


def _meet(wanted: Wanted, way: Way, blocks: Blocks, known: Notes | None) -> Notes:
    """Ask for the first block, and by it for the size and the version."""
    server = PartServer(wanted, way)
    data = bytearray()

    def attempt() -> Notes:
        data.clear()
        return server.meet(data)

    notes = make_attempts(attempt, way.manners, lambda: 0)
    _check_start(bytes(data), wanted)
    if known and (known.version, known.size) == (notes.version, notes.size):
        notes = dataclasses.replace(notes, fetched=known.fetched)
        blocks.confirm(notes)
        return notes
    blocks.begin(notes)
    blocks.keep(0, bytes(data))
    return notes


def _check_start(data: bytes, wanted: Wanted) -> None:
    """Raise if a file's beginning shows that it is not what was asked for."""
    draft = cache_folder("files") / f"{os.getpid()}-{threading.get_ident()}.start"
    try:
        draft.write_bytes(data)
        check_content(draft, wanted.kind, label_wanted(wanted))
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(f"{draft} can't be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _hold(wanted: Wanted, way: Way) -> Any:
    """Be the only process that asks for parts of a file."""
    url = f"{wanted.origin.url}#parts"
    return Holdings().hold(url, on_wait=lambda: tell_wait(wanted, way))


def _tell_age(notes: Notes, why: str) -> str:
    return (
        f"parts of {notes.url} are of {notes.checked}, {notes.age_days} days old; whether they "
        f"still stand could not be asked: {why}"
    )


def _list_blocks(offset: int, size: int, whole: int) -> range:
    """Return the numbers of the blocks that hold bytes of a file."""
    end = min(offset + size, whole)
    if size <= 0 or offset < 0 or offset >= end:
        return range(0)
    return range(offset // BLOCK_BYTES, -(-end // BLOCK_BYTES))


def _find_bytes(first: int, last: int, whole: int) -> tuple[int, int]:
    """Return the bytes of blocks, the end exclusive."""
    return first * BLOCK_BYTES, min((last + 1) * BLOCK_BYTES, whole)


def _list_bytes(number: int, whole: int) -> range:
    return range(*_find_bytes(number, number, whole))


def _merge(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last blocks of runs: neighbours together, and over small gaps."""
    ordered = sorted(numbers)
    if not ordered:
        return
    first = last = ordered[0]
    for number in ordered[1:]:
        if number - last > _GAP_BLOCKS + 1 or number - first >= _RUN_BLOCKS:
            yield first, last
            first = number
        last = number
    yield first, last
