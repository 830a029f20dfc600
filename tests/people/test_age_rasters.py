import json

import pytest

from geo.errors import UnavailableError, UsageError
from geo.people.age_bands import AGE_GROUPS, ENDLESS, EVERYONE, Band, count_band
from geo.people.age_rasters import list_age_rasters, read_band
from geo.settings import AgeFile


@pytest.mark.parametrize(
    ("name", "band"),
    [
        ("afg_f_00_2015_CN_100m_R2025A_v1.tif", Band("f", 0, 1)),
        ("afg_m_01_2015_CN_100m_R2025A_v1.tif", Band("m", 1, 5)),
        ("AFG_T_15_2015_CN_100m_R2025A_v1.tif", Band("t", 15, 20)),
        ("afg_t_80_2015_CN_100m_R2025A_v1.tif", Band("t", 80, 85)),
        ("afg_t_90_2015_CN_100m_R2025A_v1.tif", Band("t", 90, ENDLESS)),
        ("afg_f_0_2020.tif", Band("f", 0, 1)),
        ("global_m_80_2020_1km.tif", Band("m", 80, ENDLESS)),
        ("afg_f_85_2020.tif", None),  # that release ends at 80
        ("afg_f_3_2020.tif", None),
        ("afg_x_15_2020.tif", None),
        ("afg_ppp_2020.tif", None),
    ],
)
def test_bands_of_names(name, band):
    assert read_band(name) == band


def test_published_names_are_read(shared_file):
    answer = json.loads(
        shared_file("worldpop-rest/age-structures-g2-cn-age-r25a-3a-z-iso3-afg.json").read_text()
    )
    for entry in answer["data"]:
        name = entry["desc"].split("Example:")[1].split()[0]
        assert read_band(name) == Band("f", 0, 1)


def test_whole_release_tells_every_group():
    ages = [0, 1, *range(5, 95, 5)]
    bands = [
        read_band(f"afg_{sex}_{age:02d}_2020_CN_100m_R2025A_v1.tif") for sex in "fm" for age in ages
    ]
    for group in (EVERYONE, *AGE_GROUPS.values()):
        assert count_band(dict.fromkeys(bands, 1.0), group) is not None


def test_folder_and_groups(tmp_path):
    for name in ("afg_f_0_2020.tif", "afg_m_0_2020.tif", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "old=new.tif").touch()
    files = [AgeFile.of(str(tmp_path / "old=new.tif")), AgeFile.of(f"total={tmp_path}/x.tif")]
    assert [(file.path.name, file.group) for file in files] == [
        ("old=new.tif", None),
        ("x.tif", "total"),
    ]
    (tmp_path / "old=new.tif").unlink()
    rasters = list_age_rasters([AgeFile(tmp_path)])
    assert [raster.band.sex for raster in rasters] == ["f", "m"]
    assert {raster.year for raster in rasters} == {"2020"}


def test_all_faults_are_told_at_once(tmp_path):
    for name in ("a.tif", "afg_f_0_2020.tif", "bfa_f_0_2020.tif"):
        (tmp_path / name).touch()
    files = [AgeFile(tmp_path), AgeFile(tmp_path / "a.tif", "babies")]
    with pytest.raises(UsageError) as error:
        list_age_rasters(files)
    text = str(error.value)
    assert "a.tif: its name gives no ages" in text
    assert "afg_f_0_2020.tif and bfa_f_0_2020.tif hold the same ages" in text
    assert "group 'babies' of a.tif: expected under_5" in text


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UnavailableError, match=r"afg_f_0_2020\.tif"):
        list_age_rasters([AgeFile(tmp_path / "afg_f_0_2020.tif")])
