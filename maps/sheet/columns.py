"""Blocks set into columns: smaller letters where they would not fit, and told of what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.sheet.blocks import Block
    from maps.sheet.canvas import Canvas

_SMALLER = (1.0, 0.95, 0.9, 0.86, 0.82)


@dataclass(frozen=True, slots=True)
class Column:
    """A place for blocks on the paper, millimetres."""

    x: float
    y: float
    width: float
    height: float


Placed = tuple["Block", "Column", float]  # a block, its column, its top


def set_columns(
    canvas: Canvas, blocks: Sequence[Block], columns: Sequence[Column], rest: Block
) -> None:
    """Draw blocks one below the other, column after column.

    Letters are made smaller, to four fifths, until all fits; what does not fit then is left out,
    and `rest`, which says where it stands, is drawn in its place.
    """
    letters = canvas.paper.letters
    for part in _SMALLER:
        size = letters * part
        placed = _place(blocks, columns, size)
        if len(placed) == len(blocks):
            break
    else:
        placed = _place_some(blocks, columns, size, rest)
    for block, column, y in placed:
        block.draw(canvas, column.x, y, column.width, size)


def fits(canvas: Canvas, blocks: Sequence[Block], columns: Sequence[Column]) -> bool:
    """Tell whether there is room for all blocks, in the smallest letters if need be."""
    return len(_place(blocks, columns, canvas.paper.letters * _SMALLER[-1])) == len(blocks)


def _place_some(
    blocks: Sequence[Block], columns: Sequence[Column], letters: float, rest: Block
) -> list[Placed]:
    for count in range(len(blocks) - 1, -1, -1):
        placed = _place([*blocks[:count], rest], columns, letters)
        if len(placed) == count + 1:
            return placed
    return []


def _place(blocks: Sequence[Block], columns: Sequence[Column], letters: float) -> list[Placed]:
    """Return where blocks stand, as many as there is room for."""
    placed: list[Placed] = []
    left = list(columns)
    if not left:
        return placed
    column = left.pop(0)
    y = column.y
    for index, block in enumerate(blocks):
        height = need = block.measure(column.width, letters)
        if block.holds_next and index + 1 < len(blocks):
            need += blocks[index + 1].measure(column.width, letters)
        while y + need > column.y + column.height:
            if not left:
                return placed
            column = left.pop(0)
            y = column.y
            height = need = block.measure(column.width, letters)
        placed.append((block, column, y))
        y += height
    return placed
