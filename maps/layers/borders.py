"""International borders, coasts and country names; disputed lines are dashed.

Natural Earth's lines are drawn as they are. A line between two parties of which one does not
accept it as a border is dashed; the page's disclaimer says what that does and doesn't mean. Names
stand on member and observer states of the United Nations only: to name a territory is to take a
position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from geo.exposure.zones import wrap_geometry
from maps.extent import to_shape
from maps.layers.countries import (
    UN_STATES,
    UNIT_REACH_DEGREES,
    WORLD_RESOLUTION,
    Countries,
    load_countries,
)
from maps.layers.drawing import (
    LOCAL_ZOOMS,
    WORLD_ZOOMS,
    Label,
    LayerDrawing,
    LegendEntry,
    Shapes,
    ShapeSet,
)
from maps.layers.land import find_window, join_units, load_near
from maps.style import BORDER, Style

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.types import BBox
    from maps.run import RunData
    from maps.wording import Wording

KEY = "borders"
_DATE_LINE = 179.9999  # where files cut countries, which is no border
_SOLID = Style(stroke=BORDER, weight=0.9, stroke_opacity=0.9)
_DASHED = Style(stroke=BORDER, weight=1.2, stroke_opacity=1.0, dash="5 4")
_WORLD_DECIMALS = 2
_NEAR_DECIMALS = 4
_LABEL_RANK = 1e9  # country names give way to every other name
_VIEW_SHARE = 0.25
_LABEL_SHARE = 0.04  # of the view that a country must fill to be named in it

# Pairs whose common line is disputed or not final, as UN maps dash it; ISO 3166-1 alpha-2. Lines
# round land that no code is for are dashed too.
_DISPUTED = frozenset(
    {
        frozenset({"IL", "PS"}),
        frozenset({"IL", "SY"}),
        frozenset({"IL", "LB"}),
        frozenset({"JO", "PS"}),
        frozenset({"EH", "MA"}),
        frozenset({"CN", "IN"}),
        frozenset({"IN", "PK"}),
        frozenset({"RS", "XK"}),
        frozenset({"RU", "UA"}),
        frozenset({"SD", "SS"}),
        frozenset({"KP", "KR"}),
    }
)


def draw(run: RunData, words: Wording) -> LayerDrawing:
    """Draw borders and coasts, 1:110m for the world and 1:50m near the focus."""
    window = find_window(run)
    return draw_lines(run, words, window, None if window is None else _find_view(run))


def draw_lines(
    run: RunData, words: Wording, window: BaseGeometry | None, view: BaseGeometry | None
) -> LayerDrawing:
    """Draw borders and coasts, 1:110m for the world and 1:50m inside a window, if there is one.

    In the window those countries are named that fill a part of the view; both are EPSG:4326.
    """
    _ = words.translate
    styles = {"solid": _SOLID, "dashed": _DASHED}
    shapes = ShapeSet(styles, decimals=_WORLD_DECIMALS)
    world = load_countries(WORLD_RESOLUTION)
    for style, lines in _split_lines(world).items():
        _add_lines(shapes, lines if window is None else shapely.difference(lines, window), style)
    if window is not None:
        fine = _select_countries(load_near(window), window)
        near = ShapeSet(styles, decimals=_NEAR_DECIMALS)
        fitted = _follow_units(_split_lines(fine), fine, join_units(run))
        for style, lines in fitted.items():
            _add_lines(near, shapely.intersection(lines, window), style)
        _add_names(near, fine, view, LOCAL_ZOOMS, words)
        shapes.features += near.features
    _add_names(shapes, world, None, WORLD_ZOOMS, words)
    legend = [
        LegendEntry(_("Border or coast"), _SOLID, "line"),
        LegendEntry(_("Disputed or not final line"), _DASHED, "line"),
    ]
    return LayerDrawing(KEY, _("Borders"), "places", Shapes(KEY, shapes), legend)


def _select_countries(countries: Countries, window: BaseGeometry) -> Countries:
    near = np.flatnonzero(shapely.intersects(countries.shapes, window))
    return Countries(
        tuple(countries.codes[index] for index in near),
        tuple(countries.names[index] for index in near),
        countries.shapes[near],
    )


def _split_lines(countries: Countries) -> dict[str, BaseGeometry]:
    edges = shapely.union_all(shapely.boundary(countries.shapes))
    dashed = shapely.union_all(_find_disputed(countries))
    return {"solid": shapely.difference(edges, dashed), "dashed": dashed}


def _follow_units(
    lines: dict[str, BaseGeometry], countries: Countries, units: BaseGeometry
) -> dict[str, BaseGeometry]:
    """Put the units' own outline in the place of the coarse lines that run beside it."""
    if units.is_empty:
        return lines
    parts = shapely.get_parts(countries.shapes)
    outlines = shapely.union_all(shapely.boundary(parts[shapely.intersects(parts, units)]))
    beside = shapely.buffer(units.boundary, UNIT_REACH_DEGREES)
    replaced = shapely.union(shapely.intersection(outlines, beside), units)
    reach = {
        style: shapely.buffer(shapely.intersection(line, replaced), UNIT_REACH_DEGREES)
        for style, line in lines.items()
    }
    dashed = shapely.intersection(units.boundary, reach["dashed"])
    solid = shapely.difference(shapely.intersection(units.boundary, reach["solid"]), dashed)
    own = {"solid": solid, "dashed": dashed}
    return {
        style: shapely.union(shapely.difference(line, replaced), own[style])
        for style, line in lines.items()
    }


def _add_lines(shapes: ShapeSet, lines: BaseGeometry, style: str) -> None:
    kept = _keep_lines(shapely.clip_by_rect(lines, -_DATE_LINE, -90, _DATE_LINE, 90))
    if not kept.is_empty:
        shapes.add(shapely.line_merge(kept), style)


def _find_view(run: RunData) -> BaseGeometry:
    """Return the box that the map opens on, about."""
    focus = cast("BBox", run.focus())
    margin = _VIEW_SHARE * max(focus.east - focus.west, focus.north - focus.south)
    return wrap_geometry(to_shape(focus.expand(margin)))


def _find_disputed(countries: Countries) -> list[BaseGeometry]:
    codes = countries.codes
    outlines = dict(enumerate(shapely.boundary(countries.shapes)))
    lines = []
    for first, code in enumerate(codes):
        for second in range(first + 1, len(codes)):
            unnamed = code is None or codes[second] is None
            if (unnamed or frozenset({code, codes[second]}) in _DISPUTED) and outlines[
                first
            ].intersects(outlines[second]):
                lines.append(_keep_lines(outlines[first] & outlines[second]))
    return lines


def _keep_lines(geometry: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(geometry)
    return shapely.union_all([part for part in parts if part.geom_type == "LineString"])


def _add_names(
    shapes: ShapeSet,
    countries: Countries,
    view: BaseGeometry | None,
    zooms: tuple[float, float],
    words: Wording,
) -> None:
    rows = zip(countries.codes, countries.names, countries.shapes, strict=True)
    for code, name, geometry in rows:
        # Natural Earth shortens names with a full stop
        if code not in UN_STATES or ("." in name and words.lang == "en"):
            continue
        seen = geometry if view is None else shapely.intersection(geometry, view)
        if seen.is_empty or (view is not None and seen.area < _LABEL_SHARE * view.area):
            continue
        largest = max(shapely.get_parts(seen), key=shapely.area)
        at = largest.centroid
        if not largest.contains(at):
            at = shapely.point_on_surface(largest)
        rank = _LABEL_RANK - largest.area
        label = Label(words.country(code, name), rank, "country", at.x, at.y, zooms)
        shapes.add(at, "solid", label=label)
