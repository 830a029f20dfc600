"""The one way in: a path or bytes to an event set, by the kind of file."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from geo.errors import InputError, UnavailableError
from geo.events.article import read_article
from geo.places import open_geocoder
from geo.resources import package_file
from geo.text import open_recogniser, parse_document, read_document

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from geo.events.event import EventSet
    from geo.events.options import TableOptions
    from geo.events.table import LoadedTable
    from geo.places import Gazetteer, Geocoder, Profile
    from geo.settings import Settings
    from geo.text import Document, Recogniser

EXAMPLE = "examples/rafah_2024-02-24.txt"
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".geojson", ".json", ".parquet"})
TEXT_SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ""})


def read_events(
    path: Path | None,
    gazetteer: Gazetteer,
    settings: Settings,
    options: TableOptions | None = None,
) -> EventSet:
    """Read the events of an article or an event table.

    Parameters
    ----------
    path
        An article (`.txt`, `.md`, `.html`) or a table (`.csv`, `.geojson`, `.parquet`); None:
        the bundled example article.
    options
        How to read a table; None: as it is found.

    Raises
    ------
    UnavailableError
        If the file is missing or can't be read.
    InputError
        If it is neither (a TextError or TableError where its kind is known).
    """
    if path is None:
        path = package_file("events", EXAMPLE)
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        from geo.events.table import read_table

        return read_table(_read_bytes(path), path.name, options)
    if suffix not in TEXT_SUFFIXES:
        raise _unknown(path.name, suffix)
    document = read_document(path, limit_bytes=settings.text_limit_bytes)
    return _open_reader(gazetteer, settings).read(document)


def open_input_table(
    source: Path | tuple[bytes, str] | None, stack: ExitStack
) -> LoadedTable | None:
    """Read an input into a scratch database, if it is a table by the ending of its name.

    Parameters
    ----------
    source
        A file; or bytes and the name to call them by.
    stack
        Keeps the database.

    Raises
    ------
    UnavailableError, InputError
        See `read_events`.
    """
    name = source[1] if isinstance(source, tuple) else source.name if source else ""
    if PurePath(name).suffix.lower() not in TABLE_SUFFIXES:
        return None
    from geo.events.encoding import TableFile
    from geo.events.table import open_table_events

    if isinstance(source, tuple):
        file = TableFile(name, source[0])
    else:
        path = cast("Path", source)
        _check_readable(path)
        file = TableFile(name, path)
    return stack.enter_context(open_table_events(file))


def read_events_from_bytes(
    data: bytes,
    name: str,
    gazetteer: Gazetteer,
    settings: Settings,
    options: TableOptions | None = None,
) -> EventSet:
    """Read events from bytes, such as those of standard input; `name` tells the kind.

    Parameters
    ----------
    options
        How to read a table; None: as it is found.

    Raises
    ------
    InputError
        See `read_events`.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in TABLE_SUFFIXES:
        from geo.events.table import read_table

        return read_table(data, name, options)
    if suffix not in TEXT_SUFFIXES:
        raise _unknown(name, suffix)
    document = parse_document(data, name, limit_bytes=settings.text_limit_bytes)
    return _open_reader(gazetteer, settings).read(document)


class ArticleReader:
    """Reads articles with one recogniser and one geocoder, opened once.

    Parameters
    ----------
    recogniser
        Who finds the names: `rules`, `spacy`, `spacy:MODEL`, or an object of the caller's.
    geocoder
        Who is asked for the names that the gazetteer does not know: `gazetteer` (nobody),
        `nominatim`, `nominatim:URL`, or an object of the caller's.
    offline
        Never touch the network.

    Raises
    ------
    UsageError
        If there is no such recogniser or geocoder.
    UnavailableError
        If it is not installed, or its cache can't be written.
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        *,
        recogniser: str | Recogniser = "rules",
        geocoder: str | Geocoder = "gazetteer",
        offline: bool = False,
    ) -> None:
        self._gazetteer = gazetteer
        self._recogniser = (
            open_recogniser(recogniser) if isinstance(recogniser, str) else recogniser
        )
        self._geocoder: Geocoder | None = None
        if not isinstance(geocoder, str):
            self._geocoder = geocoder
        elif geocoder != "gazetteer":
            self._geocoder = open_geocoder(geocoder, gazetteer, offline=offline)

    def read(self, document: Document, profile: Profile | None = None) -> EventSet:
        """Return the events of an article; see `read_article`."""
        return read_article(
            document,
            self._gazetteer,
            recogniser=self._recogniser,
            geocoder=self._geocoder,
            profile=profile,
        )


def _open_reader(gazetteer: Gazetteer, settings: Settings) -> ArticleReader:
    return ArticleReader(
        gazetteer,
        recogniser=settings.recogniser,
        geocoder=settings.geocoder,
        offline=settings.offline,
    )


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> UnavailableError:
    return UnavailableError(
        f"{path}: {error.strerror or error}; expected an event table (.csv, .geojson, .parquet)"
    )


def _unknown(name: str, suffix: str) -> InputError:
    return InputError(
        f"{name}: unknown type {suffix!r}; expected an article (.txt, .md, .html) or an event "
        "table (.csv, .geojson, .parquet)"
    )
