"""What is to be fetched, in what way, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from geo.holdings import Holding, Origin

    Show = Callable[[str, int, int | None], None]
    Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Manners:
    """How a server is asked.

    Attributes
    ----------
    attempts
        How often in a row without a byte of progress.
    first_pause_s
        Before the second attempt; doubled before each further one, times 0.5 to 1.5 by chance.
    longest_wait_s
        Longest pause that the server may ask for (Retry-After); a longer one ends the download.
    silence_s
        Longest silence.
    slowest_bytes_s
        Bytes a second, on the mean of `slow_s` seconds, below which a download is given up.
    pause_s
        Between two requests to a host, across processes; this machine's own is not spared.
    """

    attempts: int = 4
    first_pause_s: float = 1.0
    longest_wait_s: float = 60.0
    silence_s: float = 30.0
    slowest_bytes_s: float = 500.0
    slow_s: float = 60.0
    pause_s: float = 0.5


DEFAULT_MANNERS = Manners()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch.

    Attributes
    ----------
    origin
        Its address and what is known of it.
    kind
        See `geo.content`.
    hosts
        Hosts that it may come from, its own and those that it redirects to; see
        `geo.network.is_listed`.
    name
        What to call it; None: as its address does.
    checksum
        `sha256:...` or `md5:...` as the publisher gives it; None: it gives none.
    fresh_days
        How long a copy serves without a question whether there is a newer one.
    limit_bytes
        Largest file that is fetched.
    check
        Looks closer at the whole file; raises `UnavailableError` if it is not the right one.
    as_form
        The address's query is sent as a form (POST).
    meanings
        What to say of a status, such as 403, beside what is said of it anyway.
    serves_old
        Whether an old copy serves where no new one can be had; else that is an error.
    """

    origin: Origin
    kind: str
    hosts: frozenset[str]
    name: str | None = None
    checksum: str | None = None
    fresh_days: int = 30
    limit_bytes: int = 5_000_000_000
    check: Callable[[Path], None] | None = None
    as_form: bool = False
    meanings: Mapping[int, str] = field(default_factory=dict)
    serves_old: bool = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is at hand.

    Attributes
    ----------
    transferred
        Bytes that came from the network for it now; 0: it was in the cache.
    note
        What to know of it, such as that it is old and the source is down; None: nothing.
    """

    holding: Holding
    transferred: int = 0
    note: str | None = None

    @property
    def path(self) -> Path:
        """Where it lies; not to be changed."""
        return self.holding.path


@dataclass(frozen=True, slots=True)
class Way:
    """How files are had: from the network or the cache only, with which manners, who looks on.

    Attributes
    ----------
    show
        Called with a file's name, its bytes so far, and all of them (None: unknown).
    tell
        Called with a sentence on what goes on, such as that another process is waited for.
    secret_headers, secret_query
        Tokens: sent to the address's own host only, never written anywhere.
    """

    offline: bool = False
    manners: Manners = DEFAULT_MANNERS
    show: Show | None = None
    tell: Tell | None = None
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_query: Mapping[str, str] = field(default_factory=dict, repr=False)
