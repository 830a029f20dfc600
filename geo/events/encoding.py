"""A table's bytes as UTF-8: its encoding found or declared, never guessed silently."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from geo.errors import TableError, TextError
from geo.text.decoding import decode_text, find_encoding
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _typeshed import WriteableBuffer

_CHUNK = 1 << 22
_HEAD = 1 << 16
_SAMPLE = 20_000  # bytes of foreign lines by which a code page is chosen
_FOREIGN_LINES = 2_000
_MOSTLY = 0.5  # of the foreign lines are UTF-8: the others are broken, not of another encoding


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file or bytes, and the name to call them by."""

    name: str
    source: Path | bytes

    def open(self) -> BinaryIO:
        """Open it for reading; raises OSError."""
        return io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")

    def read(self) -> bytes:
        """Return all of it; raises OSError."""
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


@dataclass(frozen=True, slots=True)
class Script:
    """How a file's bytes are to be read.

    Attributes
    ----------
    encoding
        As Python calls it.
    broken
        Whether some bytes don't fit the encoding: they are read as U+FFFD, whose rows are no text.
    head
        The beginning of the text.
    quotes
        Double quotes in the whole text.
    lines
        Ends of line in the whole text.
    zeros
        Whether there is a character 0, which no table has.
    """

    encoding: str
    broken: bool
    head: str
    quotes: int
    lines: int
    zeros: bool

    def open(self, file: TableFile) -> BinaryIO:
        """Open a stream of UTF-8 without a byte order mark."""
        if self.encoding == "utf-8" and not self.broken:
            stream = file.open()
            if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                stream.seek(0)
            return stream
        recoder = _Recoder(file.open(), _without_mark(self.encoding))
        return cast("BinaryIO", io.BufferedReader(recoder, _CHUNK))


class _Recoder(io.RawIOBase):
    """Reads any encoding as UTF-8, a chunk at a time."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        while not self._ready:
            chunk = self._stream.read(_CHUNK)
            self._ready = self._decoder.decode(chunk, final=not chunk).encode()
            if not chunk:
                break
        size = min(len(view), len(self._ready))
        view[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def close(self) -> None:
        self._stream.close()
        super().close()


def read_script(file: TableFile, encoding: str | None, cautions: list[Caution]) -> Script:
    """Find out how a file's bytes are to be read; it is read through for that.

    Parameters
    ----------
    encoding
        As declared; None: UTF-8 and UTF-16 are recognised, else a Windows code page is chosen by
        the letters that it gives, and a caution names it.

    Raises
    ------
    OSError
        If it can't be read.
    TableError
        If it is empty, a picture or another binary, or no encoding fits.
    """
    script = _survey(file, _plain_name(encoding or "utf-8"))
    if encoding is None and (script.broken or script.zeros):
        chosen, told = _choose(file)
        script = _survey(file, chosen)
        if told:
            cautions.append(Caution("encoding", told))
    if script.zeros:
        raise TableError(
            f"{file.name}: binary data, not text: it holds the character 0; expected an event "
            "table as .csv (UTF-8)"
        )
    if not script.head.strip():
        raise TableError(f"{file.name}: the file is empty; expected an event table")
    return script


def decode_table(file: TableFile, encoding: str | None, cautions: list[Caution]) -> str:
    """Return the whole text of a file, whose bytes all have to fit its encoding.

    Raises
    ------
    OSError, TableError
        As `read_script`; TableError also if bytes don't fit.
    """
    script = read_script(file, encoding, cautions)
    if script.broken:
        raise TableError(f"{file.name}: some bytes are no {script.encoding}; save it as UTF-8")
    return file.read().decode(_without_mark(script.encoding))


def find_open_quote(file: TableFile, script: Script, delimiter: str) -> int:
    """Return the line on which the row begins whose quote is not closed or in a wrong place."""
    begins = 1
    with io.TextIOWrapper(script.open(file), encoding="utf-8", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for _ in reader:
                begins = reader.line_num + 1
        except csv.Error:
            pass
    return begins


def _plain_name(encoding: str) -> str:
    name = codecs.lookup(encoding).name
    return "utf-8" if name == "utf-8-sig" else name


def _without_mark(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _survey(file: TableFile, encoding: str) -> Script:
    """Read a file through: whether it fits an encoding, and how many quotes it has."""
    wide = encoding.startswith(("utf-16", "utf-32"))
    make = codecs.getincrementaldecoder(_without_mark(encoding))
    strict, lenient = make("strict"), make("replace")
    head, broken, zeros, quotes, lines = "", False, False, 0, 0
    with file.open() as stream:
        for chunk, final in _read_chunks(stream):
            if not broken:
                try:
                    strict.decode(chunk, final=final)
                except UnicodeDecodeError:
                    broken = True
            text = lenient.decode(chunk, final=final) if wide or not head else ""
            head = head or text[:_HEAD]
            zeros = zeros or ("\0" in text if wide else b"\0" in chunk)
            quotes += text.count('"') if wide else chunk.count(b'"')
            lines += text.count("\n") if wide else chunk.count(b"\n")
    return Script(encoding, broken, head, quotes, lines, zeros)


def _read_chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    while chunk := stream.read(_CHUNK):
        yield chunk, False
    yield b"", True


def _choose(file: TableFile) -> tuple[str, str | None]:
    """Return the encoding of a file that is no plain UTF-8, and what is to be told about it."""
    with file.open() as stream:
        head = stream.read(_HEAD)
    if b"\0" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _find(head, file.name), None
    whole, broken = _sort_foreign_lines(file)
    if len(whole) > _MOSTLY * (len(whole) + len(broken)):
        return "utf-8", (
            f"{file.name}: some lines are not UTF-8 as the others are; rows with letters that "
            "can't be read are set aside."
        )
    sample = (head[:_SAMPLE].split(b"\n", 1)[0] + b"\n" + b"".join(broken))[:_SAMPLE]
    page = _find(sample, file.name)
    return page, (
        f"{file.name} is not UTF-8; it was read as {page}. If names look wrong, declare its "
        "encoding (--encoding) or save it as UTF-8."
    )


def _find(sample: bytes, name: str) -> str:
    try:
        decode_text(sample, name)  # refuses pictures, archives, and words that make no sense
        return find_encoding(sample, name)
    except TextError as error:
        message = str(error).replace("an article as .txt, .md or .html", "an event table as .csv")
        raise TableError(message.replace("the text of an article", "an event table")) from error


def _sort_foreign_lines(file: TableFile) -> tuple[list[bytes], list[bytes]]:
    """Return the first lines beyond ASCII that are UTF-8, and those that are not."""
    whole: list[bytes] = []
    broken: list[bytes] = []
    with file.open() as stream:
        for line in stream:
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                whole.append(line)
            except UnicodeDecodeError:
                broken.append(line)
            if len(whole) + len(broken) == _FOREIGN_LINES:
                break
    return whole, broken
