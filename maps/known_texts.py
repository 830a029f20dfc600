"""Texts that runs carry in English and that the page knows in its other languages.

They stand in the run database, since `geo` writes them: labels of what comes along, standards,
licences. A test holds them against `geo`.
"""

from __future__ import annotations

from geo.types import mark

KNOWN_TEXTS = (
    # population sources that come along
    mark("modelled (Gaza Strip, PCBS mid-2023 projection)"),
    mark("modelled, coarse (GeoNames settlement populations)"),
    # parts of a zone in no unit
    mark("outside"),
    # parts of a zone of which each counts too few people to be told
    mark("Several units together"),
    # minimum standards
    mark("Sphere Handbook 2018: 15 litres of water a person a day"),
    mark("Sphere Handbook 2018: 2,100 kcal a person a day"),
    mark("Sphere Handbook 2018: 1 toilet for 50 people, first days"),
    mark("Sphere Handbook 2018: 1 toilet for at most 20 people"),
    mark("Sphere Handbook 2018: 3.5 m2 of covered living space a person"),
    mark("Sphere Handbook 2018: 1 basic health unit for 10,000 people"),
    # dates, licences and notes of sources
    mark("before October 2023"),
    mark("published figures, cited"),
    mark("published standards, cited"),
    mark("of its publisher"),
    mark("ACLED terms: rows may not be passed on"),
    mark("GDELT terms: free with citation; leads only"),
    mark("as given"),
    mark("the input"),
    mark("Cited, to be verified."),
)
