"""Very many events: as points on a canvas, or, where they are more, counted in cells of a grid."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
from shapely.geometry import box

from maps.large import MOST_WITH_NOTES
from maps.layers.drawing import LayerDrawing, LegendEntry, Points, Popup, Shapes, ShapeSet
from maps.layers.roles import OTHER, name_modality, name_role
from maps.style import (
    COUNT_COLOURS,
    COUNT_OPACITY,
    INK,
    OTHER_MARK,
    ROLE_MARKS,
    Mark,
    Style,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from maps.large import Large
    from maps.wording import Wording

KEY = "events"
_STYLES: dict[str, Mark] = {
    "site": ROLE_MARKS["site"],
    OTHER: OTHER_MARK,
    "venue": ROLE_MARKS["venue"],
    "threatened": ROLE_MARKS["threatened"],
}

_STEPS = 1e5  # of a degree: about a metre
_LARGER, _SMALLER = 0.6, 0.45  # of the size of a mark that stands alone
_MOST_CELLS = 1500
_DEGREES = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_CLASSES = 5


def draw(large: Large, words: Wording) -> LayerDrawing | None:
    """Draw all events that have a place; None where none has."""
    if not len(large.lon):
        return None
    return _draw_points(large, words) if large.texts is not None else _draw_cells(large, words)


def _draw_points(large: Large, words: Wording) -> LayerDrawing:
    _ = words.translate
    texts = large.texts or {}
    number = len(large.lon)
    names = list(_STYLES)
    styles = np.array([names.index(_find_style(role)) for role in large.roles])[large.role]
    part = _LARGER if number <= MOST_WITH_NOTES else _SMALLER
    marks = [
        dataclasses.replace(mark, size_px=round(mark.size_px * part)) for mark in _STYLES.values()
    ]
    role_words = [name_role(_find_style(role), words) for role in large.roles]
    places = pc.if_else(
        pc.is_valid(texts["country"]),
        pc.binary_join_element_wise(texts["name"], texts["country"], ", ", null_handling="skip"),
        texts["name"],
    )
    data: dict[str, Any] = {
        "styles": [mark.to_script() for mark in marks],
        "style": styles.tolist(),
        "lon": _take_steps(large.lon),
        "lat": _take_steps(large.lat),
        "title": _encode(places, str),
        "rows": [
            (_("Role"), {"words": role_words, "at": large.role.tolist()}),
            (_("Type"), _encode(texts["event_type"], str)),
            (_("Date"), _encode(texts["date"], words.day)),
            (_("Reported as"), _encode(texts["modality"], lambda item: name_modality(item, words))),
            (_("Position"), _encode(texts["precision_km"], lambda km: _tell_precision(km, words))),
        ],
        "note": _encode(texts["note"], str) if number <= MOST_WITH_NOTES else None,
        "more": _("and {count} more here"),
    }
    legend = [
        LegendEntry(
            name_role(name, words),
            mark,
            note=words.translate_plural("{count} event", "{count} events", int(total)),
        )
        for name, mark, total in zip(
            names, marks, np.bincount(styles, minlength=len(names)), strict=True
        )
        if total
    ]
    note = _("Each event is a point; click one for what is reported there.")
    if number > MOST_WITH_NOTES:
        note += " " + _("There are too many for their notes, which stand in layers.gpkg.")
    return LayerDrawing(
        KEY, _("Events"), "events", Points(KEY, data), list(reversed(legend)), note=note
    )


def _find_style(role: str) -> str:
    return role if role in ROLE_MARKS else OTHER


def _tell_precision(km: float, words: Wording) -> str:
    return words.translate("within {distance}").format(distance=words.measure(km, "km"))


def _take_steps(degrees: NDArray[np.float64]) -> list[int]:
    """Return each position as its distance from the one before, in hundred-thousandths."""
    steps: list[int] = np.diff(np.rint(degrees * _STEPS).astype(np.int64), prepend=0).tolist()
    return steps


def _encode(column: pa.Array, tell: Callable[[Any], str]) -> dict[str, Any]:
    """Return a column as its different words, and which of them each row has."""
    encoded = column.dictionary_encode(null_encoding="encode")
    found = ["" if value is None else tell(value) for value in encoded.dictionary.to_pylist()]
    at = encoded.indices.to_numpy()
    return {"words": found} if len(found) == 1 else {"words": found, "at": at.tolist()}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Cells of a grid in which events are, with their number by role, (n, roles).

    Rows are `degrees` high; in each the cells have the width that gives them the area of a cell
    on the equator, to within the whole number of cells that go round the Earth.
    """

    degrees: float
    west: NDArray[np.float64]
    east: NDArray[np.float64]
    south: NDArray[np.float64]
    counts: NDArray[np.int64]


def grid_events(
    lon: NDArray[np.float64], lat: NDArray[np.float64], role: NDArray[np.int64], roles: int
) -> _Cells:
    """Count events by role in the cells of the finest grid of which at most 1,500 are needed."""
    for degrees in _DEGREES:
        row = np.minimum(np.floor((lat + 90) / degrees), round(180 / degrees) - 1)
        south = row * degrees - 90
        around = _count_around(south, degrees)
        col = np.minimum(np.floor((lon + 180) / 360 * around), around - 1)
        keys, at = np.unique(np.stack([row, col]), axis=1, return_inverse=True)
        if keys.shape[1] <= _MOST_CELLS or degrees == _DEGREES[-1]:
            break
    counts = np.zeros((keys.shape[1], roles), dtype=np.int64)
    np.add.at(counts, (at.ravel(), role), 1)
    south = keys[0] * degrees - 90
    width = 360 / _count_around(south, degrees)
    west = keys[1] * width - 180
    return _Cells(degrees, west, west + width, south, counts)


def _count_around(south: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    cosine = np.cos(np.radians(np.clip(south + degrees / 2, -90, 90)))
    return np.maximum(np.rint(360 / degrees * cosine), 1)


def choose_breaks(totals: NDArray[np.int64]) -> list[int]:
    """Return the lower ends of classes of counts, from 1: 1, 2 or 5 times a power of ten."""
    steps = [digit * 10**power for power in range(12) for digit in (1, 2, 5)]
    most = int(totals.max())
    top = max((step for step in steps if step <= most), default=1)
    found = [step for step in steps if step <= top]
    stride = max(1, -(-(len(found) - 1) // (_CLASSES - 1)))
    return sorted({1, *found[::-stride][: _CLASSES - 1]})


def _draw_cells(large: Large, words: Wording) -> LayerDrawing:
    _ = words.translate
    cells = grid_events(large.lon, large.lat, large.role, len(large.roles))
    totals = cells.counts.sum(axis=1)
    breaks = choose_breaks(totals)
    styles = {
        f"c{number}": Style(
            stroke=INK, weight=0.5, stroke_opacity=0.5, fill=colour, fill_opacity=COUNT_OPACITY
        )
        for number, colour in enumerate(_spread_colours(len(breaks)))
    }
    classes = np.searchsorted(breaks, totals, side="right") - 1
    shapes = ShapeSet(styles)
    names = [name_role(_find_style(role), words) for role in large.roles]
    north = cells.south + cells.degrees
    corners = zip(cells.west, cells.south, cells.east, north, strict=True)
    for number, corner in enumerate(corners):
        title = words.translate_plural("{count} event", "{count} events", int(totals[number]))
        rows = [
            (name, words.count(count))
            for name, count in zip(names, cells.counts[number].tolist(), strict=True)
            if count
        ]
        shapes.add(box(*corner), f"c{classes[number]}", popup=Popup(title, rows))
    height = words.measure(cells.degrees * 111.2, "km")
    note = _(
        "There are {count} events at a place, too many to draw each: their number is shown in "
        "cells of one area, {height} high. Click a cell for its events by role."
    ).format(count=words.count(len(large.lon)), height=height)
    legend = [
        LegendEntry(
            _name_class(breaks, number, words),
            styles[f"c{number}"],
            note=words.translate_plural(
                "{count} cell", "{count} cells", int((classes == number).sum())
            ),
        )
        for number in range(len(breaks))
    ]
    return LayerDrawing(
        KEY, _("Number of events"), "events", Shapes(KEY, shapes), legend, note=note
    )


def _spread_colours(number: int) -> Sequence[str]:
    last = len(COUNT_COLOURS) - 1
    return [COUNT_COLOURS[last - last * at // max(number - 1, 1)] for at in range(number)][::-1]


def _name_class(breaks: Sequence[int], number: int, words: Wording) -> str:
    _ = words.translate
    low = words.count(breaks[number])
    if number == len(breaks) - 1:
        return _("{low} events or more").format(low=low)
    high = breaks[number + 1] - 1
    if breaks[number] == high:
        return words.translate_plural("{count} event", "{count} events", high)
    return _("{low} to {high} events").format(low=low, high=words.count(high))
