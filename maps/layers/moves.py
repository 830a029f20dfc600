"""Supposed moves of people: an arrow from the unit they leave to each place they go to.

Nothing here is observed: only a scenario says from where to where. Where people really moved, only
the change of each unit is known, see `changes.py`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.people.parts import split_people
from maps.layers.drawing import Label, LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.style import MOVE, Style

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely.geometry import Polygon

    from maps.run import Record, RunData
    from maps.wording import Wording

KEY = "moves"
_STYLE = Style(stroke=MOVE, weight=2.0, dash="6 4", fill=MOVE, fill_opacity=0.5)
_STEPS = 24
_BEND = 0.18  # of the arrow's length, to the left of its way: there and back lie apart
_WIDEST = 0.09  # of the longest arrow
_NARROWEST = 0.015
_STOUTEST = 0.22  # of its own length
_TAIL = 0.25  # width where it starts, of the width before the head
_HEAD_LENGTH, _HEAD_WIDTH = 2.2, 2.4  # of the width
_LABEL_RANK = -1.0
_LABEL_STEP = 18  # of the steps


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the moves that are supposed; None where nothing is."""
    steps = find_steps(run)
    if not steps:
        return None
    _ = words.translate
    most = max(step["people"] for step in steps)
    longest = max(_find_length(step) for step in steps)
    shapes = ShapeSet({"move": _STYLE}, decimals=5)
    for step in steps:
        arrow, middle = trace_arrow(step["start"], step["end"], step["people"] / most, longest)
        text = _("{people} to {place}, supposed").format(
            people=words.about(step["people"]), place=step["target"]
        )
        label = Label(text, _LABEL_RANK, "unit", *middle)
        shapes.add(arrow, "move", popup=_make_popup(step, words), label=label)
    title = _("Supposed moves, not observed: the wider, the more people")
    legend = [LegendEntry(title, _STYLE)]
    note = _("No other figure and no other layer of this map has them in it.")
    return LayerDrawing(KEY, title, "people", Shapes(KEY, shapes), legend, note=note)


def find_steps(run: RunData) -> list[dict[str, Any]]:
    """Return each way that people are supposed to go, with how many, whole persons.

    The moves are made one after the other, as `geo.people.gatherings.move_best` makes them: a share
    of those who are in the unit by then. Ways of nobody, and ways within one point, are left out.
    """
    units = {unit["pcode"]: unit for unit in run.units}
    people = {code: unit["best"] for code, unit in units.items() if unit["best"] is not None}
    steps = []
    moves = run.facts.get("moves") or []
    for path, move in zip(run.facts.get("move_paths") or [], moves, strict=False):
        origin = path["from"]
        if origin not in people:
            continue
        leaving = round(people[origin] * move["share"])
        people[origin] -= leaving
        at = shapely.point_on_surface(units[origin]["geometry"])
        shares = split_people(float(leaving), [1.0] * len(path["to"]))
        for end, moved in zip(path["to"], shares, strict=True):
            if end["pcode"] in people:
                people[end["pcode"]] += moved
            step = {
                "origin": units[origin]["name"],
                "target": end["name"],
                "share": move["share"] / len(path["to"]),
                "people": moved,
                "start": (at.x, at.y),
                "end": (end["lon"], end["lat"]),
            }
            if moved > 0 and step["start"] != step["end"]:
                steps.append(step)
    return steps


def trace_arrow(
    start: tuple[float, float], end: tuple[float, float], size: float, longest: float
) -> tuple[Polygon, tuple[float, float]]:
    """Return a bent arrow that widens to its head, and the point for its label, EPSG:4326.

    Parameters
    ----------
    size
        Its width, as a part of the widest arrow's: 0 to 1.
    longest
        Length of the longest arrow, degrees of latitude.
    """
    shrink = math.cos(
        math.radians((start[1] + end[1]) / 2)
    )  # so that a degree is as long either way
    first, last = (np.array([at[0] * shrink, at[1]]) for at in (start, end))
    way = last - first
    length = float(np.hypot(*way))
    bend = (first + last) / 2 + _BEND * length * np.array([-way[1], way[0]]) / length
    width = min(longest * max(_WIDEST * size, _NARROWEST), _STOUTEST * length / _HEAD_LENGTH)
    arriving = (last - bend) / np.hypot(*(last - bend))
    neck = last - _HEAD_LENGTH * width * arriving
    passed = np.linspace(0, 1, _STEPS + 1)[:, None]
    line = (1 - passed) ** 2 * first + 2 * passed * (1 - passed) * bend + passed**2 * neck
    along = 2 * (1 - passed) * (bend - first) + 2 * passed * (neck - bend)
    left = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    half = width / 2 * (_TAIL + (1 - _TAIL) * passed)
    wing = _HEAD_WIDTH * width / 2 * np.array([-arriving[1], arriving[0]])
    outline = [
        *(line + half * left),
        neck + wing,
        last,
        neck - wing,
        *(line - half * left)[::-1],
    ]
    middle = line[_LABEL_STEP]
    return shapely.Polygon(_unshrink(np.array(outline), shrink)), (
        float(middle[0] / shrink),
        float(middle[1]),
    )


def _unshrink(points: npt.NDArray[np.float64], shrink: float) -> npt.NDArray[np.float64]:
    return np.column_stack([points[:, 0] / shrink, points[:, 1]])


def _find_length(step: Record) -> float:
    (west, south), (east, north) = step["start"], step["end"]
    return math.hypot((east - west) * math.cos(math.radians((south + north) / 2)), north - south)


def _make_popup(step: Record, words: Wording) -> Popup:
    _ = words.translate
    rows = [
        (_("From"), str(step["origin"])),
        (_("To"), str(step["target"])),
        (_("People"), words.count(step["people"])),
    ]
    notes = [_("Supposed, not observed: no forecast and no advice to move.")]
    return Popup(_("Supposed move"), rows, notes)
