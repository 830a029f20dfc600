"""Why HDX's library failed, in one line: its errors hold the answer of the site in many ways."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "CIVMAP_HDX_KEY"
_LONGEST_ANSWER = 500
_REFUSED = frozenset({401, 403})


def name_reason(error: BaseException, host: str) -> str:
    """Return what went wrong, by the first of an error's causes that says it."""
    for cause in _walk_causes(error):
        if reason := _name_cause(cause, host):
            return reason
    return f"{host}: {error}"


def _walk_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error's causes, the first of them first."""
    if error.__cause__ is not None:
        yield from _walk_causes(error.__cause__)
    yield error


def _name_cause(cause: BaseException, host: str) -> str | None:
    from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError
    from requests import RequestException, Timeout

    told: dict[type[BaseException], Callable[[], str]] = {
        UnavailableError: lambda: str(cause),
        NotAuthorized: lambda: _refuse(host),
        ValidationError: lambda: f"{host} refuses what was sent: {_name_fields(cause)}",
        NotFound: lambda: f"{host} doesn't know what was asked for",
        CKANAPIError: lambda: _name_status(str(cause), host),
        Timeout: lambda: f"{host} gave no answer in time",
        RequestException: lambda: f"{host} can't be reached, or broke off",
    }
    return next((say() for kind, say in told.items() if isinstance(cause, kind)), None)


def _refuse(host: str) -> str:
    return (
        f"{host} refuses the key in {KEY}: it is wrong, or its owner may not write for the "
        "organisation"
    )


def _name_fields(error: Any) -> str:
    answer = error.error_dict
    fields = answer if isinstance(answer, dict) else {"answer": answer}
    lines = [f"{name}: {value}" for name, value in fields.items() if name != "__type"]
    return " ".join("; ".join(lines).split())[:_LONGEST_ANSWER]


def _name_status(message: str, host: str) -> str:
    """Say what an answer was that the client keeps as `[address, status, body]`."""
    try:
        _, status, _ = ast.literal_eval(message)
    except (ValueError, SyntaxError):
        status = 200
    if status in _REFUSED:
        return _refuse(host)
    return f"{host} answered {status}" if status != 200 else f"{host}: its answer is not HDX's"
