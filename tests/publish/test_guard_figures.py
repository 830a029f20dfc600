"""The rule of suppression against brute force: on small made-up runs no count under ten is told."""

from __future__ import annotations

import itertools
from collections import defaultdict

from hypothesis import example, given, settings
from hypothesis import strategies as st

from maps.publish.guard.figures import Figure, round_people, tell_figure, tell_zones
from maps.publish.guard.licences import forbids_passing_on
from maps.publish.guard.places import snap_position

COUNTS = st.one_of(st.integers(0, 30), st.integers(0, 1200))
ZONES = (  # a disc in a disc in a disc, the rings between them, and a drawn zone
    ("disc-2", "disc", 2.0),
    ("disc-5", "disc", 5.0),
    ("disc-10", "disc", 10.0),
    ("ring-5", "ring", 5.0),
    ("ring-10", "ring", 10.0),
    ("drawn", "drawn", None),
)
MADE_OF = {
    "disc-2": ("disc-2",),
    "ring-5": ("ring-5",),
    "ring-10": ("ring-10",),
    "disc-5": ("disc-2", "ring-5"),
    "disc-10": ("disc-2", "ring-5", "ring-10"),
    "drawn": ("drawn",),
}
ATOMS = ("disc-2", "ring-5", "ring-10", "drawn")


def make_zones():
    return [
        {
            "zone_id": name,
            "kind": kind,
            "event_id": None if kind == "drawn" else "E1",
            "lon": None if kind == "drawn" else 1.0,
            "lat": None if kind == "drawn" else 2.0,
            "radius_km": radius,
        }
        for name, kind, radius in ZONES
    ]


def make_release(counts):
    """Return what is told of people by disjoint zone and unit, who are counted for certain."""
    parts, totals = {}, {}
    for zone, atoms in MADE_OF.items():
        units = {unit for atom, unit in counts if atom in atoms}
        people = {unit: sum(counts.get((atom, unit), 0) for atom in atoms) for unit in units}
        parts[zone] = {unit: Figure(n, n, n, n) for unit, n in people.items()}
        total = sum(people.values())
        totals[zone] = Figure(total, total, total, total)
    told = tell_zones(make_zones(), parts, totals)
    units = defaultdict(int)
    for (atom, unit), people in counts.items():
        units[unit] += people if atom != "drawn" else 0
    return told, {unit: tell_figure(Figure(n, n, n, n)) for unit, n in units.items()}


def list_numbers(told, units):
    """Return every number of people in a release."""
    figures = list(units.values())
    for zone in told.values():
        figures += [zone.total, zone.several, *zone.parts.values()]
    return [
        number
        for figure in figures
        if figure is not None
        for number in (figure.low, figure.best, figure.high, figure.static)
    ]


runs = st.dictionaries(
    st.tuples(st.sampled_from(ATOMS), st.sampled_from(("A", "B", "C"))), COUNTS, min_size=1
)


@settings(max_examples=150, deadline=None)
@given(runs)
def test_no_sum_or_difference_is_a_small_count(counts):
    """All sums and differences of up to four numbers of a release, one by one."""
    numbers = sorted(set(list_numbers(*make_release(counts))))[:12]
    for size in range(1, 5):
        for chosen in itertools.combinations(numbers, size):
            for signs in itertools.product((1, -1), repeat=size):
                found = sum(sign * each for sign, each in zip(signs, chosen, strict=True))
                assert not 0 < abs(found) < 10


@settings(max_examples=150, deadline=None)
@given(runs)
def test_totals_are_sums_of_what_is_told(counts):
    told, _ = make_release(counts)
    for zone in told.values():
        if zone.total is not None:
            shown = [figure for figure in (*zone.parts.values(), zone.several) if figure]
            assert zone.total.best == sum(figure.best for figure in shown)
            assert zone.total.low <= zone.total.best <= zone.total.high
    for larger, smaller, ring in (("disc-5", "disc-2", "ring-5"), ("disc-10", "disc-5", "ring-10")):
        if larger in told:
            parts = [told[each].total for each in (smaller, ring) if each in told]
            people = sum(figure.best for figure in parts if figure)
            assert (told[larger].total.best if told[larger].total else 0) == people


@settings(max_examples=150, deadline=None)
@given(runs)
def test_small_counts_are_withheld_and_zeros_are_true(counts):
    told, _ = make_release(counts)
    for (atom, unit), people in counts.items():
        figure = told[atom].parts[unit]
        assert (figure is None) == (0 < people < 10)
        if figure is not None:
            assert figure.best == round_people(people)
    for zone, atoms in MADE_OF.items():
        true = sum(people for (atom, _), people in counts.items() if atom in atoms)
        if zone in told and told[zone].total is not None and told[zone].total.best == 0:
            assert true == 0


def test_what_is_withheld_stays_open():
    """From each release that a reader may see, every withheld count may be one of several.

    Brute force: all runs of three parts, with every count from 0 to 19, by what they tell.
    """
    keys = (("disc-2", "A"), ("ring-5", "A"), ("disc-2", "B"))
    worlds = defaultdict(list)
    for people in itertools.product(range(20), repeat=3):
        told, units = make_release(dict(zip(keys, people, strict=True)))
        seen = repr((sorted(told.items()), sorted(units.items())))
        worlds[seen].append(people)
    for same in worlds.values():
        for number in range(3):
            values = {people[number] for people in same}
            if any(0 < value < 10 for value in values):
                assert len(values) > 1, same


def test_figures_have_two_digits():
    for people in (*range(2000), 10_499, 99_500, 1_234_567):
        told = round_people(people)
        assert len(str(told).rstrip("0")) <= 2
        assert abs(told - people) <= max(5, 0.05 * people)


@example(180.0, 0.0, 19.0)  # its grid's place is on the other side of the date line
@given(st.floats(-180, 180), st.floats(-85, 85), st.floats(0.0, 60.0))
def test_positions_are_as_coarse_as_they_are_known(lon, lat, precision_km):
    """Two decimals at the most, and no further off than half a step and what decimals add."""
    at = snap_position(lon, lat, precision_km)
    step_km = max(1.0, precision_km)
    assert abs(at.lat - lat) * 111.32 <= step_km / 2 + 6
    assert at.lat == round(at.lat, 2)
    assert at.lon == round(at.lon, 2)
    assert -180 <= at.lon <= 180


def test_many_positions_share_one():
    """On a degree there are no more positions than the grid has steps."""
    seen = {snap_position(20.0, 10.0 + number / 5000, 5.0).lat for number in range(5000)}
    assert len(seen) <= 111.32 / 5 + 2


def test_licences():
    for text in (
        "ACLED terms: rows may not be passed on",
        "Rows may not be\n redistributed",
        "All Rights Reserved",
    ):
        assert forbids_passing_on(text)
    for text in ("CC BY 4.0", "of its publisher", "ODbL", "", None):
        assert not forbids_passing_on(text)
