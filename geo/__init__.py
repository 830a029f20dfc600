"""civmap's analysis: from an article or an event table to the people exposed.

Public names, loaded when first used so that importing `geo` does no work:
`assess`, `Assessment`, `expose`, `locate`, `geocode`, and the errors.
"""

from __future__ import annotations

import importlib
from typing import Any

_EXPORTS = {
    "Assessment": "geo.run",
    "assess": "geo.assessment",
    "expose": "geo.bulk",
    "locate": "geo.location",
    "geocode": "geo.places",
    "BoundaryError": "geo.errors",
    "ChangedError": "geo.errors",
    "CivmapError": "geo.errors",
    "InputError": "geo.errors",
    "RasterError": "geo.errors",
    "RunError": "geo.errors",
    "StaleError": "geo.errors",
    "TableError": "geo.errors",
    "TextError": "geo.errors",
    "UnavailableError": "geo.errors",
    "UsageError": "geo.errors",
}

__all__ = sorted(_EXPORTS)  # noqa: PLE0605
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'geo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
