import os
from pathlib import Path

import pytest

from geo.errors import UnavailableError, UsageError
from maps.publish import bundle
from maps.publish.bundle import replace_folder


def write(folder, **files):
    for name, text in files.items():
        (folder / name).write_text(text)


def contents(folder):
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.*")}


def test_new_folder_appears_whole(tmp_path):
    out = tmp_path / "deep" / "out"
    with replace_folder(out) as folder:
        (folder / "a.txt").write_text("new")
        assert not out.exists()
    assert contents(out) == {"a.txt": "new"}


@pytest.mark.parametrize("can_exchange", [True, False], ids=["one step", "two steps"])
def test_old_files_are_replaced_and_files_of_others_kept(tmp_path, monkeypatch, can_exchange):
    if not can_exchange:
        monkeypatch.setattr(bundle, "_exchange", lambda *_: False)
    out = tmp_path / "out"
    (out / "photos").mkdir(parents=True)
    (out / "a.txt").write_text("old")
    (out / "notes.txt").write_text("mine")
    (out / "photos" / "p.txt").write_text("mine too")
    with replace_folder(out) as folder:
        (folder / "a.txt").write_text("new")
    assert contents(out) == {"a.txt": "new", "notes.txt": "mine", "photos/p.txt": "mine too"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def fail(out):
    with replace_folder(out) as folder:
        (folder / "a.txt").write_text("half")
        raise RuntimeError("the map failed")


def test_failure_leaves_the_old_files(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.txt").write_text("old")
    with pytest.raises(RuntimeError, match="the map failed"):
        fail(out)
    assert contents(tmp_path) == {"out/a.txt": "old"}


def test_failure_leaves_no_folder(tmp_path):
    with pytest.raises(RuntimeError, match="the map failed"):
        fail(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_target_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match="is a file"):
        fail(tmp_path / "out")


def test_current_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="current folder"):
        fail(Path())


def test_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="can't be written"):
        fail(tmp_path / "file" / "out")


def test_what_a_killed_run_left_is_swept_away(tmp_path):
    import multiprocessing
    import signal

    child = multiprocessing.get_context("spawn").Process(target=hang, args=(tmp_path / "out",))
    child.start()
    while not list(tmp_path.glob(".out.*")):
        assert child.is_alive()
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    child.close()
    with replace_folder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def hang(out):
    import time

    with replace_folder(out):
        time.sleep(60)


def test_folder_of_a_run_that_goes_on_is_left_alone(tmp_path):
    with replace_folder(tmp_path / "out") as first:
        with replace_folder(tmp_path / "out") as second:
            (second / "a.txt").write_text("second")
        assert first.is_dir()
        (first / "a.txt").write_text("first")
    assert contents(tmp_path / "out") == {"a.txt": "first"}
