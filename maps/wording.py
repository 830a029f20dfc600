"""Words, numbers and dates as the page's reader writes them.

Fixed texts are marked `_("...")` where they are used and looked up in a gettext catalogue of
`catalogues/`, which is compiled when it is first read; English is as it is written. Digits are
Western in every language: those of P-codes, tables and files, read in all countries that write
Arabic, and what the UN's maps in Arabic use. A number has the same digits in every language, only
its separators differ (Unicode CLDR, through Babel).
"""

from __future__ import annotations

import functools
import gettext
import io
import math
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UsageError
from geo.headline import shorten_people
from geo.types import mark

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES = ("en", "ar", "fr")
CATALOGUES = Path(__file__).resolve().parent / "catalogues"
_RIGHT_TO_LEFT = frozenset({"ar"})
_MILLION = 1_000_000
_SHORT_DIGITS = 3
_WHOLE = 100  # from here on three digits need no decimals
_RIGHT_LETTERS = re.compile("[\u0590-\u08ff]")
_MID_YEAR = re.compile(r"mid-(\d{4})")
_MONTHS = mark(
    "January February March April May June July August September October November December"
)
_SHORT_MONTHS = mark("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
_UNITS = {"km": mark("km"), "km²": mark("km²"), "/km²": mark("/km²")}
# CLDR has "Palestinian Territories"; the gazetteer and the United Nations say Palestine.
_COUNTRIES = {"PS": mark("Palestine")}


class English(str):
    """A text that is English on every page; on a page in another language it is marked so."""

    __slots__ = ()


@dataclass(frozen=True)
class Wording:
    """The language of a page: its catalogue, direction and number formats.

    Attributes
    ----------
    lang
        Language tag of the page, such as `en`.
    direction
        `ltr` or `rtl`.
    catalogue
        Translations of the fixed texts.
    group, point
        What sets off thousands, and decimals.
    """

    lang: str = "en"
    direction: str = "ltr"
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    group: str = ","
    point: str = "."

    def translate(self, message: str) -> str:
        """Return a fixed text in the page's language."""
        return self.catalogue.gettext(message)

    def translate_plural(self, singular: str, plural: str, count: int) -> str:
        """Return a fixed text that depends on a number, which `{count}` stands for."""
        text = self.catalogue.ngettext(singular, plural, count)
        return text.format(count=self.count(count))

    def look_up(self, text: str) -> str:
        """Return a text that a run carries in the page's language, else as it is.

        For texts that may be a stranger's, such as the name of a population source.
        """
        return self.catalogue.gettext(text) if text else text

    def tell(self, text: str) -> str:
        """Return an English text of ours that a run carries in the page's language, else marked."""
        told = self.look_up(text)
        return English(text) if told == text and self.lang != "en" else told

    def find_direction(self, text: object) -> str:
        """Return the `dir` of a text that may begin with a name in another script.

        On a page that is read from the right, a text with letters of such a script is set so,
        whatever its first word; all else by its first letter.
        """
        is_own = self.direction == "rtl" and _RIGHT_LETTERS.search(str(text))
        return "rtl" if is_own else "auto"

    def join(self, parts: Iterable[str]) -> str:
        """Return a list in a sentence."""
        return self.translate(", ").join(parts)

    def write_number(self, text: str) -> str:
        """Return a number written as in English, `1,234.5`, with the language's separators."""
        return "".join({",": self.group, ".": self.point}.get(char, char) for char in text)

    def count(self, value: float | None) -> str:
        """Return whole persons (or other units) with thousands set off: `1,400,000`."""
        if value is None or not math.isfinite(value):
            return self.translate("no data")
        return self.write_number(f"{round(value):,}")

    def people(self, value: float | None) -> str:
        """Return a number of persons; of those that nobody can count: `unknown`, never 0."""
        if value is None or not math.isfinite(value):
            return self.translate("unknown")
        return self.count(value)

    def about(self, value: float | None) -> str:
        """Return a figure to three digits, as a headline may say it: `1.4 million`, `275,000`."""
        if value is None or not math.isfinite(value):
            return self.translate("no data")
        digits = _SHORT_DIGITS - 1 - math.floor(math.log10(abs(value))) if value else 0
        rounded = round(value, min(digits, 0))
        if abs(rounded) >= _MILLION:
            millions = rounded / _MILLION
            number = f"{millions:,.0f}" if abs(millions) >= _WHOLE else f"{millions:.3g}"
            return self._write_millions(number)
        return self.write_number(f"{rounded:,.0f}")

    def tell_people(self, people: float) -> str:
        """Return a number of people with the digits of `geo.headline.format_people`."""
        number, in_millions = shorten_people(people)
        return self._write_millions(number) if in_millions else self.write_number(number)

    def _write_millions(self, number: str) -> str:
        whole = abs(int(float(number.replace(",", ""))))
        text = self.catalogue.ngettext("{number} million", "{number} million", whole)
        return text.format(number=self.write_number(number))

    def measure(self, value: float | None, unit: str) -> str:
        """Return a number with its unit, three digits at least: `64 km²`, `2.5 km`."""
        if value is None or not math.isfinite(value):
            return self.translate("no data")
        size = f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.3g}"
        named = self.translate(_UNITS[unit]) if unit in _UNITS else unit
        return f"{self.write_number(size)} {named}"

    def percent(self, fraction: float | None) -> str:
        """Return a fraction as a percentage: `97 %`."""
        if fraction is None or not math.isfinite(fraction):
            return self.translate("no data")
        return self.write_percent(f"{100 * fraction:.0f}")

    def write_percent(self, number: str) -> str:
        """Return a number of hundredths, written as in English, with its sign."""
        return self.translate("{number} %").format(number=self.write_number(number))

    def day(self, value: date | str | None) -> str:
        """Return a date in words, `24 February 2024`; other text, such as `2023`, as it is."""
        if value is None:
            return self.translate("undated")
        try:
            moment = value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            return self._write_period(str(value))
        month = self.translate(_MONTHS).split(" ")[moment.month - 1]
        return f"{self._write_day(moment.day)} {month} {moment.year}"

    def write_date(self, value: str) -> str:
        """Return a date that stands in a sentence, in words."""
        return self.day(value)

    def short_month(self, month: int) -> str:
        """Return a month, 1 to 12, as a chart may say it: `Feb`."""
        return self.translate(_SHORT_MONTHS).split(" ")[month - 1]

    def country(self, code: str | None, name: str) -> str:
        """Return a country's name by its ISO 3166-1 alpha-2 code; else the name given."""
        if code is None or self.lang == "en":
            return name
        if code in _COUNTRIES:
            return self.translate(_COUNTRIES[code])
        return _load_territories(self.lang).get(code, name)

    def _write_period(self, text: str) -> str:
        found = _MID_YEAR.fullmatch(text)
        return self.translate("mid-{year}").format(year=found[1]) if found else self.look_up(text)

    def _write_day(self, day: int) -> str:
        return "1er" if day == 1 and self.lang == "fr" else str(day)


def load_wording(lang: str = "en") -> Wording:
    """Return the wording of a language.

    Raises
    ------
    UsageError
        If pages can't be written in it.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"language {lang!r}: expected one of {', '.join(LANGUAGES)}")
    if lang == "en":
        return Wording()
    from babel import Locale

    symbols = Locale.parse(lang).number_symbols["latn"]
    direction = "rtl" if lang in _RIGHT_TO_LEFT else "ltr"
    return Wording(lang, direction, _load_catalogue(lang), symbols["group"], symbols["decimal"])


def find_catalogue(lang: str) -> Path:
    """Return the path of a language's catalogue."""
    return CATALOGUES / lang / "LC_MESSAGES" / "civmap.po"


@functools.cache
def _load_catalogue(lang: str) -> gettext.GNUTranslations:
    """Compile a catalogue in memory: a compiled file could be older than its source."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with find_catalogue(lang).open("rb") as file:
        catalogue = read_po(file, locale=lang)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@functools.cache
def _load_territories(lang: str) -> dict[str, str]:
    from babel import Locale

    return dict(Locale.parse(lang).territories)
