"""Whose rows may not be passed on, whatever they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

FORBIDDING = (
    "acled",
    "may not be passed on",
    "may not be redistributed",
    "no redistribution",
    "not for redistribution",
    "do not redistribute",
    "not to be shared",
    "all rights reserved",
)
"""What a licence says, in any case of letters, whose data's rows may not be passed on.

ACLED's terms (acleddata.com, terms and conditions) allow what is made from its data and not the
data; each licence that names it counts.
"""

_ACLED_TYPES = frozenset(
    {"explosions/remote violence", "violence against civilians", "strategic developments"}
)
_ACLED_SHARED_TYPES = frozenset({"battles", "protests", "riots"})  # others call theirs so too
_ACLED_ID = re.compile(r"[A-Z]{3}\d{1,7}")


def forbids_passing_on(licence: str | None) -> bool:
    """Tell whether a licence forbids to pass the rows of its data on; see `FORBIDDING`."""
    text = " ".join((licence or "").casefold().split())
    return any(words in text for words in FORBIDDING)


def find_forbidden(
    sources: Sequence[dict[str, Any]], events: Sequence[dict[str, Any]], name: str | None
) -> bool:
    """Tell whether the events of a run may not be passed on.

    By the licence of any source, or because they look like ACLED's: by the table's name, by a type
    that only ACLED has, or by its ids with a type that others have too.
    """
    if any(forbids_passing_on(source["licence"]) for source in sources):
        return True
    types = {str(event["event_type"]).strip().casefold() for event in events}
    if types & _ACLED_TYPES or "acled" in (name or "").casefold():
        return True
    numbered = any(_ACLED_ID.fullmatch(str(event["event_id"])) for event in events)
    return numbered and bool(types & _ACLED_SHARED_TYPES)
