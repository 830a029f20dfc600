"""Files from the network that are kept: by content, each with a sidecar that says where from.

In the folder `files` of the cache: `objects/<sha256>/<name>` are the files, `index/<key>.json` the
sidecars, where the key is made of the address. A draft takes its place only when it is whole.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from geo.cache import cache_folder, keep, read_kept
from geo.errors import UnavailableError
from geo.locks import hold
from geo.resources import hash_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_KEY_LENGTH = 32
_LONGEST_NAME = 120
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a file before it is fetched.

    Attributes
    ----------
    url
        Where it is published; of a part of an archive with `#<member>` behind.
    source
        The source's name, such as `worldpop`.
    licence, attribution, vintage
        As the publisher words them; None where it says nothing.
    area
        ISO 3166-1 alpha-3 code of the country; None: not of one country.
    """

    url: str
    source: str
    licence: str | None = None
    attribution: str | None = None
    vintage: str | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A file that is kept.

    Attributes
    ----------
    size
        Bytes.
    etag, modified
        What the server called this version; None if it did not.
    fetched, checked
        Days, ISO 8601, UTC: when it was fetched, and when the server last confirmed it.
    mirror
        The user's own server that it came by way of; None: from its publisher.
    """

    origin: Origin
    path: Path
    sha256: str
    size: int
    fetched: str
    checked: str
    etag: str | None = None
    modified: str | None = None
    mirror: str | None = None

    @property
    def age_days(self) -> int:
        """Whole days since the server last confirmed it."""
        return max(0, (today() - date.fromisoformat(self.checked)).days)

    def to_record(self) -> dict[str, Any]:
        """Return plain values, without the folder."""
        return {
            **dataclasses.asdict(self.origin),
            "name": self.path.name,
            "sha256": self.sha256,
            "size": self.size,
            "fetched": self.fetched,
            "checked": self.checked,
            "etag": self.etag,
            "modified": self.modified,
            "mirror": self.mirror,
        }

    def describe_origin(self) -> dict[str, Any]:
        """Return where it is from, for a manifest: nothing that differs from run to run."""
        return {
            "source": self.origin.source,
            "url": self.origin.url.partition("#")[0],
            "licence": self.origin.licence,
            "attribution": self.origin.attribution,
            "vintage": self.origin.vintage,
            "fetched": self.fetched,
            "mirror": self.mirror,
            "sha256": self.sha256,
        }


def today() -> date:
    """Return the day by UTC."""
    return datetime.now(tz=UTC).date()


def clean_name(name: str) -> str:
    """Return a file name without folders, drives or odd characters, at most 120 long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", last).lstrip(".")
    stem, dot, suffix = kept.rpartition(".")
    return (f"{stem[:_LONGEST_NAME]}{dot}{suffix[:20]}" if dot else kept[:_LONGEST_NAME]) or "file"


class Holdings:
    """The files that are kept in the user's cache.

    Raises
    ------
    UnavailableError
        If the cache can't be written.
    """

    def __init__(self) -> None:
        folder = cache_folder("files")
        self._objects, self._index = folder / "objects", folder / "index"
        try:
            self._objects.mkdir(exist_ok=True)
            self._index.mkdir(exist_ok=True)
        except OSError as error:
            raise UnavailableError(f"{folder} can't be written: {error.strerror}") from error

    def find(self, url: str) -> Holding | None:
        """Return what is kept of an address, its bytes as they were; None if there is nothing.

        A file that was changed or cut off since is dropped.
        """
        holding = self._read(self._sidecar(url))
        if holding is None or holding.origin.url != url:
            return None
        if not _is_intact(holding):
            self.drop(holding)
            return None
        return holding

    def list_all(self) -> list[Holding]:
        """Return everything that is kept, by source, area and address; without a look inside."""
        found = [self._read(path) for path in self._index.glob("*.json")]
        kept = [holding for holding in found if holding is not None]
        return sorted(
            kept, key=lambda each: (each.origin.source, each.origin.area or "", each.path.name)
        )

    def keep(
        self,
        draft: Path,
        name: str,
        origin: Origin,
        *,
        etag: str | None = None,
        modified: str | None = None,
        mirror: str | None = None,
    ) -> Holding:
        """Move a whole file into its place and write its sidecar: both or neither are seen.

        Raises
        ------
        UnavailableError
            If it can't be written.
        """
        try:
            with draft.open("rb+") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                os.fsync(stream.fileno())
            path = self._objects / digest / clean_name(name)
            path.parent.mkdir(exist_ok=True)
            size = draft.stat().st_size
            draft.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise UnavailableError(
                f"{self._objects} can't be written: {error.strerror or error}"
            ) from error
        day = today().isoformat()
        holding = Holding(origin, path, digest, size, day, day, etag, modified, mirror)
        keep(self._sidecar(origin.url), holding.to_record())
        return holding

    def confirm(self, holding: Holding) -> Holding:
        """Note that the server still has this version today."""
        confirmed = dataclasses.replace(holding, checked=today().isoformat())
        keep(self._sidecar(holding.origin.url), confirmed.to_record())
        return confirmed

    def drop(self, holding: Holding) -> None:
        """Forget a file; its bytes go when no other address leads to them."""
        self._sidecar(holding.origin.url).unlink(missing_ok=True)
        same = [other.path for other in self.list_all() if other.sha256 == holding.sha256]
        if not same:
            shutil.rmtree(holding.path.parent, ignore_errors=True)
        elif holding.path not in same:  # the same bytes are kept under another name
            holding.path.unlink(missing_ok=True)
        self.forget_part(holding.origin.url)

    def sweep(self) -> None:
        """Throw away what is neither a file that is kept nor a lock: beginnings, and strays."""
        kept = {self._sidecar(each.origin.url) for each in self.list_all()}
        for path in self._index.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path not in kept and path.suffix != ".lock":
                path.unlink(missing_ok=True)
        used = {each.sha256 for each in self.list_all()}
        for folder in self._objects.iterdir():
            if folder.name not in used:
                shutil.rmtree(folder, ignore_errors=True)

    def part(self, url: str) -> Path:
        """Return where the beginning of a file is kept until the rest of it comes."""
        return self._index / f"{make_key(url)}.part"

    def part_notes(self, url: str) -> Path:
        """Return where it is noted of what version that beginning is."""
        return self._index / f"{make_key(url)}.notes"

    def forget_part(self, url: str) -> None:
        """Throw the beginning of a file away."""
        for path in (self.part(url), self.part_notes(url)):
            path.unlink(missing_ok=True)

    def draft(self, url: str) -> Path:
        """Return where a file may be made before it is kept."""
        return self._index / f"{make_key(url)}.draft"

    @contextlib.contextmanager
    def hold(
        self, url: str, *, patience_s: float = 3600.0, on_wait: Callable[[], None] | None = None
    ) -> Iterator[None]:
        """Be the only process that fetches an address; `on_wait` as for `geo.locks.hold`.

        Raises
        ------
        UnavailableError
            If another one takes longer than `patience_s`.
        """
        path = self._index / f"{make_key(url)}.lock"
        with hold(path, patience_s=patience_s, on_wait=on_wait):
            yield

    def _sidecar(self, url: str) -> Path:
        return self._index / f"{make_key(url)}.json"

    def _read(self, path: Path) -> Holding | None:
        """Return what a sidecar says; None if it is missing or broken."""
        record = read_kept(path)
        if not isinstance(record, dict):
            return None
        try:
            origin = Origin(
                **{field.name: record[field.name] for field in dataclasses.fields(Origin)}
            )
            digest, name = record["sha256"], record["name"]
            if not _SHA256.fullmatch(digest) or name != clean_name(name):
                return None
            for day in (record["fetched"], record["checked"]):
                date.fromisoformat(day)
            return Holding(
                origin,
                self._objects / digest / name,
                digest,
                int(record["size"]),
                record["fetched"],
                record["checked"],
                record["etag"],
                record["modified"],
                record["mirror"],
            )
        except (KeyError, TypeError, ValueError):
            return None


def make_key(url: str) -> str:
    """Return the name under which an address is kept."""
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:_KEY_LENGTH]


def _is_intact(holding: Holding) -> bool:
    try:
        if holding.path.stat().st_size != holding.size:
            return False
        return hash_file(holding.path) == holding.sha256
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Have a rename outlive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
