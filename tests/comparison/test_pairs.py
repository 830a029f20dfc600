"""Which zone is which, decided by hand."""

from geo.comparison.pairs import pair_units, pair_zones


def zone(zone_id, kind, label, pcode=None, place_id=None, place=None, inner=None, outer=None):
    return {
        "zone_id": zone_id,
        "kind": kind,
        "label": label,
        "pcode": pcode,
        "place_id": place_id,
        "place": place,
        "country": "PS",
        "inner_km": inner,
        "radius_km": outer,
    }


def pair(before, after, *, same_input=False):
    pairs = pair_zones(before, after, same_input=same_input)
    return [tuple(each and each["zone_id"] for each in pair) for pair in pairs]


def test_zones_of_other_inputs_are_the_same_by_unit_place_and_radii():
    before = [
        zone("E4-admin", "admin", "Rafah (old)", "PS0275", "gn:1", "Rafah"),
        zone("E4-2", "disc", "Within 2 km of Rafah", None, "gn:1", "Rafah", 0, 2),
        zone("E4-5", "disc", "Within 5 km of Rafah", None, "gn:1", "Rafah", 0, 5),
        zone("E4-2-5", "ring", "2 to 5 km from Rafah", None, "gn:1", "Rafah", 2, 5),
    ]
    after = [
        zone("E1-2-5", "ring", "2 to 5 km from Rafah", None, "gn:1", "Rafah", 2, 5),
        zone("E1-5", "disc", "Within 5 km of Rafah", None, "gn:1", "Rafah", 0, 5),
        zone("E1-3", "disc", "Within 3 km of Rafah", None, "gn:1", "Rafah", 0, 3),
        zone("E1-admin", "admin", "Rafah (new)", "PS0275", "gn:9", "Rafah town"),
    ]
    assert pair(before, after) == [
        ("E4-2-5", "E1-2-5"),
        ("E4-5", "E1-5"),
        (None, "E1-3"),
        ("E4-admin", "E1-admin"),
        ("E4-2", None),
    ]


def test_a_place_of_another_gazetteer_is_the_same_by_its_name():
    before = [zone("a", "disc", "Within 2 km of Rafah", None, "gn:1", "Rafah", 0, 2)]
    after = [zone("b", "disc", "2 km round Rafah", None, "osm:7", "Rafah", 0, 2)]
    assert pair(before, after) == [("a", "b")]


def test_drawn_zones_are_the_same_by_their_label():
    before = [zone("z1", "drawn", "North"), zone("z2", "drawn", "South")]
    after = [zone("z1", "drawn", "South"), zone("z2", "drawn", "West")]
    assert pair(before, after) == [("z2", "z1"), (None, "z2"), ("z1", None)]


def test_kinds_are_never_mixed():
    before = [zone("a", "disc", "Rafah", None, "gn:1", "Rafah", 0, 5)]
    after = [zone("a", "ring", "Rafah", None, "gn:1", "Rafah", 0, 5)]
    assert pair(before, after) == [(None, "a"), ("a", None)]


def test_zones_that_can_not_be_told_apart_are_paired_in_order():
    before = [zone("a", "drawn", "Area"), zone("b", "drawn", "Area")]
    after = [zone("c", "drawn", "Area"), zone("d", "drawn", "Area"), zone("e", "drawn", "Area")]
    assert pair(before, after) == [("a", "c"), ("b", "d"), (None, "e")]


def test_ids_count_where_the_input_is_the_same():
    before = [zone("a", "drawn", "Area"), zone("b", "drawn", "Area")]
    after = before[::-1]
    assert pair(before, after, same_input=True) == [("b", "b"), ("a", "a")]
    assert pair(before, after) == [("a", "b"), ("b", "a")]


def test_units_are_the_same_by_pcode():
    before, after = [{"pcode": "A"}, {"pcode": "B"}], [{"pcode": "C"}, {"pcode": "B"}]
    assert pair_units(before, after) == [
        ({"pcode": "A"}, None),
        ({"pcode": "B"}, {"pcode": "B"}),
        (None, {"pcode": "C"}),
    ]


def test_unions_of_one_radius_are_the_same_however_many_events_there_are():
    before = [
        zone("union-2km", "union", "Within 2 km of any of 600 events", outer=2),
        zone("union-5km", "union", "Within 5 km of any of 600 events", outer=5),
    ]
    after = [
        zone("union-5km", "union", "Within 5 km of any of 700 events", outer=5),
        zone("drawn-1", "drawn", "", outer=None),
    ]
    assert pair(before, after) == [
        ("union-5km", "union-5km"),
        (None, "drawn-1"),
        ("union-2km", None),
    ]
