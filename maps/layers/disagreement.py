"""Where population sources disagree: the ratio of two of them, on cells coarse enough for both.

One layer for each source that is compared with the main one. Nothing of it is in any figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import folium
import numpy as np

from geo.exposure.lattice import LEAST_KM, Cells, share_lattice
from maps.layers.drawing import LayerDrawing, LegendEntry
from maps.layers.picture import NODATA, OUTSIDE, make_picture
from maps.run import Surface
from maps.style import (
    DISAGREEMENT_BREAKS,
    DISAGREEMENT_COLOURS,
    DISAGREEMENT_OPACITY,
    NOBODY_IN_ONE,
    NODATA_IN_ONE,
    Style,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from geo.exposure.lattice import Lattice
    from maps.run import RunData
    from maps.wording import Wording

KEY = "disagreement"
LEAST_PEOPLE = 10
"""Cells where both sources have fewer people are left blank: their ratio says nothing."""

_WHOLE = 0.98  # of a cell, inside a grid: at the edge of the cells of a run people are missing
_HALF = 0.5  # with data for less of a cell than half of what the other has, it has no data there
_FEW, _NOBODY, _FIRST_CLASS = 2, 3, 4  # classes after OUTSIDE and NODATA; ratios from the fourth
_PALETTE = {
    NODATA: NODATA_IN_ONE,
    _NOBODY: NOBODY_IN_ONE,
    **{_FIRST_CLASS + index: colour for index, colour in enumerate(DISAGREEMENT_COLOURS)},
}
_EDGE = "#b9b4a7"


def draw_all(run: RunData, words: Wording) -> list[LayerDrawing]:
    """Draw a layer for each other source that has a grid; none where there is one source."""
    by_letter: dict[str, list[tuple[Surface, Surface]]] = {}
    mains = {surface.grid["grid_id"]: surface for surface in run.surfaces}
    for other in run.other_surfaces:
        main_id, letter = other.grid["grid_id"].rsplit("-", 1)
        if main_id in mains:
            by_letter.setdefault(letter, []).append((mains[main_id], other))
    return [draw(letter, pairs, words) for letter, pairs in sorted(by_letter.items())]


def draw(letter: str, pairs: Sequence[tuple[Surface, Surface]], words: Wording) -> LayerDrawing:
    """Draw the ratio of another source's surfaces to the main one's, each over its area."""
    _ = words.translate
    key = f"{KEY}-{letter}"
    group = folium.FeatureGroup(name=key, control=False, show=False)
    counts = np.zeros(_FIRST_CLASS + len(DISAGREEMENT_COLOURS), dtype=np.int64)
    for main, other in pairs:
        lattice = share_lattice(_take_cells(main), _take_cells(other))
        classes = classify_ratio(lattice)
        counts += np.bincount(classes.ravel(), minlength=len(counts))
        picture = make_picture(_lay_surface(lattice), classes, _PALETTE)
        folium.raster_layers.ImageOverlay(
            picture.url,
            picture.leaflet_bounds,
            pixelated=False,  # our style sheet says it, once
            control=False,
            opacity=DISAGREEMENT_OPACITY,
            pane=key,
            class_name="civmap-cells",
        ).add_to(group)
    main, other = pairs[0]
    names = {"main": main.grid["label"], "other": other.grid["label"]}
    note = _(
        "People by {other}, beside {main}: static, on cells of {size} or as large as those of the "
        "coarser source. Cells with fewer than {least} people in both are left blank."
    ).format(**names, size=words.measure(LEAST_KM, "km"), least=words.count(LEAST_PEOPLE))
    return LayerDrawing(
        key,
        _("Where sources disagree: {other}").format(**names),
        "people",
        group,
        _make_legend(counts, words),
        note=note,
        exclusive=True,
        shown=False,
    )


def classify_ratio(lattice: Lattice) -> npt.NDArray[np.uint8]:
    """Return the class of each cell of a lattice.

    Returns
    -------
        `OUTSIDE` where neither source has data, or the run holds only a part of the cell;
        `NODATA` where one has data and the other has not (or for less than half as much of it);
        2 where both have fewer people than `LEAST_PEOPLE`; 3 where one has nobody; above that 4,
        5, ... for ratios of the other source to the main one between the breaks.
    """
    main, other = lattice.main, lattice.other
    least, most = np.minimum(main.valid, other.valid), np.maximum(main.valid, other.valid)
    few = np.maximum(main.people, other.people) < LEAST_PEOPLE
    nobody = (main.people == 0) != (other.people == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = other.people / main.people
    classes = np.digitize(np.nan_to_num(ratio), DISAGREEMENT_BREAKS) + _FIRST_CLASS
    classes[nobody] = _NOBODY
    classes[few] = _FEW
    classes[least < _HALF * most] = NODATA
    cut = ((main.inside > 0) & (main.inside < _WHOLE)) | (
        (other.inside > 0) & (other.inside < _WHOLE)
    )
    classes[cut | (most == 0)] = OUTSIDE
    return classes.astype(np.uint8)


def _take_cells(surface: Surface) -> Cells:
    return Cells(
        surface.grid["crs"],
        surface.west,
        surface.north,
        surface.cell_width,
        surface.cell_height,
        surface.people,
    )


def _lay_surface(lattice: Lattice) -> Surface:
    """Return a lattice as what a picture is made from."""
    people = lattice.main.people
    return Surface(
        {"crs": lattice.crs},
        people,
        np.ones_like(people),
        lattice.west,
        lattice.north,
        lattice.cell_width,
        lattice.cell_height,
    )


def _make_legend(counts: npt.NDArray[np.int64], words: Wording) -> list[LegendEntry]:
    _ = words.translate
    labels = {
        _FIRST_CLASS: _("less than half as many"),
        _FIRST_CLASS + 1: _("fewer: 1/2 to 1/1.25"),
        _FIRST_CLASS + 2: _("within 25 %"),
        _FIRST_CLASS + 3: _("more: 1.25 to 2 times"),
        _FIRST_CLASS + 4: _("more than twice as many"),
        _NOBODY: _("One source has nobody here"),
        NODATA: _("No data in one source"),
    }
    return [
        LegendEntry(
            label,
            Style(
                stroke=_EDGE, weight=0.5, fill=_PALETTE[index], fill_opacity=DISAGREEMENT_OPACITY
            ),
            note=words.translate_plural("{count} cell", "{count} cells", int(counts[index])),
        )
        for index, label in labels.items()
    ]
