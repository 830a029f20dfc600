"""To whom what is drawn may go: the line that every page and sheet carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import UsageError

if TYPE_CHECKING:
    from maps.wording import Wording

INTERNAL = "internal"
"""The analyst's own page: it holds free text, names of actors and exact positions."""

PUBLIC = "public"
"""Made for publication, from what nobody is harmed by."""


def name_profile(profile: str, words: Wording) -> str:
    """Return the line that says to whom a page of this profile may go.

    Raises
    ------
    UsageError
        If there is no such profile.
    """
    _ = words.translate
    lines = {INTERNAL: _("Internal - not for distribution"), PUBLIC: _("Public")}
    if profile not in lines:
        raise UsageError(f"profile {profile!r}: expected {' or '.join(lines)}")
    return lines[profile]
