"""What HDX is told of a bundle: the data set, its files, its showcase; kept as hdx.json."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geo.errors import InputError, UsageError
from geo.network import check_url
from geo.resources import find_resource
from maps.distribution import PUBLIC
from maps.publish.contents import list_contents
from maps.publish.hdx.library import FORMATS, TAGS, open_library
from maps.publish.hdx.licence import choose_licence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from maps.publish.release import Release

FILE_NAME = "hdx.json"
SITES = {
    "stage": "https://stage.data-humdata-org.ahconu.org",
    "prod": "https://data.humdata.org",
}
SHOWCASE_FORMAT = "png"
"""The format of a bundle that the showcase has its picture from."""

_LONGEST_NAME = 100
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{1,99}")
_MARKUP = re.compile(r"([\\`*_\[\]<>#|!~$])")
_METHOD = (
    "Zones are laid round the places that a text or table reports as threatened or harmed. People "
    "in them are counted on a gridded population, corrected to where people were on the day by "
    "published figures of displacement. Each figure has a 90 % interval (low, best, high), from "
    "draws over what is in doubt. The static figure is the population map without correction. "
    "All figures are modelled: people who may be exposed, not people harmed."
)
_BOUNDARIES = (
    "The boundaries and names shown and the designations used do not imply official endorsement "
    "or acceptance."
)


@dataclass(frozen=True, slots=True)
class Submission:
    """Where on HDX a bundle goes, and under whose name.

    Attributes
    ----------
    organisation, maintainer
        Names or identifiers on HDX.
    site
        Address of the site, without a slash at its end.
    name
        The data set's name in its address; None: made from the map number, so that a run of
        another day makes a data set of its own.
    map_url
        Where the map can be looked at; None: the page of the data set.
    """

    organisation: str
    maintainer: str
    site: str = SITES["stage"]
    name: str | None = None
    map_url: str | None = None

    def __post_init__(self) -> None:
        for option, value in (
            ("--hdx-organisation", self.organisation),
            ("--hdx-maintainer", self.maintainer),
        ):
            if not value.strip():
                raise UsageError(f"{option}: expected a name or identifier on HDX")
        if self.name is not None and not _SLUG.fullmatch(self.name):
            raise UsageError(
                f"--hdx-name {self.name!r}: expected 2 to {_LONGEST_NAME} of a-z, 0-9, - and _"
            )
        if self.map_url is not None:
            check_url(self.map_url)


def find_site(text: str) -> str:
    """Return the address of a site: `stage`, `prod`, or an address of one's own."""
    site = SITES.get(text, text).rstrip("/")
    parts = check_url(site)
    if parts.path or parts.query or parts.fragment:
        raise UsageError(f"--hdx-site {text!r}: expected stage, prod or https://host")
    return site


def check_profile(profile: str) -> None:
    """Raise `InputError` if a bundle of this profile may not go to HDX."""
    if profile != PUBLIC:
        raise InputError(
            f"--hdx takes the profile {PUBLIC} only: what is {profile} does not leave the house; "
            f"publish it with --profile {PUBLIC}"
        )


def write_submission(release: Release, folder: Path, submission: Submission) -> None:
    """Write hdx.json for the files that the bundle has by now.

    All is checked as HDX's own library checks it; the network is not touched.

    Raises
    ------
    InputError
        If the profile is not public, or HDX would not take what is known of the run.
    UnavailableError
        If HDX's library is not installed.
    """
    check_profile(release.profile)
    with open_library(submission.site) as library:
        name = submission.name or _make_name(release.number)
        dataset = library.make_dataset(_describe(release, submission, name))
        dataset.set_expected_update_frequency("As needed")
        dataset.set_subnational(True)
        dataset.set_time_period(*_find_period(release))
        left = []
        for file in list_contents(release, folder):
            if found := _find_format(file.path):
                text = f"{file.title}, {release.as_of} ({file.kind}). {release.marking}"
                told = {"name": file.name, "format": found, "description": text}
                library.add_file(dataset, told, file.path)
            else:
                left.append(file.name)
        library.add_tags(dataset, TAGS)
        showcase = library.make_showcase(
            {
                "name": f"{name[: _LONGEST_NAME - 9]}-showcase",
                "title": release.title,
                "notes": f"{_escape(release.headline)}\n\n{release.marking}",
                "url": submission.map_url or f"{submission.site}/dataset/{name}",
                # a file of the bundle: its address is known when it is on the site
                "image_url": release.name_file("map", SHOWCASE_FORMAT),
            }
        )
        library.add_tags(showcase, TAGS)
        library.check(dataset, showcase)
        content = {
            "site": submission.site,
            "dataset": dataset.get_dataset_dict(),
            "showcase": dict(showcase),
            "not_uploaded": left,
        }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / FILE_NAME).write_text(text, encoding="utf-8")


def _describe(release: Release, submission: Submission, name: str) -> dict[str, Any]:
    cautions = "".join(f"\n\n- {_escape(each['text'])}" for each in release.cautions)
    return {
        "name": name,
        "title": release.title,
        "notes": f"{_escape(release.headline)}\n\n{release.marking}\n\n"
        f"Map number {_escape(release.number)}; figures for {release.as_of}.",
        "private": False,
        "owner_org": submission.organisation,
        "maintainer": submission.maintainer,
        "dataset_source": "; ".join(_name_sources(release)),
        "methodology": "Other",
        "methodology_other": f"{_METHOD}\n\nMade with civmap {release.run.facts['civmap']} from:"
        + "".join(f"\n\n- {_escape(_cite(source))}" for source in release.sources),
        "caveats": f"{release.marking}\n\n{_BOUNDARIES}{cautions}",
        "groups": [{"name": code} for code in _find_countries(release)],
        **choose_licence(release.sources),
    }


def _name_sources(release: Release) -> list[str]:
    """Return the names of the sources; the text that was read is cited, but is none of data."""
    data = (each for each in release.sources if each["licence"] != "of its publisher")
    return list(dict.fromkeys(_flatten(each["name"]) for each in data)) or ["civmap"]


def _find_period(release: Release) -> tuple[str, str]:
    days = [release.as_of, *(str(day)[:10] for day in release.run.series["as_of"])]
    return min(days), max(days)


def _find_countries(release: Release) -> list[str]:
    """Return ISO 3166-1 alpha-3 codes, lower case, of what the figures are about."""
    parts = release.run.facts.get("headline_parts") or {}
    found = {parts.get("country"), *release.run.units["country"]}
    text = find_resource("boundaries/iso_3166.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    codes = sorted(row["alpha3"].lower() for row in rows if row["alpha2"] in found)
    return codes or ["world"]


def _make_name(number: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", f"civmap-{number}".lower())
    return slug[:_LONGEST_NAME].strip("-")


def _find_format(path: Path) -> str | None:
    if path.suffix == ".zip" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            inside = archive.namelist()
        return FORMATS[".shp"] if any(name.endswith(".shp") for name in inside) else None
    return None if path.suffix == ".shp" else FORMATS.get(path.suffix)


def _cite(source: dict[str, Any]) -> str:
    words = (source["name"], source["attribution"], source["licence"], source["date"])
    return "; ".join(str(word) for word in words if isinstance(word, str) and word)


def _flatten(text: str) -> str:
    return " ".join(text.split())


def _escape(text: str) -> str:
    """Return text of others as Markdown that shows it as written."""
    return _MARKUP.sub(r"\\\1", _flatten(text))


def name_host(site: str) -> str:
    """Return what a message calls a site."""
    return urlsplit(site).netloc


def list_uploads(content: dict[str, Any]) -> Sequence[str]:
    """Return lines that say what of hdx.json goes to the site, and what stays."""
    dataset, host = content["dataset"], name_host(content["site"])
    return (
        f"would be sent: data set {dataset['name']} to {host}",
        *(f"would be sent: {each['name']} ({each['format']})" for each in dataset["resources"]),
        f"would be sent: showcase {content['showcase']['name']}",
        *(f"stays here: {name}" for name in content["not_uploaded"]),
    )
