import pytest

from geo.people.age_bands import GROUPS, Part
from geo.people.age_shares import BUNDLED_PARTS, Share, apply_share, average_parts


def test_range_of_a_group_is_the_product_of_both():
    # 15 % and a tenth of it either way: 13.5 to 16.5 %
    share = Share.of(Part(0.15), "unit", "s", "2015")
    row = apply_share("z", "under_5", (1_000, 2_000, 3_000), share)
    assert (row.low, row.best, row.high) == (135, 300, 495)
    assert (row.source_id, row.basis, row.share_date) == ("s", "unit", "2015")


def test_larger_areas_are_in_doubt_twice_as_much():
    share = Share.of(Part(0.5, doubt=0.01), "territory", "s", None)
    assert (share.low, share.high) == (pytest.approx(0.39), pytest.approx(0.61))


def test_share_is_never_more_than_everyone():
    assert Share.of(Part(0.98), "zone", "s", None).high == 1


def test_unknown_is_never_zero():
    for row in (
        apply_share("z", "under_5", (0, 5, 9), None),
        apply_share("z", "under_5", None, Share.of(Part(0.1), "zone", "s", None)),
    ):
        assert row.low is row.best is row.high is row.share is None
        assert row.basis == "unknown"


def test_mean_is_weighted_by_people():
    # (300 x 0.2 + 100 x 0.4) / 400
    assert average_parts([(300, Part(0.2)), (100, Part(0.4))], 0.9).best == pytest.approx(0.25)


def test_few_without_a_share_are_like_the_others():
    assert average_parts([(90, Part(0.2)), (10, None)], 0.9).best == pytest.approx(0.2)
    assert average_parts([(89, Part(0.2)), (11, None)], 0.9) is None
    assert average_parts([], 0.9) is None


def test_nobody_counts_all_parts_alike():
    assert average_parts([(0, Part(0.2)), (0, Part(0.4))], 0.9).best == pytest.approx(0.3)


def test_bundled_shares_are_labelled():
    for parts in BUNDLED_PARTS.values():
        assert set(parts) <= set(GROUPS)
        for _, source in parts.values():
            assert source.date
            assert "to be verified" in source.note.lower()
