"""`civmap map` on days that nothing is known of: a word in the headline, or no map at all."""

import json

import jsonschema
import numpy as np
import pytest

import geo
from geo.errors import StaleError, UsageError
from tests.test_cli import assert_refused, civmap, write_raster
from tests.test_run import SCHEMA

RAFAH, NORTH = "PS0275", "PS0255"


def texts(report, code):
    return [each["text"] for each in report["warnings"] if each["code"] == code]


def test_figures_of_two_years_ago_are_refused(tmp_path):
    done = civmap("map", "--as-of", "2026-11-28", "--out", "here", cwd=tmp_path)
    # 18 June 2024 to 28 November 2026
    assert_refused(
        done, 3, "The figure for PS0275 (UNRWA, 2024-06-18) is 893 days old", tmp_path / "here"
    )
    message = done.stderr.decode()
    assert "PS0255 + PS0260 (PCBS, 2024-04-22) is 950 days old on 2026-11-28" in message
    assert "--accept-stale" in message


def test_they_are_given_when_that_is_asked_for_and_it_is_said_everywhere(tmp_path):
    done = civmap("map", "--as-of", "2026-11-28", "--accept-stale", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    assert ", based on figures 893 days old; a static" in report["headline"]["text"]
    assert report["parameters"]["accept_stale"] is True
    stale = texts(report, "figure-stale")
    assert len(stale) == 2
    assert all(text.endswith("as asked for (--accept-stale).") for text in stale)
    out = tmp_path / "out" / "example"
    page = (out / "map.html").read_text("utf-8")
    assert "based on figures 893 days old" in page
    assert "as asked for (--accept-stale)" in page
    assert json.loads((out / "manifest.json").read_text("utf-8"))["parameters"]["accept_stale"]


def test_between_the_two_limits_it_is_only_said():
    run = geo.assess(as_of="2024-10-15")
    assert ", based on figures 119 days old;" in run.facts["headline"]["text"]
    assert "figure-stale" in set(run.cautions["code"])
    with pytest.raises(StaleError, match=r"119 days old on 2024-10-15 \(limit 100 days\)"):
        geo.assess(as_of="2024-10-15", stale_days=50)
    quiet = geo.assess(as_of="2024-10-15", stale_days=200)
    assert "based on" not in quiet.facts["headline"]["text"]
    assert "figure-stale" not in set(quiet.cautions["code"])


@pytest.mark.parametrize("day", ["2024-02-24", "2023-10-01", "2024-06-20"])
def test_days_on_which_much_is_known_are_as_before(day):
    run = geo.assess(as_of=day)
    assert "based on" not in run.facts["headline"]["text"]
    assert not {"figure-stale", "static-known-wrong", "population-undated"} & set(
        run.cautions["code"]
    )


def test_a_static_figure_is_refused_where_it_is_known_to_be_wrong():
    with pytest.raises(StaleError, match=r"PS0275: 1,400,000 people were there \(UN, UNRWA"):
        geo.assess(displacement="none")
    run = geo.assess(displacement="none", accept_stale=True)
    words = "static although a figure of 2024-02-13 counts 1,400,000 people there."
    assert f"(235,000 to 318,000), {words}" in run.facts["headline"]["text"]
    assert "static-known-wrong" in set(run.cautions["code"])
    # before the war nothing is known against it
    before = geo.assess(displacement="none", as_of="2023-10-06")
    assert "static-known-wrong" not in set(before.cautions["code"])


def test_it_is_known_where_the_zone_does_not_hold_the_unit(tmp_path):
    table = "id,lon,lat,event_date,event_type\n1,34.2535,31.2871,2024-02-24,Shelling\n"
    (tmp_path / "one.csv").write_text(table)
    with pytest.raises(StaleError, match="PS0275: 1,400,000 people were there"):
        geo.assess(tmp_path / "one.csv", radius_km=1, displacement="none")


def test_a_figure_that_was_set_aside_is_known_all_the_same(tmp_path):
    rows = f"a,{NORTH},2023-09-20,present,2300000,UN\n"  # above the Strip's 2,226,544
    (tmp_path / "own.csv").write_text("figure_id,pcodes,date,kind,best,agency\n" + rows)
    zone = box_file(tmp_path)
    with pytest.raises(StaleError, match=f"{NORTH}: 2,300,000 people were there"):
        geo.assess(zone=zone, displacement=tmp_path / "own.csv", as_of="2023-10-01")


def box_file(folder, west=34.45, south=31.5, east=34.55, north=31.56):
    """Write a drawn zone, by default in North Gaza."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"label": "drawn"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = folder / "zone.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_zones_far_from_old_figures_are_not_refused(tmp_path):
    """Kinshasa rests on none of the figures for the Strip, which the article speaks of too."""
    article = (
        "KINSHASA, 12 January 2026 - Rebels threatened on Monday to storm the city of Kinshasa in "
        "the Democratic Republic of the Congo. Talks were held in Rafah, in the Gaza Strip.\n"
    )
    (tmp_path / "kinshasa.txt").write_text(article)
    run = geo.assess(tmp_path / "kinshasa.txt")
    assert len(run.zones)
    assert "figure-stale" not in set(run.cautions["code"])
    # the coarse model rests on populations that have no date
    assert "population-undated" in set(run.cautions["code"])


@pytest.mark.parametrize(
    ("year", "said", "refused"),
    [("2015", False, False), ("2012", True, False), ("2002", True, True), ("", False, False)],
)
def test_an_old_population(tmp_path, year, said, refused):
    name = f"people_count_{year}.tif" if year else "people_count.tif"
    write_raster(tmp_path / name, np.full((80, 80), 350.0), nodata=-1)
    options = ["map", "--population", name, "--json"]
    done = civmap(*options, "--out", "here", cwd=tmp_path)
    if refused:
        assert_refused(done, 3, f"{name} is from 2002, 22 years before", tmp_path / "here")
        done = civmap(*options, "--accept-stale", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    words = f", based on a population of {year}, {2024 - int(year or 0)} years old"
    assert (words in report["headline"]["text"]) == said
    assert len(texts(report, "population-old")) == said
    assert len(texts(report, "population-undated")) == (not year)


def test_a_table_of_many_events_says_it_in_its_headline(tmp_path):
    table = (
        "id,lon,lat,event_date,event_type\n"
        "1,34.2535,31.2871,2024-10-15,Shelling\n"
        "2,34.3060,31.3462,2024-10-15,Shelling\n"
    )
    (tmp_path / "two.csv").write_text(table)
    run = geo.assess(tmp_path / "two.csv", radius_km=2)
    # those of Khan Younis are what is left by the figures for its neighbours, the older one too
    assert run.facts["headline"]["text"].endswith("Some numbers are based on figures 176 days old.")


def test_wrong_days(tmp_path):
    done = civmap("map", "--stale-days", "0", "--out", "here", cwd=tmp_path)
    assert_refused(done, 2, "stale days 0: expected 1 or more", tmp_path / "here")
    with pytest.raises(UsageError):
        geo.assess(stale_days=-1)
