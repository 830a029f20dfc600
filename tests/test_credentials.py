"""Keys and tokens: where they are from, and that they come out of every text again."""

import html
import json
import sys
from types import ModuleType
from urllib.parse import quote_plus

import pytest

from geo.credentials import hide, read_secret, refuse_secret, scrub
from geo.errors import UnavailableError
from geo.network import fetch
from geo.oauth import Login
from geo.wanted import Way

NAME = "CIVMAP_DTM_KEY"
SECRET = 'a "secret" & more of nobody'  # noqa: S105 - it opens nothing, and a test keeps it in a file


class KeyringError(Exception):
    pass


@pytest.fixture
def keyring(monkeypatch):
    """Return what stands for the package keyring; `kept` is what it holds."""
    found, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    found.kept, found.errors, errors.KeyringError = {}, errors, KeyringError
    found.get_password = lambda service, name: found.kept.get((service, name))
    monkeypatch.setitem(sys.modules, "keyring", found)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    monkeypatch.delenv(NAME, raising=False)
    return found


def test_environment_goes_before_the_keyring(keyring, monkeypatch):
    assert read_secret(NAME) is None
    keyring.kept["civmap", NAME] = " from-the-keyring \n"
    assert read_secret(NAME) == "from-the-keyring"
    monkeypatch.setenv(NAME, " from-the-environment ")
    assert read_secret(NAME) == "from-the-environment"


@pytest.mark.parametrize("error", [KeyringError("locked"), OSError(), RuntimeError("no bus")])
def test_keyring_that_can_not_be_asked_holds_nothing(keyring, error):
    def fail(*_):
        raise error

    keyring.get_password = fail
    assert read_secret(NAME) is None


def test_keyring_that_is_not_installed_is_no_error(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert read_secret(NAME) is None


@pytest.mark.parametrize(
    "told", [SECRET, quote_plus(SECRET), json.dumps({"sent": SECRET}), html.escape(SECRET)]
)
def test_secret_comes_out_of_a_text_however_it_is_quoted(tmp_path, told):
    hide(SECRET)
    assert "nobody" not in scrub(f"the server says: {told}!")
    (tmp_path / "answer").write_text(f"{'x' * 2_000_000}{told}")
    with pytest.raises(UnavailableError, match="repeats a key or token") as error:
        refuse_secret(tmp_path / "answer", "it")
    assert "nobody" not in str(error.value)


def test_secret_is_found_across_the_pieces_that_are_read(tmp_path):
    hide("a-key-across-pieces")
    for start in range((1 << 20) - 20, (1 << 20) + 2):
        (tmp_path / "answer").write_bytes(b"x" * start + b"a-key-across-pieces" + b"y" * 50)
        with pytest.raises(UnavailableError):
            refuse_secret(tmp_path / "answer", "it")
    (tmp_path / "answer").write_bytes(b"x" * (1 << 20) + b"a-key-across-piece")
    refuse_secret(tmp_path / "answer", "it")


def test_short_words_are_left_in_texts():
    hide("x")
    assert scrub("an x in a text") == "an x in a text"


def test_secrets_stand_in_no_repr():
    login = Login("s", "https://x.org", client="c", user="u", password=SECRET, wanted="")
    assert SECRET not in repr(login) + repr(Way(secret_headers={"Authorization": SECRET}))


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_form_is_posted_and_follows_no_redirect(server):
    server.answers = [(307, b"", {"Location": f"{server.url}/elsewhere"})]
    reply = fetch(server.url, headers={}, form={"password": "a&b c"})
    assert reply.status == 307
    assert server.forms == [b"password=a%26b+c"]
    ((_, headers, _),) = server.requests
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
