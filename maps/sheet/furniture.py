"""What helps to read the map itself: graticule, scale bar, north arrow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.path import Path

from maps.sheet.canvas import line_height
from maps.sheet.frame import project_point
from maps.sheet.lettering import measure_width
from maps.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from maps.sheet.canvas import Canvas
    from maps.sheet.frame import Frame
    from maps.wording import Wording

_LINE = "#7f9bb0"
_STEPS = (30.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_LEAST_LINES = 3  # of the graticule, across the map
_LETTERS = 5.2
_BAR_SHARE = 0.28  # of the map's width that the scale bar may take
_NICE = (1.0, 2.0, 5.0)

Box = tuple[float, float, float, float]  # x, y, width, height: millimetres of the paper


def draw_graticule(
    canvas: Canvas, axes: Axes, frame: Frame, words: Wording, *, order: float
) -> list[tuple[float, float, str]]:
    """Draw meridians and parallels; return the places (frame's metres) and texts of degrees."""
    named: list[tuple[float, float, str]] = []
    west, south, east, north = frame.bounds
    step = _choose_step(east - west)
    size = _LETTERS * canvas.paper.letters
    inset = 0.012 * (frame.right - frame.left)
    for lon in list_steps(west, east, step):
        x, _ = project_point(lon, 0.0)
        axes.axvline(x, color=_LINE, linewidth=0.4, alpha=0.6, zorder=order)
        if frame.left + 3 * inset < x < frame.right - 3 * inset:
            text = name_degrees((lon + 180) % 360 - 180, step, words, east_west=True)
            y = frame.top - inset
            canvas.write_on_map(axes, (x, y), text, size, align="center", halo="#ffffff")
            named.append((x, y, text))
    step = _choose_step(north - south)
    for lat in list_steps(max(south, -85.0), min(north, 85.0), step):
        _, y = project_point(0.0, lat)
        axes.axhline(y, color=_LINE, linewidth=0.4, alpha=0.6, zorder=order)
        if frame.bottom + 3 * inset < y < frame.top - 3 * inset:
            text = name_degrees(lat, step, words, east_west=False)
            x = frame.left + inset / 3
            canvas.write_on_map(axes, (x, y), text, size, halo="#ffffff")
            named.append((x + 2 * inset, y, text))
    return named


def _choose_step(degrees: float) -> float:
    return next((step for step in _STEPS if degrees / step >= _LEAST_LINES), _STEPS[-1])


def list_steps(first: float, last: float, step: float) -> list[float]:
    """Return the multiples of a step between two degrees."""
    start, stop = math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9)
    return [number * step for number in range(start, stop + 1)]


def name_degrees(degrees: float, step: float, words: Wording, *, east_west: bool) -> str:
    """Return a meridian's or parallel's name, such as `34.25°E`; its decimals are the step's."""
    _ = words.translate
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{abs(degrees):.{decimals}f}°"
    if float(text[:-1]) in (0.0, 180.0) and (east_west or degrees == 0 or float(text[:-1]) == 0):
        return text
    sides = (_("E"), _("W")) if east_west else (_("N"), _("S"))
    return text + sides[degrees < 0]


def draw_scale(canvas: Canvas, box: Box, frame: Frame, words: Wording) -> Box:
    """Draw the scale bar in the map's lower first corner; return the room that it takes."""
    x, y, width, height = box
    letters = canvas.paper.letters
    km_per_mm = (frame.right - frame.left) / width * frame.measure_scale() / 1000
    km = find_length(km_per_mm * width * _BAR_SHARE)
    bar = km / km_per_mm
    size = _LETTERS * letters
    title = describe_scale(km_per_mm, words)
    room = (
        max(bar + measure_width(words.measure(km, "km"), size), measure_width(title, size))
        + 4 * letters
    )
    tall = 2 * line_height(size) + 3.2 * letters
    left, top = x + 1.5 * letters, y + height - tall - 1.5 * letters
    canvas.fill(left, top, room, tall, "#ffffff", edge="#8b9298")
    start, base = left + 2 * letters, top + line_height(size) + 1.0 * letters
    for number, colour in enumerate((INK, "#ffffff")):
        canvas.fill(start + number * bar / 2, base, bar / 2, 1.0 * letters, colour, edge=INK)
    canvas.write(start, top + 0.5 * letters, "0", size, align="center")
    for part in (0.5, 1.0):
        text = words.measure(part * km, "km") if part == 1 else f"{part * km:g}"
        canvas.write(start + part * bar, top + 0.5 * letters, text, size, align="center")
    canvas.write(start - letters, base + 1.3 * letters, title, size)
    return _turn_room(canvas, left - x, width, room), y + height - top - tall, room, tall


def describe_scale(km_per_mm: float, words: Wording) -> str:
    """Return the scale in the middle of the map as a fraction: `1:250,000 in the middle`."""
    ratio = km_per_mm * 1e6
    digits = 2 - math.floor(math.log10(ratio))
    text = words.translate("1:{ratio} on this paper, in the middle of the map")
    return text.format(ratio=words.count(round(ratio, digits)))


def find_length(most_km: float) -> float:
    """Return the longest of 1, 2, 5, 10, 20, 50 ... km (or of parts of it) that is not too long."""
    power = 10.0 ** math.floor(math.log10(most_km))
    return max(nice * power for nice in _NICE if nice * power <= most_km * (1 + 1e-9))


def draw_north(canvas: Canvas, box: Box, words: Wording) -> Box:
    """Draw the north arrow in the map's upper last corner; return the room that it takes."""
    x, y, width, _ = box
    letters = canvas.paper.letters
    room, tall = 7.0 * letters, 11.0 * letters
    left, top = x + width - room - 1.5 * letters, y + 1.5 * letters
    canvas.fill(left, top, room, tall, "#ffffff", edge="#8b9298")
    middle, foot = left + room / 2, top + tall - 1.2 * letters
    tip = top + 4.2 * letters
    for side, colour in ((-1, INK), (1, "#ffffff")):
        corners = [
            (middle, tip),
            (middle + side * 2.2 * letters, foot),
            (middle, foot - 1.4 * letters),
            (middle, tip),
        ]
        canvas.trace(Path(corners, closed=True), facecolor=colour, edgecolor=INK, linewidth=0.5)
    size = 7.0 * letters
    canvas.write(middle, top + 0.6 * letters, words.translate("N"), size, bold=True, align="center")
    return _turn_room(canvas, left - x, width, room), box[3] - (top - y) - tall, room, tall


def _turn_room(canvas: Canvas, start: float, width: float, room: float) -> float:
    """Return how far from the map's left edge room begins that begins so far from its first."""
    return width - start - room if canvas.rtl else start
