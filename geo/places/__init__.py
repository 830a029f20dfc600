"""Names to places: the gazetteer, resolving, geocoding.

Public names, loaded when first used: the build hook imports this room before the package's
dependencies are there.
"""

from __future__ import annotations

import importlib
from typing import Any

_EXPORTS = {
    "CountryFact": "geo.places.place",
    "Gazetteer": "geo.places.gazetteer",
    "Geocoder": "geo.places.online",
    "NameQuery": "geo.places.resolve",
    "Place": "geo.places.place",
    "Profile": "geo.places.profile",
    "Resolution": "geo.places.resolve",
    "geocode": "geo.places.geocoder",
    "normalise_name": "geo.places.names",
    "open_gazetteer": "geo.places.gazetteer",
    "open_geocoder": "geo.places.online",
    "resolve_names": "geo.places.resolve",
}

__all__ = sorted(_EXPORTS)  # noqa: PLE0605 - one list of names, not two


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'geo.places' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
