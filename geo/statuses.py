"""What the status of a server's answer means: whether to ask again, and in words."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

AGAIN = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may pass."""

_MEANING = {
    401: "wants a token or a login (401)",
    403: "refuses (403): a token is missing or wrong, or it wants to know who asks",
    404: "has no such file (404): its catalogue may have changed",
    410: "says that it is gone for good (410): this way of asking was ended",
    429: "wants no more questions for now (429)",
}


class RefusedError(UnavailableError):
    """A server answered with a status that asking again does not change, such as 401 or 404."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class AgainError(Exception):
    """An attempt failed in a way that may pass.

    `wait_s` is what the server asks for; `weight` for how many failures it counts; `advice` what
    to say at the end.
    """

    def __init__(
        self, text: str, wait_s: float | None = None, *, weight: int = 1, advice: str | None = None
    ) -> None:
        super().__init__(text)
        self.wait_s, self.weight, self.advice = wait_s, weight, advice


def judge_status(
    status: int, label: str, wait_s: float | None, meanings: Mapping[int, str] | None = None
) -> AgainError | RefusedError:
    """Return the error that a status other than 200 is.

    Parameters
    ----------
    label
        What it calls the file.
    meanings
        What to say of a status beside what is said of it anyway.
    """
    meaning = _MEANING.get(status, f"answered with status {status}; expected 200")
    advice = (meanings or {}).get(status)
    text = f"{label}: the server {meaning}"
    if status in AGAIN:
        return AgainError(text, wait_s, advice=advice)
    return RefusedError(f"{text}. {advice}" if advice else text, status)


def is_missing(error: UnavailableError) -> bool:
    """Tell whether a server said that it has no such file (404)."""
    return isinstance(error, RefusedError) and error.status == HTTPStatus.NOT_FOUND
