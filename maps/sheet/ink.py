"""The page's styles, marks and patterns as matplotlib draws them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import ScaledTranslation
from shapely.geometry import shape

from maps.style import PATTERNS, SHAPES, Mark, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from maps.layers.drawing import ShapeSet
    from maps.sheet.frame import Frame

POINTS_PER_PX = 0.55
"""A CSS pixel is 0.75 points; on paper, which is seen from nearer by, lines are finer."""

_BOX = 24.0  # that the marks' outlines are drawn in
_HATCHES = {"hatch-zone": "////", "hatch-drawn": "||||", "hatch-gap": "xxxx"}
_STROKES = {pattern.name: pattern.stroke for pattern in PATTERNS}
_EARTH_M = 6_371_008.8  # mean radius, for circles of uncertainty
_CORNERS = 96
_STEP = re.compile(r"([MLHVhvmlz])([^A-Za-z]*)")


def draw_shapes(
    axes: Axes, shapes: ShapeSet, frame: Frame, *, letters: float, order: float
) -> None:
    """Draw what a frame shows of a layer's features.

    Parameters
    ----------
    letters
        What widths and marks are multiplied by.
    order
        Of drawing; the higher, the later.
    """
    points: dict[tuple[str, float, float], list[tuple[float, float]]] = {}
    for feature in shapes.features:
        said, place = feature["properties"], feature["geometry"]
        style = shapes.styles[said["style"]]
        if isinstance(style, Mark) or "dot_px" in said:
            at = frame.find_point(*place["coordinates"])
            if at is not None:
                key = said["style"], said.get("dot_px", 0), said.get("offset_px", 0)
                points.setdefault(key, []).append(at)
            continue
        radius_m = said.get("radius_m")
        geometry = surround(place["coordinates"], radius_m) if radius_m else shape(place)
        draw_geometry(axes, frame.place(geometry), style, letters=letters, order=order)
    for (name, dot_px, offset_px), places in points.items():
        style, over = shapes.styles[name], 0.4 if offset_px else 0.3
        if isinstance(style, Mark):
            right = offset_px * POINTS_PER_PX * letters
            draw_marks(axes, style, places, letters=letters, order=order + over, right=right)
        else:
            draw_dots(axes, style, places, dot_px, letters=letters, order=order + over)


def draw_geometry(
    axes: Axes, geometry: BaseGeometry, style: Style, *, letters: float, order: float
) -> None:
    """Draw areas or lines that are in the axes' own metres."""
    outline = trace(geometry)
    if outline is None:
        return
    is_line = not any(part.geom_type == "Polygon" for part in shapely.get_parts(geometry))
    options = to_patch(style, letters)
    if is_line:
        options |= {"facecolor": "none", "hatch": None}
    axes.add_artist(PathPatch(outline, zorder=order, **options))


def to_patch(style: Style, letters: float) -> dict[str, Any]:
    """Return the options of a matplotlib patch for a style."""
    points = POINTS_PER_PX * letters
    options: dict[str, Any] = {
        "facecolor": "none",
        "edgecolor": (style.stroke, style.stroke_opacity) if style.stroke else "none",
        "linewidth": style.weight * points if style.stroke else 0.0,
        "linestyle": to_dashes(style),
        "joinstyle": "round",
        "capstyle": "butt",
    }
    if style.pattern:
        options |= {
            "hatch": _HATCHES[style.pattern],
            "hatchcolor": (_STROKES[style.pattern], style.fill_opacity),
            "hatch_linewidth": 0.4 * letters,
        }
    elif style.fill and style.fill_opacity:
        options["facecolor"] = (style.fill, style.fill_opacity)
    return options


def to_dashes(style: Style) -> Any:
    """Return a line style; dashes are in widths of the line, as matplotlib wants them."""
    if not style.dash:
        return "solid"
    return 0, [float(part) / style.weight for part in style.dash.split()]


def draw_marks(
    axes: Axes,
    mark: Mark,
    places: Sequence[tuple[float, float]],
    *,
    letters: float,
    order: float,
    right: float = 0.0,
) -> None:
    """Draw a mark at points of the axes, moved to the right by some points (1/72 inch)."""
    size = mark.size_px * POINTS_PER_PX * letters
    centred = np.asarray(fit_mark(mark.shape, size).vertices) - size / 2
    moved = ScaledTranslation(right / 72, 0, axes.figure.dpi_scale_trans)
    axes.plot(
        *np.transpose(places),
        linestyle="none",
        marker=Path(centred, outline_mark(mark.shape).codes),
        markersize=2 * np.abs(centred).max(),  # matplotlib makes the farthest corner half of it
        markerfacecolor=mark.fill,
        markeredgecolor=mark.stroke,
        markeredgewidth=mark.stroke_width * size / _BOX,
        transform=axes.transData + moved,
        zorder=order,
    )


def draw_dots(
    axes: Axes,
    style: Style,
    places: Sequence[tuple[float, float]],
    radius_px: float,
    *,
    letters: float,
    order: float,
) -> None:
    """Draw small filled circles."""
    axes.plot(
        *np.transpose(places),
        linestyle="none",
        marker="o",
        markersize=2 * radius_px * POINTS_PER_PX * letters,
        markerfacecolor=style.fill,
        markeredgecolor=style.stroke,
        markeredgewidth=style.weight * POINTS_PER_PX * letters,
        zorder=order,
    )


def fit_mark(name: str, size: float) -> Path:
    """Return a mark's outline in a box of `size`, y upwards."""
    outline = outline_mark(name)
    corners = np.asarray(outline.vertices) * [1, -1] + [0, _BOX]
    return Path(corners * (size / _BOX), outline.codes)


@cache
def outline_mark(name: str) -> Path:
    """Return a mark's parts in its box of 24 x 24, y downwards: straight lines, or the circle."""
    if name == "circle":
        return Path.circle((_BOX / 2, _BOX / 2), 9.0)
    x = y = 0.0
    parts: list[list[tuple[float, float]]] = []
    for step, text in _STEP.findall(SHAPES[name]):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", text)]
        if step == "z":
            parts[-1].append(parts[-1][0])
            continue
        if step in "Mm":
            parts.append([])
        while numbers:
            if step in "Hh":
                x = numbers.pop(0) + (x if step == "h" else 0)
            elif step in "Vv":
                y = numbers.pop(0) + (y if step == "v" else 0)
            else:
                x, y = (numbers.pop(0) + (by if step in "ml" else 0) for by in (x, y))
            parts[-1].append((x, y))
    return Path.make_compound_path(
        *(Path(part, closed=len(part) > 2 and part[0] == part[-1]) for part in parts)
    )


def trace(geometry: BaseGeometry) -> Path | None:
    """Return the outlines of areas and lines as one path; None where there is none."""
    rings: list[Any] = []
    for part in shapely.get_parts(shapely.get_parts(geometry)):
        if part.geom_type == "Polygon" and not part.is_empty:
            turned = shapely.geometry.polygon.orient(part)  # holes run against their outline
            rings += [ring.coords for ring in (turned.exterior, *turned.interiors)]
        elif part.geom_type in ("LineString", "LinearRing") and not part.is_empty:
            rings.append(part.coords)
    if not rings:
        return None
    return Path.make_compound_path(*(_trace_ring(np.asarray(ring)) for ring in rings))


def _trace_ring(corners: Any) -> Path:
    closed = len(corners) > 3 and bool((corners[0] == corners[-1]).all())
    return Path(corners[:, :2], closed=closed)


def surround(at: tuple[float, float], radius_m: float) -> BaseGeometry:
    """Return a circle on the sphere, EPSG:4326; longitudes may run past 180.

    By the direct formula of the great circle; latitudes stay short of the poles.
    """
    lon, lat = at
    angle = radius_m / _EARTH_M
    bearing = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    phi = np.radians(lat)
    north = np.arcsin(np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(bearing))
    east = np.arctan2(
        np.sin(bearing) * np.sin(angle) * np.cos(phi),
        np.cos(angle) - np.sin(phi) * np.sin(north),
    )
    corners = np.column_stack((lon + np.degrees(east), np.degrees(north)))
    return shapely.Polygon(corners)
