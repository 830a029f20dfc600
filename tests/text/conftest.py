"""A small name index that tests can read at a glance, and the labelled articles."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Fact:
    name: str
    kind: str
    country: str | None
    population: int | None
    place_id: str


_FACTS = (
    Fact("Paris", "city", "FR", 2_100_000, "paris"),
    Fact("Cairo", "city", "EG", 9_600_000, "cairo"),
    Fact("Rafah", "city", "PS", 126_000, "rafah"),
    Fact("Khan Younis", "city", "PS", 170_000, "khan-younis"),
    Fact("Deir al-Balah", "city", "PS", 60_000, "deir"),
    Fact("Gaza", "region", "PS", 2_000_000, "gaza"),
    Fact("Goma", "city", "CD", 430_000, "goma"),
    Fact("Sake", "city", "CD", 17_000, "sake"),
    Fact("Kharkiv", "city", "UA", 1_400_000, "kharkiv"),
    Fact("Kyiv", "city", "UA", 2_900_000, "kyiv"),
    Fact("Moscow", "city", "RU", 10_000_000, "moscow"),
    Fact("Washington", "city", "US", 690_000, "washington"),
    Fact("Doha", "city", "QA", 340_000, "doha"),
    Fact("Lashio", "city", "MM", 130_000, "lashio"),
    Fact("Shan State", "admin1", "MM", None, "shan"),
    Fact("El Fasher", "city", "SD", 250_000, "el-fasher"),
    Fact("Reading", "city", "GB", 240_000, "reading"),
    Fact("Many", "city", "US", 3_000, "many"),
    Fact("March", "city", "GB", 20_000, "march"),
    Fact("Of", "city", "TR", 42_000, "of"),
    Fact("Hamm", "city", "DE", 180_000, "hamm"),
    Fact("Kamel", "city", "TN", 6_000, "kamel"),
    Fact("Powell", "city", "US", 12_000, "powell"),
    Fact("Sidney", "city", "US", 21_000, "sidney"),
    Fact("Odesa", "city", "UA", 1_000_000, "odesa"),
    Fact("Gainesville", "city", "US", 140_000, "gainesville"),
    Fact("Virginia", "admin1", "US", None, "virginia"),
    Fact("Texas", "admin1", "US", None, "texas"),
    Fact("St Louis", "city", "US", 280_000, "st-louis"),
)


class FakeIndex:
    """Finds the facts above by name, whatever the case; with two alternate names."""

    def __init__(self):
        self._facts = {}
        for fact in _FACTS:
            self._facts.setdefault(fact.name.lower().replace("-", " "), []).append(fact)
        self._facts["hamas"] = self._facts["hamm"]  # an alternate name, as in GeoNames
        self._facts["washington d.c."] = self._facts["washington"]

    def lookup(self, name):
        return self._facts.get(name.lower().replace("-", " "), [])


@pytest.fixture(scope="session")
def index():
    return FakeIndex()
