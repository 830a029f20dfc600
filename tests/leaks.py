"""No made-up key or token stands in anything that the tests leave behind.

Every one that tests use ends in `MARK` (`k3y-of-nobody`), so that one search finds them all: in
each file that a test leaves (outputs, manifests, caches, archives opened), and in what civmap
printed and logged. What a test reads of it itself (`capsys`, `caplog`) it looks through itself.
"""

import zipfile
import zlib

from tests.publish.guarded import open_up

MARK = "of-nobody"
_MOST_UNPACKED = 100_000_000  # bytes; more is what tests of archive bombs leave
_GZIP = 31  # zlib's window bits for it


def find_leaks(folder):
    """Return the paths of files below a folder that hold a key, or are called by one."""
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and _holds(path)]


def _holds(path):
    mark, data = MARK.encode(), path.read_bytes()
    if MARK in path.name or mark in data:
        return True
    try:
        return any(mark in text for text in _unpack(path, data))
    except Exception:  # noqa: BLE001 - of broken files, which tests make too, nothing can be read
        return False


def _unpack(path, data):
    if data[:2] == b"PK":
        with zipfile.ZipFile(path) as packed:
            if sum(each.file_size for each in packed.infolist()) > _MOST_UNPACKED:
                return []
    elif data[:2] == b"\x1f\x8b":
        return [zlib.decompressobj(_GZIP).decompress(data, _MOST_UNPACKED)]
    elif data.startswith(b"SQLite format 3"):  # texts lie in it as they are
        return []
    return open_up(path.name, data)
