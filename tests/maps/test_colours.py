"""Every class of every legend can be told from the others, whatever colours its reader sees."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from maps.layers import draw_layers
from maps.run import read_run
from maps.style import (
    DENSITY_COLOURS,
    DENSITY_OPACITY,
    LAND,
    PATTERNS,
    SEA,
    SHAPES,
    Mark,
)
from maps.wording import Wording
from tests.maps.vision import (
    VIEWS,
    find_contrast,
    find_difference,
    lay_over,
    read_colour,
    to_lab,
    to_linear,
)

# CIEDE2000: 1 is what can just be seen side by side; 5 is told apart at a glance.
LEAST = 5.0
ALL_VIEWS = pytest.mark.parametrize("view", VIEWS)


# Lab pairs and their difference, of the test data of Sharma, Wu and Dalal (2005), pairs 1, 2, 7,
# 9, 16, 17, 19, 25, 31; cited, to be verified.
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (56, -27, -3), 31.9030),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ],
)
def test_difference_is_that_of_its_published_pairs(first, second, expected):
    assert find_difference(first, second) == pytest.approx(expected, abs=5e-5)
    assert find_difference(second, first) == pytest.approx(expected, abs=5e-5)


def test_views_leave_grey_as_it_is_and_take_red_and_green_together():
    for matrix in VIEWS.values():
        np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-5)
    red, green = read_colour("#b22222"), read_colour("#6b6b00")
    usual, seen = (
        find_difference(to_lab(red, view), to_lab(green, view)) for view in ("usual", "protanopia")
    )
    assert seen < 0.4 * usual


def test_lab_of_known_colours():
    assert to_lab((255, 255, 255)) == pytest.approx((100, 0, 0), abs=0.01)
    assert to_lab((255, 0, 0)) == pytest.approx((53.24, 80.09, 67.20), abs=0.01)
    assert find_contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert to_linear(np.array([0.0, 255.0])).tolist() == [0, 1]


@pytest.fixture(scope="module")
def drawings(make_run):
    return draw_layers(read_run(make_run(compared=True)), Wording())


def see(swatch, view):
    """Return what a legend's flat fill looks like on the land; nothing is drawn: the land."""
    if isinstance(swatch, Mark):
        return to_lab(read_colour(swatch.fill), view)
    seen = lay_over(swatch.fill, swatch.fill_opacity, LAND) if swatch.fill else read_colour(LAND)
    return to_lab(seen, view)


def find_form(entry):
    """Return what tells an entry from others but for colour: shape, size, pattern, dash, kind."""
    swatch = entry.swatch
    if isinstance(swatch, Mark):
        is_hollow = swatch.fill == "#ffffff"
        return "mark", swatch.shape, swatch.size_px, is_hollow
    drawn = swatch.pattern or (swatch.fill if swatch.fill_opacity else None)
    line = (swatch.dash, swatch.weight) if entry.form != "area" or not drawn else None
    return entry.form, swatch.pattern, line, bool(drawn)


def find_close(entries, view):
    """Return the pairs of entries of one form whose colours are too near."""
    return [
        (first.label, second.label, round(difference, 1))
        for first, second in combinations(entries, 2)
        if find_form(first) == find_form(second)
        and (difference := find_difference(see(first.swatch, view), see(second.swatch, view)))
        < LEAST
    ]


@ALL_VIEWS
def test_classes_of_each_legend_are_told_apart(drawings, view):
    legends = [drawing.legend for drawing in drawings if len(drawing.legend) > 1]
    assert len(legends) >= 6
    assert [pair for legend in legends for pair in find_close(legend, view)] == []


@ALL_VIEWS
def test_density_is_told_from_bare_land_and_sea_and_grows_darker(view):
    ramp = [to_lab(lay_over(colour, DENSITY_OPACITY, LAND), view) for colour in DENSITY_COLOURS]
    for ground, least in ((LAND, LEAST), (SEA, 3.0)):  # a coast's line stands between it and sea
        bare = to_lab(read_colour(ground), view)
        assert min(find_difference(bare, colour) for colour in ramp) >= least
    assert all(before[0] - after[0] >= LEAST for before, after in pairwise(ramp))


@ALL_VIEWS
def test_disagreement_is_told_from_bare_land(drawings, view):
    (layer,) = (drawing for drawing in drawings if drawing.key.startswith("disagreement"))
    bare = to_lab(read_colour(LAND), view)
    assert len(layer.legend) == 7
    assert min(find_difference(bare, see(entry.swatch, view)) for entry in layer.legend) >= LEAST


def test_layers_differ_by_more_than_colour(drawings):
    """What can lie on the map together differs by shape, pattern or dash; fills exclude others."""
    entries = {
        (drawing.key, entry.label): find_form(entry)
        for drawing in drawings
        if drawing.switchable and not drawing.exclusive
        for entry in drawing.legend
    }
    forms = list(entries.values())
    assert [key for key, form in entries.items() if forms.count(form) > 1] == []


def test_marks_and_lines_stand_out_from_their_ground(drawings):
    """Graphics need 3:1 (WCAG 1.4.11): a mark or a line against the land and the sea."""
    for drawing in drawings:
        if not drawing.switchable or drawing.exclusive or drawing.key == "graticule":
            continue
        for entry in drawing.legend:
            swatch = entry.swatch
            is_filled = isinstance(swatch, Mark) and swatch.fill != "#ffffff"
            ink = swatch.fill if is_filled else swatch.stroke
            opacity = getattr(swatch, "stroke_opacity", 1.0)
            for ground in (LAND, SEA):
                seen = lay_over(ink, opacity, ground)
                contrast = find_contrast(seen, read_colour(ground))
                assert contrast >= 3, (drawing.key, entry.label, ground, round(contrast, 2))


def test_patterns_and_shapes_have_outlines_of_their_own():
    assert len({pattern.path for pattern in PATTERNS}) == len(PATTERNS)
    assert len(set(SHAPES.values())) == len(SHAPES)


def test_colours_of_no_party_are_used():
    """No plain green, red, yellow, blue, black of a flag on threatened places or venues."""
    from maps import style

    flags = {"#ff0000", "#008000", "#00ff00", "#0000ff", "#ffff00", "#ce1126", "#007a3d"}
    used = {value.lower() for value in vars(style).values() if isinstance(value, str)}
    used |= {mark.fill for mark in style.ROLE_MARKS.values()}
    assert used & flags == set()
