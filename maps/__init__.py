"""civmap's maps: an `Assessment` to a page that opens anywhere, and to files others use.

Public name, loaded when first used: `RiskMap`.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["RiskMap"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("maps.page"), name)
    raise AttributeError(f"module 'maps' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
