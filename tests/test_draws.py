"""Draws: exact margins, the same on any machine, one variable for one name."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.doubts import DOUBTS
from geo.draws import Draws, find_interval, spread_out, to_persons
from geo.errors import UsageError
from geo.types import Interval


def test_a_variable_holds_every_stratum_once():
    uniform = Draws(1000).uniform("place", "34.2,31.3")
    np.testing.assert_array_equal(np.sort(uniform), (np.arange(1000) + 0.5) / 1000)


def test_variables_are_what_they_are_on_any_machine():
    uniform = Draws(10_000).uniform("displacement", "un-2024-02-13-rafah")
    digest = hashlib.sha256(uniform.astype("<f8").tobytes()).hexdigest()
    assert digest == "292281dc205c740633f6f937701f19c79fc49b5e6b769aa89053476841a37c99"
    # by hand: the key is the digest of seed, doubt and name; order the generator's raw words
    words = hashlib.sha256(b"0\ndisplacement\nun-2024-02-13-rafah").digest()[:16]
    raw = np.random.Philox(key=np.frombuffer(words, "<u8")).random_raw(10_000)
    np.testing.assert_array_equal(uniform, (np.argsort(raw, kind="stable") + 0.5) / 10_000)


def test_order_of_asking_is_no_matter():
    one, other = Draws(100), Draws(100)
    first = [one.uniform("place", name) for name in "abc"]
    second = [other.uniform("place", name) for name in "cba"][::-1]
    np.testing.assert_array_equal(first, second)


def test_names_doubts_and_seeds_have_variables_of_their_own():
    draws = Draws(10_000)
    base = draws.uniform("place", "a")
    for other in (
        draws.uniform("place", "b"),
        draws.uniform("radius", "a"),
        Draws(10_000, seed=1).uniform("place", "a"),
    ):
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.04  # four standard errors


def test_certain_doubts_stay_in_the_middle():
    draws = Draws(100, certain=frozenset({"place"}))
    assert draws.uniform("place", "a").tolist() == [0.5]
    assert len(draws.uniform("radius", "a")) == 100
    assert draws.only("radius").certain == set(DOUBTS) - {"radius"}
    assert draws.without("growth").certain == {"place", "growth"}


def test_unknown_doubts_and_too_few_draws_are_refused():
    with pytest.raises(UsageError, match="weather: no source of doubt; there are place, radius"):
        Draws(certain=frozenset({"weather"}))
    with pytest.raises(UsageError, match="19 draws: expected 20 or more"):
        Draws(19)


def test_picks_are_equally_likely():
    picked = Draws(1000).pick("place", "a", 8)
    assert np.bincount(picked).tolist() == [125] * 8


RANGES = st.tuples(
    st.floats(0, 1e7), st.floats(0, 1e7), st.floats(0, 1e7), st.sampled_from([20, 250, 1000, 9999])
)


@given(RANGES)
def test_one_doubt_has_exactly_its_own_range(given_):
    *ends, count = given_
    low, best, high = sorted(ends)
    values = spread_out(Draws(count).uniform("displacement", "x"), low, best, high)
    found = find_interval(values, best)
    if low - (best - low) / 9 >= 0:  # nothing is cut off at zero
        assert found.low == pytest.approx(low, rel=1e-9, abs=1e-6)
    assert found.high == pytest.approx(high, rel=1e-9, abs=1e-6)
    assert values.min() >= 0


@given(st.lists(st.floats(0, 1e6), min_size=20, max_size=200), st.floats(0, 1e6))
def test_interval_is_hazens(values, best):
    array = np.array(values)
    low, high = np.quantile(array, [0.05, 0.95], method="hazen")
    found = find_interval(array, best)
    assert found.low == pytest.approx(min(low, best), rel=1e-9, abs=1e-6)
    assert found.high == pytest.approx(max(high, best), rel=1e-9, abs=1e-6)


def test_whole_persons_go_outward_but_not_for_the_rounding_of_floats():
    assert to_persons(Interval(10.7, 12, 13.2)) == Interval(10, 12, 14)
    assert to_persons(Interval(9.9999999999, 12, 14.0000000001)) == Interval(10, 12, 14)


def test_another_process_draws_the_same():
    code = (
        "from geo.draws import Draws; import hashlib;"
        "print(hashlib.sha256(Draws(500).uniform('growth', '').tobytes()).hexdigest())"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={}
    )
    own = hashlib.sha256(Draws(500).uniform("growth", "").tobytes()).hexdigest()
    assert found.stdout.strip() == own
