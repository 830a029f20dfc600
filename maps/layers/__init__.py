"""One file a layer.

Each layer has a function that takes the run and the page's wording and returns its drawing and
its legend, or None where the run has nothing for it. The order here is the order of drawing;
`compare` lays the two densities side by side, of `disagreement` there is a layer for each
population source that is compared, `own` draws what the page's maker added, above all others, and
`unions` take the place of distances where events are very many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.layers import (
    borders,
    changes,
    compare,
    days,
    density,
    disagreement,
    distances,
    drawn,
    events,
    facilities,
    gaps,
    governorates,
    graticule,
    land,
    mentioned,
    moves,
    own,
    precision,
    towns,
    unions,
    zones,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.layers.drawing import LayerDrawing
    from maps.run import RunData
    from maps.wording import Wording

LAYERS: tuple[Callable[[RunData, Wording], LayerDrawing | None], ...] = (
    land.draw,
    density.draw_static,
    density.draw_dated,
    days.draw,
    graticule.draw,
    borders.draw,
    gaps.draw,
    governorates.draw,
    distances.draw,
    zones.draw,
    drawn.draw,
    precision.draw,
    towns.draw,
    changes.draw,
    moves.draw,
    facilities.draw,
    mentioned.draw,
    events.draw,
)


def draw_layers(run: RunData, words: Wording) -> list[LayerDrawing]:
    """Draw all layers that the run has something for, in the order of drawing."""
    drawings: list[LayerDrawing | None] = []
    for layer in LAYERS:
        drawings.append(layer(run, words))
        if layer is density.draw_dated:
            static, dated = drawings[-2:]
            drawings.append(compare.draw(static, dated, run, words))
            drawings += disagreement.draw_all(run, words)
        if layer is distances.draw:
            drawings.append(unions.draw(run, words))
    drawings += own.draw_all(run, words)
    return [drawing for drawing in drawings if drawing is not None]
