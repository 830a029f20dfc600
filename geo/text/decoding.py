"""Bytes to text without mojibake: byte order marks, UTF-8, UTF-16 and the Windows code pages."""

from __future__ import annotations

import codecs
import re

from geo.errors import TextError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"BM": "a bitmap picture",
    b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x1f\x8b": "a gzip archive",
    b"RIFF": "a media file",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
    b"PAR1": "a Parquet file",
}
# Eight-bit pages of the languages that articles come in; others would be guesses.
_PAGES = ("cp1252", "cp1251", "cp1256")
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
# Python's codecs that no page is written in; decoding one of them takes time by the square.
_NO_ENCODINGS = frozenset(
    {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7"}
)
_SAMPLE = 20_000
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROLS = 0.02
_WORDS = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile("[\u0621-\u06d2]+")
_MOSTLY = 0.9
_LAST_LATIN = "\u024f"


def decode_text(data: bytes, name: str, *, markup: bool = False) -> str:
    """Return the text of a file.

    Parameters
    ----------
    data
        The bytes as given.
    name
        The file's name, for messages.
    markup
        Whether it is HTML, whose own declaration of its encoding is believed first.

    Raises
    ------
    TextError
        If the file is empty, a picture or another binary, or in no encoding that fits.
    """
    if not data.strip(b" \t\r\n\x00"):
        raise TextError(f"{name}: the file is empty; expected the text of an article")
    _refuse_binary(data, name)
    text = _decode(data, name, markup=markup)
    head = text[:_SAMPLE]
    if len(_CONTROLS.findall(head)) > _MAX_CONTROLS * len(head):
        raise TextError(f"{name}: binary data, not text; expected an article as .txt, .md or .html")
    if not text.strip():
        raise TextError(f"{name}: the file holds only blanks; expected the text of an article")
    return text


def _refuse_binary(data: bytes, name: str) -> None:
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature) and not (signature == b"BM" and _is_utf8(data)):
            raise TextError(
                f"{name}: {what}, not text; expected an article as .txt, .md or .html (UTF-8)"
            )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes, name: str, *, markup: bool) -> str:
    marked = any(data.startswith(mark) for mark, _ in _MARKS)
    if markup and not marked and (declared := _DECLARED.search(data[:4096])):
        encoding = declared.group(1).decode("ascii")
        try:
            if codecs.lookup(encoding).name.replace("-", "_") not in _NO_ENCODINGS:
                return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            pass  # a wrong declaration is common; what the bytes say decides
    encoding = find_encoding(data, name)
    text = _decode_as(data, encoding, name)
    if encoding in _PAGES and _is_garbled(text[:_SAMPLE]):
        raise TextError(
            f"{name}: not UTF-8, and read as {encoding}, the likeliest of {', '.join(_PAGES)}, its "
            "words make no sense; save it as UTF-8 and try again"
        )
    return text


def find_encoding(data: bytes, name: str) -> str:
    """Return the encoding of a text: by its mark, its zero bytes, as UTF-8, or a likely page.

    Raises
    ------
    TextError
        If it has zero bytes and is no UTF-16, or if no page fits.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if b"\x00" in data:
        return _find_wide(data, name)
    return "utf-8" if _is_utf8(data) else _choose_page(data, name)


def _find_wide(data: bytes, name: str) -> str:
    """UTF-16 without a byte order mark has its zero bytes on one side."""
    head = data[: _SAMPLE - _SAMPLE % 2]
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > 0.2 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.2 * half and odd < 0.02 * half:
        return "utf-16-be"
    raise TextError(
        f"{name}: byte 0 at position {data.index(0)}: binary data, not text; "
        "expected an article as .txt, .md or .html (UTF-8)"
    )


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise TextError(
            f"{name}: byte {error.start} is no {encoding}: {error.reason}; save it as UTF-8"
        ) from error


def _choose_page(data: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    if _is_arabic(data):
        return "cp1256"
    sample = data[:_SAMPLE]
    best = from_bytes(sample, cp_isolation=list(_PAGES)).best()
    if best is None:
        raise TextError(
            f"{name}: neither UTF-8 nor {', '.join(_PAGES)}; save it as UTF-8 and try again"
        )
    sensible = (
        page for page in (best.encoding, *_PAGES) if not _is_garbled(sample.decode(page, "replace"))
    )
    return next(sensible, best.encoding)


def _is_arabic(data: bytes) -> bool:
    """Tell whether the words beyond ASCII, read as cp1256, are of Arabic letters only.

    Western text, whose accents stand among Latin letters, is not, nor is Cyrillic, which cp1256
    reads as a mixture.
    """
    words = _WORDS.findall(data[:_SAMPLE].decode("cp1256", "replace"))
    foreign = [word for word in words if not word.isascii()]
    whole = [word for word in foreign if _ARABIC.fullmatch(word)]
    return len(whole) > _MOSTLY * len(foreign)


def _is_garbled(text: str) -> bool:
    """Tell whether words mix scripts, or are Latin with hardly a plain letter."""
    foreign = [word for word in _WORDS.findall(text) if not word.isascii()]
    wrong = 0
    for word in foreign:
        plain = sum(letter.isascii() for letter in word)
        latin = all(letter <= _LAST_LATIN for letter in word)
        wrong += (len(word) > 3 and 2 * plain < len(word)) if latin else plain > 0
    return wrong > (1 - _MOSTLY) * len(foreign)
