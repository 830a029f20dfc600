from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from shapely.geometry import box, shape

from maps.layers import LAYERS, borders, days, density, events, gaps, land, mentioned, moves
from maps.layers.countries import UN_STATES, load_countries
from maps.layers.picture import NODATA, OUTSIDE, find_cell_centres
from maps.run import read_run
from maps.wording import Wording

WORDS = Wording()


@pytest.fixture(scope="module")
def run(run_path):
    return read_run(run_path)


def read_shapes(drawing):
    return json.loads(drawing.element.block)


def find_areas(drawing, style):
    return shapely.union_all(
        [
            shape(feature["geometry"])
            for feature in read_shapes(drawing)["features"]
            if feature["properties"]["style"] == style
        ]
    )


def test_every_layer_has_its_own_key_and_legend(run):
    # this run has one day, and nothing is supposed
    layers = [layer for layer in LAYERS if layer not in (days.draw, moves.draw)]
    assert [layer(run, WORDS) for layer in LAYERS if layer not in layers] == [None, None]
    drawings = [drawing for layer in layers if (drawing := layer(run, WORDS)) is not None]
    assert len({drawing.key for drawing in drawings}) == len(drawings) == len(layers)
    assert all(drawing.legend for drawing in drawings if drawing.switchable)
    assert [d.key for d in drawings if d.exclusive] == ["density-static", "density-dated"]
    assert [d.key for d in drawings if d.exclusive and d.shown] == ["density-dated"]


def test_country_or_region_is_never_a_pin(run):
    titles = [
        f["properties"]["popup"]["title"] for f in read_shapes(events.draw(run, WORDS))["features"]
    ]
    assert sorted(titles) == ["Cairo, EG", "Paris, FR", "Rafah, PS"]


def test_roles_differ_by_shape_as_well_as_colour(run):
    styles = read_shapes(events.draw(run, WORDS))["styles"].values()
    assert len({style["path"] for style in styles}) == len(styles)
    assert len({style["fill"] for style in styles}) == len(styles)


def test_cell_has_what_the_unit_that_its_centre_lies_in_says(make_run):
    run = read_run(make_run())
    unit = next(unit for unit in run.units if unit["pcode"] == "PS0275")
    unit |= {"factor": 3.0, "on_land": 128_000.0, "land_km2": 64.0}
    surface = run.surfaces[0]
    people = density._place_people(surface, run)
    row = int((surface.north - 31.26) / surface.cell_height)
    col = int((34.27 - surface.west) / surface.cell_width)
    expected = 3 * surface.people[row, col] + 2000 * surface.area_km2[row, col]
    assert people[row, col] == pytest.approx(expected)
    lon, lat = find_cell_centres(surface)
    beyond = ~shapely.contains_xy(shapely.union_all([u["geometry"] for u in run.units]), lon, lat)
    np.testing.assert_array_equal(people[beyond], surface.people[beyond])


def test_static_density_is_shown_where_there_are_no_dated_figures(make_run):
    run = read_run(make_run(units={}))
    assert density.draw_dated(run, WORDS) is None
    assert density.draw_static(run, WORDS).shown


def test_legend_counts_every_cell(run):
    surface = run.surfaces[0]
    classes = density._classify(surface, run, dated=False)
    notes = [entry.note for entry in density.draw_static(run, WORDS).legend]
    counted = sum(int(note.split()[0].replace(",", "")) for note in notes)
    assert counted == np.count_nonzero(classes != OUTSIDE)
    assert np.count_nonzero(classes == NODATA) == np.isnan(surface.people).sum()


def test_gaps_are_the_zones_cells_without_data(run):
    gap = find_areas(gaps.draw(run, WORDS), "gap")
    surface = run.surfaces[0]
    zones = shapely.union_all([z["geometry"] for z in run.zones if z["nodata_fraction"]])
    empty = [
        box(
            surface.west + col * surface.cell_width,
            surface.north - (row + 1) * surface.cell_height,
            surface.west + (col + 1) * surface.cell_width,
            surface.north - row * surface.cell_height,
        )
        for row, col in zip(*np.nonzero(np.isnan(surface.people)), strict=True)
    ]
    expected = shapely.intersection(zones, shapely.union_all(empty))
    difference = shapely.symmetric_difference(shapely.make_valid(gap), expected)
    assert difference.area < 0.15 * expected.area  # edges are simplified by half a cell


def test_run_whose_zones_have_data_everywhere_has_no_gaps(run):
    for zone in run.zones:
        zone["nodata_fraction"] = 0.0
    try:
        assert gaps.draw(run, WORDS) is None
    finally:
        for zone in run.zones:
            zone["nodata_fraction"] = 0.1 if zone["kind"] in ("disc", "ring") else 0.0


def test_land_holds_the_units_and_the_world(run):
    ground = shapely.make_valid(find_areas(land.draw(run, WORDS), "land"))
    for unit in run.units:
        assert shapely.difference(unit["geometry"], shapely.buffer(ground, 0.001)).area < 1e-6
    for lon, lat in [(2.35, 48.85), (31.25, 30.06), (-60, -10), (100, 60), (134, -25)]:
        assert ground.contains(shapely.Point(lon, lat))
    for lon, lat in [(-30, 40), (18, 34), (33.6, 31.9), (160, 0)]:
        assert not ground.contains(shapely.Point(lon, lat))


def test_borders_beside_the_units_are_the_units_own(run):
    drawing = borders.draw(run, WORDS)
    lines = shapely.union(find_areas(drawing, "solid"), find_areas(drawing, "dashed"))
    units = shapely.union_all([unit["geometry"] for unit in run.units])
    lines = shapely.intersection(lines, box(34.0, 31.0, 34.8, 31.8))
    inside = shapely.intersection(lines, shapely.buffer(units, -0.001))
    assert inside.length < 0.01


def test_disputed_lines_are_dashed_and_others_are_not(run):
    drawing = borders.draw(run, WORDS)
    assert read_shapes(drawing)["styles"]["dashed"]["dashArray"]
    dashed = shapely.buffer(find_areas(drawing, "dashed"), 0.1)
    assert dashed.intersects(shapely.Point(-8.67, 27.67))  # Morocco, Western Sahara
    assert not dashed.intersects(shapely.Point(7.6, 47.6))  # France, Switzerland


def test_mentioned_places_are_towns_without_an_event_that_are_named_as_places(run):
    # not Rafah (an event), Egypt (an area), Doha (its government); the surest of Lyon's readings
    assert [(place["name"], place["tier"]) for place in run.mentioned] == [("Lyon", "sure")]
    [feature] = read_shapes(mentioned.draw(run, WORDS))["features"]
    assert feature["properties"]["popup"]["title"] == "Lyon, FR"


def test_mentioned_places_are_drawn_below_events_and_hollow(run):
    keys = [drawing.key for layer in LAYERS if (drawing := layer(run, WORDS)) is not None]
    assert keys.index("mentioned") < keys.index("events")
    [style] = read_shapes(mentioned.draw(run, WORDS))["styles"].values()
    assert style["fill"] == "#ffffff"
    assert style["stroke"] != "#ffffff"


@pytest.mark.parametrize(
    ("role", "shown"), [("threatened", False), ("site", False), ("venue", True)]
)
def test_mentioned_places_are_shown_where_no_place_is_of_concern(make_run, role, shown):
    event = ("event", role, "actual", "paris", "x")
    run = read_run(make_run(has_zones=False, units={}, events={"e1": event}))
    assert mentioned.draw(run, WORDS).shown is shown


def test_map_opens_on_the_headline_s_zone_and_the_zones_of_its_event(make_run):
    near, far = read_run(make_run()), read_run(make_run(far_zone=True))
    assert far.focus() == near.focus()
    assert far.bound_zones().north > 33 > far.focus().north
    own = [zone["geometry"] for zone in far.zones if zone["event_id"] == "e3"]
    focus = far.focus()
    assert (focus.west, focus.south, focus.east, focus.north) == pytest.approx(
        tuple(shapely.total_bounds(own))
    )


def test_map_opens_on_all_zones_where_none_is_the_headline_s(make_run):
    run = read_run(make_run(far_zone=True))
    run.facts["headline"] = {"zone_id": None}
    assert run.focus() == run.bound_zones()


@pytest.mark.parametrize(
    ("events", "centre"),
    [({"e1": ("talks", "venue", "actual", "cairo", "x")}, (31.2497, 30.0626)), ({}, None)],
    ids=["pins", "mentioned"],
)
def test_map_without_zones_opens_on_pins_else_on_places_mentioned(make_run, events, centre):
    run = read_run(make_run(has_zones=False, units={}, events=events))
    focus = run.focus()
    if centre is None:  # without events Rafah is mentioned only
        assert focus.west < 4.85
        assert focus.east > 34.2
    else:
        assert ((focus.west + focus.east) / 2, (focus.south + focus.north) / 2) == pytest.approx(
            centre
        )


def test_detail_reaches_every_zone_that_is_not_too_far(make_run):
    run = read_run(make_run(far_zone=True))
    window = land.find_window(run)
    assert all(window.contains(zone["geometry"]) for zone in run.zones)


def test_only_states_are_named_and_no_shortened_name_is_drawn(make_run):
    run = read_run(make_run(has_zones=False, units={}, events={}))
    run.mentioned.clear()
    labels = {
        feature["properties"]["label"]["text"]
        for feature in read_shapes(borders.draw(run, WORDS))["features"]
        if "label" in feature["properties"]
    }
    assert {"France", "Egypt", "Palestine", "Israel", "Ukraine"} <= labels
    unnamed = {"Falkland Is.", "Greenland", "Taiwan", "Kosovo", "Puerto Rico", "S. Sudan"}
    assert labels.isdisjoint(unnamed)
    assert not any("." in label for label in labels)


def test_states_are_the_members_and_observers_of_the_united_nations():
    assert len(UN_STATES) == 193 + 2
    assert UN_STATES - set(load_countries("50m").codes) == {"TV"}  # too small for Natural Earth
