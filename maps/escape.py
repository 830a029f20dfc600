"""The one way that untrusted text reaches a page.

Article sentences, place names, file names and notes are written by strangers. branca compiles
what it has rendered as a Jinja template a second time, browsers parse it as HTML and then as
script, so a text that is harmless in one of the three can run in another. The ways out of here
are safe in all three:

- `escape_text`, into HTML: everything but letters, digits and a few signs is a numeric entity;
- `dump_json`, into a data block that the page's script shows through `textContent`;
- `escape_css`, into a string of a style sheet.

Templates get text through `make_environment`, which applies `escape_text` to every value that
is not `Html`; and `Html` is made only here and from our own templates.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping

_WEB = Path(__file__).resolve().parent / "web"
_PLAIN = frozenset(" .,:;!?()-_/")
_JOINERS = frozenset("\u200c\u200d")  # ZWNJ and ZWJ shape Persian, Indic and emoji
_NO_BREAK = frozenset("\u00a0\u202f")  # between a number and its unit, before a French colon
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_JSON_PLAIN = re.compile(r'"[A-Za-z0-9 .,:;!?()/_-]*"')
_JSON_UNSAFE = re.compile(r"[^\w \"\\.,:;!?()/\-\u200c\u200d]")


class Html(Markup):
    """Markup that is safe as it stands: made by this module or rendered by our own templates."""


def clean_text(text: str) -> str:
    """Return text without control and format characters.

    Bidirectional controls, zero-width characters, soft hyphens, lone surrogates and unassigned
    code points are dropped; ZWJ and ZWNJ stay, and no-break spaces; line breaks and tabs become a
    space.
    """
    kept = []
    for char in text:
        if char in _JOINERS or char in _NO_BREAK:
            kept.append(char)
        elif char.isspace():
            kept.append(" ")
        elif unicodedata.category(char) not in _DROPPED:
            kept.append(char)
    return "".join(kept)


def escape_text(text: str) -> Html:
    """Return text as HTML that reads as it was written, in an element or a quoted attribute.

    Letters, digits, space and ``.,:;!?()-_/`` stay; every other character is a numeric entity.
    """
    return Html(
        "".join(
            char if char.isalnum() or char in _PLAIN else f"&#{ord(char)};"
            for char in clean_text(text)
        )
    )


def dump_json(value: Any) -> Html:
    r"""Return a value as JSON that can stand inside a `<script type="application/json">` block.

    Strings are cleaned as in `clean_text`; in them every character but letters, digits and a
    few signs is written ``\uXXXX``, so neither `</script>` nor a template marker can occur.

    Raises
    ------
    ValueError
        If the value holds NaN or an infinite number, which JSON can't say.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Html(_JSON_STRING.sub(_clean_json_string, text))


def escape_css(text: str) -> Html:
    """Return text as it can stand inside a quoted string of a style sheet.

    All but ASCII letters and digits is written as a code point of six hexadecimal digits; spaces
    too, for one that follows a code point belongs to it.
    """
    return Html(
        "".join(
            char if char.isascii() and char.isalnum() else f"\\{ord(char):06x}"
            for char in clean_text(text)
        )
    )


def embed_page(page: str, *, height_px: int) -> Html:
    """Return a whole page as an inline frame, for a notebook's output cell.

    The frame has an origin of its own: the page's script can't reach the notebook.
    """
    source = html.escape(page, quote=True)
    return Html(
        f'<iframe srcdoc="{source}" sandbox="allow-scripts" width="100%" height="{height_px:d}" '
        'frameborder="0" title="civmap"></iframe>'
    )


def make_environment(constants: Mapping[str, Any]) -> Environment:
    """Return the Jinja environment of our page templates.

    Every value that is put out passes `escape_text` unless it is `Html`; a name that is not
    defined is an error.
    """
    environment = Environment(
        loader=FileSystemLoader(_WEB),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(constants)
    return environment


def _finalize(value: Any) -> Markup:
    if isinstance(value, Markup):
        return value
    return escape_text("" if value is None else str(value))


def _clean_json_string(found: re.Match[str]) -> str:
    quoted = found[0]
    if _JSON_PLAIN.fullmatch(quoted):  # nearly all: nothing to clean or to write otherwise
        return quoted
    cleaned = json.dumps(clean_text(json.loads(quoted)), ensure_ascii=False)
    return _JSON_UNSAFE.sub(_to_unicode_escape, cleaned)


def _to_unicode_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
