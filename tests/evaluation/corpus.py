"""Corpora of news with their places marked, read from a path: none of them is kept here.

- GeoWebNews as JSON Lines: `text` and `annotations` with `start`, `end`, `type`, `lat`, `lon`;
- LGL and TR-News (XML): `article` with `text` and `toponyms/toponym`, its `gaztag` placed;
- GeoVirus (XML): `article` with `text` and `locations/location`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# GeoWebNews: annotations that mark no toponym
_NO_TOPONYMS = frozenset({"Non_Toponym", "Literal_Expression", "Non_Lit_Expression"})


@dataclass(frozen=True)
class Toponym:
    """A marked name: code points into the text, end exclusive; degrees, None: not placed.

    `geoname_id` is None where the corpus has none.
    """

    start: int
    end: int
    lon: float | None
    lat: float | None
    geoname_id: int | None = None


@dataclass(frozen=True)
class Article:
    """A document and the names that its annotators marked; `source` is None if not told.

    `set_aside`: marks whose offsets don't give the text that they are said to give.
    """

    key: str
    text: str
    source: str | None
    toponyms: tuple[Toponym, ...]
    set_aside: int = 0


class CorpusError(ValueError):
    """The file is no corpus of a known form, or its offsets don't fit its text."""


def read_corpus(path: Path) -> list[Article]:
    """Read a corpus; its form is told from its content."""
    if path.suffix == ".jsonl":
        articles = list(_read_lines(path))
    else:
        articles = [_read_element(item) for item in ET.parse(path).iter("article")]  # noqa: S314 - a corpus of one's own choice
    if not articles:
        raise CorpusError(f"{path.name}: no articles in it")
    if not any(article.toponyms for article in articles):
        raise CorpusError(f"{path.name}: no offsets that fit its texts")
    return articles


def _read_lines(path: Path) -> Iterator[Article]:
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        text = record["text"]
        marks = [mark for mark in record["annotations"] if mark["type"] not in _NO_TOPONYMS]
        fitting = [m for m in marks if _fits(text, m["start"], m["end"], m["text"])]
        toponyms = tuple(
            Toponym(m["start"], m["end"], m.get("lon"), m.get("lat"), _whole(m.get("geonames_id")))
            for m in fitting
        )
        source = urlsplit(record.get("url") or "").hostname
        yield Article(str(record["id"]), text, source, toponyms, len(marks) - len(fitting))


def _read_element(item: ET.Element) -> Article:
    key = item.get("docid") or item.get("number") or item.findtext("source") or "?"
    text = item.findtext("text") or ""
    marks = item.findall("toponyms/toponym") or item.findall("locations/location")
    shift = _find_shift(text, marks)
    toponyms = []
    for mark in marks:
        start, end = (int(mark.findtext(tag) or -1) + shift for tag in ("start", "end"))
        if not _fits(text, start, end, _written(mark)):
            continue
        placed = mark.find("gaztag")
        lon, lat = (_number(mark if placed is None else placed, tag) for tag in ("lon", "lat"))
        geoname_id = None if placed is None else _whole(placed.get("geonameid"))
        toponyms.append(Toponym(start, end, lon, lat, geoname_id))
    aside = len(marks) - len(toponyms)
    address = item.findtext("url") or item.findtext("link") or ""
    source = item.findtext("feedid") or item.findtext("domain") or urlsplit(address).hostname
    return Article(key, text, source, tuple(toponyms), aside)


def _find_shift(text: str, marks: list[ET.Element]) -> int:
    """Return 0 or -1: GeoVirus counts from one in some of its articles."""
    spans = [(int(m.findtext("start") or 0), int(m.findtext("end") or 0), m) for m in marks]
    for shift in (0, -1):
        if all(text[a + shift : b + shift] == _written(m) for a, b, m in spans):
            return shift
    return 0


def _written(mark: ET.Element) -> str:
    return mark.findtext("phrase") or mark.findtext("name") or ""


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _number(item: ET.Element, tag: str) -> float | None:
    text = item.findtext(tag)
    return float(text) if text and text.strip() else None


def _fits(text: str, start: int, end: int, written: str) -> bool:
    return 0 <= start < end and text[start:end] == written
