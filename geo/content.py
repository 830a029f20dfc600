"""What a file from the network is: whether it is what was asked for."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("geotiff", "zip", "json", "csv", "xml", "parquet", "text")

HEAD_BYTES = 4096
_LFS = b"version https://git-lfs.github.com/spec/"
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MOST_JSON_BYTES = 500_000_000


def check_content(path: Path, kind: str, label: str) -> None:
    """Raise if a file is not of the kind that was asked for.

    Parameters
    ----------
    kind
        `geotiff`, `zip`, `json` (GeoJSON too), `csv`, `xml`, `parquet` or `text` (any lines).
    label
        What the message calls it.

    Raises
    ------
    UnavailableError
        If it is empty, a web page (often one to log in), a pointer of Git LFS, cut off, or of
        another kind.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    begin = check_head(head, kind, label)
    fault = {
        "geotiff": _look_at_tiff,
        "zip": _look_at_zip,
        "json": _look_at_json,
        "csv": _look_at_csv,
        "xml": _look_at_xml,
        "parquet": _look_at_parquet,
        "text": _look_at_text,
    }[kind](path, begin)
    if fault:
        start = head[:24].decode("latin-1")
        raise UnavailableError(f"{label} {fault}; expected {_name(kind)}; it begins {start!r}")


def check_head(head: bytes, kind: str, label: str) -> bytes:
    """Raise if a file's beginning, `HEAD_BYTES` of it, shows that it is none of what is kept.

    Returns
    -------
        The beginning without a byte order mark and white space.

    Raises
    ------
    UnavailableError
        If it is empty, a web page, or a pointer of Git LFS.
    """
    if not head:
        raise UnavailableError(f"{label} is empty; expected {_name(kind)}")
    if head.startswith(_LFS):
        raise UnavailableError(
            f"{label} is a pointer of Git LFS, not the file; expected {_name(kind)}. The server "
            "gave the text that stands for it"
        )
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin[:40].lower().startswith(_HTML):
        raise UnavailableError(
            f"{label} is a web page, perhaps one to log in; expected {_name(kind)}"
        )
    return begin


def check_sum(path: Path, expected: str | None, label: str) -> None:
    """Raise if a file has another checksum than `sha256:...` or `md5:...`; None: none is known.

    Raises
    ------
    UnavailableError
        See above.
    """
    if expected is None:
        return
    kind, _, digest = expected.partition(":")
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, kind).hexdigest()
    if found != digest.lower():
        raise UnavailableError(
            f"{label}: checksum {kind} {found}, but its publisher says {digest.lower()}; "
            "the file was thrown away"
        )


def _name(kind: str) -> str:
    return {
        "geotiff": "a GeoTIFF",
        "zip": "a zip archive",
        "json": "JSON",
        "csv": "a CSV table",
        "xml": "XML",
        "parquet": "Parquet",
        "text": "text",
    }[kind]


def _look_at_tiff(_: Path, begin: bytes) -> str | None:
    return None if begin.startswith(_TIFF) else "is no TIFF"


def _look_at_zip(path: Path, begin: bytes) -> str | None:
    if not begin.startswith((b"PK\3\4", b"PK\5\6")):
        return "is no zip archive"
    return None if zipfile.is_zipfile(path) else "is a zip archive that was cut off"


def _look_at_json(path: Path, begin: bytes) -> str | None:
    if not begin.startswith((b"{", b"[")):
        return "is no JSON"
    if path.stat().st_size > _MOST_JSON_BYTES:
        return "is larger than 500 MB"
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return "is JSON that was cut off or broken"
    return None


def _look_at_csv(_: Path, begin: bytes) -> str | None:
    if b"\0" in begin or begin.startswith((b"PK\3\4", b"{", b"[")):
        return "is no table"
    return None if b"," in begin or b";" in begin or b"\t" in begin else "has a single column"


def _look_at_xml(_: Path, begin: bytes) -> str | None:
    return None if begin.startswith(b"<") else "is no XML"


def _look_at_parquet(_: Path, begin: bytes) -> str | None:
    return None if begin.startswith(b"PAR1") else "is no Parquet"


def _look_at_text(_: Path, begin: bytes) -> str | None:
    return "is no text" if b"\0" in begin or begin.startswith(b"PK\3\4") else None
