"""Text on paper: measured, broken into lines, and set as it is written.

Only matplotlib's own DejaVu Sans is used, from its files, so that every machine sets the same
text alike. matplotlib (3.11 and later) shapes Arabic and orders lines of both directions itself.
Nothing in a text is parsed: no mathtext, no TeX. Characters that the fonts don't have are drawn as
boxes by matplotlib's font of last resort; in the text of a PDF they are as they were written.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import LoadFlags

from maps.escape import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

Align = Literal["left", "center", "right"]
Edge = Literal["start", "center", "end"]
"""Of a sheet: where lines begin, and where they end; an Arabic sheet is read from the right."""

MM_PER_POINT = 25.4 / 72
LINE = 1.24
"""Distance of two lines, in sizes of the letters."""

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_LTR_MARK, _RTL_MARK = "\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}"
_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_MOST_LETTERS = 500  # in a line
_MEASURED_AT = 20.0  # points; widths grow with the size, as nothing is hinted


@cache
def find_font(*, bold: bool) -> FontProperties:
    """Return the font that all text is set in."""
    return FontProperties(fname=_find_file(bold=bold))


def _find_file(*, bold: bool) -> Path:
    return Path(mpl.get_data_path(), "fonts", "ttf", _FILES[bold])


def lacks_letters(characters: Iterable[str]) -> bool:
    """Tell whether any character is one that the fonts don't have."""
    known = get_font(_find_file(bold=False)).get_charmap()
    return any(ord(char) not in known and not char.isspace() for char in characters)


def measure_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return a text's width in millimetres at a size in points, without control characters."""
    return _measure(text, bold=bold) * size


@lru_cache(maxsize=50_000)
def _measure(text: str, *, bold: bool) -> float:
    font = get_font(_find_file(bold=bold))
    font.set_size(_MEASURED_AT, 72)
    font.set_text(clean_text(text), 0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64 / _MEASURED_AT * MM_PER_POINT


def is_rtl(text: str) -> bool:
    """Tell whether a text's first letter is of a script that runs from right to left."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False


def break_lines(
    text: str, width: float, size: float, *, bold: bool = False, max_lines: int | None = None
) -> list[str]:
    """Return a text in lines no wider than `width` millimetres, broken between words.

    A word that is too wide is broken where it must. Control characters are dropped. Where there
    are more lines than `max_lines`, the last one ends with an ellipsis. In every line the marks of
    direction are such that it runs as the whole text does.
    """
    text = clean_text(text)
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if _sum_width(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _break_word(word, width, size, bold=bold)
        lines += whole
        if max_lines is not None and len(lines) > max_lines:
            break
    lines.append(line)
    if max_lines is not None and len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], _shorten(lines[max_lines - 1], width, size, bold=bold)]
    direction = is_rtl(text)
    return [_keep_direction(line, rtl=direction) for line in lines]


def _sum_width(text: str, size: float, *, bold: bool) -> float:
    """Return the width of words side by side; no letter joins another across a space."""
    words = text.split(" ")
    space = measure_width("n n", size, bold=bold) - measure_width("nn", size, bold=bold)
    return sum(measure_width(word, size, bold=bold) for word in words) + space * (len(words) - 1)


def _break_word(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    if measure_width(word, size, bold=bold) <= width:
        return [word]
    # letter by letter: a sum of widths, which is never much less than the joined letters' own
    pieces, used = [""], 0.0
    for char in word:
        wide = measure_width(char, size, bold=bold)
        if pieces[-1] and used + wide > width:
            pieces.append("")
            used = 0.0
        pieces[-1] += char
        used += wide
    return pieces


def _shorten(line: str, width: float, size: float, *, bold: bool) -> str:
    line = line[:_MOST_LETTERS]
    while line and _sum_width(line + _ELLIPSIS, size, bold=bold) > width:
        line = line[:-1]
    return line.rstrip() + _ELLIPSIS


def _keep_direction(line: str, *, rtl: bool) -> str:
    if is_rtl(line) == rtl:
        return line
    return (_RTL_MARK if rtl else _LTR_MARK) + line
