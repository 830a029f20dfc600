"""Populations by age and P-code: OCHA's real tables against pandas, made-up ones by hand."""

import pandas as pd
import pytest

from geo.errors import TableError, UnavailableError
from geo.people.demography import read_demography

HEADER = "ADM1_PCODE,ADM2_PCODE,T_TL,T_00_04,T_05_19,F_15_19,F_20_49,T_65Plus,F_adulte\n"


@pytest.fixture
def write(tmp_path):
    def write_table(text, name="admpop_2019.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_table


def find(table, pcode, group, parent=None):
    found = table.find(pcode, parent, group)
    return None if found is None else (found.parts[group].best, found.basis)


def test_wide_table(write):
    table = read_demography(write(HEADER + "XX1,XX101,1000,150,360,50,200,30,999\n"))
    assert find(table, "XX101", "under_5") == (0.15, "unit")
    assert find(table, "XX101", "over_64") == (0.03, "unit")
    assert find(table, "XX101", "women_15_49") == (0.25, "unit")
    # 150 + 13 of 15 years of 360
    assert find(table, "XX101", "under_18") == (pytest.approx(0.462), "unit")
    assert table.source.date == "2019"


def test_unit_that_is_missing_has_its_parents_share(write):
    rows = "XX1,XX101,1000,150,,,,,\nXX1,XX102,3000,250,,,,,\n"
    table = read_demography(write(HEADER + rows))
    assert find(table, "XX199", "under_5", parent="XX1") == (0.1, "parent")  # 400 of 4,000
    assert find(table, "YY1", "under_5", parent="YY") is None
    assert find(table, "XX101", "over_64") is None


def test_unit_without_people_has_its_parents_share(write):
    rows = "XX1,XX101,1000,150,,,,,\nXX1,XX102,0,0,0,0,0,0,0\n"
    table = read_demography(write(HEADER + rows))
    assert find(table, "XX102", "under_5", parent="XX1") == (0.15, "parent")


def test_band_that_a_unit_lacks_is_not_summed(write):
    rows = "XX1,XX101,1000,150,,,,,\nXX1,XX102,3000,,,,,90,\n"
    table = read_demography(write(HEADER + rows))
    assert find(table, "XX1", "under_5") is None
    assert find(table, "XX1", "over_64") is None


def test_same_row_twice_counts_once_and_parts_are_added(write):
    row, other = "XX1,XX101,1000,150,,,,,\n", "XX1,XX101,1000,50,,,,,\n"
    table = read_demography(write(HEADER + row + row + other))
    assert find(table, "XX101", "under_5") == (0.1, "unit")
    assert [caution.code for caution in table.cautions] == ["demography-rows"]


def test_long_table_takes_the_last_year(write):
    header = "location_code,admin1_code,admin2_code,gender,min_age,max_age,population,"
    header += "reference_period_start,error\n"
    tags = "#country,#adm1,#adm2,#gender,#age,#age,#population,#date,#error\n"
    rows = [
        "XXX,XX1,XX101,all,,,500,2010-01-01,",
        "XXX,XX1,XX101,all,0,4,400,2010-01-01,",
        "XXX,XX1,XX101,all,,,1000,2020-01-01,",
        "XXX,XX1,XX101,f,0,4,60,2020-01-01,",
        "XXX,XX1,XX101,m,0,4,80,2020-01-01,",
        "XXX,XX1,XX101,m,0,4,80,2020-01-01,Duplicate row",
        "XXX,XX1,XX101,f,65,,9,2020-01-01,",
        "XXX,XX1,XX101,m,65,,11,2020-01-01,",
        "XXX,XX1,,all,,,77,2020-01-01,",
    ]
    table = read_demography(write(header + tags + "\n".join(rows) + "\n"))
    assert find(table, "XX101", "under_5") == (0.14, "unit")
    assert find(table, "XX101", "over_64") == (0.02, "unit")
    assert find(table, "XX1", "over_64") is None  # its own row has no ages
    assert table.find("XX101", None, "under_5").date == "2020"
    assert "1 marked as errors" in table.cautions[0].text


def test_year_of_the_day_counts(write):
    header = "ADM2_PCODE,gender,age_min,age_max,population,reference_year\n"
    rows = [
        f"XX101,all,{ages},{people},{year}"
        for year, children in ((2018, 10), (2020, 20), (2022, 30))
        for ages, people in ((",", 100), ("0,4", children))
    ]
    path = write(header + "\n".join(rows) + "\n")
    expected = {None: 0.3, 2030: 0.3, 2021: 0.2, 2020: 0.2, 2010: 0.1}
    for year, share in expected.items():
        assert find(read_demography(path, year), "XX101", "under_5") == (share, "unit")


def test_units_that_lie_in_each_other_end(write):
    text = "ADM1_PCODE,ADM2_PCODE,T_TL,T_00_04\nA,B,10,\nB,A,10,\n"
    text += "C,D,10,5\n"
    table = read_demography(write(text))
    assert find(table, "A", "under_5") is None
    assert find(table, "D", "under_5") == (0.5, "unit")


def test_nation_is_the_last_resort(write):
    text = "ADM0_PCODE,ADM1_PCODE,T_TL,T_00_04\nXX,,1000,170\nXX,XX1,,\n"
    table = read_demography(write(text))
    assert find(table, "XX101", "under_5", parent="XX1") == (0.17, "nation")


def test_household_size_and_number_of_households(write):
    table = read_demography(write("ADM2_PCODE,household_size\nXX101,4\n"))
    assert find(table, "XX101", "households") == (0.25, "unit")
    table = read_demography(write("ADM2_PCODE,T_TL,households\nXX101,900,180\n"))
    assert find(table, "XX101", "households") == (0.2, "unit")


def test_all_faults_are_told_at_once(write):
    rows = [
        "XX1,XX101,many,150,,,,,",
        "XX1,XX102,1000,-5,,,,,",
        "XX1,<b>X</b>,1000,5,,,,,",
        "XX1,XX104,1000,5,,,,",
        "XX1,XX105,1000,1500,,,,,",
    ]
    with pytest.raises(TableError) as error:
        read_demography(write(HEADER + "\n".join(rows) + "\n"))
    text = str(error.value)
    assert error.value.exit_status == 3
    assert "row 2: t_tl 'many' is no number" in text
    assert "row 3: t_00_04 '-5' is negative" in text
    assert "row 4: adm2_pcode '<b>X</b>' is no P-code" in text
    assert "row 5: 8 cells; expected 9" in text
    assert "XX105: under_5 are 1.50 of everyone" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column of P-codes"),
        ("name,T_TL\nx,1\n", "no column of P-codes"),
        ("ADM2_PCODE,name\nX1,x\n", "no columns of ages"),
        ("ADM2_PCODE,gender,population\nX1,all,5\n", "min_age, max_age"),
        ("ADM2_PCODE,T_TL,T_TL\nX1,1,1\n", "twice: t_tl"),
        ("ADM2_PCODE,T_TL\nX1,1\n", "no unit has under_5"),
        ("ADM2_PCODE,household_size\nX1,0\nX2,0.5\n", "X1: 0 persons a household"),
        (b"ADM2_PCODE,T_TL\0\n", "binary"),
        ('ADM2_PCODE,T_TL\n"X1,1\n', "no CSV"),
    ],
)
def test_bad_tables(write, text, message):
    with pytest.raises(TableError, match=message):
        read_demography(write(text))


def test_missing_table_is_named(tmp_path):
    with pytest.raises(UnavailableError, match="nowhere"):
        read_demography(tmp_path / "nowhere.csv")


def test_central_african_republic_as_pandas_has_it(shared_file):
    path = shared_file("cod-ps/download-caf-admpop-adm2-2015-v2.csv")
    table = read_demography(path)
    frame = pd.read_csv(path, encoding="latin-1")
    for column in ("Adm2_Pcode", "Adm1_Pcode"):
        sums = frame.groupby(column)[["T_TL", "Enfants_00_18"]].sum()
        for pcode, row in sums.iterrows():
            part = table.find(pcode, None, "under_18").parts["under_18"]
            assert part.best == pytest.approx(row["Enfants_00_18"] * 18 / 19 / row["T_TL"])
            assert table.find(pcode, None, "over_64") is None  # 60+ is not 65+
    assert len(table.units) == frame["Adm2_Pcode"].nunique() + frame["Adm1_Pcode"].nunique()


def test_congo_is_the_same_in_all_forms(shared_file):
    wide = read_demography(shared_file("cod-ps/download-cod-admpop-adm2-2020.csv"))
    long = read_demography(shared_file("cod-ps/cod_population_admin2.csv"))
    api = read_demography(shared_file("cod-ps/hdx_hapi_population_global_hrp.csv"))
    frame = pd.read_csv(shared_file("cod-ps/download-cod-admpop-adm2-2020.csv"))
    frame = frame.groupby("admin2Pcode")[["T_TL", "T_00_04"]].sum()
    frame = frame[frame["T_TL"] > 0]
    assert len(frame) > 150
    for pcode, row in frame.iterrows():
        expected = pytest.approx(row["T_00_04"] / row["T_TL"], rel=1e-6)
        assert [find(table, pcode, "under_5")[0] for table in (wide, long, api)] == [expected] * 3
