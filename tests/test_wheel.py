"""The wheel, built and installed in a clean environment, works from outside the checkout."""

import html
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.wheel


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    run(*pip, "-w", str(folder), str(ROOT), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean") / "venv"
    run(sys.executable, "-m", "venv", str(folder), cwd=folder.parent)
    python = str(folder / "bin" / "python")
    lock = str(ROOT / "requirements.lock")
    # bytecode is left to the imports: most of what is installed is never run here
    pip = [python, "-m", "pip", "install", "-q", "--no-compile", "--disable-pip-version-check"]
    run(*pip, "--require-hashes", "-r", lock, cwd=folder.parent)
    run(*pip, "--no-deps", str(wheel), cwd=folder.parent)
    return folder


def test_wheel_carries_every_bundled_file(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("boundaries", "population"):
        for file in (ROOT / "data" / folder).iterdir():
            assert f"geo/_data/{folder}/{file.name}" in names
    for needed in (
        "geo/_data/gazetteer.sqlite",
        "geo/_data/world/countries-50m.json",
        "geo/database/schema.sql",
        "geo/events/checked.sql",
        "geo/events/type_radii.csv",
        "geo/exposure/count_people.sql",
        "geo/py.typed",
        "maps/_assets/leaflet/leaflet.js",
        "maps/catalogues/ar/LC_MESSAGES/civmap.po",
        "maps/catalogues/fr/LC_MESSAGES/civmap.po",
        "maps/publish/report.schema.json",
    ):
        assert needed in names


def test_bundled_files_in_the_wheel_are_those_of_the_checkout(wheel):
    archive = zipfile.ZipFile(wheel)
    for folder in ("boundaries", "population"):
        for file in (ROOT / "data" / folder).iterdir():
            assert archive.read(f"geo/_data/{folder}/{file.name}") == file.read_bytes()


def test_main_job_from_outside_the_checkout(environment, tmp_path):
    out = run(str(environment / "bin" / "civmap"), "map", "--json", cwd=tmp_path)
    report = json.loads(out)
    (row,) = [r for r in report["exposure"] if r["zone_id"].endswith("PS0275")]
    assert 1_300_000 <= row["best"] <= 1_500_000
    assert (tmp_path / "out" / "example" / "map.html").is_file()


def test_arabic_map_from_outside_the_checkout(environment, tmp_path):
    run(str(environment / "bin" / "civmap"), "map", "--lang", "ar", cwd=tmp_path)
    page = (tmp_path / "out" / "example" / "map.html").read_text(encoding="utf-8")
    assert '<html lang="ar" dir="rtl">' in page
    assert "السكان المعرّضون للخطر: رفح، فلسطين" in html.unescape(page)


def test_both_packages_belong_to_this_distribution(environment, tmp_path):
    code = (
        "import geo, maps, importlib.metadata as m; "
        "print(geo.__file__, maps.__file__, m.packages_distributions()['geo'], "
        "m.packages_distributions()['maps'], m.version('civmap') == geo.__version__)"
    )
    out = run(str(environment / "bin" / "python"), "-c", code, cwd=tmp_path)
    assert str(environment) in out
    assert "['civmap'] ['civmap'] True" in out
