import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.exposure.spans import X_STEPS, Frame, Spans, choose_scanlines

FRAME = Frame("EPSG:4326", 10.0, 50.0, 1.0, 1.0, rows=3, cols=3, scanlines=4)


def spans(*pairs):
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Spans.of(array[:, 0], array[:, 1])


def steps(some):
    return {step for a, b in zip(some.start, some.end, strict=True) for step in range(a, b)}


@pytest.mark.parametrize(
    ("pairs", "merged"),
    [
        pytest.param([(0, 4), (4, 6)], [(0, 6)], id="touching"),
        pytest.param([(5, 9), (0, 6)], [(0, 9)], id="overlapping, unsorted"),
        pytest.param([(0, 9), (2, 3)], [(0, 9)], id="nested"),
        pytest.param([(0, 1), (2, 3)], [(0, 1), (2, 3)], id="apart"),
    ],
)
def test_intervals_are_merged(pairs, merged):
    result = spans(*pairs)
    assert list(zip(result.start, result.end, strict=True)) == merged


def test_no_intervals_are_no_spans():
    assert Spans.empty().union(Spans.empty()).steps == 0


interval = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: (p[0], p[0] + p[1]))
some_spans = st.lists(interval, max_size=8).map(lambda pairs: spans(*pairs))


@given(some_spans, some_spans)
def test_operations_are_those_of_sets(one, other):
    assert steps(one.union(other)) == steps(one) | steps(other)
    assert steps(one.intersection(other)) == steps(one) & steps(other)
    assert steps(one.difference(other)) == steps(one) - steps(other)


@given(some_spans, some_spans)
def test_parts_add_up(one, other):
    inside, outside = one.intersection(other), one.difference(other)
    assert inside.steps + outside.steps == one.steps
    assert one.union(other).steps == one.steps + other.steps - inside.steps


def test_columns_are_relative_to_row_and_scanline():
    second_line_of_row_two = (1 * 4 + 1) * FRAME.stride
    columns = spans((second_line_of_row_two + X_STEPS, second_line_of_row_two + 3 * X_STEPS))
    columns = columns.to_columns(FRAME)
    assert {name: int(value[0]) for name, value in columns.items()} == {
        "row": 1,
        "line": 1,
        "x0": X_STEPS,
        "x1": 3 * X_STEPS,
    }


def test_ends_of_one_scanline_never_touch_the_next():
    full_lines = [(n * FRAME.stride, n * FRAME.stride + 3 * X_STEPS) for n in range(FRAME.lines)]
    assert len(spans(*full_lines).start) == FRAME.lines


@pytest.mark.parametrize(
    ("height", "cell", "scanlines"),
    [
        pytest.param(100.0, 1.0, 4, id="large zone: the least"),
        pytest.param(2.0, 1.0, 32, id="two rows high"),
        pytest.param(0.0, 1.0, 4096, id="no height: the most"),
    ],
)
def test_smallest_zone_is_crossed_by_64_scanlines(height, cell, scanlines):
    assert choose_scanlines(height, cell) == scanlines
