"""Net change of each unit's people against the static map: how many more or fewer.

Who came from where is not known: no flow is drawn, only a symbol in each unit, of which the area
is proportional to the people.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import shapely
from shapely.geometry import Point

from maps.layers.drawing import (
    LOCAL_ZOOMS,
    Label,
    LayerDrawing,
    LegendEntry,
    Popup,
    Shapes,
    ShapeSet,
)
from maps.layers.figures import list_people
from maps.style import FEWER, MORE, Mark

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording

KEY = "changes"
_MOST_PX = 64.0
_LEAST_PX = 7.0  # smaller ones can't be told from each other: they are not drawn
_STROKE_PX = 2.0
_LABEL_GAP_PX = 10.0
_BOX = 24.0  # of a mark's shape
_MINUS = "\N{MINUS SIGN}"


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw a symbol for each unit whose people on the day are not the static ones; else None."""
    changed = {unit["pcode"]: find_change(unit) for unit in run.units}
    most = max((abs(change) for change in changed.values() if change), default=0)
    if not most:
        return None
    _ = words.translate
    styles: dict[str, Mark] = {}
    shapes = ShapeSet(styles, decimals=5)
    too_small = 0
    # the largest first: of two that lie over each other the smaller one is seen
    for unit in sorted(run.units, key=lambda each: -abs(changed[each["pcode"]] or 0)):
        change = changed[unit["pcode"]]
        size = find_size(abs(change or 0), most)
        if not change or size < _LEAST_PX:
            too_small += bool(change)
            continue
        style = f"{'more' if change > 0 else 'fewer'}-{size:g}"
        styles[style] = make_mark(change > 0, size)
        at = shapely.point_on_surface(unit["geometry"])
        text = f"{unit['name']} {write_change(change, words, exact=False)}"
        below = size / 2 + _LABEL_GAP_PX
        label = Label(text, -abs(change) / 1e12, "unit", at.x, at.y, LOCAL_ZOOMS, below)
        popup = _make_popup(unit, change, run, words)
        shapes.add(Point(at.x, at.y), style, popup=popup, label=label)
    note = _("Net change against the static map: who came from where is not known.")
    if too_small:
        note += " " + words.translate_plural(
            "{count} change is too small to be drawn.",
            "{count} changes are too small to be drawn.",
            too_small,
        )
    title = _("Change of people, {day}").format(day=words.day(run.facts.get("as_of")))
    element = Shapes(KEY, shapes, shown=False)
    legend = _make_legend(most, {change > 0 for change in changed.values() if change}, words)
    return LayerDrawing(KEY, title, "people", element, legend, note=note, shown=False)


def find_change(unit: Record) -> int | None:
    """Return best on the day less static, whole persons; None where nobody can be counted."""
    return None if unit["best"] is None else round(unit["best"]) - round(float(unit["static"]))


def find_size(people: float, most: float) -> float:
    """Return a symbol's width, CSS pixels to a half: its area is proportional to the people."""
    return round(2 * _MOST_PX * math.sqrt(people / most)) / 2


def make_mark(is_more: bool, size_px: float) -> Mark:
    """Return a triangle that points up or down, with a plus or a minus sign in it."""
    shape, colour = ("up", MORE) if is_more else ("down", FEWER)
    return Mark(shape, colour, size_px, stroke_width=round(_STROKE_PX * _BOX / size_px, 2))


def write_change(change: int, words: Wording, *, exact: bool = True) -> str:
    """Return a change with its sign: `+12,345`."""
    number = words.count(abs(change)) if exact else words.about(abs(change))
    return f"{'+' if change > 0 else _MINUS if change < 0 else ''}{number}"


def _make_popup(unit: Record, change: int, run: RunData, words: Wording) -> Popup:
    _ = words.translate
    rows = [*list_people(unit, run, words), (_("Net change"), write_change(change, words))]
    notes = [_("Who came from where is not known."), *_list_published(unit, run, words)]
    return Popup(str(unit["name"]), rows, notes)


def _list_published(unit: Record, run: RunData, words: Wording) -> list[str]:
    """Return figures of people who left or came that are for exactly this unit, up to the day."""
    _ = words.translate
    texts = {
        "left": _("{people} left it since {since}, says {agency} on {day}."),
        "arrived": _("{people} came to it since {since}, says {agency} on {day}."),
    }
    as_of = str(run.facts.get("as_of"))
    return [
        texts[figure["kind"]].format(
            people=words.count(figure["best"]),
            since=words.day(figure["since"]),
            agency=figure["agency"]
            if figure["verified"]
            else _("{agency} (cited, to be verified)").format(agency=figure["agency"]),
            day=words.day(figure["date"]),
        )
        for figure in run.figures
        if figure["kind"] in texts
        and figure["pcodes"] == [unit["pcode"]]
        and figure["date"].isoformat() <= as_of
    ]


def _make_legend(most: float, directions: set[bool], words: Wording) -> list[LegendEntry]:
    """Return three sizes of round numbers of people, and the other shape where it is drawn."""
    _ = words.translate
    texts = {True: _("{people} more"), False: _("{people} fewer")}
    first = max(directions)
    entries = []
    for people in choose_sizes(most):
        mark = make_mark(first, find_size(people, most))
        text = texts[first].format(people=words.about(people))
        entries.append(LegendEntry(text, mark, "sized"))
    if len(directions) > 1:
        people = choose_sizes(most)[1]
        mark = make_mark(not first, find_size(people, most))
        text = texts[not first].format(people=words.about(people))
        entries.append(LegendEntry(text, mark, "sized"))
    return entries


def choose_sizes(most: float) -> list[float]:
    """Return three round numbers of people, falling; the first at most `most`."""
    power = 10.0 ** math.floor(math.log10(most))
    first = max(step * power for step in (1, 2, 5) if step * power <= most)
    return [first, first * 0.4 if first == 5 * power else first / 2, first / 10]
