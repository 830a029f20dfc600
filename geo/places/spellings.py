"""Spellings that news makes of a name by rule, beside those that GeoNames has on file.

GeoNames romanises by one scheme where news follows several: `Dayr Ḩāfir` is `Deir Hafer`, a
Ukrainian town is also spelt as from Russian. For the countries where a scheme applies, the
spellings that others would give the same name are derived when the gazetteer is built:

- Arabic: the words that begin names (`tall, tell, tel`), the endings `-ah, -a, -eh`, and the
  English and French ways with vowels;
- Ukrainian, Russian, Belarusian: from the Cyrillic name, as passports and as newspapers do;
- Burmese: without the word for town, and in one word.

Everywhere a camp and a border crossing of the supplement are also found with the words that
describe them: `Dadaab refugee camp`, `معبر رفح`.

A derived spelling ranks as an alternate, and is kept only where no place of the world has it on
file, so that none ever stands against a name that somebody has really written.
"""
# ruff: noqa: RUF001 - Cyrillic letters that look like Latin ones

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from geo.places.names import normalise_name
from geo.places.record import ALTERNATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geo.places.record import Record

ARABIC = frozenset(
    {
        "AE", "BH", "DJ", "DZ", "EG", "EH", "IL", "IQ", "JO", "KM", "KW", "LB", "LY", "MA", "MR",
        "OM", "PS", "QA", "SA", "SD", "SO", "SY", "TD", "TN", "YE",
    }
)  # fmt: skip
_CYRILLIC = frozenset({"BY", "KG", "KZ", "RU", "TJ", "UA"})
_SHORTEST = 5
_LEAST_PEOPLE = 1_000  # of a place whose one-word name is respelt: of villages too many are alike
_MOST_WORDS = 4

_ARABIC_WORDS = {
    word: group
    for group in (
        ("abu", "abou"), ("ayn", "ain", "ein"), ("bani", "beni"), ("bayt", "beit"),
        ("burj", "bourj", "borj"), ("dayr", "deir"), ("jabal", "jebel", "djebel"),
        ("kafr", "kfar", "kafar"), ("khirbat", "khirbet", "kherbet"), ("majdal", "majdel"),
        ("qalat", "qalaat"), ("ras", "raas"), ("shaykh", "sheikh", "cheikh"),
        ("suq", "souq", "souk"), ("tall", "tell", "tel", "tal"), ("umm", "um", "oum"),
        ("wad", "ouad"), ("wadi", "ouadi", "oued"),
    )
    for word in group
}  # fmt: skip
_LONE_U = "(?<!o)u"
_LONE_S = "(?<=[aeiou])s(?=[aeiou])"
_Style = tuple[tuple[str, str], ...]
_ARABIC_STYLES: tuple[_Style, ...] = (
    (),
    ((r"ah\b", "a"),),
    ((r"iyah\b", "iyya"),),
    ((r"iyah\b", "ieh"), (r"ah\b", "eh"), ("ay", "ei")),
    (("ay", "ei"), (r"ah\b", "a")),
    (("ay", "ai"), (r"ah\b", "a")),
    (("aw", "au"), (r"ah\b", "a")),
    (("ay", "ei"), ("i(?=[^aeiouy]$)", "e"), (r"ah\b", "a")),
    ((_LONE_S, "ss"), (r"ah\b", "a")),
    ((_LONE_S, "ss"), ("sh", "ch"), (r"\bw", "ou"), (_LONE_U, "ou"), ("ay", "ei"),
     (r"ah\b", "a")),
    (("sh", "ch"), (_LONE_U, "ou"), ("j", "dj"), (r"ah\b", "a")),
)  # fmt: skip

_LETTERS = {
    "а": "a", "б": "b", "в": "v", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "",
    "э": "e", "ю": "yu", "я": "ya", "ё": "e",
}  # fmt: skip
_RUSSIAN = {**_LETTERS, "г": "g", "ы": "y"}
_UKRAINIAN = {**_LETTERS, "г": "h", "ґ": "g", "и": "y", "і": "i", "ї": "i", "є": "ie", "ы": "y"}
_BELARUSIAN = {**_UKRAINIAN, "ы": "y", "ў": "u", "и": "i"}
_OF_UKRAINIAN, _OF_RUSSIAN, _OF_BELARUSIAN = (re.compile(f"[{it}]") for it in ("іїєґ", "ыэъё", "ў"))
# How newspapers soften the strict scheme, on its result.
_RUSSIAN_STYLES: tuple[_Style, ...] = (
    (("[iy]y\\b", "y"),),
    (("[iy]y\\b", "iy"), (r"\be|(?<=[aeiouy])e", "ye")),
    (("[iy]y\\b", "y"), (r"\be|(?<=[aeiouy])e", "ye")),
)
_UKRAINIAN_STYLES: tuple[_Style, ...] = (
    ((r"(?<!\b)y(?=[au])", "i"), ("yy\\b", "yi")),
    ((r"ie", "ye"), (r"(?<=[aeiouy])i", "yi")),
    (("yy\\b", "y"),),
)
# In the normal form й is и; after a vowel it hardly ever is и.
_SHORT_I = re.compile("(?<=[аеиоуыэюяіїє])и")
_TOWN_OF_BURMA = re.compile("မြို့(?:နယ်)?$")
# What news adds to the name of such a place, in Latin and in Arabic letters.
_DESCRIBED = {
    "camp": (
        ("{} camp", "{} refugee camp", "{} displacement camp", "camp de {}", "مخيم {}"),
        re.compile("^camp de | (?:refugee |displacement |idp )?camp$|^مخيم "),
    ),
    "crossing": (
        ("{} crossing", "{} border crossing", "{} border post", "{} border", "معبر {}"),
        re.compile(" (?:border )?(?:crossing|post|border)$|^معبر "),
    ),
}


def add_spellings(records: Sequence[Record]) -> int:
    """Add the spellings that the rules derive to the records' names, and return how many.

    One that is on file is left out, whatever place has it; namesakes share those of their name.
    """
    on_file = {normal for record in records for normal in record.names}
    added = 0
    for record in records:
        if record.kind == "country":
            continue
        for spelling in sorted(set(_derive(record)) - on_file):
            record.add_normal(spelling, ALTERNATE)
            added += 1
    return added


def describe(name: str, feature: str | None) -> set[str]:
    """Return a camp's or crossing's name with the words that news adds; nothing of other places.

    Examples
    --------
    >>> sorted(describe("semalka", "crossing"))
    ['semalka border', 'semalka border crossing', 'semalka border post', 'semalka crossing']
    """
    if feature not in _DESCRIBED:
        return set()
    patterns, words = _DESCRIBED[feature]
    bare = words.sub("", name)
    return {
        pattern.format(bare)
        for pattern in patterns
        if bare.isascii() == pattern.isascii() and (bare.isascii() or "ا" <= bare[0] <= "ي")
    }


def _derive(record: Record) -> Iterator[str]:
    for name in sorted(record.names):
        yield from describe(name, record.feature)
    many = (record.population or 0) >= _LEAST_PEOPLE or not record.place_id.startswith("gn:")
    for name in (normalise_name(record.name), *sorted(record.names)):
        if len(name) >= _SHORTEST and (many or " " in name):
            for spelling in _respell(name, record):
                normal = normalise_name(spelling)
                if len(normal) >= _SHORTEST:
                    yield normal


def _respell(name: str, record: Record) -> Iterable[str]:
    if record.country in ARABIC:
        own = normalise_name(record.name)
        return respell_arabic(name) if name in {own, own.removeprefix("al ")} else ()
    if record.country in _CYRILLIC and not name.isascii():
        return romanise(name, both=record.country == "UA")
    if record.country == "MM":
        return {_TOWN_OF_BURMA.sub("", name), name.replace(" ", "")}
    return ()


def respell_arabic(name: str) -> set[str]:
    """Return the ways in which news writes an Arabic name, given in GeoNames' romanisation.

    Examples
    --------
    >>> sorted(respell_arabic("ayn isa"))
    ['ain isa', 'ain issa', 'ayn isa', 'ayn issa', 'ein isa', 'ein issa']
    """
    words = name.split()
    if len(words) > _MOST_WORDS:
        return set()
    choices = [_ARABIC_WORDS.get(word, (word,)) for word in words]
    return {
        _restyle(" ".join(chosen), style)
        for chosen in product(*choices)
        for style in _ARABIC_STYLES
    }


def romanise(name: str, *, both: bool = True) -> set[str]:
    """Return the Latin spellings of a Ukrainian, Russian or Belarusian name in Cyrillic letters.

    Parameters
    ----------
    both
        Read a name without a letter that tells the language as Ukrainian too, not only Russian.

    Examples
    --------
    >>> sorted(romanise("великии бурлук"))
    ['velikiy burluk', 'veliky burluk', 'velyky burluk', 'velykyi burluk', 'velykyy burluk']
    """
    name = _SHORT_I.sub("й", name)
    if _OF_BELARUSIAN.search(name):
        return _spell(name, _BELARUSIAN, _UKRAINIAN_STYLES)
    spellings = set()
    if not _OF_UKRAINIAN.search(name):
        spellings |= _spell(name, _RUSSIAN, _RUSSIAN_STYLES)
    if not spellings or (both and not _OF_RUSSIAN.search(name)):
        spellings |= _spell(name, _UKRAINIAN, _UKRAINIAN_STYLES)
    return spellings


def _spell(name: str, letters: dict[str, str], styles: Iterable[_Style]) -> set[str]:
    plain = "".join(letters.get(letter, letter) for letter in name)
    return {_restyle(plain, style) for style in styles} if plain.isascii() else set()


def _restyle(name: str, style: _Style) -> str:
    for pattern, replacement in style:
        name = re.sub(pattern, replacement, name)
    return name
