"""Nominatim, OpenStreetMap's geocoder, within its usage policy.

https://operations.osmfoundation.org/policies/nominatim/: at most one request a second, an agent
that says who asks, answers kept, no bulk, attribution. So: turns that all processes of a user
share, `CIVMAP_CONTACT` in the agent, every answer on file, at most a hundred names a run, and
after one failure no more questions in that run. Names go to the server; nothing else does.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from geo import __version__
from geo.cache import cache_folder, keep, read_kept
from geo.errors import UnavailableError, UsageError
from geo.network import Reply, check_url, fetch, is_local
from geo.places.nominatim_answer import LICENCE, read_places
from geo.turns import Turns
from geo.types import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.places.place import Place

PUBLIC = "https://nominatim.openstreetmap.org"
CONTACT = "CIVMAP_CONTACT"

_TIMEOUT_S = 10.0
_LIMIT_BYTES = 1_000_000
_FRESH_DAYS = 180  # OpenStreetMap changes; older answers are asked for anew
_MOST_REQUESTS = 100  # a run: more is bulk
_LONGEST_NAME = 200
_LONGEST_WAIT_S = 10.0  # for a server that asks to be left alone; longer ends the run's questions
_MANY = 10  # places asked for, whatever the caller's limit: one answer on file serves all
_CONTACT = re.compile(r"[\w.+@:/~-]{3,200}", re.ASCII)


class Nominatim:
    """The Nominatim server at an address; see `geo.places.online.Geocoder`.

    Parameters
    ----------
    url
        Where the server is, without `/search`.
    offline
        Give only the answers on file.
    pause_s
        Seconds between two requests, across processes; at least 1 but for this machine's own.

    Raises
    ------
    UsageError
        If the address may not be asked or nobody to contact is given.
    UnavailableError
        If the cache can't be written: without one nothing is asked.
    """

    label = "Nominatim"

    def __init__(self, url: str = PUBLIC, *, offline: bool = False, pause_s: float = 1.0) -> None:
        host = check_url(url).hostname or ""
        self._url = url.rstrip("/")
        self._offline = offline
        self._agent = "" if offline else _make_agent(host)
        self._folder = cache_folder("nominatim")
        lock = self._folder / f"{re.sub('[^a-z0-9.-]', '_', host.lower())}.turn"
        self._turns = Turns(lock, pause_s=pause_s if is_local(host) else max(1.0, pause_s))
        self._requests = 0
        self._closed: str | None = None  # why no more is asked

    def find_places(
        self, name: str, countries: Sequence[str] = (), *, limit: int = 10
    ) -> list[Place]:
        """Return what the server, or its answer on file, says; see `Geocoder`.

        Raises
        ------
        UnavailableError
            If there is no answer on file and the server can't be asked or did not answer.
        """
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST_NAME:
            return []
        query = {
            "q": name,
            "format": "jsonv2",
            "limit": str(_MANY),
            "addressdetails": "1",
            "namedetails": "1",
            "accept-language": "en",
        }
        if countries:
            query["countrycodes"] = ",".join(sorted({code.lower() for code in countries}))
        url = f"{self._url}/search?{urlencode(query, errors='replace')}"
        path = self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json"
        kept = _read_answer(path, url)
        if kept is None or (not self._offline and _age_days(kept[0]) > _FRESH_DAYS):
            try:
                kept = self._ask(url, path)
            except UnavailableError:
                if kept is None:
                    raise  # an old answer, whose date stands with it, is better than none
        day, answer = kept
        return read_places(answer, name, countries, day)[:limit]

    def sources(self) -> list[Source]:
        """Return OpenStreetMap, with the licence of its data."""
        return [
            Source(
                "nominatim",
                "Nominatim",
                LICENCE,
                url="https://www.openstreetmap.org/copyright",
                attribution="\u00a9 OpenStreetMap contributors",
            )
        ]

    def _ask(self, url: str, path: Path) -> tuple[date, list[dict[str, Any]]]:
        if self._offline:
            raise UnavailableError("not on file, and --offline forbids to ask")
        if self._closed:
            raise UnavailableError(f"no longer asked: {self._closed}")
        if self._requests >= _MOST_REQUESTS:
            raise UnavailableError(
                f"{_MOST_REQUESTS} names were asked for in this run; more is bulk, which the "
                "server's policy forbids. Run a Nominatim of your own for it"
            )
        try:
            answer = _read_reply(self._get(url))
            day = datetime.now(tz=UTC).date()
            keep(path, {"url": url, "date": day.isoformat(), "answer": answer})
        except UnavailableError as error:
            self._closed = str(error)
            raise
        return day, answer

    def _get(self, url: str) -> Reply:
        """Ask in turn; once more if the server wants only a short pause."""
        for again in (True, False):
            with self._turns.take():
                self._requests += 1
                reply = fetch(
                    url,
                    headers={"User-Agent": self._agent, "Accept": "application/json"},
                    timeout_s=_TIMEOUT_S,
                    limit_bytes=_LIMIT_BYTES,
                    own=self._url != PUBLIC,
                )
                if reply.status in {429, 503} and reply.retry_after_s is not None:
                    self._turns.pause(reply.retry_after_s)
                    if again and reply.retry_after_s <= _LONGEST_WAIT_S:
                        continue
            break
        return reply


def _make_agent(host: str) -> str:
    """Return the agent: civmap, its version, and whom to contact, which the policy asks for."""
    contact = os.environ.get(CONTACT, "").strip()
    if not contact and is_local(host):
        return f"civmap/{__version__}"
    if not _CONTACT.fullmatch(contact):
        raise UsageError(
            f"{CONTACT} is {contact!r}: Nominatim's policy wants to know whom to contact; set it "
            "to an e-mail address or the address of a page of yours"
        )
    return f"civmap/{__version__} ({contact})"


def _read_reply(reply: Reply) -> list[dict[str, Any]]:
    if reply.status == 403:
        raise UnavailableError("Nominatim refuses to answer (403): see its usage policy")
    if reply.status == 429:
        wait = reply.retry_after_s
        until = f", for {wait:.0f} s" if wait else ""
        raise UnavailableError(f"Nominatim wants no more questions for now (429){until}")
    if reply.status != 200:
        raise UnavailableError(f"Nominatim answered with status {reply.status}; expected 200")
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
        start = reply.body[:40].decode("utf-8", "replace")
        raise UnavailableError(f"Nominatim's answer {start!r} is no JSON list of places")
    return answer


def _read_answer(path: Path, url: str) -> tuple[date, list[dict[str, Any]]] | None:
    """Return the answer on file and the day it was given; None if there is none that fits."""
    kept = read_kept(path)
    if not isinstance(kept, dict) or kept.get("url") != url:
        return None
    try:
        day, answer = date.fromisoformat(kept["date"]), kept["answer"]
    except (KeyError, TypeError, ValueError):
        return None
    if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
        return None
    return day, answer


def _age_days(day: date) -> float:
    return (time.time() / 86_400) - (day - date(1970, 1, 1)).days
