"""No made-up key or token stands in anything that the tests leave behind.

Every one that tests use ends in `MARK` (`k3y-of-nobody`), so that one search finds them all: in
each file that a test leaves (outputs, manifests, caches, archives opened), and in what civmap
printed and logged. What a test reads of it itself (`capsys`, `caplog`) it looks through itself.
"""

from tests.publish.guarded import open_up

MARK = "of-nobody"


def find_leaks(folder):
    """Return the paths of files below a folder that hold a key, or are called by one."""
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and _holds(path)]


def _holds(path):
    mark = MARK.encode()
    return MARK in path.name or any(mark in text for text in open_up(path.name, path.read_bytes()))
