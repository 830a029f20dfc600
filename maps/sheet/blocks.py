"""What text columns are made of: paragraphs, headings, legend lines and tables.

A block tells its height in a width before it is drawn; sizes of letters are in points and are
multiplied by `letters`, by which whole columns are made to fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from maps.sheet.canvas import line_height
from maps.sheet.lettering import break_lines, measure_width
from maps.sheet.swatches import SWATCH_MM, draw_swatch
from maps.style import INK, OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.layers.drawing import LegendEntry
    from maps.sheet.canvas import Canvas
    from maps.tables import Table

_BLUE = "#005fa3"
_LINE = "#c9ced3"
_LEGEND_LINES = 3
_HEAD_LINES = 3
_CELL_MM = 1.6  # between the columns of a table


class Block(Protocol):
    """A piece of a column."""

    @property
    def holds_next(self) -> bool:
        """Whether it may not be the last of its column."""
        ...

    def measure(self, width: float, letters: float) -> float:
        """Return its height in millimetres."""
        ...

    def draw(self, canvas: Canvas, x: float, y: float, width: float, letters: float) -> None:
        """Draw it with its first corner at x, y."""
        ...


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text, broken into lines; at the end of its column where it runs against the sheet."""

    text: str
    size: float = 5.8
    bold: bool = False
    colour: str = INK
    max_lines: int | None = None
    above: float = 0.0
    below: float = 0.8
    holds_next: bool = False

    def measure(self, width: float, letters: float) -> float:
        """Return its height in millimetres."""
        lines = self._break(width, letters)
        spaces = (self.above + self.below) * letters
        return len(lines) * line_height(self.size * letters) + spaces

    def draw(self, canvas: Canvas, x: float, y: float, width: float, letters: float) -> None:
        """Draw it with its first corner at x, y."""
        lines = self._break(width, letters)
        edge = canvas.find_edge(self.text)
        canvas.write_lines(
            x + width if edge == "end" else x,
            y + self.above * letters,
            lines,
            self.size * letters,
            bold=self.bold,
            colour=self.colour,
            align=edge,
        )

    def _break(self, width: float, letters: float) -> list[str]:
        size = self.size * letters
        return break_lines(self.text, width, size, bold=self.bold, max_lines=self.max_lines)


def make_heading(text: str, *, above: float = 0.0) -> Paragraph:
    """Return a heading, with some space above it where it is not the first."""
    return Paragraph(text, 6.8, bold=True, colour=_BLUE, above=above, below=0.6, holds_next=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend: a sample, what it means, and a note at the end."""

    entry: LegendEntry
    size: float = 5.8
    holds_next: bool = False

    def measure(self, width: float, letters: float) -> float:
        """Return its height in millimetres."""
        lines, _ = self._break(width, letters)
        text = len(lines) * line_height(self.size * letters)
        return max(text, (SWATCH_MM[1] + 0.2) * letters) + 0.35 * letters

    def draw(self, canvas: Canvas, x: float, y: float, width: float, letters: float) -> None:
        """Draw it with its first corner at x, y."""
        lines, note = self._break(width, letters)
        size = self.size * letters
        draw_swatch(canvas, self.entry, (x, y + 0.1 * letters), letters)
        first = max(0.0, (SWATCH_MM[1] * letters - line_height(size)) / 2) if lines[1:] == [] else 0
        canvas.write_lines(x + _label_at(letters), y + first, lines, size)
        if note:
            canvas.write(x + width, y + first, note, size, colour=OTHER, align="end")

    def _break(self, width: float, letters: float) -> tuple[list[str], str]:
        size = self.size * letters
        note = self.entry.note or ""
        room = width - _label_at(letters) - (measure_width(note, size) + 2 if note else 0)
        return break_lines(self.entry.label, room, size, max_lines=_LEGEND_LINES), note


def _label_at(letters: float) -> float:
    return (SWATCH_MM[0] + 1.6) * letters


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table: as wide as its column; its first column takes what the figures leave.

    `cell_lines` is how many lines a cell has at most.
    """

    table: Table
    size: float = 5.6
    bold_row: int | None = None
    cell_lines: int = 3
    holds_next: bool = False

    def measure(self, width: float, letters: float) -> float:
        """Return its height in millimetres."""
        columns = self._share(width, letters)
        rows = (self.table.columns, *self.table.rows)
        return sum(self._height(row, columns, letters) for row in rows) + letters

    def draw(self, canvas: Canvas, x: float, y: float, width: float, letters: float) -> None:
        """Draw it with its first corner at x, y."""
        columns = self._share(width, letters)
        for number, row in enumerate((self.table.columns, *self.table.rows)):
            bold = number == 0 or number - 1 == self.bold_row
            self._draw_row(canvas, (x, y), row, columns, letters, bold=bold)
            y += self._height(row, columns, letters)
            weight = 0.7 if number == 0 else 0.3
            rule = y - 0.25 * letters
            canvas.rule((x, x + width), (rule, rule), INK if number == 0 else _LINE, weight)

    def _draw_row(
        self,
        canvas: Canvas,
        at: tuple[float, float],
        row: Sequence[str],
        columns: Sequence[float],
        letters: float,
        *,
        bold: bool,
    ) -> None:
        x, y = at
        size = self.size * letters
        most = self._count_lines(row)
        for index, (cell, room) in enumerate(zip(row, columns, strict=True)):
            lines = self._break(cell, room, letters, bold=bold, most=most)
            edge = "end" if index in self.table.numeric else canvas.find_edge(cell)
            at_x = x + room if edge == "end" else x
            canvas.write_lines(at_x, y, lines, size, bold=bold, align=edge)
            x += room + _CELL_MM * letters

    def _height(self, row: Sequence[str], columns: Sequence[float], letters: float) -> float:
        most = self._count_lines(row)
        lines = max(
            len(self._break(cell, room, letters, bold=True, most=most))
            for cell, room in zip(row, columns, strict=True)
        )
        return lines * line_height(self.size * letters) + 0.7 * letters

    def _count_lines(self, row: Sequence[str]) -> int:
        return _HEAD_LINES if row is self.table.columns else self.cell_lines

    def _break(self, cell: str, room: float, letters: float, *, bold: bool, most: int) -> list[str]:
        return break_lines(cell, room, self.size * letters, bold=bold, max_lines=most)

    def _share(self, width: float, letters: float) -> list[float]:
        """Return the columns' widths: the figures' own, and the rest for the others."""
        size = self.size * letters
        widths = []
        for index, title in enumerate(self.table.columns):
            cells = [measure_width(str(row[index]), size, bold=True) for row in self.table.rows]
            words = [measure_width(word, size, bold=True) for word in title.split()]
            widths.append(max([*cells, *words]) + 0.2)
        free = width - _CELL_MM * letters * (len(widths) - 1)
        fixed = sum(widths[1:])
        return [max(free - fixed, free / 5), *widths[1:]]
