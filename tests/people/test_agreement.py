"""Figures of one table that contradict each other: each fault named, all at once."""

import pytest

from geo.errors import TableError
from geo.people import Whole, bundled_figures, list_published
from geo.people.agreement import check_together
from geo.people.figures import parse_figures

HEADER = "figure_id,pcodes,date,kind,since,best,agency"
STRIP = Whole(("A", "B", "C"), 600.0, published=True)


def faults(*rows, wholes=(STRIP,)):
    """Return the lines of the error for a table; empty where it is good."""
    try:
        parse_figures("\n".join([HEADER, *rows]).encode(), "table.csv", wholes=wholes)
    except TableError as error:
        return str(error).splitlines()[1:]
    return []


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        pytest.param(
            ["a,A,2024-01-05,present,,100,UN", "b,A|B,2024-01-05,present,,300,UN"],
            "'b' and 'a' are both for unit A, with the same day, kind and agency; keep one",
            id="a unit twice through a group",
        ),
        pytest.param(
            ["a,A|B,2024-01-05,present,,100,UN", "b,C|B,2024-01-05,present,,300,UN"],
            "'b' and 'a' are both for unit B, with the same day, kind and agency; keep one",
            id="a unit twice through two groups",
        ),
        pytest.param(
            ["a,A,2024-01-05,present,,631,UN"],
            "'a': best 631 is above the 600 people of A + B + C together",
            id="one figure above the whole",
        ),
        pytest.param(
            ["a,A,2024-01-05,present,,300,UN", "b,B|C,2024-01-05,present,,331,UN"],
            "'a', 'b': they add up to 631, above the 600 people of A + B + C together",
            id="figures above the whole together",
        ),
        pytest.param(
            ["a,A,2024-01-05,displaced_present,,631,UN"],
            "'a': best 631 is above the 600 people of A + B + C together",
            id="displaced people above the whole",
        ),
        pytest.param(
            ["a,A,2024-01-05,present,,100,UN", "b,A,2024-01-05,displaced_present,,101,UN"],
            "'b': 101 displaced people are above the 100 present of 'a'",
            id="displaced people above everyone",
        ),
    ],
)
def test_contradictions_are_named(rows, fault):
    assert faults(*rows) == [f"  {fault}"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            ["a,A,2024-01-05,present,,300,UN", "b,A|B,2024-01-05,present,,500,IOM"],
            id="two agencies disagree: kept apart and shown",
        ),
        pytest.param(
            ["a,A,2024-01-05,present,,300,UN", "b,A|B,2024-01-06,present,,500,UN"],
            id="another day",
        ),
        pytest.param(
            [
                "a,A,2024-01-05,left,2024-01-01,30,UN",
                "b,A,2024-01-05,left,2024-01-02,20,UN",
            ],
            id="left since different days",
        ),
        pytest.param(["a,A|B|C,2024-01-05,present,,600,UN"], id="the whole itself"),
        pytest.param(["a,A|B|C,2024-01-05,present,,630,UN"], id="the whole, rounded up"),
        pytest.param(["a,A|Z,2024-01-05,present,,900,UN"], id="not only units of the whole"),
    ],
)
def test_what_is_no_contradiction(rows):
    assert faults(*rows) == []


def test_the_bundled_table_agrees_with_itself():
    parents = dict.fromkeys(("PS0255", "PS0260", "PS0265", "PS0270", "PS0275"), "PS02")
    wholes = list_published(parents)
    assert [whole.total for whole in wholes] == [2_226_544]
    assert check_together(bundled_figures(), wholes) == []
    assert list_published({"X": "Y", "Z": None}) == []
