from datetime import date

import pytest

from geo.text.dates import find_date, resolve_day

SATURDAY = date(2024, 2, 24)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "24th February 2024 \u2013 (Paris) Talks", (SATURDAY, "dateline"), id="ordinal"
        ),
        pytest.param("CAIRO, 24 February 2024 - Talks", (SATURDAY, "dateline"), id="city-first"),
        pytest.param("Title\n\nFeb. 24, 2024 (AP) — x", (SATURDAY, "dateline"), id="american"),
        pytest.param("Le 24 février 2024, Paris", (SATURDAY, "text"), id="french"),
        pytest.param("It began on 24 February 2024 in Kyiv.", (SATURDAY, "text"), id="in-text"),
        pytest.param("2024-02-24\nText", (SATURDAY, "dateline"), id="iso"),
        pytest.param("30 February 2024 was no day", None, id="impossible"),
        pytest.param("in February 2024", None, id="no-day"),
    ],
)
def test_the_first_full_date_is_found(text, expected):
    assert find_date(text) == expected


@pytest.mark.parametrize(
    ("sentence", "ahead", "expected"),
    [
        pytest.param("They met on Friday.", False, date(2024, 2, 23), id="last-friday"),
        pytest.param("They will meet on Friday.", True, date(2024, 3, 1), id="next-friday"),
        pytest.param("It fell yesterday.", False, date(2024, 2, 23), id="yesterday"),
        pytest.param("It fell on 3 January 2024.", False, date(2024, 1, 3), id="full"),
        pytest.param("It fell last month.", False, None, id="vague"),
        pytest.param(
            "24 February 2024 - They met on Friday.", False, date(2024, 2, 23), id="dateline-aside"
        ),
    ],
)
def test_a_sentence_names_its_day(sentence, ahead, expected):
    assert resolve_day(sentence, SATURDAY, ahead=ahead) == expected
