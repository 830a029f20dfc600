"""What tests of downloads share: a file on a server on this machine, whole or in ill ways."""

import hashlib
import time

from geo.holdings import Origin
from geo.wanted import Manners, Wanted, Way

HOST = "data.example.org"
URL = f"https://{HOST}/some/people.tif"
TIFF = b"II*\0" + b"".join(hashlib.sha256(bytes([n % 251, n // 251])).digest() for n in range(9375))
QUICK = Manners(
    attempts=3, first_pause_s=0.01, longest_wait_s=2.0, silence_s=0.5, slow_s=0.4, pause_s=0.0
)


def want(**changes):
    url = changes.pop("url", URL)
    given = {
        "origin": Origin(url, "example", "CC BY 4.0", "Example", "2024", "PSE"),
        "kind": "geotiff",
        "hosts": frozenset({HOST}),
    }
    return Wanted(**(given | changes))


def way(**changes):
    return Way(**({"manners": QUICK} | changes))


def serve(body, *, etag='"v1"', headers=None, ranges=True, stop=None, chunk=None, pause_s=0.0):
    """Return an answer that knows Range and If-Range.

    `stop`: send only so many bytes of what is asked for, then hang up; `chunk`, `pause_s`: send
    slowly.
    """

    def answer(handler):
        start = 0
        asked = handler.headers.get("Range")
        if etag and handler.headers.get("If-None-Match") == etag:
            handler.send_response(304)
            handler.send_header("ETag", etag)
            handler.end_headers()
            return
        if ranges and asked and handler.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            handler.send_response(206)
            handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            handler.send_response(200)
        if etag:
            handler.send_header("ETag", etag)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        rest = body[start:]
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        sent = rest if stop is None else rest[:stop]
        step = chunk or len(sent) or 1
        for at in range(0, len(sent), step):
            handler.wfile.write(sent[at : at + step])
            handler.wfile.flush()
            if pause_s:
                time.sleep(pause_s)

    return answer


def list_files(folder):
    """Return the names of all files below a folder but locks."""
    return sorted(
        path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"
    )


class Parts:
    """A file on a server that sends parts of it, and counts what it sends.

    `etag`, `body` may be changed while it serves; `ill` answers the requests of these numbers,
    from 1, in place of it; `write`, of handler and bytes, sends a body in a way of its own.
    """

    def __init__(self, body, *, etag='"v1"', modified=None, ill=None, write=None):
        self.body, self.etag, self.modified = body, etag, modified
        self.ill = ill or {}
        self._write = write or (lambda handler, data: handler.wfile.write(data))
        self.sent, self.asked = 0, []

    def __call__(self, handler):
        self.asked.append(handler.headers.get("Range"))
        if ill := self.ill.get(len(self.asked)):
            ill(handler)
            return
        asked = handler.headers.get("Range")
        wanted = handler.headers.get("If-Range")
        if asked is None or wanted not in (None, self.etag, self.modified):
            self.send(handler, 200, self.body, {})
            return
        first, last = (int(each) for each in asked.removeprefix("bytes=").split("-"))
        if first >= len(self.body):
            self.send(handler, 416, b"", {"Content-Range": f"bytes */{len(self.body)}"})
            return
        part = self.body[first : last + 1]
        span = f"bytes {first}-{first + len(part) - 1}/{len(self.body)}"
        self.send(handler, 206, part, {"Content-Range": span})

    def send(self, handler, status, body, headers, stop=None):
        handler.send_response(status)
        named = {"ETag": self.etag, "Last-Modified": self.modified}
        for name, value in (named | headers).items():
            if value:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        self.sent += len(body[:stop])
        self._write(handler, body[:stop])

    def cut(self, stop):
        """Return an answer that breaks off."""

        def answer(handler):
            asked = handler.headers["Range"].removeprefix("bytes=")
            first, last = (int(each) for each in asked.split("-"))
            part = self.body[first : last + 1]
            span = f"bytes {first}-{first + len(part) - 1}/{len(self.body)}"
            self.send(handler, 206, part, {"Content-Range": span}, stop)

        return answer
