"""A user at a service that gives out tokens (OAuth 2.0, RFC 6749): by password, then by refresh.

Tokens live in this process only. https://www.rfc-editor.org/rfc/rfc6749 sections 4.3, 5 and 6.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geo.attempts import expect_failures, make_attempts
from geo.credentials import hide, scrub
from geo.download import AGENT, find_address, open_turns
from geo.errors import UnavailableError
from geo.network import fetch
from geo.statuses import AGAIN, RefusedError, judge_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from geo.network import Reply
    from geo.wanted import Way

    Result = TypeVar("Result")

_UNAUTHORISED = frozenset({400, 401, 403})
_EXPIRED = 401
_LIMIT_BYTES = 100_000


class Login:
    """A user's tokens at a service.

    Parameters
    ----------
    source
        The source's name, for messages.
    url
        Where tokens are given out.
    wanted
        What to say of user and password where they are refused.
    """

    def __init__(
        self, source: str, url: str, *, client: str, user: str, password: str, wanted: str
    ) -> None:
        self._source, self._url, self._client, self._wanted = source, url, client, wanted
        self._user, self._password = user, password
        self._token: str | None = None
        self._refresh: str | None = None

    def __repr__(self) -> str:
        return f"Login({self._source!r})"

    def ask(self, question: Callable[[Mapping[str, str]], Result], way: Way) -> Result:
        """Return the answer to a question that is asked with a token in its headers.

        A token that is refused (401) is renewed: once by the refresh token, then by the password.

        Raises
        ------
        UnavailableError
            If no token can be had, or each is refused.
        """
        if self._token is None:
            self._log_in(way)
        for renew in (self._renew, self._log_in):
            try:
                return question(self._headers())
            except RefusedError as error:
                if error.status != _EXPIRED:
                    raise
            renew(way)
        return question(self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _log_in(self, way: Way) -> None:
        form = {"grant_type": "password", "username": self._user, "password": self._password}
        reply = self._post(form, way)
        if reply.status in _UNAUTHORISED:
            raise UnavailableError(
                f"{self._source}: it refuses user and password ({reply.status}); {self._wanted}"
            )
        self._keep(reply)

    def _renew(self, way: Way) -> None:
        """Take a new token for the refresh token; if that is none any more, for the password."""
        if self._refresh is None:
            self._log_in(way)
            return
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh}
        reply = self._post(form, way)
        if reply.status in _UNAUTHORISED:
            self._log_in(way)
            return
        self._keep(reply)

    def _keep(self, reply: Reply) -> None:
        if reply.status != 200:
            raise judge_status(reply.status, self._label, None)
        try:
            told: Any = json.loads(reply.body)
        except (ValueError, RecursionError):
            begin = reply.body[:200].lstrip().lower()
            page = begin.startswith((b"<!doctype", b"<html"))
            what = "a web page, perhaps one to log in" if page else "no JSON: cut off or broken"
            raise UnavailableError(f"{self._label} is {what}; expected JSON with a token") from None
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not token:
            raise UnavailableError(f"{self._label}: the answer was changed: it has no access_token")
        refresh = told.get("refresh_token")
        self._token = hide(token)
        self._refresh = hide(refresh) if isinstance(refresh, str) and refresh else None

    @property
    def _label(self) -> str:
        parts = urlsplit(self._url)
        return f"{self._source}: {parts.hostname}{parts.path}"

    def _post(self, form: Mapping[str, str], way: Way) -> Reply:
        address, manners = find_address(self._url), way.manners
        turns = open_turns(address, way)

        def attempt() -> Reply:
            with expect_failures(self._label, manners.silence_s), turns.take():
                reply = fetch(
                    address,
                    headers={"User-Agent": AGENT, "Accept": "application/json"},
                    timeout_s=manners.silence_s,
                    limit_bytes=_LIMIT_BYTES,
                    own=address != self._url,
                    form={**form, "client_id": self._client},
                )
                wait = reply.retry_after_s
                if reply.status in AGAIN and wait is not None:
                    turns.pause(min(wait, manners.longest_wait_s))
            if reply.status in AGAIN:
                raise judge_status(reply.status, self._label, wait)
            return reply

        try:
            return make_attempts(attempt, manners)
        except UnavailableError as error:
            raise UnavailableError(scrub(str(error))) from None
