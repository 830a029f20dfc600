"""A saved news page to its article: main text, title, date and publisher."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo.errors import TextError

logger = logging.getLogger(__name__)

_MAX_CHARACTERS = 2_000_000
_MAX_ELEMENTS = 15_000  # extraction takes time by their square; large news pages have 5,000
_ELEMENT = re.compile("<[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Webpage:
    """What a news page says, without its menus and advertisements; None: not said."""

    text: str
    title: str | None
    date: date | None
    publisher: str | None


def read_webpage(markup: str, name: str) -> Webpage:
    """Extract the article from HTML; nothing is fetched.

    Raises
    ------
    TextError
        If the page is too large, has too many elements, or has no article text.
    """
    if len(markup) > _MAX_CHARACTERS:
        raise TextError(
            f"{name}: a page of {len(markup):,} characters; expected at most "
            f"{_MAX_CHARACTERS:,}. Save the article's text alone as .txt"
        )
    elements = sum(1 for _ in _ELEMENT.finditer(markup))
    if elements > _MAX_ELEMENTS:
        raise TextError(
            f"{name}: a page of {elements:,} elements; expected at most {_MAX_ELEMENTS:,}. "
            "Save the article's text alone as .txt"
        )
    import trafilatura

    found: Any = trafilatura.bare_extraction(
        markup, with_metadata=True, include_comments=False, include_tables=False
    )
    text = (found.text or "").strip() if found is not None else ""
    if found is None or not text:
        raise TextError(
            f"{name}: an HTML page without article text; save the article's text as .txt"
        )
    text = text.replace("\n", "\n\n")  # one line is one paragraph
    title = found.title or None
    if title and not text.startswith(title):
        text = f"{title}\n\n{text}"
    return Webpage(text, title, _to_date(found.date), found.sitename or None)


def _to_date(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        logger.debug("page date %r is no ISO date", value)
        return None
