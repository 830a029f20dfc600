"""Catalogues of sources, and files taken out of what was fetched."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from geo.archives import extract_members, list_members
from geo.credentials import read_secret
from geo.download import fetch_file
from geo.errors import UnavailableError, UsageError
from geo.holdings import Holdings, Origin
from geo.wanted import Fetched, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.holdings import Holding
    from geo.offers import Offer
    from geo.wanted import Way

Result = TypeVar("Result")

_CATALOGUE_DAYS = 1
_CATALOGUE_BYTES = 50_000_000
_TOKEN = re.compile(r"[\x21-\x7e]{1,4000}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


def read_catalogue(
    url: str,
    source: str,
    hosts: frozenset[str],
    way: Way,
    read: Callable[[Any], Result],
    **more: Any,
) -> Result:
    """Return what a catalogue's JSON answer says, from the cache if it is of today.

    Parameters
    ----------
    read
        Reads the answer; raises `UnavailableError` if it is not what it was: then it is not kept.
    more
        Fields of `Wanted`.

    Raises
    ------
    UnavailableError
        If it can't be had, or read.
    """

    def check(path: Path) -> None:
        read(json.loads(path.read_bytes()))

    wanted = Wanted(
        Origin(url, f"{source} catalogue"),
        kind="json",
        hosts=hosts,
        name="catalogue.json",
        fresh_days=_CATALOGUE_DAYS,
        limit_bytes=_CATALOGUE_BYTES,
        check=check,
        **more,
    )
    quiet = dataclasses.replace(way, show=None)  # it is small
    return read(json.loads(fetch_file(wanted, quiet).path.read_bytes()))


def need(record: Any, names: tuple[str, ...], source: str) -> dict[str, Any]:
    """Return a record of a catalogue, after it was seen to have what is needed.

    Raises
    ------
    UnavailableError
        If it is no record or lacks fields: the catalogue was changed.
    """
    missing = [name for name in names if not isinstance(record, dict) or name not in record]
    if missing:
        raise UnavailableError(
            f"{source}: its catalogue was changed: a record has no {', '.join(missing)}; this "
            "civmap can't read it"
        )
    return dict(record)


def read_token(variable: str, way: Way, why: str) -> str:
    """Return a token of the user's; empty where it is missing and nothing is asked.

    Parameters
    ----------
    why
        What the message says of it: who wants it, and where it is had.

    Raises
    ------
    UnavailableError
        If it is missing and the network may be asked.
    UsageError
        If it has characters that no token has. They are not shown.
    """
    token = read_secret(variable) or ""
    if not token and not way.offline:
        raise UnavailableError(f"{why}; set {variable} to it")
    if token and not _TOKEN.fullmatch(token):
        raise UsageError(f"{variable} has a space or characters that no token has; copy it again")
    return token


def tidy(text: object, longest: int = 300) -> str:
    """Return a publisher's words in one line, without controls, not longer than `longest`."""
    plain = " ".join(_CONTROLS.sub(" ", str(text or "")).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 4].rstrip()} ..."


def fetch_offer(offer: Offer, kind: str, hosts: frozenset[str], way: Way, **more: Any) -> Fetched:
    """Fetch the file of an offer; `more` are fields of `Wanted`."""
    return fetch_file(Wanted(make_origin(offer), kind=kind, hosts=hosts, **more), way)


def make_origin(offer: Offer, url: str | None = None) -> Origin:
    """Return what is known of an offer's file before it is fetched; `url`: of a part of it."""
    return Origin(
        url or offer.url,
        offer.source,
        offer.licence,
        offer.attribution,
        offer.vintage,
        offer.area or None,
    )


def take_members(
    fetched: Fetched, names: list[str], check: Callable[[Path], None] | None = None
) -> list[Fetched]:
    """Return files out of a zip archive, each kept by itself.

    Parameters
    ----------
    check
        Looks at each file before it is kept; raises `UnavailableError` if it is not the right one.

    Raises
    ------
    UnavailableError
        If the archive is not to be trusted, or has no such member.
    """
    taken = []
    for name in names:

        def write(target: Path, name: str = name) -> None:
            with tempfile.TemporaryDirectory(dir=target.parent) as folder:
                (path,) = extract_members(fetched.path, [name], Path(folder))
                if check:
                    check(path)
                path.replace(target)

        taken.append(derive(fetched, name, write))
    return taken


def derive(
    fetched: Fetched, name: str, write: Callable[[Path], None], vintage: str | None = None
) -> Fetched:
    """Return a file made of another one; it is made once for each version of that.

    Parameters
    ----------
    name
        What to call it; what it is made by belongs into the name.
    write
        Writes it to a path. If it raises `UnavailableError`, the other file is not what it was
        taken for, and is not kept any longer.
    vintage
        The time that it is of, where only the file itself tells; None: as was known before.
    """
    holdings, first = Holdings(), fetched.holding
    url = f"{first.origin.url}#{first.sha256[:12]}/{name}"
    kept = holdings.find(url)
    if kept is None:
        with holdings.hold(url):
            known = dataclasses.replace(
                first.origin, url=url, vintage=vintage or first.origin.vintage
            )
            try:
                kept = holdings.find(url) or make_file(known, name, write, first.mirror)
            except UnavailableError as error:
                if not isinstance(error.__cause__, OSError):  # as of a full disk
                    holdings.drop(first)
                raise
    return Fetched(kept, fetched.transferred, fetched.note)


def derive_joined(
    files: Sequence[Fetched], stem: str, suffix: str, write: Callable[[Path], None]
) -> Fetched:
    """Return a file made of several, of one source; made once for each version of any of them."""
    versions = "-".join(file.holding.sha256 for file in files)
    name = f"{stem}_{hashlib.sha256(versions.encode()).hexdigest()[:12]}{suffix}"
    notes = [file.note for file in files if file.note]
    return dataclasses.replace(
        derive(files[0], name, write),
        transferred=sum(file.transferred for file in files),
        note=notes[0] if notes else None,
    )


def make_file(
    origin: Origin, name: str, write: Callable[[Path], None], mirror: str | None
) -> Holding:
    """Write a file and keep it: the whole of it or nothing.

    Raises
    ------
    UnavailableError
        If it can't be written.
    """
    holdings = Holdings()
    draft = holdings.draft(origin.url)
    draft.unlink(missing_ok=True)
    try:
        write(draft)
        return holdings.keep(draft, name, origin, mirror=mirror)
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(f"{name} can't be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def unpack(fetched: Fetched, suffix: str) -> Path:
    """Return a folder with all members of a zip archive whose names end in `suffix`.

    Raises
    ------
    UnavailableError
        If the archive is not to be trusted or has no such member.
    """
    folder = fetched.path.parent / f"{fetched.path.name}.unpacked"
    names = [name for name in list_members(fetched.path) if name.lower().endswith(suffix)]
    if not names:
        raise UnavailableError(f"{fetched.path.name} has no member that ends in {suffix}")
    with Holdings().hold(f"{fetched.holding.origin.url}#unpacked"):
        if not folder.is_dir():
            draft = Path(tempfile.mkdtemp(dir=fetched.path.parent))
            try:
                extract_members(fetched.path, names, draft)
                draft.replace(folder)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    return folder
