"""Archives are unpacked with care, and files are looked at before they are taken."""

import io
import stat
import zipfile

import pytest

from geo.archives import ArchiveLimits, extract_members, list_members
from geo.content import check_content
from geo.errors import UnavailableError


def write_zip(path, *members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_members_are_listed_and_written_by_their_last_name(tmp_path):
    path = write_zip(tmp_path / "a.zip", ("in/b.csv", "2"), ("a.csv", "1"), ("in/", ""))
    assert list_members(path) == ["a.csv", "in/b.csv"]
    (tmp_path / "out").mkdir()
    (written,) = extract_members(path, ["in/b.csv"], tmp_path / "out")
    assert written == tmp_path / "out" / "b.csv"
    assert written.read_text() == "2"


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:x", "..\\x", "\\x"])
def test_member_that_would_lie_outside_is_refused(tmp_path, name):
    path = write_zip(tmp_path / "a.zip", (zipfile.ZipInfo(name), "x"), ("fine", "x"))
    with pytest.raises(UnavailableError, match="lies outside"):
        list_members(path)
    with pytest.raises(UnavailableError, match="lies outside"):
        extract_members(path, ["fine"], tmp_path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_link_or_device_is_refused(tmp_path, kind):
    link = zipfile.ZipInfo("x")
    link.external_attr = (kind | 0o777) << 16
    path = write_zip(tmp_path / "a.zip", (link, "/etc/passwd"))
    with pytest.raises(UnavailableError, match="a link or a device"):
        list_members(path)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (ArchiveLimits(members=1), "2 members; expected at most 1"),
        (ArchiveLimits(bytes_=100), "more than 100 bytes unpacked"),
        (ArchiveLimits(ratio=10.0), "grows more than 10 times"),
    ],
)
def test_bomb_is_refused(tmp_path, limits, words):
    path = write_zip(tmp_path / "a.zip", ("a", b"0" * 3_000_000), ("b", "x"))
    with pytest.raises(UnavailableError, match=words):
        list_members(path, limits)


def test_name_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", "2")
    with pytest.raises(UnavailableError, match="stands twice"):
        list_members(path)


def test_member_that_is_longer_than_it_says_is_refused(tmp_path):
    path = write_zip(tmp_path / "a.zip", ("a", b"x" * 1000), compression=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\1\2") + 24  # the directory's size of the unpacked member
    data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    (tmp_path / "out").mkdir()
    with pytest.raises(UnavailableError, match="can't be unpacked"):
        extract_members(path, ["a"], tmp_path / "out")


def test_member_with_changed_bytes_is_refused(tmp_path):
    path = write_zip(tmp_path / "a.zip", ("a", b"some words"), compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"some words", b"SOME words"))
    (tmp_path / "out").mkdir()
    with pytest.raises(UnavailableError, match="can't be unpacked: Bad CRC"):
        extract_members(path, ["a"], tmp_path / "out")


@pytest.mark.parametrize("cut", [0, 10, 100])
def test_what_is_no_zip(tmp_path, cut):
    path = write_zip(tmp_path / "a.zip", ("a", b"x" * 1000))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(UnavailableError, match="no whole zip archive"):
        list_members(path)


def test_member_that_is_not_there(tmp_path):
    with pytest.raises(UnavailableError, match="has no member 'b'"):
        extract_members(write_zip(tmp_path / "a.zip", ("a", "x")), ["b"], tmp_path)


# --- what a file is ---------------------------------------------------------------------------

ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w") as made:
    made.writestr("a", "x" * 100)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("geotiff", b"II*\0rest"),
        ("geotiff", b"MM\0*rest"),
        ("geotiff", b"II+\0rest"),
        ("zip", ZIP.getvalue()),
        ("json", b'{"a": [1]}'),
        ("json", b" []"),
        ("csv", b"a,b\n1,2\n"),
        ("csv", b"\xef\xbb\xbfa;b\n"),
    ],
)
def test_right_file_is_taken(tmp_path, kind, data):
    (tmp_path / "x").write_bytes(data)
    check_content(tmp_path / "x", kind, "x")


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("zip", ZIP.getvalue()[:60], "cut off"),
        ("zip", b"Rar!", "is no zip"),
        ("json", b'{"a": [1', "cut off or broken"),
        ("json", b"[" * 100_000, "cut off or broken"),
        ("json", b"a,b", "is no JSON"),
        ("csv", b"a\0,b", "is no table"),
        ("csv", b'{"error": 1}', "is no table"),
        ("csv", b"Not authorised", "a single column"),
        ("csv", b"  <!DOCTYPE HTML>", "a web page"),
        ("csv", b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        ("json", b"", "is empty"),
    ],
)
def test_wrong_file_is_told(tmp_path, kind, data, words):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(UnavailableError, match=words):
        check_content(tmp_path / "x", kind, "x")
