"""Population density: the static surface, and the surface of the day, as classed pictures.

The pictures are for looking only; people are counted from the cells, never from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import folium
import numpy as np

from maps.layers.drawing import LayerDrawing, LegendEntry
from maps.layers.picture import NO_PEOPLE, NODATA, classify_density, find_cell_centres, make_picture
from maps.style import (
    DENSITY_BREAKS,
    DENSITY_COLOURS,
    DENSITY_OPACITY,
    INK,
    Style,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from maps.run import RunData, Surface
    from maps.wording import Wording

KEY_STATIC = "density-static"
KEY_DATED = "density-dated"
_FIRST_CLASS = NO_PEOPLE + 1
PALETTE = {_FIRST_CLASS + index: colour for index, colour in enumerate(DENSITY_COLOURS)}
CLASSES = _FIRST_CLASS + len(DENSITY_COLOURS)
"""How many there are, with those of cells without people or data."""

_EDGE = "#b9b4a7"


def draw_dated(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the density on the day; None where no unit's figure differs from the static one."""
    if not run.surfaces or not is_scaled(run):
        return None
    _ = words.translate
    title = _("Population density on {day}").format(day=words.day(run.facts.get("as_of")))
    note = _(
        "Static surface scaled in each unit to the people there on the day; half of those who "
        "came are spread over its land."
    )
    return _draw(run, words, KEY_DATED, title, note=note, dated=True, shown=True)


def draw_static(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the density of the population sources as they are; None where there is none."""
    if not run.surfaces:
        return None
    _ = words.translate
    labels = dict.fromkeys(
        _("{source}, {day}").format(
            source=surface.grid["label"], day=words.day(surface.grid["population_date"])
        )
        for surface in run.surfaces
    )
    title = _("Population density, static")
    return _draw(
        run,
        words,
        KEY_STATIC,
        title,
        note=_("; ").join(labels),
        dated=False,
        shown=not is_scaled(run),
    )


def is_scaled(run: RunData) -> bool:
    """Tell whether any unit's people on the day differ from the static surface."""
    return any(unit["factor"] not in (None, 1.0) for unit in run.units)


def _draw(
    run: RunData, words: Wording, key: str, title: str, *, note: str, dated: bool, shown: bool
) -> LayerDrawing:
    group = folium.FeatureGroup(name=key, control=False, show=shown)
    counts = np.zeros(CLASSES, dtype=np.int64)
    for surface in run.surfaces:
        classes = classify_cells(surface, run, dated=dated)
        counts += np.bincount(classes.ravel(), minlength=CLASSES)
        picture = make_picture(surface, classes, PALETTE)
        folium.raster_layers.ImageOverlay(
            picture.url,
            picture.leaflet_bounds,
            pixelated=False,  # our style sheet says it, once
            control=False,
            opacity=DENSITY_OPACITY,
            pane=key,
            class_name="civmap-cells",
        ).add_to(group)
    return LayerDrawing(
        key,
        title,
        "people",
        group,
        make_legend(counts, words),
        note=note,
        exclusive=True,
        shown=shown,
    )


def classify_cells(surface: Surface, run: RunData, *, dated: bool) -> npt.NDArray[np.uint8]:
    """Return the density class of each cell, on the day or static: see `classify_density`."""
    people = _place_people(surface, run) if dated else surface.people
    return classify_people(people, surface)


def classify_people(people: npt.NDArray[np.float64], surface: Surface) -> npt.NDArray[np.uint8]:
    """Return the density class of each cell of a grid from the people in it."""
    return classify_density(people / surface.area_km2, DENSITY_BREAKS, surface)


def _place_people(surface: Surface, run: RunData) -> npt.NDArray[np.float64]:
    """Return people per cell on the day, by the unit that the cell's centre lies in.

    Static people times the unit's factor, and the cell's part of those who stay on its land.
    """
    import shapely

    people = surface.people.copy()
    lon, lat = find_cell_centres(surface)
    for unit in run.units:
        if unit["factor"] is None:
            continue
        shapely.prepare(unit["geometry"])
        inside = shapely.contains_xy(unit["geometry"], lon, lat)
        people[inside] *= unit["factor"]
        if unit["on_land"] and unit["land_km2"]:
            density = unit["on_land"] / unit["land_km2"]
            people[inside] += density * surface.area_km2[inside]
    return people


def make_legend(counts: npt.NDArray[np.int64], words: Wording) -> list[LegendEntry]:
    """Return the legend of density classes, from the number of cells of each class."""
    _ = words.translate
    last = max((i for i in range(_FIRST_CLASS, len(counts)) if counts[i]), default=_FIRST_CLASS)
    entries = []
    for index in range(_FIRST_CLASS, last + 1):
        colour = PALETTE[index]
        style = Style(stroke=_EDGE, weight=0.5, fill=colour, fill_opacity=DENSITY_OPACITY)
        label = name_class(index - _FIRST_CLASS, words)
        entries.append(LegendEntry(label, style, note=_count_cells(counts[index], words)))
    empty = Style(stroke=_EDGE, weight=0.8, fill=None)
    entries.append(
        LegendEntry(
            _("No people modelled (this does not mean safe)"),
            empty,
            note=_count_cells(counts[NO_PEOPLE], words),
        )
    )
    unknown = Style(stroke=INK, weight=0.5, pattern="hatch-gap", fill_opacity=1.0)
    entries.append(LegendEntry(_("No data"), unknown, note=_count_cells(counts[NODATA], words)))
    return entries


def name_class(index: int, words: Wording) -> str:
    """Return what a density class of `DENSITY_BREAKS` says in the legend."""
    _ = words.translate
    if index == 0:
        return _("up to {high} people/km²").format(high=words.count(DENSITY_BREAKS[0]))
    low = words.count(DENSITY_BREAKS[index - 1])
    if index == len(DENSITY_BREAKS):
        return _("above {low}").format(low=low)
    return _("{low} to {high}").format(low=low, high=words.count(DENSITY_BREAKS[index]))


def _count_cells(count: int, words: Wording) -> str:
    return words.translate_plural("{count} cell", "{count} cells", int(count))
