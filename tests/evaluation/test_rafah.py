"""Rafah on the days that were told of: best figures, ranges, and what the page says of them."""

import pytest

from geo.people.gaza import STRIP_PEOPLE
from tests.evaluation.rafah import DAYS, END, PAGE, RAFAH, START, draw_series, find_published
from tests.evaluation.rafah import write_block as write_tables


@pytest.fixture(scope="module")
def series():
    return draw_series()


@pytest.mark.parametrize("day", DAYS)
def test_best_figure_lies_where_it_was_published_and_the_range_holds_it(series, day):
    rows = series.series_units
    row = rows[(rows["pcode"] == RAFAH) & (rows["as_of"].astype(str).str[:10] == day)].iloc[0]
    least, most = DAYS[day]
    assert least <= row["best"] <= most
    figure = find_published(day)
    if figure is not None:
        assert row["low"] <= (figure.low or figure.best)
        assert row["high"] >= (figure.high or figure.best)
        assert figure.agency


def test_governorates_add_up_to_the_strip_on_every_day(series):
    totals = series.series_units.groupby("as_of")["best"].sum()
    assert len(totals) == len(DAYS)
    assert (totals == STRIP_PEOPLE).all()
    zone = next(zone for zone in series.zones["zone_id"] if RAFAH in zone)
    rows = series.series[series.series["zone_id"] == zone]
    units = series.series_units[series.series_units["pcode"] == RAFAH]
    for column in ("low", "best", "high"):
        assert rows[column].tolist() == units[column].tolist()


def test_the_page_says_what_the_code_gives():
    text = PAGE.read_text("utf-8")
    assert text.split(START)[1].split(END)[0] == write_tables()
