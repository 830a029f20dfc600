"""README.md: what a bundle is, for whoever opens its folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from maps.escape import clean_text
from maps.publish.contents import describe_file, list_contents
from maps.publish.manifest import MANIFEST
from maps.wording import Wording

if TYPE_CHECKING:
    from pathlib import Path

    from maps.publish.release import Release

README = "README.md"

_WORDS = Wording()
_MARKS = re.compile(r"([\\`*_\[\]<>&|~#${}])")
_METHOD = (
    (
        "Places are read from an article or a table of events, and told apart by the part they play. "
        "A place that is threatened, or where violence is reported, becomes a zone: an administrative "
        "unit, or discs round it. A population map gives the people in it; where dated figures of "
        "people displaced are known, the map's people are moved so that each administrative unit "
        "agrees with its figure on the day. Ranges (low, high) are 90 % intervals of draws in which "
        "place, radius, population and figures are doubted."
    ),
    (
        "`best` is the best estimate of people living there, `static` what the population map says "
        "by itself. Zones overlap, so their people are not to be added. What is not known is empty, "
        "never zero."
    ),
    (
        "Rasters are on the cells of the population map. People at known sites are spread over their "
        "unit, so a zone inside such a unit may differ from what its cells add up to. Tiles (PMTiles), "
        "pictures and pages are for looking, not for counting."
    ),
)
_NOT_FOR = (
    "It is modelled, not observed, and it is no forecast.",
    (
        "It is not for targeting. It counts people who could be harmed, so that they can be helped or "
        "spared; it says nothing of who is where at a moment, and nothing of who may be harmed."
    ),
    "A cell, disc or unit without people in it is not safe, and a gap in the data is not empty.",
    "Boundaries and names do not imply official endorsement or acceptance.",
)


def write_readme(release: Release, folder: Path) -> None:
    """Write README.md, after all files but the manifest: it has a line on each of them.

    Texts of others are escaped, so that they read as they were written and nothing of them is
    taken for a mark of the page.
    """
    blocks = [
        f"# {_escape(release.title)}",
        f"**{_escape(release.marking)}**",
        _escape(release.headline),
        _tell_facts(release),
        "## What it is",
        (
            "A bundle that civmap made: people who may be exposed to violence, by zone and by "
            "administrative unit, dated, with a range and with their sources."
        ),
        "## What it is not for",
        _list(_NOT_FOR),
        "## How the figures were made",
        *_METHOD,
        "## Read this with care",
        _list(_escape(caution["text"]) for caution in release.cautions)
        or "There are no cautions beside what is said above.",
        "## Sources",
        _list(_tell_source(source) for source in release.sources) or "None are told.",
        "## Files",
        _list(_tell_files(release, folder)),
        f"`civmap verify` checks the folder against `{MANIFEST}`.",
        "## Contact",
        _escape(release.contact) if release.contact else "No contact was given.",
    ]
    (folder / README).write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def _escape(text: str) -> str:
    """Return text in one line in which no character is a mark of Markdown, HTML or a template."""
    return _MARKS.sub(r"\\\1", " ".join(clean_text(text).split()))


def _list(lines: Any) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _tell_facts(release: Release) -> str:
    lines = [
        f"Day of the figures: {_WORDS.day(release.as_of)} ({release.as_of})",
        f"Map number: {_escape(release.number)}",
        f"Profile: {_escape(release.profile)}",
        f"Made with: civmap {_escape(str(release.run.facts['civmap']))}",
        f"Released by: {_escape(release.released_by) if release.released_by else 'not told'}",
    ]
    return _list(lines)


def _tell_source(source: dict[str, Any]) -> str:
    parts = [
        f"{source['name']}, {source['date'] or 'undated'}.",
        f"Licence: {source['licence']}.",
        f"Attribution: {source['attribution']}." if source["attribution"] else "",
        source["note"] or "",
        source["url"] or "",
    ]
    return _escape(" ".join(part for part in parts if part))


def _tell_files(release: Release, folder: Path) -> list[str]:
    later = describe_file(release, folder / MANIFEST, MANIFEST)
    return [
        f"`{clean_text(file.name)}`: {file.title} ({file.kind})"
        for file in [*list_contents(release, folder), later]
    ]
