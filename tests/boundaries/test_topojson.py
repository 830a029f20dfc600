"""Decoding TopoJSON on topologies that can be checked by hand."""

import numpy as np
import pytest
import shapely

from geo.boundaries.topojson import decode_arcs, decode_polygon, measure_extent
from geo.types import BBox


def decode(arcs, geometry, transform=None):
    topology = {"arcs": arcs} | ({"transform": transform} if transform else {})
    return decode_polygon(geometry, decode_arcs(topology))


def test_quantised_arcs_are_running_sums_scaled_and_moved():
    transform = {"scale": [0.5, 2.0], "translate": [10.0, -5.0]}
    (arc,) = decode_arcs({"arcs": [[[0, 0], [2, 1], [-1, 3]]], "transform": transform})
    assert arc.tolist() == [[10.0, -5.0], [11.0, -3.0], [10.5, 3.0]]


def test_shared_arc_is_walked_both_ways():
    arcs = [
        [[1, 0], [1, 1]],  # the border
        [[1, 1], [0, 1], [0, 0], [1, 0]],  # the rest of the left square
        [[1, 1], [2, 1], [2, 0], [1, 0]],  # the rest of the right one
    ]
    left = decode(arcs, {"type": "Polygon", "arcs": [[0, 1]]})
    right = decode(arcs, {"type": "Polygon", "arcs": [[2, 0]]})
    backwards = decode(arcs, {"type": "Polygon", "arcs": [[~1, ~0]]})
    assert left.equals(shapely.box(0, 0, 1, 1))
    assert right.equals(shapely.box(1, 0, 2, 1))
    assert backwards.equals(left)


def test_holes_and_several_parts():
    arcs = [
        [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]],
        [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]],
        [[10, 0], [11, 0], [11, 1], [10, 1], [10, 0]],
    ]
    shape = decode(arcs, {"type": "MultiPolygon", "arcs": [[[0], [1]], [[2]]]})
    assert shape.area == pytest.approx(16 - 1 + 1)
    assert shape.geom_type == "MultiPolygon"


def test_ring_across_the_date_line_is_cut_there():
    arcs = [[[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]]
    shape = decode(arcs, {"type": "Polygon", "arcs": [[0]]})
    expected = shapely.box(179, 0, 180, 1).union(shapely.box(-180, 0, -179, 1))
    assert shape.equals(expected)


@pytest.mark.parametrize("start", [-180, -90, 0, 60])
def test_ring_round_the_pole_is_closed_over_it(start):
    lon = np.append(np.arange(start, start + 360, 30.0), start)
    lon = (lon + 180) % 360 - 180
    arcs = [[[x, -80.0] for x in lon]]
    shape = decode(arcs, {"type": "Polygon", "arcs": [[0]]})
    assert shape.equals(shapely.box(-180, -90, 180, -80))


def test_other_types_are_refused():
    with pytest.raises(ValueError, match="'LineString': expected Polygon or MultiPolygon"):
        decode([[[0, 0], [1, 1]]], {"type": "LineString", "arcs": [0]})


def test_extent_holds_the_polygon():
    arcs = decode_arcs({"arcs": [[[0, 1], [4, 1], [4, 5], [0, 5], [0, 1]]]})
    assert measure_extent({"type": "Polygon", "arcs": [[~0]]}, arcs) == BBox(0, 1, 4, 5)
