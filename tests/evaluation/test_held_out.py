"""Figures left out: the page's tables are what the code gives, and most figures are held."""

import datetime as dt

import pytest

from geo.people import bundled_figures
from geo.people.gaza import STRIP_PEOPLE
from geo.people.idp_rows import IdpRow
from tests.evaluation import held_out
from tests.evaluation.held_out import (
    PAGE,
    Step,
    ask_others,
    describe_steps,
    list_cases,
    list_later,
    list_steps,
    main,
    read_rows,
    write_block,
)
from tests.people.test_surface import D, G, K, N, R, day, figure

LEAST_HELD = 0.8


@pytest.fixture(scope="module")
def cases():
    return list_cases()


def test_the_page_says_what_the_code_gives(tmp_path, monkeypatch):
    text = PAGE.read_text("utf-8")
    assert text.count(write_block()) == 1, "run python -m tests.evaluation.held_out"
    copy = tmp_path / "page.md"
    copy.write_text(text, "utf-8")
    monkeypatch.setattr(held_out, "PAGE", copy)
    assert main([]) == 0
    assert copy.read_text("utf-8") == text


def test_at_least_four_of_five_figures_are_held(cases):
    assert len(cases) == len(bundled_figures()) == 20
    later = list_later(cases)
    assert len(later) == 15
    for some in (cases, later):
        assert sum(case.held for case in some) >= LEAST_HELD * len(some)
        assert sum(case.held_with_hindsight for case in some) >= LEAST_HELD * len(some)


def test_a_case_by_hand(cases):
    (case,) = [each for each in cases if each.figure.figure_id == "unrwa-2024-01-15-rafah"]
    # by default the figure of 31 December, 1,000,000, published without a high
    assert case.by_default.best == 1_000_000
    # with hindsight 15 of 44 days from it to 1,400,000 on 13 February
    assert case.with_hindsight.best == round(1_000_000 + 400_000 * 15 / 44)
    assert case.published == 1_200_000


def test_those_who_left_are_compared_as_people_present(cases):
    (case,) = [each for each in cases if each.figure.figure_id == "unrwa-2024-05-14-rafah-left"]
    assert case.published == 1_300_000 - 450_000


def test_units_that_no_figure_tells_apart_are_asked_together():
    joint = figure("joint", f"{N} {G}", "2024-01-01", 500_000, low=400_000, high=600_000)
    people = ask_others((N, G), [joint], day("2024-01-01"))
    # its own range, without the doubt of its parts
    assert (people.low, people.best, people.high) == (400_000, 500_000, 600_000)
    # what it leaves to the three others, together
    people = ask_others((D, K, R), [joint], day("2024-01-01"))
    assert (people.low, people.best, people.high) == tuple(
        STRIP_PEOPLE - each for each in (600_000, 500_000, 400_000)
    )


def test_units_that_a_figure_tells_apart_are_added_up():
    figures = [
        figure("n", N, "2024-01-01", 200_000, low=150_000, high=300_000),
        figure("g", G, "2024-01-01", 100_000, low=90_000, high=110_000),
    ]
    people = ask_others((N, G), figures, day("2024-01-01"))
    assert (people.low, people.best, people.high) == (240_000, 300_000, 410_000)


def make_row(number, date, people, **other):
    fields = {
        "country": "XXX",
        "operation": "Floods",
        "round": 1,
        "assessment": "BA",
        "level": 2,
        "pcodes": ("XX0101",),
        "parents": ("XX01",),
        "fault": None,
        "split": (),
        "link": "",
    } | other
    return IdpRow(number=number, day=dt.date.fromisoformat(date), people=people, **fields)


def test_steps_between_rounds_by_hand():
    rows = [
        make_row(1, "2024-01-01", 60, split=("Conflict",)),
        make_row(2, "2024-01-01", 40, split=("Floods",)),
        make_row(3, "2024-01-01", 40, split=("Floods",)),  # the same row again
        make_row(4, "2024-01-11", 130),
        make_row(5, "2024-01-21", 0),
        make_row(6, "2024-01-31", 7),  # from nobody: no pace
        make_row(7, "2024-01-06", 999, assessment="SA"),  # a baseline is there
        make_row(8, "2024-01-06", 999, level=1, pcodes=("XX01",)),
    ]
    steps = list_steps(rows)
    assert steps == [Step("XXX", 10, 100, 130), Step("XXX", 10, 130, 0)]
    assert [step.pace for step in steps] == pytest.approx([0.03, 0.1])
    # 15 % and ten days at 2 %: from 65 to 135, and from 84.5 on
    assert [step.held for step in steps] == [True, False]


def test_the_rounds_of_chad_are_as_the_page_says(shared_file):
    rows = read_rows(shared_file("iom-dtm/displacement-admin2-admin0pcode-tcd.json"))
    told = describe_steps(list_steps(rows)).removeprefix("| TCD")
    assert f"| Chad (TCD), IOM DTM{told}\n" in PAGE.read_text("utf-8")


def test_the_rounds_of_three_countries_are_as_the_page_says(shared_file):
    steps = list_steps(read_rows(shared_file("iom-dtm/hdx_hapi_idps_global.csv")))
    page = PAGE.read_text("utf-8")
    for code, name in (("AFG", "Afghanistan (AFG), HDX HAPI"), ("HTI", "Haiti (HTI), HDX HAPI")):
        told = describe_steps([step for step in steps if step.country == code])
        assert told.replace(f"| {code}", f"| {name}") + "\n" in page
    told = describe_steps(steps).replace("| AFG, HTI, TCD", "| all three, HDX HAPI")
    assert told + "\n" in page
