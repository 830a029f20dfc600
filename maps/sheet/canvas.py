"""The paper to draw on: millimetres from the top corner where reading begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from maps.escape import clean_text
from maps.sheet.lettering import LINE, MM_PER_POINT, find_font, is_rtl
from maps.style import INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.path import Path

    from maps.sheet.frame import Frame
    from maps.sheet.lettering import Align, Edge
    from maps.sheet.paper import Paper

_MM_PER_INCH = 25.4
_ASCENT = 0.93  # of DejaVu Sans, in sizes of the letters: from the top of a line to its base
_HALO_POINTS = 1.5
_TEXT_ORDER = 100  # over everything that is drawn


class Canvas:
    """A sheet of paper; all positions and sizes in millimetres, y downwards; letters in points.

    x runs from the edge where reading begins: with `rtl`, the right one. Maps on it don't turn.
    `written` holds every character that was written.
    """

    def __init__(self, paper: Paper, *, rtl: bool = False) -> None:
        self.paper = paper
        self.rtl = rtl
        self.figure = Figure(
            figsize=(paper.width_mm / _MM_PER_INCH, paper.height_mm / _MM_PER_INCH)
        )
        self.page: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.written: set[str] = set()
        self._dress(self.page, (0, paper.width_mm), (paper.height_mm, 0))

    def add_map(self, box: tuple[float, float, float, float], frame: Frame, ground: str) -> Axes:
        """Return axes of a frame in a box (x, y, width, height); drawn over what is there."""
        x, y, width, height = box
        x = min(self._turn(x), self._turn(x + width))
        across, down = self.paper.width_mm, self.paper.height_mm
        axes = self.figure.add_axes(
            (x / across, 1 - (y + height) / down, width / across, height / down)
        )
        self._dress(axes, (frame.left, frame.right), (frame.bottom, frame.top))
        axes.patch.set(visible=True, facecolor=ground)
        return axes

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        align: Edge = "start",
    ) -> None:
        """Write a line, the top of it at y."""
        sides: dict[Edge, Align] = {
            "start": "right" if self.rtl else "left",
            "center": "center",
            "end": "left" if self.rtl else "right",
        }
        options = self._set_letters(text, size, colour, bold=bold)
        base = y + size * MM_PER_POINT * _ASCENT
        self.page.add_artist(Text(self._turn(x), base, va="baseline", ha=sides[align], **options))

    def write_on_map(
        self,
        axes: Axes,
        at: tuple[float, float],
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        align: Align = "left",
        halo: str,
    ) -> None:
        """Write a line, its middle at a place of a map's axes, `halo` round its letters."""
        options = self._set_letters(text, size, colour, bold=bold)
        # drawn as outlines, so the text itself stays text
        effects = [Stroke(linewidth=_HALO_POINTS, foreground=halo)]
        axes.add_artist(Text(*at, va="center", ha=align, path_effects=effects, **options))
        axes.add_artist(Text(*at, va="center", ha=align, **options))

    def _set_letters(self, text: str, size: float, colour: str, *, bold: bool) -> dict[str, Any]:
        text = clean_marks(text)
        self.written.update(text)
        return {
            "text": text,
            "fontproperties": find_font(bold=bold),
            "fontsize": size,
            "color": colour,
            "parse_math": False,
            "usetex": False,
            "zorder": _TEXT_ORDER,
        }

    def find_edge(self, text: str) -> Edge:
        """Return the edge that a text stands at: the end if it runs against the sheet."""
        return "start" if is_rtl(text) == self.rtl else "end"

    def _turn(self, x: float) -> float:
        return self.paper.width_mm - x if self.rtl else x

    def write_lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        align: Edge = "start",
    ) -> None:
        """Write lines below each other, the top of the first at y."""
        for number, line in enumerate(lines):
            top = y + number * line_height(size)
            self.write(x, top, line, size, bold=bold, colour=colour, align=align)

    def fill(
        self, x: float, y: float, width: float, height: float, colour: str, *, edge: str = "none"
    ) -> None:
        """Draw a rectangle."""
        self.page.add_artist(
            Rectangle(
                (min(self._turn(x), self._turn(x + width)), y),
                width,
                height,
                facecolor=colour,
                edgecolor=edge,
                linewidth=0.5,
            )
        )

    def rule(
        self,
        xs: tuple[float, float],
        ys: tuple[float, float],
        colour: str = INK,
        weight: float = 0.5,
        **options: Any,
    ) -> None:
        """Draw a straight line, `weight` points wide."""
        line = Line2D([self._turn(x) for x in xs], ys, color=colour, linewidth=weight, **options)
        line.set_dash_capstyle("butt")
        self.page.add_artist(line)

    def trace(self, outline: Path, **options: Any) -> None:
        """Draw an outline, its corners in millimetres of the paper."""
        if self.rtl:
            turned = Affine2D().scale(-1, 1).translate(self.paper.width_mm, 0)
            outline = outline.transformed(turned)
        self.page.add_artist(PathPatch(outline, **options))

    @staticmethod
    def _dress(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
        axes.set(xlim=x, ylim=y, xticks=[], yticks=[], autoscale_on=False)
        axes.patch.set_visible(False)
        for spine in axes.spines.values():
            spine.set_visible(False)


def line_height(size: float) -> float:
    """Return the distance of two lines in millimetres, of letters of a size in points."""
    return size * MM_PER_POINT * LINE


_MARKS = ("\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}")


def clean_marks(text: str) -> str:
    """Return text as `clean_text`, but for a mark of direction that it begins with: it is ours."""
    kept = text[0] if text.startswith(_MARKS) else ""
    return kept + clean_text(text)
