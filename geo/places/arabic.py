"""Arabic names of towns, told from GeoNames' other spellings by their letters.

The spellings on file carry no language. Letters of Persian, Urdu, Kurdish or Uyghur mark a name of
those; of what is left a name is taken where it is the only one, lesser spellings of it apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LETTERS = "\u0621-\u063a\u0641-\u064a"  # hamza to ghain, fa to ya: the Arabic alphabet
_ARABIC_NAME = re.compile(rf"[{_LETTERS}]+(?:[ -][{_LETTERS}]+)*")
_OTHER_SCRIPTS = frozenset({"AF", "CN", "IN", "IR", "PK"})  # write other languages in these letters
# capitals and their like of which the file has too many spellings, or not the one in use
_IN_USE = {
    "gn:99072": "الموصل",
    "gn:108410": "الرياض",
    "gn:112931": "طهران",
    "gn:250441": "عمان",
    "gn:281184": "القدس",
    "gn:292672": "الشارقة",
    "gn:323786": "أنقرة",
    "gn:379252": "الخرطوم",
    "gn:745044": "إسطنبول",
    "gn:1138958": "كابول",
    "gn:1816670": "بكين",
    "gn:2210247": "طرابلس",
    "gn:2530335": "طنجة",
    "gn:2643743": "لندن",
    "gn:4140963": "واشنطن",
}
_ARTICLE = "\u0627\u0644"
_TA_MARBUTA = "\u0629"
_HAMZAS = "\u0623\u0625\u0622"
# a town, emirate, district or municipality "of", before the name
_KIND = re.compile(f"^\\w+{_TA_MARBUTA} (?={_ARTICLE})")


def choose_arabic_name(place_id: str, spellings: Iterable[str], country: str | None) -> str | None:
    """Return a town's name in Arabic; None where none of its spellings surely is.

    Parameters
    ----------
    place_id
        As in the gazetteer.
    spellings
        The town's alternate names.
    country
        ISO 3166-1 alpha-2.
    """
    if place_id in _IN_USE:
        return _IN_USE[place_id]
    names = sorted(name for name in spellings if _ARABIC_NAME.fullmatch(name))
    kinds = {_reduce(name) for name in names}
    return max(names, key=_rate) if len(kinds) == 1 and country not in _OTHER_SCRIPTS else None


def _reduce(name: str) -> str:
    """Return what all spellings of one name share."""
    bare = _KIND.sub("", name).replace(" ", "").removeprefix(_ARTICLE)
    bare = re.sub(f"[{_HAMZAS}]", "\u0627", bare)
    return re.sub("\u0647$", _TA_MARBUTA, re.sub("\u0649$", "\u064a", bare))


def _rate(name: str) -> tuple[bool, bool, bool, bool, int]:
    """Return how careful a spelling is: article, ta marbuta, hamza are often left out."""
    return (
        not _KIND.search(name),
        all(len(word) > 1 for word in name.split()),
        name.startswith(_ARTICLE),
        name.endswith(_TA_MARBUTA),
        sum(name.count(letter) for letter in _HAMZAS),
    )
