"""Where the compiled loops of the sweep are kept, so that only the first run compiles them."""

from __future__ import annotations

import hashlib
import importlib
import os
import tempfile
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from geo.errors import UnavailableError
from geo.resources import package_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

_SOURCES = ("chords.py", "borders.py", "kernels.py", "overlay_kernels.py", "discs.py")


def load_kernels(name: str = "kernels") -> Any:
    """Return the module `geo.exposure.<name>`, compiled or about to be.

    Compiled code is kept in `NUMBA_CACHE_DIR` if that is set, else in the user's cache folder
    (`XDG_CACHE_HOME`, `~/.cache`), else among the temporary files: never beside the package, whose
    folder may be read-only. The folder is named after the sources, since numba would not notice
    that one of several had changed.

    Raises
    ------
    UnavailableError
        If none of these folders can be written.
    """
    config: Any = importlib.import_module("numba").config
    before = config.CACHE_DIR
    config.CACHE_DIR = before or str(_find_folder())
    try:
        return importlib.import_module(f"geo.exposure.{name}")
    finally:
        config.CACHE_DIR = before


def compile_functions(
    module: ModuleType, compile_one: Callable[[Any], Any], known: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the functions of a module compiled, by name, each calling the others compiled.

    `known`: compiled functions that it calls, or that take the place of its own.
    """
    space = {**vars(module), **known}
    own = [
        function
        for function in vars(module).values()
        if isinstance(function, FunctionType)
        and function.__module__ == module.__name__
        and function.__name__ not in known
    ]
    for function in own:
        copy = FunctionType(function.__code__, space, function.__name__)
        space[function.__name__] = compile_one(copy)
    return {function.__name__: space[function.__name__] for function in own}


def _find_folder() -> Path:
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update(package_file("exposure", name).read_bytes())
    name = f"compiled-{digest.hexdigest()[:12]}"
    user = os.getuid() if hasattr(os, "getuid") else 0
    bases = [os.environ.get("XDG_CACHE_HOME"), "~/.cache", f"{tempfile.gettempdir()}/civmap-{user}"]
    for base in filter(None, bases):
        folder = Path(base).expanduser() / "civmap" / name
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except (OSError, RuntimeError):
            continue
        # code is loaded from here: it has to be ours alone
        if os.access(folder, os.W_OK) and (user == 0 or folder.stat().st_uid == user):
            return folder
    raise UnavailableError(
        "no folder can be written for compiled code; set NUMBA_CACHE_DIR to one of yours"
    )
