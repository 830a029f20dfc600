"""Sending to HDX what hdx.json of a bundle says; what is on the site afterwards is always told."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.errors import UnavailableError
from maps.publish.hdx.library import TAGS, open_library
from maps.publish.hdx.reason import KEY, name_reason
from maps.publish.hdx.submission import FILE_NAME, name_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from maps.publish.hdx.library import Library

_MADE_BY = "civmap/"


def read_key() -> str:
    """Return the key that HDX knows the user by, from the environment.

    Raises
    ------
    UnavailableError
        If there is none.
    """
    key = os.environ.get(KEY, "").strip()
    if not key:
        raise UnavailableError(
            f"HDX wants a key: make one on your page there (API tokens) and set {KEY} to it; "
            "--dry-run needs none"
        )
    if not key.isascii() or not key.isprintable():
        raise UnavailableError(f"{KEY} holds something that is no key; expected a line of ASCII")
    return key


def upload_bundle(folder: Path, key: str) -> str:
    """Send a bundle to HDX as its hdx.json says, and return the address of the data set.

    A data set of that name is updated if civmap made it: files that are the same stay, those that
    the bundle doesn't hold any more are taken away.

    Raises
    ------
    UnavailableError
        If the site can't be reached, refuses, or breaks off: says what is there and what is not.
        The bundle itself is not touched.
    """
    content = json.loads((folder / FILE_NAME).read_bytes())
    site, told = content["site"], content["dataset"]
    host = name_host(site)
    with open_library(site, key) as library:
        with _told_as_ours(host, key, f"nothing was sent to {host}"):
            old = _check_site(told, host)
        dataset = _prepare(library, folder, told)
        with _told_as_ours(host, key, lambda: _tell_state(folder, told, host)):
            dataset.create_in_hdx(
                remove_additional_resources=True,
                match_resource_order=True,
                create_default_views=False,
                updated_by_script=f"{_MADE_BY}{__version__}",
                # an upload that broke off leaves the right hash, and no file
                force_update=old is not None and not all(map(_has_file, old.get_resources())),
            )
        address = f"{site}/dataset/{told['name']}"
        with _told_as_ours(host, key, f"the data set and its files are at {address}"):
            _send_showcase(library, dataset, content["showcase"])
    return address


def _check_site(told: dict[str, Any], host: str) -> Any:
    """Look up what the data set refers to, so that nothing is sent that would be refused.

    Returns
    -------
        The data set of that name that is there; None: it will be new.
    """
    from hdx.data.dataset import Dataset
    from hdx.data.organization import Organization
    from hdx.data.user import User
    from hdx.data.vocabulary import Vocabulary

    wrong = [tag for tag in TAGS if not Vocabulary.is_approved(tag)]
    if wrong:
        raise UnavailableError(f"{host} knows no topic {wrong[0]!r}; civmap's list is out of date")
    for kind, field, option in (
        (Organization, "owner_org", "--hdx-organisation"),
        (User, "maintainer", "--hdx-maintainer"),
    ):
        found = kind.read_from_hdx(told[field])
        if found is None:
            raise UnavailableError(f"{host} knows no {option} {told[field]!r}")
        told[field] = found["id"]
    old = Dataset.read_from_hdx(told["name"])
    if old is not None and not str(old.get("updated_by_script", "")).startswith(_MADE_BY):
        raise UnavailableError(
            f"{host} has a data set {told['name']} that civmap did not make; "
            "choose another name with --hdx-name"
        )
    return old


def _prepare(library: Library, folder: Path, told: dict[str, Any]) -> Any:
    apart = {"resources", "tags"}
    dataset = library.make_dataset({k: v for k, v in told.items() if k not in apart})
    for each in told["resources"]:
        fields = {name: each[name] for name in ("name", "format", "description")}
        library.add_file(dataset, fields, folder / each["name"])
    library.add_tags(dataset, TAGS)
    return dataset


def _send_showcase(library: Library, dataset: Any, told: dict[str, Any]) -> None:
    addresses = {each["name"]: each["url"] for each in dataset.get_resources()}
    showcase = library.make_showcase({k: v for k, v in told.items() if k != "tags"})
    showcase["image_url"] = addresses[told["image_url"]]
    library.add_tags(showcase, TAGS)
    showcase.create_in_hdx()
    dataset.add_showcase(showcase)


def _tell_state(folder: Path, told: dict[str, Any], host: str) -> str:
    """Say what of a data set is on the site, by asking it."""
    from hdx.data.dataset import Dataset
    from hdx.utilities.file_hashing import get_size_and_hash

    try:
        found = Dataset.read_from_hdx(told["name"])
        there = {each["name"]: each.get("hash") for each in found.get_resources()} if found else {}
    except Exception:  # noqa: BLE001 - whatever it is, the site can't be asked
        return f"whether anything of {told['name']} is on {host} is not known"
    if found is None:
        return f"nothing of {told['name']} is on {host}"
    files = {each["name"]: each["format"] for each in told["resources"]}
    waits = {each["name"] for each in found.get_resources() if not _has_file(each)}
    same = [
        name
        for name, form in files.items()
        if name not in waits and there.get(name) == get_size_and_hash(folder / name, form)[1]
    ]
    missing = [name for name in files if name not in same]
    return (
        f"the data set {told['name']} is on {host}; as in the bundle: {', '.join(same) or 'none'}; "
        f"not there, or of an earlier release: {', '.join(missing) or 'none'}"
    )


def _has_file(resource: Any) -> bool:
    from hdx.api.utilities.filestore_helper import FilestoreHelper

    return not str(resource.get("url", "")).endswith(FilestoreHelper.temporary_url)


@contextlib.contextmanager
def _told_as_ours(host: str, key: str, state: Any) -> Iterator[None]:
    """Turn what the library raises into one message: what is wrong, and what is on the site."""
    from ckanapi.errors import CKANAPIError
    from hdx.data.hdxobject import HDXError
    from requests import RequestException

    try:
        yield
    except (HDXError, CKANAPIError, RequestException, UnavailableError) as error:
        reason = name_reason(error, host).replace(key, "...")
        told = state() if callable(state) else state
        raise UnavailableError(
            f"{reason}\n{told}\nThe bundle itself is whole; run the same command again."
        ) from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        told = state() if callable(state) else state
        raise UnavailableError(
            f"{host} gave an answer that is not HDX's ({type(error).__name__})\n{told}\n"
            "The bundle itself is whole."
        ) from None
