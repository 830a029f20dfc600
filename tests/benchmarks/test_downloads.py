"""Downloads that are killed, more often than the tests do it."""

import pytest

from tests.downloads import TIFF, serve
from tests.test_download import kill_and_finish


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_fifty_kills(server, monkeypatch, tmp_path):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    server.answers = [serve(TIFF)]
    again = kill_and_finish(server, tmp_path, 50)
    print(f"killed 50 times, ended right 50 times, went on where it stopped {again} times")
    assert again >= 20
