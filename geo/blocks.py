"""Parts of files from the network that are kept: runs of blocks, each under its own checksum.

In the folder `files/parts/<key>` of the cache, where the key is made of the address: `notes.json`
says of which version of the file the parts are; `<first block>-<sha256>.run` are the parts. A run
takes its place when it is whole, and one whose bytes were changed since is thrown away.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
import tempfile
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.cache import cache_folder, keep, read_kept
from geo.errors import UnavailableError
from geo.holdings import make_key, today

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK_BYTES = 65_536
"""Of a block: what a file is asked for in. Small beside a tile of a raster, large beside the
headers of a request."""

_RUN = re.compile(r"(\d{1,12})-([0-9a-f]{64})\.run")
_OPEN_RUNS = 16  # that are held in memory, of at most a few megabytes each


@dataclass(frozen=True, slots=True)
class Notes:
    """Of which version of a file parts are kept.

    Attributes
    ----------
    url
        Its address.
    source
        The name of who publishes it, such as `hrsl`.
    size
        Bytes of the whole file.
    version
        What must stay the same while it is read: a strong ETag, else the day of change.
    etag, modified
        As the server words them; None: it does not.
    fetched, checked
        Days, ISO 8601, UTC: of the first part, and of the last time that the server confirmed it.
    mirror
        The user's own server that it came by way of; None: from its publisher.
    """

    url: str
    source: str
    size: int
    version: str
    etag: str | None
    modified: str | None
    fetched: str
    checked: str
    mirror: str | None = None

    @property
    def age_days(self) -> int:
        """Whole days since the server last confirmed it."""
        return max(0, (today() - date.fromisoformat(self.checked)).days)

    @property
    def identity(self) -> str:
        """A checksum of the address, the version and the size: what the file is, unread."""
        text = f"{self.url}\n{self.version}\n{self.size}"
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class Blocks:
    """The parts that are kept of the file at an address.

    Raises
    ------
    UnavailableError
        If the cache can't be written.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._folder = cache_folder("files") / "parts" / make_key(url)
        self._runs: dict[int, tuple[Path, int]] = {}  # of each block: its run, the run's first
        self._open: OrderedDict[Path, bytes] = OrderedDict()

    def read_notes(self) -> Notes | None:
        """Return of which version parts are kept; None: there are none."""
        notes = _read_notes(self._folder)
        return notes if notes and notes.url == self._url else None

    def begin(self, notes: Notes) -> None:
        """Keep parts of a version from now on, and none of any other."""
        self.drop()
        self.confirm(notes)

    def confirm(self, notes: Notes) -> None:
        """Write notes anew, the parts as they are."""
        with _told_as_unwritable(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        keep(self._folder / "notes.json", dataclasses.asdict(notes))

    def drop(self) -> None:
        """Throw all parts away."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._runs.clear()
        self._open.clear()

    def refresh(self) -> None:
        """Take account of what other processes added."""
        self._runs.clear()
        with contextlib.suppress(OSError):
            for path in sorted(self._folder.iterdir()):
                if match := _RUN.fullmatch(path.name):
                    self._add(path, int(match[1]), path.stat().st_size)

    def holds(self, number: int) -> bool:
        """Tell whether a block is there, without a look inside."""
        return number in self._runs

    def read(self, number: int) -> bytes | None:
        """Return a block; None if it is not there, or not as it was."""
        if number not in self._runs:
            return None
        path, first = self._runs[number]
        data = self._load(path)
        if data is None:
            self._runs = {each: run for each, run in self._runs.items() if run[0] != path}
            return None
        start = (number - first) * BLOCK_BYTES
        return data[start : start + BLOCK_BYTES]

    def keep(self, first: int, data: bytes) -> None:
        """Keep whole blocks that follow each other; the file's last one may be shorter.

        Raises
        ------
        UnavailableError
            If they can't be written.
        """
        path = self._folder / f"{first}-{hashlib.sha256(data).hexdigest()}.run"
        with _told_as_unwritable(self._folder):
            handle, draft = tempfile.mkstemp(dir=self._folder, prefix="draft")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(data)
                Path(draft).replace(path)
            except BaseException:
                Path(draft).unlink(missing_ok=True)
                raise
        self._add(path, first, len(data))
        self._hold(path, data)

    def _add(self, path: Path, first: int, size: int) -> None:
        for number in range(first, first - (-size // BLOCK_BYTES)):
            self._runs.setdefault(number, (path, first))

    def _load(self, path: Path) -> bytes | None:
        """Return a run's bytes if they are those that its name promises."""
        if path in self._open:
            self._open.move_to_end(path)
            return self._open[path]
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if not path.name.endswith(f"-{hashlib.sha256(data).hexdigest()}.run"):
            path.unlink(missing_ok=True)
            return None
        self._hold(path, data)
        return data

    def _hold(self, path: Path, data: bytes) -> None:
        self._open[path] = data
        while len(self._open) > _OPEN_RUNS:
            self._open.popitem(last=False)


def list_notes() -> list[tuple[Notes, int]]:
    """Return of which files parts are kept, and how many bytes of each; by source and address."""
    folders: list[Path] = []
    with contextlib.suppress(OSError):
        folders += (cache_folder("files") / "parts").iterdir()
    found = [
        (notes, sum(path.stat().st_size for path in folder.glob("*.run")))
        for folder in folders
        if (notes := _read_notes(folder))
    ]
    return sorted(found, key=lambda each: (each[0].source, each[0].url))


def _read_notes(folder: Path) -> Notes | None:
    record: Any = read_kept(folder / "notes.json")
    try:
        notes = Notes(**record)
        if notes.size < 1 or not notes.version:
            return None
        for day in (notes.fetched, notes.checked):
            date.fromisoformat(day)
    except (TypeError, ValueError):
        return None
    return notes


@contextlib.contextmanager
def _told_as_unwritable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"{folder} can't be written: {error.strerror or error}; set CIVMAP_CACHE to a folder "
            "with room"
        ) from error
