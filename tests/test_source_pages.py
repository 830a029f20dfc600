"""Each source has a page of one form, and its commands are such that civmap takes them."""

import re
import shlex
from pathlib import Path

import pytest

from geo.settings import SOURCE_NAMES
from geo.sources import SOURCES
from maps.cli import _build_parser

DOCS = Path(__file__).parents[1] / "docs"
HEADINGS = ["What", "Good for", "Traps", "Licence", "Needs", "Command"]


def read_page(name):
    return (DOCS / "sources" / f"{name}.md").read_text(encoding="utf-8")


def list_commands(text):
    """Return the lines of code that call civmap, without what sets variables."""
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    lines = [line.partition("  #")[0] for block in blocks for line in block.splitlines()]
    return [
        match[1] for line in lines if (match := re.fullmatch(r"(?:\w+=\S+ )*civmap (.+)", line))
    ]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_source_has_a_page_of_the_form(source):
    page = read_page(source.name)
    assert page.startswith("# ")
    assert f"(`{source.name}`)" in page.splitlines()[0]
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == HEADINGS
    commands = list_commands(page)
    assert any(source.name in command for command in commands)
    for needed in re.findall(r"CIVMAP_[A-Z_]+", source.about):
        assert needed in page.partition("## Needs")[2]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_its_commands_are_ones_that_civmap_takes(source):
    for command in list_commands(read_page(source.name)):
        options = _build_parser().parse_args(shlex.split(command))
        assert callable(options.act)


def test_overview_names_every_source_and_its_commands_parse():
    overview = (DOCS / "data.md").read_text(encoding="utf-8")
    for source in SOURCES:
        assert f"(sources/{source.name}.md)" in overview
    for command in list_commands(overview):
        _build_parser().parse_args(shlex.split(command))


def test_no_page_is_of_a_source_that_is_not_there():
    names = {path.stem for path in (DOCS / "sources").glob("*.md")}
    assert names == {source.name for source in SOURCES}


def test_options_name_the_sources_of_their_part():
    for part, names in SOURCE_NAMES.items():
        assert set(names) >= {each.name for each in SOURCES if part in each.parts}
