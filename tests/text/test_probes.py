"""Probes: single sentences in many wordings, to see how far the rules reach beyond the articles.

They were written before the rules were run on them, and say more together than one by one: what
share of each section must hold is set below, not each line.
"""

import re
from pathlib import Path

import pytest

from geo.places import open_gazetteer
from geo.text import document_from_text, find_mentions

_MARK = re.compile(r"\[([^:\]]+):(\w+)(?: (\w+))?\]")
_AHEAD = {"threatened", "planned"}
_LEAD = "Saturday, 11 May 2024\n\n"
_LEAST = 0.65  # of a section; some were written to be hard
_LEAST_OF_ALL = 0.85


def read_tables():
    """Return the sentences of each section."""
    tables = {}
    for line in (Path(__file__).parent / "probes.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and ":" not in line:
            tables[line.strip("[]")] = lines = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return tables


TABLES = read_tables()


def read_probe(line, gazetteer):
    """Yield (name, expected, found) of each place in brackets."""
    text, wanted, end = "", [], 0
    for match in _MARK.finditer(line):
        text += line[end : match.start()]
        wanted.append((len(text), match[1], match[2], match[3]))
        text += match[1]
        end = match.end()
    text += line[end:]
    mentions = find_mentions(document_from_text(_LEAD + text, "probe"), gazetteer)
    by_start = {m.span_start - len(_LEAD): m for m in mentions if m.class_ == "place"}
    for start, name, role, modality in wanted:
        mention = by_start.get(start)
        given = (mention.role, mention.modality, mention.reason) if mention else ("none", "", "")
        yield name, (role, modality), given


def is_right(expected, given):
    role, modality = expected
    if role != given[0]:
        return False
    if role == "threatened" and modality is None:
        return given[1] in _AHEAD
    return role in {"none", "actor", "mentioned"} or given[1] == (modality or "actual")


@pytest.fixture(scope="module")
def gazetteer():
    with open_gazetteer() as opened:
        yield opened


def count(section, gazetteer):
    """Count the places that were found and those whose part is right."""
    read = [probe for line in TABLES[section] for probe in read_probe(line, gazetteer)]
    found = [(expected, given) for _, expected, given in read if given[0] != "none"]
    return len(found), sum(is_right(expected, given) for expected, given in found)


@pytest.mark.parametrize("section", TABLES)
def test_most_wordings_of_a_section_are_read(section, gazetteer):
    found, right = count(section, gazetteer)
    assert right / found >= _LEAST


def test_most_wordings_are_read(gazetteer):
    counts = [count(section, gazetteer) for section in TABLES]
    assert sum(right for _, right in counts) / sum(found for found, _ in counts) >= _LEAST_OF_ALL
