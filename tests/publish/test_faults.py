"""A bundle is the old one or the new one, whatever happens while it is written."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from geo.errors import UnavailableError
from maps.publish import bundle as bundles
from maps.publish import publication
from maps.publish.publication import publish_run
from maps.publish.verify import verify_folder

CIVMAP = Path(sys.executable).parent / "civmap"
KILLED = Path(__file__).with_name("killed.py")
FEW = ["geojson"]


@pytest.fixture
def out(run_path, tmp_path):
    """An old bundle, which has to stay."""
    folder = tmp_path / "place" / "out"
    publish_run(run_path, folder, profile="internal", formats=FEW, contact="old")
    return folder


def assert_old(out):
    verify_folder(out)
    assert (out / "README.md").read_text("utf-8").endswith("\nold\n")
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_killed_at_any_moment_it_is_the_old_or_the_new(run_path, tmp_path):
    done = subprocess.run(
        [sys.executable, KILLED, run_path, tmp_path / "place" / "out", "50"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"TMPDIR": str(tmp_path)},  # what the killed ones leave
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["killed"] >= 25
    assert told["new"] >= 2


@pytest.mark.parametrize("name", ["cog", "pmtiles", "html", "stac", "datapackage"])
def test_full_disk_leaves_the_old_bundle(run_path, out, name, monkeypatch):
    guard, limit = publication.guard_run, resource.getrlimit(resource.RLIMIT_FSIZE)

    def guard_and_fill(*arguments):
        path = guard(*arguments)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limit[1]))
        return path

    monkeypatch.setattr(publication, "guard_run", guard_and_fill)
    try:
        with pytest.raises(UnavailableError, match="can't be written"):
            publish_run(run_path, out, profile="internal", formats=[name])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert_old(out)


def test_command_on_a_full_disk_ends_with_four(run_path, out):
    script = f"ulimit -f 64; exec {CIVMAP} publish {run_path} --out {out} --profile internal"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert_old(out)


def test_read_only_folder_is_left_alone(run_path, out, monkeypatch):
    # root may write anywhere: the system's answer is given here
    monkeypatch.setattr(bundles.os, "access", lambda *_: False)
    with pytest.raises(UnavailableError, match="is read-only"):
        publish_run(run_path, out, profile="internal", formats=FEW)
    assert UnavailableError.exit_status == 4
    assert_old(out)
