"""Words, numbers and dates as the page's reader writes them.

Fixed texts are marked `_("...")` where they are used and looked up in a gettext catalogue;
without a catalogue they stay as they are written, in English.
"""

from __future__ import annotations

import gettext
import math
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

_CATALOGUES = Path(__file__).resolve().parent / "locale"
_MILLION = 1_000_000
_SHORT_DIGITS = 3
_WHOLE = 100  # from here on three digits need no decimals


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
    """

    lang: str = "en"
    direction: str = "ltr"
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)

    def translate(self, message: str) -> str:
        """Return a fixed text in the page's language."""
        return self.catalogue.gettext(message)

    def translate_plural(self, singular: str, plural: str, count: int) -> str:
        """Return a fixed text that depends on a number, which `{count}` stands for."""
        text = self.catalogue.ngettext(singular, plural, count)
        return text.format(count=self.count(count))

    def count(self, value: float | None) -> str:
        """Return whole persons (or other units) with thousands set off: `1,400,000`."""
        if value is None or not math.isfinite(value):
            return self.translate("no data")
        return f"{round(value):,}"

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
            return self.translate("{number} million").format(number=number)
        return f"{rounded:,.0f}"

    def measure(self, value: float | None, unit: str) -> str:
        """Return a number with its unit, three digits at least: `64 km²`, `2.5 km`."""
        if value is None or not math.isfinite(value):
            return self.translate("no data")
        size = f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.3g}"
        return f"{size} {unit}"

    def percent(self, fraction: float | None) -> str:
        """Return a fraction as a percentage: `97 %`."""
        if fraction is None or not math.isfinite(fraction):
            return self.translate("no data")
        return f"{100 * fraction:.0f} %"

    def day(self, value: date | str | None) -> str:
        """Return a date in words, `24 February 2024`; other text, such as `mid-2023`, as it is."""
        if value is None:
            return self.translate("undated")
        try:
            moment = value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            return str(value)
        return f"{moment.day} {self.translate(_MONTHS[moment.month - 1])} {moment.year}"

    def short_month(self, month: int) -> str:
        """Return a month, 1 to 12, in three letters: `Feb`."""
        return self.translate(_SHORT_MONTHS[month - 1])


def load_wording(lang: str = "en") -> Wording:
    """Return the wording of a language; texts without a translation stay English."""
    catalogue = gettext.translation("civmap", _CATALOGUES, [lang], fallback=True)
    return Wording(lang, "rtl" if lang in _RIGHT_TO_LEFT else "ltr", catalogue)


_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SHORT_MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
