"""An article as it was given: its text, title, date, publisher and language."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from geo.errors import TextError, UnavailableError
from geo.text.dates import find_date
from geo.text.decoding import decode_text
from geo.text.webpage import read_webpage
from geo.text.words import word_set

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

MAX_CHARACTERS = 200_000  # thirty pages of print; the longest articles have a third of it
_MARKUP = frozenset({".html", ".htm", ".xhtml"})
_PLAIN = frozenset({".txt", ".md", ".markdown", ".text", ""})
_MAX_TITLE = 200
_TITLE_BLOCKS = 3
_BLANK_LINES = re.compile(r"\n[ \t\r]*\n")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[a-\u024f]+")
_ARABIC = re.compile("[\u0600-\u06ff]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]+")
_STOP_WORDS = {
    "en": word_set("the of and to in a that is was for with on as by from has were"),
    "fr": word_set("le la les des et une dans est que pour sur par du au avec qui pas"),
    "es": word_set("el los las y una que en por del con para fue sus como más"),
}
_FEWEST_STOP_WORDS = 2  # that show a language other than English
_BYLINE = re.compile(
    r"\((?P<agency>AP|AFP|Reuters|BBC|CNN|Xinhua|dpa|EFE|ANSA|UPI|TASS|IRIN)\)\s*[-\u2013\u2014]"
)


@dataclass(frozen=True, slots=True)
class Document:
    """An article.

    Attributes
    ----------
    text
        What all offsets refer to, in code points: of a text file the file as decoded, of a page
        its title and main text.
    date, date_source
        The article's day and where it was found: `given`, `metadata`, `dateline` or `text`.
    language
        ISO 639-1 guess: English in Latin letters unless another language clearly wins; `und` if
        none fits.
    name
        File name, or `stdin`.
    sha256
        Of the bytes as given.
    """

    text: str
    title: str | None
    date: date | None
    date_source: str | None
    publisher: str | None
    language: str
    name: str
    sha256: str


def read_document(path: Path, *, limit_bytes: int) -> Document:
    """Read an article from a `.txt`, `.md` or `.html` file.

    Raises
    ------
    UnavailableError
        If the file is missing or can't be read.
    TextError
        If it is empty, binary, too large, of another type, or a page without article text.
    """
    try:
        if path.is_dir():
            raise UnavailableError(f"{path} is a folder; expected an article (.txt, .md, .html)")
        size = path.stat().st_size
        if size > limit_bytes:
            raise _too_large(path.name, size, limit_bytes)
        data = path.read_bytes()
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(
            f"{path}: {error.strerror or error}; expected an article (.txt, .md, .html)"
        ) from error
    return parse_document(data, path.name, limit_bytes=limit_bytes)


def parse_document(data: bytes, name: str, *, limit_bytes: int) -> Document:
    """Read an article from bytes, such as those of standard input.

    Parameters
    ----------
    name
        File name, or `stdin`; its ending tells the type, without one the bytes do.

    Raises
    ------
    TextError
        See `read_document`.
    """
    if len(data) > limit_bytes:
        raise _too_large(name, len(data), limit_bytes)
    suffix = PurePath(name).suffix.lower()
    markup = suffix in _MARKUP or (suffix not in _PLAIN - {""} and _looks_like_markup(data))
    if not markup and suffix not in _PLAIN and name != "stdin":
        raise TextError(
            f"{name}: unknown type {suffix!r}; expected an article as .txt, .md or .html"
        )
    text = decode_text(data, name, markup=markup)
    sha256 = hashlib.sha256(data).hexdigest()
    if not markup:
        return _make_document(text, name, sha256)
    page = read_webpage(text, name)
    document = _make_document(page.text, name, sha256, title=page.title)
    return Document(
        text=document.text,
        title=document.title,
        date=page.date or document.date,
        date_source="metadata" if page.date else document.date_source,
        publisher=page.publisher or document.publisher,
        language=document.language,
        name=name,
        sha256=sha256,
    )


def document_from_text(
    text: str, name: str, *, date: date | None = None, publisher: str | None = None
) -> Document:
    """Make a document of text that is in memory; a given date wins over one in the text.

    Raises
    ------
    TextError
        If the text is blank or too long.
    """
    if not text.strip():
        raise TextError(f"{name}: the text is empty; expected the text of an article")
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    found = _make_document(text, name, sha256)
    return Document(
        text=text,
        title=found.title,
        date=date or found.date,
        date_source="given" if date else found.date_source,
        publisher=publisher or found.publisher,
        language=found.language,
        name=name,
        sha256=sha256,
    )


def _too_large(name: str, size: int, limit_bytes: int) -> TextError:
    return TextError(
        f"{name}: {size:,} bytes; an article of at most {limit_bytes:,} bytes was expected. "
        "Split it into articles"
    )


def _make_document(text: str, name: str, sha256: str, title: str | None = None) -> Document:
    if len(text) > MAX_CHARACTERS:
        raise TextError(
            f"{name}: {len(text):,} characters; an article of at most {MAX_CHARACTERS:,} was "
            "expected. Split it into articles"
        )
    found = find_date(text)
    byline = _BYLINE.search(text[:2000])
    return Document(
        text=text,
        title=title or _find_title(text),
        date=found[0] if found else None,
        date_source=found[1] if found else None,
        publisher=byline.group("agency") if byline else None,
        language=_guess_language(text),
        name=name,
        sha256=sha256,
    )


def _looks_like_markup(data: bytes) -> bool:
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml"))


def _find_title(text: str) -> str | None:
    """Return the first of the top lines that is short, stands alone and has no full stop."""
    blocks = [block.strip() for block in _BLANK_LINES.split(text[:4000])]
    filled = [block for block in blocks if block]
    for block in filled[:_TITLE_BLOCKS]:
        line = block.lstrip("#\ufeff").strip()
        alone = "\n" not in line and len(filled) > 1 and block is not filled[-1]
        if line and alone and len(line) <= _MAX_TITLE and not line.endswith((".", ":", ";", ",")):
            return line
    return None


def _guess_language(text: str) -> str:
    words = [word.lower() for word in _WORD.findall(text[:10_000])]
    letters = "".join(words)
    if not letters:
        return "und"
    latin, arabic, cyrillic = (
        sum(map(len, script.findall(letters))) for script in (_LATIN, _ARABIC, _CYRILLIC)
    )
    if arabic > len(letters) / 2:
        return (
            "fa" if sum(letters.count(letter) for letter in "پچژگ") > len(letters) / 200 else "ar"
        )
    if cyrillic > len(letters) / 2:
        return "uk" if any(letter in letters for letter in "іїєґ") else "ru"
    hits = {code: sum(map(stop.__contains__, words)) for code, stop in _STOP_WORDS.items()}
    if latin <= len(letters) / 2:
        return "und"
    best = max(hits, key=lambda code: (hits[code], code == "en"))
    clear = hits[best] >= _FEWEST_STOP_WORDS and hits[best] >= 2 * hits["en"]
    return best if best == "en" or clear else "en"
