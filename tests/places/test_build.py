from __future__ import annotations

import dataclasses
import sqlite3
from typing import TYPE_CHECKING

import pytest

from geo.errors import TableError, UnavailableError
from geo.places import Gazetteer, open_gazetteer
from geo.places.build import Inputs, build_gazetteer
from geo.places.record import keep_alias, tile_number, town_radius_km

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def tiny(tiny_inputs: Inputs, tmp_path: Path) -> Iterator[Gazetteer]:
    build_gazetteer(tiny_inputs, tmp_path / "tiny.sqlite")
    with open_gazetteer(tmp_path / "tiny.sqlite") as opened:
        yield opened


def test_same_inputs_give_the_same_bytes(tiny_inputs: Inputs, tmp_path: Path) -> None:
    one, other = tmp_path / "one.sqlite", tmp_path / "other.sqlite"
    build_gazetteer(tiny_inputs, one)
    build_gazetteer(tiny_inputs, other)
    assert one.read_bytes() == other.read_bytes()


def test_counts_are_returned_and_kept(tiny_inputs: Inputs, tmp_path: Path) -> None:
    counts = build_gazetteer(tiny_inputs, tmp_path / "tiny.sqlite")
    assert {kind: counts[kind] for kind in ("city", "point", "country", "admin1", "admin2")} == {
        "city": 4, "point": 1, "country": 2, "admin1": 1, "admin2": 1,
    }  # fmt: skip
    with open_gazetteer(tmp_path / "tiny.sqlite") as opened:
        assert opened.about()["rows city"] == "4"
        assert len(opened.about()["sha256 supplement.csv"]) == 64


def test_build_replaces_an_old_file_and_leaves_no_part(tiny_inputs: Inputs, tmp_path: Path) -> None:
    out = tmp_path / "out" / "tiny.sqlite"
    out.parent.mkdir()
    out.write_text("old")
    build_gazetteer(tiny_inputs, out)
    assert [path.name for path in out.parent.iterdir()] == ["tiny.sqlite"]
    assert out.read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("name", ["ألفا", "Álpha", "Alpha Town", "Alfatown", "ALPHA"])
def test_all_spellings_find_the_town(tiny: Gazetteer, name: str) -> None:
    assert tiny.lookup(name)[0].place_id == "gn:1"


@pytest.mark.parametrize("name", ["alfa", "ALP", "Al 2", "Alph", ""])
def test_noise_is_no_name(tiny: Gazetteer, name: str) -> None:
    assert tiny.lookup(name) == []


def test_unit_lies_amid_its_towns_and_an_empty_one_is_left_out(tiny: Gazetteer) -> None:
    (unit,) = tiny.lookup("North Shore")
    assert (unit.place_id, unit.kind, unit.lon, unit.lat) == ("a1:AA.01", "admin1", 1.2, 1.0)
    assert tiny.lookup("Empty State") == []


def test_country_is_labelled_in_its_outline_or_at_its_main_town(tiny: Gazetteer) -> None:
    (drawn,), (small,) = tiny.lookup("Ayland"), tiny.lookup("Beeland")
    assert (drawn.lon, drawn.lat) == (pytest.approx(2, abs=0.3), pytest.approx(2, abs=0.3))
    assert (small.lon, small.lat) == (5.0, 1.0)
    assert tiny.lookup("AYL")[0].country == "AA"
    assert tiny.country("bb").neighbours == ("AA",)


def test_supplement_row_takes_the_admin1_of_the_nearest_town(tiny: Gazetteer) -> None:
    (camp,) = tiny.lookup("Alpha camp")
    assert (camp.admin1, camp.pcode, camp.geoname_id) == ("Northern Shore", None, None)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("X,,AA,castle,,1,1,1,,,,,,,,s", "kind 'castle'"),
        ("X,,AA,point,,1,,1,,,,,,,,s", "expected lon, lat and precision_km"),
        ("X,,AA,point,,1,91,1,,,,,,,,s", "expected degrees"),
        ("X,,AA,point,,1,1,1,,,,,,,,", "expected a source"),
        ("-,,AA,point,,1,1,1,,,,,,,,s", "expected a name"),
        ("X,,AA,city,,,,,gn:99,,,,,,,s", "no 'gn:99' in 'AA'"),
        ("X,,BB,city,,,,,gn:2,,,,,,,s", "no 'gn:2' in 'BB'"),
        ("X,,AA,point,,1,1,1,,Nowhere,,,,,,s", "no admin1 'Nowhere'"),
        ("Alpha camp,,AA,point,,1,1,1,,,,,,,,s", "again the place of line 3"),
    ],
    ids=[
        "kind",
        "half-position",
        "latitude",
        "source",
        "name",
        "ref",
        "country",
        "admin1",
        "twice",
    ],
)
def test_bad_supplement_row_names_line_and_fault(
    tiny_inputs: Inputs, tmp_path: Path, row: str, fault: str
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(tiny_inputs.supplement.read_text(encoding="utf-8") + row + "\n", "utf-8")
    with pytest.raises(TableError, match=fault):
        build_gazetteer(dataclasses.replace(tiny_inputs, supplement=bad), tmp_path / "x.sqlite")
    assert not (tmp_path / "x.sqlite").exists()


def test_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no gazetteer at"):
        open_gazetteer(tmp_path / "none.sqlite")


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    path.write_text("no database at all, just some text that is long enough to be read")
    with pytest.raises(UnavailableError, match="no gazetteer of civmap"):
        open_gazetteer(path)


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as con:
        con.execute("CREATE TABLE about (key TEXT, value TEXT)")
        con.execute("INSERT INTO about VALUES ('version', '0')")
    con.close()
    with pytest.raises(UnavailableError, match="has version '0'"):
        open_gazetteer(path)


@pytest.mark.parametrize(
    ("alias", "kept"),
    [
        ("Gaza", True), ("غزة", True), ("加沙", True), ("Ṣūr", True),
        ("jia sha", False), ("GZA", False), ("Ur", False), ("G", False), ("Area 51", False),
        ("http://gaza", False), ("x" * 61, False),
    ],
)  # fmt: skip
def test_aliases_worth_keeping(alias: str, kept: bool) -> None:
    assert keep_alias(alias) is kept


def test_town_radius_grows_with_its_people_within_bounds() -> None:
    assert [town_radius_km(people) for people in (0, 500_000, 50_000_000)] == [1.0, 5.6, 25.0]


def test_tiles_of_a_row_follow_and_meet_at_the_date_line() -> None:
    assert tile_number(0.5, 0.5) + 1 == tile_number(1.5, 0.5)
    assert tile_number(-180, 0) == tile_number(180, 0)
