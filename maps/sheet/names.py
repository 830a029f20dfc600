"""Names on the map: of two that would overlap, the one of the lower rank is set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.escape import clean_text
from maps.layers.drawing import LOCAL_ZOOMS, WORLD_ZOOMS, find_shapes
from maps.sheet.canvas import line_height
from maps.sheet.ink import POINTS_PER_PX
from maps.sheet.lettering import MM_PER_POINT, break_lines, measure_width
from maps.style import INK, OTHER, UNIT, ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.axes import Axes

    from maps.layers.drawing import LayerDrawing
    from maps.sheet.canvas import Canvas
    from maps.sheet.frame import Frame
    from maps.sheet.lettering import Align

_HALO = "#ffffff"
_WIDEST_MM = 34.0  # of a name, at letters of 1; longer ones are broken
_MAX_LINES = 2
_MARK_PX = {"event": 24, "mention": 14, "town": 6}  # beside which the name stands


@dataclass(frozen=True, slots=True)
class _Manner:
    size: float
    colour: str
    bold: bool = False


_MANNERS = {
    "event": _Manner(7.5, INK, bold=True),
    "mention": _Manner(6.0, OTHER),
    "ring": _Manner(6.0, ZONE, bold=True),
    "unit": _Manner(6.2, UNIT),
    "town": _Manner(5.8, INK),
    "country": _Manner(7.0, OTHER),
}

Box = tuple[float, float, float, float]  # left, bottom, right, top; millimetres of the map


class Names:
    """The names of one map, and the room that is taken on it."""

    def __init__(
        self,
        canvas: Canvas,
        axes: Axes,
        frame: Frame,
        width_mm: float,
        letters: float,
    ) -> None:
        self._canvas, self._axes, self._frame = canvas, axes, frame
        self._mm = width_mm / (frame.right - frame.left)
        self._limits = (0.0, 0.0, width_mm, self._mm * (frame.top - frame.bottom))
        self._letters = letters
        self._taken = np.empty((64, 4))  # room that is taken, as far as `_count` says
        self._count = 0
        self._said: set[str] = set()

    def keep_free(self, box: Box) -> None:
        """Set no name in a box (left, bottom, right, top; millimetres from the lower left)."""
        if self._count == len(self._taken):
            self._taken = np.concatenate((self._taken, np.empty_like(self._taken)))
        self._taken[self._count] = box
        self._count += 1

    def keep_text_free(self, x: float, y: float, text: str) -> None:
        """Set no name on a small text whose middle is at a place of the frame."""
        size = _MANNERS["town"].size * self._letters
        half, up = measure_width(text, size) / 2, line_height(size) / 2
        across, above = (x - self._frame.left) * self._mm, (y - self._frame.bottom) * self._mm
        self.keep_free((across - half, above - up, across + half, above + up))

    def keep_marks_free(self, drawings: Sequence[LayerDrawing], shrunk: float) -> None:
        """Set no name on a mark of an event; the marks are `shrunk` times their own size."""
        for drawing in drawings:
            for said, lon, lat in list_points(drawing):
                at = self._find(lon, lat)
                if at is not None and drawing.key == "events":
                    half = 9 * POINTS_PER_PX * self._letters * shrunk * MM_PER_POINT
                    nth = said.get("offset_px", 0) * POINTS_PER_PX * self._letters * MM_PER_POINT
                    x = at[0] + nth
                    self.keep_free((x - half, at[1] - half, x + half, at[1] + half))

    def draw(
        self, drawings: Sequence[LayerDrawing], seconds: Mapping[str, str], *, wide: bool
    ) -> None:
        """Set the names of layers; `seconds` are the same names in another script, set below."""
        unfit = LOCAL_ZOOMS if wide else WORLD_ZOOMS
        for label in sorted(list_labels(drawings), key=lambda label: float(label["rank"])):
            if tuple(label["zooms"]) != unfit or label["kind"] == "event":
                self._set(label, seconds)

    def _set(self, label: Mapping[str, Any], seconds: Mapping[str, str]) -> None:
        text = clean_text(label["text"]).strip()
        at = self._find(label["at"][1], label["at"][0])
        if at is None or not text or text in self._said:
            return
        manner = _MANNERS[label["kind"]]
        size = manner.size * self._letters
        wide = _WIDEST_MM * self._letters
        lines = break_lines(text, wide, size, bold=manner.bold, max_lines=_MAX_LINES)
        if label["kind"] == "unit" and seconds.get(text, text) != text:
            lines += break_lines(seconds[text], wide, size, max_lines=1)
        for box, align in self._offer(at, lines, size, label["kind"], bold=manner.bold):
            if self._is_free(box):
                self.keep_free(box)
                self._said.add(text)
                self._write(box, lines, size, align, manner)
                return

    def _offer(
        self, at: tuple[float, float], lines: Sequence[str], size: float, kind: str, *, bold: bool
    ) -> Iterable[tuple[Box, Align]]:
        """Give the places where a name may stand, best first."""
        width = max(measure_width(line, size, bold=bold) for line in lines)
        half = line_height(size) * len(lines) / 2
        x, y = at
        if kind not in _MARK_PX:
            for up in (0, 1, -1):
                middle = y + 2 * up * half
                yield (x - width / 2, middle - half, x + width / 2, middle + half), "center"
            return
        gap = (_MARK_PX[kind] / 2 + 2) * POINTS_PER_PX * self._letters * MM_PER_POINT
        yield (x + gap, y - half, x + gap + width, y + half), "left"
        yield (x - gap - width, y - half, x - gap, y + half), "right"
        for up in (1, -1):
            middle = y + up * (gap + half)
            yield (x - width / 2, middle - half, x + width / 2, middle + half), "center"

    def _is_free(self, box: Box) -> bool:
        left, bottom, right, top = self._limits
        if not (left <= box[0] and bottom <= box[1] and box[2] <= right and box[3] <= top):
            return False
        taken = self._taken[: self._count]
        before = (taken[:, :2] < box[2:]).all(axis=1)
        after = (taken[:, 2:] > box[:2]).all(axis=1)
        return not bool((before & after).any())

    def _write(
        self, box: Box, lines: Sequence[str], size: float, align: Align, manner: _Manner
    ) -> None:
        x = {"left": box[0], "right": box[2], "center": (box[0] + box[2]) / 2}[align]
        for number, line in enumerate(lines):
            y = box[3] - (number + 0.5) * line_height(size)
            self._canvas.write_on_map(
                self._axes,
                (self._frame.left + x / self._mm, self._frame.bottom + y / self._mm),
                line,
                size,
                bold=manner.bold,
                colour=manner.colour,
                align=align,
                halo=_HALO,
            )

    def _find(self, lon: float, lat: float) -> tuple[float, float] | None:
        at = self._frame.find_point(lon, lat)
        if at is None:
            return None
        return (at[0] - self._frame.left) * self._mm, (at[1] - self._frame.bottom) * self._mm


def list_labels(drawings: Sequence[LayerDrawing]) -> list[dict[str, Any]]:
    """Return the labels of layers of shapes, as `Label.to_script` makes them."""
    return [
        feature["properties"]["label"]
        for drawing in drawings
        for feature in list_features(drawing)
        if "label" in feature["properties"]
    ]


def list_points(drawing: LayerDrawing) -> list[tuple[dict[str, Any], float, float]]:
    """Return the properties and the place of a layer's points."""
    return [
        (feature["properties"], *feature["geometry"]["coordinates"])
        for feature in list_features(drawing)
        if feature["geometry"]["type"] == "Point"
    ]


def list_features(drawing: LayerDrawing) -> list[dict[str, Any]]:
    """Return a layer's features; none of a layer of pictures."""
    shapes = find_shapes(drawing)
    return [] if shapes is None else shapes.features
