"""Keys, tokens and passwords of the user: from the environment, else from the system's keyring.

Whatever is handed out here is remembered, so that it can be taken out of every text again and
no answer that repeats it is kept. It is sent to the service that it is for and written nowhere.
"""

from __future__ import annotations

import html
import json
import os
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

SERVICE = "civmap"
"""What the keyring calls us: `keyring set civmap CIVMAP_DTM_KEY`."""

_HIDDEN = "[secret]"
_SHORTEST = 6  # shorter ones stand in texts by chance
_CHUNK = 1 << 20
_handed_out: set[str] = set()


def read_secret(name: str) -> str | None:
    """Return a secret by the name of its environment variable; None if there is none.

    The environment goes first. The keyring is asked if it is installed (`civmap[keyring]`); that
    it is missing, locked or without a backend is no error.
    """
    found = os.environ.get(name, "").strip() or _ask_keyring(name)
    return hide(found) if found else None


def hide(secret: str) -> str:
    """Remember a secret, such as a token that a service gave out, and return it."""
    _handed_out.add(secret)
    return secret


def scrub(text: str) -> str:
    """Return a text without the secrets that were handed out, however they are quoted in it."""
    for form in _list_forms():
        text = text.replace(form, _HIDDEN)
    return text


def refuse_secret(path: Path, label: str) -> None:
    """Raise if a server's answer repeats a secret that was handed out.

    Parameters
    ----------
    label
        What the message calls it.

    Raises
    ------
    UnavailableError
        See above.
    """
    forms = [form.encode() for form in _list_forms()]
    overlap = max(map(len, forms), default=1) - 1
    end = b""
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            seen = end + piece
            if any(form in seen for form in forms):
                raise UnavailableError(
                    f"{label}: the server's answer repeats a key or token that was sent; it was "
                    "thrown away"
                )
            end = seen[-overlap:] if overlap else b""


def _list_forms() -> list[str]:
    """Return all secrets as they are and as they stand in addresses, JSON and HTML, long first."""
    forms: set[str] = set()
    for secret in _handed_out:
        if len(secret) >= _SHORTEST:
            forms |= {
                secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1],
                html.escape(secret),
            }  # fmt: skip
    return sorted(forms, key=lambda form: (-len(form), form))


def _ask_keyring(name: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found = keyring.get_password(SERVICE, name)
    except (KeyringError, OSError, RuntimeError):
        return None
    return found.strip() if found else None
