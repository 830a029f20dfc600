"""`civmap verify`: every change is told, and a manifest is not believed before it is looked at."""

import hashlib
import json
import os
import shutil

import pytest

from geo.errors import InputError
from maps.cli import main
from maps.publish.run_folder import write_run_folder
from maps.publish.verify import verify_folder

FILES = {"a.csv": b"zone,best\r\nZ1,7\r\n", "stac/b.json": bytes(range(256)), "empty.txt": b""}


def describe(files):
    return [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    ]


def write_manifest(folder, outputs):
    (folder / "manifest.json").write_text(json.dumps({"outputs": outputs}), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "bundle"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    write_manifest(folder, describe(FILES))
    return folder


@pytest.fixture
def copied(bundle, tmp_path):
    return shutil.copytree(bundle.folder, tmp_path / "copied")


def run(*arguments, capsys):
    status = main(list(map(str, arguments)))
    return status, capsys.readouterr()


def test_whole_bundle_passes(bundle, capsys):
    status, said = run("verify", bundle.folder, capsys=capsys)
    count = len([path for path in bundle.folder.rglob("*") if path.is_file()]) - 1
    assert status == 0
    assert said.out == f"{count} files are as manifest.json says, and there are no others\n"
    assert said.err == ""


def test_folder_of_a_run_passes(run_path, tmp_path):
    from geo.run import Assessment

    shutil.copyfile(run_path, tmp_path / "run.duckdb")
    write_run_folder(Assessment(tmp_path / "run.duckdb"), tmp_path)
    assert verify_folder(tmp_path) == 5
    (tmp_path / "exposure.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"changed: exposure\.csv"):
        verify_folder(tmp_path)


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name]])
def test_change_of_any_byte_is_found(folder, name):
    path, content = folder / name, FILES[name]
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(InputError, match=f"changed: {name}"):
            verify_folder(folder)
    path.write_bytes(content)
    assert verify_folder(folder) == len(FILES)


def test_change_in_any_file_of_a_bundle_is_found(copied):
    for path in [path for path in copied.rglob("*") if path.is_file()]:
        if path.name == "manifest.json":
            continue
        content = path.read_bytes()
        for at in (0, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:at] + bytes([content[at] ^ 128]) + content[at + 1 :])
            with pytest.raises(InputError, match=r"1 file is not as[^:]*\n  changed: "):
                verify_folder(copied)
        path.write_bytes(content)


def test_all_faults_are_told(folder, capsys):
    (folder / "a.csv").unlink()
    (folder / "stac/b.json").write_bytes(b"longer" * 99)
    (folder / "more.txt").write_text("")
    (folder / "stac/deep").mkdir()
    (folder / "stac/deep/er.txt").write_text("")
    status, said = run("verify", folder, capsys=capsys)
    assert status == 3
    assert said.out == ""
    assert said.err.splitlines()[-4:] == [
        "  missing: a.csv",
        "  changed: stac/b.json",
        "  not in the manifest: more.txt",
        "  not in the manifest: stac/deep/er.txt",
    ]


def test_many_faults_are_shortened(folder):
    for number in range(50):
        (folder / f"{number}.txt").write_text("")
    with pytest.raises(InputError, match=r"and 30 more$"):
        verify_folder(folder)


def test_link_is_not_followed(folder, tmp_path):
    (tmp_path / "elsewhere.csv").write_bytes(FILES["a.csv"])
    (folder / "a.csv").unlink()
    (folder / "a.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InputError, match=r"changed: a\.csv"):
        verify_folder(folder)


def test_link_to_a_folder_is_not_followed(folder, tmp_path):
    shutil.move(folder / "stac", tmp_path / "stac")
    (folder / "stac").symlink_to(tmp_path / "stac")
    with pytest.raises(InputError, match=r"missing: stac/b\.json\n  not in the manifest: stac"):
        verify_folder(folder)


def test_pipe_is_not_waited_for(folder):
    (folder / "a.csv").unlink()
    os.mkfifo(folder / "a.csv")
    with pytest.raises(InputError, match=r"changed: a\.csv"):
        verify_folder(folder)


@pytest.mark.parametrize("made", [True, False], ids=["empty folder", "no folder"])
def test_folder_without_a_manifest_fails(tmp_path, capsys, made):
    if made:
        (tmp_path / "no").mkdir()
    status, said = run("verify", tmp_path / "no", capsys=capsys)
    assert status == 3
    assert "there is no manifest.json" in said.err
    assert "Traceback" not in said.err


NAMES = [
    "../secret.txt",
    "stac/../../secret.txt",
    "/etc/passwd",
    "C:\\x.txt",
    "..\\secret.txt",
    "stac//b.json",
    "./a.csv",
    "",
    "a\0.csv",
    "a\n.csv",
    "a\u202e.csv",
    "\ud800",
    "manifest.json",
    None,
    7,
    ["a.csv"],
    {},
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_name_out_of_the_folder_is_refused(folder, tmp_path, name, capsys):
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (outputs,) = [describe({"x": b"secret"})]
    outputs[0]["name"] = name
    write_manifest(folder, [*describe(FILES), *outputs])
    status, said = run("verify", folder, capsys=capsys)
    assert status == 3
    assert "don't trust this bundle" in said.err
    assert "Traceback" not in said.err


def test_name_that_comes_twice_is_refused(folder):
    write_manifest(folder, describe(FILES) * 2)
    with pytest.raises(InputError, match="each once"):
        verify_folder(folder)


MANIFESTS = [
    b"",
    b"[]",
    b"{}",
    b"null",
    b'{"outputs": 7}',
    b'{"outputs": [7]}',
    b'{"outputs": [{"name": "a.csv"}]}',
    b"\xff\xfe{",
    b"[" * 100_000,
]


@pytest.mark.parametrize("content", MANIFESTS, ids=lambda content: repr(content[:20]))
def test_manifest_that_is_none_fails(folder, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(InputError, match=r"is no manifest"):
        verify_folder(folder)


@pytest.mark.parametrize("sha256", [None, 7, "", "0" * 63, "Z" * 64, "A" * 64])
def test_checksum_that_is_none_is_refused(folder, sha256):
    write_manifest(folder, [describe(FILES)[0] | {"sha256": sha256}])
    with pytest.raises(InputError, match="expected a sha256"):
        verify_folder(folder)


def test_manifest_without_sizes_is_enough(folder):
    outputs = describe(FILES)
    for each in outputs:
        del each["bytes"]
    write_manifest(folder, outputs)
    assert verify_folder(folder) == 3
